"""The periodic work on portfolios."""

from django.dispatch import receiver

from onboarding.portfolio.overview import domain
from portal.jobs.periodic import periodic
from portal.web.clock import clock_moved


@periodic(minutes=10)
def count_portfolios() -> None:
    """Count each partner's meters by status, with their capacity, for the trends."""
    domain.count_portfolios()


@receiver(clock_moved)
def _forget_days_ahead(is_back: bool, **_: object) -> None:
    if is_back:
        domain.forget_days_ahead()
