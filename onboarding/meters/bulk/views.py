"""The pages of a change of many meters: ask, confirm, follow, and read what became of each."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.meters.bulk import domain
from onboarding.meters.bulk.models import BulkAction, BulkResult, BulkRow, BulkState
from onboarding.meters.filters import chips_of, meter_filter
from onboarding.spreadsheets.workbook import write_csv
from portal.jobs.models import Job, JobState
from portal.partners.access import member
from portal.problems import Refused
from portal.storage.ids import as_uuid
from portal.web.downloads import csv_response, download_name
from portal.web.notices import tell_refusal

_SAMPLE = 10
_ROWS_SHOWN = 100
_HEADER = ["meter_id", "partner_reference", "result", "description"]


@require_POST
def bulk_ask(request: HttpRequest) -> HttpResponse:
    """From the Meters page or the look-up: these meters, or all that match, and what to do with them."""
    access = member(request)
    query = request.POST.get("query", "")[:4000]
    every = request.POST.get("all") == "yes"
    try:
        action = domain.ask(
            access.partner,
            access.user,
            kind=request.POST.get("kind", ""),
            value=request.POST.get("value", "")[:200],
            meters=None if every else _chosen(request.POST),
            query=query if every else "",
            seen_at=_seen_at(request.POST.get("seen_at", "")),
            by=access.actor,
        )
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect(f"{reverse('meters')}?{query}" if query else "meters")
    return redirect("bulk-action", action.pk)


def _chosen(data: QueryDict) -> list[UUID]:
    return [pk for text in data.getlist("meter") if (pk := as_uuid(text))]


def _seen_at(text: str) -> datetime:
    """When the page was made; now, when that is not said."""
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    return at if at is not None and timezone.is_aware(at) else timezone.now()


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many, and a yes; then how far; then what became of each."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    if request.method == "POST":
        domain.confirm(action, by=access.actor)
        return redirect("bulk-action", action.pk)
    context: dict[str, Any] = {"section": "meters", "action": action}
    if action.state == BulkState.RUNNING:
        open_states = [JobState.QUEUED, JobState.RUNNING]
        context["job"] = Job.objects.filter(subject_id=str(action.pk), state__in=open_states).first()
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        answer = render(request, "meters/_bulk_live.html", context)
        if action.state != BulkState.RUNNING:
            answer["HX-Refresh"] = "true"
        return answer
    if action.state in {BulkState.ASKED, BulkState.STOPPED}:
        meant = domain.meters_meant(action)
        context |= {"count": meant.count(), "sample": list(meant.order_by("-pk")[:_SAMPLE])}
        filtered = meter_filter(QueryDict(action.query), partner=access.partner)
        context["chips"] = chips_of(QueryDict(action.query), filtered.form) if action.meters is None else []
    if action.state == BulkState.DONE:
        left = BulkRow.objects.filter(action=action, result__in=[BulkResult.MEANWHILE, BulkResult.GONE])
        context["results"] = [(result, action.counts.get(result.value, 0)) for result in BulkResult]
        context["left"] = list(left.order_by("meter_id")[:_ROWS_SHOWN])
    return render(request, "meters/bulk.html", context)


@require_safe
def bulk_result(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What became of each meter, as csv."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    name = download_name(access.partner, "bulk", action.pk.hex[-8:], suffix="csv")
    return csv_response(write_csv(_HEADER, _lines(action)), name)


def _lines(action: BulkAction) -> Iterator[list[Any]]:
    rows = BulkRow.objects.filter(action=action).order_by("meter_id")
    for row in rows.iterator(chunk_size=2000):
        yield [str(row.meter_id), row.partner_reference, row.result, BulkResult(row.result).label]
