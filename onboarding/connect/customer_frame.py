"""What every page for customers has: a limit, their language, the partner's look, and the session of the browser."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from onboarding.connect import journey, languages
from onboarding.connect.choices import LinkState, SessionState
from onboarding.connect.contacting import zones_for
from onboarding.connect.links import address_of as link_address
from onboarding.connect.models import ConnectLink, ConnectSession
from portal.partners.access import address_of
from portal.problems import Problem
from portal.security.limits import within_limit
from portal.web.views import csrf_failure as partners_csrf_failure

SESSION_KEY: Final = "connect"
NOT_HERE: Final = "CONNECT_SESSION_UNKNOWN"
_KEPT_SESSIONS: Final = 8
_PER_HOUR: Final = timedelta(hours=1)
View = Callable[..., HttpResponseBase]


def public(*, most: int, name: str, missing: str = "CONNECT_LINK_UNKNOWN") -> Callable[[View], View]:
    """A page for anybody, so often per network address and hour, in the customer's language; never kept by a cache.

    missing: the code of the problem that is told when what the address names does not exist for this browser.
    The language is that of these pages alone: the partners' are in English. A page of a session is in its language, and
    its times are those of its customer.
    """

    def made(view: View) -> View:
        @login_not_required
        @never_cache
        @wraps(view)
        def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            with (
                translation.override(languages.language_of(request)),
                timezone.override(timezone.get_current_timezone()),
            ):
                if within_limit(f"connect.{name}", address_of(request), most=most, per=_PER_HOUR):
                    try:
                        response = view(request, *args, **kwargs)
                    except Http404:  # in the customers' look, and the same whatever does not exist
                        response = stopped(request, Problem(missing), status=404)
                else:
                    response = stopped(request, Problem("CONNECT_TOO_MANY"), status=429)
                response.headers["Content-Language"] = translation.get_language() or languages.ENGLISH
            if asked := languages.asked_by(request):
                languages.remember(response, asked)
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
            return response

        return limited

    return made


def stopped(
    request: HttpRequest,
    *problems: Problem,
    status: int,
    session: ConnectSession | None = None,
    link: ConnectLink | None = None,
) -> HttpResponse:
    """A page that says why it does not go on here, and what to do."""
    context = {"problems": problems, **frame(session.link if session else link)}
    context["again"] = start_address(session) if session else ""
    context["languages"] = languages.offered(_page_of(request), request.GET.dict())
    return render(request, "connect/public/stopped.html", context, status=status)


def _page_of(request: HttpRequest) -> str:
    """The path of the page from which something was sent; "" when this is the page."""
    match = request.resolver_match
    return reverse("connect-session", args=[match.kwargs["pk"]]) if match and match.url_name == "connect-send" else ""


def frame(link: ConnectLink | None) -> dict[str, object]:
    """What the frame of every page shows of the partner."""
    brand = link.shown_name if link else ""
    return {"link": link, "brand": brand, "is_public": True, "languages": languages.offered()}


def frame_of(session: ConnectSession, step: str = "") -> dict[str, object]:
    """The frame of a page of a session, whose switch of the language leads back to the step."""
    path = reverse("connect-session", args=[session.pk])
    return frame(session.link) | {"languages": languages.offered(path, {"step": step} if step else {})}


def start_address(session: ConnectSession) -> str:
    """The address with which the session was begun, for beginning anew; "" when its link takes nobody any more."""
    if session.link.state != LinkState.ACTIVE or not session.link.partner.is_active:
        return ""
    asked = {"requestedUtilities": ",".join(session.utilities), "program": ",".join(session.programs)}
    more = [*((name, value) for name, value in asked.items() if value)]
    more += [(name, session.language if name == languages.PARAMETER else value) for name, value in session.parameters]
    address = link_address(session.link, reference=reference_in(session))
    return f"{address}&{urlencode(more)}" if more else address


def reference_in(session: ConnectSession) -> str:
    return session.connection.reference if session.connection else ""


def remember(request: HttpRequest, session: ConnectSession, secret: str) -> None:
    """Make a session one of this browser's."""
    kept = dict(request.session.get(SESSION_KEY, {}))
    while len(kept) >= _KEPT_SESSIONS:
        kept.pop(next(iter(kept)))
    request.session[SESSION_KEY] = {**kept, str(session.pk): secret}


def going_on(request: HttpRequest, link: ConnectLink, reference: str) -> ConnectSession | None:
    """The open session of this browser on the same link for the same customer."""
    for pk in reversed(request.session.get(SESSION_KEY, {})):
        session = session_of_browser(request, pk)
        if session is None or session.link_id != link.pk or journey.is_over(session):
            continue
        if session.state != SessionState.COMPLETED and reference_in(session) == reference:
            return session
    return None


def session_of_browser(request: HttpRequest, pk: UUID | str) -> ConnectSession | None:
    """A session of this browser; None for any other."""
    secret = request.session.get(SESSION_KEY, {}).get(str(pk), "")
    if not secret:
        return None
    rows = ConnectSession.objects.select_related("link__partner", "connection", "partner")
    session = rows.filter(pk=pk).first()
    return session if session and constant_time_compare(session.browser_hash, journey.hash_of(secret)) else None


def session_or_404(request: HttpRequest, pk: UUID) -> ConnectSession:
    """The session of this browser, in whose language the page is from here on, also when it has just been chosen."""
    session = session_of_browser(request, pk)
    if session is None:
        raise Http404
    speak(session, languages.asked_by(request))
    return session


def speak(session: ConnectSession, chosen: str) -> None:
    """Go on in the language of a session, or in another one that its customer has chosen."""
    if chosen:
        journey.speak(session, chosen)
    translation.activate(session.language)  # until the end of the page: `public` restores what was before
    timezone.activate(zones_for(session.answers, session.link.transmission_region)[0])


def speak_by_email(request: HttpRequest, session: ConnectSession) -> None:
    """The language of an emailed page of a session: asked for, chosen before in this browser, or the session's.

    Only the switch, where it is sent, chooses another one for emails to come: programs follow links as well.
    """
    speak(session, languages.known(request.POST.get(languages.CHOSEN, "")))
    translation.activate(languages.asked_by(request) or languages.chosen_before(request) or session.language)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form came without our cookie: customers read it in their look and language, all others as everywhere."""
    if request.path.startswith(reverse("connect")):
        return _without_cookie(request)
    return partners_csrf_failure(request, reason)


@public(most=600, name="cookie")
def _without_cookie(request: HttpRequest) -> HttpResponseBase:
    return stopped(request, Problem(NOT_HERE), status=403)
