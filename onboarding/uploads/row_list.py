"""The rows of an upload as its page lists them: which of them, and what is said of each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.db.models import QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.http import urlencode

from onboarding.enrollment.queries import NextActivation
from onboarding.enrollment.results import results_from_json
from onboarding.meters.models import EnrollmentStatus
from onboarding.uploads import queries
from onboarding.uploads.corrections.rows import is_open
from onboarding.uploads.meanwhile import changed_meanwhile
from onboarding.uploads.models import WRITTEN, RowOutcome, RowPlan, Upload, UploadProblem, UploadRow
from onboarding.uploads.shown_values import values_of
from programs.schema import Schema

ROWS_PER_PAGE: Final = 100
_FITS: Final = {"eligible": "eligible", "pending": "waiting for Leap", "not_yet": "not yet"}
_ELIGIBLE: Final = [EnrollmentStatus.ACTIVE.value, EnrollmentStatus.ELIGIBLE.value]
_LONGEST: Final = 128
_WRITTEN_AS: Final = {RowOutcome.METER_CREATED.value, RowOutcome.METER_UPDATED.value}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are asked for. Empty parts ask for all.

    plan: a RowPlan, or queries.REFUSED. code, field: a problem, by its field too when it is known. program, fit: what
    a program says, a key of _FITS. row: one row's number. after: only the rows below that one.
    """

    plan: str = ""
    code: str = ""
    field: str = ""
    program: str = ""
    fit: str = ""
    row: str = ""
    after: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "RowFilter":
        asked = cls(**{name: query.get(name, "")[:_LONGEST] for name in cls.__dataclass_fields__})
        return replace(
            asked,
            plan=asked.plan if asked.plan in {*RowPlan.values, queries.REFUSED} else "",
            fit=asked.fit if asked.fit in _FITS else "",
            row=_number(asked.row),
            after=_number(asked.after),
        )

    def rows(self, upload: Upload) -> QuerySet[UploadRow]:
        """The rows of the upload that are asked for, in sheet order."""
        rows = UploadRow.objects.filter(upload=upload).order_by("number")
        if self.plan == queries.REFUSED:
            rows = rows.filter(queries.refused_rows())
        elif self.plan:
            rows = rows.filter(plan=self.plan)
        if self.code:
            problems = UploadProblem.objects.filter(upload=upload, code=self.code, field=self.field)
            rows = rows.filter(number__in=problems.values("row_number"))
        if self.program:
            rows = self._of_program(rows)
        if self.row:
            rows = rows.filter(number=int(self.row))
        return rows.filter(number__gt=int(self.after)) if self.after else rows

    def _of_program(self, rows: QuerySet[UploadRow]) -> QuerySet[UploadRow]:
        """The rows of which the program says something: that, when it is asked for."""
        says = KeyTextTransform("status", KeyTransform(self.program, "programs"))
        rows = rows.annotate(says=Coalesce(says, Value(""), output_field=TextField()))
        if self.fit == "eligible":
            return rows.filter(says__in=_ELIGIBLE)
        if self.fit == "pending":
            return rows.filter(says=EnrollmentStatus.PENDING.value)
        rows = rows.exclude(says="")
        return rows.exclude(says__in=[*_ELIGIBLE, EnrollmentStatus.PENDING.value]) if self.fit else rows

    def query(self, **changes: str) -> str:
        """The filter as a query string, with these changes."""
        return urlencode({name: value for name, value in asdict(replace(self, **changes)).items() if value})

    def chips(self, problems: Mapping[tuple[str, str], str], programs: Mapping[str, str]) -> list[tuple[str, str]]:
        """Each part as words, with the query string without it. problems: (code, field) to what a problem is called;
        programs: identifiers to names."""
        chips = []
        if self.row:
            chips.append((f"Row {self.row}", self.query(row="", after="")))
        if self.plan:
            refused = self.plan == queries.REFUSED
            label = "Refused while writing" if refused else str(RowPlan(self.plan).label)
            chips.append((label, self.query(plan="", after="")))
        if self.code:
            called = problems.get((self.code, self.field), "One problem")
            chips.append((called, self.query(code="", field="", after="")))
        if self.program:
            name = programs.get(self.program, self.program)
            words = f"{name}: {_FITS[self.fit]}" if self.fit else name
            chips.append((words, self.query(program="", fit="", after="")))
        return chips


def _number(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 10 else ""


def rows_context(
    upload: Upload,
    asked: RowFilter,
    schema: Schema,
    ahead: Mapping[str, NextActivation],
    problems: Mapping[tuple[str, str], str],
    programs: Mapping[str, str],
) -> dict[str, Any]:
    """One page of the upload's rows. schema: of every field. ahead, problems, programs: what the page knows of
    programs, and the names of problems and programs."""
    page = list(asked.rows(upload)[: ROWS_PER_PAGE + 1])
    more = len(page) > ROWS_PER_PAGE
    page = page[:ROWS_PER_PAGE]
    by_row = queries.problems_by_row(upload, [row.number for row in page])
    meanwhile = changed_meanwhile(upload, page, schema)
    return {
        "rows": [
            _shown_row(upload, row, by_row.get(row.number, []), ahead, schema, programs)
            | {"meanwhile": meanwhile.get(row.number)}
            for row in page
        ],
        "filters": asked,
        "chips": asked.chips(problems, programs),
        "list_query": asked.query(),
        "next_page": asked.query(after=str(page[-1].number)) if more else "",
    }


def _shown_row(
    upload: Upload,
    row: UploadRow,
    problems: list[queries.RowProblem],
    ahead: Mapping[str, NextActivation],
    schema: Schema,
    programs: Mapping[str, str],
) -> dict[str, Any]:
    outcome, description = row.outcome(upload)
    is_refused = bool(outcome) and row.plan in WRITTEN and outcome not in _WRITTEN_AS
    return {
        "row": row,
        "result": outcome,
        "description": description,
        "is_written": outcome in _WRITTEN_AS,
        "can_edit": is_open(row, upload),
        "word": "Not written" if is_refused else RowPlan(row.plan).label,
        "tone": "danger" if is_refused else RowPlan(row.plan).tone,
        "problems": problems,
        "values": values_of(row, schema, {line.problem.field for line in problems}),
        "changes": [(_label(key, schema), old, new) for key, (old, new) in (row.changes or {}).items()]
        + [(f"Program {name}", "none", EnrollmentStatus(status).label) for name, status in (row.joins or {}).items()],
        "programs": [
            {
                "name": programs.get(name, name),
                "status": result.status.value,
                "could_join": result.could_join,
                "next": ahead.get(name),
                "missing": [_label(key, schema) for key in result.missing],
                "reasons": [problem.text for problem in result.reasons],
            }
            for name, result in results_from_json(row.programs).items()
        ],
    }


def _label(key: str, schema: Schema) -> str:
    return schema.column(key).name if schema.knows(key) else key
