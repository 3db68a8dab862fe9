"""Named reads of partners and their people."""

from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from portal.events.models import Event
from portal.partners.models import ApiKey, Invitation, Membership, Partner, Role, User
from portal.partners.rules import SECOND_STEP

Rows = TypeVar("Rows", bound=Model)


def of_real_partners(rows: QuerySet[Rows], path: str = "partner") -> QuerySet[Rows]:
    """The rows that belong to no sandbox: what staff, programs and other partners may see of them.

    path: from a row to its partner. Rows of no partner at all are among them.
    """
    return rows.filter(**{f"{path}__sandbox_of": None})


def members_of(partner: Partner) -> QuerySet[Membership]:
    """The partner's people, managers first, then by name; each with `has_two_factor` and `is_last_manager`."""
    other = partner.memberships.filter(role=Role.MANAGER, user__is_active=True).exclude(pk=OuterRef("pk"))
    members = partner.memberships.annotate(
        has_two_factor=SECOND_STEP, is_last_manager=Q(role=Role.MANAGER) & ~Exists(other)
    ).select_related("user")
    return members.order_by("role", "user__name", "user__email")


def open_invitations_of(partner: Partner) -> QuerySet[Invitation]:
    """Invitations that nobody has used or withdrawn, newest first; expired ones too, since they can be sent again."""
    return partner.invitations.filter(accepted_at=None, withdrawn_at=None).select_related("invited_by").order_by("-pk")


def partners_of(user: User) -> QuerySet[Partner]:
    """The partners that this person may act for."""
    return Partner.objects.filter(memberships__user=user, is_active=True).order_by("name")


def sandbox_beside(partner: Partner) -> Partner | None:
    """The sandbox of a partner as it is now; of a sandbox, itself."""
    sandboxes = Partner.objects.filter(sandbox_of=partner.sandbox_of_id or partner.pk)
    return sandboxes.select_related("sandbox_of").first()


def events_of(partner: Partner) -> QuerySet[Event]:
    """What happened at a partner; at a sandbox since it was last reset."""
    return Event.objects.filter(partner=partner, pk__gt=partner.log_from)


def was_removed(partner: Partner, membership_id: int) -> bool:
    """Whether this was once a membership of the partner."""
    events = Event.objects.filter(partner=partner, subject_type="membership", subject_id=str(membership_id))
    is_there = partner.memberships.filter(pk=membership_id).exists()
    return not is_there and events.filter(verb="member.removed").exists()


def api_keys_of(partner: Partner) -> QuerySet[ApiKey]:
    """The partner's keys, those that are not revoked first, newest first, with those that replaced them."""
    keys = partner.api_keys.select_related("created_by", "rolled_from", "rolled_into")
    return keys.order_by(F("revoked_at").desc(nulls_first=True), "-created_at")
