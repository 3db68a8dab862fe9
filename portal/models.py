"""Gathers the models of the ground floor's rooms; they live in their rooms."""

from portal.events.models import Event, Finding, LogCheck, Seal
from portal.jobs.models import Job
from portal.mail.models import Letter, MailSwitchedOff
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User

__all__ = [
    "ApiKey",
    "Event",
    "Finding",
    "Invitation",
    "Job",
    "Letter",
    "LogCheck",
    "MailSwitchedOff",
    "Membership",
    "Partner",
    "Seal",
    "User",
]
