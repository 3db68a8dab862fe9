"""The pages of interval data: coverage by month, the list of what is missing, and one meter's own data."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_safe

from onboarding.intervals.coverage_forms import AHEAD, FIRST_YEAR, LAST_YEAR, OVERDUE, GapFilter, due_query, month_named
from onboarding.intervals.expected import Window, expected_of, partner_rules
from onboarding.intervals.gaps import DueGaps, Gap, Gaps, current_gaps, due_gaps, gaps_of, present_quarter
from onboarding.intervals.meter_data import (
    CorrectedValue,
    MeterData,
    corrections_of,
    data_types_shown,
    day_lines,
    interval_chart,
    meter_data,
    meter_gaps,
    month_lines,
    series_of_meter,
)
from onboarding.intervals.overview import ProgramMonth, month_window, program_months, supplied_by_others
from onboarding.intervals.quarters import first_quarter, hours_text
from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from onboarding.participation.zones import zone_of
from onboarding.spreadsheets.workbook import write_csv
from portal.partners.access import member
from portal.partners.models import Partner
from portal.web import clock
from portal.web.clock import local_day
from portal.web.downloads import csv_response, download_name
from portal.web.filters import without

METERS_PER_PAGE: Final = 50
GAPS_PER_PAGE: Final = 25
METER_GAPS_SHOWN: Final = 20
_CSV: Final = (
    "meter_id",
    "partner_reference",
    "programs",
    "data_type",
    "start_date_time_utc",
    "end_date_time_utc",
    "quarter_hours",
    "submission_deadline_date_time_utc",
    "status",
)


# --- coverage


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """A month by program, and of one program by meter. ?month= 2026-11, ?program=, ?page= of meters."""
    access = member(request)
    now = clock.now()
    this_month = local_day(now, ZoneInfo(access.partner.time_zone)).replace(day=1)
    month = min(month_named(request.GET.get("month", "")) or this_month, this_month)
    months = program_months(access.partner, month, now)
    chosen = _chosen(months, request.GET.get("program", ""))
    number = _page_number(request, chosen.row_count if chosen else 0, METERS_PER_PAGE)
    begin = (number - 1) * METERS_PER_PAGE
    context = {
        "section": "intervals",
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1) if month.year > FIRST_YEAR else None,
        "after": _following(month) if month < this_month else None,
        "months": months,
        "chosen": chosen,
        "rows": chosen.rows(begin, begin + METERS_PER_PAGE) if chosen else [],
        "more_days": len(chosen.days) - 28 if chosen else 0,
        "others": supplied_by_others(access.partner),
        **_pages(request, number, chosen.row_count if chosen else 0, METERS_PER_PAGE),
    }
    return render(request, "intervals/coverage.html", context)


def _chosen(months: list[ProgramMonth], asked: str) -> ProgramMonth | None:
    """The program that was asked for, else the one that lacks most."""
    named = next((one for one in months if one.rule.identifier == asked), None)
    return named or max(months, key=lambda one: one.missing, default=None)


def _following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _page_number(request: HttpRequest, rows: int, size: int) -> int:
    """The page that ?page= asks for, among those that there are."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return min(max(number, 1), max(-(-rows // size), 1))


