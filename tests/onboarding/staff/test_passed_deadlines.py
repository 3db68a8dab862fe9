"""Staff see which deadlines have passed, and have one recorded again by other rules, knowing what that changes."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Enrollment, MadeDeadline
from onboarding.enrollment.tasks import record_deadlines
from portal.events.models import Event
from portal.partners.models import Partner, User
from programs.models import Deadline, DeliveryPeriod, Field, PassedDeadline, Program, Requirement
from tests.conftest import make_user
from tests.onboarding.enrollment.meters import at, make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
LIST = "admin:programs_passeddeadline_changelist"


@pytest.fixture
def missed(acme: Partner, borealis: Partner, time_machine: Any, run_jobs: Any) -> PassedDeadline:
    """A deadline at which a mistaken requirement was in force for an hour, so that two meters missed it."""
    time_machine.move_to(at("2031-01-10"), tick=False)
    program = Program.objects.get(identifier="CEC-DSGS")
    program.delivery_periods.all().delete()
    begins = at("2031-05-01T07:00")
    period = DeliveryPeriod.objects.create(
        program=program, name="CEC-DSGS_2031_MAY_OCT", starts_at=begins, ends_at=at("2031-10-31T07:00")
    )
    Deadline.objects.create(period=period, deadline_at=at("2031-04-15T07:00"), activation_at=begins)
    parts: Any = {"device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}}
    for partner in (acme, borealis):
        name, site = f"of-{partner.slug}", {"number_of_devices": 1}
        make_meter(partner, programs=["CEC-DSGS"], reference=name, meter_type="DEVICE", site=site, **parts)
    time_machine.move_to(at("2031-04-15T06:30"), tick=False)
    slip = Requirement.objects.create(program=program, field=Field.objects.get(path="utility.tariff"))
    time_machine.move_to(at("2031-04-15T07:30"), tick=False)
    slip.delete()
    time_machine.move_to(at("2031-04-15T08:00"), tick=False)
    record_deadlines()
    run_jobs()
    assert not MadeDeadline.objects.exists()
    return PassedDeadline.objects.get(period=period)


@pytest.fixture
def admin(staff: User, client_of: Any, missed: PassedDeadline) -> Client:
    """Signed in once the clock has been moved."""
    return client_of(staff)  # type: ignore[no-any-return]  # the fixture gives a Client


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def again(passed: PassedDeadline) -> str:
    return reverse("admin:passed-deadline-again", args=[passed.pk])


def test_list_tells_when_who_and_by_which_rules(admin: Client, missed: PassedDeadline) -> None:
    text = text_of(admin.get(reverse(LIST)).content.decode())

    row = "by end of Mon, Apr 14, 2031 (11:59 PM PDT) CEC-DSGS_2031_MAY_OCT May 1, 2031 0 the deadline"
    assert row in text


def test_deadline_is_recorded_again_as_if_the_mistake_had_never_been(
    admin: Client, missed: PassedDeadline, run_jobs: Any
) -> None:
    first = text_of(admin.get(again(missed)).content.decode())
    seen = admin.post(again(missed), {"rules": "now"})
    text = text_of(seen.content.decode())
    nothing = MadeDeadline.objects.count()

    done = admin.post(again(missed), {"rules": "now", "seen": "now"})
    record_deadlines()
    run_jobs()

    assert "Meters that make this deadline are expected active from May 1, 2031." in first
    assert "Nothing has changed yet. 2 enrollments checked." in text
    assert "2 meters will now make the deadline." in text
    assert "Acme Energy of-acme Makes the deadline" in text
    assert (nothing, done.status_code) == (0, 302)
    assert MadeDeadline.objects.count() == 2
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"ELIGIBLE"}
    event = Event.objects.get(verb="passeddeadline.reopened")
    assert (event.actor_label, event.data["rules_at"]) == ("Stef Staff", at("2031-04-15T08:00").isoformat())


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ({"moment_0": "2031-04-15", "moment_1": "00:15:00"}, "No meters would gain or lose it."),  # 07:15 UTC: in force
        ({"moment_0": "2031-04-15", "moment_1": "00:45:00"}, "2 meters will now make the deadline"),
        ({"moment_0": "2031-04-14"}, "2 meters will now make the deadline"),
        ({}, "Enter the day whose rules to use."),
        ({"moment_0": "2031-04-16"}, "Enter a time in the past."),
    ],
)
def test_rules_of_another_moment_can_be_chosen(
    admin: Client, missed: PassedDeadline, moment: dict[str, str], said: str
) -> None:
    text = text_of(admin.post(again(missed), {"rules": "other"} | moment).content.decode())

    assert said in text


def test_choice_that_is_changed_is_shown_before_it_is_done(admin: Client, missed: PassedDeadline) -> None:
    page = admin.post(again(missed), {"rules": "now", "seen": "deadline"})

    assert page.status_code == 200
    assert "2 meters will now make the deadline" in text_of(page.content.decode())
    assert PassedDeadline.objects.get(pk=missed.pk).recorded_at is not None


def test_period_with_a_deadline_that_meters_made_is_not_deleted(
    admin: Client, missed: PassedDeadline, run_jobs: Any
) -> None:
    admin.post(again(missed), {"rules": "now", "seen": "now"})
    record_deadlines()
    run_jobs()
    url = reverse("admin:programs_deliveryperiod_delete", args=[missed.period_id])

    admin.post(url, {"post": "yes"})

    assert DeliveryPeriod.objects.filter(pk=missed.period_id).exists()
    assert MadeDeadline.objects.count() == 2


def test_clerk_without_the_permission_looks_only(missed: PassedDeadline, client_of: Any) -> None:
    clerk = make_user("clerk@leap.example", "Cleo Clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_passeddeadline"))
    client = client_of(clerk)

    assert client.get(reverse(LIST)).status_code == 200
    assert client.get(again(missed)).status_code == 403
    assert client.post(again(missed), {"rules": "now", "seen": "now"}).status_code == 403
    assert PassedDeadline.objects.get(pk=missed.pk).recorded_at is not None


def test_deadline_that_is_not_there_is_a_404(admin: Client) -> None:
    assert admin.get(reverse("admin:passed-deadline-again", args=[999_999])).status_code == 404
