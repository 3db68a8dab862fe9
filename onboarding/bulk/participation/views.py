"""The pages of many meters' participation: by a spreadsheet that is sent back, or alike for chosen ones."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from onboarding.bulk.domain import meters_meant
from onboarding.bulk.models import BulkAction, BulkKind, BulkState
from onboarding.bulk.participation.domain import KINDS, say_how
from onboarding.bulk.participation.sheet import HEADER, MOST_WISHES, ask_for_participation
from onboarding.bulk.sheets import Sheet
from onboarding.meters.models import Meter
from onboarding.participation.forms import ParticipationForm
from onboarding.participation.zones import LAST_ZONE
from onboarding.portfolio.filters import chips_of, matching, meter_filter
from onboarding.portfolio.saved_views.domain import clean_query
from onboarding.spreadsheets.workbook import write_csv, write_table
from portal.partners.access import member
from portal.problems import Problem, Refused
from portal.web.downloads import csv_response, download_name, workbook_response

_WIDTHS = (38, 32, 14, 14, 14, 40)


class ParticipationSheetForm(forms.Form):
    """A spreadsheet of wishes."""

    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".xlsx,.csv,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Puts what was sent into `sheet`."""
        data = super().clean() or {}
        file: UploadedFile | None = data.get("file")
        if file is not None:
            data["sheet"] = Sheet(file.name or "", file.chunks())
        elif not self.errors:
            self.refuse(Problem("FILE_MISSING"))
        return data

    def refuse(self, problem: Problem) -> None:
        """Say at the file what is wrong with it."""
        self.add_error("file", f"{problem.text} {problem.remedy}")


@require_http_methods(["GET", "HEAD", "POST"])
def participation_sheet(request: HttpRequest) -> HttpResponse:
    """Step one gives the meters, step two takes what they are to do."""
    access = member(request)
    form = ParticipationSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            action = ask_for_participation(access.partner, access.user, form.cleaned_data["sheet"], by=access.actor)
        except Refused as refusal:
            for problem in refusal.problems:
                form.refuse(problem)
        else:
            return redirect("bulk-action", action.pk)
    filtered = meter_filter(request.GET, partner=access.partner)
    context = {
        "section": "meters",
        "form": form,
        "query": clean_query(request.GET.urlencode()),
        "chips": chips_of(request.GET, filtered.form),
        "most": MOST_WISHES,
    }
    return render(request, "bulk/participation_sheet.html", context, status=422 if form.errors else 200)


@require_GET
def participation_file(request: HttpRequest, format: str) -> HttpResponseBase:
    """The filtered meters with empty columns for what they are to do. Too many for one file: back to the page."""
    access = member(request)
    meters = matching(request.GET, partner=access.partner)
    if meters.order_by()[MOST_WISHES : MOST_WISHES + 1].exists():
        messages.error(
            request, f"These are more than {MOST_WISHES:,} meters, too many for one file. Filter them first."
        )
        return redirect(f"{reverse('participation-sheet')}?{clean_query(request.GET.urlencode())}")
    name = download_name(access.partner, "participation", suffix=format)
    if format == "csv":
        return csv_response(write_csv(HEADER, _lines(meters)), name)
    return workbook_response(
        lambda file: write_table(file, title="Participation", header=HEADER, rows=_lines(meters), widths=_WIDTHS), name
    )


def _lines(meters: QuerySet[Meter]) -> Iterator[list[str]]:
    lines = meters.order_by("partner_reference", "pk").values_list("pk", "partner_reference")
    for pk, reference in lines.iterator(chunk_size=2000):
        yield [str(pk), reference, *([""] * (len(HEADER) - 2))]


@require_http_methods(["GET", "HEAD", "POST"])
def participation_of_many(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From when, until when and why, for the meters of a bulk action; the question comes next."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    preference = KINDS.get(BulkKind(action.kind))
    if preference is None or action.state != BulkState.ASKED:
        return redirect("bulk-action", action.pk)
    kept = action.details or {}
    initial = {"first": kept.get("from"), "last": kept.get("to"), "reason": kept.get("reason")}
    form = ParticipationForm(request.POST or None, what=preference.value, initial=initial)
    if request.method == "POST":
        form.refuse_untimely(LAST_ZONE, timezone.now())
        if form.is_valid():
            say_how(action, form.cleaned_data["request"])
            return redirect("bulk-action", action.pk)
    context = {"section": "meters", "action": action, "form": form, "count": meters_meant(action).count()}
    return render(request, "bulk/participation.html", context, status=422 if form.errors else 200)
