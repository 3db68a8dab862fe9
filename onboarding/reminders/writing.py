"""The text of a reminder: one email in the customer's language, and the preview that the partner sees of it."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from onboarding.connect.choices import Step
from onboarding.connect.customer_emails import questions_text
from onboarding.connect.models import Authorization, ConnectLink, ConnectSession
from onboarding.reminders.choices import SPANS, Touchpoint
from onboarding.reminders.models import Reminder, ReminderPlan
from onboarding.reminders.tokens import RENEWAL_DAYS, RESUME_DAYS, renewal_path, resume_path, stop_path
from portal.emails.parts import prose
from portal.partners.domain import one_line

_MADE_UP: Final = {"customer_name": "Alex Rivera", "email": "alex@example.com"}
_NOWHERE: Final = "…"  # in the place of a signed link in a preview


@dataclass(frozen=True, slots=True)
class Text:
    """What an email says."""

    subject: str
    body: str


def reminder_text(reminder: Reminder, plan: ReminderPlan | None) -> Text:
    """What a reminder says, in the language of the customer's session."""
    session = reminder.session
    renewed = reminder.authorization
    path = renewal_path(renewed) if renewed else resume_path(session)
    context = _context(
        reminder.link,
        session,
        plan,
        address=settings.SITE_URL + path,
        stop=settings.SITE_URL + stop_path(reminder),
    )
    with translation.override(language_of(session)):
        context |= {"questions": questions_text(reminder.link)}
        return _render(Touchpoint(reminder.touchpoint), context | _of_renewal(renewed))


def preview(plan: ReminderPlan, touchpoint: Touchpoint, *, language: str) -> Text:
    """What a made-up customer would get who stopped at the utility's sign-in, or at the details without one."""
    link = plan.link
    step = Step.UTILITY if link.asks_utility else Step.ABOUT
    session = ConnectSession(link=link, partner=link.partner, step=step, answers=_MADE_UP)
    address = f"{settings.SITE_URL}/connect/"
    way = "renew" if touchpoint == Touchpoint.RENEWAL else "continue"
    context = _context(link, session, plan, address=f"{address}{way}/{_NOWHERE}", stop=f"{address}stop/{_NOWHERE}")
    renewal = {"utility": "Golden State Electric", "has_ended": False, "ends_at": None}
    with translation.override(language):
        context |= {"questions": questions_text(link)}
        return _render(touchpoint, context | (renewal if touchpoint == Touchpoint.RENEWAL else {}))


def languages() -> list[tuple[str, str]]:
    """The languages in which customers are written to, with their names."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def language_of(session: ConnectSession) -> str:
    """The language of a customer's session."""
    return session.language


def _context(
    link: ConnectLink, session: ConnectSession, plan: ReminderPlan | None, *, address: str, stop: str
) -> dict[str, object]:
    return {
        "name": one_line(str(session.answers.get("customer_name", ""))),
        "partner": one_line(link.shown_name),
        "text": prose(one_line(plan.text)) if plan else "",
        "step": session.step,
        "is_device": link.is_device,
        "address": address,
        "stop": stop,
        "resume_days": RESUME_DAYS,
        "renewal_days": RENEWAL_DAYS,
    }


def _of_renewal(authorization: Authorization | None) -> dict[str, object]:
    if authorization is None:
        return {}
    return {
        "utility": authorization.utility.name,
        "has_ended": authorization.ended_at is not None,
        "ends_at": authorization.ended_at or authorization.ends_at,
    }


def _render(touchpoint: Touchpoint, context: dict[str, object]) -> Text:
    name = "renewal" if touchpoint == Touchpoint.RENEWAL else "reminder"
    said = context | {"touchpoint": touchpoint.value}
    subject = one_line(render_to_string(f"connect/emails/{name}_subject.txt", said))[:200]
    return Text(subject, render_to_string(f"connect/emails/{name}.txt", said).strip() + "\n")


def chosen(plan: ReminderPlan) -> list[tuple[Touchpoint, str]]:
    """The reminders of a plan with their delays as text."""
    return [(touchpoint, SPANS[touchpoint].text(count)) for touchpoint, count in plan.delays.items()]
