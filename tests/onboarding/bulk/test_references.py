"""New references by a spreadsheet: every problem at once, swaps and chains, and nothing that somebody else took."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.bulk.actions import references as references_module
from onboarding.bulk.actions.references import ChangeReferences, blocked
from onboarding.bulk.domain import confirm, create_action
from onboarding.bulk.handlers import handler_of
from onboarding.bulk.models import BulkAction, BulkRow
from onboarding.bulk.sheets.domain import preview_sheet
from onboarding.bulk.sheets.forms import PASTED_NAME
from onboarding.bulk.sheets.reading import SheetFile, SheetRow, pasted_sheet, read_rows
from onboarding.meters.models import Meter
from onboarding.portfolio.filters import meter_filter
from onboarding.portfolio.provenance import provenance_of
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs.models import Job
from portal.partners.models import ApiKey, Partner, User
from portal.problems import Refused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
PAGE = reverse("bulk-sheet", args=["references"])
HANDLER = handler_of("change_reference")
assert isinstance(HANDLER, ChangeReferences)
HEADER = HANDLER.header
Lines = Iterable[Sequence[Any]]


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def make(run_jobs: Callable[[], int]) -> Callable[..., dict[str, Meter]]:
    """Meters of a partner with these references, by the way of a sheet."""

    def make(partner: Partner, *references: str) -> dict[str, Meter]:
        rows = [builders.row(n, partner_reference=reference) for n, reference in enumerate(references, 1)]
        upload, _ = receive_upload(
            [builders.csv_bytes(rows)],
            file_name="crm.csv",
            partner=partner,
            programs=["CEC-DSGS"],
            update_existing=False,
            by=BY,
        )
        run_jobs()
        confirm_upload(upload, by=BY)
        run_jobs()
        return {meter.partner_reference: meter for meter in Meter.objects.filter(upload=upload)}

    return make


def sheet(*lines: Sequence[Any], header: Sequence[str] = HEADER) -> SheetFile:
    """A csv file as somebody would send it."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *lines])
    return SheetFile("new keys.csv", [text.getvalue().encode()])


def read_lines(sheet: SheetFile) -> list[SheetRow]:
    return read_rows(sheet, HANDLER.columns, most=HANDLER.most_rows)


def pasted(text: str) -> SheetFile:
    return pasted_sheet(text, HANDLER.columns.specs, name=PASTED_NAME)


@pytest.fixture
def asked(acme: Partner, user: User) -> Callable[..., BulkAction]:
    def asked(*lines: Sequence[Any], header: Sequence[str] = HEADER) -> BulkAction:
        return preview_sheet(HANDLER, sheet(*lines, header=header), partner=acme, user=user, by=BY)

    return asked


@pytest.fixture
def done(run_jobs: Callable[[], int]) -> Callable[[BulkAction], BulkAction]:
    def done(action: BulkAction) -> BulkAction:
        confirm(action, by=BY)
        run_jobs()
        action.refresh_from_db()
        return action

    return done


def references(*meters: Meter) -> list[str]:
    """What these meters are called by now."""
    names: dict[UUID, str] = dict(Meter.objects.values_list("pk", "partner_reference"))
    return [names[meter.pk] for meter in meters]


def results(action: BulkAction) -> list[str]:
    return list(action.rows.order_by("number").values_list("result", flat=True))


def said(action: BulkAction) -> dict[int, list[str]]:
    """What is wrong with each row, problem and remedy."""
    rows = action.rows.filter(result="refused").order_by("number")
    return {row.number: [f"{problem.text} {problem.remedy}" for problem in row.coded_problems] for row in rows}


def codes(action: BulkAction) -> dict[int, list[str]]:
    return {row.number: [problem.code for problem in row.coded_problems] for row in action.rows.exclude(problems=None)}


# --- what becomes of the rows


