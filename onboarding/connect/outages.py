"""Utilities whose sign-in fails: seen from how customers' tries end, of all partners together.

A try counts once it has ended at the utility. What the customer did there (declined, wrong password, wrong code) shows
that the utility works; who never came back shows nothing. An outage begins where many fail, and ends only after several
tries in a row went well, so that one good try among failures does not end it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Min, Q, QuerySet

from onboarding.connect.choices import AuthorizationState, FailureReason
from onboarding.connect.customer_emails import is_email
from onboarding.connect.models import Authorization, ConnectSession, OutageFollowUp, UtilityOutage
from portal.partners.queries import of_real_partners
from portal.web import clock

UTILITY_FAULTS: Final = (
    FailureReason.UTILITY_UNAVAILABLE,
    FailureReason.UTILITY_ERROR,
    FailureReason.NOT_CONFIRMED,
    FailureReason.WRONG_ISSUER,
)
QUIET: Final = timedelta(days=1)  # without a failure, after which an outage is over though nobody tried
_IS_FAULT: Final = Q(state=AuthorizationState.FAILED, failure__in=UTILITY_FAULTS)
_IS_JUDGED: Final = Q(state__in=[AuthorizationState.COMPLETED, AuthorizationState.FAILED]) & ~Q(
    failure=FailureReason.ABANDONED
)


class UtilityState(models.TextChoices):
    """How a utility's sign-in is doing, for everybody."""

    WORKING = "WORKING", "Working"
    DEGRADED = "DEGRADED", "Degraded"
    FAILING = "FAILING", "Failing"
    UNKNOWN = "UNKNOWN", "Not enough data"

    @property
    def tone(self) -> str:
        return {"WORKING": "success", "DEGRADED": "warning", "FAILING": "danger"}.get(self.value, "neutral")

    @property
    def meaning(self) -> str:
        return {
            "WORKING": "Customers can sign in and come back.",
            "DEGRADED": "Some customers get an error from the utility.",
            "FAILING": "Many customers get an error from the utility.",
            "UNKNOWN": "Too few customers have tried recently to tell.",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries ended at a utility, and how many of them by its own fault."""

    count: int
    faults: int

    @property
    def state(self) -> UtilityState:
        """By the settings' shares, of enough tries."""
        if self.count < settings.UTILITY_TROUBLE_TRIES:
            return UtilityState.UNKNOWN
        percent = 100 * self.faults / self.count
        if percent >= settings.UTILITY_FAILING_PERCENT:
            return UtilityState.FAILING
        return UtilityState.DEGRADED if percent >= settings.UTILITY_DEGRADED_PERCENT else UtilityState.WORKING


def judged_tries() -> QuerySet[Authorization]:
    """The tries of all real partners' customers that ended at the utility."""
    return of_real_partners(Authorization.objects.filter(_IS_JUDGED))


def recent_tries(now: datetime, utilities: Collection[int] | None = None) -> dict[int, Tries]:
    """The tries of the last hours by utility. One query."""
    since = now - timedelta(minutes=settings.UTILITY_TROUBLE_MINUTES)
    rows = judged_tries().filter(initiated_at__gte=since, initiated_at__lte=now)
    rows = rows if utilities is None else rows.filter(utility__in=utilities)
    return _tries_by_utility(rows)


def _tries_by_utility(rows: QuerySet[Authorization]) -> dict[int, Tries]:
    counted = rows.order_by().values_list("utility").annotate(count=Count("*"), faults=Count("pk", filter=_IS_FAULT))
    return {utility: Tries(count, faults) for utility, count, faults in counted}


def states_of(utilities: Collection[int]) -> dict[int, UtilityState]:
    """How utilities are doing now. Two queries."""
    tries = recent_tries(clock.now(), utilities)
    states = {utility: tries[utility].state if utility in tries else UtilityState.UNKNOWN for utility in utilities}
    # Whether it fails is what the outages say, which do not come and go with single tries.
    calm = {pk: UtilityState.DEGRADED if state == UtilityState.FAILING else state for pk, state in states.items()}
    return calm | dict.fromkeys(open_outages(utilities), UtilityState.FAILING)


def open_outages(utilities: Collection[int]) -> dict[int, UtilityOutage]:
    """The outages that go on, by utility. One query."""
    rows = UtilityOutage.objects.filter(ended_at=None, utility__in=utilities)
    return {outage.utility_id: outage for outage in rows}


# --- beginning and end


def watch() -> None:
    """Begin an outage where many tries fail, and end those that are over. Repeating it has no effect."""
    now = clock.now()
    outages = {outage.utility_id: outage for outage in UtilityOutage.objects.filter(ended_at=None)}
    for utility, tries in recent_tries(now).items():
        if utility not in outages and tries.state == UtilityState.FAILING:
            _begin(utility, now)
    for outage in outages.values():
        if _is_over(outage, now):
            _end(outage, now)


def _begin(utility: int, now: datetime) -> None:
    """Tries from before the end of the last outage are no sign of a new one."""
    since = now - timedelta(minutes=settings.UTILITY_TROUBLE_MINUTES)
    last = UtilityOutage.objects.filter(utility=utility, ended_at__gt=since).order_by("-ended_at").first()
    rows = judged_tries().filter(utility=utility, initiated_at__gte=last.ended_at if last and last.ended_at else since)
    tries = _tries_by_utility(rows).get(utility)
    if tries is None or tries.state != UtilityState.FAILING:
        return
    began_at = rows.filter(_IS_FAULT).aggregate(first=Min("initiated_at"))["first"]
    UtilityOutage.objects.bulk_create(
        [UtilityOutage(utility_id=utility, began_at=began_at, noticed_at=now)], ignore_conflicts=True
    )


def _is_over(outage: UtilityOutage, now: datetime) -> bool:
    """Whether the last tries in a row went well, or nothing has failed for a day."""
    rows = judged_tries().filter(utility=outage.utility_id, initiated_at__gte=outage.began_at)
    last = list(rows.order_by("-initiated_at", "-pk")[: settings.UTILITY_RECOVERED_TRIES])
    if len(last) == settings.UTILITY_RECOVERED_TRIES and not any(_is_fault(attempt) for attempt in last):
        return True
    return not rows.filter(_IS_FAULT, initiated_at__gt=now - QUIET).exists()


def _is_fault(attempt: Authorization) -> bool:
    return attempt.state == AuthorizationState.FAILED and attempt.failure in UTILITY_FAULTS


def _end(outage: UtilityOutage, now: datetime) -> None:
    """It works again: whoever met the failure is followed up, like those who asked for it."""
    with transaction.atomic():
        if not UtilityOutage.objects.filter(pk=outage.pk, ended_at=None).update(ended_at=now):
            return
        met = of_real_partners(Authorization.objects.filter(_IS_FAULT, utility=outage.utility_id))
        met = met.filter(initiated_at__gte=outage.began_at, initiated_at__lte=now)
        sessions = set(met.values_list("session", flat=True))
        OutageFollowUp.objects.bulk_create(
            [OutageFollowUp(outage=outage, session_id=session, created_at=now) for session in sessions],
            ignore_conflicts=True,
        )


# --- customers


def may_ask_to_be_told(session: ConnectSession) -> bool:
    """Whether the customer left an address at which we can tell that a utility works again."""
    return is_email(str(session.answers.get("email", "")))


def ask_to_be_told(session: ConnectSession, code: str) -> None:
    """The customer wants an email when a utility works again. Repeating it has no effect, nor has it when it works."""
    outage = UtilityOutage.objects.filter(ended_at=None, utility__code=code).first()
    if outage and may_ask_to_be_told(session):
        OutageFollowUp.objects.get_or_create(
            outage=outage, session=session, defaults={"was_asked_for": True, "created_at": clock.now()}
        )


def asked_for(session: ConnectSession, outages: Iterable[UtilityOutage]) -> set[int]:
    """At which utilities the customer of a session has asked to be told."""
    rows = OutageFollowUp.objects.filter(session=session, outage__in=list(outages))
    return set(rows.values_list("outage__utility", flat=True))


def outages_beside(session: ConnectSession, utilities: Collection[int]) -> Mapping[int, UtilityOutage]:
    """The outages that a customer of a session is told of; one of a sandbox none, since its utilities are made up."""
    return {} if session.partner.is_sandbox else open_outages(utilities)
