"""Participation by a spreadsheet: every problem of every row at once, unknown meters by row, a result for each."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.bulk.actions.participation_sheet import ChangeParticipation
from onboarding.bulk.domain import confirm
from onboarding.bulk.handlers import handler_of
from onboarding.bulk.models import BulkAction
from onboarding.bulk.sheets.domain import preview_sheet
from onboarding.bulk.sheets.reading import SheetFile, SheetRow, read_rows
from onboarding.enrollment.models import ParticipationPeriod, Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation
from onboarding.participation.rules import ParticipationRequest
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests import builders
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
PAGE = reverse("bulk-sheet", args=["participation"])
HANDLER = handler_of("participation")
assert isinstance(HANDLER, ChangeParticipation)
HEADER = HANDLER.header


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel("2026-10-05T18:00:00Z", tick=True):
        yield


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def meters(acme: Partner) -> list[Meter]:
    made = [make_meter(acme, programs=[], reference=f"home-{n}") for n in range(1, 16)]
    Meter.objects.update(updated_at=timezone.now())  # the database's own clock does not travel
    return made


def content(*lines: Sequence[Any], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *lines])
    return text.getvalue().encode()


def sheet(*lines: Sequence[Any], header: Sequence[str] = HEADER) -> SheetFile:
    return SheetFile("out.csv", [content(*lines, header=header)])


def read_lines(sheet: SheetFile) -> list[SheetRow]:
    return read_rows(sheet, HANDLER.columns, most=HANDLER.most_rows)


@pytest.fixture
def asked(acme: Partner, user: User) -> Callable[..., BulkAction]:
    return lambda *lines, **options: preview_sheet(HANDLER, sheet(*lines, **options), partner=acme, user=user, by=BY)


@pytest.fixture
def done(run_jobs: Callable[[], int]) -> Callable[[BulkAction], BulkAction]:
    def done(action: BulkAction) -> BulkAction:
        confirm(action, by=BY)
        run_jobs()
        action.refresh_from_db()
        return action

    return done


def results(action: BulkAction) -> list[str]:
    return list(action.rows.order_by("number").values_list("result", flat=True))


def said(action: BulkAction) -> dict[int, list[str]]:
    rows = action.rows.filter(result="refused").order_by("number")
    return {row.number: [problem.text for problem in row.coded_problems] for row in rows}


def periods() -> list[tuple[str, str, str, str, str]]:
    rows = ParticipationPeriod.objects.order_by("meter__pk", "starts_at").select_related("meter")
    return [
        (
            period.meter.partner_reference,
            period.preference,
            f"{period.starts_at:%m-%d}",
            f"{period.ends_at:%m-%d}" if period.ends_at else "",
            period.reason,
        )
        for period in rows
    ]


def test_template_is_filled_in_and_sent_back(client: Client, meters: list[Meter], run_jobs: Callable[[], int]) -> None:
    text = b"".join(client.get(reverse("bulk-sheet-file", args=["participation", "csv"])).streaming_content).decode(
        "utf-8-sig"
    )
    lines = list(csv.reader(io.StringIO(text)))
    assert (lines[0], len(lines)) == (list(HEADER), 16)
    rows = {line[1]: line[:2] for line in lines[1:]}
    rows["home-1"] += ["idle", "2026-10-10", "2026-10-20", "Out of season"]
    rows["home-2"] += ["Disenroll", "10/31/2026", "", "Sold"]
    rows["home-3"] += ["take part", "", "", ""]
    rows["nobody"] = ["", "nobody", "idle", "2026-10-10", "2026-10-20", ""]
    change_participation(
        {meters[2].pk: ParticipationRequest(Preference.IDLE, date(2026, 10, 1), date(2026, 10, 9))},
        partner=meters[2].partner,
        by=BY,
    )

    file = SimpleUploadedFile("back.csv", content(*(row + [""] * (6 - len(row)) for row in rows.values())))
    page = client.post(PAGE, {"file": file}, follow=True)

    text = " ".join(page.content.decode().split())
    assert "<strong>3</strong> meters will change." in text
    assert "12 stay as they are." in text
    assert "You don’t have a meter with the reference “nobody”." in text
    client.post(page.redirect_chain[-1][0])
    run_jobs()
    action = BulkAction.objects.get()
    assert action.counts == {"meant": 3, "changed": 3, "same": 12, "refused": 1}
    assert periods() == [
        ("home-1", "IDLE", "10-10", "10-21", "Out of season"),
        ("home-2", "DISENROLL", "10-31", "", "Sold"),
        ("home-3", "IDLE", "10-01", "10-05", ""),
    ]
    assert Event.objects.filter(verb="meter.disenrolled").count() == 1
    done = client.get(page.redirect_chain[-1][0]).content.decode()
    assert "Not changed" in done
    again = b"".join(client.get(reverse("bulk-result", args=[action.pk]), {"result": "refused"}).streaming_content)
    assert "nobody,idle,2026-10-10,2026-10-20" in again.decode()


def test_every_problem_is_said_at_once(acme: Partner, borealis: Partner, meters: list[Meter], asked: Any) -> None:
    theirs = make_meter(borealis, programs=[], reference="theirs")
    ids = [str(meter.pk) for meter in meters]

    action = asked(
        ["", "home-1", "idle", "2026-10-10", "2026-10-20", ""],
        ["", "theirs", "idle", "soon", "", ""],
        [str(theirs.pk), "", "sleep", "2026-10-10", "", ""],
        ["", "", "idle", "2026-10-10", "2026-10-20", ""],
        ["", "home-2", "", "2026-10-10", "", ""],
        ["", "home-3", "disenroll", "2026-10-05", "", ""],
        ["", "home-4", "disenroll", "2026-10-05", "", "Sold"],
        ["", "home-5", "idle", "2026-10-20", "2026-10-10", ""],
        ["", "home-6", "idle", "2026-10-01", "2026-10-04", ""],
        ["", "home-7", "participate", "2026-10-04", "", ""],
        ["", "home-8", "idle", "2026-10-10", "2026-10-20", ""],
        [ids[7], "", "disenroll", "2026-10-10", "", "Sold"],
        [ids[8], "home-10", "idle", "03/04/2027", "2027-04-30", ""],
        ["", "home-11", "disenroll", "2026-10-10", "2026-10-20", "Sold"],
        ["", "home-12", "disenroll", "2026-10-10", "", "x" * 301],
    )

    assert results(action) == ["waiting", *["refused"] * 14]
    assert said(action) == {
        3: [
            "You don’t have a meter with the reference “theirs”.",
            "The column “from” is “soon”, which is not a date.",
            "The column “to” is empty.",
        ],
        4: [f"You don’t have a meter with the ID “{theirs.pk}”.", "We don’t recognize “sleep”."],
        5: ["This row doesn’t say which meter it’s for."],
        6: ["This doesn’t say what the meter should do."],
        7: [
            "Enter a reason for disenrolling.",
            "The earliest day to disenroll is tomorrow. Today is Oct 5, 2026 in the meter’s time zone; you entered "
            "2026-10-05.",
        ],
        8: [
            "The earliest day to disenroll is tomorrow. Today is Oct 5, 2026 in the meter’s time zone; you entered "
            "2026-10-05."
        ],
        9: ["The last day, 2026-10-10, is before the first, Oct 20, 2026."],
        10: ["The last day, 2026-10-04, has passed. Today is Oct 5, 2026 in the meter’s time zone."],
        11: [
            "A meter can participate again from today. Today is Oct 5, 2026 in the meter’s time zone; you entered "
            "2026-10-04."
        ],
        12: ["Rows 12 and 13 are for the same meter."],
        13: ["Rows 12 and 13 are for the same meter."],
        14: [
            f"The meter {ids[8]} has the reference “home-9”, not “home-10”.",
            "The column “from” is “03/04/2027”, which could mean 2027-03-04 or 2027-04-03.",
        ],
        15: ["The column “to” is filled in, but only idle time has a last day."],
        16: ["The reason has 301 characters; the limit is 300."],
    }


def test_workbook_with_dates_and_other_names(acme: Partner, user: User, meters: list[Meter], done: Any) -> None:
    book = builders.book(
        Out=[
            ["Reference", "Action", "Start date", "End date"],
            ["home-1", "Idle", datetime(2026, 10, 10), datetime(2026, 10, 20)],
            ["home-2", "IDLE", "13.10.2026", "05/10/2027"],  # the first day says that days come first
        ]
    )

    action = done(preview_sheet(HANDLER, SheetFile("out.xlsx", [book]), partner=acme, user=user, by=BY))

    assert action.counts == {"meant": 2, "changed": 2}
    assert [line[:4] for line in periods()] == [
        ("home-1", "IDLE", "10-10", "10-21"),
        ("home-2", "IDLE", "10-13", "10-06"),
    ]


def test_what_overlaps_and_what_happened_meanwhile_is_said_for_its_row(
    meters: list[Meter], asked: Any, done: Any, client: Client, settings: Any
) -> None:
    settings.JOB_CHUNK_ROWS = 2
    idle = ParticipationRequest(Preference.IDLE, date(2026, 10, 8), date(2026, 10, 12))
    partner = meters[0].partner
    change_participation({meters[0].pk: idle, meters[3].pk: idle}, partner=partner, by=BY)
    action = asked(
        *(["", f"home-{n}", "idle", "2026-10-10", "2026-10-20", ""] for n in (1, 2, 3)),
        ["", "home-4", "idle", "2026-10-08", "2026-10-12", ""],
    )
    page = " ".join(client.get(reverse("bulk-action", args=[action.pk])).content.decode().split())
    assert "For 1, this replaces an earlier idle time or disenrollment on these days." in page
    change_participation({meters[1].pk: idle}, partner=partner, by=BY)
    meters[2].delete()

    done(action)

    assert results(action) == ["replaced", "meanwhile", "gone", "same"]
    assert action.counts == {"meant": 2, "replaced": 1, "meanwhile": 1, "gone": 1, "same": 1}
    page = client.get(reverse("bulk-action", args=[action.pk])).content.decode()
    assert "Earlier time-outs replaced" in page
    assert "Changed since you loaded it" in page


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["what", "from"], "which meter each row is for"),
        (["partner_reference", "reason"], "what the meter should do and from when"),
    ],
)
def test_columns_that_are_missing_are_named(header: list[str], missing: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_lines(sheet(["a", "b"], header=header))

    assert refusal.value.problems[0].text == f"The sheet doesn’t say {missing}."


def test_page_says_what_is_wrong_with_a_file(client: Client) -> None:
    for data, told in (
        ({}, "Select a spreadsheet"),
        ({"file": SimpleUploadedFile("out.pdf", b"%PDF")}, "out.pdf"),
        ({"file": SimpleUploadedFile("out.csv", b"")}, "The file is empty."),
    ):
        assert told not in client.get(PAGE).content.decode()
        answer = client.post(PAGE, {"csrf": "", **data})
        assert (answer.status_code, told in answer.content.decode()) == (422, True)


def test_template_is_a_workbook_too(client: Client, meters: list[Meter]) -> None:
    answer = client.get(reverse("bulk-sheet-file", args=["participation", "xlsx"]), {"q": str(meters[0].pk)})

    [table] = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets
    assert [cell.value for cell in table[1]] == list(HEADER)
    assert [cell.value for cell in table[2]][:2] == [str(meters[0].pk), "home-1"]


def test_queries_do_not_grow_with_the_rows(acme: Partner, meters: list[Meter], django_assert_num_queries: Any) -> None:
    line = ["idle", "2026-10-10", "2026-10-20", ""]
    few, many = (read_lines(sheet(*(["", f"home-{n}", *line] for n in range(1, most)))) for most in (3, 15))

    for lines in (few, many):
        with django_assert_num_queries(3):
            HANDLER.validate_rows(acme, lines)
