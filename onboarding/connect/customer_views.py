"""Where customers come in: by a link, and back from their utility."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.http import require_safe

from onboarding.connect import authorize, journey, languages
from onboarding.connect.choices import LinkState
from onboarding.connect.customer_frame import going_on, public, remember, session_of_browser, stopped
from onboarding.connect.links import link_of, own_parameters, reference_of
from onboarding.connect.models import Authorization, ConnectLink, ConnectSession
from onboarding.connect.queries import connected_utilities
from portal.partners.access import address_of
from portal.problems import Problem, Refused


@public(most=600, name="open")
@require_safe
def connect(request: HttpRequest) -> HttpResponseBase:
    """The address of a link (leap.md 3.1): begins a session, or goes on with the one of this browser."""
    return _open(request, request.GET.dict())


@public(most=600, name="open")
@require_safe
def connect_by_title(request: HttpRequest, account: str, title: str) -> HttpResponseBase:
    """The older shape of the address: account and title are in its path."""
    return _open(request, request.GET.dict() | {"account": account, "link": title})


def _open(request: HttpRequest, parameters: dict[str, str]) -> HttpResponseBase:
    try:
        link, reference = link_of(parameters), reference_of(parameters)
    except Refused as refusal:
        return stopped(request, *refusal.problems, status=404)
    if link.state == LinkState.PAUSED:
        return stopped(request, Problem("CONNECT_LINK_PAUSED"), status=404, link=link)
    if request.method == "HEAD":  # a mail program that looks whether the link works is no customer
        return HttpResponse()
    session = going_on(request, link, reference) or begin(request, link, reference, parameters)
    journey.speak(session, languages.asked_by(request) or session.language)
    return redirect("connect-session", pk=session.pk)


def begin(request: HttpRequest, link: ConnectLink, reference: str, parameters: dict[str, str]) -> ConnectSession:
    """Begin a session of this browser. parameters: what the address asks for."""
    asked = [code for code in parameters.get("requestedUtilities", "").split(",") if code.strip()]
    session, secret = journey.open_session(
        link,
        reference=reference,
        utilities=_known_utilities(link, asked),
        programs=[program for program in [parameters.get("program", "")] if program],
        parameters=own_parameters((name, value) for name, values in request.GET.lists() for value in values),
        address=address_of(request),
        language=translation.get_language() or languages.ENGLISH,
    )
    remember(request, session, secret)
    return session


def _known_utilities(link: ConnectLink, asked: list[str]) -> list[str]:
    connected = connected_utilities(link.transmission_region, link.partner) if asked else []
    known = {utility.code for utility in connected}
    return [code.strip().upper() for code in asked if code.strip().upper() in known]


@public(most=600, name="return")
@require_safe
def connect_return(request: HttpRequest) -> HttpResponseBase:
    """The customer comes back from a utility, with a code or an error, into the browser that began it."""
    state = request.GET.get("state", "")[:500]
    try:
        authorization = authorize.of_state(state)
        session = session_of_browser(request, authorization.session_id)
        if session is None:
            return stopped(request, Problem("CONNECT_STATE_OF_ANOTHER_BROWSER"), status=403)
        translation.activate(session.language)
        if request.method == "HEAD":
            return HttpResponse()
        authorization = authorize.returned(state)
    except Refused as refusal:
        if refusal.problems[0].code == "CONNECT_STATE_USED":
            return redirect("connect-session", pk=authorization.session_id)
        return stopped(request, *refusal.problems, status=400)
    _take_answer(request, authorization)
    return redirect("connect-session", pk=authorization.session_id)


def _take_answer(request: HttpRequest, authorization: Authorization) -> None:
    address = address_of(request)
    code, error = request.GET.get("code", "")[:2000], request.GET.get("error", "")[:100]
    if error or not code:
        description = request.GET.get("error_description", "")[:200]
        authorize.refuse(authorization, error=error or "server_error", description=description, address=address)
        return
    authorize.complete(authorization, code=code, issuer=request.GET.get("iss", ""), address=address)
