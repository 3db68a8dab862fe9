"""The pages of a change of many meters: ask, confirm, follow, and read what became of each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.bulk import domain
from onboarding.bulk.actions.participation import preference_of, store_request
from onboarding.bulk.handlers import details_page_of, handler_for, offered_kinds
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow, BulkState
from onboarding.bulk.queries import ROWS_SHOWN, SAMPLE, left_rows, preview_of, results_table, shown_rows
from onboarding.bulk.sheets.spec import SheetAction
from onboarding.participation.forms import ParticipationForm
from onboarding.participation.zones import LAST_ZONE
from onboarding.portfolio.filters import meter_filter
from onboarding.portfolio.saved_views.domain import clean_query
from onboarding.spreadsheets.workbook import write_csv
from portal.jobs.models import Job, JobState
from portal.partners.access import member
from portal.problems import Problem, Refused, storable
from portal.storage.ids import as_uuid
from portal.web import clock
from portal.web.downloads import csv_response, download_name
from portal.web.filters import chips_of
from portal.web.live import is_poll, takes_whole_page

_LONGEST_QUERY = 8_000  # as for a saved view
MOST_LOOKED_AT = 2_000  # meters of which the question says beforehand what would become of them


@require_POST
def bulk_ask(request: HttpRequest) -> HttpResponse:
    """From the Meters page or the look-up: these meters, or all that match, and what to do with them."""
    access = member(request)
    query = clean_query(request.POST.get("query", "")[:_LONGEST_QUERY])
    every = request.POST.get("all") == "yes"
    try:
        action = domain.create_action(
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
        "kinds": offered_kinds(),
        "kind": request.POST.get("kind", ""),
        "value": storable(request.POST.get("value", "")),
        "seen_at": _seen_at(request.POST.get("seen_at", "")),
    }
    return render(request, "bulk/ask.html", context, status=422)


def _chosen(data: QueryDict) -> list[UUID]:
    return [pk for text in data.getlist("meter") if (pk := as_uuid(text))]


def _seen_at(text: str) -> datetime:
    """When the page was made; now, when that is missing or no moment of the calendar in UTC."""
    try:
        at = parse_datetime(text)
        return at.astimezone(UTC) if at is not None and timezone.is_aware(at) else clock.now()
    except (ValueError, OverflowError):
        return clock.now()


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many, and a yes; then how far; then what became of each."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    if page := details_page_of(action):
        return redirect(page, action.pk)
    if request.method == "POST":
        domain.confirm(action, by=access.actor)
        return redirect("bulk-action", action.pk)
    handler = handler_for(action)
    context: dict[str, object] = {
        "section": "meters",
        "action": action,
        "handler": handler,
        "sentence": handler.sentence(action),
        "facts": [] if action.is_by_rows else handler.facts(action),
    }
    if action.state == BulkState.RUNNING:
        open_states = [JobState.QUEUED, JobState.RUNNING]
        context["job"] = Job.objects.filter(subject_id=str(action.pk), state__in=open_states).first()
    if is_poll(request) and action.state == BulkState.RUNNING:
        return render(request, "bulk/_live.html", context)
    if action.state in {BulkState.ASKED, BulkState.STOPPED}:
        context |= preview_of(handler, action) if isinstance(handler, SheetAction) else _question(action)
        context["details_page"] = handler.details_page if action.state == BulkState.ASKED else ""
    if action.state == BulkState.DONE:
        context["results"] = [(result, action.counts.get(result.value, 0)) for result in BulkResult]
        left = list(left_rows(action)[:ROWS_SHOWN])
        context["left"] = shown_rows(handler, left) if isinstance(handler, SheetAction) else left
        if action.counts.get(BulkResult.REPLACED):
            replaced = BulkRow.objects.filter(action=action, result=BulkResult.REPLACED)
            context["replaced"] = list(replaced.order_by("number", "meter_id")[:ROWS_SHOWN])
    answer = render(request, "bulk/action.html", context)
    return takes_whole_page(answer) if is_poll(request) else answer


def _question(action: BulkAction) -> dict[str, object]:
    """How many meters are meant, some of them, and by which filters."""
    meant, query = domain.meters_meant(action), QueryDict(action.query)
    filtered = meter_filter(query, partner=action.owner)
    count = meant.count()
    known = handler_for(action).outlook(action, list(meant)) if count <= MOST_LOOKED_AT else {}
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
    rows = BulkRow.objects.filter(action=action)
    if (result := request.GET.get("result", "")) in BulkResult.values:
        rows = rows.filter(result=result)
    name = download_name(access.partner, "bulk", action.pk.hex[-8:], suffix="csv")
    return csv_response(write_csv(*results_table(action, rows)), name)


@require_http_methods(["GET", "HEAD", "POST"])
def participation_of_many(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From when, until when and why, for the meters of a bulk action; the question comes next."""
    access = member(request)
    action = get_object_or_404(BulkAction, partner=access.partner, pk=pk)
    preference = preference_of(action)
    if preference is None or action.state != BulkState.ASKED:
        return redirect("bulk-action", action.pk)
    kept = action.details or {}
    initial = {"first": kept.get("from"), "last": kept.get("to"), "reason": kept.get("reason")}
    form = ParticipationForm(request.POST or None, what=preference.value, initial=initial)
    if request.method == "POST":
        form.refuse_untimely(LAST_ZONE, clock.now())
        if form.is_valid():
            store_request(action, form.cleaned_data["request"])
            return redirect("bulk-action", action.pk)
    context = {
        "section": "meters",
        "action": action,
        "sentence": handler_for(action).sentence(action),
        "form": form,
        "count": domain.meters_meant(action).count(),
    }
    return render(request, "bulk/participation.html", context, status=422 if form.errors else 200)
