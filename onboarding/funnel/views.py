"""The funnel's page and file."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from onboarding.connect.queries import links_of
from onboarding.funnel.counts import funnel_sum
from onboarding.funnel.forms import FunnelForm
from onboarding.funnel.health import Period, health_of
from onboarding.funnel.history import history_of
from onboarding.funnel.pictures import picture_of
from onboarding.funnel.queries import (
    GroupBy,
    Scope,
    groups_of,
    sessions_without_reference,
    times_in,
)
from onboarding.funnel.rows import EXPORTED, export_lines, group_lines, step_lines
from onboarding.spreadsheets.workbook import write_csv
from portal.partners.access import member
from portal.web.downloads import csv_response, download_name
from programs.models import Utility


@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    """How far customers came who opened a link in a time, where the others stopped and why."""
    access = member(request)
    form = FunnelForm(request.GET, partner=access.partner)
    context: dict[str, object] = {"section": "connections", "form": form, "query": request.GET.urlencode()}
    if form.is_valid():
        scope, by = form.scope, form.divided_by
        context |= funnel_context(scope, by)
        context |= {"has_links": links_of(access.partner).exists(), "is_narrowed": is_narrowed(form)}
    return render(request, "funnel/funnel.html", context, status=422 if form.errors else 200)


def funnel_context(scope: Scope, by: GroupBy) -> dict[str, object]:
    """What a page shows of a funnel. The parts have every connection once, so the whole is their sum."""
    groups, unnamed = groups_of(scope, by), sessions_without_reference(scope)
    counted = funnel_sum(group.funnel for group in groups)
    if not counted.opened:
        return {"scope": scope, "by": by, "unnamed": unnamed}
    return {
        "scope": scope,
        "by": by,
        "unnamed": unnamed,
        "funnel": counted,
        "picture": picture_of(counted),
        "steps": step_lines(counted, scope),
        "groups": group_lines(groups, by),
        "to_authorize": times_in(scope, "minutes_to_authorize"),
        "to_data": times_in(scope, "minutes_to_data"),
        "has_stopped": any(step.stopped for step in counted.steps),
    }


def is_narrowed(form: FunnelForm) -> bool:
    """Whether the form asks for less than all connections of the usual time."""
    narrowing = ("started_from", "started_to", "link", "furthest_at", "device", "variant")
    return any(form.cleaned_data[name] for name in narrowing)


@require_GET
def funnel_export(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the page as CSV."""
    access = member(request)
    form = FunnelForm(request.GET, partner=access.partner)
    if not form.is_valid():
        return redirect(f"{reverse('connect-funnel')}?{request.GET.urlencode()}")
    groups = groups_of(form.scope, form.divided_by)
    lines = export_lines(funnel_sum(group.funnel for group in groups), groups, form.divided_by)
    return csv_response(write_csv(list(EXPORTED), lines), download_name(access.partner, "funnel", suffix="csv"))


@require_safe
def utilities(request: HttpRequest) -> HttpResponse:
    """How the utilities are doing at which the partner's customers authorize. ?period= day, week or quarter."""
    access = member(request)
    period = period_of(request)
    context = {
        "section": "connections",
        "period": period,
        "periods": list(Period),
        "rows": health_of(access.partner, period),
        "tries": settings.UTILITY_TROUBLE_TRIES,
    }
    return render(request, "funnel/utilities.html", context)


@require_safe
def utility(request: HttpRequest, code: str) -> HttpResponse:
    """How one utility was doing over time for the partner's customers. ?period= as in `utilities`."""
    access, shown = member(request), get_object_or_404(Utility, code=code)
    period = period_of(request)
    history = history_of(shown, access.partner, period)
    context = {"section": "connections", "period": period, "periods": list(Period), "history": history}
    return render(request, "funnel/utility.html", context)


def period_of(request: HttpRequest) -> Period:
    """The period that an address asks for; a week unless it does."""
    asked = request.GET.get("period", "")
    return Period(asked) if asked in Period.values else Period.WEEK
