"""The pages that customers see: without an account, in the partner's look, one step at a time."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.connect import authorize, esi_ids, journey, languages, outages
from onboarding.connect.choices import (
    REGIONS_WITHOUT_UTILITY_SIGN_IN,
    AuthorizationState,
    EndReason,
    FailureReason,
    LinkState,
    SessionState,
    SignedAs,
    Step,
)
from onboarding.connect.contacting import zones_for
from onboarding.connect.customer_emails import is_email, manage_path, session_of_token
from onboarding.connect.device_steps import device_steps
from onboarding.connect.ending import end
from onboarding.connect.links import (
    address_of as link_address,
)
from onboarding.connect.links import (
    final_redirect_of,
    link_of,
    own_parameters,
    reference_of,
    text_color_on,
)
from onboarding.connect.models import Authorization, ConnectLink, ConnectSession, Signature, UtilityOutage
from onboarding.connect.queries import connected_utilities, offered_utilities
from onboarding.connect.sharing import email_links, sharing_of
from portal.partners.access import address_of
from portal.problems import Problem, Refused, shown
from portal.security.limits import within_limit
from portal.storage.files import path_of
from portal.web import clock
from portal.web.days import time_text
from portal.web.views import csrf_failure as partners_csrf_failure
from programs.models import Agreement, AgreementText, RequiredInformation, in_language

SESSION_KEY: Final = "connect"
_KEPT_SESSIONS: Final = 8
_PER_HOUR: Final = timedelta(hours=1)
_AUTOCOMPLETE: Final = {
    "customer_name": "name",
    "email": "email",
    "phone": "tel",
    "company_name": "organization",
    "title": "organization-title",
    "street": "address-line1",
    "city": "address-level2",
    "state": "address-level1",
    "postal_code": "postal-code",
}
_INPUT_MODES: Final = {"postal_code": "numeric", "esi_id": "numeric", "phone": "tel", "email": "email"}
_NOT_HERE: Final = "CONNECT_SESSION_UNKNOWN"
View = Callable[..., HttpResponseBase]


def public(*, most: int, name: str, missing: str = "CONNECT_LINK_UNKNOWN") -> Callable[[View], View]:
    """A page for anybody, so often per network address and hour, in the customer's language; never kept by a cache.

    missing: the code of the problem that is told when what the address names does not exist for this browser.
    The language is that of these pages alone: the partners' are in English. A page of a session is in its language.
    """

    def made(view: View) -> View:
        @login_not_required
        @never_cache
        @wraps(view)
        def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            with translation.override(languages.language_of(request)):
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
    request: HttpRequest, *problems: Problem, status: int, session: ConnectSession | None = None
) -> HttpResponse:
    """A page that says why it does not go on here, and what to do."""
    context = {"problems": problems, **frame(session.link if session else None)}
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
    address = link_address(session.link, reference=_reference(session))
    return f"{address}&{urlencode(more)}" if more else address


# --- the link


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
    if request.method == "HEAD":  # a mail program that looks whether the link works is no customer
        return HttpResponse()
    session = going_on(request, link, reference) or begin(request, link, reference, parameters)
    journey.speak(session, languages.asked_by(request) or session.language)
    return redirect("connect-session", pk=session.pk)


def going_on(request: HttpRequest, link: ConnectLink, reference: str) -> ConnectSession | None:
    """The open session of this browser on the same link for the same customer."""
    for pk in reversed(request.session.get(SESSION_KEY, {})):
        session = session_of_browser(request, pk)
        if session is None or session.link_id != link.pk or journey.is_over(session):
            continue
        if session.state != SessionState.COMPLETED and _reference(session) == reference:
            return session
    return None


def _reference(session: ConnectSession) -> str:
    return session.connection.reference if session.connection else ""


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


def remember(request: HttpRequest, session: ConnectSession, secret: str) -> None:
    """Make a session one of this browser's."""
    kept = dict(request.session.get(SESSION_KEY, {}))
    while len(kept) >= _KEPT_SESSIONS:
        kept.pop(next(iter(kept)))
    request.session[SESSION_KEY] = {**kept, str(session.pk): secret}


def _known_utilities(link: ConnectLink, asked: list[str]) -> list[str]:
    connected = connected_utilities(link.transmission_region, link.partner) if asked else []
    known = {utility.code for utility in connected}
    return [code.strip().upper() for code in asked if code.strip().upper() in known]


