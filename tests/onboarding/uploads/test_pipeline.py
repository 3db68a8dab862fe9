"""From a file to meters: staging, preview, commit, receipt, and what repeating does."""

import io
from typing import Any

import openpyxl
import pytest

from onboarding.enrollment.models import Enrollment
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.uploads.corrections.rows import leave_out
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.check import recheck_upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.queries import problem_groups, receipt_lines
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner
from portal.problems import Refused
from portal.storage.disk import path_of
from programs.models import Field, Program, Requirement
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


def results(upload: Upload) -> list[str]:
    return [row.outcome(upload)[0] for row in UploadRow.objects.filter(upload=upload).order_by("number")]


def codes(upload: Upload) -> list[tuple[int, str, str]]:
    return list(
        UploadProblem.objects.filter(upload=upload)
        .order_by("row_number", "pk")
        .values_list("row_number", "field", "code")
    )


@pytest.mark.parametrize("name", ["meters.xlsx", "meters.csv"])
def test_good_file_becomes_meters(acme: Partner, send: Any, commit: Any, name: str) -> None:
    make = builders.xlsx if name.endswith("xlsx") else builders.csv_bytes
    upload = send(acme, make(builders.rows(5)), name)
    assert (upload.state, upload.counts) == ("ready", {"create": 5, "rows": 5})
    assert Meter.objects.count() == 0

    commit(upload)

    assert upload.state == "done"
    assert upload.counts == {"create": 5, "rows": 5, "METER_CREATED": 5, "failed": 0}
    meters = list(Meter.objects.order_by("partner_reference"))
    assert [meter.partner_reference for meter in meters] == [f"home-{n:06d}" for n in range(1, 6)]
    assert len({meter.pk for meter in meters}) == 5
    assert meters[0].data["device"]["battery_energy_capacity_kwh"] == 13.5
    assert meters[0].account_number == "1100000001"
    assert Event.objects.filter(verb="meter.created").count() == 5
    assert {(row.status, tuple(row.missing)) for row in Enrollment.objects.all()} == {("ELIGIBLE", ())}


def test_every_error_of_every_row_is_named_with_its_cell(acme: Partner, send: Any) -> None:
    lines = [
        builders.row(1),
        builders.row(2, customer__postal_code=None, device__battery_max_state_of_charge_percentage=0.95),
        builders.row(3, device__install_date="31/02/2026", utility__utility_name="PG and Easy"),
        builders.row(
            4, customer__city='=HYPERLINK("http://x")', customer__end_customer_name="<script>alert(1)</script>"
        ),
        builders.row(5, customer__postal_code="501", utility__electric_service_account_number="1.00890E+21"),
    ]

    upload = send(acme, builders.csv_bytes(lines), "meters.csv")

    assert upload.counts == {"create": 1, "needs_fixing": 4, "rows": 5}
    assert sorted(codes(upload)) == sorted(
        [
            (3, "customer.postal_code", "REQUIRED_MISSING"),
            (3, "device.battery_max_state_of_charge_percentage", "FRACTION_FOR_PERCENT"),
            (4, "device.install_date", "DATE_DOES_NOT_EXIST"),
            (4, "utility.utility_name", "UNKNOWN_CHOICE"),
            (5, "customer.city", "LOOKS_LIKE_FORMULA"),
            (5, "customer.end_customer_name", "MARKUP"),
            (6, "customer.postal_code", "NOT_A_ZIP"),
            (6, "utility.electric_service_account_number", "DIGITS_LOST"),
        ]
    )
    assert all(problem.problem.text and problem.problem.remedy for problem in UploadProblem.objects.all())


def test_confirm_commits_the_good_rows_and_the_rest_stay(acme: Partner, send: Any, commit: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1), builders.row(2, customer__city=None), builders.row(3)]))

    commit(upload)

    assert Meter.objects.count() == 2
    assert results(upload) == [
        "METER_CREATED",
        "VALIDATION_ERROR",
        "METER_CREATED",
    ]
    assert upload.counts["failed"] == 1


