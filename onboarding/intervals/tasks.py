"""The jobs and the periodic work of interval data."""

from onboarding.intervals import digest, ingest, keeping, utility_feeds
from portal.jobs.domain import job_handler
from portal.jobs.periodic import periodic

job_handler("intervals.ingest", on_failure=ingest.give_up)(ingest.ingest)
job_handler("intervals.feeds")(utility_feeds.take_in)
job_handler("intervals.digest")(digest.write_digest)
periodic(hours=1)(digest.queue_missing_data_digests)
periodic(minutes=1)(keeping.remove_forgotten_intervals)
