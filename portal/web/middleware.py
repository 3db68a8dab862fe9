"""What happens around every request."""

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from portal import correlation
from portal.jobs.faults import is_read_only
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


class PackPagesMiddleware(GZipMiddleware):
    """Packs pages alone. Files and exports stay as they are, and the API packs its answers itself.

    An attacker who makes a browser send requests could guess a secret of a page from the length of many answers
    (BREACH): each form's token differs in each answer, each answer is longer by a random number of bytes, and browsers
    send no session with another site's requests but links (SameSite).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = not response.streaming and response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


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
    """Redirects to the sign-in, and from there to where somebody was; first keeps what was sent to a view that is
    marked with `when_signed_out`. What is sent to other views is not kept, and many have no page to come back to."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        keep: Keep | None = getattr(view_func, "when_signed_out", None)
        if place := keep(request) if keep else "":
            messages.info(request, "You were signed out, but we kept what you typed. Sign in to continue.")
            return redirect_to_login(place)
        messages.info(request, "You were signed out, so nothing was saved. Sign in and try again.")
        return redirect_to_login(_page_before(request))


def _page_before(request: HttpRequest) -> str:
    """The path of the page of ours from which a form was sent, with its query; else that to which it was sent."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return request.get_full_path()
    parts = urlsplit(before)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


class OnlySentMiddleware:
    """Answers with a page in words when somebody opens an address that takes only what forms send."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content or request.method != "GET":
            return response
        page = render(request, "errors/405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


class SessionSeenMiddleware(UserSessionsMiddleware):
    """Stores when a session was last seen, at most every five minutes: pages that only read rarely wait for a writer.

    Each process remembers that for itself, since the shared cache would mean a write for every page.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and not caches["process"].add(f"session-seen-{key}", True, timeout=_SEEN_SECONDS):
            return self.get_response(request)
        try:
            return super().__call__(request)
        except DatabaseError as error:  # of storing it: what fails further on is answered there
            if not is_read_only(error):
                raise
            return self.get_response(request)


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
        warn_once(request, f"{asks} requires two-factor sign-in. Set it up to continue.")
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
            warn_once(request, "The sandbox is being filled with sample data. Your changes weren’t saved.")
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
