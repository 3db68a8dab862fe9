"""The jobs and the periodic work of interval data."""

from onboarding.intervals import ingest
from portal.jobs.domain import job_handler

job_handler("intervals.ingest", on_failure=ingest.give_up)(ingest.ingest)
