"""What a customer shares, as the customer's own page tells it: the link to it may be forwarded, so names, addresses and
numbers are shortened."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from onboarding.connect.choices import AuthorizationState, ConsentState, EndReason
from onboarding.connect.customer_emails import is_email, write_link_again
from onboarding.connect.device_steps import device_steps
from onboarding.connect.models import (
    Authorization,
    ConnectSession,
    CustomerEmail,
    ServicePoint,
    Signature,
    SuppliedConsent,
)
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.security.limits import within_limit

_HIDDEN: Final = "•••"
_LINKS_PER_DAY: Final = 3  # to one address
_MOST_PARTNERS: Final = 20
_HOUSE_NUMBER: Final = re.compile(r"^\s*\d\S*\s+")
_IN_PROGRAM: Final = {
    EnrollmentStatus.ACTIVE: gettext_noop("Active"),
    EnrollmentStatus.ELIGIBLE: gettext_noop("Ready, starts at the next activation"),
    EnrollmentStatus.PENDING: gettext_noop("Under review"),
    EnrollmentStatus.NOT_PARTICIPATING: gettext_noop("Not participating"),
    EnrollmentStatus.INELIGIBLE: gettext_noop("Not eligible yet"),
}
_ENDED: Final = {
    EndReason.BY_CUSTOMER: gettext_noop("You stopped sharing your %(utility)s data."),
    EndReason.AT_UTILITY: gettext_noop("Sharing was stopped at %(utility)s."),
    EndReason.EXPIRED: gettext_noop("Your permission at %(utility)s expired."),
    EndReason.ACCESS_REFUSED: gettext_noop("%(utility)s stopped sharing your data."),
}


@dataclass(frozen=True, slots=True)
class SharedMeter:
    """A meter: its place without the house number, the end of its account number, and (program, status) of each."""

    place: str
    account_end: str
    programs: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SharedUtility:
    """What is or was shared at one utility."""

    authorization: Authorization
    meters: list[SharedMeter]


@dataclass(frozen=True, slots=True)
class SharedDevice:
    """A device that the customer described: in a few words, the end of its serial number, and (program, status)."""

    text: str
    serial_end: str
    since: datetime
    programs: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, in the customer's words."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """All that the page shows. contact: how to reach the partner, "" when the link does not say."""

    name: str
    email: str
    utilities: list[SharedUtility]
    devices: list[SharedDevice]
    signatures: list[Signature]
    consents: list[SuppliedConsent]
    history: list[Moment]
    contact: str

    @property
    def is_running(self) -> bool:
        """Whether there is something to stop here."""
        return any(shared.authorization.is_running for shared in self.utilities)


def sharing_of(session: ConnectSession) -> Sharing:
    """What the customer of a session shares: by this session, and by others of the same reference and email address."""
    sessions = _sessions_of(session)
    authorizations = list(
        Authorization.objects.filter(session__in=sessions, state=AuthorizationState.COMPLETED)
        .select_related("utility")
        .order_by("authorized_at", "pk")
    )
    signatures = list(Signature.objects.filter(session__in=sessions).order_by("pk"))
    consents, devices = _consents_of(session), _devices(sessions)
    return Sharing(
        name=initials(str(session.answers.get("customer_name", ""))),
        email=masked_email(str(session.answers.get("email", ""))),
        utilities=_utilities(authorizations),
        devices=devices,
        signatures=[row for row in signatures if row.session_id == session.pk],
        consents=consents,
        history=_history(authorizations, signatures, consents, devices),
        contact=session.link.support_contact,
    )


def _sessions_of(session: ConnectSession) -> list[ConnectSession]:
    """Whoever has a link with a reference can begin a session: only the same email address says that it is the same
    customer."""
    email = str(session.answers.get("email", "")).strip().lower()
    if session.connection is None or not email:
        return [session]
    others = ConnectSession.objects.filter(connection=session.connection, partner=session.partner_id).only(
        "answers", "state", "completed_at", "created_at", "meter", "connection", "partner"
    )
    same = [row for row in others if str(row.answers.get("email", "")).strip().lower() == email]
    return [session, *(row for row in same if row.pk != session.pk)]


def _consents_of(session: ConnectSession) -> list[SuppliedConsent]:
    """Those that the partner supplied for this customer's reference, unless it named another email address."""
    if session.connection is None:
        return []
    email = str(session.answers.get("email", "")).strip()
    rows = SuppliedConsent.objects.filter(connection=session.connection).exclude(state=ConsentState.REJECTED)
    mine = Q(customer_email="") | (Q(customer_email__iexact=email) if email else Q(pk=None))
    return list(rows.filter(mine).select_related("utility").order_by("pk"))


