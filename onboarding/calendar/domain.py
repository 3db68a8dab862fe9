"""Making and ending the secret address at which a calendar program reads a partner's dates."""

import hashlib
import re
import secrets
from datetime import timedelta

from django.db import transaction

from onboarding.calendar.models import CalendarFeed
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Membership, Partner, User
from portal.web import clock

LAST_USED_EVERY = timedelta(hours=1)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def make_address(partner: Partner, user: User, *, by: Actor) -> tuple[CalendarFeed, str]:
    """Make a member's address; returns it with its secret, which is never shown again. An older one ends."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        membership = Membership.objects.select_for_update().get(partner=partner, user=user)
        end_address(partner, user, by=by)
        feed = CalendarFeed.objects.create(membership=membership, secret_hash=_hash(secret))
        record("calendarfeed.made", subject=feed, partner=partner, by=by, data={"for": user.email})
    return feed, secret


def end_address(partner: Partner, user: User, *, by: Actor) -> bool:
    """End a member's address; False when there was none. Repeating it has no effect."""
    with transaction.atomic():
        feed = open_feed_of(partner, user)
        if feed is None or not CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=clock.now()):
            return False
        record("calendarfeed.ended", subject=feed, partner=partner, by=by, data={"for": user.email})
    return True


def open_feed_of(partner: Partner, user: User) -> CalendarFeed | None:
    """The address that a member has now."""
    return CalendarFeed.objects.filter(membership__partner=partner, membership__user=user, revoked_at=None).first()


def feed_at(secret: str) -> CalendarFeed | None:
    """The feed that this secret opens, while its person and partner are in use. Notes, now and then, that it was."""
    if not _SECRET.fullmatch(secret):
        return None
    feed = (
        CalendarFeed.objects.filter(
            secret_hash=_hash(secret),
            revoked_at=None,
            membership__user__is_active=True,
            membership__partner__is_active=True,
        )
        .select_related("membership__partner")
        .first()
    )
    now = clock.now()
    if feed and (feed.last_used_at is None or now - feed.last_used_at > LAST_USED_EVERY):
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)
    return feed


def _hash(secret: str) -> str:
    """SHA-256 in hex. The secret is long and random, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
