"""The demo's portfolio: made once, through the real doors, and of every status something."""

import io
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from onboarding.enrollment.models import ParticipationPeriod
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.models import Event
from programs.models import Program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def make() -> str:
    call_command("demo_signins", ensure=True, quiet=True)
    errors = io.StringIO()
    call_command("demo_portfolio", stderr=errors)
    return errors.getvalue()


def test_portfolio_has_something_of_every_kind_and_is_made_once(time_machine) -> None:
    time_machine.move_to("2026-11-26T12:00:00+00:00")

    assert make() == ""
    before = Event.objects.count()
    assert make() == ""

    assert Event.objects.count() == before
    assert Counter(Meter.objects.values_list("enrollment_status", flat=True)) == {
        "ELIGIBLE": 16,
        "ACTIVE": 11,
        "INELIGIBLE": 5,
        "PENDING": 4,
    }
    assert {*Meter.objects.values_list("partner__slug", flat=True)} == {"cedar"}
    assert sorted(ParticipationPeriod.objects.values_list("preference", flat=True)) == ["DISENROLL", "IDLE"]
    waiting = Upload.objects.get(state="ready")
    assert waiting.counts == {"rows": 10, "create": 7, "needs_fixing": 2, "duplicate": 1}


@pytest.mark.parametrize("day", ["2027-03-31T23:30:00+00:00", "2027-07-01T07:00:00+00:00", "2031-01-01T00:00:00+00:00"])
def test_portfolio_is_made_on_any_day(time_machine, day: str) -> None:
    time_machine.move_to(day)

    assert make() == ""

    assert Meter.objects.count() == 36


def test_catalogue_that_does_not_fit_keeps_nobody_from_starting() -> None:
    Program.objects.filter(identifier="CEC-DSGS").update(is_partner_created=False, is_customer_authorized=True)

    assert "stays as far as it came" in make()


def test_portfolio_is_for_the_demo_alone(settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="demo mode only"):
        call_command("demo_portfolio")
