"""What the page for one problem needs: its rows with their cells, suggestions, and what a person sent."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.http import QueryDict

from onboarding.uploads.compounds import parts_in, target_of
from onboarding.uploads.corrections.rows import MOST_ROWS, RowEditor, as_shown, open_rows
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from portal.problems import Problem, storable
from programs.schema import Schema

ROWS_PER_PAGE = 100
_SEPARATOR = re.compile(r"[;,]")
_LONGEST = 2000
Changes = dict[int, dict[str, str]]  # row number to field key to what is written instead
# What helps to recognise a row; the field in question is left out.
_ABOUT = (
    "customer.end_customer_name",
    "customer.end_customer_company_name",
    "customer.street_1",
    "customer.city",
    "customer.state_or_province_code",
    "customer.postal_code",
    "device.device_serial_number",
)


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One row with the problem: what is in the cell now, what else is in the row, what to write instead."""

    number: int
    reference: str
    now: str
    about: str
    problem: Problem
    suggestion: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that is proposed for rows of the group: for which field, and how many of the rows."""

    name: str
    text: str
    rows: int


def problems_of(upload: Upload, code: str, field: str) -> tuple[list[UploadProblem], int]:
    """The problems of one kind and field in rows that can still be changed, in sheet order, as many as can be changed
    at once; and how many rows have it in all."""
    numbers = UploadRow.objects.filter(open_rows(upload), upload=upload).values("number")
    in_question = UploadProblem.objects.filter(upload=upload, code=code, field=field, row_number__in=numbers)
    total = in_question.aggregate(n=Count("row_number", distinct=True))["n"]
    return list(in_question.order_by("row_number", "pk")[:MOST_ROWS]), total


def still_wrong(upload: Upload, numbers: Sequence[int], field: str) -> list[UploadProblem]:
    """What is wrong with the field in these rows now, whatever it is, the first of each row."""
    lines = UploadProblem.objects.filter(upload=upload, row_number__in=numbers, field=field, blocks=True)
    first = {line.row_number: line for line in lines.order_by("-row_number", "-pk")}
    return sorted(first.values(), key=lambda line: line.row_number)[:ROWS_PER_PAGE]


def open_rows_of(upload: Upload, problems: Sequence[UploadProblem], field: str) -> list[OpenRow]:
    """The rows of these problems as the page shows them."""
    by_row = {problem.row_number: problem.problem for problem in reversed(problems)}
    rows = list(UploadRow.objects.filter(upload=upload, number__in=list(by_row)).order_by("number"))
    cells = RowEditor(upload).cells_of(rows)
    return [
        OpenRow(
            number=row.number,
            reference=row.partner_reference,
            now=as_shown(cells[row.number].get(field)),
            about=", ".join(
                as_shown(cells[row.number][key]) for key in _ABOUT if key != field and key in cells[row.number]
            ),
            problem=by_row[row.number],
            suggestion=suggestion_of(by_row[row.number], field).get(field, ""),
        )
        for row in rows
    ]


def suggestion_of(problem: Problem, field: str, way: str = "suggestion") -> dict[str, str]:
    """Field key to the value that a problem proposes (`way`: suggestion, first or second); empty when it has none."""
    value = problem.context.get(way, "")
    if way in {"first", "second"} and problem.code != "DATE_AMBIGUOUS":
        return {}
    if not value or not isinstance(value, str):
        return {}
    return {str(problem.context.get("suggestion_field") or field): value}


def suggestions_of(problems: Iterable[UploadProblem], field: str, schema: Schema) -> list[Suggestion]:
    """What can be accepted for all rows at once."""
    listed = list(problems)
    ways = []
    for way, label in (
        ("suggestion", "Take the suggested value"),
        ("first", "Read as month/day/year"),
        ("second", "Read as day/month/year"),
    ):
        proposed = [suggestion_of(line.problem, field, way) for line in listed]
        counted = Counter((key, value) for values in proposed for key, value in values.items())
        if not counted:
            continue
        samples = [_display_value(key, value, field, schema) for (key, value), _ in counted.most_common(3)]
        more = f" and {len(counted) - 3} more" if len(counted) > 3 else ""
        ways.append(Suggestion(way, f"{label}: {', '.join(samples)}{more}", sum(counted.values())))
    return ways


def _display_value(key: str, value: str, field: str, schema: Schema) -> str:
    return value if key == field or not schema.knows(key) else f"{schema.column(key).label} {value}"


def accepted(upload: Upload, problems: Sequence[UploadProblem], field: str, way: str) -> dict[int, dict[str, str]]:
    """The changes when a suggestion is taken for every row that has one. In a list of values, it replaces its own."""
    changes: dict[int, dict[str, str]] = {}
    editor = RowEditor(upload)
    rows = UploadRow.objects.filter(upload=upload, number__in={line.row_number for line in problems})
    cells = editor.cells_of(rows) if editor.schema.joins(field) == "; " else {}
    for line in problems:
        for key, value in suggestion_of(line.problem, field, way).items():
            now = changes.get(line.row_number, {}).get(key, as_shown(cells.get(line.row_number, {}).get(key)))
            parts = [part.strip() for part in _SEPARATOR.split(now)] if line.row_number in cells else []
            told = "; ".join(value if part == line.value else part for part in parts if part) if parts else value
            changes.setdefault(line.row_number, {})[key] = told
    return changes


def taken_apart(changes: Changes, code: str, field: str, schema: Schema) -> Changes:
    """The same changes; what was written for a cell of several fields is taken apart like the column's."""
    target = target_of(code, field)
    if not target:
        return changes
    return {n: values | parts_in(target, values.get(field, ""), schema) for n, values in changes.items()}


