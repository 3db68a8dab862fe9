"""Taking an upload back: what goes, what comes back, what stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.enrollment.models import Enrollment
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_until, withdraw_upload, withdrawal_outlook
from onboarding.uploads.queries import receipt_lines
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests import builders
from tests.onboarding.enrollment.meters import activate, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


@pytest.fixture
def done(acme: Partner, run_jobs: Callable[[], int]) -> Callable[..., Upload]:
    def done(lines: list[dict[str, Any]], *, update_existing: bool = False, creates_unknown: bool = False) -> Upload:
        upload, _ = receive_upload(
            [builders.csv_bytes(lines)],
            file_name="meters.csv",
            partner=acme,
            programs=["CEC-DSGS"],
            update_existing=update_existing,
            by=BY,
        )
        Upload.objects.filter(pk=upload.pk).update(creates_unknown=creates_unknown)
        run_jobs()
        confirm_upload(upload, by=BY)
        run_jobs()
        upload.refresh_from_db()
        return upload

    return done


@pytest.fixture
def taken_back(run_jobs: Callable[[], int]) -> Callable[[Upload], Upload]:
    def taken_back(upload: Upload) -> Upload:
        withdraw_upload(upload, by=BY)
        run_jobs()
        upload.refresh_from_db()
        return upload

    return taken_back


def marks(upload: Upload) -> list[str]:
    return list(UploadRow.objects.filter(upload=upload).order_by("number").values_list("withdrawal", flat=True))


def test_created_meters_go_and_the_file_can_be_sent_again(done: Any, taken_back: Any, settings: Any) -> None:
    settings.JOB_CHUNK_ROWS = 2
    upload = taken_back(done(builders.rows(5)))

    assert (upload.state, marks(upload)) == ("withdrawn", ["removed"] * 5)
    assert (Meter.objects.count(), Enrollment.objects.count()) == (0, 0)
    assert Event.objects.filter(verb="meter.removed").count() == 5
    again = done(builders.rows(5))
    assert (again.pk != upload.pk, Meter.objects.count()) == (True, 5)


def test_meter_changed_since_stays_and_is_named(done: Any, taken_back: Any) -> None:
    upload = done(builders.rows(2))
    done([builders.row(1, device__device_model="Home 20")], update_existing=True)

    taken_back(upload)

    assert marks(upload) == ["left", "removed"]
    assert Meter.objects.get().data["device"]["device_model"] == "Home 20"
    assert "stays" in UploadRow.objects.get(upload=upload, number=2).description


def test_meter_that_was_archived_since_stays(done: Any, taken_back: Any) -> None:
    upload = done(builders.rows(2))
    first = Meter.objects.order_by("partner_reference")[0]
    Meter.objects.filter(pk=first.pk).update(is_archived=True)  # its data is as it came

    taken_back(upload)

    assert marks(upload) == ["left", "removed"]
    assert list(Meter.objects.all()) == [first]


def test_rows_that_wrote_nothing_are_not_taken_back(done: Any, taken_back: Any) -> None:
    """Of five rows two cannot be written, and one is of a meter that is there already."""
    there = done([builders.row(5)])
    upload = done(
        [builders.row(1), builders.row(2, customer__city=None), builders.row(1), builders.row(4), builders.row(5)]
    )

    taken_back(upload)

    assert marks(upload) == ["removed", "", "", "removed", ""]
    assert list(Meter.objects.values_list("partner_reference", "upload")) == [("home-000005", there.pk)]
    assert upload.counts["withdrawn_removed"] == 2


@pytest.mark.parametrize(("seconds", "is_late"), [(-1, False), (0, True)])
def test_upload_can_be_taken_back_for_thirty_days(done: Any, settings: Any, seconds: int, is_late: bool) -> None:
    settings.UPLOAD_WITHDRAW_DAYS = 30
    upload = done(builders.rows(1))
    until = upload.finished_at + timedelta(days=30)

    with time_machine.travel(until + timedelta(seconds=seconds), tick=False):
        assert withdraw_until(upload) == (None if is_late else until)


@pytest.mark.parametrize(
    ("state", "is_over", "is_open"),
    [("done", True, True), ("ready", True, True), ("ready", False, False), ("withdrawing", True, False)],
)
def test_only_what_was_written_can_be_taken_back(done: Any, state: str, is_over: bool, is_open: bool) -> None:
    upload = done(builders.rows(1))
    upload.state = state
    upload.finished_at = upload.finished_at if is_over else None

    assert (withdraw_until(upload) is not None) is is_open


def test_update_comes_back_field_by_field(done: Any, taken_back: Any) -> None:
    done([builders.row(1, customer__street_2=None)])
    before = asset_of(Meter.objects.get())
    change = done(
        [builders.row(1, device__device_model="Home 20", device__installer="Other Roofs", customer__street_2="B 2")],
        update_existing=True,
    )

    taken_back(change)

    assert marks(change) == ["restored"]
    assert asset_of(Meter.objects.get()) == before
    event = Event.objects.get(verb="meter.restored")
    assert event.data["changes"]["device.device_model"] == ["Home 20", "Home 10"]
    assert event.data["changes"]["customer.street_2"] == ["B 2", None]


def test_field_that_was_changed_again_keeps_its_value(done: Any, taken_back: Any) -> None:
    done([builders.row(1)])
    change = done([builders.row(1, device__device_model="X", device__installer="Y")], update_existing=True)
    done([builders.row(1, device__device_model="Z", device__installer="Y")], update_existing=True)

    taken_back(change)

    device = Meter.objects.get().data["device"]
    assert (device["device_model"], device["installer"]) == ("Z", "Bright Roofs LLC")
    assert "device.device_model" in UploadRow.objects.get(upload=change).description


def test_change_of_which_every_field_was_changed_again_stays(done: Any, taken_back: Any) -> None:
    done([builders.row(1)])
    change = done([builders.row(1, device__device_model="X")], update_existing=True)
    done([builders.row(1, device__device_model="Z")], update_existing=True)

    taken_back(change)

    row = UploadRow.objects.get(upload=change)
    assert (row.withdrawal, row.description) == (
        "left",
        "This meter was changed after the upload, so it stays as it is.",
    )
    assert (Meter.objects.get().version, Meter.objects.get().data["device"]["device_model"]) == (3, "Z")


def test_meter_that_is_gone_is_left(done: Any, taken_back: Any) -> None:
    upload = done(builders.rows(2))
    Meter.objects.get(partner_reference="home-000001").delete()

    taken_back(upload)

    assert list(UploadRow.objects.order_by("number").values_list("withdrawal", "description")) == [
        ("left", "The meter is not there any more."),
        ("removed", ""),
    ]


def test_outlook_counts_what_would_go_come_back_and_stay(done: Any, acme: Partner) -> None:
    done([builders.row(1), builders.row(9)])
    lines = [
        builders.row(1, device__device_model="X"),
        *builders.rows(3, start=2),
        builders.row(5, customer__city=None),
        builders.row(9),
    ]
    upload = done(lines, update_existing=True, creates_unknown=True)
    done([builders.row(2, device__device_model="Y")], update_existing=True)

    outlook = withdrawal_outlook(upload)

    assert {name: outlook[name] for name in ("remove", "restore", "left")} == {"remove": 2, "restore": 1, "left": 1}


def test_restored_meter_stands_in_its_programs_as_before(done: Any, taken_back: Any) -> None:
    done([builders.row(1, site__number_of_devices=None)])
    change = done([builders.row(1)], update_existing=True)
    assert Enrollment.objects.get().status == "ELIGIBLE"

    taken_back(change)

    enrollment = Enrollment.objects.get()
    assert (enrollment.status, enrollment.missing) == ("INELIGIBLE", ["site.number_of_devices"])
    assert Meter.objects.get().enrollment_status == "INELIGIBLE"


def test_taking_back_twice_has_one_effect(done: Any, taken_back: Any) -> None:
    upload = taken_back(done(builders.rows(1)))

    taken_back(upload)

    assert Event.objects.filter(verb="upload.withdrawal_asked").count() == 1


def test_after_the_last_day_it_is_refused(done: Any) -> None:
    upload = done(builders.rows(1))
    Upload.objects.update(finished_at=timezone.now() - timedelta(days=31))

    with pytest.raises(Refused) as refusal:
        withdraw_upload(upload, by=BY)

    assert [problem.code for problem in refusal.value.problems] == ["UPLOAD_NOT_WITHDRAWABLE"]
    assert Meter.objects.count() == 1


def test_page_says_what_it_would_do_and_does_it(
    done: Any, client_of: Callable[[User], Client], user: User, run_jobs: Callable[[], int]
) -> None:
    upload = done(builders.rows(3))
    client = client_of(user)

    asked = client.get(reverse("upload-withdraw", args=[upload.pk])).content.decode()
    answer = client.post(reverse("upload-withdraw", args=[upload.pk]), follow=True)
    run_jobs()
    after = client.get(reverse("upload", args=[upload.pk])).content.decode()

    assert "<strong>3</strong> meters that this upload created will be removed" in asked
    assert answer.status_code == 200
    assert "Meters removed</dt><dd>3</dd>" in after
    assert Meter.objects.count() == 0


def test_receipt_says_what_was_taken_back(done: Any, taken_back: Any) -> None:
    upload = done(builders.rows(2))
    taken_back(upload)
    upload.refresh_from_db()

    lines = list(receipt_lines(upload))

    assert [line[3] for line in lines] == ["", ""]
    assert all("Taken back: meter removed." in str(line[4]) for line in lines)


def test_meter_about_which_something_is_recorded_stays(done: Any, taken_back: Any) -> None:
    upload = done(builders.rows(3))
    first, second, _ = Meter.objects.order_by("partner_reference")
    activate(first, "CEC-DSGS_2027_MAY_OCT", since="2027-05-01T07:00")
    note(second, "HAS_AMI")

    taken_back(upload)

    assert marks(upload) == ["left", "left", "removed"]
    assert set(Meter.objects.values_list("pk", flat=True)) == {first.pk, second.pk}
