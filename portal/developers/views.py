"""The pages for developers that every member sees: request log, API reference, changelog."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny

from portal.developers.changelog import changelog_html
from portal.developers.filters import request_filter
from portal.developers.models import LoggedRequest
from portal.events.models import Event
from portal.partners.access import manager, member
from portal.partners.queries import events_of
from portal.web.filters import chips_of, without
from portal.web.pages import newest_first

REQUESTS_PER_PAGE = 50
EVENTS_SHOWN = 100


@require_safe
def old_api_keys(request: HttpRequest) -> HttpResponse:
    """Where the keys were before they had pages of their own."""
    manager(request)
    return redirect("api-keys", permanent=True)


@require_safe
def request_log(request: HttpRequest) -> HttpResponse:
    """The partner's requests of the last 30 days, newest first."""
    access = member(request)
    filtered = request_filter(request.GET, partner=access.partner)
    rows = filtered.qs if filtered.form.is_valid() else LoggedRequest.objects.none()
    context = {
        "section": "developers",
        "form": filtered.form,
        "page": newest_first(rows.select_related("key"), request.GET, size=REQUESTS_PER_PAGE),
        "chips": chips_of(request.GET, filtered.form),
        "query": without(request.GET, "page"),
    }
    return render(request, "developers/request_log.html", context, status=422 if filtered.form.errors else 200)


@require_safe
def logged_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """One request by its ID: whatever the partner's programs called so, and what it did."""
    access = member(request)
    rows = LoggedRequest.objects.filter(partner=access.partner, request_id=request_id)
    entries = list(rows.select_related("key").order_by("-pk")[:REQUESTS_PER_PAGE])
    if not entries:
        raise Http404
    events = events_of(access.partner).filter(request_id=request_id).exclude(request_id="")
    context = {
        "section": "developers",
        "entries": entries,
        "request_id_shown": request_id,
        "events": [(event, event_page(event)) for event in events.order_by("pk")[:EVENTS_SHOWN]],
        "events_shown": EVENTS_SHOWN,
    }
    return render(request, "developers/request.html", context)


def event_page(event: Event) -> str:
    """The page of what an event is about; "" when it has none."""
    try:
        return reverse(event.subject.page, args=[event.subject_id]) if event.subject.page else ""
    except NoReverseMatch:
        return ""


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """Every operation, to read and to try, by Swagger UI from our own host."""
    member(request)
    return render(request, "developers/reference.html", {"section": "developers"})


@gzip_page
@require_safe
def api_description(request: HttpRequest) -> HttpResponseBase:
    """The schema as the reference reads it: by the session, since a page knows no key."""
    member(request)
    answer: HttpResponseBase = _description(request)
    return answer


_description = SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny])


@require_safe
def api_changelog(request: HttpRequest) -> HttpResponse:
    """What changed in the API, newest first."""
    member(request)
    return render(request, "developers/changelog.html", {"section": "developers", "changes": changelog_html()})