def session_of_browser(request: HttpRequest, pk: UUID | str) -> ConnectSession | None:
    """A session of this browser; None for any other."""
    secret = request.session.get(SESSION_KEY, {}).get(str(pk), "")
    if not secret:
        return None
    rows = ConnectSession.objects.select_related("link__partner", "connection", "partner")
    session = rows.filter(pk=pk).first()
    return session if session and constant_time_compare(session.browser_hash, journey.hash_of(secret)) else None


def _session(request: HttpRequest, pk: UUID) -> ConnectSession:
    """The session of this browser, in whose language the page is from here on, also when it has just been chosen."""
    session = session_of_browser(request, pk)
    if session is None:
        raise Http404
    _speak(session, languages.asked_by(request))
    return session


def _speak(session: ConnectSession, chosen: str) -> None:
    """Go on in the language of a session, or in another one that its customer has chosen."""
    if chosen:
        journey.speak(session, chosen)
    translation.activate(session.language)  # until the end of the page: `public` restores what was before


# --- the steps


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field of the details as the page shows it."""

    info: RequiredInformation
    label: str
    help_text: str
    value: str
    error: str
    autocomplete: str
    inputmode: str

    @property
    def described_by(self) -> str:
        """The ids of what tells more about the field."""
        ids = [("hint", self.help_text), ("error", self.error)]
        return " ".join(f"{kind}-{self.info.key}" for kind, text in ids if text)

    @property
    def is_required(self) -> bool:
        """An ESI ID may be left out: the partner adds it later."""
        return self.info.is_required and self.info.key != "esi_id"


@public(most=3_000, name="step", missing=_NOT_HERE)
@require_safe
def session_page(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The step at which the customer is, or an earlier one that is asked for."""
    session = _session(request, pk)
    asked = request.GET.get("step", "")
    if languages.asked_by(request):  # the address loses it, so that a reload does not choose it again
        path = reverse("connect-session", args=[pk])
        return redirect(f"{path}?{urlencode({'step': asked[:20]})}" if asked else path)
    if journey.is_over(session):
        return _over(request, session)
    steps = journey.steps_of(session)
    step = journey.reached_step(session)
    if asked in steps and session.state != SessionState.COMPLETED and steps.index(Step(asked)) <= steps.index(step):
        step = Step(asked)
    return _render_step(request, session, step)


def _over(request: HttpRequest, session: ConnectSession) -> HttpResponse:
    kept = session.authorizations.filter(state=AuthorizationState.COMPLETED).exists()
    declined = session.state == SessionState.CLOSED and session.last_interaction_at > clock.now() - journey.IDLE
    context = frame_of(session) | {"again": start_address(session), "has_authorized": kept, "declined": declined}
    return render(request, "connect/public/over.html", context, status=410)


def _render_step(
    request: HttpRequest, session: ConnectSession, step: Step, *problems: Problem, typed: dict[str, str] | None = None
) -> HttpResponse:
    steps = journey.steps_of(session)
    number = steps.index(step)
    context = frame_of(session, step) | {
        "session": session,
        "step": step,
        "number": number + 1,
        "total": len(steps) - 1,
        "back": steps[number - 1] if 0 < number < len(steps) - 1 else "",
        "problems": problems,
        "asks_utility": Step.UTILITY in steps,
        "is_device": session.link.is_device,
        "is_texas": session.link.transmission_region in REGIONS_WITHOUT_UTILITY_SIGN_IN,
        **_content_of(session, step, problems, typed),
    }
    return render(request, f"connect/public/{step.value}.html", context, status=422 if problems else 200)


def _content_of(
    session: ConnectSession, step: Step, problems: tuple[Problem, ...], typed: dict[str, str] | None
) -> dict[str, object]:
    match step:
        case Step.ABOUT:
            return {"fields": _fields(session, problems, session.answers if typed is None else typed)}
        case Step.AGREEMENTS:
            return _agreements_content(session, problems, typed or {})
        case Step.UTILITY:
            return _utility_content(session)
        case Step.DEVICE | Step.FIT:
            return device_steps().content(session, step, problems, typed)
        case Step.DONE:
            return _done_content(session)
    return {
        "welcome": session.link.welcome_in(session.language),
        "utilities": offered_utilities(session) if session.utilities or session.link.utilities else [],
    }


