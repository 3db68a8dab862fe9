"""The pages of a utility: sign-in, code, choice of meters, consent, and the way back to the portal."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import InvalidRequestError

from onboarding.demo_utility import settings
from onboarding.demo_utility.clock import now
from onboarding.demo_utility.customers import normal
from onboarding.demo_utility.domain import authorize as authorize_portal
from onboarding.demo_utility.models import DAYS, DAYS_BY_USER
from onboarding.demo_utility.oauth import BY_SLUG, answered
from onboarding.demo_utility.registration import UTILITIES, Utility
from onboarding.demo_utility.scenarios import SCENARIOS
from onboarding.demo_utility.sign_ins import SignIn, change, load, start

TRIES: Final = 3
Page = Callable[[HttpRequest, SignIn], HttpResponse]


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """What this program is, for whoever opens its address."""
    return _page(request, "front", None, utilities=UTILITIES.values(), scenarios=SCENARIOS)


@require_GET
def partner_page(request: HttpRequest) -> HttpResponse:
    """A page of a made-up partner, on which the demo's customers end: it shows what its address carries."""
    return _page(request, "partner_page", None, carried=sorted(request.GET.items()))


@require_GET
def authorize(request: HttpRequest, slug: str) -> HttpResponse:
    """The authorization endpoint: checks what the portal asks for, then shows the sign-in."""
    utility = BY_SLUG.get(slug)
    if utility is None:
        return _page(request, "unknown", None, status=404)
    try:
        scopes, credentials = OAuthLibMixin.get_oauthlib_core().validate_authorization_request(request)
        _require_hashed_challenge(credentials)
    except FatalClientError as error:
        problem = error.oauthlib_error.description or error.oauthlib_error.error
        return _page(request, "refused", utility, status=400, problem=problem)
    except OAuthToolkitError as error:
        inner = error.oauthlib_error
        return HttpResponseRedirect(answered(inner.in_uri(inner.redirect_uri), utility))
    sign_in = start(request, utility, scopes[0], credentials)
    return redirect("sign_in", slug=slug, key=sign_in.key)


def _require_hashed_challenge(credentials: Mapping[str, Any]) -> None:
    """PKCE by S256; the toolkit refuses `plain` only when it is too late to say so. Raises OAuthToolkitError."""
    if credentials.get("code_challenge_method") != "S256":
        error = InvalidRequestError("Transform algorithm not supported.", state=credentials.get("state"))
        raise OAuthToolkitError(error=error, redirect_uri=credentials["redirect_uri"])


def step(*, is_signed_in: bool) -> Callable[[Page], Callable[[HttpRequest, str, str], HttpResponse]]:
    """A page of the way: finds the sign-in of this browser, and sends whoever is not that far to its first page."""

    def decorator(page: Page) -> Callable[[HttpRequest, str, str], HttpResponse]:
        @wraps(page)
        def view(request: HttpRequest, slug: str, key: str) -> HttpResponse:
            utility = BY_SLUG.get(slug)
            sign_in = load(request, utility, key) if utility else None
            if sign_in is None:
                return _page(request, "ended", utility, status=404)
            if sign_in.answer:
                return _again(request, sign_in)
            if is_signed_in and not sign_in.is_signed_in:
                return redirect("sign_in", slug=slug, key=key)
            if sign_in.user_name == "slow":
                time.sleep(settings.SLOW_SECONDS)
            return page(request, sign_in)

        return view

    return decorator


