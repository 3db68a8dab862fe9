"""The pages of webhooks: members look, managers change."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.events.published import TYPE, event_types
from portal.partners.access import Access, manager, member
from portal.problems import Problem, Refused
from portal.web.filters import chips_of, without
from portal.web.pages import newest_first
from portal.webhooks import domain, queries, redelivery
from portal.webhooks.filters import DeliveryFilter
from portal.webhooks.forms import EndpointForm, SinceForm, TestForm, initial_of, meanings, texts_of
from portal.webhooks.models import DisabledReason, EndpointState, WebhookEndpoint
from portal.webhooks.testing import send_test

PER_PAGE = 50
_SECTION = {"section": "developers"}


def _own(access: Access, pk: UUID) -> WebhookEndpoint:
    return get_object_or_404(queries.endpoints_of(access.partner), pk=pk)


def _health(access: Access, pk: UUID) -> queries.EndpointHealth:
    for health in queries.health_of(queries.endpoints_of(access.partner).filter(pk=pk)):
        return health
    raise Http404


# --- endpoints


@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """The partner's webhooks and how they do."""
    access = member(request)
    rows = queries.health_of(queries.endpoints_of(access.partner))
    return render(request, "webhooks/list.html", {**_SECTION, "rows": rows, "most": domain.MOST_ENDPOINTS})


