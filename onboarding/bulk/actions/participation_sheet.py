"""Participation by a spreadsheet: each row says what its meter is to do, from when, until when and why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from pydantic_core import PydanticCustomError

from onboarding.bulk.actions.participation import apply_requests
from onboarding.bulk.handlers import ActionResult, register
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.bulk.sheets.known_meters import KnownMeters
from onboarding.bulk.sheets.reading import (
    METER_COLUMNS,
    METER_ID,
    REFERENCE,
    SheetColumns,
    SheetRow,
    no_meter_column,
    text_of,
)
from onboarding.bulk.sheets.spec import SheetAction, SheetRowResult, refuse_repeated_meters
from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import NEEDED, ParticipationResult, preview_requests
from onboarding.participation.rules import ParticipationRequest, unclear, untimely
from onboarding.participation.zones import zones_of
from onboarding.spreadsheets.cells import BrokenCell
from onboarding.spreadsheets.headers import HeaderSpec
from portal.partners.models import Partner
from portal.problems import Problem, shown
from portal.web import clock
from programs.schema.coerce.dates import DateOrder, date_of, in_order, order_of
from programs.schema.coerce.plain import EMPTY

_WHAT, _FROM, _TO, _REASON = "what", "from", "to", "reason"
_OWN: Final = (_WHAT, _FROM, _TO, _REASON)
_SPECS: Final = (
    *METER_COLUMNS,
    HeaderSpec(_WHAT, "What", ("participation", "participation preference", "action")),
    HeaderSpec(_FROM, "From", ("first day", "start", "start date", "date", "day")),
    HeaderSpec(_TO, "To", ("last day", "until", "end", "end date")),
    HeaderSpec(_REASON, "Reason", ("why",)),
)
_WORDS: Final = {
    Preference.IDLE: ("idle", "idled", "pause", "paused"),
    Preference.DISENROLL: ("disenroll", "disenrolled", "disenrol", "leave"),
    Preference.PARTICIPATE: (
        "participate",
        "participates",
        "participating",
        "take part",
        "takes part",
        "take part again",
    ),
}
_PREFERENCES: Final = {word: preference for preference, words in _WORDS.items() for word in words}
_COLUMN_OF: Final = {"first": _FROM, "last": _TO, "reason": _REASON}
_AT_ONCE: Final = 5_000  # meters in one query


def _missing(columns: Collection[str]) -> list[str]:
    missing = no_meter_column(columns) + ([] if _WHAT in columns else ["what the meter should do"])
    return missing + ([] if _FROM in columns else ["from when"])


@dataclass(slots=True)
class SheetRequest:
    """What a row asks for, and what that does to its meter once it is known."""

    participation: ParticipationRequest
    outcome: ParticipationResult | None = None


class ChangeParticipation(SheetAction[SheetRequest]):
    """Do for each meter what its row says; rows of the template that say nothing change nothing."""

    kind = "participation"
    label = "Change participation"
    note = (
        "A meter that’s active in a program leaves at the end of the month or delivery period. If a meter changes "
        "before you confirm, we leave it as is and list it."
    )
    slug = "participation"
    list_hint = "Different days for each meter?"
    heading = "Change participation"
    lead = (
        "Enter for each meter when it is idle, leaves, or participates again. We check every row and show what will "
        "happen. Nothing changes until you confirm."
    )
    guide = (
        "Each row has a meter’s ID and reference. Fill in the other columns. Meters with empty columns don’t change."
    )
    guide_rows = (
        ("idle", "First idle day", "Last idle day", "Optional"),
        ("disenroll", "Day it leaves, tomorrow at the earliest", "Empty", "Required"),
        ("participate", "First day, or empty for today", "Empty", "Empty"),
    )
    file_hint = "Days are in the meter’s time zone. Enter them as YYYY-MM-DD, for example 2027-05-31."
    columns = SheetColumns(_SPECS, _WHAT, _missing, "PARTICIPATION_COLUMNS_MISSING")
    header = (METER_ID, REFERENCE, *_OWN)
    widths = (38, 32, 14, 14, 14, 40)
    reads = NEEDED
    meter_page = "meter-participation"
    shown_columns = ((_WHAT, "What"), (_FROM, "From"), (_TO, "To"))

    def sentence(self, action: BulkAction) -> str:
        return "Change participation of"

    def shown(self, row: BulkRow) -> list[str]:
        written = self.written(row)
        first = "–" if row.result == BulkResult.REFUSED else "today"
        return [written[_WHAT] or "–", written[_FROM] or first, written[_TO] or "–"]

    def remark(self, row: BulkRow) -> str:
        return "replaces an earlier time-out" if (row.details or {}).get("overlaps") else ""

    def summary(self, count: int, waiting: QuerySet[BulkRow]) -> SafeString:
        sentence, overlaps = super().summary(count, waiting), waiting.filter(details__overlaps=True).count()
        if not overlaps:
            return sentence
        more = "For {}, this replaces an earlier idle time or disenrollment on these days."
        return format_html(f"{{}} {more}", sentence, f"{overlaps:,}")

    def validate_rows(
        self, partner: Partner | None, rows: Sequence[SheetRow]
    ) -> Sequence[SheetRowResult[SheetRequest]]:
        """As many queries for one row as for many."""
        assert partner is not None
        texts = (cell for row in rows for key in (_FROM, _TO) if isinstance(cell := row.cells.get(key), str))
        order, meters = order_of(texts), KnownMeters(partner, rows)
        results = []
        for row in rows:
            meter, problems = meters.named(row)
            result = SheetRowResult[SheetRequest](row, meter, problems=problems)
            if any(row.cells.get(key) is not None for key in _OWN):
                result.request = _request(row, order, result.problems)
            results.append(result)
        refuse_repeated_meters(results)
        _compare_with_meters(results)
        return results

    def stored(self, result: SheetRowResult[SheetRequest]) -> Mapping[str, object]:
        """The row as it can be sent again, and the request."""
        details: dict[str, object] = {METER_ID: result.row.meter_id[:100]}
        details |= {key: result.row.text(key)[:400] for key in _OWN}
        if result.request and not result.problems:
            participation, outcome = result.request.participation, result.request.outcome
            days = {_FROM: participation.first, _TO: participation.last}
            details |= {name: day.isoformat() for name, day in days.items() if day}
            details["wish"] = participation.as_json()
            if outcome is not None and outcome.overridden:
                details["overlaps"] = True
        return {"details": details}

    def written(self, row: BulkRow) -> Mapping[str, str]:
        details = row.details or {}
        return {key: details.get(key, "") for key in (METER_ID, *_OWN)}

    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        requests = {row.meter: ParticipationRequest.from_json((row.details or {})["wish"]) for row in rows}
        results = apply_requests(action, requests, meters)
        return [results[row.meter] for row in rows]


def _request(row: SheetRow, order: DateOrder | None, problems: list[Problem]) -> SheetRequest | None:
    """What a row asks for, when that can be read; what is wrong with it goes to `problems`."""
    count = len(problems)
    word = row.text(_WHAT)
    preference = _PREFERENCES.get(word.casefold())
    if preference is None:
        code = "PARTICIPATION_WORD_UNKNOWN" if word else "PARTICIPATION_NOT_SAID"
        problems.append(Problem(code, _WHAT, shown(word)))
    first, last = (_read_day(row, key, order, problems) for key in (_FROM, _TO))
    reason = row.cells.get(_REASON)
    if isinstance(reason, BrokenCell):
        problems.append(Problem(reason.code, _REASON, shown(reason.shown), {"label": "reason"}))
    if preference is None:
        return None
    text = text_of(reason) if preference != Preference.PARTICIPATE else ""
    participation = ParticipationRequest(preference, first, last, text)
    unreadable = {problem.field for problem in problems[count:]}
    for problem in unclear(participation):
        column = _COLUMN_OF[problem.field]
        if column not in unreadable:
            problems.append(_of_column(problem, column))
    return SheetRequest(participation)


def _of_column(problem: Problem, column: str) -> Problem:
    """A problem with a request, in the sheet's terms."""
    context = {**problem.context, "label": f"The column “{column}”"} if "label" in problem.context else problem.context
    return replace(problem, field=column, context=context)


