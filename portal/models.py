"""Gathers the models of the ground floor's rooms; they live in their rooms."""

from portal.events.models import Event
from portal.jobs.models import Job
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User

__all__ = ["ApiKey", "Event", "Invitation", "Job", "Membership", "Partner", "User"]
