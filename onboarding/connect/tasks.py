"""The jobs and the periodic work of Connect."""

from onboarding.connect import collect, customer_emails, ending, invitations, journey, outages, retention
from portal.jobs.domain import job_handler
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register

job_handler("connect.fetch", on_failure=collect.give_up)(collect.fetch)
job_handler("connect.revoke", on_failure=ending.forget_tokens)(ending.revoke_tokens)
job_handler("connect.mail")(customer_emails.send)
job_handler("connect.invite")(invitations.send)


@periodic(seconds=30)
def fetch_utility_data() -> None:
    """Ask utilities for the data that is due."""
    collect.queue_due()


@periodic(minutes=10)
def end_connect_sessions() -> None:
    """Close sessions in which nothing happened for 24 hours, and end authorizations whose time is over."""
    journey.close_idle_sessions()
    ending.end_expired()


@periodic(minutes=1)
def watch_utilities() -> None:
    """See from customers' tries which utilities' sign-ins fail, and which work again."""
    outages.watch()


@periodic(hours=1)
def drop_unauthorized_answers() -> None:
    """Drop what customers entered in sessions that they left long ago without authorizing anything."""
    retention.drop_unauthorized_answers()


register(
    Retention(
        "Answers, signatures, photos and emails of Connect sessions without an authorization",
        retention.KEPT,
        "the customer’s last step",
        drop_unauthorized_answers,
    )
)
