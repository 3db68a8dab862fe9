"""The calendar's page, the address of its feed, and the feed."""

import hashlib
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from onboarding.calendar import domain
from onboarding.calendar.feed import calendar_file
from onboarding.calendar.pictures import next_deadlines, year_of
from onboarding.calendar.queries import (
    Happening,
    Kind,
    Waiting,
    happenings,
    is_ahead,
    months_of,
    programs_of,
    waiting_of,
)
from portal.partners.access import member
from portal.web import clock
from portal.web.clock import local_day
from programs.queries import not_over, region_choices

_SHOWN = timedelta(days=366)
ALL = "all"


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    access = member(request)
    now = clock.now()
    programs = list(not_over().order_by("identifier"))
    theirs = set(programs_of(access.partner).values_list("pk", flat=True))
    asked, region = request.GET.get("program", ""), request.GET.get("region", "")
    chosen = [
        program
        for program in programs
        if (not region or program.transmission_region == region)
        and (asked in (ALL, program.identifier) or (not asked and program.pk in theirs))
    ]
    until = now.date() + _SHOWN
    known = happenings(chosen, now)
    upcoming = [one for one in known if is_ahead(one, now) and one.on <= until]
    waiting = waiting_of(access.partner, for_leap=True)
    context: dict[str, object] = {
        "section": "calendar",
        "programs": programs,
        "regions": region_choices(),
        "asked": asked,
        "region": region,
        "is_filtered": bool(asked or region),
        "has_own": bool(theirs),
        "months": months_of(upcoming, waiting),
        "zones": _zones(upcoming),
        "year": year_of(known, local_day(now, ZoneInfo(access.partner.time_zone))),
        "next_deadlines": next_deadlines(upcoming),
        "missed": _missed(upcoming, waiting),
        "feed": domain.open_feed_of(access.partner, access.user),
    }
    return render(request, "calendar/calendar.html", context)


def _zones(happenings: list[Happening]) -> dict[str, list[str]]:
    """The programs whose dates are shown, by time zone."""
    zones: dict[str, list[str]] = {}
    for name, zone in sorted({(one.program.name, one.program.time_zone) for one in happenings}):
        zones.setdefault(zone, []).append(name)
    return zones


def _missed(happenings: list[Happening], waiting: dict[int, Waiting]) -> list[tuple[Happening, Waiting]]:
    """The next deadlines that meters would miss as they are now, soonest first."""
    ahead = [one for one in happenings if one.kind is Kind.DEADLINE and one.deadline and one.deadline.is_next]
    return [(one, waiting[one.program.pk]) for one in ahead if one.program.pk in waiting]


@never_cache
@require_POST
def feed_new(request: HttpRequest) -> HttpResponse:
    """The answer shows the address, this once; no other page and no session holds it."""
    access = member(request)
    _, secret = domain.make_address(access.partner, access.user, by=access.actor)
    address = settings.SITE_URL + reverse("calendar-feed", args=[secret])
    context = {
        "section": "calendar",
        "address": address,
        "subscribe": "webcal:" + address.partition(":")[2],
    }
    return render(request, "calendar/feed.html", context)


@require_POST
def feed_end(request: HttpRequest) -> HttpResponse:
    access = member(request)
    if domain.end_address(access.partner, access.user, by=access.actor):
        messages.success(request, "Calendar address turned off.")
    else:
        messages.info(request, "You don’t have a calendar address.")
    return redirect("calendar")


@login_not_required  # the secret in the address is the access: calendar programs cannot sign in
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    feed = domain.feed_at(secret)
    if feed is None:
        gone = HttpResponse("There is no calendar at this address.\n", status=404, content_type="text/plain")
        return _kept_quiet(gone, "no-store, private")
    partner, now = feed.membership.partner, clock.now()
    content = calendar_file(
        happenings(list(programs_of(partner)), now),
        waiting_of(partner),
        name=f"Programs of {partner.name}",
        site_url=settings.SITE_URL,
        page=reverse("calendar"),
        now=now,
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response["Content-Disposition"] = 'inline; filename="programs.ics"'
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return _kept_quiet(answer or response, "private, max-age=3600")


def _kept_quiet(response: HttpResponseBase, cached: str) -> HttpResponseBase:
    """The address is a secret: no search engine, no referrer, no shared cache."""
    response["Cache-Control"] = cached
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
