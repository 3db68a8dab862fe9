"""The page of one meter's participation: shown first, done with a yes, and never what was not shown."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.enrollment.models import ParticipationPeriod, Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation
from onboarding.participation.rules import ParticipationRequest
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from tests.onboarding.enrollment.meters import activate, make_meter

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("catalogue"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
BY = Actor.system("Test")


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def meter(acme: Partner) -> Meter:
    return make_meter(acme, programs=["CCA"], utility="PGE")


def page_of(meter: Meter) -> str:
    return reverse("meter-participation", args=[meter.pk])


def confirmed(client: Client, meter: Meter, **said: str) -> Any:
    """See what will happen, and say yes to it."""
    shown = client.post(page_of(meter), said)
    assert shown.status_code == 200, shown.content.decode()
    assert not ParticipationPeriod.objects.filter(meter=meter, reason=said.get("reason", "")).exists()
    return client.post(page_of(meter), {**said, "seen": shown.context["seen"], "confirm": "yes"}, follow=True)


def test_meter_idles_after_a_yes_and_the_idle_time_is_removed(client: Client, meter: Meter) -> None:
    today = date.today()
    days = {"first": str(today + timedelta(days=3)), "last": str(today + timedelta(days=9))}

    page = confirmed(client, meter, what="IDLE", reason="Out of season", **days).content.decode()

    assert "Done: idle from" in page
    assert "Out of season" in page
    assert ParticipationPeriod.objects.get().preference == "IDLE"
    page = client.post(reverse("idle-remove", args=[meter.pk]), days, follow=True).content.decode()
    assert "Removed: idle from" in page
    assert not ParticipationPeriod.objects.exists()
    page = client.post(reverse("idle-remove", args=[meter.pk]), days, follow=True).content.decode()
    assert "The meter has no idle time from" in page


@time_machine.travel("2024-10-05T12:00:00Z", tick=False)
def test_preview_says_when_each_program_lets_an_active_meter_go(client: Client, acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA", "ELRP"], utility="PGE", evaluated=False)
    activate(meter, "CAISO-CCA_2024_OCT", since="2024-10-01T07:00")

    page = client.post(page_of(meter), {"what": "DISENROLL", "first": "2024-10-10", "reason": "Sold"}).content.decode()

    assert "Stays active until the end of the month: leaves on Oct 31, 2024." in page
    assert "Out of the program from Oct 10, 2024." in page  # ELRP, where it is not active
    assert "Disenroll this meter</button>" in page


def test_yes_to_something_else_than_was_shown_is_asked_again(client: Client, meter: Meter) -> None:
    first = date.today() + timedelta(days=3)
    said = {"what": "DISENROLL", "first": str(first), "reason": "Sold"}
    seen = client.post(page_of(meter), said).context["seen"]
    request = ParticipationRequest(Preference.IDLE, first, first + timedelta(days=9))
    change_participation({meter.pk: request}, partner=meter.partner, by=BY)

    page = client.post(page_of(meter), {**said, "seen": seen, "confirm": "yes"}).content.decode()

    assert "Someone changed this meter’s participation in the meantime." in page
    assert "This replaces:" in page
    assert [one.preference for one in ParticipationPeriod.objects.all()] == ["IDLE"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Choose an action."),
        ({"what": "IDLE"}, "The first day is empty."),
        ({"what": "IDLE", "first": "2030-01-02", "last": "2030-01-01"}, "The last day, 2030-01-01, is before"),
        ({"what": "IDLE", "first": "soon", "last": "2030-01-01"}, "Enter it as YYYY-MM-DD"),
        ({"what": "IDLE", "first": "2020-01-02", "last": "2020-01-03"}, "The last day, 2020-01-03, has passed"),
        ({"what": "DISENROLL", "first": "2030-01-01"}, "Enter a reason for disenrolling."),
        ({"what": "DISENROLL", "first": "2020-01-01"}, "The earliest day to disenroll is tomorrow"),
        (
            {"what": "DISENROLL", "first": "2020-01-01", "reason": "x"},
            "The earliest day to disenroll is tomorrow",
        ),
        ({"what": "PARTICIPATE", "first": "2020-01-01"}, "A meter can participate again from today"),
    ],
)
def test_refusals_stand_at_their_fields_and_what_was_typed_stays(
    client: Client, meter: Meter, said: dict[str, str], told: str
) -> None:
    answer = client.post(page_of(meter), {"csrf": "", **said})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(told) == 2  # in the summary and at the field
    assert "<title>Error: Participation" in page
    assert not ParticipationPeriod.objects.exists()


def test_what_holds_already_is_said_and_asks_for_nothing(client: Client, meter: Meter) -> None:
    page = client.post(page_of(meter), {"what": "PARTICIPATE"}).content.decode()

    assert "Nothing would change. The meter already participates." in page
    assert "confirm" not in page


def test_stranger_changes_nothing(stranger: User, client_of: Any, meter: Meter) -> None:
    client = client_of(stranger)

    assert client.post(page_of(meter), {"what": "PARTICIPATE"}).status_code == 404
    assert client.post(reverse("idle-remove", args=[meter.pk]), {}).status_code == 404


def test_meters_are_filtered_by_participation(client: Client, acme: Partner) -> None:
    made = {name: make_meter(acme, programs=[], reference=name) for name in ("takes-part", "is-idle", "is-out", "soon")}
    today = date.today()
    idle = ParticipationRequest(Preference.IDLE, today - timedelta(days=3), today + timedelta(days=3))
    out = ParticipationRequest(Preference.DISENROLL, today + timedelta(days=2), reason="Sold")
    change_participation({made["is-idle"].pk: idle, made["is-out"].pk: out, made["soon"].pk: out}, partner=acme, by=BY)
    ParticipationPeriod.objects.filter(meter=made["is-out"]).update(starts_at=timezone.now() - timedelta(days=1))

    def references_of(value: str) -> list[str]:
        return sorted(
            meter.partner_reference
            for meter in client.get(reverse("meters"), {"participation": value}).context["page"].rows
        )

    assert {value: references_of(value) for value in ("in", "idle", "disenrolled")} == {
        "in": ["soon", "takes-part"],
        "idle": ["is-idle"],
        "disenrolled": ["is-out"],
    }
