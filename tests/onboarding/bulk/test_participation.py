"""Participation of many meters, chosen or by a filter: it is said how, counted, confirmed, and each has its result."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.bulk.actions.participation import store_request
from onboarding.bulk.domain import confirm, create_action
from onboarding.bulk.models import BulkAction
from onboarding.enrollment.models import ParticipationPeriod, Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation
from onboarding.participation.rules import ParticipationRequest
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from programs.models import Deadline, DeliveryPeriod
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
FIRST = date.today() + timedelta(days=10)
IDLE = ParticipationRequest(Preference.IDLE, FIRST, FIRST + timedelta(days=9), "Out of season")


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def meters(acme: Partner) -> list[Meter]:
    return [make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference=f"home-{n}") for n in range(1, 6)]


@pytest.fixture
def do(acme: Partner, user: User, run_jobs: Callable[[], int]) -> Callable[..., BulkAction]:
    def do(kind: str, request: ParticipationRequest, meters: Iterable[Meter] | None, **options: Any) -> BulkAction:
        chosen = None if meters is None else [meter.pk for meter in meters]
        action = create_action(acme, user, kind=kind, meters=chosen, **{"seen_at": timezone.now(), "by": BY, **options})
        store_request(action, request)
        confirm(action, by=BY)
        run_jobs()
        action.refresh_from_db()
        return action

    return do


def results(action: BulkAction) -> dict[str, str]:
    return dict(action.rows.values_list("partner_reference", "result"))


def change(meter: Meter, request: ParticipationRequest) -> None:
    change_participation({meter.pk: request}, partner=meter.partner, by=BY)


def test_chosen_meters_idle_by_the_pages(client: Client, meters: list[Meter], run_jobs: Callable[[], int]) -> None:
    change(meters[0], ParticipationRequest(Preference.IDLE, FIRST, FIRST))
    change(meters[1], IDLE)
    chosen = [str(meter.pk) for meter in meters[:4]]

    page = client.post(reverse("bulk-ask"), {"kind": "idle", "meter": chosen}, follow=True)

    form, _ = page.redirect_chain[-1]
    assert form == reverse("participation-of-many", args=[BulkAction.objects.get().pk])
    assert "Idle 4 meters" in page.content.decode()
    said = {"first": str(FIRST), "last": str(FIRST + timedelta(days=9)), "reason": "Out of season"}
    answer = client.post(form, {**said, "last": "2020-01-01"})
    assert (answer.status_code, b"is before the first" in answer.content) == (422, True)
    page = client.post(form, said, follow=True)
    question, _ = page.redirect_chain[-1]
    text = " ".join(page.content.decode().split())
    assert "<strong>2</strong> will change</li>" in text
    assert "<strong>1</strong> will change and replace an earlier time-out on these days</li>" in text
    assert "<strong>1</strong> stays as it is</li>" in text
    assert client.get(form).status_code == 200  # it can be said otherwise
    client.post(question)
    run_jobs()

    action = BulkAction.objects.get()
    assert results(action) == {"home-1": "replaced", "home-2": "same", "home-3": "changed", "home-4": "changed"}
    assert action.counts == {"meant": 4, "changed": 2, "replaced": 1, "same": 1}
    text = client.get(question).content.decode()
    assert "Earlier time-outs replaced" in text
    assert client.get(form).status_code == 302  # it is done
    assert Event.objects.filter(verb="meter.idled").count() == 5
    assert Event.objects.get(verb="bulkaction.confirmed").data["details"] == IDLE.as_json()


def test_nothing_is_done_before_it_is_said_how(
    acme: Partner, user: User, client: Client, meters: list[Meter], run_jobs: Callable[[], int]
) -> None:
    action = create_action(acme, user, kind="disenroll", meters=None, seen_at=timezone.now(), by=BY)

    confirm(action, by=BY)
    answer = client.post(reverse("bulk-action", args=[action.pk]))

    assert answer.url == reverse("participation-of-many", args=[action.pk])
    assert run_jobs() == 0
    assert not ParticipationPeriod.objects.exists()


def test_all_that_match_disenroll_in_chunks_and_come_back(
    acme: Partner, meters: list[Meter], do: Any, settings: Any
) -> None:
    settings.JOB_CHUNK_ROWS = 2
    now = timezone.now()  # a season is still to come, whenever this runs
    season = DeliveryPeriod.objects.filter(name="CEC-DSGS_2027_MAY_OCT")
    season.update(starts_at=now + timedelta(days=150), ends_at=now + timedelta(days=330))
    Deadline.objects.filter(period__in=season).delete()
    disenroll = ParticipationRequest(Preference.DISENROLL, FIRST, None, "Sold")

    action = do("disenroll", disenroll, None, query="region=CAISO")

    assert action.counts == {"meant": 5, "changed": 5}
    assert set(Meter.objects.values_list("enrollment_status", flat=True)) == {"NOT_PARTICIPATING"}
    again = do("disenroll", disenroll, None, query="region=CAISO")
    assert again.counts == {"meant": 5, "same": 5}
    back = do("participate", ParticipationRequest(Preference.PARTICIPATE), meters[:2])
    assert back.counts == {"meant": 2, "changed": 2}
    assert ParticipationPeriod.objects.count() == 3


def test_each_meter_has_its_result(
    acme: Partner, meters: list[Meter], do: Any, client: Client, user: User, run_jobs: Callable[[], int]
) -> None:
    action = create_action(
        acme, user, kind="disenroll", meters=[meter.pk for meter in meters], seen_at=timezone.now(), by=BY
    )
    store_request(action, ParticipationRequest(Preference.DISENROLL, FIRST, None, "Sold"))
    change(meters[0], IDLE)  # meanwhile
    gone = meters.pop()
    gone.enrollments.all().delete()
    gone.delete()
    confirm(action, by=BY)
    BulkAction.objects.update(
        details=ParticipationRequest(Preference.DISENROLL, date.today() - timedelta(days=2), None, "Sold").as_json()
    )
    run_jobs()

    assert results(action) == {
        "home-1": "refused",
        "home-2": "refused",
        "home-3": "refused",
        "home-4": "refused",
        "": "gone",
    }
    page = client.get(reverse("bulk-action", args=[action.pk])).content.decode()
    assert page.count("The earliest day to disenroll is tomorrow") == 4
    lines = b"".join(client.get(reverse("bulk-result", args=[action.pk])).streaming_content).decode()
    assert lines.count("Can’t be changed: The earliest day to disenroll is tomorrow") == 4

    meanwhile = do("idle", IDLE, meters[1:2], seen_at=timezone.now() - timedelta(hours=1))
    assert results(meanwhile) == {"home-2": "meanwhile"}
    assert ParticipationPeriod.objects.filter(meter=meters[1]).count() == 0