def _fields(session: ConnectSession, problems: tuple[Problem, ...], values: dict[str, str]) -> list[AskedField]:
    errors = {problem.field: f"{problem.text} {problem.remedy}".strip() for problem in problems}
    return [
        AskedField(
            info,
            info.label_in(session.language),
            info.help_in(session.language),
            str(values.get(info.key, "")),
            errors.get(info.key, ""),
            _AUTOCOMPLETE.get(info.key, "off"),
            _INPUT_MODES.get(info.key, "text"),
        )
        for info in journey.information_of(session)
    ]


@dataclass(frozen=True, slots=True)
class AskedAgreement:
    """A document as the page shows it."""

    agreement: Agreement
    text: AgreementText
    is_accepted: bool
    error: str


def _agreements_content(
    session: ConnectSession, problems: tuple[Problem, ...], typed: dict[str, str]
) -> dict[str, object]:
    errors = {problem.field: problem.text for problem in problems}
    is_business = session.link.classification == "COMMERCIAL"  # at home people sign for themselves
    return {
        "agreements": [
            AskedAgreement(
                agreement,
                agreement.in_language(session.language),
                agreement.code in typed,
                errors.get(agreement.code, ""),
            )
            for agreement in journey.agreements_of(session)
        ],
        "name_error": errors.get("name", ""),
        "signed_as": SignedAs.choices if is_business else [],
        "typed": {"capacity": SignedAs.COMPANY if is_business else SignedAs.CUSTOMER} | typed,
    }


def _utility_content(session: ConnectSession) -> dict[str, object]:
    tries = list(session.authorizations.select_related("utility").order_by("-initiated_at"))
    done = [one for one in tries if one.state == AuthorizationState.COMPLETED]
    codes = {one.utility.code for one in done}
    last = tries[0] if tries else None
    failed = last if last and last.state == AuthorizationState.FAILED else None
    utilities = [utility for utility in offered_utilities(session) if utility.code not in codes]
    helps = [in_language(utility.green_button, "customer_help", session.language) for utility in utilities]
    troubles = outages.outages_beside(session, [utility.pk for utility in utilities])
    asked = outages.asked_for(session, troubles.values()) if troubles else set()
    return {
        "utilities": [
            (utility, text, _trouble(session, troubles.get(utility.pk), is_asked_for=utility.pk in asked))
            for utility, text in zip(utilities, helps, strict=True)
        ],
        "can_be_told": outages.may_ask_to_be_told(session),
        "done": done,
        "failed": failed if failed and failed.failure != FailureReason.ABANDONED else None,
    }


@dataclass(frozen=True, slots=True)
class Trouble:
    """A utility's sign-in fails. since: a local time of the customer's. is_asked_for: we tell when it works again."""

    since: str
    is_asked_for: bool


def _trouble(session: ConnectSession, outage: UtilityOutage | None, *, is_asked_for: bool) -> Trouble | None:
    if outage is None:
        return None
    zone = zones_for(session.answers, session.link.transmission_region)[0]
    began = outage.began_at.astimezone(zone)
    is_today = began.date() == clock.now().astimezone(zone).date()
    return Trouble(time_text(began) if is_today else f"{date_format(began, 'M j')}, {time_text(began)}", is_asked_for)


def _done_content(session: ConnectSession) -> dict[str, object]:
    done = session.authorizations.filter(state=AuthorizationState.COMPLETED).select_related("utility")
    esi_id = esi_ids.esi_id_of(str(session.answers.get("esi_id", "")))
    return {
        "done": list(done),
        "signatures": list(session.signatures.order_by("pk")),
        "next_url": final_redirect_of(session.link, session.parameters, reference=_reference(session)),
        "manage": manage_path(session),
        "esi_id": esi_id,
        "delivery": esi_ids.utility_of(esi_id) if esi_id else None,
        "email": session.answers.get("email", ""),
        **(device_steps().result(session) if session.link.is_device else {}),
    }


