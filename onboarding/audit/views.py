"""The audit page of a partner's managers, and its export."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from onboarding.audit.filters import EventFilter, event_filter
from onboarding.audit.rows import EXPORTED, export_lines, rows_of
from onboarding.spreadsheets.workbook import write_csv
from portal.events.chain import altered_among, open_findings
from portal.events.models import Event, LogCheck, Seal
from portal.partners.access import Access, manager
from portal.web.downloads import csv_response, download_name
from portal.web.filters import chips_of, without
from portal.web.pages import newest_first

EVENTS_PER_PAGE = 50
_NOT_UNDERSTOOD = {"invalid": "enter a day, for example 2026-07-31", "invalid_choice": "choose one of the list"}


def _filter_of(request: HttpRequest, access: Access) -> EventFilter:
    """The filter of the address, whose errors name their field."""
    filtered = event_filter(request.GET, partner=access.partner)
    for field in filtered.form.fields.values():
        field.error_messages |= {code: f"{field.label}: {words}." for code, words in _NOT_UNDERSTOOD.items()}
    return filtered


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    access = manager(request)
    filtered = _filter_of(request, access)
    events = filtered.qs.order_by() if filtered.form.is_valid() else Event.objects.none()
    page = newest_first(events, request.GET, size=EVENTS_PER_PAGE)
    check = LogCheck.objects.order_by("-pk").first()
    context = {
        "section": "people",
        "form": filtered.form,
        "page": page,
        "rows": rows_of(page.rows, altered_among(page.rows)),
        "chips": chips_of(request.GET, filtered.form),
        "query": without(request.GET, "page"),
        "seal": Seal.objects.order_by("-number").only("last_id", "digest", "sealed_at").first(),
        "check": check,
        "is_tampered": open_findings(access.partner).exists(),
    }
    return render(request, "audit/list.html", context, status=422 if filtered.form.errors else 200)


@require_GET
def audit_export(request: HttpRequest) -> HttpResponseBase:
    access = manager(request)
    filtered = _filter_of(request, access)
    if not filtered.form.is_valid():
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")  # where the fields say what is wrong
    return csv_response(
        write_csv(EXPORTED, export_lines(filtered.qs)), download_name(access.partner, "audit", suffix="csv")
    )
