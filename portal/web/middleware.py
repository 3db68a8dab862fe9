"""What happens around every request."""

import re
import uuid
from collections.abc import Callable
from typing import TypeVar

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from portal import correlation
from portal.partners.access import access_of
from portal.partners.models import User
from portal.partners.rules import has_two_factor, must_have_two_factor
from portal.web.notices import warn_once

_SEEN_SECONDS = 300
_WITHOUT_SECOND_STEP = ("account_", "mfa_", "usersessions_", "set-theme")
_WHILE_BEING_FILLED = ("sandbox", "partner-switch", "demo-clock")
_ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")


class NoStoreMiddleware:
    """Lets nobody keep an answer whose view does not say for how long: it may hold personal data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class NoNulMiddleware:
    """Refuses addresses with a NUL: no page has one, and PostgreSQL fails on them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("The address contains a NUL character.", content_type="text/plain")
        return self.get_response(request)


View = TypeVar("View", bound=Callable[..., HttpResponse])
Keep = Callable[[HttpRequest], str]


def when_signed_out(keep: Keep) -> Callable[[View], View]:
    """Marks a view with what keeps a form whose sender is signed out, and returns where to go on; "" for nowhere."""

    def marked(view: View) -> View:
        view.when_signed_out = keep  # type: ignore[attr-defined]  # our own mark on the view
        return view

    return marked


class SignInMiddleware(LoginRequiredMiddleware):
    """Redirects to the sign-in; first keeps what was sent to a view that is marked with `when_signed_out`."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        keep: Keep | None = getattr(view_func, "when_signed_out", None)
        place = keep(request) if keep and request.method == "POST" else ""
        if not place:
            return super().handle_no_permission(request, view_func)
        messages.info(request, "You were signed out, and what you typed is kept. Sign in to go on with it.")
        return redirect_to_login(place)


class SessionSeenMiddleware(UserSessionsMiddleware):
    """Stores when a session was last seen, at most every five minutes: pages that only read rarely wait for a writer.

    Each process remembers that for itself, since the shared cache would mean a write for every page.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and not caches["process"].add(f"session-seen-{key}", True, timeout=_SEEN_SECONDS):
            return self.get_response(request)
        return super().__call__(request)


class PartnerRulesMiddleware:
    """Applies a partner's rules: its time zone on its pages; a second step at sign-in if it asks for one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        access = access_of(request)
        with timezone.override(access.partner.time_zone if access else None):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        user, access = request.user, access_of(request)
        if not isinstance(user, User) or not _is_guarded(request, view):
            return None
        partner = access.partner if access else None
        if not must_have_two_factor(user, partner) or has_two_factor(user):
            return None
        asks = partner.name if partner and partner.requires_two_factor else "The portal"
        warn_once(request, f"{asks} asks for a second step at sign-in. Set one up to go on.")
        return _sent_to(request, reverse("mfa_index"))


def _is_guarded(request: HttpRequest, view: object) -> bool:
    """Whether a page is behind the second step: all but those that set it up and those that are open to anybody."""
    name = (request.resolver_match.url_name or "") if request.resolver_match else ""
    is_open = name.startswith(_WITHOUT_SECOND_STEP) or not getattr(view, "login_required", True)
    return not is_open


def _sent_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, also for an htmx request."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


class SandboxMiddleware:
    """Shows of a sandbox that is being filled only its progress: its pages would show half of the data, and what is
    sent might be deleted with the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        access = access_of(request)
        if access is None or not access.partner.is_being_filled or not _is_guarded(request, view):
            return None
        match = request.resolver_match
        if match is None or match.namespace == "admin" or (match.url_name or "").startswith(_WHILE_BEING_FILLED):
            return None
        if request.method not in ("GET", "HEAD"):
            warn_once(request, "The sandbox is being filled with made-up data. What you sent was not stored.")
        return _sent_to(request, reverse("sandbox"))


class RequestIdMiddleware:
    """Names every request: the X-Request-Id that a proxy or client gave if it is harmless, else a new one.

    Its answer, error pages and bodies, log lines, events and jobs carry it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        name = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]  # our own mark on the request
        with correlation.working_for(name):
            response = self.get_response(request)
        response["X-Request-Id"] = name
        return response
