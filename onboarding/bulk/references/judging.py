"""What would become of each row of a sheet of new references: judged against the partner's meters, never written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from onboarding.bulk.models import BulkResult
from onboarding.bulk.naming import Known, Meters, repeated
from onboarding.bulk.references.reading import Line, text_of
from onboarding.spreadsheets.cells import BrokenCell
from portal.partners.models import Partner
from portal.problems import Problem, shown
from programs.schema import Schema, schema_for

_KEY = "partner_reference"


@dataclass(slots=True)
class Verdict:
    """What a row means: the meter (None when that is unclear), the new reference ("" for none), what is wrong."""

    line: Line
    meter: Known | None = None
    new: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def result(self) -> BulkResult:
        if self.problems or self.meter is None:
            return BulkResult.REFUSED
        return BulkResult.WAITING if self.moves else BulkResult.SAME

    @property
    def moves(self) -> bool:
        """Whether it asks for another reference than the meter has."""
        return bool(self.new) and (self.meter is None or self.new != self.meter.reference)

    @property
    def reference(self) -> str:
        """The present reference, else what was written for it."""
        return self.meter.reference if self.meter else self.line.reference or self.line.either

    @property
    def written(self) -> str:
        """The new reference as it would be, else what was written for it."""
        return self.new or text_of(self.line.new)


def judge(partner: Partner, lines: Sequence[Line]) -> list[Verdict]:
    """Every row with all that is wrong with it, in the order of the sheet. Three queries, or a few more for thousands
    of meter IDs."""
    schema = schema_for()
    verdicts = [_with_new_reference(line, schema) for line in lines]
    meters = Meters(partner, lines, others=[verdict.new for verdict in verdicts])
    for verdict in verdicts:
        verdict.meter, problems = meters.named(verdict.line)
        verdict.problems += problems
    _refuse_repeated(verdicts)
    _refuse_taken(verdicts, meters)
    return verdicts


def _with_new_reference(line: Line, schema: Schema) -> Verdict:
    cell = line.new
    words = {"label": "The new reference"}
    if isinstance(cell, BrokenCell):
        return Verdict(line, problems=[Problem(cell.code, _KEY, shown(cell.shown), words)])
    value = schema.read(_KEY, cell)
    if isinstance(value, Problem):
        return Verdict(line, problems=[replace(value, context={**value.context, **words})])
    return Verdict(line, new=value or "")


# --- rows that stand in each other's way


def _refuse_repeated(verdicts: Iterable[Verdict]) -> None:
    """Rows about one meter, and rows with one new reference: nobody can say which one counts."""
    of_meter: dict[UUID, list[Verdict]] = {}
    of_reference: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.meter is not None:
            of_meter.setdefault(verdict.meter.pk, []).append(verdict)
        if verdict.moves and (verdict.meter is None or verdict.meter.is_unique):
            of_reference.setdefault(verdict.new, []).append(verdict)
    for group in of_meter.values():
        _refuse_all(group, "METER_IN_TWO_ROWS", "meter_id", "")
    for reference, group in of_reference.items():
        _refuse_all(group, "NEW_REFERENCE_TWICE", "new_partner_reference", shown(reference))


def _refuse_all(group: Sequence[Verdict], code: str, column: str, value: str) -> None:
    if len(group) < 2:
        return
    problem = repeated(code, column, value, [verdict.line.number for verdict in group])
    for verdict in group:
        verdict.problems.append(problem)


def _refuse_taken(verdicts: Iterable[Verdict], meters: Meters) -> None:
    """Rows whose new reference another meter has and keeps."""
    row_of = {verdict.meter.pk: verdict for verdict in verdicts if verdict.meter}
    moving = {pk: verdict for pk, verdict in row_of.items() if verdict.result == BulkResult.WAITING}
    wanted = {pk: one.new for pk, one in moving.items() if one.meter and one.meter.is_unique}
    for pk, holder in blocked(wanted, meters.holders()).items():
        verdict = moving[pk]
        verdict.problems.append(taken(verdict.new, holder, row_of.get(holder)))


def taken(reference: str, holder: UUID, row: "Verdict | None" = None) -> Problem:
    """The problem with a reference that a meter has and keeps. row: the holder's own, when it is in the file."""
    if row is not None and row.moves:
        return Problem("REFERENCE_NOT_GIVEN_UP", _KEY, shown(reference), {"row": row.line.number})
    return Problem("REFERENCE_TAKEN", _KEY, shown(reference), {"meter": str(holder)})


def blocked(wanted: Mapping[UUID, str], holders: Mapping[str, UUID]) -> dict[UUID, UUID]:
    """Which meters cannot have the reference that they want (no two want the same), and the meter that keeps it.

    A meter that gets another reference gives its own up; one that is blocked keeps it, and blocks the next.
    """
    own = {meter: reference for reference, meter in holders.items()}
    wanted_by = {reference: meter for meter, reference in wanted.items()}
    found: dict[UUID, UUID] = {}
    waiting = [meter for meter, new in wanted.items() if new in holders and holders[new] not in wanted]
    while waiting:
        meter = waiting.pop()
        found[meter] = holders[wanted[meter]]
        next_one = wanted_by.get(own.get(meter, ""))
        if next_one is not None:
            waiting.append(next_one)
    return found
