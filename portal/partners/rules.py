"""What a partner decides for its people: the time zone of its pages, and whether a second step at sign-in is asked."""

import zoneinfo
from functools import cache

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Membership, Partner, User
from portal.partners.sandboxes import keep_in_step, refuse_in_sandbox

_STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes only replace one of these
SECOND_STEP = Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=_STEPS))  # of a membership's person
_HOME = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
)


@cache
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every time zone in groups of (name, label), those of the United States first."""
    rest = sorted(zoneinfo.available_timezones() - set(_HOME))
    regions = [name for name in rest if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))]
    groups = [("United States", _HOME), ("Elsewhere", [*regions, "UTC"])]
    return [(group, [(name, name.replace("_", " ")) for name in names]) for group, names in groups]


def change_rules(partner: Partner, *, time_zone: str, requires_two_factor: bool, by: Actor) -> bool:
    """Keep what a manager decided; whether it changed anything. The caller has checked the time zone.

    Refuses, in a sandbox: SANDBOX_FOLLOWS.
    """
    refuse_in_sandbox(partner)
    with transaction.atomic():
        locked = Partner.objects.select_for_update().get(pk=partner.pk)
        wanted = {"time_zone": time_zone, "requires_two_factor": requires_two_factor}
        changes = {name: [getattr(locked, name), new] for name, new in wanted.items() if getattr(locked, name) != new}
        if not changes:
            return False
        for name, (_, new) in changes.items():
            setattr(locked, name, new)
        locked.save(update_fields=list(changes))
        record("partner.rules_changed", subject=locked, partner=locked, by=by, data={"changes": changes})
        keep_in_step(locked, by=by)
        return True


def must_have_two_factor(user: User, partner: Partner | None) -> bool:
    """Whether somebody who acts for this partner, or for none, needs a second step at sign-in."""
    return (user.is_staff and settings.STAFF_TWO_FACTOR) or (partner is not None and partner.requires_two_factor)


def has_two_factor(user: User, *, besides: Authenticator | None = None) -> bool:
    """Whether somebody has a second step, other than `besides`. One query."""
    steps = Authenticator.objects.filter(user=user, type__in=_STEPS)
    return (steps.exclude(pk=besides.pk) if besides else steps).exists()


def may_lose(authenticator: Authenticator) -> bool:
    """Whether its owner may do without this second step: there is another, or nobody asks for one."""
    user = authenticator.user
    asking = Membership.objects.filter(user=user, partner__is_active=True, partner__requires_two_factor=True)
    is_asked = must_have_two_factor(user, None) or asking.exists()
    return not is_asked or has_two_factor(user, besides=authenticator)


def people_without_two_factor(partner: Partner) -> QuerySet[Membership]:
    """Members who would be asked to set up a second step."""
    members = partner.memberships.filter(~SECOND_STEP, user__is_active=True)
    return members.select_related("user").order_by("user__name", "user__email")
