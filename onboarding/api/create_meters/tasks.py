"""Periodic work on onboarding tokens."""

from onboarding.api.create_meters.tokens import drop_expired_tokens
from portal.jobs.periodic import periodic


@periodic(hours=24)
def drop_old_onboarding_tokens() -> None:
    """Drop onboarding tokens that ended 30 days ago."""
    drop_expired_tokens()
