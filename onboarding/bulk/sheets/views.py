"""The page of a sheet: download the meters, send the file back. The question that follows is a bulk action's page."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from onboarding.bulk.sheets.domain import preview_sheet
from onboarding.bulk.sheets.forms import SheetForm
from onboarding.bulk.sheets.reading import METER_ID, REFERENCE
from onboarding.bulk.sheets.spec import SheetAction, sheet_actions
from onboarding.meters.models import Meter
from onboarding.portfolio.filters import matching, meter_filter
from onboarding.portfolio.saved_views.domain import clean_query
from onboarding.spreadsheets.workbook import write_csv, write_table
from portal.partners.access import member
from portal.problems import Refused
from portal.web.downloads import csv_response, download_name, workbook_response
from portal.web.filters import chips_of


def _action_at(slug: str) -> SheetAction[Any]:
    handler = next((handler for handler in sheet_actions() if handler.slug == slug), None)
    if handler is None:
        raise Http404
    return handler


@require_http_methods(["GET", "HEAD", "POST"])
def sheet_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Step one gives the meters, step two takes what they are to get."""
    access, handler = member(request), _action_at(slug)
    form = SheetForm(request.POST or None, request.FILES or None, handler=handler)
    if request.method == "POST" and form.is_valid():
        try:
            action = preview_sheet(
                handler, form.cleaned_data["sheet"], partner=access.partner, user=access.user, by=access.actor
            )
        except Refused as refusal:
            form.refuse(*refusal.problems)
        else:
            return redirect("bulk-action", action.pk)
    filtered = meter_filter(request.GET, partner=access.partner)
    context = {
        "section": "meters",
        "handler": handler,
        "form": form,
        "query": clean_query(request.GET.urlencode()),
        "chips": chips_of(request.GET, filtered.form),
    }
    return render(request, "bulk/sheet.html", context, status=422 if form.errors else 200)


@require_GET
def sheet_file(request: HttpRequest, slug: str, format: str) -> HttpResponseBase:
    """The filtered meters with empty columns to fill in. Too many for one file: back to the page."""
    access, handler = member(request), _action_at(slug)
    meters = matching(request.GET, partner=access.partner)
    most = handler.most_rows
    if meters.order_by()[most : most + 1].exists():
        messages.error(request, f"More than {most:,} meters match, which is too many for one file. Filter them first.")
        return redirect(f"{reverse('bulk-sheet', args=[slug])}?{clean_query(request.GET.urlencode())}")
    name, header = download_name(access.partner, slug, suffix=format), list(handler.header)
    if format == "csv":
        return csv_response(write_csv(header, _lines(header, meters)), name)
    return workbook_response(
        lambda file: write_table(
            file, title=slug.capitalize(), header=header, rows=_lines(header, meters), widths=handler.widths
        ),
        name,
    )


def _lines(header: Sequence[str], meters: QuerySet[Meter]) -> Iterator[list[str]]:
    columns = meters.order_by("partner_reference", "pk").values_list("pk", "partner_reference")
    for pk, reference in columns.iterator(chunk_size=2000):
        filled = {METER_ID: str(pk), REFERENCE: reference}
        yield [filled.get(key, "") for key in header]
