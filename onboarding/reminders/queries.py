"""Who is due a reminder or a renewal, and what reminders brought: named reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from onboarding.connect.choices import AuthorizationState, EndReason, LinkState, NoteKind, SessionState
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectionNote,
    ConnectLink,
    ConnectSession,
    OutageFollowUp,
)
from onboarding.reminders.choices import LATEST, RENEWAL_AHEAD, SPANS, ReminderState, Touchpoint
from onboarding.reminders.models import Reminder
from portal.partners.models import Partner
from portal.web import clock

SHOWN_AFTER: Final = timedelta(days=30)  # for how long an authorization that ended asks for its renewal
# Ended against the customer's wish, or without the customer's doing.
RENEWABLE: Final = (EndReason.EXPIRED, EndReason.AT_UTILITY, EndReason.ACCESS_REFUSED)
AFTER_OUTAGE: Final = timedelta(days=1)
_PLAN: Final = "link__reminder_plan"


def due_sessions(touchpoint: Touchpoint, now: datetime) -> QuerySet[ConnectSession]:
    """The sessions at which customers stopped so long ago that a reminder is due, and has no row yet.

    Each is its customer's newest. Nobody who finished, authorized or declined, nor whose link or partner is not active;
    nobody within a day of the message that a utility works again.
    """
    span = SPANS[touchpoint]
    due = Q(pk__in=[])
    for count in span.counts:
        delay = span.delay(count)
        due |= Q(
            **{
                f"{_PLAN}__{touchpoint.value.lower()}": count,
                "last_interaction_at__lte": now - delay,
                "last_interaction_at__gt": now - delay - LATEST,
                f"{_PLAN}__on_since__lte": F("last_interaction_at") + delay,
            }
        )
    others = ConnectSession.objects.filter(connection=OuterRef("connection"))
    later = others.filter(last_interaction_at__gt=OuterRef("last_interaction_at"))
    done = others.filter(state=SessionState.COMPLETED)
    authorized = Authorization.objects.filter(connection=OuterRef("connection"), state=AuthorizationState.COMPLETED)
    declined = ConnectionNote.objects.filter(connection=OuterRef("connection"), kind=NoteKind.AGREEMENT_DECLINED)
    known = Reminder.objects.filter(
        connection=OuterRef("connection"), interaction_at=OuterRef("last_interaction_at"), touchpoint=touchpoint
    )
    rows = ConnectSession.objects.filter(
        due,
        connection__isnull=False,
        link__state=LinkState.ACTIVE,
        partner__is_active=True,
        state__in=[SessionState.CREATED, SessionState.UPDATED, SessionState.CLOSED],
    )
    just_written_to = OutageFollowUp.objects.filter(
        session__connection=OuterRef("connection"), settled_at__gt=now - AFTER_OUTAGE
    ).exclude(email="")
    rows = rows.exclude(Exists(just_written_to))
    rows = rows.exclude(Exists(later)).exclude(Exists(done)).exclude(Exists(authorized)).exclude(Exists(declined))
    return (
        rows.exclude(Exists(known))
        .select_related("connection", "link__reminder_plan")
        .order_by("last_interaction_at", "pk")
    )


def renewals_due(now: datetime) -> QuerySet[Authorization]:
    """The authorizations that end within 30 days, or have ended other than by the customer in the last 30, and that no
    running one at the same utility follows."""
    ends = Q(ended_at=None, ends_at__gt=now, ends_at__lte=now + RENEWAL_AHEAD)
    ended = Q(ended_at__gt=now - SHOWN_AFTER, end_reason__in=RENEWABLE)
    rows = Authorization.objects.filter(
        ends | ended, state=AuthorizationState.COMPLETED, connection__isnull=False
    ).exclude(Exists(newer_ones()))
    return rows.select_related("connection", "utility", "session__link__partner", "partner")


def newer_ones() -> QuerySet[Authorization]:
    """Of the authorization in the outer query: the running ones of the same customer and utility after it."""
    return Authorization.objects.filter(
        connection=OuterRef("connection"),
        utility=OuterRef("utility"),
        state=AuthorizationState.COMPLETED,
        ended_at=None,
        authorized_at__gt=OuterRef("authorized_at"),
    )


def renewals_of(partner: Partner) -> QuerySet[Authorization]:
    """A partner's authorizations that ask for their renewal; the soonest end first."""
    return renewals_due(clock.now()).filter(partner=partner).order_by("ends_at", "ended_at", "pk")


def is_renewed(authorization: Authorization) -> bool:
    """Whether a running authorization of the same customer and utility came after it."""
    return Authorization.objects.filter(Exists(newer_ones()), pk=authorization.pk).exists()


@dataclass(frozen=True, slots=True)
class Effect:
    """Of how many customers of a link: reminders sent, and who came back or authorized after one."""

    sent: int
    customers: int
    came_back: int
    authorized: int


def effect_of(link: ConnectLink) -> Effect:
    """What the reminders of a link brought, renewals left out. One query."""
    back = ConnectSession.objects.filter(connection=OuterRef("connection"), last_interaction_at__gt=OuterRef("sent_at"))
    authorized = Authorization.objects.filter(connection=OuterRef("connection"), authorized_at__gt=OuterRef("sent_at"))
    rows = Reminder.objects.filter(link=link, state=ReminderState.SENT).exclude(touchpoint=Touchpoint.RENEWAL)
    counts = rows.aggregate(
        sent=Count("pk"),
        customers=Count("connection", distinct=True),
        came_back=Count("connection", distinct=True, filter=Exists(back)),
        authorized=Count("connection", distinct=True, filter=Exists(authorized)),
    )
    return Effect(**counts)


def reminders_of(connection: Connection) -> list[Reminder]:
    """The emails of a customer, the newest first."""
    return list(Reminder.objects.filter(connection=connection).select_related("authorization__utility").order_by("-pk"))