@never_cache  # the answer to a new webhook holds its secret
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    """Make a webhook; the answer shows its secret, once."""
    access = manager(request)
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = domain.create_endpoint(access.partner, **form.cleaned_data, by=access.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            context = {**_SECTION, "endpoint": endpoint, "secret": str(endpoint.secret), "is_new": True}
            return render(request, "webhooks/secret.html", context)
    context = {**_SECTION, "form": form, "meanings": meanings(), "endpoint": None}
    return render(request, "webhooks/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change address, event types and headers."""
    access = manager(request)
    endpoint = _own(access, pk)
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=initial_of(endpoint))
    if request.method == "POST" and form.is_valid():
        try:
            domain.update_endpoint(endpoint, **form.cleaned_data, by=access.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Webhook updated.")
            return redirect("webhook", pk=endpoint.pk)
    context = {**_SECTION, "form": form, "meanings": meanings(), "endpoint": endpoint}
    return render(request, "webhooks/form.html", context, status=422 if form.errors else 200)


@require_safe
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One webhook: how it does, and its deliveries."""
    access = member(request)
    health = _health(access, pk)
    filtered = DeliveryFilter(request.GET, queries.deliveries_of(health.endpoint))
    rows = filtered.qs if filtered.form.is_valid() else filtered.queryset.none()
    page = newest_first(rows, request.GET, size=PER_PAGE)
    context = {
        **_SECTION,
        "access": access,
        "health": health,
        "endpoint": health.endpoint,
        "headers": queries.hidden_headers_of(health.endpoint),
        "reason": DisabledReason(health.endpoint.disabled_reason).label if health.endpoint.disabled_reason else "",
        "replay": queries.open_replay_of(health.endpoint),
        "form": filtered.form,
        "page": page,
        "lines": [(delivery, _outcome(delivery.last_status, delivery.last_error)) for delivery in page.rows],
        "chips": chips_of(request.GET, filtered.form),
        "query": without(request.GET, "page"),
    }
    return render(request, "webhooks/detail.html", context)


@require_POST
def webhook_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pause, or resume what was paused or disabled."""
    access = manager(request)
    endpoint = _own(access, pk)
    if request.POST.get("state") == EndpointState.PAUSED:
        if domain.pause_endpoint(endpoint, by=access.actor):
            messages.success(request, "Webhook paused. Events wait until you resume.")
        else:
            messages.info(request, "The webhook is disabled, so it doesn’t deliver events. Enable it first.")
    else:
        domain.resume_endpoint(endpoint, by=access.actor)
        messages.success(request, "Webhook active. We’re delivering waiting events in order.")
    return redirect("webhook", pk=endpoint.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then delete."""
    access = manager(request)
    health = _health(access, pk)
    if request.method != "POST":
        return render(request, "webhooks/delete.html", {**_SECTION, "endpoint": health.endpoint, "health": health})
    domain.delete_endpoint(health.endpoint, by=access.actor)
    messages.success(request, "Webhook deleted.")
    return redirect("webhooks")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_secret(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, then replace the secret; the answer shows the new one, once."""
    access = manager(request)
    endpoint = _own(access, pk)
    if request.method != "POST":
        return render(request, "webhooks/rotate.html", {**_SECTION, "endpoint": endpoint})
    overlap = domain.OVERLAP if request.POST.get("overlap") != "0" else domain.NO_OVERLAP
    secret = domain.rotate_secret(endpoint, overlap=overlap, by=access.actor)
    context = {**_SECTION, "endpoint": endpoint, "secret": secret, "has_overlap": bool(overlap)}
    return render(request, "webhooks/secret.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the example of an event type, and show what was answered."""
    access = manager(request)
    endpoint = _own(access, pk)
    examples = {kind.name: {TYPE: kind.name, **kind.example} for kind in event_types()}
    form = TestForm(
        request.POST if request.method == "POST" else None, initial={"type": next(iter(endpoint.event_types), "")}
    )
    result = None
    if request.method == "POST" and form.is_valid():
        try:
            result = send_test(endpoint, examples[form.cleaned_data["type"]], by=access.actor)
        except Refused as refusal:
            form.add_error(None, texts_of(refusal.problems))
    context = {
        **_SECTION,
        "endpoint": endpoint,
        "form": form,
        "result": result,
        "problem": Problem(f"WEBHOOK_{result.error}") if result and result.error else None,
    }
    return render(request, "webhooks/test.html", context, status=422 if form.errors else 200)


# --- deliveries


@require_safe
def webhook_delivery(request: HttpRequest, pk: UUID, delivery: int) -> HttpResponse:
    """One delivery: the body, and every attempt with what was answered."""
    access = member(request)
    endpoint = _own(access, pk)
    row = get_object_or_404(queries.deliveries_of(endpoint), pk=delivery)
    attempts = list(row.attempt_log.order_by("pk"))
    context = {
        **_SECTION,
        "access": access,
        "endpoint": endpoint,
        "delivery": row,
        "body": json.dumps(json.loads(row.body), indent=2, ensure_ascii=False),
        "attempts": [
            (number, attempt, _outcome(attempt.status_code, attempt.error))
            for number, attempt in reversed(list(enumerate(attempts, start=1)))
        ],
    }
    return render(request, "webhooks/delivery.html", context)


@require_POST
def webhook_delivery_again(request: HttpRequest, pk: UUID, delivery: int) -> HttpResponse:
    """Deliver one event again."""
    access = manager(request)
    endpoint = _own(access, pk)
    row = get_object_or_404(queries.deliveries_of(endpoint), pk=delivery)
    redelivery.redeliver(row, by=access.actor)
    messages.success(request, f"We’ll deliver the event again with the same ID{_once_it_may(endpoint)}.")
    return redirect("webhook-delivery", pk=endpoint.pk, delivery=row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_redeliver(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Deliver again what failed, or everything of a span of time."""
    access = manager(request)
    health = _health(access, pk)
    endpoint = health.endpoint
    if request.method == "POST" and request.POST.get("what") == "failed":
        count = redelivery.redeliver_failed(endpoint, by=access.actor)
        what = f"{count:,} failed events" if count != 1 else "1 failed event"
        messages.success(request, f"We’ll redeliver {what}{_once_it_may(endpoint)}.")
        return redirect("webhook", pk=endpoint.pk)
    form = SinceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        redelivery.redeliver_after(
            endpoint,
            redelivery.number_before(access.partner, since),
            until=redelivery.number_before(access.partner, until) if until else None,
            by=access.actor,
        )
        messages.success(
            request, f"We’ll redeliver the events in that time range with the same IDs{_once_it_may(endpoint)}."
        )
        return redirect("webhook", pk=endpoint.pk)
    context = {**_SECTION, "endpoint": endpoint, "health": health, "form": form}
    return render(request, "webhooks/redeliver.html", context, status=422 if form.errors else 200)


def _once_it_may(endpoint: WebhookEndpoint) -> str:
    """When an endpoint that is sent nothing gets what is delivered again."""
    return {EndpointState.PAUSED: ", once you resume", EndpointState.DISABLED: ", once you enable the webhook"}.get(
        EndpointState(endpoint.state), ""
    )


def _outcome(status: int | None, error: str | None) -> str:
    """What an attempt came to, in a few words."""
    if status is not None:
        return f"HTTP {status}"
    return Problem(f"WEBHOOK_{error}").group if error else ""
