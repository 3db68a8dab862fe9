"""One utility over time: each try in its stretch of the partner's own clock, and nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import FailureReason, NoteKind
from onboarding.connect.models import Connection, UtilityOutage
from onboarding.funnel.health import Period
from onboarding.funnel.history import Stretch, history_of
from portal.partners.models import Partner, User
from portal.web.charts import Tone
from programs.models import Utility
from tests.onboarding.connect import builders as make
from tests.onboarding.funnel import mixed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NOW = datetime(2026, 12, 10, 20, 30, tzinfo=UTC)  # a Thursday, 12:30 PM in California
FAILED = (*mixed.AT_UTILITY, NoteKind.NOT_AUTHORIZED)


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def utility() -> Utility:
    return Utility.objects.get(code=make.CAISO_UTILITY)


def tried(partner: Partner, number: int, ago: timedelta, kinds: tuple[NoteKind, ...] = FAILED, **more: Any) -> None:
    link = make.link(partner) if not Connection.objects.filter(partner=partner).exists() else None
    link = link or Connection.objects.filter(partner=partner)[0].link
    row = mixed.customer(partner, f"home-{number}", kinds, link=link, started=NOW - ago, **more)  # type: ignore[arg-type]  # the row has a link
    row.authorizations.update(initiated_at=NOW - ago)


def filled(stretches: list[Stretch]) -> list[tuple[str, int, int, int, int]]:
    return [
        (each.label, each.started, each.authorized, each.customers, each.faults) for each in stretches if each.started
    ]


def test_tries_are_counted_in_the_hours_of_the_partner(acme: Partner, borealis: Partner, utility: Utility) -> None:
    tried(acme, 1, timedelta(minutes=31), failure=FailureReason.DECLINED)  # 11:59 AM
    tried(acme, 2, timedelta(minutes=30), failure=FailureReason.UTILITY_ERROR)  # 12:00 PM
    tried(acme, 3, timedelta(minutes=5), mixed.HAS_DATA)
    tried(acme, 4, timedelta(minutes=5), mixed.AT_UTILITY)
    tried(acme, 5, timedelta(hours=25))
    tried(borealis, 6, timedelta(minutes=5), failure=FailureReason.UTILITY_ERROR)

    history = history_of(utility, acme, Period.DAY)

    assert filled(history.stretches) == [("11 AM", 1, 0, 1, 0), ("12 PM", 3, 1, 1, 1)]
    assert len(history.stretches) == 25
    assert history.stretches[-1].share == pytest.approx(1 / 3)


def test_an_hour_that_comes_twice_has_two_stretches(acme: Partner, utility: Utility, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 1, 10, tzinfo=UTC), tick=False)
    for number, minute in ((1, -90), (2, -30)):  # 1:30 AM daylight time, 1:30 AM standard time
        at = datetime(2026, 11, 1, 10, tzinfo=UTC) + timedelta(minutes=minute)
        tried(acme, number, NOW - at)

    history = history_of(utility, acme, Period.DAY)

    assert filled(history.stretches) == [("1 AM", 1, 0, 1, 0), ("1 AM", 1, 0, 1, 0)]


def test_weeks_begin_on_monday_and_days_at_midnight(acme: Partner, utility: Utility) -> None:
    monday_midnight = datetime(2026, 12, 7, 8, tzinfo=UTC)
    tried(acme, 1, NOW - monday_midnight)
    tried(acme, 2, NOW - monday_midnight + timedelta(minutes=1))

    weeks, days = history_of(utility, acme, Period.QUARTER), history_of(utility, acme, Period.WEEK)

    assert filled(weeks.stretches) == [("Nov 30", 1, 0, 1, 0), ("Dec 7", 1, 0, 1, 0)]
    assert filled(days.stretches) == [("Sun 6", 1, 0, 1, 0), ("Mon 7", 1, 0, 1, 0)]


def test_a_number_of_everything_is_in_the_picture(acme: Partner, utility: Utility) -> None:
    tried(acme, 1, timedelta(days=1), mixed.HAS_DATA)
    tried(acme, 2, timedelta(days=1), failure=FailureReason.UTILITY_UNAVAILABLE)
    tried(acme, 3, timedelta(days=1), failure=FailureReason.ABANDONED)

    history = history_of(utility, acme, Period.WEEK)

    assert [part.tone for part in history.tries.parts] == [Tone.ACCENT, Tone.WARNING, Tone.DANGER]
    assert history.tries.text == "1 of 3 completed sign-ins were authorized."
    assert history.waits is not None
    assert [row.cells for row in history.waits.numbers.rows].count(["–"]) == 7


def test_the_page_tells_reasons_and_outages(acme: Partner, utility: Utility, user: User, client_of: Any) -> None:
    tried(acme, 1, timedelta(hours=2), failure=FailureReason.UTILITY_UNAVAILABLE)
    began = NOW - timedelta(hours=3)
    UtilityOutage.objects.create(utility=utility, began_at=began, noticed_at=NOW, ended_at=NOW)
    client: Client = client_of(user)

    page = client.get(reverse("connect-utility", args=[utility.code]), {"period": "day"}).content.decode()

    assert "1 The utility was not available" in page
    assert "Dec 10, 2026, 9:30 AM PST to Dec 10, 2026, 12:30 PM PST" in page
    assert client.get(reverse("connect-utility", args=["NOWHERE"])).status_code == 404


def test_a_utility_that_nobody_tried_says_so(utility: Utility, user: User, client_of: Any) -> None:
    page = client_of(user).get(reverse("connect-utility", args=[utility.code])).content.decode()

    assert "No sign-ins at this utility in this period." in page
    assert "No outages recorded." in page


def test_queries_of_a_history_do_not_grow(acme: Partner, utility: Utility, django_assert_num_queries: Any) -> None:
    for number in range(3):
        tried(acme, number, timedelta(days=number), mixed.HAS_DATA)
        with django_assert_num_queries(6):
            history_of(utility, acme, Period.WEEK)
