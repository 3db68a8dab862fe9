"""Mending rows in the page: what is written instead is validate_rows at once, kept, recorded, and never lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.corrections.rows import correct_rows, leave_out
from onboarding.uploads.models import Upload, UploadEdit, UploadProblem, UploadRow
from onboarding.uploads.pipeline.check import recheck_upload
from onboarding.uploads.pipeline.staging import edited, edits_of, preview_of, write_edits
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from onboarding.uploads.queries import receipt_lines, receipt_of
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from programs.models import Field
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
ZIP = "customer.postal_code"
UTILITY = "utility.utility_name"


@pytest.fixture
def upload(acme: Partner, send: Any) -> Upload:
    """Five rows (2 to 6): two without a zip code, one with a utility misspelt, one duplicate, one good."""
    lines = [
        builders.row(1, customer__postal_code=None),
        builders.row(2, customer__postal_code=None),
        builders.row(3, utility__utility_name="PGEE"),
        builders.row(4),
        builders.row(5, partner_reference="home-000004"),
    ]
    return send(acme, builders.csv_bytes(lines, header=list(builders.FIELDS)), "meters.csv")


def plans(upload: Upload) -> dict[int, str]:
    return dict(UploadRow.objects.filter(upload=upload).order_by("number").values_list("number", "plan"))


def test_change_is_checked_at_once_counted_and_recorded(upload: Upload) -> None:
    assert upload.counts == {"needs_fixing": 3, "create": 1, "duplicate": 1, "rows": 5}

    corrected = correct_rows(upload, {2: {ZIP: "94103"}, 3: {ZIP: "nine"}}, by=BY)

    assert (corrected.fixed, corrected.still, corrected.closed) == (1, 1, [])
    upload.refresh_from_db()
    assert upload.counts == {"needs_fixing": 2, "create": 2, "duplicate": 1, "rows": 5}
    assert upload.outlook["CEC-DSGS"]["eligible"] == 2
    assert UploadRow.objects.get(upload=upload, number=2).asset["customer"]["postal_code"] == "94103"
    assert list(UploadProblem.objects.filter(upload=upload, row_number=3).values_list("code", "value")) == [
        ("NOT_A_ZIP", "nine")
    ]
    event = Event.objects.get(verb="upload.row_changed", subject_id=f"{upload.pk}:2")
    assert event.data == {"changes": {ZIP: ["", "94103"]}}
    assert event.actor_label == "Test"


def test_same_change_again_changes_nothing(upload: Upload) -> None:
    correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)
    events = Event.objects.count()

    corrected = correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)

    assert (corrected.fixed, corrected.still) == (0, 0)
    assert Event.objects.count() == events


def test_changes_outlive_a_new_check_of_the_file(upload: Upload, run_jobs: Callable[[], int]) -> None:
    correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)
    leave_out(upload, [3], by=BY)
    upload.refresh_from_db()
    before = (plans(upload), upload.counts)

    recheck_upload(upload, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (plans(upload), upload.counts) == before


def test_other_reference_frees_the_duplicate_of_the_first_row(upload: Upload) -> None:
    correct_rows(upload, {5: {"partner_reference": "home-000099"}}, by=BY)

    assert plans(upload)[5] == "create"
    assert plans(upload)[6] == "create"
    correct_rows(upload, {5: {"partner_reference": "home-000004"}}, by=BY)
    assert plans(upload)[5] == "duplicate"
    assert plans(upload)[6] == "create"


def test_corrected_after_the_commit_is_written_by_the_next_confirmation(upload: Upload, commit: Any) -> None:
    commit(upload)
    assert (upload.state, Meter.objects.count()) == ("done", 1)

    correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)
    upload.refresh_from_db()
    assert upload.state == "ready"
    assert dict(receipt_of(upload).lines) == {
        "Meters created": 1,
        "Meters changed": 0,
        "Duplicates": 1,
        "Need fixing": 2,
        "Waiting for your confirmation": 1,
    }
    commit(upload)

    assert (upload.state, Meter.objects.count()) == ("done", 2)
    assert upload.counts["METER_CREATED"] == 2
    assert Event.objects.filter(verb="meter.created").count() == 2
    corrected = correct_rows(upload, {2: {ZIP: "10001"}}, by=BY)
    assert corrected.closed == [2]
    assert receipt_of(upload).total == 5


def test_taken_back_while_corrected_rows_wait(upload: Upload, commit: Any, run_jobs: Callable[[], int]) -> None:
    commit(upload)
    correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)
    upload.refresh_from_db()

    withdraw_upload(upload, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (upload.state, Meter.objects.count()) == ("withdrawn", 0)


def test_left_out_row_is_in_the_receipt_and_can_come_in_again(upload: Upload, commit: Any) -> None:
    leave_out(upload, [2, 3], by=BY)
    commit(upload)

    lines = {line[0]: line[2] for line in receipt_lines(upload)}
    assert lines == {2: "LEFT_OUT", 3: "LEFT_OUT", 4: "VALIDATION_ERROR", 5: "METER_CREATED", 6: "DUPLICATE_REF_ID"}
    leave_out(upload, [2], left_out=False, by=BY)
    assert plans(upload)[2] == "needs_fixing"


def test_blank_rows_are_accounted_for(acme: Partner, send: Any, commit: Any) -> None:
    header, first, second = builders.csv_bytes(builders.rows(2)).split(b"\r\n")[:3]
    upload = commit(send(acme, b"\r\n".join([header, first, b",", b",", second, b",", b""]), "gaps.csv"))

    assert receipt_of(upload).lines == [("Meters created", 2), ("Meters changed", 0), ("Blank", 2)]
    assert [(line[0], line[2]) for line in receipt_lines(upload)] == [
        (2, "METER_CREATED"),
        (3, "BLANK"),
        (5, "METER_CREATED"),
    ]


def test_cell_that_the_file_broke_stays_broken_until_it_is_written_anew(acme: Partner, send: Any) -> None:
    lines = [builders.row(1, customer__city="#N/A", customer__postal_code=None)]
    upload = send(acme, builders.csv_bytes(lines), "meters.csv")

    correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)

    assert list(UploadProblem.objects.values_list("code", "field")) == [("CELL_ERROR", "customer.city")]
    correct_rows(upload, {2: {"customer.city": "Oakland"}}, by=BY)
    assert plans(upload) == {2: "create"}


def test_rule_that_changed_after_a_commit_is_applied_to_the_open_rows(
    upload: Upload, commit: Any, user: User, client_of: Callable[[User], Client]
) -> None:
    commit(upload)
    correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)
    Field.objects.filter(path="device.device_model").update(max_length=3)
    Field.objects.get(path="device.device_model").save()
    upload.refresh_from_db()
    client = client_of(user)
    client.post(reverse("upload-confirm", args=[upload.pk]))
    upload.refresh_from_db()
    assert upload.state == "ready"

    client.post(reverse("upload-recheck", args=[upload.pk]))

    assert plans(upload)[2] == "needs_fixing"
    assert Meter.objects.count() == 1


def test_nothing_can_be_changed_while_it_is_checked(upload: Upload) -> None:
    Upload.objects.update(state="checking")

    with pytest.raises(Refused, match="UPLOAD_NOT_READY"):
        correct_rows(upload, {2: {ZIP: "94103"}}, by=BY)


# --- the page


def page_of(upload: Upload, code: str, field: str) -> str:
    return reverse("upload-fix", args=[upload.pk]) + f"?code={code}&field={field}"


def test_page_lists_the_rows_and_saves_what_is_typed(
    upload: Upload, user: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(user)
    address = page_of(upload, "REQUIRED_MISSING", ZIP)
    page = client.get(address).content.decode()
    assert "ZIP code is missing: 2 rows" in page
    assert "Alex Rivera 1, 1 Main Street, San Francisco, CA" in page

    client.post(address, {"row-2": "94103", "was-2": "", "row-3": "", "was-3": "", "do": "save"})

    assert plans(upload)[2] == "create"
    assert plans(upload)[3] == "needs_fixing"


@pytest.mark.parametrize(
    ("sent", "zips"),
    [
        ({"do": "fill", "fill": "94607"}, ["94607", "94607"]),
        ({"do": "paste", "paste": "94103\r\n94110\t ignored\r\n"}, ["94103", "94110"]),
    ],
)
def test_one_value_or_a_pasted_column_for_all_rows(
    upload: Upload, user: User, client_of: Callable[[User], Client], sent: dict[str, str], zips: list[str]
) -> None:
    client_of(user).post(page_of(upload, "REQUIRED_MISSING", ZIP), sent)

    rows = UploadRow.objects.filter(upload=upload, number__in=[2, 3]).order_by("number")
    assert [row.asset["customer"]["postal_code"] for row in rows] == zips


@pytest.mark.parametrize(
    ("tool", "zips"),
    [
        ({"do": "fill", "fill": "94607"}, ["94103", "94607"]),
        ({"do": "save", "fill": "94607"}, ["94103", "94607"]),  # Enter in "one value for all"
        ({"do": "paste", "paste": "94110\r\n94110"}, ["94103", "94110"]),
        ({"do": "paste", "paste": "94110\r\n94110", "fill": "94607"}, ["94103", "94110"]),
        ({"do": "leave-out"}, ["94103", None]),
        ({"do": "next-3"}, ["94103", None]),
    ],
    ids=lambda value: value.get("do") if isinstance(value, dict) else None,
)
def test_no_tool_drops_what_was_typed_into_a_row(
    upload: Upload, user: User, client_of: Callable[[User], Client], tool: dict[str, str], zips: list[str | None]
) -> None:
    typed = {"row-2": "94103", "was-2": "", "row-3": "", "was-3": ""}

    client_of(user).post(page_of(upload, "REQUIRED_MISSING", ZIP), typed | tool)

    rows = UploadRow.objects.filter(upload=upload, number__in=[2, 3]).order_by("number")
    assert [row.asset["customer"]["postal_code"] if row.asset else None for row in rows] == zips
    assert rows[1].plan == {"leave-out": "left_out", "next-3": "needs_fixing"}.get(tool["do"], "create")


def test_value_that_is_wrong_again_comes_back_beside_its_cell(
    upload: Upload, user: User, client_of: Callable[[User], Client]
) -> None:
    sent = {"row-2": "nine", "was-2": "", "row-3": "94110", "was-3": "", "do": "save"}

    answer = client_of(user).post(page_of(upload, "REQUIRED_MISSING", ZIP), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert "1 value is not right" in page
    assert 'value="nine" aria-invalid="true" aria-describedby="row-2-error"' in page
    assert plans(upload)[3] == "create"
    again = client_of(user).post(
        page_of(upload, "REQUIRED_MISSING", ZIP), {"row-2": "94103", "was-2": "nine", "do": "save"}
    )
    assert (again.status_code, plans(upload)[2]) == (302, "create")


def test_suggestion_is_accepted_for_all(upload: Upload, user: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(user)
    address = page_of(upload, "UNKNOWN_CHOICE", UTILITY)
    assert "Take the suggested value: PGE" in client.get(address).content.decode()

    answer = client.post(address, {"do": "accept-suggestion"})

    assert answer["Location"] == reverse("upload", args=[upload.pk])
    assert plans(upload)[4] == "create"


def test_row_that_somebody_else_changed_meanwhile_is_left(
    upload: Upload, user: User, client_of: Callable[[User], Client]
) -> None:
    correct_rows(upload, {2: {ZIP: "nine"}}, by=BY)

    client_of(user).post(page_of(upload, "NOT_A_ZIP", ZIP), {"row-2": "94103", "was-2": "something else", "do": "save"})

    assert UploadEdit.objects.get(row_number=2).values == {ZIP: "nine"}


def test_strangers_problem_page_is_not_there(
    upload: Upload, stranger: User, client_of: Callable[[User], Client]
) -> None:
    address = page_of(upload, "REQUIRED_MISSING", ZIP)

    assert client_of(stranger).post(address, {"do": "fill", "fill": "94607"}).status_code == 404
    assert plans(upload)[2] == "needs_fixing"


def test_duplicates_can_be_turned_into_updates(
    acme: Partner, user: User, send: Any, commit: Any, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(2)), "a.csv"))
    again = send(acme, builders.csv_bytes([builders.row(1, device__device_model="Home 20")]), "b.csv")
    assert again.counts == {"duplicate": 1, "rows": 1}
    client = client_of(user)
    assert "Check again, updating existing meters" in client.get(reverse("upload", args=[again.pk])).content.decode()

    client.post(reverse("upload-recheck", args=[again.pk]), {"update_existing": "yes"})
    run_jobs()

    again.refresh_from_db()
    assert again.counts == {"update": 1, "rows": 1}


def test_save_of_rows_that_somebody_else_corrected_says_so(
    upload: Upload, user: User, client_of: Callable[[User], Client]
) -> None:
    correct_rows(upload, {2: {ZIP: "94103"}, 3: {ZIP: "94103"}}, by=BY)
    form = {"row-2": "94607", "was-2": "", "row-3": "", "was-3": "", "do": "save"}

    page = client_of(user).post(page_of(upload, "REQUIRED_MISSING", ZIP), form, follow=True).content.decode()

    assert "Somebody else changed these rows meanwhile, so they were left: 2." in page
    assert UploadRow.objects.get(upload=upload, number=2).asset["customer"]["postal_code"] == "94103"


def test_filling_with_nothing_is_no_filling(upload: Upload, user: User, client_of: Callable[[User], Client]) -> None:
    correct_rows(upload, {2: {ZIP: "nine"}}, by=BY)

    client_of(user).post(page_of(upload, "NOT_A_ZIP", ZIP), {"do": "fill", "fill": "  "})

    assert UploadEdit.objects.get(row_number=2).values == {ZIP: "nine"}


def test_suggestion_in_a_list_of_values_replaces_its_own(
    acme: Partner, send: Any, user: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, builders.csv_bytes([builders.row(1, load_types__0="Batery Storage, HVAC")]), "a.csv")

    client_of(user).post(page_of(upload, "UNKNOWN_CHOICE", "load_types.0"), {"do": "accept-suggestion"})

    assert UploadRow.objects.get(upload=upload).asset["load_types"] == ["BATTERY_STORAGE", "HVAC"]


def test_address_written_anew_is_taken_apart(
    acme: Partner, send: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    line: dict[str, Any] = {**builders.row(1), "Site Address": "somewhere"}
    for part in ("street_1", "street_2", "city", "postal_code", "state_or_province_code"):
        del line[f"customer.{part}"]
    upload = send(acme, builders.csv_bytes([line]), "a.csv")
    targets = {column["index"]: column["key"] for column in upload.columns}
    address = next(column["index"] for column in upload.columns if column["header"] == "Site Address")
    choose_columns(upload, targets | {address: "address:customer"}, {}, by=BY)
    run_jobs()
    street = "customer.street_1"

    form = {"row-2": "2 Elm Street #4B, Boston, MA 2108", "was-2": "somewhere", "do": "save"}
    client_of(user).post(page_of(upload, "ADDRESS_NOT_APART", street), form)

    codes = {line.code for line in UploadProblem.objects.filter(upload=upload)}
    assert "REQUIRED_MISSING" not in codes
    assert UploadEdit.objects.get().values[street] == "2 Elm Street #4B"


def test_first_of_two_duplicates_that_is_left_out_makes_the_second_good(upload: Upload) -> None:
    assert (plans(upload)[5], plans(upload)[6]) == ("create", "duplicate")

    leave_out(upload, [5], by=BY)
    correct_rows(upload, {6: {"customer.city": "Oakland"}}, by=BY)

    assert (plans(upload)[5], plans(upload)[6]) == ("left_out", "create")
    leave_out(upload, [5], left_out=False, by=BY)
    print(
        [(x.row_number, x.code, x.context) for x in UploadProblem.objects.filter(upload=upload)],
        UploadRow.objects.get(upload=upload, number=5).cells,
    )
    assert plans(upload)[5] == "duplicate"


def test_second_of_two_duplicates_stays_one_while_the_first_stands(upload: Upload) -> None:
    correct_rows(upload, {6: {"customer.city": "Oakland"}}, by=BY)

    assert (plans(upload)[5], plans(upload)[6]) == ("create", "duplicate")


def test_edits_of_other_rows_and_uploads_are_no_matter(upload: Upload, borealis: Partner, send: Any) -> None:
    other = send(borealis, builders.csv_bytes([builders.row(1), builders.row(2)]), "other.csv")
    for changed, number in ((other, 2), (upload, 2), (upload, 4)):
        write_edits([UploadEdit(upload=changed, row_number=number, values={ZIP: str(number) * 5})])

    edits = edits_of(upload, [2, 3, 5])

    assert {number: edit.upload_id for number, edit in edits.items()} == {2: upload.pk}
    assert edits_of(upload, []) == {}


def test_edit_again_takes_the_place_of_the_earlier_one(upload: Upload) -> None:
    write_edits([UploadEdit(upload=upload, row_number=2, values={ZIP: "94103"})])
    write_edits([UploadEdit(upload=upload, row_number=2, values={}, is_left_out=True)])

    (edit,) = edits_of(upload, [2]).values()
    assert (edit.values, edit.is_left_out) == ({}, True)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"a": "1", "b": 2}),
        ({"a": "9"}, {"a": "9", "b": 2}),
        ({"a": ""}, {"b": 2}),
        ({"c": "3"}, {"a": "1", "b": 2, "c": "3"}),
    ],
)
def test_what_people_write_goes_before_what_is_in_the_sheet(values: Any, expected: Any) -> None:
    assert edited({"a": "1", "b": 2}, UploadEdit(values=values)) == expected


def test_good_row_that_is_left_out_and_taken_in_again_is_as_good_as_before(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(2)), "meters.csv")
    before = UploadRow.objects.values("plan", "asset", "status").get(upload=upload, number=3)
    assert before["plan"] == "create"

    leave_out(upload, [3], by=BY)
    leave_out(upload, [3], left_out=False, by=BY)

    assert UploadRow.objects.values("plan", "asset", "status").get(upload=upload, number=3) == before


def test_first_row_of_a_reference_is_one_that_is_not_left_out(upload: Upload) -> None:
    def first() -> int:
        references = preview_of(upload).references
        references.know(["home-000004"])
        references.expect({"home-000004": 99})
        return references.of("home-000004", 99)

    assert first() == 5
    leave_out(upload, [5], by=BY)
    assert first() == 6
