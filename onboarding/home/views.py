"""The partner's home page, and the search over everything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onboarding.home.latest import latest_of
from onboarding.home.queries import needs_of, search_everywhere
from onboarding.home.seasons import seasons_of
from onboarding.portfolio.overview.capacity import capacities_of
from onboarding.portfolio.overview.counts import counts_of
from onboarding.portfolio.overview.trend import meters_over_time, power_over_time, weeks_of
from portal.partners.access import member, signed_in

SEASONS_SHOWN = 6  # the others are folded


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    _, access = signed_in(request)
    if access is None:
        return redirect("admin:index")
    needs, counts, weeks = needs_of(access.partner), counts_of(access.partner), weeks_of(access.partner)
    capacities = capacities_of(access.partner, counts.whole.created)
    seasons = seasons_of(counts, capacities)
    context = {
        "section": "home",
        "access": access,
        "needs": needs,
        "counts": counts.whole,
        "capacity": capacities.get(None),
        "seasons": seasons[:SEASONS_SHOWN],
        "more_seasons": seasons[SEASONS_SHOWN:],
        "trends": [picture for picture in (meters_over_time(weeks), power_over_time(weeks)) if picture],
        "known_from": weeks.known_from,
        "latest": latest_of(access.partner, needs.recent),
    }
    return render(request, "home/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Meters and uploads that hold a text; redirects to the one that an ID names."""
    access = member(request)
    text = " ".join(request.GET.get("q", "").split())[:200]
    matches = search_everywhere(access.partner, text)
    if matches.exactly is not None:
        return redirect(matches.exactly)
    return render(request, "home/search.html", {"section": "search", "text": text, "matches": matches})
