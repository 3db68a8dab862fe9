"""The job and the periodic work of reminders."""

from onboarding.reminders import outages, sending
from onboarding.reminders.sweep import sweep
from portal.jobs.domain import job_handler
from portal.jobs.periodic import periodic

job_handler("connect.remind", on_failure=sending.give_up)(sending.send)


@periodic(minutes=1)
def send_reminders() -> None:
    """Plan the reminders and renewal links that are due, and queue those whose hour has come."""
    sweep()


@periodic(minutes=5)
def follow_up_outages() -> None:
    """Ask customers again whose utility failed and works again."""
    outages.ask_again()
