"""The steps of a session: what each one shows, and what a customer sends on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from onboarding.connect import authorize, esi_ids, journey, languages, outages
from onboarding.connect.choices import (
    REGIONS_WITHOUT_UTILITY_SIGN_IN,
    AuthorizationState,
    FailureReason,
    SessionState,
    SignedAs,
    Step,
)
from onboarding.connect.contacting import zones_for
from onboarding.connect.customer_emails import manage_path
from onboarding.connect.customer_frame import NOT_HERE, frame_of, public, reference_in, session_or_404, start_address
from onboarding.connect.device_steps import device_steps
from onboarding.connect.links import final_redirect_of
from onboarding.connect.models import ConnectSession, UtilityOutage
from onboarding.connect.queries import offered_utilities
from portal.partners.access import address_of
from portal.problems import Problem, Refused
from portal.web import clock
from portal.web.clock import local_day
from programs.models import Agreement, AgreementText, RequiredInformation, in_language

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


@public(most=3_000, name="step", missing=NOT_HERE)
@require_safe
def session_page(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The step at which the customer is, or an earlier one that is asked for."""
    session = session_or_404(request, pk)
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
    """A utility's sign-in fails. is_today: whether it began today, by the customer's clock. is_asked_for: we tell when
    it works again."""

    since: datetime
    is_today: bool
    is_asked_for: bool


def _trouble(session: ConnectSession, outage: UtilityOutage | None, *, is_asked_for: bool) -> Trouble | None:
    if outage is None:
        return None
    zone = zones_for(session.answers, session.link.transmission_region)[0]
    is_today = local_day(outage.began_at, zone) == local_day(clock.now(), zone)
    return Trouble(outage.began_at, is_today, is_asked_for)


def _done_content(session: ConnectSession) -> dict[str, object]:
    done = session.authorizations.filter(state=AuthorizationState.COMPLETED).select_related("utility")
    esi_id = esi_ids.esi_id_of(str(session.answers.get("esi_id", "")))
    return {
        "done": list(done),
        "signatures": list(session.signatures.order_by("pk")),
        "next_url": final_redirect_of(session.link, session.parameters, reference=reference_in(session)),
        "manage": manage_path(session),
        "esi_id": esi_id,
        "delivery": esi_ids.utility_of(esi_id) if esi_id else None,
        "email": session.answers.get("email", ""),
        **(device_steps().result(session) if session.link.is_device else {}),
    }


@public(most=1_500, name="send", missing=NOT_HERE)
@require_POST
def session_send(request: HttpRequest, pk: UUID, step: str) -> HttpResponseBase:
    """What the customer sends on one step. The switch of the language shows it again with what was typed."""
    session = session_or_404(request, pk)
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
    Step.DEVICE: _typed_details,
    Step.FIT: lambda _: None,
    Step.AGREEMENTS: _typed_signature,
    Step.UTILITY: lambda _: None,
}