def sent(upload: Upload, data: QueryDict, field: str) -> list[UploadProblem]:
    """The problems with the field in the rows whose inputs came back, of whatever kind they are by now."""
    rows = UploadRow.objects.filter(open_rows(upload), upload=upload, number__in=_numbers(data))
    return list(UploadProblem.objects.filter(upload=upload, field=field, row_number__in=rows.values("number")))


def _numbers(data: QueryDict) -> list[int]:
    """The rows whose inputs came back, in sheet order."""
    names = (name.removeprefix("row-") for name in data if name.startswith("row-"))
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 9)[:MOST_ROWS]


def typed(data: QueryDict, rows: Mapping[int, str], field: str) -> tuple[dict[int, dict[str, str]], list[int]]:
    """What was typed into the rows' inputs: the changes, and the rows that somebody else changed meanwhile.

    rows: row number to what is in the cell now, for the rows that still have the problem.
    """
    changes: dict[int, dict[str, str]] = {}
    clashes: list[int] = []
    for number in _numbers(data):
        text, was = storable(str(data[f"row-{number}"])).strip()[:_LONGEST], str(data.get(f"was-{number}", ""))
        if text == was:
            continue
        if rows.get(number) != was:
            clashes.append(number)
        else:
            changes[number] = {field: text}
    return changes, clashes


def pasted(text: str, numbers: Sequence[int], field: str) -> tuple[dict[int, dict[str, str]], int]:
    """A pasted column, one line a row in the page's order: the changes, and how many lines were too many."""
    lines = [
        line.split("\t")[0].strip()[:_LONGEST] for line in storable(text).replace("\r\n", "\n").strip("\n").split("\n")
    ]
    changes: dict[int, dict[str, str]] = {
        number: {field: line} for number, line in zip(numbers, lines, strict=False) if line
    }
    return changes, max(len(lines) - len(numbers), 0)


def filled(value: str, numbers: Iterable[int], field: str) -> Changes:
    """One value for all rows."""
    return {number: {field: storable(value).strip()[:_LONGEST]} for number in numbers}
