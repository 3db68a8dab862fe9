"""A meter's own page, the programs that its customer can hold together, and joining one more."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from onboarding.connect.queries import authorizations_of_meter
from onboarding.enrollment.domain import join_program, leave_program
from onboarding.enrollment.load import HOLDING
from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.queries import meters_at_moment, meters_of_customer, participation_of
from onboarding.enrollment.rules import rules_of
from onboarding.intervals.meter_data import panel_of
from onboarding.meters.queries import meters_of
from onboarding.participation.zones import zone_of
from onboarding.portfolio.cards import ahead_of, cards_of, to_do_of, without_deadline
from onboarding.portfolio.funnel import funnel_of
from onboarding.portfolio.history import NOT_FOR_PEOPLE, changes_in
from onboarding.portfolio.provenance import provenance_of
from onboarding.portfolio.queries import sections_of
from onboarding.portfolio.stacking import pairs_of
from onboarding.portfolio.steps import eligible_since, steps_of
from portal.events.queries import timeline
from portal.partners.access import member
from portal.problems import Refused, shown
from portal.web import clock
from portal.web.clock import local_day, midnight
from portal.web.notices import tell_refusal
from programs.schema import schema_for

_EVENTS_SHOWN = 50
_EVENTS_AT_MOST = 2_000


@require_safe
def meter_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One meter's story. ?as_of= a day: as it is then. ?events=all: all that happened."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner).select_related("upload", "partner"), pk=pk)
    at, as_of = _as_of(request)
    then = meters_at_moment([meter], at if as_of else None, passed=True)[meter.pk]
    schema, asset = schema_for(), then.asset
    provenance = provenance_of(meter, schema.flatten(asset).keys())
    zone = zone_of(meter)
    cards = cards_of(then.results, at)
    shown = _EVENTS_AT_MOST if request.GET.get("events") == "all" else _EVENTS_SHOWN
    events = list(timeline(meter).exclude(verb__in=NOT_FOR_PEOPLE)[: shown + 1])
    since = {} if as_of else eligible_since(events)
    wanted = [card for card in cards if card.result.is_wanted]
    context = {
        "section": "meters",
        "meter": meter,
        "sections": sections_of(asset, provenance.by_key),
        "shared": provenance.shared,
        "customer": meter.customer_name or meter.data.get("customer", {}).get("end_customer_company_name", ""),
        "as_of": as_of,
        "as_of_day": parse_date(as_of),
        "is_past": bool(as_of) and at < clock.now(),
        "untold": [text for _, text in then.untold],
        "cards": [(card, steps_of(card, meter, since)) for card in wanted],
        "to_do": [] if as_of or meter.is_archived else to_do_of(wanted),
        "could_join": [card for card in cards if not card.result.is_wanted and card.result.fits],
        "misfits": [card for card in cards if not card.result.is_wanted and not card.result.fits],
        "participation": [(one, *one.days_in(zone)) for one in participation_of(meter, then.out_periods)],
        "zone": zone,
        "today": local_day(clock.now(), zone),
        "intervals": panel_of(meter, zone, clock.now()),
        "authorizations": authorizations_of_meter(meter),
        "another": next(
            (card.program.identifier for card in cards if card.result.is_wanted and card.program.takes_forms), ""
        ),
        "events": [(event, changes_in(event, schema)) for event in events[:shown]],
        "has_older_events": len(events) > shown,
    }
    return render(request, "portfolio/detail.html", context)


def _as_of(request: HttpRequest) -> tuple[datetime, str]:
    """The moment that the page is about, and the day as it was asked for ("" for now). What is no day is said."""
    asked = request.GET.get("as_of", "")
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        if asked:
            remedy = "Enter a date between 2000 and 2100. You see the meter as it is now."
            messages.warning(request, f"“{shown(asked)}” was not understood. {remedy}")
        return clock.now(), ""
    return midnight(day, timezone.get_current_timezone()), day.isoformat()


@require_POST
def meter_join(request: HttpRequest, pk: UUID, identifier: str) -> HttpResponse:
    """The meter is meant for one more program."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner).select_related("partner"), pk=pk)
    program = rules_of([identifier]).get(identifier)
    if program is None or not program.takes(meter.transmission_region, meter.meter_type):
        raise Http404
    join_program(meter, program, by=access.actor)
    messages.success(request, f"The meter is in {program.name} now. See below what it still needs there.")
    return redirect("meter", meter.pk)


@require_POST
def meter_leave(request: HttpRequest, pk: UUID, identifier: str) -> HttpResponse:
    """The meter is not meant for a program any more."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner).select_related("partner"), pk=pk)
    program = rules_of([identifier]).get(identifier)
    if program is None:
        raise Http404
    try:
        leave_program(meter, program, by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, f"The meter is not in {program.name} any more.")
    return redirect("meter", meter.pk)


@require_safe
def meter_stacking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The programs that the meter's customer holds, and could hold, and which of them exclude each other."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner), pk=pk)
    now, rules = clock.now(), rules_of()
    others = list(meters_of_customer(meter).filter(is_archived=False)[:100])
    held = Enrollment.objects.filter(meter__in=[meter, *others]).select_related("program", "meter")
    held_rows = sorted(held, key=lambda row: (row.program.name, row.meter.partner_reference))
    offered = {
        name
        for name, program in rules.items()
        if program.is_offered
        and program.transmission_region == meter.transmission_region
        and program.source.applies(program.day_of(now))
        and (not program.states or meter.state in program.states)
        and (not program.utilities or not meter.utility_name or meter.utility_name in program.utilities)
    }
    names = offered | {row.program.identifier for row in held_rows}
    pairs = pairs_of(
        [rules[name] for name in names],
        utility=meter.utility_name,
        classes={one.customer_classification for one in (meter, *others)},
        at=now,
    )
    context = {
        "section": "meters",
        "meter": meter,
        "others": others,
        "held": [row for row in held_rows if row.status in HOLDING],
        "meant": [row for row in held_rows if row.status not in HOLDING],
        "held_names": {row.program.identifier for row in held_rows},
        "excluding": [pair for pair in pairs if not pair.is_allowed],
        "allowed": [pair for pair in pairs if pair.is_allowed and pair.row],
        "open": [pair for pair in pairs if pair.row is None],
    }
    return render(request, "portfolio/stacking.html", context)


@require_safe
def program_meters(request: HttpRequest, identifier: str) -> HttpResponse:
    """The partner's season in one program."""
    access = member(request)
    program, now = rules_of([identifier]).get(identifier), clock.now()
    if program is None or not program.is_offered:
        raise Http404
    context = {
        "section": "programs",
        "program": program,
        "period": program.leading_period(now),
        "ahead": ahead_of(program, now),
        "without": without_deadline(program, now),
        "funnel": funnel_of(access.partner, program),
    }
    return render(request, "portfolio/program_meters.html", context)
