"""The page of new references: download the meters, send the file back. The question itself is a bulk action's page."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from onboarding.meters.bulk.references.domain import ask_for_references
from onboarding.meters.bulk.references.forms import ReferencesForm
from onboarding.meters.bulk.references.reading import HEADER, MOST_REFERENCES
from onboarding.meters.filters import chips_of, matching, meter_filter
from onboarding.meters.models import Meter
from onboarding.meters.saved.domain import clean_query
from onboarding.spreadsheets.workbook import write_csv, write_table
from portal.partners.access import member
from portal.problems import Refused
from portal.web.downloads import csv_response, download_name, workbook_response

_WIDTHS = (38, 32, 32)


@require_http_methods(["GET", "HEAD", "POST"])
def references(request: HttpRequest) -> HttpResponse:
    """Step one gives the meters, step two takes their new references."""
    access = member(request)
    form = ReferencesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            action = ask_for_references(access.partner, access.user, form.cleaned_data["sheet"], by=access.actor)
        except Refused as refusal:
            form.refuse(*refusal.problems)
        else:
            return redirect("bulk-action", action.pk)
    filtered = meter_filter(request.GET, partner=access.partner)
    context = {
        "section": "meters",
        "form": form,
        "query": clean_query(request.GET.urlencode()),
        "chips": chips_of(request.GET, filtered.form),
        "most": MOST_REFERENCES,
    }
    return render(request, "meters/references.html", context, status=422 if form.errors else 200)


@require_GET
def references_file(request: HttpRequest, format: str) -> HttpResponseBase:
    """The filtered meters with an empty column for the new reference. Too many for one file: back to the page."""
    access = member(request)
    meters = matching(request.GET, partner=access.partner)
    if meters.order_by()[MOST_REFERENCES : MOST_REFERENCES + 1].exists():
        messages.error(
            request, f"These are more than {MOST_REFERENCES:,} meters, too many for one file. Filter them first."
        )
        return redirect(f"{reverse('meters-references')}?{clean_query(request.GET.urlencode())}")
    name = download_name(access.partner, "references", suffix=format)
    if format == "csv":
        return csv_response(write_csv(HEADER, _lines(meters)), name)
    return workbook_response(
        lambda file: write_table(file, title="References", header=HEADER, rows=_lines(meters), widths=_WIDTHS), name
    )


def _lines(meters: QuerySet[Meter]) -> Iterator[list[str]]:
    lines = meters.order_by("partner_reference", "pk").values_list("pk", "partner_reference")
    for pk, reference in lines.iterator(chunk_size=2000):
        yield [str(pk), reference, ""]