def test_program_fields_missing_creates_the_meter_and_names_them(acme: Partner, send: Any, commit: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1, site__number_of_devices=None)]))

    assert upload.outlook == {
        "CEC-DSGS": {"eligible": 0, "not_yet": 1, "missing": {"site.number_of_devices": 1}, "reasons": {}}
    }
    commit(upload)
    enrollment = Enrollment.objects.get()
    assert (enrollment.status, enrollment.missing) == ("INELIGIBLE", ["site.number_of_devices"])
    assert Meter.objects.get().enrollment_status == "INELIGIBLE"


def test_reference_twice_in_a_file_names_both_rows(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1), builders.row(2), builders.row(1)]))

    assert upload.counts == {"create": 2, "duplicate": 1, "rows": 3}
    problem = UploadProblem.objects.get().problem
    assert (problem.code, problem.context) == ("DUPLICATE_IN_FILE", {"first": 2})


def test_reference_of_an_existing_meter_is_a_duplicate_with_its_id(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.xlsx([builders.row(1)])))

    upload = send(acme, builders.xlsx([builders.row(1), builders.row(2)]))

    assert upload.counts == {"create": 1, "duplicate": 1, "rows": 2}
    assert str(Meter.objects.get().pk) in UploadProblem.objects.get().problem.text


def test_same_reference_of_two_partners_gives_two_meters(
    acme: Partner, borealis: Partner, send: Any, commit: Any
) -> None:
    content = builders.xlsx([builders.row(1)])

    commit(send(acme, content))
    commit(send(borealis, content))

    assert Meter.objects.filter(partner_reference="home-000001").count() == 2


def test_same_file_again_finds_the_earlier_upload(acme: Partner, send: Any) -> None:
    content = builders.xlsx([builders.row(1)])
    first = send(acme, content)

    again, is_new = receive_upload(
        [content], file_name="other name.xlsx", partner=acme, programs=["CEC-DSGS"], update_existing=False, by=BY
    )

    assert (again.pk, is_new) == (first.pk, False)
    stored = [file for file in path_of(f"uploads/{acme.pk}").iterdir() if file.is_file()]
    assert len(stored) == 1


def test_update_changes_only_what_is_given_and_shows_old_and_new(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.xlsx([builders.row(1)])))
    before = asset_of(Meter.objects.get())
    change = {"partner_reference": "home-000001", "device.device_model": "Home 20", "customer.street_2": None}

    upload = send(acme, builders.xlsx([change]), update_existing=True)

    assert upload.counts == {"update": 1, "rows": 1}
    assert UploadRow.objects.get(upload=upload).changes == {"device.device_model": ["Home 10", "Home 20"]}
    commit(upload)
    after = asset_of(Meter.objects.get())
    assert after == {**before, "device": {**before["device"], "device_model": "Home 20"}}
    event = Event.objects.get(verb="meter.updated")
    assert event.data["changes"] == {"device.device_model": ["Home 10", "Home 20"]}
    assert Meter.objects.get().version == 2


def test_update_without_a_change_is_unchanged(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.xlsx([builders.row(1)])))

    upload = send(acme, builders.xlsx([builders.row(1)]), update_existing=True)

    assert upload.counts == {"unchanged": 1, "rows": 1}
    with pytest.raises(Refused) as refusal:
        confirm_upload(upload, by=BY)
    assert [problem.code for problem in refusal.value.problems] == ["UPLOAD_NOTHING_TO_DO"]


def test_meter_changed_after_the_preview_is_left_alone(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.xlsx([builders.row(1)])))
    slow = send(acme, builders.xlsx([builders.row(1, device__device_model="Home 20")]), update_existing=True)
    commit(send(acme, builders.xlsx([builders.row(1, device__device_model="Home 30")]), update_existing=True))

    commit(slow)

    assert Meter.objects.get().data["device"]["device_model"] == "Home 30"
    assert results(slow) == ["PROCESSING_ERROR"]


def test_reference_taken_after_the_preview_is_a_duplicate(acme: Partner, send: Any, commit: Any) -> None:
    slow = send(acme, builders.xlsx([builders.row(1), builders.row(2)]))
    commit(send(acme, builders.xlsx([builders.row(1), builders.row(3)])))

    commit(slow)

    assert Meter.objects.count() == 3
    assert results(slow) == [
        "DUPLICATE_REF_ID",
        "METER_CREATED",
    ]