def _utilities(authorizations: Sequence[Authorization]) -> list[SharedUtility]:
    points = ServicePoint.objects.filter(authorization__in=authorizations, meter__isnull=False).select_related("meter")
    programs = _programs({point.meter_id for point in points})
    meters: dict[object, dict[object, SharedMeter]] = {}
    for point in points.order_by("pk"):
        assert point.meter is not None
        shown = SharedMeter(_place(point.meter), _end(point.account_number), programs.get(point.meter_id, []))
        meters.setdefault(point.authorization_id, {})[point.meter_id] = shown
    return [SharedUtility(row, list(meters.get(row.pk, {}).values())) for row in authorizations]


def _programs(meters: Collection[UUID | None]) -> dict[object, list[tuple[str, str]]]:
    """The programs of meters with their status in the customer's words, by the meters' IDs."""
    enrollments = Enrollment.objects.filter(meter__in=meters).select_related("program")
    programs: dict[object, list[tuple[str, str]]] = {}
    for row in enrollments.order_by("program__name"):
        programs.setdefault(row.meter_id, []).append((row.program.name, _(_IN_PROGRAM[EnrollmentStatus(row.status)])))
    return programs


def _devices(sessions: Sequence[ConnectSession]) -> list[SharedDevice]:
    """The devices of finished sessions, the newest first; one that was described again is told once."""
    finished = [session for session in sessions if session.completed_at]
    finished.sort(key=lambda session: session.completed_at or session.created_at, reverse=True)
    programs = _programs({session.meter_id for session in finished if session.meter_id})
    devices: dict[object, SharedDevice] = {}
    for session in finished:
        if device := device_steps().described(session):
            end = _end(device.serial_number)
            shown = SharedDevice(
                device.text, end, session.completed_at or session.created_at, programs.get(session.meter_id, [])
            )
            devices.setdefault(session.meter_id or (device.text, end), shown)
    return list(devices.values())


def _place(meter: Meter) -> str:
    street = _HOUSE_NUMBER.sub("", meter.street)
    return ", ".join(filter(None, [street, meter.city, meter.state]))


def _end(number: str) -> str:
    digits = "".join(number.split())
    return digits[-4:] if len(digits) > 4 else ""


def _history(
    authorizations: Sequence[Authorization],
    signatures: Sequence[Signature],
    consents: Sequence[SuppliedConsent],
    devices: Sequence[SharedDevice],
) -> list[Moment]:
    """What happened, the newest first."""
    moments = [Moment(row.signed_at, _("You signed: %(title)s") % {"title": row.title}) for row in signatures]
    moments += [Moment(row.since, _("You described your device: %(device)s") % {"device": row.text}) for row in devices]
    for row in authorizations:
        said = {"utility": row.utility.name}
        if row.authorized_at:
            moments.append(Moment(row.authorized_at, _("You started to share your %(utility)s data.") % said))
        if row.ended_at:
            moments.append(Moment(row.ended_at, _(_ENDED[EndReason(row.end_reason)]) % said))
    for consent in consents:
        said = {"utility": consent.utility.name, "document": consent.document}
        moments.append(Moment(consent.supplied_at, _("A document for %(utility)s was supplied: %(document)s") % said))
        if consent.withdrawn_at:
            moments.append(Moment(consent.withdrawn_at, _("The document for %(utility)s was withdrawn.") % said))
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


# --- masking


def initials(name: str) -> str:
    """Alex Rivera as A. R."""
    return " ".join(f"{part[0].upper()}." for part in name.split()[:4] if part[0].isalpha())


def masked_email(email: str) -> str:
    """alex@example.com as a•••@example.com."""
    local, at, host = email.strip().partition("@")
    return f"{local[:1]}{_HIDDEN}@{host}" if at else ""


# --- the link again


def email_links(email: str) -> None:
    """Send an address the links to what its owner shares: one for each partner, the newest. Nobody learns whether there
    were any; at most three times a day to one address. Sandboxes write to nobody."""
    email = email.strip().lower()
    if not is_email(email) or not within_limit("connect.mine", email, most=_LINKS_PER_DAY, per=timedelta(days=1)):
        return
    known = CustomerEmail.objects.annotate(lower_to=Lower("to")).filter(
        lower_to=email, session__partner__sandbox_of__isnull=True
    )
    newer = known.filter(session__partner=OuterRef("session__partner"), pk__gt=OuterRef("pk"))
    newest = known.filter(~Exists(newer)).select_related("session__link__partner", "session__partner").order_by("-pk")
    for row in newest[:_MOST_PARTNERS]:
        if str(row.session.answers.get("email", "")).strip().lower() == email:  # not corrected to another one since
            write_link_again(row.session)
