"""Participation by a spreadsheet: reading its rows, judging them against the partner's meters, asking for a yes."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from pydantic_core import PydanticCustomError

from onboarding.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow
from onboarding.bulk.naming import Known, Meters, repeated
from onboarding.bulk.participation.domain import result_of
from onboarding.bulk.sheets import Cells, Columns, Sheet, read_rows, text_of
from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import NEEDED, ParticipationResult, preview_requests
from onboarding.participation.rules import ParticipationRequest, unclear, untimely
from onboarding.participation.zones import zones_of
from onboarding.spreadsheets.cells import BrokenCell, Cell
from onboarding.spreadsheets.headers import HeaderSpec
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem, shown
from portal.storage.bulk import insert
from programs.schema.coerce.dates import DateOrder, date_of, in_order, order_of
from programs.schema.coerce.plain import EMPTY

MOST_WISHES: Final = 20_000  # rows
HEADER: Final = ("meter_id", "partner_reference", "what", "from", "to", "reason")
_METER, _REFERENCE, _WHAT, _FROM, _TO, _REASON = HEADER
_EITHER: Final = "meter"
_SPECS: Final = (
    HeaderSpec(_METER, "Leap meter ID", ("leap id", "meter uuid")),
    HeaderSpec(_REFERENCE, "Partner reference", ("reference", "ref id")),
    HeaderSpec(_WHAT, "What", ("participation", "participation preference", "action")),
    HeaderSpec(_FROM, "From", ("first day", "start", "start date", "date", "day")),
    HeaderSpec(_TO, "To", ("last day", "until", "end", "end date")),
    HeaderSpec(_REASON, "Reason", ("why",)),
    HeaderSpec(_EITHER, "Meter"),
)
_WORDS: Final = {
    Preference.IDLE: ("idle", "idled", "pause", "paused"),
    Preference.DISENROLL: ("disenroll", "disenrolled", "disenrol", "leave"),
    Preference.PARTICIPATE: ("participate", "participating", "take part", "takes part", "take part again"),
}
_PREFERENCES: Final = {word: preference for preference, words in _WORDS.items() for word in words}
_COLUMN_OF: Final = {"first": _FROM, "last": _TO, "reason": _REASON}
_AT_ONCE: Final = 5_000


def _missing(found: Collection[str]) -> list[str]:
    missing = [] if set(found) & {_METER, _REFERENCE, _EITHER} else ["which meter is meant"]
    missing += [] if _WHAT in found else ["what it is to do"]
    return missing + ([] if _FROM in found else ["from when"])


_COLUMNS: Final = Columns(_SPECS, _WHAT, _missing, "PARTICIPATION_COLUMNS_MISSING")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the sheet, what names the meter, and its cells."""

    number: int
    meter_id: str
    reference: str
    either: str
    cells: Cells

    @property
    def asks(self) -> bool:
        """Whether it asks for anything: rows of the template may stay as they are."""
        return any(self.cells.get(key) is not None for key in (_WHAT, _FROM, _TO, _REASON))


@dataclass(slots=True)
class Verdict:
    """What a row means: the meter and the wish (None when unclear), what that does, what is wrong."""

    line: Line
    meter: Known | None = None
    wish: ParticipationRequest | None = None
    outcome: ParticipationResult | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def result(self) -> BulkResult:
        if self.problems or self.meter is None:
            return BulkResult.REFUSED
        if self.outcome is None:
            return BulkResult.SAME
        result = result_of(self.outcome)
        return BulkResult.WAITING if self.outcome.changes else result

    def as_json(self) -> dict[str, Any]:
        """What is kept of the row: as it can be sent again, and the wish."""
        written: dict[str, Any] = {_METER: self.line.meter_id[:100]}
        written |= {key: text_of(self.line.cells.get(key))[:400] for key in (_WHAT, _FROM, _TO, _REASON)}
        if self.wish is not None and not self.problems:
            days = {_FROM: self.wish.first, _TO: self.wish.last}
            written |= {name: day.isoformat() for name, day in days.items() if day}
            written["wish"] = self.wish.as_json()
        if self.outcome is not None and self.outcome.overridden:
            written["overlaps"] = True
        return written


# --- reading and judging


def read_lines(sheet: Sheet) -> list[Line]:
    """The filled rows of a sheet. Refuses as `read_rows` does, with PARTICIPATION_COLUMNS_MISSING for columns."""
    found = []
    for number, cells in read_rows(sheet, _COLUMNS, most=MOST_WISHES):
        texts = [text_of(cells.get(key)) for key in (_METER, _REFERENCE, _EITHER)]
        line = Line(number, texts[0], texts[1], texts[2], cells)
        if any(texts) or line.asks:
            found.append(line)
    return found


def judge(partner: Partner, lines: Sequence[Line]) -> list[Verdict]:
    """Every row with all that is wrong with it, in the order of the sheet. As many queries for one row as for many."""
    texts = (cell for line in lines for key in (_FROM, _TO) if isinstance(cell := line.cells.get(key), str))
    order, meters = order_of(texts), Meters(partner, lines)
    verdicts = []
    for line in lines:
        meter, problems = meters.named(line)
        verdict = Verdict(line, meter, problems=problems)
        if line.asks:
            verdict.wish = _wish(line, order, verdict.problems)
        verdicts.append(verdict)
    _refuse_repeated(verdicts)
    _judge_wishes(verdicts)
    return verdicts


