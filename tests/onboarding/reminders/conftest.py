"""Customers who stopped at any step, links with reminders, and the sweep with its jobs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from onboarding.connect.choices import SessionState, Step
from onboarding.connect.models import Connection, ConnectLink
from onboarding.reminders.choices import REMINDERS, SPANS, Touchpoint
from onboarding.reminders.models import Reminder
from onboarding.reminders.plans import save_plan
from onboarding.reminders.sweep import sweep
from portal.jobs.domain import run_next
from portal.partners.models import Partner
from tests.onboarding.connect import builders
from tests.onboarding.connect.conftest import (  # noqa: F401  fixtures of the customers' way
    connected,
    customer,
    new_customer,
)

STOPPED_AT = datetime(2026, 12, 1, 18, tzinfo=UTC)  # 10 AM in San Francisco
DEFAULTS = {touchpoint: SPANS[touchpoint].default for touchpoint in REMINDERS}


def switch_on(link: ConnectLink, delays: dict[Touchpoint, int] | None = None, *, text: str = "") -> None:
    save_plan(link, is_on=True, delays=delays or DEFAULTS, text=text, by=builders.BY)


def stopped(
    partner: Partner,
    reference: str,
    *,
    link: ConnectLink | None = None,
    step: Step = Step.UTILITY,
    at: datetime = STOPPED_AT,
    email: str = "alex@example.com",
    **answers: Any,
) -> Connection:
    """A customer of San Francisco who stopped at a step."""
    state = SessionState.CREATED if step == Step.WELCOME else SessionState.UPDATED
    row = builders.connection(partner, reference, link=link, started=at, session=state, step=step)
    given = {"customer_name": "Alex Rivera", "email": email, "postal_code": "94103"} | answers
    row.sessions.update(answers={} if step == Step.WELCOME else {key: text for key, text in given.items() if text})
    return row


def sweep_and_send() -> None:
    """What a worker does in the minute."""
    sweep()
    while run_next():
        pass


def states_of(connection: Connection) -> list[tuple[str, str, str]]:
    """Touchpoint, state and reason of each email, the oldest first."""
    rows = Reminder.objects.filter(connection=connection).order_by("created_at", "pk")
    return list(rows.values_list("touchpoint", "state", "reason"))


@pytest.fixture
def link(acme: Partner, catalogue: None, travel: Callable[..., Any]) -> ConnectLink:
    """A link of Acme with reminders, at the moment at which customers stop."""
    travel(STOPPED_AT)
    made = builders.link(acme, "summer")
    switch_on(made)
    return made


@pytest.fixture
def travel() -> Any:
    """Go to a moment; the newest journey counts."""
    journeys: list[Any] = []

    def go(to: datetime) -> None:
        if journeys:
            journeys.pop().stop()
        journeys.append(time_machine.travel(to, tick=False))
        journeys[-1].start()

    yield go
    while journeys:
        journeys.pop().stop()