@public(most=1_500, name="send", missing=_NOT_HERE)
@require_POST
def session_send(request: HttpRequest, pk: UUID, step: str) -> HttpResponseBase:
    """What the customer sends on one step. The switch of the language shows it again with what was typed."""
    session = _session(request, pk)
    if journey.is_over(session):
        return _over(request, session)
    steps = journey.steps_of(session)
    if session.state == SessionState.COMPLETED or step not in steps or step not in _SENT:
        return redirect("connect-session", pk=pk)
    if steps.index(Step(step)) > steps.index(journey.reached_step(session)):  # nobody skips what is asked before
        return redirect("connect-session", pk=pk)
    if languages.CHOSEN in request.POST:
        return _render_step(request, session, Step(step), typed=_TYPED[Step(step)](request))
    return _SENT[Step(step)](request, session)


def _send_welcome(request: HttpRequest, session: ConnectSession) -> HttpResponseBase:
    journey.go_on(session, after=Step.WELCOME)
    return redirect("connect-session", pk=session.pk)


def _typed_details(request: HttpRequest) -> dict[str, str]:
    return {key: value for key, value in request.POST.items() if isinstance(value, str)}


def _send_about(request: HttpRequest, session: ConnectSession) -> HttpResponseBase:
    typed = _typed_details(request)
    try:
        journey.give_details(session, typed)
    except Refused as refusal:
        return _render_step(request, session, Step.ABOUT, *refusal.problems, typed=typed)
    return redirect("connect-session", pk=session.pk)


def _typed_signature(request: HttpRequest) -> dict[str, str]:
    """What was typed and chosen beside the agreements, and the codes of those that were accepted."""
    signed_as = SignedAs.COMPANY if request.POST.get("capacity") == SignedAs.COMPANY else SignedAs.CUSTOMER
    accepted = dict.fromkeys(request.POST.getlist("accepted"), "on")
    return {**accepted, "name": request.POST.get("name", ""), "capacity": signed_as.value}


def _send_device(request: HttpRequest, session: ConnectSession) -> HttpResponseBase:
    return _send_to_device_steps(request, session, Step.DEVICE)


def _send_fit(request: HttpRequest, session: ConnectSession) -> HttpResponseBase:
    return _send_to_device_steps(request, session, Step.FIT)


def _send_to_device_steps(request: HttpRequest, session: ConnectSession, step: Step) -> HttpResponseBase:
    files = {name: file for name, file in request.FILES.items() if isinstance(file, UploadedFile)}
    try:
        device_steps().send(session, step, request.POST, files)
    except Refused as refusal:
        typed = {key: value for key, value in request.POST.items() if isinstance(value, str)}
        return _render_step(request, session, step, *refusal.problems, typed=typed)
    return redirect("connect-session", pk=session.pk)


def _send_agreements(request: HttpRequest, session: ConnectSession) -> HttpResponseBase:
    if "decline" in request.POST:
        journey.decline(session)
        return redirect("connect-session", pk=session.pk)
    typed, accepted = _typed_signature(request), request.POST.getlist("accepted")
    signed_as, read = SignedAs(typed["capacity"]), languages.known(request.POST.get("read", ""))
    try:
        journey.sign(
            session,
            accepted=accepted,
            name=typed["name"],
            signed_as=signed_as,
            address=address_of(request),
            language=read,
        )
    except Refused as refusal:
        return _render_step(request, session, Step.AGREEMENTS, *refusal.problems, typed=typed)
    return redirect("connect-session", pk=session.pk)


def _send_utility(request: HttpRequest, session: ConnectSession) -> HttpResponseBase:
    if "finish" in request.POST:
        if session.authorizations.filter(state=AuthorizationState.COMPLETED).exists():
            journey.finish(session)
        return redirect("connect-session", pk=session.pk)
    if code := request.POST.get("tell", "")[:32]:
        outages.ask_to_be_told(session, code)
        return redirect("connect-session", pk=session.pk)
    try:
        address = authorize.begin(session, request.POST.get("utility", ""), address=address_of(request))
    except Refused as refusal:
        return _render_step(request, session, Step.UTILITY, *refusal.problems)
    # Not a redirect: browsers hold those that follow a form to our form-action, also the utility's own further ones.
    utility = session.authorizations.select_related("utility").latest("initiated_at").utility
    context = frame_of(session, Step.UTILITY) | {"address": address, "utility": utility}
    return render(request, "connect/public/leaving.html", context)