def test_reference_on_several_meters_is_never_guessed(acme: Partner, send: Any) -> None:
    for _ in range(2):
        Meter.objects.create(
            partner=acme,
            partner_reference="home-000001",
            created_by="UTILITY",
            transmission_region="CAISO",
            customer_classification="RESIDENTIAL",
            meter_type="UTILITY_METER",
            data={
                "customer": {
                    "street_1": "1 A",
                    "postal_code": "94103",
                    "city": "B",
                    "state_or_province_code": "CA",
                    "country_code": "US",
                }
            },
            load_types=["HVAC"],
        )

    upload = send(acme, builders.xlsx([builders.row(1)]), update_existing=True)

    assert UploadRow.objects.get().result == "MULTIPLE_PARTNER_REFERENCE"
    assert upload.counts == {"duplicate": 1, "rows": 1}


def test_confirming_twice_has_one_effect(acme: Partner, send: Any, run_jobs: Any) -> None:
    upload = send(acme, builders.xlsx(builders.rows(3)))
    confirm_upload(upload, by=BY)
    confirm_upload(upload, by=BY)
    run_jobs()

    confirm_upload(upload, by=BY)
    run_jobs()

    assert Meter.objects.count() == 3
    assert Event.objects.filter(verb="upload.confirmed").count() == 1


def test_commit_in_chunks_ends_with_every_row_once(acme: Partner, send: Any, commit: Any, settings: Any) -> None:
    settings.JOB_CHUNK_ROWS = settings.JOB_COMMIT_ROWS = 7
    upload = send(acme, builders.csv_bytes(builders.rows(50)), "meters.csv")

    commit(upload)

    assert Meter.objects.count() == 50
    assert Event.objects.filter(verb="meter.created").count() == 50
    assert results(upload) == ["METER_CREATED"] * 50


