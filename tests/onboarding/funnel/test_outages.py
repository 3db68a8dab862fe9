"""A utility that fails and recovers: seen from tries, told in the journey, and followed up once, by day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from onboarding.connect import outages
from onboarding.connect.choices import AuthorizationState, FailureReason, NoteKind, SessionState, Step
from onboarding.connect.contacting import opt_out
from onboarding.connect.models import ConnectSession, CustomerEmail, OutageFollowUp, UtilityOutage
from onboarding.connect.outages import UtilityState
from onboarding.reminders.outages import ask_again
from portal.partners.models import Partner, User
from programs.models import Utility
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NOON = datetime(2026, 12, 10, 20, tzinfo=UTC)  # in California
FAULT, GOOD, WRONG = FailureReason.UTILITY_UNAVAILABLE, None, FailureReason.BAD_CREDENTIALS


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def attempt(acme: Partner) -> Callable[..., ConnectSession]:
    """A customer's try at the utility some minutes before noon; returns the session."""
    link = make.link(acme)
    numbers = iter(range(1000))

    def made(ending: FailureReason | None, minutes: int, *, whose: Partner = acme, email: str = "") -> ConnectSession:
        number, at = next(numbers), NOON - timedelta(minutes=minutes)
        its = link if whose == acme else make.link(whose)
        row = make.connection(
            whose, f"home-{number}", link=its, started=at, session=SessionState.UPDATED, step=Step.UTILITY
        )
        state = AuthorizationState.FAILED if ending else AuthorizationState.COMPLETED
        make.authorization(row, state=state, failure=ending or "")
        session = row.sessions.get()
        session.answers = {"email": email or f"alex{number}@example.com", "postal_code": "94103"}
        session.save()
        return session

    return made


@pytest.fixture
def utility(db: None, catalogue: None) -> Utility:
    return Utility.objects.get(code=make.CAISO_UTILITY)


def state_of(utility: Utility) -> UtilityState:
    outages.watch()
    return outages.states_of([utility.pk])[utility.pk]


# --- the outage


@pytest.mark.parametrize(
    ("faults", "others", "state"),
    [
        (0, 0, UtilityState.UNKNOWN),
        (4, 0, UtilityState.UNKNOWN),
        (0, 5, UtilityState.WORKING),
        (1, 4, UtilityState.DEGRADED),
        (2, 3, UtilityState.DEGRADED),
        (3, 3, UtilityState.FAILING),
        (5, 0, UtilityState.FAILING),
    ],
)
def test_the_state_by_the_share_of_enough_tries(
    faults: int, others: int, state: UtilityState, attempt: Any, utility: Utility
) -> None:
    for number in range(faults + others):
        attempt(FAULT if number < faults else WRONG, 30 + number)

    assert state_of(utility) == state
    assert UtilityOutage.objects.count() == (state == UtilityState.FAILING)


def test_what_customers_do_and_what_a_sandbox_does_is_no_trouble(attempt: Any, utility: Utility, acme: Partner) -> None:
    sandbox = Partner.objects.create(name="Acme sandbox", slug="acme-sandbox", sandbox_of=acme)
    for number in range(6):
        attempt(FailureReason.ABANDONED, number + 1)
        attempt(FAULT, number + 1, whose=sandbox)
        attempt(WRONG, number + 1)

    assert state_of(utility) == UtilityState.WORKING


def test_an_outage_begins_with_its_first_failure_and_ends_after_three_good_tries(
    attempt: Any, utility: Utility, clock: Any
) -> None:
    for minutes in (70, 60, 50, 40, 30):
        attempt(FAULT, minutes)
    assert state_of(utility) == UtilityState.FAILING
    assert UtilityOutage.objects.get().began_at == NOON - timedelta(minutes=70)

    attempt(GOOD, 20)
    attempt(WRONG, 15)
    assert state_of(utility) == UtilityState.FAILING  # two are not enough
    attempt(FAULT, 12)
    attempt(GOOD, 10)
    attempt(GOOD, 9)
    assert state_of(utility) == UtilityState.FAILING  # nor are two after a failure
    attempt(GOOD, 8)
    assert state_of(utility) != UtilityState.FAILING
    assert UtilityOutage.objects.get().ended_at == NOON

    assert state_of(utility) != UtilityState.FAILING  # what failed before is no new outage
    assert UtilityOutage.objects.count() == 1


def test_an_outage_without_tries_ends_after_a_day(attempt: Any, utility: Utility, clock: Any) -> None:
    for minutes in range(5):
        attempt(FAULT, minutes + 1)
    outages.watch()
    clock.move_to(NOON + timedelta(hours=20), tick=False)
    assert state_of(utility) == UtilityState.FAILING

    clock.move_to(NOON + timedelta(hours=25), tick=False)
    assert state_of(utility) == UtilityState.UNKNOWN