def _read_day(row: SheetRow, key: str, order: DateOrder | None, problems: list[Problem]) -> date | None:
    cell = row.cells.get(key)
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


def _compare_with_meters(results: Iterable[SheetRowResult[SheetRequest]]) -> None:
    """Add the problems of today's date where each meter is, and preview the requests of rows without problems."""
    asking = [(result, result.meter.pk, result.request) for result in results if result.meter and result.request]
    keys, now = list({pk for _, pk, _ in asking}), clock.now()
    meters: dict[UUID, Meter] = {}
    for start in range(0, len(keys), _AT_ONCE):
        page = Meter.objects.filter(pk__in=keys[start : start + _AT_ONCE]).only(*NEEDED)
        meters |= {meter.pk: meter for meter in page}
    zones = zones_of(meters.values())
    clear: dict[UUID, tuple[SheetRowResult[SheetRequest], SheetRequest]] = {}
    for result, pk, request in asking:
        if pk in zones:
            problems = untimely(request.participation, zones[pk], now)
            result.problems += [_of_column(problem, _COLUMN_OF[problem.field]) for problem in problems]
            if not result.problems:
                clear[pk] = result, request
    requests = {pk: request.participation for pk, (_, request) in clear.items()}
    for pk, outcome in preview_requests([meters[pk] for pk in clear], requests, now).items():
        result, request = clear[pk]
        request.outcome, result.changes = outcome, outcome.changes


register(ChangeParticipation())
