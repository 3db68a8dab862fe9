"""Whether the portal may write to a customer for a partner, where, and at which hour of the customer's day."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from onboarding.connect.choices import LinkState, StopReason
from onboarding.connect.customer_emails import is_email
from onboarding.connect.journey import customer
from onboarding.connect.models import Connection, ConnectLink, ConnectSession, InvitedCustomer, StoppedAddress
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Partner
from portal.problems import storable
from portal.web import clock
from programs.schema.crossfield.zips import zone_of, zones_of_state

DAY_BEGINS: Final = 8  # to 9 PM, the hours of the Telephone Consumer Protection Act for calls
DAY_ENDS: Final = 21
_CONTINENT: Final = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "CAISO": ("America/Los_Angeles",),
    "NYISO": ("America/New_York",),
    "ISONE": ("America/New_York",),
    "PJM": ("America/New_York", "America/Chicago"),
    "ERCOT": ("America/Chicago",),
    "WECC_PC": ("America/Los_Angeles", "America/Denver"),
    "WECC_SW": ("America/Phoenix", "America/Denver"),
}


# --- where to


def invited(link: ConnectLink, reference_key: str, email: str) -> None:
    """Keep the address to which a link with a reference ID was sent: reminders may go there."""
    InvitedCustomer.objects.update_or_create(
        partner=link.partner, reference_key=reference_key, defaults={"email": email, "invited_at": clock.now()}
    )


def email_of(session: ConnectSession, invited_as: str = "") -> str:
    """Where a customer can be written to: the address that was typed, else that of the invitation; "" for none."""
    typed = str(session.answers.get("email", ""))
    return typed if is_email(typed) else invited_as


def invited_emails(connections: Iterable[Connection]) -> dict[tuple[UUID, str], str]:
    """The addresses of invitations, by the partner's and the reference's key. One query."""
    keys = {(connection.partner_id, connection.reference_key) for connection in connections}
    rows = InvitedCustomer.objects.filter(
        partner__in={partner for partner, _ in keys}, reference_key__in={key for _, key in keys}
    )
    return {(row.partner_id, row.reference_key): row.email for row in rows}


# --- whether


def may_write_to(partner: Partner, email: str) -> bool:
    """Whether the portal may remind a customer for a partner: the partner is active and no sandbox, and the address
    has neither opted out nor been marked as unreachable."""
    return bool(email) and partner.is_active and not partner.is_sandbox and stop_of(partner, email) is None


def takes_customers(link: ConnectLink) -> bool:
    """Whether a customer who is written to could go on: the link and its partner are active."""
    return link.state == LinkState.ACTIVE and link.partner.is_active


def stop_of(partner: Partner, email: str) -> StoppedAddress | None:
    """Why nothing more is written to an address for a partner; None when nothing speaks against it."""
    return StoppedAddress.objects.filter(partner=partner, email=_normal(email)).first()


def opt_out(partner: Partner, email: str, *, address: str = "") -> None:
    """The customer wants no reminders from a partner, for good. Repeating it has no effect."""
    _stop(partner, email, StopReason.OPTED_OUT, by=customer(address))


def mark_unreachable(partner: Partner, email: str, *, by: Actor, told: str = "") -> None:
    """Email to an address comes back: nothing more is written to it for a partner, until `mark_reachable`.

    Repeating it has no effect; somebody who opted out stays that.
    """
    _stop(partner, email, StopReason.UNREACHABLE, by=by, told=told)


def _stop(partner: Partner, email: str, reason: StopReason, *, by: Actor, told: str = "") -> None:
    with transaction.atomic():
        row, is_new = StoppedAddress.objects.get_or_create(
            partner=partner,
            email=_normal(email),
            defaults={"reason": reason, "told": storable(told)[:200], "stopped_at": clock.now()},
        )
        if not is_new and reason in (row.reason, StopReason.UNREACHABLE):
            return
        if not is_new:
            StoppedAddress.objects.filter(pk=row.pk).update(reason=reason, stopped_at=clock.now())
        record("stoppedaddress.added", subject=row, partner=partner, by=by, data={"reason": reason.value})


def mark_reachable(row: StoppedAddress, *, by: Actor) -> bool:
    """An address that was unreachable works again. Returns False for one that opted out, which stays stopped."""
    if row.reason == StopReason.OPTED_OUT:
        return False
    with transaction.atomic():
        record("stoppedaddress.removed", subject=row, partner=row.partner, by=by, data={"reason": row.reason})
        row.delete()
    return True


def _normal(email: str) -> str:
    return email.strip().lower()[:254]


# --- when


def zones_for(answers: Mapping[str, object], region: str) -> tuple[ZoneInfo, ...]:
    """The time zones in which a customer may be: of the ZIP code that was typed, else of the state, else of the region.

    Several where nothing tells which one.
    """
    if zone := zone_of(str(answers.get("postal_code", ""))):
        return (zone,)
    if zones := zones_of_state(str(answers.get("state", "")).strip().upper()):
        return zones
    return tuple(map(ZoneInfo, _REGIONS.get(region, _CONTINENT)))


def is_night(at: datetime, zones: Collection[ZoneInfo]) -> bool:
    """Whether it is before 8 AM or from 9 PM on in any of the zones."""
    return any(not DAY_BEGINS <= at.astimezone(zone).hour < DAY_ENDS for zone in zones)


def daytime(at: datetime, zones: Collection[ZoneInfo]) -> datetime:
    """The first moment from `at` on at which it is no night in any of the zones (UTC)."""
    while night := next((zone for zone in zones if is_night(at, [zone])), None):
        local = at.astimezone(night)
        day = local.date() + timedelta(days=local.hour >= DAY_ENDS)
        at = datetime(day.year, day.month, day.day, DAY_BEGINS, tzinfo=night)
    return at.astimezone(UTC)