# --- asked again


@pytest.fixture
def over(attempt: Any) -> Callable[[], None]:
    """Three good tries, after which the outage is over."""

    def end() -> None:
        for minutes in (3, 2, 1):
            attempt(GOOD, minutes)
        outages.watch()

    return end


def failing(attempt: Any) -> list[ConnectSession]:
    met = [attempt(FAULT, 60 - number) for number in range(5)]
    outages.watch()
    return met


def test_customers_who_met_it_are_asked_again_once(attempt: Any, over: Any, run_jobs: Any) -> None:
    met = failing(attempt)
    wrong = attempt(WRONG, 20)
    assert ask_again() == 0  # it still fails
    over()

    assert ask_again() == 5
    assert ask_again() == 0
    run_jobs()

    assert {message.to[0] for message in mail.outbox} == {session.answers["email"] for session in met}
    assert wrong.answers["email"] not in {message.to[0] for message in mail.outbox}
    assert "/connect/continue/" in mail.outbox[0].body
    assert "works again" in mail.outbox[0].subject
    assert met[0].connection is not None
    assert met[0].connection.notes.filter(kind=NoteKind.ASKED_AGAIN).count() == 1


def test_who_is_further_opted_out_or_has_no_address_is_left_alone(attempt: Any, over: Any, acme: Partner) -> None:
    finished, authorized, stopped, silent, twice = failing(attempt)
    ConnectSession.objects.filter(pk=finished.pk).update(state=SessionState.COMPLETED)
    assert authorized.connection is not None
    make.authorization(authorized.connection)
    opt_out(acme, stopped.answers["email"])
    ConnectSession.objects.filter(pk=silent.pk).update(answers={})
    again = attempt(FAULT, 40, email=twice.answers["email"])
    over()

    assert ask_again() == 1
    assert CustomerEmail.objects.get().session_id in (twice.pk, again.pk)
    assert not OutageFollowUp.objects.filter(settled_at=None).exists()


def test_nobody_is_written_to_at_night(attempt: Any, over: Any, clock: Any) -> None:
    failing(attempt)
    over()

    for hours, written in ((9, 0), (16, 0), (19.9, 0), (20.1, 5)):  # 9 PM, 4 AM, before and after 8 AM
        clock.move_to(NOON + timedelta(hours=hours), tick=False)
        assert ask_again() == written, hours


def test_nobody_is_written_to_days_later_or_while_it_fails_again(attempt: Any, over: Any, clock: Any) -> None:
    failing(attempt)
    over()
    outage = UtilityOutage.objects.get()
    again = UtilityOutage.objects.create(utility=outage.utility, began_at=NOON, noticed_at=NOON)
    assert ask_again() == 0
    assert OutageFollowUp.objects.filter(settled_at=None).count() == 5

    again.delete()
    clock.move_to(NOON + timedelta(days=4), tick=False)
    assert ask_again() == 0
    assert not OutageFollowUp.objects.filter(settled_at=None).exists()


# --- told


def test_a_customer_asks_to_be_told(attempt: Any, over: Any, run_jobs: Any) -> None:
    failing(attempt)
    waiting = attempt(WRONG, 30)
    outages.ask_to_be_told(waiting, make.CAISO_UTILITY)
    outages.ask_to_be_told(waiting, make.CAISO_UTILITY)
    outages.ask_to_be_told(waiting, "NOWHERE")
    over()

    assert ask_again() == 6
    run_jobs()
    (message,) = [message for message in mail.outbox if message.to == [waiting.answers["email"]]]
    assert "You asked us to tell you" in message.body


def test_the_page_tells_own_figures_and_everybodys_state(
    attempt: Any, acme: Partner, user: User, stranger: User, borealis: Partner, client_of: Any
) -> None:
    attempt(GOOD, 90, whose=borealis)
    failing(attempt)

    mine = client_of(user).get(reverse("connect-utilities")).content.decode()
    theirs = client_of(stranger).get(reverse("connect-utilities")).content.decode()

    assert "The utility was not available (5)" in mine
    assert "5 caused by the utility" in mine
    assert "Failing" in theirs
    assert "The utility was not available" not in theirs
    assert 'data-label="Started">1<' in theirs


def test_queries_of_the_page_do_not_grow(
    attempt: Any, user: User, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    client: Client = client_of(user)
    failing(attempt)
    client.get(reverse("connect-utilities"))
    with django_assert_max_num_queries(16):
        for period in ("day",):
            client.get(reverse("connect-utilities"), {"period": period})
