"""Periodic work on onboarding tokens."""

from onboarding.api.create_meters.tokens import KEPT, drop_expired_tokens
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register


@periodic(hours=24)
def drop_old_onboarding_tokens() -> None:
    """Drop onboarding tokens that ended 30 days ago."""
    drop_expired_tokens()


register(Retention("Onboarding tokens", KEPT, "they expired", drop_old_onboarding_tokens))