_SENT: Final[dict[Step, Callable[[HttpRequest, ConnectSession], HttpResponseBase]]] = {
    Step.WELCOME: _send_welcome,
    Step.ABOUT: _send_about,
    Step.DEVICE: _send_device,
    Step.FIT: _send_fit,
    Step.AGREEMENTS: _send_agreements,
    Step.UTILITY: _send_utility,
}


_TYPED: Final[dict[Step, Callable[[HttpRequest], dict[str, str] | None]]] = {
    Step.WELCOME: lambda _: None,
    Step.ABOUT: _typed_details,
    Step.AGREEMENTS: _typed_signature,
    Step.UTILITY: lambda _: None,
}


# --- back from the utility


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


# --- what the customer can do later


@public(most=600, name="manage")
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a customer authorized and signed, by the emailed link; here it is revoked."""
    session = session_of_token(token)
    if session is None:
        return stopped(request, Problem("CONNECT_LINK_UNKNOWN"), status=404)
    speak_by_email(request, session)
    if request.method == "POST" and "authorization" not in request.POST and languages.CHOSEN in request.POST:
        return redirect("connect-manage", token=token)
    sharing = sharing_of(session)
    if request.method == "POST":
        wanted = request.POST.get("authorization", "")
        chosen = next((row.authorization for row in sharing.utilities if str(row.authorization.pk) == wanted), None)
        if chosen is None:
            raise Http404
        address = address_of(request)
        if "confirmed" not in request.POST or languages.CHOSEN in request.POST:
            context = frame(session.link) | {"authorization": chosen, "token": token}
            return render(request, "connect/public/revoke.html", context)
        end(chosen, EndReason.BY_CUSTOMER, by=journey.customer(address), address=address)
        return redirect("connect-manage", token=token)
    context = frame(session.link) | {"session": session, "token": token, "sharing": sharing}
    return render(request, "connect/public/manage.html", context)


@public(most=30, name="mine")
@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest) -> HttpResponseBase:
    """Ask for the link to what one shares. The answer is the same whether or not the address is known."""
    email = request.POST.get("email", "").strip()[:254]
    context = frame(None) | {"email": email, "languages": languages.offered(reverse("connect-mine"))}
    if request.method != "POST":
        return render(request, "connect/public/mine.html", context)
    if not is_email(email):
        problems = [Problem("CONNECT_EMAIL_UNUSABLE", "email", shown(email))]
        return render(request, "connect/public/mine.html", context | {"problems": problems}, status=422)
    email_links(email)
    return render(request, "connect/public/mine_sent.html", context)


def speak_by_email(request: HttpRequest, session: ConnectSession) -> None:
    """The language of an emailed page of a session: asked for, chosen before in this browser, or the session's.

    Only the switch, where it is sent, chooses another one for emails to come: programs follow links as well.
    """
    _speak(session, languages.known(request.POST.get(languages.CHOSEN, "")))
    translation.activate(languages.asked_by(request) or languages.chosen_before(request) or session.language)


@public(most=600, name="manage")
@require_safe
def signed_document(request: HttpRequest, token: str, pk: UUID) -> HttpResponseBase:
    """The PDF of something that the customer signed."""
    session = session_of_token(token)
    signature = Signature.objects.filter(session=session, pk=pk).first() if session else None
    if signature is None:
        raise Http404
    file = path_of(signature.file).open("rb")
    return FileResponse(file, content_type="application/pdf", filename=signature.file_name)


# --- a browser without our cookie


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form came without our cookie: customers read it in their look and language, all others as everywhere."""
    if request.path.startswith(reverse("connect")):
        return _without_cookie(request)
    return partners_csrf_failure(request, reason)


@public(most=600, name="cookie")
def _without_cookie(request: HttpRequest) -> HttpResponseBase:
    return stopped(request, Problem(_NOT_HERE), status=403)


# --- the partner's look


@login_not_required
@require_safe
def brand_css(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The partner's color as a style sheet, since pages hold no styles of their own."""
    link = ConnectLink.objects.filter(pk=pk).only("color").first()
    if link is None:
        raise Http404
    color = link.color
    text = f":root{{--brand:{color};--on-brand:{text_color_on(color)}}}" if color else ""
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    return response


@login_not_required
@require_safe
def brand_logo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The partner's logo, as we wrote it."""
    link = ConnectLink.objects.filter(pk=pk).only("logo").first()
    if link is None or not link.logo:
        raise Http404
    response = FileResponse(path_of(link.logo).open("rb"), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
