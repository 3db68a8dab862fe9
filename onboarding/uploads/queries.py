"""Named reads of uploads, shared by pages, receipts and API."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast

from onboarding.meters.portal_facts import STATUS_IN
from onboarding.spreadsheets.cells import column_letters
from onboarding.spreadsheets.problems import CELLS_MERGED, OTHER_SHEETS, ROW_CODES, ROW_TOO_SHORT, ROW_TOO_WIDE
from onboarding.uploads.column_units import converted_units_of
from onboarding.uploads.devices import columns_of_devices
from onboarding.uploads.layout import FROM_ZIP, MEMORY, PORTAL, ColumnLayout, covers
from onboarding.uploads.models import WRITTEN, RowPlan, Upload, UploadProblem, UploadRow, UploadSource, Withdrawal
from onboarding.uploads.stored import SheetColumn
from portal.jobs.models import Job, JobState
from portal.partners.models import Partner
from portal.problems import Problem

GROUPS_SHOWN = 100
_TAKE_LABELS = {
    ROW_TOO_WIDE: "Use without the extra cells",
    ROW_TOO_SHORT: "Use with the last cells empty",
    CELLS_MERGED: "Use as read",
    "NOT_A_METER": "Treat all as meters",
}


def uploads_of(partner: Partner) -> QuerySet[Upload]:
    return Upload.objects.filter(partner=partner)


def files_of(partner: Partner) -> QuerySet[Upload]:
    """The uploads that came as files: those of a form or a Connect link are found at their meters."""
    return uploads_of(partner).exclude(source__in=[UploadSource.FORM, UploadSource.LINK])


def files_named(partner: Partner, text: str) -> QuerySet[Upload]:
    """The partner's files with this in their name, or with this short number."""
    digits = re.fullmatch(r"([0-9a-f]{4})-?([0-9a-f]{4})", text.strip(), re.IGNORECASE)
    if not digits:
        return files_of(partner).filter(file_name__icontains=text)
    ends = files_of(partner).annotate(written=Cast("pk", TextField()))
    return ends.filter(Q(file_name__icontains=text) | Q(written__iendswith="".join(digits.groups())))


def open_job(upload: Upload) -> Job | None:
    """The job that works on the upload now, if any."""
    return Job.objects.filter(
        subject_id=str(upload.pk), kind__startswith="uploads.", state__in=[JobState.QUEUED, JobState.RUNNING]
    ).first()


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All rows with the same problem in the same field: the heading, how many rows, one example."""

    code: str
    field: str
    rows: int
    first_row: int
    column: str
    example: Problem
    blocks: bool

    @property
    def can_be_corrected(self) -> bool:
        """Whether its rows can be corrected by writing another value into one field."""
        return bool(self.field)

    @property
    def is_about_rows(self) -> bool:
        """Whether it is about the rows as a whole, so that they can be left out, or taken as they are."""
        return self.code in ROW_CODES or self.code == "NOT_A_METER"

    @property
    def take_label(self) -> str:
        """What the button says that takes the rows as they are; "" when nobody can tell what they are."""
        return _TAKE_LABELS.get(self.code, "")


def problem_groups(upload: Upload) -> list[ProblemGroup]:
    """The upload's problems by kind and field, most frequent first; what only wants a look comes last."""
    lines = list(
        UploadProblem.objects.filter(upload=upload)
        .values("code", "field", "blocks")
        .annotate(
            rows=Count("row_number", distinct=True), first=Min("row_number"), example=Min("pk"), column=Max("column")
        )
        .order_by("-blocks", "-rows", "code", "field")[:GROUPS_SHOWN]
    )
    examples = UploadProblem.objects.in_bulk([line["example"] for line in lines])
    return [
        ProblemGroup(
            code=line["code"],
            field=line["field"],
            rows=line["rows"],
            first_row=line["first"],
            column=column_letters(line["column"]) if line["column"] is not None else "",
            example=examples[line["example"]].problem,
            blocks=line["blocks"],
        )
        for line in lines
    ]


def not_meters(upload: Upload) -> list[UploadProblem]:
    """The first rows that are no meters, each with what it is."""
    return list(UploadProblem.objects.filter(upload=upload, code="NOT_A_METER").order_by("row_number")[:GROUPS_SHOWN])


def other_sheets(upload: Upload) -> list[str]:
    """The visible sheets of its workbook that were not read; none of a template's own."""
    notes = upload.facts.get("notes", [])
    return next((list(note["context"]["sheets"]) for note in notes if note["code"] == OTHER_SHEETS), [])