def _wish(line: Line, order: DateOrder | None, problems: list[Problem]) -> ParticipationRequest | None:
    """What a row asks for, when that can be read; what is wrong with it goes to `problems`."""
    count = len(problems)
    word = text_of(line.cells.get(_WHAT))
    preference = _PREFERENCES.get(word.casefold())
    if preference is None:
        code = "PARTICIPATION_WORD_UNKNOWN" if word else "PARTICIPATION_NOT_SAID"
        problems.append(Problem(code, _WHAT, shown(word)))
    first, last = (_day(line, key, order, problems) for key in (_FROM, _TO))
    reason = line.cells.get(_REASON)
    if isinstance(reason, BrokenCell):
        problems.append(Problem(reason.code, _REASON, shown(reason.shown), {"label": "reason"}))
    if preference is None:
        return None
    text = text_of(reason) if preference != Preference.PARTICIPATE else ""
    wish = ParticipationRequest(preference, first, last, text)
    unreadable = {one.field for one in problems[count:]}
    for problem in unclear(wish):
        column = _COLUMN_OF[problem.field]
        if column not in unreadable:
            problems.append(_of_column(problem, column))
    return wish


def _of_column(problem: Problem, column: str) -> Problem:
    """A problem with a wish, in the words of the sheet."""
    context = {**problem.context, "label": f"The column “{column}”"} if "label" in problem.context else problem.context
    return replace(problem, field=column, context=context)


def _day(line: Line, key: str, order: DateOrder | None, problems: list[Problem]) -> date | None:
    cell: Cell = line.cells.get(key)
    label = {"label": f"The column “{key}”"}
    if isinstance(cell, BrokenCell):
        problems.append(Problem(cell.code, key, shown(cell.shown), label))
        return None
    if cell is None:
        return None
    try:
        text = date_of(in_order(cell, order) if order and isinstance(cell, str) else cell)
    except PydanticCustomError as error:
        context = dict(error.context or {})
        problems.append(Problem(context.pop("code"), key, shown(text_of(cell)), {**context, **label}))
        return None
    return None if text is EMPTY else date.fromisoformat(text)


def _refuse_repeated(verdicts: Iterable[Verdict]) -> None:
    """Rows about one meter: nobody can say which one counts."""
    of_meter: dict[UUID, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.meter is not None:
            of_meter.setdefault(verdict.meter.pk, []).append(verdict)
    for group in of_meter.values():
        if len(group) > 1:
            problem = repeated("METER_IN_TWO_ROWS", _METER, "", [verdict.line.number for verdict in group])
            for verdict in group:
                verdict.problems.append(problem)


def _judge_wishes(verdicts: Iterable[Verdict]) -> None:
    """What today has against the rows, where their meters are; and what those that are clear would do."""
    asking = [one for one in verdicts if one.meter and one.wish]
    keys, now = list({one.meter.pk for one in asking if one.meter}), timezone.now()
    meters: dict[UUID, Meter] = {}
    for start in range(0, len(keys), _AT_ONCE):
        page = Meter.objects.filter(pk__in=keys[start : start + _AT_ONCE]).only(*NEEDED)
        meters |= {meter.pk: meter for meter in page}
    zones, clear = zones_of(meters.values()), {}
    for one in asking:
        if one.meter and one.wish and one.meter.pk in zones:
            told = untimely(one.wish, zones[one.meter.pk], now)
            one.problems += [_of_column(problem, _COLUMN_OF[problem.field]) for problem in told]
            if not one.problems:
                clear[one.meter.pk] = one
    wishes = {pk: one.wish for pk, one in clear.items() if one.wish}
    for pk, outcome in preview_requests([meters[pk] for pk in clear], wishes, now).items():
        clear[pk].outcome = outcome


# --- asking

_ROW_COLUMNS = ("action", "number", "meter_id", "partner_reference", "details", "result", "problems")


def ask_for_participation(partner: Partner, user: User, sheet: Sheet, *, by: Actor) -> BulkAction:
    """Keep what a sheet wants, each row with what would become of it. Nothing is changed yet.

    Refuses as `read_lines` does; a row that cannot be done is kept with its problems, and stops no other.
    """
    lines, seen_at = read_lines(sheet), timezone.now()
    verdicts = judge(partner, lines)
    name = "".join(char for char in sheet.name if char.isprintable())
    with transaction.atomic():
        action = BulkAction.objects.create(
            partner=partner,
            user=user,
            actor=by.as_json(),
            kind=BulkKind.PARTICIPATION,
            value=name[:128],
            meters=[],
            seen_at=seen_at,
        )
        insert(BulkRow, _ROW_COLUMNS, _rows(action, verdicts))
    return action


def _rows(action: BulkAction, verdicts: Sequence[Verdict]) -> Iterator[list[object]]:
    for verdict in verdicts:
        meter = verdict.meter
        yield [
            action.pk,
            verdict.line.number,
            meter.pk if meter else None,
            (meter.reference if meter else verdict.line.reference or verdict.line.either)[:256],
            verdict.as_json(),
            verdict.result.value,
            [problem.as_json() for problem in verdict.problems] or None,
        ]
