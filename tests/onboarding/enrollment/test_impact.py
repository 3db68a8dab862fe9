"""What a change of the catalogue will do is shown before it is saved, and is done afterwards."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.enrollment import impact
from onboarding.enrollment.deadlines import note_passed_deadlines
from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.models import Enrollment, Evaluated
from onboarding.enrollment.tasks import record_deadlines
from portal.events.actors import Actor
from portal.jobs.models import Job
from portal.partners.models import Partner, User
from programs.admin.transfer import RequirementResource, SafeCSV
from programs.models import Deadline, DeliveryPeriod, Field, Program, Requirement
from tests.onboarding.enrollment.meters import make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BATTERY: Any = {
    "device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5},
    "site": {"number_of_devices": 1},
}


@pytest.fixture
def admin(staff: User, client_of: Any) -> Client:
    return client_of(staff)  # type: ignore[no-any-return]  # the fixture gives a Client


def requirement(**changes: str) -> dict[str, str]:
    field = Field.objects.get(path="device.installer")
    program = Program.objects.get(identifier="CEC-DSGS")
    empty = ("note", "condition_field", "condition_operator", "condition_value", "minimum", "maximum", "earliest")
    more = ("latest", "choices", "action_type", "valid_from", "valid_to", "source")
    sent = dict.fromkeys((*empty, *more), "")
    return sent | {"program": str(program.pk), "field": str(field.pk), "level": "required"} | changes


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def batteries(*partners: Partner) -> None:
    for partner in partners:
        make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", reference=f"b-{partner.slug}", **BATTERY)


def test_new_requirement_is_shown_saved_and_evaluated(
    acme: Partner, borealis: Partner, admin: Client, run_jobs: Any, django_capture_on_commit_callbacks: Any
) -> None:
    batteries(acme, borealis)
    url = reverse("admin:programs_requirement_add")

    page = admin.post(url, requirement())

    text = text_of(page.content.decode())
    assert page.status_code == 200
    assert "Not saved yet. 2 enrollments checked." in text
    assert "was added successfully" not in text
    assert "CEC-DSGS Eligible Not eligible yet 2" in text
    assert "b-acme CEC-DSGS Eligible Not eligible yet Installer: empty" in text
    assert not Requirement.objects.filter(field__path="device.installer", level="required").exists()
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"ELIGIBLE"}

    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()))
    with django_capture_on_commit_callbacks(execute=True):
        saved = admin.post(url, hidden | {"_impact_seen": "yes"})

    assert saved.status_code == 302
    assert Requirement.objects.filter(field__path="device.installer", level="required").exists()
    run_jobs()
    assert set(Enrollment.objects.values_list("status", "missing__0")) == {("INELIGIBLE", "device.installer")}
    assert Evaluated.objects.filter(program__identifier="CEC-DSGS").exists()


def test_all_that_moves_can_be_downloaded(acme: Partner, admin: Client) -> None:
    batteries(acme)

    answer = admin.post(reverse("admin:programs_requirement_add"), requirement() | {"_impact_csv": "yes"})

    header, line = answer.content.decode("utf-8-sig").splitlines()
    assert header == "partner,partner_reference,meter_id,program,now,then,what_changes"
    assert re.fullmatch(r"Acme Energy,b-acme,[0-9a-f-]{36},CEC-DSGS,Eligible,Not eligible yet,Installer: empty", line)


def test_change_that_moves_nothing_is_saved_at_once(acme: Partner, admin: Client) -> None:
    batteries(acme)

    answer = admin.post(reverse("admin:programs_requirement_add"), requirement(level="optional"))

    assert answer.status_code == 302
    assert Requirement.objects.filter(field__path="device.installer", level="optional").count() == 1


def test_what_was_only_tried_is_not_said_to_be_done(acme: Partner, admin: Client) -> None:
    batteries(acme)
    url = reverse("admin:programs_requirement_add")

    admin.post(url, requirement())
    after_trying = admin.get(reverse("admin:programs_requirement_changelist")).content.decode()
    admin.post(url, requirement() | {"_impact_seen": "yes"})
    after_saving = admin.get(reverse("admin:programs_requirement_changelist")).content.decode()

    assert ["was added successfully" in page for page in (after_trying, after_saving)] == [False, True]


def test_form_with_errors_says_so_and_asks_nothing(acme: Partner, admin: Client) -> None:
    batteries(acme)

    answer = admin.post(reverse("admin:programs_requirement_add"), requirement(field=""))

    assert answer.status_code == 200
    assert "Please correct" in answer.content.decode() or "This field is required" in answer.content.decode()
    assert "Not saved yet" not in answer.content.decode()


def test_rules_that_did_not_change_are_not_evaluated_again(acme: Partner, run_jobs: Any) -> None:
    from onboarding.enrollment.tasks import reconsider

    batteries(acme)
    reconsider()
    run_jobs()
    before = Job.objects.count()

    reconsider()

    assert (Job.objects.count(), Job.objects.filter(state="queued").count()) == (before, 0)


def test_season_that_begins_is_evaluated_anew(acme: Partner, run_jobs: Any, time_machine: Any) -> None:
    from onboarding.enrollment.tasks import reconsider

    time_machine.move_to("2026-11-25T12:00:00+00:00")
    batteries(acme)
    reconsider()
    run_jobs()
    time_machine.move_to("2027-04-15T12:00:00+00:00")  # the first deadline has passed
    reconsider()

    assert Job.objects.filter(state="queued", kind="enrollment.restate").count() >= 1


@pytest.fixture
def needed(acme: Partner) -> Requirement:
    """The requirement that keeps the only meter from being eligible."""
    make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="b-1", device=BATTERY["device"])
    rows = Requirement.objects.filter(program__identifier="CEC-DSGS", field__path="site.number_of_devices")
    return rows.get(level="required")


FREED = "b-1 CEC-DSGS Not eligible yet Eligible nothing is missing now"


def test_deletion_is_shown_before_it_is_done(needed: Requirement, admin: Client) -> None:
    url = reverse("admin:programs_requirement_delete", args=[needed.pk])

    text = text_of(admin.get(url).content.decode())
    file = admin.post(url, {"_impact_csv": "yes"}).content.decode("utf-8-sig").splitlines()

    assert "Not saved yet. 1 enrollment checked." in text
    assert FREED in text
    assert "and everything that belongs to it?" in text
    assert len(file) == 2
    assert Requirement.objects.filter(pk=needed.pk).exists()


def test_deletion_of_what_decides_nothing_says_so(acme: Partner, admin: Client) -> None:
    batteries(acme)
    rows = Requirement.objects.filter(program__identifier="CEC-DSGS", level="optional")

    page = admin.get(reverse("admin:programs_requirement_delete", args=[rows[0].pk])).content.decode()

    assert "Not saved yet. No meters would change." in text_of(page)
    assert "Download all" not in page


def test_deletion_of_several_is_shown_before_it_is_done(needed: Requirement, admin: Client) -> None:
    url = reverse("admin:programs_requirement_changelist")
    sent = {"action": "delete_selected", "_selected_action": [needed.pk]}

    text = text_of(admin.post(url, sent).content.decode())
    file = admin.post(url, sent | {"_impact_csv": "yes"}).content.decode("utf-8-sig").splitlines()

    assert FREED in text
    assert len(file) == 2
    assert Requirement.objects.filter(pk=needed.pk).exists()
    assert admin.post(url, sent | {"post": "yes"}).status_code == 302
    assert not Requirement.objects.filter(pk=needed.pk).exists()


def test_what_follows_through_conflicts_is_shown(acme: Partner, admin: Client) -> None:
    where: Any = {"utility": "PGE", "account": "42"}
    make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="b-1", **where, **BATTERY)
    about: Any = where | {"reference": "site-1", "classification": "COMMERCIAL"}
    site = make_meter(acme, programs=["ELRP"], evaluated=False, **about)
    note(site, "IS_AUTHORIZED")
    re_evaluate([site.pk], by=Actor.system("Test"))

    text = text_of(admin.post(reverse("admin:programs_requirement_add"), requirement()).content.decode())

    assert "CEC-DSGS Eligible Not eligible yet 1" in text
    assert "ELRP Not eligible yet Eligible 1" in text


def test_change_of_which_not_everything_was_looked_at_is_never_saved_at_once(
    acme: Partner, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batteries(acme)
    make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="b-2", **BATTERY)
    monkeypatch.setattr(impact, "LOOKED_AT", 1)

    filled = str(Field.objects.get(path="customer.city").pk)
    page = admin.post(reverse("admin:programs_requirement_add"), requirement(field=filled)).content.decode()
    text = text_of(page)

    assert "No meters would change. 1 enrollment checked, newest first" in text


def test_going_back_in_history_is_shown_first_too(needed: Requirement, admin: Client) -> None:
    needed.level = "optional"
    needed.save()
    before = needed.history.order_by("history_id").first()
    url = reverse("admin:programs_requirement_simple_history", args=[needed.pk, before.history_id])
    form = {key: value for key, value in requirement().items() if key != "field"} | {"field": str(needed.field_id)}

    text = text_of(admin.post(url, form).content.decode())

    assert "Not saved yet." in text
    assert Requirement.objects.get(pk=needed.pk).level == "optional"


def test_deleted_field_shows_what_follows(needed: Requirement, admin: Client) -> None:
    url = reverse("admin:programs_field_delete", args=[needed.field_id])

    assert FREED in text_of(admin.get(url).content.decode())


def test_program_that_holds_meters_is_kept_and_no_impact_is_shown(acme: Partner, admin: Client) -> None:
    batteries(acme)
    program = Program.objects.get(identifier="CEC-DSGS")

    text = text_of(admin.get(reverse("admin:programs_program_delete", args=[program.pk])).content.decode())

    assert "would require deleting the following protected related objects" in text
    assert "Not saved yet" not in text


def test_import_is_shown_before_it_is_done_and_evaluated_after(
    needed: Requirement, admin: Client, run_jobs: Any, django_capture_on_commit_callbacks: Any
) -> None:
    table = RequirementResource().export(Requirement.objects.filter(pk=needed.pk))
    file = SimpleUploadedFile("r.csv", SafeCSV().export_data(table).replace("required", "optional").encode())
    url = reverse("admin:programs_requirement_import")

    page = admin.post(url, {"import_file": file, "format": "0", "resource": ""}).content.decode()

    assert FREED in text_of(page)
    assert Requirement.objects.get(pk=needed.pk).level == "required"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(reverse("admin:programs_requirement_process_import"), hidden | {"confirm": "Confirm import"})
    run_jobs()
    assert Requirement.objects.get(pk=needed.pk).level == "optional"
    assert Enrollment.objects.get().status == "ELIGIBLE"


def test_deleted_requirement_is_evaluated_anew(
    needed: Requirement, admin: Client, run_jobs: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert Enrollment.objects.get().missing == ["site.number_of_devices"]

    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(reverse("admin:programs_requirement_delete", args=[needed.pk]), {"post": "yes"})

    assert answer.status_code == 302
    run_jobs()
    assert Enrollment.objects.get().status == "ELIGIBLE"


def test_dates_that_move_are_shown_before_a_deadline_is_saved(acme: Partner, admin: Client) -> None:
    batteries(acme)
    period = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")
    first = period.deadlines.order_by("deadline_at").first()
    assert first is not None
    url = reverse("admin:programs_deliveryperiod_change", args=[period.pk])
    sent = inputs_of(admin.get(url).content.decode()) | {"program": str(period.program_id)}
    (number,) = (name.split("-")[1] for name, value in sent.items() if name.endswith("-id") and value == str(first.pk))

    moved = text_of(admin.post(url, sent | {f"deadlines-{number}-deadline_at_0": "2027-04-18"}).content.decode())
    deleted = text_of(admin.get(reverse("admin:programs_deadline_delete", args=[first.pk])).content.decode())

    assert "Meters whose dates will change" in moved
    assert "CEC-DSGS Deadline by end of Wed, Apr 14 (11:59 PM PDT) by end of Sun, Apr 18 (11:59 PM PDT) 1" in moved
    assert "Meters whose status will change" not in moved
    assert "CEC-DSGS Activation May 1, 2027 Jun 1, 2027 1" in deleted


def inputs_of(page: str) -> dict[str, str]:
    """The names and values of a page's inputs."""
    inputs = re.findall(r"<input[^>]*>", page)
    named = {match[1]: tag for tag in inputs if (match := re.search(r'name="([^"]+)"', tag))}
    values = {name: re.search(r'value="([^"]*)"', tag) for name, tag in named.items() if 'type="checkbox"' not in tag}
    return {name: value[1] if value else "" for name, value in values.items() if name != "_save"}


