"""The pages of a partner about reminders: those of a link, of a customer, renewals, and addresses that get none."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.connect.choices import AuthorizationState, EndReason, StopReason
from onboarding.connect.contacting import mark_reachable, mark_unreachable
from onboarding.connect.models import Authorization, Connection, ConnectLink, LinkEmail, StoppedAddress
from onboarding.connect.queries import links_of
from onboarding.reminders.choices import Touchpoint
from onboarding.reminders.forms import AddressForm, PlanForm, initial_of
from onboarding.reminders.models import Reminder, ReminderPlan
from onboarding.reminders.plans import allow_reminders, plan_of, save_plan, stop_reminders
from onboarding.reminders.renewals import send_renewal
from onboarding.reminders.writing import languages, preview
from portal.jobs.domain import enqueue
from portal.partners.access import member
from portal.problems import Problem, Refused
from portal.security.limits import within_limit
from portal.web.pages import keyset_page

PER_PAGE: Final = 50
_MOST_TESTS: Final = 20
_DAY: Final = timedelta(days=1)


def _link(request: HttpRequest, pk: UUID) -> ConnectLink:
    return get_object_or_404(links_of(member(request).partner), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def link_reminders(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which reminders the customers of a link get, and what each of them says."""
    access = member(request)
    link = _link(request, pk)
    plan = plan_of(link)
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial_of(plan))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            plan = save_plan(link, is_on=data["is_on"], delays=form.delays, text=data["text"], by=access.actor)
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field or None, f"{problem.text} {problem.remedy}")
        else:
            messages.success(request, "Reminders turned on." if plan.on_since else "Reminders turned off.")
            return redirect("connect-link-reminders", pk=pk)
    context = {
        "section": "connections",
        "link": link,
        "plan": plan,
        "form": form,
        "to": access.user.email,
        **_preview_context(request, plan),
    }
    return render(request, "connect/reminders.html", context, status=422 if form.errors else 200)


def _preview_context(request: HttpRequest, plan: ReminderPlan) -> dict[str, object]:
    """The emails as they are: in the language that is asked for, of those that there are."""
    known = languages()
    language = request.GET.get("language", "")
    language = language if language in dict(known) else known[0][0]
    shown = [(touchpoint, preview(plan, touchpoint, language=language)) for touchpoint in Touchpoint]
    return {"previews": shown, "language": language, "languages": known}


@require_POST
def link_reminder_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a reminder, as a made-up customer would get it, to whoever asks for it."""
    access = member(request)
    link = _link(request, pk)
    chosen, language = request.POST.get("touchpoint", ""), request.POST.get("language", "")
    if chosen not in Touchpoint.values or language not in dict(languages()):
        return redirect("connect-link-reminders", pk=pk)
    if not within_limit("connect.remind_test", str(access.user.pk), most=_MOST_TESTS, per=_DAY):
        problem = Problem("REMINDER_TOO_MANY_TESTS", context={"most": _MOST_TESTS})
        messages.error(request, f"{problem.text} {problem.remedy}")
        return redirect("connect-link-reminders", pk=pk)
    text = preview(plan_of(link), Touchpoint(chosen), language=language)
    with transaction.atomic():
        subject = f"[Test] {text.subject}"[:200]
        email = LinkEmail.objects.create(link=link, to=access.user.email, subject=subject, body=text.body)
        enqueue("connect.invite", subject_id=email.pk, partner=link.partner)
    messages.success(request, f"Test email sent to {access.user.email}.")
    return redirect("connect-link-reminders", pk=pk)


@require_POST
def connection_reminders(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop the reminders to a customer, or allow them again."""
    access = member(request)
    connection = get_object_or_404(Connection, partner=access.partner, pk=pk)
    if request.POST.get("reminders") == "stop":
        stop_reminders(connection, by=access.actor)
        messages.success(request, "Reminders stopped for this customer.")
    else:
        allow_reminders(connection, by=access.actor)
        messages.success(request, "Reminders allowed for this customer.")
    return redirect("connection", pk=pk)


@require_POST
def connection_renewal(request: HttpRequest, pk: UUID, authorization: UUID) -> HttpResponse:
    """Send the customer the link with which an authorization is renewed; not to somebody who revoked it."""
    access = member(request)
    rows = Authorization.objects.filter(partner=access.partner, connection=pk, state=AuthorizationState.COMPLETED)
    rows = rows.exclude(end_reason=EndReason.BY_CUSTOMER)
    held = get_object_or_404(
        rows.select_related("session__link__partner", "connection", "utility", "partner"), pk=authorization
    )
    try:
        reminder = send_renewal(held, by=access.actor)
    except Refused as refusal:
        messages.error(request, f"{refusal.problems[0].text} {refusal.problems[0].remedy}")
    else:
        messages.success(request, f"The renewal link to {reminder.email} {_way_of(reminder)}.")
    return redirect("connection", pk=pk)


def _way_of(reminder: Reminder) -> str:
    """What becomes of an email that was just planned."""
    if reminder.partner.is_sandbox:
        return "appears below within a minute. Sandboxes don’t email customers"
    if reminder.send_at > reminder.created_at:
        return "will be sent in the morning, because it’s nighttime for the customer"
    return "is on its way"


@require_http_methods(["GET", "HEAD", "POST"])
def stopped_addresses(request: HttpRequest) -> HttpResponse:
    """The addresses to which no reminders go: customers who opted out, and those that are unreachable."""
    access = member(request)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        mark_unreachable(access.partner, form.cleaned_data["email"], by=access.actor)
        messages.success(request, "We won’t send reminders to this address.")
        return redirect("connect-addresses")
    rows = StoppedAddress.objects.filter(partner=access.partner)
    page = keyset_page(rows, request.GET, sort="-stopped_at", size=PER_PAGE)
    lines = [(row, StopReason(row.reason)) for row in page.rows]
    context = {"section": "connections", "form": form, "page": page, "lines": lines}
    return render(request, "connect/addresses.html", context, status=422 if form.errors else 200)


@require_POST
def stopped_address_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """An address that was unreachable works again."""
    access = member(request)
    row = get_object_or_404(StoppedAddress, partner=access.partner, pk=pk)
    if mark_reachable(row, by=access.actor):
        messages.success(request, f"We can send reminders to {row.email} again.")
    else:
        messages.error(request, "This customer opted out. Only the customer can opt back in.")
    return redirect("connect-addresses")