def test_references_change_with_one_event_each_and_are_found_by_the_new_ones(
    acme: Partner, make: Any, asked: Any, done: Any, api_key: tuple[ApiKey, str]
) -> None:
    made = make(acme, "home-1", "home-2", "home-3")
    first, second, third = made.values()

    action = done(asked([first.pk, "home-1", "crm-1"], ["", "home-2", "crm-2"], [third.pk, "", ""]))

    assert (action.state, action.counts) == ("done", {"meant": 2, "changed": 2, "same": 1})
    assert references(first, second, third) == ["crm-1", "crm-2", "home-3"]
    versions = dict(Meter.objects.values_list("partner_reference", "version"))
    assert versions == {"crm-1": 2, "crm-2": 2, "home-3": 1}
    events = Event.objects.filter(verb="meter.reference_changed").order_by("subject_id")
    assert {event.subject_id: event.data for event in events} == {
        str(first.pk): {"file": "new keys.csv", "row": 2, "changes": {"partner_reference": ["home-1", "crm-1"]}},
        str(second.pk): {"file": "new keys.csv", "row": 3, "changes": {"partner_reference": ["home-2", "crm-2"]}},
    }
    assert events.count() == 2
    assert Meter.objects.get(pk=first.pk).updated_at > first.updated_at
    for text, expected in (("crm-1", {first.pk}), ("home-1", set()), ("home-3", {third.pk})):
        assert set(meter_filter({"q": text}, partner=acme).qs.values_list("pk", flat=True)) == expected
    answer = Client().post(
        "/v2/meters/search",
        data=json.dumps({"partner_references": ["crm-1", "home-2"]}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {api_key[1]}"},
    )
    assert [meter["meter_id"] for meter in answer.json()["meters"]] == [str(first.pk)]


def test_meter_page_says_the_file_that_its_reference_came_from(
    acme: Partner, make: Any, asked: Any, done: Any, client: Client
) -> None:
    meter = make(acme, "home-1")["home-1"]
    done(asked(["", "home-1", "crm-1"]))

    source = provenance_of(Meter.objects.get(), ["partner_reference", "customer.city"]).by_key["partner_reference"]
    page = client.get(reverse("meter", args=[meter.pk])).content.decode()

    assert (source.name, source.place) == ("new keys.csv", "row 2")
    assert "Partner reference: <del>home-1</del> → <ins>crm-1</ins>" in page


def test_meters_take_each_others_references(acme: Partner, make: Any, asked: Any, done: Any) -> None:
    made = make(acme, *(f"home-{letter}" for letter in "abcdefg"))
    moves = ["ab", "ba", "cd", "de", "ef"]  # a swap, and a chain that ends in a reference nobody has
    made.pop("home-f")
    Meter.objects.filter(partner_reference="home-f").delete()

    action = done(asked(*(["", f"home-{old}", f"home-{new}"] for old, new in moves)))

    assert action.counts == {"meant": 5, "changed": 5}
    assert references(*made.values()) == ["home-b", "home-a", "home-d", "home-e", "home-f", "home-g"]


def test_every_problem_is_said_at_once(acme: Partner, borealis: Partner, make: Any, asked: Any, done: Any) -> None:
    made = make(acme, *(f"home-{n:02d}" for n in range(1, 15)))
    theirs = make(borealis, "their-01")["their-01"]
    ids = {name: str(meter.pk) for name, meter in made.items()}
    for _ in range(2):
        Meter.objects.create(partner=acme, partner_reference="shared", created_by="UTILITY", transmission_region="PJM")

    action = asked(
        [ids["home-01"], "home-01", "crm-01"],  # row 2 is right
        ["no ID", "", "crm-02"],
        [theirs.pk, "", "crm-03"],
        ["", "their-01", "crm-04"],
        [ids["home-02"], "home-03", "crm-05"],
        ["", "", "crm-06"],
        ["", "shared", "crm-07"],
        [ids["home-04"], "", "x"],
        ["", "home-05", "a/b|c"],
        ["", "home-06", "home-07"],
        ["", "home-08", "crm-10"],
        [ids["home-08"], "", "crm-11"],
        ["", "home-09", "crm-12"],
        ["", "home-10", "crm-12"],
        ["", "home-11", "home-12"],
        ["", "home-12", "home-13"],
        ["nobody", "", "=1+1"],
        ["", "home-14", ""],
    )

    fill = "Check it, or download your meters again and fill in the new file."
    own = "Choose another reference, or give that meter a new one in the same file."
    assert said(action) == {
        3: [f"You don’t have a meter with the ID “no ID”. {fill}"],
        4: [f"You don’t have a meter with the ID “{theirs.pk}”. {fill}"],
        5: [f"You don’t have a meter with the reference “their-01”. {fill}"],
        6: [
            f"The meter {ids['home-02']} has the reference “home-02”, not “home-03”. "
            "Correct one of the two, or leave the current reference empty."
        ],
        7: ["This row doesn’t say which meter it’s for. Fill in its meter ID or its current reference."],
        8: [
            "2 of your meters have the reference “shared”, so we can’t tell which one you mean. "
            "Fill in the meter ID of the one you mean."
        ],
        9: ["The new reference has 1 characters; it needs at least 3. Check whether something is missing."],
        10: [
            "The new reference contains / |, which isn’t allowed here. Remove it, or replace it with other characters."
        ],
        11: [f"“home-07” is already the reference of your meter {ids['home-07']}. {own}"],
        12: ["Rows 12 and 13 are for the same meter. Keep one row for each meter."],
        13: ["Rows 12 and 13 are for the same meter. Keep one row for each meter."],
        14: ["Rows 14 and 15 have the same new reference, “crm-12”. Give each meter its own reference."],
        15: ["Rows 14 and 15 have the same new reference, “crm-12”. Give each meter its own reference."],
        16: [
            "“home-12” is the reference of the meter in row 17, and that row has a problem. "
            "Fix row 17 first; then this row works too."
        ],
        17: [f"“home-13” is already the reference of your meter {ids['home-13']}. {own}"],
        18: [
            "The new reference is “=1+1”, which a spreadsheet would run as a formula. "
            "Replace the formula with its value.",
            f"You don’t have a meter with the ID “nobody”. {fill}",
        ],
    }
    assert results(action) == ["waiting", *["refused"] * 16, "same"]
    assert done(action).counts == {"meant": 1, "changed": 1, "refused": 16, "same": 1}
    assert references(made["home-01"], made["home-11"], theirs) == ["crm-01", "home-11", "their-01"]


def test_meters_of_an_authorization_may_share_a_new_reference_too(acme: Partner, asked: Any, done: Any) -> None:
    same = {"partner": acme, "partner_reference": "ref-1", "created_by": "UTILITY", "transmission_region": "PJM"}
    first, second = (Meter.objects.create(**same) for _ in range(2))

    action = done(asked([first.pk, "", "ref-2"], [second.pk, "ref-1", "ref-2"]))

    assert (action.counts, references(first, second)) == ({"meant": 2, "changed": 2}, ["ref-2", "ref-2"])


def test_numbers_and_spaces_are_read_as_the_catalogue_has_them(acme: Partner, user: User, make: Any, done: Any) -> None:
    first, second = make(acme, "10482", "home 2").values()
    book = builders.book(Keys=[["Old Reference", "New reference*"], [10482.0, 900001], [" home  2 ", " crm  2 "]])

    done(preview_sheet(HANDLER, SheetFile("keys.xlsx", [book]), partner=acme, user=user, by=BY))

    assert references(first, second) == ["900001", "crm 2"]


# --- between the question and the yes


def test_what_happened_meanwhile_is_said_for_its_row_and_the_others_go_on(
    acme: Partner, make: Any, asked: Any, done: Any, client: Client
) -> None:
    made = make(acme, *(f"home-{n}" for n in range(1, 8)))
    moves = {1: "crm-1", 2: "crm-2", 3: "home-2", 4: "crm-4", 5: "crm-5", 6: "crm-6"}
    action = asked(*(["", f"home-{n}", new] for n, new in moves.items()))
    later = timezone.now() + timedelta(seconds=1)
    Meter.objects.filter(partner_reference="home-2").update(updated_at=later)  # somebody changed it
    for was, now in (("home-7", "crm-4"), ("home-5", "crm-5")):  # somebody took them
        renamed = {"partner_reference": now, "reference_key": now, "updated_at": later}
        Meter.objects.filter(partner_reference=was).update(**renamed)
    made["home-6"].delete()

    done(action)

    assert results(action) == ["changed", "meanwhile", "refused", "refused", "same", "gone"]
    assert action.counts == {"meant": 5, "changed": 1, "meanwhile": 1, "refused": 2, "same": 1, "gone": 1}
    own = "Choose another reference, or give that meter a new one in the same file."
    assert said(action) == {
        4: [f"“home-2” is already the reference of your meter {made['home-2'].pk}. {own}"],
        5: [f"“crm-4” is already the reference of your meter {made['home-7'].pk}. {own}"],
    }
    assert Event.objects.filter(verb="meter.reference_changed").count() == 1
    page = client.get(reverse("bulk-action", args=[action.pk])).content.decode()
    for words in (
        "Changed since you loaded it",
        "No longer exists",
        "“crm-4” is already the reference",
        "Can’t be changed",
    ):
        assert words in page


def test_second_yes_has_no_effect(acme: Partner, make: Any, asked: Any, done: Any, run_jobs: Callable[[], int]) -> None:
    make(acme, "home-1")
    action = done(asked(["", "home-1", "crm-1"]))

    confirm(action, by=BY)

    assert run_jobs() == 0
    assert Event.objects.filter(verb="meter.reference_changed").count() == 1


def test_job_that_falls_while_writing_is_run_again_with_one_effect(
    acme: Partner, make: Any, asked: Any, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make(acme, "home-1", "home-2").values()
    action = asked(["", "home-1", "home-2"], ["", "home-2", "home-1"])
    write, calls = references_module.change_references, []

    def falls(*arguments: Any, **options: Any) -> None:
        write(*arguments, **options)
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("falls")

    monkeypatch.setattr(references_module, "change_references", falls)
    confirm(action, by=BY)
    run_jobs()
    assert references(first, second) == ["home-1", "home-2"]
    Job.objects.update(not_before=timezone.now() - timedelta(days=1))
    run_jobs()

    action.refresh_from_db()
    assert (action.counts, len(calls)) == ({"meant": 2, "changed": 2}, 2)
    assert references(first, second) == ["home-2", "home-1"]
    assert Event.objects.filter(verb="meter.reference_changed").count() == 2


def test_chain_of_blocked_meters_ends_where_a_reference_is_free() -> None:
    first, second, third, fourth, other = (uuid4() for _ in range(5))
    holders = {"a": first, "b": second, "c": third, "d": fourth, "e": other}

    assert blocked({first: "b", second: "c", third: "e", fourth: "f"}, holders) == {
        third: other,
        second: third,
        first: second,
    }
    assert blocked({first: "b", second: "a"}, holders) == {}


# --- reading


@pytest.mark.parametrize(
    "text",
    [
        "home-1\tcrm-1\nhome-2\tcrm-2",
        "home-1;crm-1\r\nhome-2;crm-2\r\n",
        "home-1, crm-1\nhome-2, crm-2",
        "\nhome-1\tcrm-1\nhome-2\tcrm-2\n\n",
        "Old reference\tNew reference\nhome-1\tcrm-1\nhome-2\tcrm-2",
        "{one}\tcrm-1\nhome-2\tcrm-2",
        "{one};home-1;crm-1\n;home-2;crm-2",
        "home-1|crm-1\nhome-2|crm-2",
    ],
)
def test_pasted_columns_are_understood_with_and_without_names(
    acme: Partner, make: Any, client: Client, run_jobs: Callable[[], int], text: str
) -> None:
    first, second = make(acme, "home-1", "home-2").values()

    answer = client.post(PAGE, {"pasted": text.format(one=first.pk)})
    client.post(answer["Location"])
    run_jobs()

    assert references(first, second) == ["crm-1", "crm-2"]


def test_the_events_say_from_where_the_sheet_came(
    acme: Partner, make: Any, client: Client, run_jobs: Callable[[], int]
) -> None:
    first = make(acme, "home-1")["home-1"]
    before = Event.objects.latest("pk").pk

    answer = client.post(PAGE, {"pasted": f"{first.pk}\tcrm-1"})
    asked_from = BulkAction.objects.get().actor["address"]
    client.post(answer["Location"])
    run_jobs()

    told = set(Event.objects.filter(pk__gt=before).values_list("subject_type", "address"))
    assert asked_from == "127.0.0.1"
    assert told == {("bulkaction", "127.0.0.1"), ("meter", "127.0.0.1")}


def test_row_numbers_are_those_of_what_was_pasted() -> None:
    def numbers(text: str) -> list[int]:
        return [line.number for line in read_lines(pasted(text))]

    assert numbers("a1\tb1\na2\tb2\n\na4\tb4") == [1, 2, 4]
    assert numbers("reference;new reference\na1;b1") == [2]


@pytest.mark.parametrize(
    "header",
    [
        ["Leap meter ID", "Partner reference", "New partner reference"],
        ["METER ID", "old reference", "new-reference"],
        ["meter_id", "Reference", "New Reference *"],
        ["Meter", "Current reference", "NEW"],
    ],
)
def test_names_of_columns_are_matched_leniently(header: list[str]) -> None:
    meter = str(uuid4())

    line = read_lines(sheet([meter, "home-1", "crm-1"], header=header))[0]

    assert (line.meter_id or line.either, line.reference, line.cells["new_partner_reference"]) == (
        meter,
        "home-1",
        "crm-1",
    )


def test_first_row_that_looks_like_field_names_is_a_row(acme: Partner) -> None:
    lines = read_lines(sheet(["site_1", "crm_1"], ["site_2", ""], header=["Reference", "New reference"]))

    assert [(line.number, line.reference, line.cells["new_partner_reference"]) for line in lines] == [
        (2, "site_1", "crm_1"),
        (3, "site_2", None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("a.pdf", b"x", "FILE_WRONG_TYPE", "a.pdf is not a type of spreadsheet that we can read."),
        ("a.csv", b"", "FILE_EMPTY", "The file is empty."),
        ("a.xlsx", b"%PDF-1.7", "FILE_NOT_A_SPREADSHEET", "This file’s name looks like a spreadsheet"),
        ("a.csv", b"meter_id,new_partner_reference\n", "FILE_NO_ROWS", "The sheet has a header but no rows below it."),
        (
            "a.csv",
            b"reference,city\na,b\n",
            "REFERENCE_COLUMNS_MISSING",
            "The sheet doesn’t say what the new reference is.",
        ),
        (
            "a.csv",
            b"new reference,city\na,b\n",
            "REFERENCE_COLUMNS_MISSING",
            "The sheet doesn’t say which meter each row is for.",
        ),
        (
            "a.csv",
            b"x,y\na,b\n",
            "REFERENCE_COLUMNS_MISSING",
            "The sheet doesn’t say which meter each row is for and what the new reference is.",
        ),
        (
            "a.csv",
            b"reference,new,new reference\na,b,c\n",
            "FILE_DUPLICATE_HEADER",
            "Several columns hold the same field: B (new) and C (new reference).",
        ),
    ],
)
def test_file_that_cannot_be_used_is_refused_with_its_reason(name: str, content: bytes, code: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_lines(SheetFile(name, [content]))

    assert [problem.code for problem in refusal.value.problems] == [code]
    assert refusal.value.problems[0].text.startswith(words)


def test_more_rows_than_one_transaction_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChangeReferences, "most_rows", 2)

    with pytest.raises(Refused) as refusal:
        read_lines(sheet(*(["", f"home-{n}", f"crm-{n}"] for n in range(3))))

    assert refusal.value.problems[0].text == "The sheet has more than 2 rows."


# --- the pages


def test_download_is_filled_in_and_sent_back(
    acme: Partner, borealis: Partner, make: Any, client: Client, run_jobs: Callable[[], int]
) -> None:
    first, second, third = make(acme, "home-1", "home-2", "-5 and more").values()
    make(borealis, "their-1")
    page = client.get(f"{PAGE}?q=home&page=x").content.decode()
    assert 'href="/meters/references.xlsx?q=home"' in page
    assert "All meters that match: Search: <strong" in page

    content = b"".join(client.get("/meters/references.xlsx?q=home").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows == [HEADER, (str(first.pk), "home-1", None), (str(second.pk), "home-2", None)]
    book.active["C2"] = "crm-1"
    filled = io.BytesIO()
    book.save(filled)
    answer = client.post(PAGE, {"file": SimpleUploadedFile("keys.xlsx", filled.getvalue())})
    asked = client.get(answer["Location"]).content.decode()
    for words in ("Change reference of 1 meter?", "Change 1 reference<", "1 stays as it is", "home-1", "crm-1"):
        assert words in asked
    client.post(answer["Location"])
    run_jobs()

    assert references(first, second, third) == ["crm-1", "home-2", "-5 and more"]
    assert "Download the result of each meter" in client.get(answer["Location"]).content.decode()


def test_csv_download_changes_nothing_when_it_comes_back(acme: Partner, make: Any, client: Client) -> None:
    make(acme, "home-1", "@home", "-5 a", "'x'1")
    content = b"".join(client.get("/meters/references.csv").streaming_content)

    answer = client.post(PAGE, {"file": SimpleUploadedFile("keys.csv", content)})

    action = BulkAction.objects.get()
    assert (results(action), codes(action)) == (["same"] * 4, {})
    page = client.get(answer["Location"]).content.decode()
    assert "No reference will change." in page
    assert "4 stay as they are." in page
    assert "btn-primary" not in page


def test_too_many_meters_for_one_file_are_to_be_filtered(
    acme: Partner, make: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(acme, "home-1", "home-2", "home-3")
    monkeypatch.setattr(ChangeReferences, "most_rows", 2)

    answer = client.get("/meters/references.csv?region=CAISO", follow=True)

    assert answer.redirect_chain == [("/meters/references/?region=CAISO", 302)]
    assert "More than 2 meters match, which is too many for one file." in answer.content.decode()
    assert client.get("/meters/references.csv?q=home-1").status_code == 200


def test_result_says_every_row_and_the_refused_can_be_mended_and_sent_again(
    acme: Partner, make: Any, asked: Any, done: Any, client: Client
) -> None:
    first = make(acme, "home-1", "home-2", "home-3")["home-1"]
    action = done(asked(["", "home-1", "crm-1"], ["", "home-2", "home-3"], ["", "nobody", "crm-3"]))
    path = reverse("bulk-result", args=[action.pk])

    def rows(query: str = "") -> list[dict[str, str]]:
        content = b"".join(client.get(path + query).streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(content)))

    line = rows()[0]
    assert (line["row"], line["result"], line["problem"]) == ("2", "changed", "")
    assert line["meter_id"] == str(first.pk)
    refused = rows("?result=refused")
    assert [row["partner_reference"] for row in refused] == ["home-2", "nobody"]
    assert refused[1]["problem"] == "You don’t have a meter with the reference “nobody”."
    assert refused[1]["remedy"] == "Check it, or download your meters again and fill in the new file."
    again = client.post(
        PAGE,
        {
            "pasted": b"".join(client.get(f"{path}?result=refused").streaming_content)
            .decode()
            .replace("home-3", "crm-2")
        },
    )
    assert "1</strong> reference will change" in client.get(again["Location"]).content.decode()


def test_problem_with_the_file_is_said_on_the_page_and_what_was_pasted_stays(client: Client) -> None:
    nothing = client.post(PAGE, {"pasted": "  "})
    unclear = client.post(PAGE, {"pasted": "<b>one</b>"})

    assert (nothing.status_code, unclear.status_code) == (422, 422)
    assert client.post(PAGE, {"pasted": "a\0b"}).status_code == 422
    assert nothing.content.decode().count("No file was chosen. Select a spreadsheet, such as .xlsx or .csv.") == 2
    page = unclear.content.decode()
    assert "<title>Error: Change references" in page
    assert "&lt;b&gt;one&lt;/b&gt;</textarea>" in page
    assert not BulkAction.objects.exists()


@pytest.mark.parametrize(
    "text", ["home-1", "a\tb\tc\td", "home-1\nhome-2", "old reference\tnew reference", "meter_id\tnew\n", "\0", "a\0b"]
)
def test_pasted_text_that_is_not_two_columns_is_said_in_words_that_fit(client: Client, text: str) -> None:
    answer = client.post(PAGE, {"pasted": text})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count("The pasted text doesn’t have two columns: the meter and its new reference.") == 2
    assert 'href="#id_pasted"' in page
    assert "upload the file" not in page
    assert not BulkAction.objects.exists()


def test_nul_in_pasted_rows_is_said_at_its_row(acme: Partner, make: Any, client: Client) -> None:
    make(acme, "home-1", "home-2")

    answer = client.post(PAGE, {"pasted": "home-1\ta\0b\nhome-2\tcrm-2"})

    assert codes(BulkAction.objects.get()) == {1: ["CONTROL_CHARACTER"]}
    assert "1</strong> reference will change" in client.get(answer["Location"]).content.decode()


def test_hostile_text_is_shown_and_never_run(acme: Partner, make: Any, client: Client) -> None:
    make(acme, "home-1")
    text = "old reference\tnew reference\nhome-1\t<script>alert(1)</script>\n<img src=x>\t\x07{{ 7*7 }}"

    answer = client.post(PAGE, {"pasted": text})
    page = client.get(answer["Location"]).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=x&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert b"".join(client.get(f"{answer['Location']}result.csv").streaming_content)


def test_meters_of_another_partner_are_unknown_and_so_is_the_action(
    acme: Partner, borealis: Partner, make: Any, asked: Any, done: Any, stranger: User, client_of: Any
) -> None:
    mine, theirs = make(acme, "home-1")["home-1"], make(borealis, "home-1", "their-2")["home-1"]

    action = done(asked(["", "home-1", "their-2"], [theirs.pk, "", "crm-2"]))

    assert (references(mine, theirs), codes(action)) == (["their-2", "home-1"], {3: ["METER_UNKNOWN"]})
    for name in ("bulk-action", "bulk-result"):
        assert client_of(stranger).get(reverse(name, args=[action.pk])).status_code == 404
    assert b"home-1" in b"".join(client_of(stranger).get("/meters/references.csv").streaming_content)
    assert str(mine.pk).encode() not in b"".join(client_of(stranger).get("/meters/references.csv").streaming_content)


def test_chosen_meters_cannot_get_new_references_alike(acme: Partner, user: User, make: Any, client: Client) -> None:
    make(acme, "home-1")

    with pytest.raises(Refused):
        create_action(acme, user, kind="change_reference", meters=None, seen_at=timezone.now(), by=BY)

    for path in (reverse("meters"), reverse("meters-look-up")):
        page = client.get(path).content.decode()
        assert "change_reference" not in page
        assert f'href="{PAGE}' in page


def test_cells_that_the_file_broke_are_problems_of_their_rows(acme: Partner, make: Any, asked: Any) -> None:
    make(acme, "home-1", "home-2", "home-3")

    action = asked(["", "home-1", "a\0b"], ["", "home-2", "#REF!"], ["", "home\0-3", "crm-3"])

    assert codes(action) == {2: ["CONTROL_CHARACTER"], 3: ["CELL_ERROR"], 4: ["METER_UNKNOWN"]}
    assert said(action)[3] == [
        "The new reference shows #REF!, a spreadsheet error. Fix the formula, or replace it with its value."
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_query_counts_do_not_grow_with_rows(
    acme: Partner, make: Any, asked: Any, done: Any, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    make(acme, *(f"home-{n}" for n in range(2 * count)))
    wanted = [["", f"home-{n}", f"crm-{n}"] for n in range(count)]
    action = asked(*wanted, *(["", f"nobody-{n}", "x"] for n in range(count)))
    path = reverse("bulk-action", args=[action.pk])
    client.get(path)  # fills the caches of the session

    with django_assert_num_queries(7):
        client.get(path)
    with django_assert_num_queries(3):
        client.get(PAGE)
    with django_assert_num_queries(9 if connection.vendor == "sqlite" else 8):  # COPY is not counted
        client.post(PAGE, {"pasted": "\n".join(f"{old}\t{new}" for _, old, new in wanted)})
    done(action)
    with django_assert_num_queries(5):
        client.get(path)
    assert BulkRow.objects.filter(action=action, result="changed").count() == count