def headers_of(upload: Upload) -> dict[int, str]:
    """Index to header, of the file's columns that have one."""
    return {int(column["index"]): str(column["header"]) for column in upload.columns}


def other_devices(upload: Upload) -> list[str]:
    """The devices of each row beside the one of which this upload makes meters, which can be uploads of their own."""
    if upload.column_layout.device or not upload.column_layout.columns:
        return []
    return list(columns_of_devices(headers_of(upload)))[1:]


def unused_columns(upload: Upload) -> list[SheetColumn]:
    """The columns with a header that fill no field; those of the other devices of each row, and those that the portal
    fills in, are not among them."""
    of_devices = columns_of_devices(headers_of(upload)).values()
    others = {index for columns in of_devices for index in columns.values()}
    unused = [column for column in upload.columns if not column["key"] and column["how"] != PORTAL]
    return [column for column in unused if column["index"] not in others]


def reading_notes(upload: Upload, labels: Mapping[str, str]) -> list[str]:
    """What was decided while reading: units, the order of day and month, and values that hold for every row."""
    layout = upload.column_layout
    orders = {"mdy": "month/day/year", "dmy": "day/month/year"}
    notes = [
        f"{labels.get(key, key)}: dates such as 03/04/2026 were read as {orders[order]}, "
        "as most of that column that can tell. Each of these rows has a warning."
        for key, order in layout.date_orders.items()
    ]
    if layout.device:
        suffix = f", and its reference ends in {layout.suffix}" if layout.suffix else ""
        notes.append(f"A meter is made of {layout.device} of each row{suffix}.")
    notes += [problem.text for problem in converted_units_of(upload)]
    notes += [Problem("PORTAL_COLUMNS", "", "", {"columns": names}).text for names in _portal_columns(upload)]
    held = {key for target in (layout.columns or {}).values() for key in covers(target)}
    everywhere = [key for key in layout.constants if key not in held]
    if everywhere:
        said = "; ".join(f"{labels.get(key, key)}: {_constant(layout, key)}" for key in everywhere)
        notes.append(f"For every row: {said}.")
    notes += [
        f"{labels.get(key, key)}: where {upload.place_of(key)} is blank, {_constant(layout, key)}."
        for key in layout.constants
        if key in held
    ]
    notes += [f"{labels.get(key, 'Whole address')}: {upload.place_of(key)} together." for key in layout.joined]
    if layout.decided_by == MEMORY:
        notes.append("The columns were matched as you said for an earlier sheet with the same headers.")
    return notes


def _portal_columns(upload: Upload) -> list[list[str]]:
    """The columns of an export that are the portal's own, those of programs as one; nothing when there are none."""
    headers = [column["header"] for column in upload.columns if column["how"] == PORTAL and not column["key"]]
    names = dict.fromkeys("status in programs" if name.startswith(STATUS_IN) else name for name in headers)
    return [list(names)] if names else []


def _constant(layout: ColumnLayout, key: str) -> str:
    text = layout.constants[key]
    return "the state of each row’s ZIP code" if text == FROM_ZIP else text


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem with the address of its cell in the partner's own sheet."""

    problem: Problem
    column: str
    header: str

    @property
    def place(self) -> str:
        return f"column {self.column}" if self.column else ""


def problems_by_row(upload: Upload, numbers: list[int] | None = None) -> dict[int, list[RowProblem]]:
    """Every problem of these rows (of all rows when none are named), by row number, in column order."""
    headers = {column["index"]: column["header"] for column in upload.columns}
    by_row: dict[int, list[RowProblem]] = {}
    lines = UploadProblem.objects.filter(upload=upload).order_by("row_number", "column", "pk")
    for line in lines if numbers is None else lines.filter(row_number__in=numbers):
        column = "" if line.column is None else column_letters(line.column)
        header = "" if line.column is None else headers.get(line.column, "")
        by_row.setdefault(line.row_number, []).append(RowProblem(line.problem, column, header))
    return by_row


REFUSED = "refused"  # beside the plans of rows: those that were refused while they were written


def refused_rows() -> Q:
    """Which rows were refused while they were written: their meter or reference changed after the check."""
    return Q(plan__in=WRITTEN) & ~Q(result="")


def to_write(upload: Upload) -> dict[str, int]:
    """How many rows the next confirmation would write, by plan."""
    if not upload.rounds:
        return {plan.value: upload.count(plan) for plan in WRITTEN if upload.count(plan)}
    rows = UploadRow.objects.filter(upload=upload, plan__in=WRITTEN, round=upload.rounds, result="")
    return dict(Counter(rows.values_list("plan", flat=True)))