def test_new_required_field_shows_in_a_check_again(acme: Partner, send: Any, run_jobs: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1)]))
    field = Field.objects.create(
        path="site.panel_rating", label="Panel rating", section="Site", type="number", unit="A"
    )
    Requirement.objects.create(program=Program.objects.get(identifier="CEC-DSGS"), field=field, level="required")

    with pytest.raises(Refused) as refusal:
        confirm_upload(upload, by=BY)
    assert refusal.value.problems[0].code == "CATALOGUE_CHANGED"
    recheck_upload(upload, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert upload.outlook["CEC-DSGS"]["missing"] == {"site.panel_rating": 1}


def test_unknown_columns_are_named(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1) | {"Favourite colour": "teal"}]))

    assert [column["header"] for column in upload.columns if not column["key"]] == ["Favourite colour"]
    assert upload.counts["create"] == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"this is not a workbook", "FILE_NOT_A_SPREADSHEET"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "FILE_"),
        ("a.csv", b"partner_reference,city\n", "FILE_NO_ROWS"),
        ("a.csv", b'partner_reference,"city\nabc,never closed\n', "FILE_UNCLOSED_QUOTE"),
    ],
)
def test_unusable_file_says_why_and_stages_nothing(
    acme: Partner, send: Any, name: str, content: bytes, code: str
) -> None:
    upload = send(acme, content, name)

    assert upload.state == "failed"
    assert upload.file_problem is not None
    assert upload.file_problem.code.startswith(code)
    assert upload.file_problem.text
    assert upload.file_problem.remedy
    assert UploadRow.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "programs", "code"),
    [
        ("a.pdf", b"x", (), "FILE_WRONG_TYPE"),
        ("a.csv", b"", (), "FILE_EMPTY"),
        ("a.csv", b"x" * 2000, (), "FILE_TOO_LARGE"),
        ("a.csv", b"x", ("NO-SUCH",), "PROGRAM_UNKNOWN"),
        ("a.csv", b"x", ("NYISO-SCR",), "PROGRAM_NOT_BY_UPLOAD"),
    ],
)
def test_refused_file_leaves_nothing_behind(
    acme: Partner, settings: Any, name: str, content: bytes, programs: tuple[str, ...], code: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    with pytest.raises(Refused) as refusal:
        receive_upload([content], file_name=name, partner=acme, programs=programs, update_existing=False, by=BY)

    assert refusal.value.problems[0].code == code
    assert Upload.objects.count() == 0
    folder = path_of(f"uploads/{acme.pk}")
    assert not folder.exists() or list(folder.iterdir()) == []


def test_receipt_lists_each_row_with_outcome_and_meter_id(acme: Partner, send: Any, commit: Any) -> None:
    upload = commit(send(acme, builders.xlsx([builders.row(1), builders.row(2, customer__postal_code="12")])))

    lines = list(receipt_lines(upload))

    assert [line[:4] for line in lines] == [
        [2, "home-000001", "METER_CREATED", str(Meter.objects.get().pk)],
        [3, "home-000002", "VALIDATION_ERROR", ""],
    ]
    assert lines[1][7] == "H3"


def test_template_filled_in_comes_back_whole(acme: Partner, send: Any) -> None:
    from onboarding.spreadsheets.workbook import write_template
    from onboarding.uploads.templates import template_spec

    content = write_template(template_spec([Program.objects.get(identifier="CEC-DSGS")]))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Meters"]
    keys = [cell.value for cell in sheet[2]]
    for number in (1, 2):
        sheet.append([builders.row(number).get(key) for key in keys])
    filled = io.BytesIO()
    book.save(filled)

    upload = send(acme, filled.getvalue())

    assert upload.counts == {"create": 2, "rows": 2}
    assert upload.facts["template"]["programs"] == ["CEC-DSGS"]
    assert [column for column in upload.columns if not column["key"]] == []


def test_problem_groups_count_rows_per_problem(acme: Partner, send: Any) -> None:
    upload = send(
        acme,
        builders.xlsx(
            [builders.row(n, customer__postal_code=None) for n in range(1, 4)] + [builders.row(9, customer__city=None)]
        ),
    )

    groups = [(group.code, group.field, group.rows) for group in problem_groups(upload)]

    assert groups == [("REQUIRED_MISSING", "customer.postal_code", 3), ("REQUIRED_MISSING", "customer.city", 1)]


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 50])
def test_duplicates_far_apart_are_found_whatever_the_chunks(
    acme: Partner, send: Any, settings: Any, chunk_rows: int
) -> None:
    settings.JOB_CHUNK_ROWS = chunk_rows
    lines = [builders.row(n) for n in (1, 2, 3, 4, 5)]
    lines += [
        builders.row(1, device__device_serial_number="other"),
        builders.row(6, device__device_serial_number="SN-00000002"),
    ]

    upload = send(acme, builders.csv_bytes(lines), "meters.csv")

    assert upload.counts == {"create": 6, "duplicate": 1, "rows": 7}
    problems = {line.code: (line.row_number, line.context) for line in UploadProblem.objects.filter(upload=upload)}
    assert problems["DUPLICATE_IN_FILE"] == (7, {"first": 2})
    assert problems["SERIAL_NUMBER_TWICE"][0] == 8
    assert problems["SERIAL_NUMBER_TWICE"][1]["where"] == "Row 3 of this file"


def test_update_goes_on_past_rows_that_need_fixing_or_are_left_out(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(5)), "a.csv"))
    lines = [builders.row(n, device__device_model=f"Home {n}0") for n in range(1, 6)]
    lines[1]["customer.city"] = "=1"
    upload = send(acme, builders.csv_bytes(lines), "b.csv", update_existing=True)
    leave_out(upload, [5], by=BY)

    commit(upload)

    assert results(upload) == ["METER_UPDATED", "VALIDATION_ERROR", "METER_UPDATED", "", "METER_UPDATED"]
    models = [meter.data["device"]["device_model"] for meter in Meter.objects.order_by("partner_reference")]
    assert models == ["Home 10", "Home 10", "Home 30", "Home 10", "Home 50"]


def test_dash_on_a_new_meter_is_an_empty_cell(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes([builders.row(1, customer__city="-", customer__street_2="–")]), "a.csv")

    assert codes(upload) == [(2, "customer.city", "REQUIRED_MISSING")]
