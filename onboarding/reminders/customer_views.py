"""The pages behind the links in emails to customers: go on, renew, and stop reminders. None needs an account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onboarding.connect import journey
from onboarding.connect.choices import AuthorizationState, EndReason, LinkState, SessionState
from onboarding.connect.contacting import opt_out, stop_of
from onboarding.connect.customer_frame import (
    frame,
    public,
    remember,
    session_of_browser,
    speak_by_email,
    start_address,
    stopped,
)
from onboarding.connect.models import Authorization, ConnectSession
from onboarding.connect.resuming import is_known_answer, renew, resume
from onboarding.reminders.queries import is_renewed
from onboarding.reminders.tokens import authorization_to_renew, reminder_to_stop, session_to_resume
from portal.partners.access import address_of
from portal.problems import Problem
from portal.security.limits import within_limit

_TRIES: Final = 10
_PER: Final = timedelta(days=30)
_OVER: Final = "CONNECT_CONTINUE_OVER"
_ASKED: Final = ("email", "postal_code")  # what shows that somebody is the customer: the first that we know
Begin = Callable[[], tuple[ConnectSession, str]]


@public(most=600, name="continue", missing=_OVER)
@require_http_methods(["GET", "HEAD", "POST"])
def continue_session(request: HttpRequest, token: str) -> HttpResponseBase:
    """Go on where the customer stopped: at once in the same browser, in another one after a word who it is."""
    session = session_to_resume(token)
    if session is None:
        raise Http404
    speak_by_email(request, session)
    if problem := _closed(session):
        return stopped(request, problem, status=404)
    if request.method == "HEAD":
        return HttpResponse()
    is_mine = session_of_browser(request, session.pk) is not None
    if is_mine and not _is_idle(session):
        return redirect("connect-session", pk=session.pk)
    if _is_done(session):
        return stopped(request, Problem("CONNECT_ALREADY_DONE"), status=409)
    if _was_declined(session):
        return redirect(start_address(session))

    def begin() -> tuple[ConnectSession, str]:
        return resume(session, address=address_of(request))

    if is_mine:
        return _begin(request, begin)
    return _ask_who(request, session, begin, title="continue")


@public(most=600, name="continue", missing=_OVER)
@require_http_methods(["GET", "HEAD", "POST"])
def renew_authorization(request: HttpRequest, token: str) -> HttpResponseBase:
    """Renew an authorization: whoever opens the link says who they are before anything that was entered is shown."""
    authorization = authorization_to_renew(token)
    if authorization is None:
        raise Http404
    session = authorization.session
    speak_by_email(request, session)
    if problem := _closed(session):
        return stopped(request, problem, status=404)
    if request.method == "HEAD":
        return HttpResponse()
    if begun := _begun_here(request, authorization):
        return redirect("connect-session", pk=begun.pk)
    if is_renewed(authorization):
        return stopped(request, Problem("CONNECT_ALREADY_DONE"), status=409)

    def begin() -> tuple[ConnectSession, str]:
        return renew(authorization, address=address_of(request))

    return _ask_who(request, session, begin, title="renew", authorization=authorization)


def _closed(session: ConnectSession) -> Problem | None:
    if session.link.state == LinkState.ENDED or not session.link.partner.is_active:
        return Problem("CONNECT_LINK_UNKNOWN")
    return Problem("CONNECT_LINK_PAUSED") if session.link.state == LinkState.PAUSED else None


def _is_idle(session: ConnectSession) -> bool:
    """Whether a session ended because nothing happened, so that its own browser begins another one."""
    return journey.is_over(session) and not _was_declined(session)


def _was_declined(session: ConnectSession) -> bool:
    if session.connection is None or session.state != SessionState.CLOSED:
        return False
    notes = session.connection.notes.filter(kind="AGREEMENT_DECLINED", at__gte=session.created_at)
    return notes.exists()


def _is_done(session: ConnectSession) -> bool:
    """Whether there is nothing to go on with: finished, or authorized."""
    if session.state == SessionState.COMPLETED:
        return True
    return session.authorizations.filter(state=AuthorizationState.COMPLETED).exists() and journey.is_over(session)


def _begun_here(request: HttpRequest, authorization: Authorization) -> ConnectSession | None:
    """The renewal that this browser has begun."""
    for begun in authorization.renewals.order_by("-pk")[:3]:
        session = session_of_browser(request, begun.pk)
        if session and not journey.is_over(session):
            return session
    return None


def _ask_who(
    request: HttpRequest,
    session: ConnectSession,
    begin: Begin,
    *,
    title: str,
    authorization: Authorization | None = None,
) -> HttpResponseBase:
    """The page that asks for the email address or the ZIP code that was entered, and what is sent on it.

    So often for each customer, however many browsers and network addresses try.
    """
    asked = next((key for key in _ASKED if session.answers.get(key)), "")
    if not asked and not authorization:  # nothing personal is known
        return redirect(start_address(session))
    problems: list[Problem] = []
    if request.method == "POST" and asked:
        key = str(session.connection_id or session.pk)
        if not within_limit("connect.confirm", key, most=_TRIES, per=_PER):
            problems = [Problem("CONNECT_CONFIRM_TOO_OFTEN")]
        elif is_known_answer(session, asked, request.POST.get(asked, "")[:254]):
            return _begin(request, begin)
        else:
            problems = [Problem("CONNECT_CONFIRM_WRONG", asked)]
    context = frame(session.link) | {
        "asked": asked,
        "title": title,
        "problems": problems,
        "again": start_address(session),
        "authorization": authorization,
        "was_revoked": authorization is not None and authorization.end_reason == EndReason.BY_CUSTOMER,
    }
    return render(request, "connect/public/who.html", context, status=422 if problems else 200)


def _begin(request: HttpRequest, begin: Begin) -> HttpResponseBase:
    session, secret = begin()
    journey.speak(session, translation.get_language() or session.language)
    remember(request, session, secret)
    return redirect("connect-session", pk=session.pk)


@csrf_exempt  # mail programs post to it with one click (RFC 8058); the token says who asks
@public(most=3_000, name="stop", missing=_OVER)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stop a partner's reminders to the address to which this link was sent, for good."""
    reminder = reminder_to_stop(token)
    if reminder is None or not reminder.email:
        raise Http404
    speak_by_email(request, reminder.session)
    if request.method == "POST":
        opt_out(reminder.partner, reminder.email, address=address_of(request))
    row = stop_of(reminder.partner, reminder.email)
    is_stopped = row is not None and row.reason == "OPTED_OUT"
    context = frame(reminder.link) | {"is_stopped": is_stopped, "token": token}
    return render(request, "connect/public/stop_reminders.html", context)