@dataclass(frozen=True, slots=True)
class Receipt:
    """Every row of the file in one of the lines (label, rows); the lines add up to the total."""

    lines: list[tuple[str, int]]
    total: int

    @property
    def refused(self) -> int:
        """How many rows were refused while they were written."""
        return dict(self.lines).get(_REFUSED_LINE, 0)


def receipt_of(upload: Upload) -> Receipt:
    """What became of the file's rows, once a confirmation has been written."""
    counts: Counter[str] = Counter()
    groups = UploadRow.objects.filter(upload=upload).order_by().values("plan", "round", "result")
    for group in groups.annotate(n=Count("pk")):
        row = UploadRow(plan=group["plan"], round=group["round"], result=group["result"])
        counts[_line_of(row, upload)] += group["n"]
    counts["Blank"] = upload.count("blank")
    lines = [(label, counts[label]) for label in _RECEIPT_LINES if counts[label] or label in _ALWAYS_SHOWN]
    return Receipt(lines, sum(counts.values()))


_REFUSED_LINE = "Refused while writing"
_RECEIPT_LINES = (
    "Meters created",
    "Meters changed",
    "Unchanged",
    "Duplicates",
    _REFUSED_LINE,
    "Need fixing",
    "Left out by you",
    "Not meters",
    "Waiting for your confirmation",
    "Blank",
)
_ALWAYS_SHOWN = frozenset({"Meters created", "Meters changed"})


def _line_of(row: UploadRow, upload: Upload) -> str:
    result, _ = row.outcome(upload)
    if row.plan in WRITTEN and not result:
        return "Waiting for your confirmation"
    if row.plan in WRITTEN and row.result:
        return _REFUSED_LINE
    return {
        RowPlan.CREATE.value: "Meters created",
        RowPlan.UPDATE.value: "Meters changed",
        RowPlan.UNCHANGED.value: "Unchanged",
        RowPlan.DUPLICATE.value: "Duplicates",
        RowPlan.LEFT_OUT.value: "Left out by you",
        RowPlan.NOT_A_METER.value: "Not meters",
    }.get(row.plan, "Need fixing")


RECEIPT_HEADER = (
    "Row",
    "Partner reference",
    "Outcome",
    "Leap meter ID",
    "What happened",
    "Problem",
    "How to fix",
    "Cell",
)


def receipt_lines(upload: Upload) -> Iterator[list[object]]:
    """Every row of the upload with its outcome, in sheet order; one line a row, its problems joined."""
    rows = UploadRow.objects.filter(upload=upload).order_by("number").defer("cells", "asset", "changes", "programs")
    batch: list[UploadRow] = []
    before = int(upload.facts.get("header_row") or 0)
    for row in rows.iterator(chunk_size=2000):
        if before and row.number > before + 1:
            yield from _receipt_batch(upload, batch)
            yield _blank_line(before + 1, row.number - 1)
            batch = []
        before = row.number if before else 0
        batch.append(row)
        if len(batch) == 2000:
            yield from _receipt_batch(upload, batch)
            batch = []
    yield from _receipt_batch(upload, batch)


def _blank_line(first: int, last: int) -> list[object]:
    """Rows of the sheet with nothing in them: one line for neighbouring ones."""
    count = last - first + 1
    said = "Nothing stands in this row." if count == 1 else f"Nothing stands in the {count} rows {first} to {last}."
    return [first, "", "BLANK", "", said, "", "", ""]


def _receipt_batch(upload: Upload, rows: list[UploadRow]) -> Iterator[list[object]]:
    problems = problems_by_row(
        upload,
        [row.number for row in rows if row.plan in {RowPlan.NEEDS_FIXING, RowPlan.DUPLICATE, RowPlan.NOT_A_METER}],
    )
    for row in rows:
        row_problems = problems.get(row.number, [])
        result, description = row.outcome(upload)
        written = result in {"METER_CREATED", "METER_UPDATED"}
        taken_back = Withdrawal(row.withdrawal).label if row.withdrawal else ""
        yield [
            row.number,
            row.partner_reference,
            result or row.plan.upper(),
            str(row.meter_id) if written and row.meter_id and row.withdrawal != Withdrawal.REMOVED else "",
            f"{description} Taken back: {taken_back.lower()}. {row.description}".strip() if taken_back else description,
            " ".join(line.problem.text for line in row_problems),
            " ".join(line.problem.remedy for line in row_problems),
            ", ".join(f"{line.column}{row.number}" for line in row_problems if line.column),
        ]
