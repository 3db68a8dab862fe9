"""Gathers the models of the ground floor's rooms; they live in their rooms."""

from portal.api.models import KeptAnswer
from portal.developers.models import LoggedRequest
from portal.events.models import Event, Finding, Horizon, LogCheck, Publication, Seal
from portal.jobs.models import Job, PeriodicRun, UpgradeStep
from portal.notifications.models import EmailMessage, EmailOptOut
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User
from portal.security.models import LimitCount
from portal.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookReplay

__all__ = [
    "ApiKey",
    "EmailMessage",
    "EmailOptOut",
    "Event",
    "Finding",
    "Horizon",
    "Invitation",
    "Job",
    "KeptAnswer",
    "LimitCount",
    "LogCheck",
    "LoggedRequest",
    "Membership",
    "Partner",
    "PeriodicRun",
    "Publication",
    "Seal",
    "UpgradeStep",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookReplay",
]
