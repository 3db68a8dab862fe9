"""The jobs and the periodic work of interval data."""

from onboarding.intervals import ingest, utility_feeds
from portal.jobs.domain import job_handler

job_handler("intervals.ingest", on_failure=ingest.give_up)(ingest.ingest)
job_handler("intervals.feeds")(utility_feeds.take_in)