@pytest.mark.parametrize("moved", [True, False])
def test_deadline_that_is_put_into_the_past_says_who_makes_it(
    acme: Partner, client_of: Any, staff: User, time_machine: Any, run_jobs: Any, moved: bool
) -> None:
    time_machine.move_to("2031-01-10T00:00:00+00:00", tick=False)
    program = Program.objects.get(identifier="CEC-DSGS")
    program.delivery_periods.all().delete()
    begins, ends = (datetime(2031, month, day, 7, tzinfo=UTC) for month, day in ((5, 1), (10, 31)))
    period = DeliveryPeriod.objects.create(
        program=program, name="CEC-DSGS_2031_MAY_OCT", starts_at=begins, ends_at=ends
    )
    first = Deadline.objects.create(
        period=period, deadline_at=datetime(2031, 4, 15, 7, tzinfo=UTC), activation_at=begins
    )
    time_machine.move_to("2031-04-16T12:00:00+00:00", tick=False)
    batteries(acme)  # too late
    time_machine.move_to("2031-04-30T12:00:00+00:00", tick=False)
    record_deadlines()
    run_jobs()
    admin = client_of(staff)
    form: dict[str, str] = {"period": str(period.pk), "source": "test", "activation_at_0": "2031-05-01"}
    form |= {"deadline_at_0": "2031-04-24", "deadline_at_1": "", "activation_at_1": "", "source_url": "", "remark": ""}
    url = (
        reverse("admin:programs_deadline_change", args=[first.pk]) if moved else reverse("admin:programs_deadline_add")
    )

    text = text_of(admin.post(url, form).content.decode())
    admin.post(url, form | {"_impact_seen": "yes"})
    record_deadlines()
    run_jobs()

    assert "CEC-DSGS Not eligible yet Eligible 1" in text
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"ELIGIBLE"}


def test_passed_deadline_that_is_changed_says_that_meters_keep_it(admin: Client) -> None:
    period = DeliveryPeriod.objects.get(name="CAISO-CCA_2026_NOV")
    note_passed_deadlines(timezone.now())
    deadline = period.deadlines.latest("deadline_at")
    url = reverse("admin:programs_deliveryperiod_change", args=[period.pk])
    sent = inputs_of(admin.get(url).content.decode()) | {"program": str(period.program_id)}
    (number,) = (
        name.split("-")[1] for name, value in sent.items() if name.endswith("-id") and value == str(deadline.pk)
    )

    moved = text_of(admin.post(url, sent | {f"deadlines-{number}-activation_at_0": "2026-11-20"}).content.decode())
    deleted = text_of(admin.post(url, sent | {f"deadlines-{number}-DELETE": "on"}).content.decode())
    same = admin.post(url, sent)

    said = (
        "The deadline by end of Thu, Nov 12, 2026 (11:59 PM PST) has passed. Meters that made it stay expected active "
        "from Nov 15, 2026. To change that, open Passed deadlines and record it again."
    )
    assert said in moved
    assert said in deleted
    assert same.status_code == 302
