"""The portfolio's page and file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from onboarding.portfolio.overview.pictures import group_bars, group_lines, power_bars, status_bars
from onboarding.portfolio.overview.queries import EXPORTED, GroupBy, export_lines, portfolio_of
from onboarding.portfolio.overview.trend import TONES, power_over_time, statuses_over_time, weeks_of
from onboarding.spreadsheets.workbook import write_csv
from portal.partners.access import member
from portal.web.downloads import csv_response, download_name


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """A partner's meters by status, program, state, utility and device type, with their power and how it went."""
    access = member(request)
    shown, weeks = portfolio_of(access.partner), weeks_of(access.partner)
    context = {
        "section": "meters",
        "counts": shown.whole,
        "capacity": shown.capacity,
        "status": status_bars(shown.whole),
        "statuses": [status.label for status in TONES],
        "groups": [(by, group_bars(parts, by), group_lines(parts, by)) for by, parts in shown.groups.items() if parts],
        "power": power_bars(shown.groups[GroupBy.PROGRAM]),
        "status_trend": statuses_over_time(weeks),
        "power_trend": power_over_time(weeks),
        "known_from": weeks.known_from,
    }
    return render(request, "portfolio/overview.html", context)


@require_GET
def portfolio_export(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the page as CSV."""
    access = member(request)
    lines = export_lines(portfolio_of(access.partner))
    return csv_response(write_csv(list(EXPORTED), lines), download_name(access.partner, "portfolio", suffix="csv"))