@require_http_methods(["GET", "POST"])
@step(is_signed_in=False)
def sign_in(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """User name and any password; or a test case, by one tap."""
    if request.method == "GET":
        return _page(request, "sign_in", sign_in, scenarios=SCENARIOS, user_name="", problem="")
    user_name = normal(request.POST.get("user_name", ""))
    if not user_name:
        problem = "Enter your user name"
        return _page(request, "sign_in", sign_in, scenarios=SCENARIOS, user_name="", problem=problem)
    return _signed_in(request, change(request, sign_in, user_name=user_name, is_signed_in=False))


def _signed_in(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    match sign_in.user_name:
        case "wrong_password":
            problem = "That user name and password do not match. Check both and try again."
            return _failed(request, sign_in, "sign_in", problem)
        case "mfa_failed":
            change(request, sign_in, tries=0)
            return redirect("code", slug=sign_in.utility.slug, key=sign_in.key)
        case "utility_down":
            request.session.save()  # Django keeps no session with an answer of 5xx
            return _page(request, "down", sign_in, status=503)
    change(request, sign_in, is_signed_in=True)
    return redirect("meters", slug=sign_in.utility.slug, key=sign_in.key)


def _failed(request: HttpRequest, sign_in: SignIn, template: str, problem: str) -> HttpResponse:
    """A try that failed; the third one ends it."""
    sign_in = change(request, sign_in, tries=sign_in.tries + 1)
    if sign_in.tries >= TRIES:
        what = "confirm the code" if template == "code" else "sign in"
        return _send_back(request, sign_in, "access_denied", f"The customer could not {what}.")
    user_name = sign_in.user_name
    return _page(request, template, sign_in, scenarios=SCENARIOS, user_name=user_name, problem=problem)


@require_http_methods(["GET", "POST"])
@step(is_signed_in=False)
def code(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """The code from a text message, which is never right."""
    if sign_in.user_name != "mfa_failed":
        return redirect("sign_in", slug=sign_in.utility.slug, key=sign_in.key)
    if request.method == "GET":
        return _page(request, "code", sign_in, problem="")
    return _failed(request, sign_in, "code", "That code is not the one we sent. Check it and try again.")


@require_http_methods(["GET", "POST"])
@step(is_signed_in=True)
def meters(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Which meters to share."""
    all_points = [meter.service_point for meter in sign_in.customer.meters]
    if request.method == "GET":
        return _page(request, "meters", sign_in, chosen=sign_in.service_points or all_points, problem="")
    chosen = [point for point in all_points if point in request.POST.getlist("service_point")]
    if not chosen:
        return _page(request, "meters", sign_in, chosen=[], problem="Select at least one meter")
    change(request, sign_in, service_points=tuple(chosen))
    return redirect("consent", slug=sign_in.utility.slug, key=sign_in.key)


@require_http_methods(["GET", "POST"])
@step(is_signed_in=True)
def consent(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """What is shared, with whom and until when; authorize or decline."""
    if not sign_in.service_points:
        return redirect("meters", slug=sign_in.utility.slug, key=sign_in.key)
    if request.method == "GET":
        shared = [meter for meter in sign_in.customer.meters if meter.service_point in sign_in.service_points]
        return _page(request, "consent", sign_in, shared=shared, until=_until(sign_in.user_name))
    if request.POST.get("decision") != "authorize" or sign_in.user_name == "cancel":
        return _send_back(request, sign_in, "access_denied", "The customer declined.")
    if sign_in.user_name == "error_after_consent":
        return _send_back(request, sign_in, "server_error", "The utility could not store the consent.")
    return _authorized(request, sign_in)


def _until(user_name: str) -> datetime:
    return now() + timedelta(days=DAYS_BY_USER.get(user_name, DAYS))


def _authorized(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Write the authorization down and go back with a code for it."""
    authorization = authorize_portal(
        sign_in.code, sign_in.user_name, scope=sign_in.scope, service_points=sign_in.service_points
    )
    request.user = authorization.owner
    core = OAuthLibMixin.get_oauthlib_core()
    uri, *_ = core.create_authorization_response(request, [sign_in.scope], dict(sign_in.credentials), True)
    return _answer(request, sign_in, uri)


@require_POST
@step(is_signed_in=False)
def back(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Back to the portal without an authorization, from any page."""
    if sign_in.user_name == "utility_down":
        return _send_back(request, sign_in, "temporarily_unavailable", "The utility is down.")
    return _send_back(request, sign_in, "access_denied", "The customer went back.")


def _send_back(request: HttpRequest, sign_in: SignIn, error: str, description: str) -> HttpResponse:
    values = {"error": error, "error_description": description}
    if state := sign_in.credentials.get("state"):
        values["state"] = state
    return _answer(request, sign_in, add_params_to_uri(sign_in.credentials["redirect_uri"], list(values.items())))


def _answer(request: HttpRequest, sign_in: SignIn, uri: str) -> HttpResponse:
    answer = answered(uri, sign_in.utility)
    change(request, sign_in, answer=answer)
    return HttpResponseRedirect(answer)


def _again(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """A button that was pressed twice does the same again; a page that is opened again says that all is done."""
    if request.method == "POST":
        return HttpResponseRedirect(sign_in.answer)
    return _page(request, "ended", sign_in.utility, status=410)


@dataclass(frozen=True, slots=True)
class _Of:
    """Whose page it is, and whether there is a way back."""

    utility: Utility | None
    sign_in: SignIn | None


def _page(
    request: HttpRequest, name: str, of: SignIn | Utility | None, *, status: int = 200, **context: object
) -> HttpResponse:
    whose = _Of(of.utility, of) if isinstance(of, SignIn) else _Of(of, None)
    values = {"utility": whose.utility, "sign_in": whose.sign_in, "portal_url": settings.PORTAL_URL, **context}
    return render(request, f"demo_utility/{name}.html", values, status=status)
