"""The pages of a change of many meters: ask, confirm, follow, and read what became of each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.bulk import domain
from onboarding.bulk.deeds import deed_of, page_to_say_how
from onboarding.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow, BulkState
from onboarding.bulk.queries import (
    PARTICIPATION_HEADER,
    RESULT_HEADER,
    ROWS_SHOWN,
    SAMPLE,
    asked_of,
    left_rows,
    participation_lines,
    result_lines,
)
from onboarding.portfolio.filters import chips_of, meter_filter
from onboarding.portfolio.saved_views.domain import clean_query
from onboarding.spreadsheets.workbook import write_csv
from portal.jobs.models import Job, JobState
from portal.partners.access import member
from portal.problems import Problem, Refused, storable
from portal.storage.ids import as_uuid
from portal.web.downloads import csv_response, download_name

_LONGEST_QUERY = 8_000  # as for a saved view
MOST_LOOKED_AT = 2_000  # meters of which the question says beforehand what would become of them
_HEADER = ["meter_id", "partner_reference", "result", "description"]


@require_POST
def bulk_ask(request: HttpRequest) -> HttpResponse:
    """From the Meters page or the look-up: these meters, or all that match, and what to do with them."""
    access = member(request)
    query = clean_query(request.POST.get("query", "")[:_LONGEST_QUERY])
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
        return _asked_again(request, refusal.problems, query, every=every)
    return redirect("bulk-action", action.pk)


def _asked_again(request: HttpRequest, problems: Sequence[Problem], query: str, *, every: bool) -> HttpResponse:
    """The question with what is wrong about it, and everything that was chosen and typed."""
    context = {
        "section": "meters",
        "problems": problems,
        "target": f"bulk-{problems[0].field}",
        "query": query,
        "every": every,
        "chosen": [] if every else _chosen(request.POST)[: domain.MOST_CHOSEN],
        "pasted": storable(request.POST.get("pasted", "")),
        "kinds": BulkKind.of_chosen(),
        "kind": request.POST.get("kind", ""),
        "value": storable(request.POST.get("value", "")),
        "seen_at": _seen_at(request.POST.get("seen_at", "")),
    }
    return render(request, "bulk/ask.html", context, status=422)


def _chosen(data: QueryDict) -> list[UUID]:
    return [pk for text in data.getlist("meter") if (pk := as_uuid(text))]


def _seen_at(text: str) -> datetime:
    """When the page was made; now, when that is not said, or is no moment of the calendar in UTC."""
    try:
        at = parse_datetime(text)
        return at.astimezone(UTC) if at is not None and timezone.is_aware(at) else timezone.now()
    except (ValueError, OverflowError):
        return timezone.now()


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many, and a yes; then how far; then what became of each."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    if page := page_to_say_how(action):
        return redirect(page, action.pk)
    if request.method == "POST":
        domain.confirm(action, by=access.actor)
        return redirect("bulk-action", action.pk)
    deed = deed_of(action)
    context: dict[str, Any] = {
        "section": "meters",
        "action": action,
        "says": deed.says(action) if deed and deed.says else (),
    }
    if action.state == BulkState.RUNNING:
        open_states = [JobState.QUEUED, JobState.RUNNING]
        context["job"] = Job.objects.filter(subject_id=str(action.pk), state__in=open_states).first()
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        answer = render(request, "bulk/_live.html", context)
        if action.state != BulkState.RUNNING:
            answer["HX-Refresh"] = "true"
        return answer
    if action.state in {BulkState.ASKED, BulkState.STOPPED}:
        context |= asked_of(action) if action.is_by_rows else _question(action)
        context["asked_at"] = deed.asked_at if deed and action.state == BulkState.ASKED else ""
    if action.state == BulkState.DONE:
        context["results"] = [(result, action.counts.get(result.value, 0)) for result in BulkResult]
        context["left"] = list(left_rows(action)[:ROWS_SHOWN])
        if action.counts.get(BulkResult.REPLACED):
            replaced = BulkRow.objects.filter(action=action, result=BulkResult.REPLACED)
            context["replaced"] = list(replaced.order_by("number", "meter_id")[:ROWS_SHOWN])
    return render(request, "bulk/action.html", context)


def _question(action: BulkAction) -> dict[str, Any]:
    """How many meters are meant, some of them, and by which filters."""
    meant, query = domain.meters_meant(action), QueryDict(action.query)
    filtered = meter_filter(query, partner=action.partner)
    count, deed = meant.count(), deed_of(action)
    known = deed.outlook(action, list(meant)) if deed and deed.outlook and count <= MOST_LOOKED_AT else {}
    return {
        **known,
        "count": count,
        "sample": list(meant.order_by("-pk")[:SAMPLE]),
        "chips": chips_of(query, filtered.form) if action.meters is None else [],
    }


@require_safe
def bulk_result(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What became of each meter, as csv; of those with one result, when it is named."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    name = download_name(access.partner, "bulk", action.pk.hex[-8:], suffix="csv")
    rows = BulkRow.objects.filter(action=action)
    if (result := request.GET.get("result", "")) in BulkResult.values:
        rows = rows.filter(result=result)
    if action.kind == BulkKind.CHANGE_REFERENCE:
        return csv_response(write_csv(RESULT_HEADER, result_lines(rows)), name)
    if action.kind == BulkKind.PARTICIPATION:
        return csv_response(write_csv(PARTICIPATION_HEADER, participation_lines(rows)), name)
    return csv_response(write_csv(_HEADER, _lines(rows)), name)


def _lines(rows: QuerySet[BulkRow]) -> Iterator[list[Any]]:
    for row in rows.order_by("meter_id").iterator(chunk_size=2000):
        said = [f"{problem.text} {problem.remedy}" for problem in row.found]
        label = ": ".join([BulkResult(row.result).label, *([" ".join(said)] if said else [])])
        yield [str(row.meter_id), row.partner_reference, row.result, label]