def _pages(request: HttpRequest, number: int, rows: int, size: int) -> dict[str, object]:
    """Where the pages before and after this one are."""
    last = max(-(-rows // size), 1)
    return {
        "number": number,
        "last": last,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < last else None,
        "query": without(request.GET, "page"),
    }


# --- what is missing


@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """The gaps, soonest deadline first, and the same by deadline."""
    access = member(request)
    form = GapFilter(request.GET, rules=list(partner_rules().values()))
    gaps = _gaps_asked(access.partner, form)
    number = _page_number(request, len(gaps), GAPS_PER_PAGE)
    shown = gaps.page((number - 1) * GAPS_PER_PAGE, number * GAPS_PER_PAGE)
    context = {
        "section": "intervals",
        "form": form,
        "gaps": list(zip(shown, _references(gap.meter for gap in shown), strict=True)),
        "count": len(gaps),
        "meters": gaps.meter_count,
        "length": hours_text(gaps.quarters),
        "due": _due(request, gaps),
        "overdue": _overdue(request, gaps),
        "now": clock.now(),
        "chips": _chips(request, form),
        **_pages(request, number, len(gaps), GAPS_PER_PAGE),
    }
    return render(request, "intervals/missing.html", context, status=200 if form.is_valid() else 422)


@require_GET
def missing_export(request: HttpRequest) -> HttpResponseBase:
    """The filtered gaps as CSV, all pages."""
    access = member(request)
    form = GapFilter(request.GET, rules=list(partner_rules().values()))
    gaps = _gaps_asked(access.partner, form)
    name = download_name(access.partner, "missing interval data", suffix="csv")
    return csv_response(write_csv(_CSV, _csv_lines(gaps)), name)


def _gaps_asked(partner: Partner, form: GapFilter) -> Gaps:
    """The gaps that a form asks for; none while it has errors."""
    if not form.is_valid():
        return gaps_of(partner, Window(0, 0))
    asked = form.cleaned_data
    if month := asked["month"]:
        gaps = gaps_of(partner, month_window(month, clock.now(), asked["until"]), program=asked["program"])
    else:
        gaps = current_gaps(partner, program=asked["program"], until=asked["until"])
    if due := asked["due"]:
        quarter = first_quarter(due)
        gaps = gaps.due(quarter, quarter + 1)
    if when := asked["deadline"]:
        now = present_quarter() + 1
        gaps = gaps.due(now, None) if when == AHEAD else gaps.due(None, now)
    return (gaps.with_status(asked["status"]) if asked["status"] else gaps).by_deadline()


def _due(request: HttpRequest, gaps: Gaps) -> list[tuple[DueGaps, str, str]]:
    """What is missing by each deadline that is still to come, with its length and the query that leads to it."""
    ahead = gaps.due(present_quarter() + 1, None)
    return [(one, hours_text(one.quarters), _joined(request, due=due_query(one.deadline))) for one in due_gaps(ahead)]


def _overdue(request: HttpRequest, gaps: Gaps) -> tuple[int, str, str] | None:
    """How many meters lack what was due, how much that is, and the query that leads to it."""
    late = gaps.due(None, present_quarter() + 1)
    if not len(late):
        return None
    return late.meter_count, hours_text(late.quarters), _joined(request, deadline=OVERDUE)


def _references(meters: Iterable[UUID]) -> list[str]:
    wanted = list(meters)
    names = dict(Meter.objects.filter(pk__in=set(wanted)).values_list("pk", "partner_reference"))
    return [names.get(meter, "") for meter in wanted]


def _csv_lines(gaps: Gaps) -> Iterator[list[object]]:
    for begin in range(0, len(gaps), 1000):
        some = gaps.page(begin, begin + 1000)
        for gap, reference in zip(some, _references(gap.meter for gap in some), strict=True):
            yield _csv_line(gap, reference)


def _csv_line(gap: Gap, reference: str) -> list[object]:
    times = [f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (gap.start, gap.end, gap.deadline)]
    return [
        str(gap.meter),
        reference,
        " ".join(gap.programs),
        gap.data_type.value,
        *times[:2],
        gap.quarters,
        times[2],
        gap.status.value,
    ]


def _chips(request: HttpRequest, form: GapFilter) -> list[tuple[str, str]]:
    """What narrows the list and has no input of its own, in words, with the query without it."""
    asked = form.cleaned_data if form.is_valid() else {}
    chips = []
    if due := asked.get("due"):
        chips.append((f"Due {due:%b} {due.day}, {due:%H:%M} UTC", without(request.GET, "due", "page")))
    if until := asked.get("until"):
        chips.append((f"Days before {until:%b} {until.day}", without(request.GET, "until", "page")))
    return chips


def _joined(request: HttpRequest, **more: str) -> str:
    """The query of this page with other values."""
    kept = without(request.GET, "page", *more)
    return "&".join(filter(None, (kept, urlencode(more))))


# --- one meter


@require_safe
def meter_intervals(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A day (?on= 2026-11-28), month (2026-11) or year (2026) of a meter; without, the latest day. ?type= of data."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner).select_related("partner"), pk=pk)
    zone, series = zone_of(meter), series_of_meter(meter)
    expected = expected_of(meter.partner, Window(0, present_quarter()), meters=[meter.pk])
    types = data_types_shown(expected, meter, series)
    data_type = next((one for one in types if one.schema == request.GET.get("type")), types[0])
    latest = max((one.last_start for one in series if one.data_type == data_type and one.last_start), default=None)
    view, first, end = _days_asked(request.GET.get("on", ""), local_day(latest or clock.now(), zone))
    data = meter_data(meter, data_type, zone, first, end, series)
    corrected = corrections_of(series, data_type)
    gaps = meter_gaps(meter).by_deadline()
    context = {
        "section": "meters",
        "meter": meter,
        "data": data,
        "view": view,
        "first": first,
        "types": types,
        "expects": [(one, expected.programs_of(meter.pk, one)) for one in expected.types_of(meter.pk)],
        "latest": latest,
        "zone": zone,
        "type_query": f"&type={data_type.schema}" if data_type != types[0] else "",
        "corrections": [(one, one.start.astimezone(zone), one.at.replace(second=0)) for one in corrected],
        "gaps": gaps.page(0, METER_GAPS_SHOWN),
        "gap_count": len(gaps),
        "gaps_length": hours_text(gaps.quarters),
        "now": clock.now(),
        **_steps(view, first, end),
        **_picture(view, data, corrected),
    }
    return render(request, "intervals/meter.html", context)


def _days_asked(text: str, latest: date) -> tuple[str, date, date]:
    """Day, month or year, with its first day and the day after its last; the latest day for what is none of them."""
    if month := month_named(text):
        return "month", month, _following(month)
    if len(text) == 4 and text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return "year", date(int(text), 1, 1), date(int(text) + 1, 1, 1)
    try:
        day = parse_date(text) or latest
    except ValueError:
        day = latest
    day = day if FIRST_YEAR <= day.year <= LAST_YEAR else latest
    return "day", day, day + timedelta(days=1)


_FORMS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def _steps(view: str, first: date, end: date) -> dict[str, object]:
    """The addresses of what is before and after, and of the same days at other sizes."""
    form = _FORMS[view]
    begin = {"day": first - timedelta(days=1), "month": (first - timedelta(days=1)).replace(day=1)}
    before = begin.get(view) or date(first.year - 1, 1, 1)
    return {
        "before": before.strftime(form) if before.year >= FIRST_YEAR else "",
        "after": end.strftime(form) if end.year <= LAST_YEAR else "",
        "zooms": [
            ("day", "Day", f"{first:%Y-%m-%d}"),
            ("month", "Month", f"{first:%Y-%m}"),
            ("year", "Year", f"{first:%Y}"),
        ],
    }


def _picture(view: str, data: MeterData, corrected: list[CorrectedValue]) -> Mapping[str, object]:
    if view == "day":
        chart, values = interval_chart(data, corrected)
        return {"chart": chart, "values": values}
    chart, lines = (day_lines if view == "month" else month_lines)(data, corrected)
    return {"chart": chart, "lines": lines}
