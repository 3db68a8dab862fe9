"""The pages of privacy requests: find a customer, get a copy of what is held, erase it, and follow that."""

from collections.abc import Collection
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from onboarding.privacy.customer import belonging, customer_of, matching
from onboarding.privacy.domain import (
    ask_erasure,
    refuse_unclear,
    take_up_again,
    what_is_held,
)
from onboarding.privacy.held import write_held
from onboarding.privacy.models import CustomerErasure
from onboarding.privacy.upload_rows import open_uploads_of
from portal.events.domain import record
from portal.jobs.models import Job, JobState
from portal.partners.access import Access, manager
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.downloads import download_name
from portal.web.live import is_poll, takes_whole_page
from portal.web.notices import tell_refusal
from portal.web.pages import newest_first

_WORD = "erase"


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Find a customer by ?q=, and the erasures so far."""
    access = manager(request)
    text = request.GET.get("q", "").strip()
    meters, connections = matching(access.partner, text)
    context = {
        "section": "people",
        "text": text,
        "meters": meters,
        "connections": connections,
        "page": newest_first(CustomerErasure.objects.filter(partner=access.partner), request.GET, size=25),
    }
    return render(request, "privacy/list.html", context)


@require_safe
def privacy_customer(request: HttpRequest) -> HttpResponse:
    """What most likely belongs to the customer of ?meter= or ?connection=, to choose from."""
    access = manager(request)
    begun = _chosen(request.GET, "meter"), _chosen(request.GET, "connection")
    if not any(begun):
        return redirect("privacy")
    meters, connections = belonging(access.partner, *begun)
    if not (meters or connections):
        raise Http404
    context = {"section": "people", "meters": meters, "connections": connections}
    return render(request, "privacy/customer.html", context)


def _chosen(params: QueryDict, name: str) -> set[UUID]:
    return {key for text in params.getlist(name) if (key := as_uuid(text))}


@require_POST
def privacy_held(request: HttpRequest) -> HttpResponseBase:
    """A copy of all that is held about a customer."""
    access = manager(request)
    customer = customer_of(access.partner, _chosen(request.POST, "meter"), _chosen(request.POST, "connection"))
    try:
        refuse_unclear(customer)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect("privacy")
    data = {"meters": [str(pk) for pk in customer.meters], "connections": [str(pk) for pk in customer.connections]}
    record("partner.customer_data_copied", subject=access.partner, partner=access.partner, by=access.actor, data=data)
    name = download_name(access.partner, "customer-data", suffix="zip")
    return FileResponse(write_held(customer), as_attachment=True, filename=name, content_type="application/zip")


@require_POST
def privacy_erase(request: HttpRequest) -> HttpResponse:
    """What an erasure of the chosen meters and connections would remove and keep; with the word entered, it begins."""
    access = manager(request)
    meters, connections = _chosen(request.POST, "meter"), _chosen(request.POST, "connection")
    problems: Collection[Problem] = ()
    if "word" in request.POST:
        try:
            return _begin(request, access, meters, connections)
        except Refused as refusal:
            problems = refusal.problems
    customer = customer_of(access.partner, meters, connections)
    try:
        refuse_unclear(customer)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect("privacy")
    erased, kept = what_is_held(customer)
    context = {
        "section": "people",
        "customer": customer,
        "erased": erased,
        "kept": kept,
        "waiting": list(open_uploads_of(customer)),
        "problems": [problem for problem in problems if problem.field],
        "with_intervals": "with_intervals" in request.POST,
    }
    return render(request, "privacy/erase.html", context, status=422 if problems else 200)


def _begin(
    request: HttpRequest, access: Access, meters: Collection[UUID], connections: Collection[UUID]
) -> HttpResponse:
    if request.POST["word"].strip().lower() != _WORD:
        raise Refused(Problem("ERASURE_NOT_CONFIRMED", "word"))
    erasure = ask_erasure(
        access.partner,
        access.user,
        meters=meters,
        connections=connections,
        with_intervals="with_intervals" in request.POST,
        by=access.actor,
    )
    return redirect("erasure", erasure.pk)


@require_safe
def erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far an erasure is, and what it removed."""
    access = manager(request)
    shown = get_object_or_404(CustomerErasure, partner=access.partner, pk=pk)
    open_states = [JobState.QUEUED, JobState.RUNNING]
    job = Job.objects.filter(partner=access.partner, subject_id=str(pk), state__in=open_states).first()
    context = {"section": "people", "erasure": shown, "job": job, "rows": sorted(shown.counts.items())}
    if is_poll(request) and shown.status.moving:
        return render(request, "privacy/_erasure_live.html", context)
    page = render(request, "privacy/erasure.html", context)
    return takes_whole_page(page) if is_poll(request) else page


@require_POST
def erasure_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with an erasure that stopped partway."""
    access = manager(request)
    stopped = get_object_or_404(CustomerErasure.objects.select_related("partner"), partner=access.partner, pk=pk)
    take_up_again(stopped, by=access.actor)
    return redirect("erasure", stopped.pk)
