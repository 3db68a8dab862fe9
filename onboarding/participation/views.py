"""The page of a meter's participation: when it is out, and a request, shown before it is carried out."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from onboarding.participation.domain import (
    ParticipationResult,
    change_participation,
    out_periods_of,
    preview_requests,
    remove_idle,
)
from onboarding.participation.forms import ParticipationForm
from onboarding.participation.preview import outlook_of
from onboarding.participation.rules import ParticipationRequest, days_of, today_in
from onboarding.participation.zones import zone_of
from portal.partners.access import member
from portal.problems import Problem, Refused
from portal.web import clock
from portal.web.clock import day_text
from portal.web.notices import tell_refusal


@dataclass(frozen=True, slots=True)
class OutRow:
    """A period out as the page shows it, in days where the meter is; last is None when it has no end."""

    preference: Preference
    first: date
    last: date | None
    reason: str
    is_over: bool
    is_now: bool

    @property
    def can_be_removed(self) -> bool:
        return self.preference == Preference.IDLE and not self.is_over


def out_rows(periods: Iterable[OutPeriod], zone: ZoneInfo, now: datetime) -> list[OutRow]:
    return [
        OutRow(
            Preference(period.preference),
            *days_of(period, zone),
            period.reason,
            is_over=period.ends_at is not None and period.ends_at <= now,
            is_now=period.starts_at <= now and (period.ends_at is None or now < period.ends_at),
        )
        for period in periods
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def meter_participation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The periods and the form; then what will happen; then, with a yes, it happens."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner), pk=pk)
    form = ParticipationForm(request.POST or None, initial=request.GET.dict())
    now, zone = clock.now(), zone_of(meter)
    if request.method == "POST":
        form.refuse_untimely(zone, now)
        if form.is_valid():
            result = preview_requests([meter], {meter.pk: form.cleaned_data["request"]}, now)[meter.pk]
            return _shown_or_done(request, meter, result)
    rows = out_rows(out_periods_of([meter.pk]).get(meter.pk, ()), zone, now)
    context = {
        "section": "meters",
        "meter": meter,
        "form": form,
        "zone": zone,
        "today": today_in(zone, now),
        "rows": [row for row in rows if not row.is_over],
        "over": [row for row in rows if row.is_over],
        "current": next((row for row in rows if row.is_now), None),
    }
    return render(request, "participation/meter.html", context, status=422 if form.errors else 200)


def _shown_or_done(request: HttpRequest, meter: Meter, result: ParticipationResult) -> HttpResponse:
    """With a yes to what was shown it is done; else it is shown, and asked."""
    access = member(request)
    seen = _digest(result.before)
    is_as_shown = request.POST.get("seen") == seen
    if request.POST.get("confirm") == "yes" and is_as_shown:
        change_participation({meter.pk: result.request}, partner=access.partner, by=access.actor)
        messages.success(request, f"Done: {sentence(result.request)}")
        return redirect("meter-participation", meter.pk)
    if request.POST.get("confirm") == "yes":
        tell_refusal(request, Refused(Problem("PARTICIPATION_CHANGED_MEANWHILE")))
    now = clock.now()
    context = {
        "section": "meters",
        "meter": meter,
        "requested": result.request,
        "heading": _HEADINGS[result.request.preference],
        "result": result,
        "zone": result.zone,
        "seen": seen,
        "overridden": out_rows(result.overridden, result.zone, now),
        "afterwards": [row for row in out_rows(result.afterwards, result.zone, now) if not row.is_over],
        "programs": outlook_of(meter, result) if result.changes else [],
    }
    return render(request, "participation/confirm.html", context)


_HEADINGS = {
    Preference.IDLE: "Idle this meter",
    Preference.DISENROLL: "Disenroll this meter",
    Preference.PARTICIPATE: "Resume participation for this meter",
}


def sentence(request: ParticipationRequest) -> str:
    """A request in a sentence."""
    first = day_text(request.first) if request.first else "today"
    if request.preference == Preference.IDLE and request.last:
        return f"idle from {first} to {day_text(request.last)}, including both days."
    if request.preference == Preference.DISENROLL:
        return f"disenrolled on {first}; it leaves each program at the end of the month or delivery period."
    return f"participates again from {first}."


def _digest(periods: Iterable[OutPeriod]) -> str:
    """A text that changes when the periods do, so that a yes counts only for what was shown."""
    return hashlib.sha256(repr(list(periods)).encode()).hexdigest()[:16]


@require_POST
def idle_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an idle time back."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner), pk=pk)
    first, last = (_parsed_day(request.POST.get(name, "")) for name in ("first", "last"))
    if first is None or last is None:
        return redirect("meter-participation", meter.pk)
    try:
        remove_idle(meter, first, last, by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, f"Removed: idle from {day_text(first)} to {day_text(last)}.")
    return redirect("meter-participation", meter.pk)


def _parsed_day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 2000 <= day.year < 2100 else None
