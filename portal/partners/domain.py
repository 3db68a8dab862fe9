"""What happens to partners, their people and invitations. Every verb writes its event."""

import hashlib
import logging
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify

from portal import clock
from portal.emails.messages import email_message
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Invitation, Membership, Partner, Role, User
from portal.partners.people import has_manager
from portal.partners.sandboxes import keep_in_step, refuse_in_sandbox
from portal.problems import Problem, Refused
from portal.security.limits import within_limit

logger = logging.getLogger(__name__)
INVITATION_DAYS = 14
INVITATIONS_A_DAY = 5  # emails of one partner to one address


class MailNotSentError(Exception):
    """What was asked is done and kept, but its email did not leave. The text is for people."""


def create_partner(name: str, *, manager_email: str, by: Actor) -> tuple[Partner, str]:
    """Create a partner and invite its first manager; returns it with the invitation's link.

    Refuses PARTNER_EXISTS and PARTNER_NAME_WITHOUT_LETTERS. An email that does not leave is logged, since the caller
    has the link.
    """
    name = one_line(name)
    slug = slugify(name)[:64].strip("-")
    if not slug or len(name) > 128:
        raise Refused(Problem("PARTNER_NAME_WITHOUT_LETTERS", "name", name, {"name": name}))
    try:
        with transaction.atomic():
            if Partner.objects.filter(Q(name__iexact=name) | Q(slug=slug)).exists():
                raise Refused(Problem("PARTNER_EXISTS", "name", name, {"name": name}))
            partner = Partner.objects.create(name=name, slug=slug)
            record("partner.created", subject=partner, partner=partner, by=by, data={"name": name})
            _, link = invite(partner, email=manager_email, role=Role.MANAGER, by=by)
    except IntegrityError:  # somebody else made it at the same moment
        raise Refused(Problem("PARTNER_EXISTS", "name", name, {"name": name})) from None
    except MailNotSentError as failure:
        logger.warning("%s", failure)
    return partner, link


def one_line(name: str) -> str:
    """A name as one line: names are hostile until escaped, and a line break in one would end an email's header."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())


def account_of(email: str) -> User | None:
    """The person whose account has this address: to sign in with, or as another verified address."""
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
        user = address.user if address else None
    return user


def is_address_of(user: User, email: str) -> bool:
    return user.email == email or EmailAddress.objects.filter(user=user, email=email, verified=True).exists()


def invite(
    partner: Partner, *, email: str, role: Role, by: Actor, invited_by: User | None = None
) -> tuple[Invitation, str]:
    """Invite somebody by email; returns the invitation and its link.

    Refuses ALREADY_A_MEMBER, ALREADY_INVITED, INVITATION_SENT_OFTEN and, in a sandbox, SANDBOX_FOLLOWS. Raises
    MailNotSentError when the invitation is kept but its email was not sent.
    """
    refuse_in_sandbox(partner)
    email = email.strip().lower()
    account = account_of(email)
    if account and Membership.objects.filter(partner=partner, user=account).exists():
        raise Refused(Problem("ALREADY_A_MEMBER", "email", email, {"email": email}))
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            _close_expired(partner, email)
            invitation = Invitation.objects.create(
                partner=partner,
                email=email,
                role=role,
                token_hash=_hash(token),
                invited_by=invited_by,
                expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
            )
            _count_invitation(partner, email)
            record("invitation.sent", subject=invitation, partner=partner, by=by, data={"email": email, "role": role})
            transaction.on_commit(lambda: _send(invitation, token))
    except IntegrityError:
        raise Refused(Problem("ALREADY_INVITED", "email", email, {"email": email})) from None
    return invitation, link_to(token)


def _count_invitation(partner: Partner, email: str) -> None:
    """Count an email to an invited person, within the transaction: what is not sent after all does not count.

    Refuses INVITATION_SENT_OFTEN.
    """
    if not within_limit("invitation", f"{partner.pk} {email}", most=INVITATIONS_A_DAY, per=timedelta(days=1)):
        context = {"email": email, "most": INVITATIONS_A_DAY}
        raise Refused(Problem("INVITATION_SENT_OFTEN", "email", email, context))


def _close_expired(partner: Partner, email: str) -> None:
    """Close an expired invitation, so that it does not block a new one."""
    now = clock.now()
    open_ones = Invitation.objects.filter(partner=partner, email=email, accepted_at=None, withdrawn_at=None)
    open_ones.filter(expires_at__lte=now).update(withdrawn_at=now)


def link_to(token: str) -> str:
    return f"{settings.SITE_URL}{reverse('invitation', args=[token])}"


def _send(invitation: Invitation, token: str) -> None:
    partner = one_line(invitation.partner.name)
    inviter = one_line(str(invitation.invited_by)) if invitation.invited_by else ""
    context = {
        "partner": partner,
        "inviter": inviter,
        "role": Role(invitation.role),
        "link": link_to(token),
        "expires_at": invitation.expires_at,
        "time_zone": invitation.partner.time_zone,
        "days": INVITATION_DAYS,
    }
    body = render_to_string("partners/email/invitation.txt", context)
    try:
        email_message(f"Join {partner} on the partner portal", body, invitation.email).send()
    except OSError as error:  # every error of smtplib is one
        logger.exception("The invitation %s could not be mailed", invitation.pk)
        what = f"The invitation to {invitation.email} is saved, but we couldn’t send the email."
        raise MailNotSentError(f"{what} Send it again in a few minutes.") from error


def send_again(invitation: Invitation, *, by: Actor) -> str:
    """Send an open invitation anew, with a new link and a new fortnight; the old link stops working.

    Refuses INVITATION_NOT_OPEN and INVITATION_SENT_OFTEN. Raises MailNotSentError as `invite` does.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        locked = _locked_invitation(pk=invitation.pk)
        if locked is None or locked.accepted_at or locked.withdrawn_at:
            raise Refused(Problem("INVITATION_NOT_OPEN", context={"email": invitation.email}))
        _count_invitation(locked.partner, locked.email)
        locked.token_hash = _hash(token)
        locked.expires_at = clock.now() + timedelta(days=INVITATION_DAYS)
        locked.save(update_fields=["token_hash", "expires_at"])
        record("invitation.sent_again", subject=locked, partner=locked.partner, by=by, data={"email": locked.email})
        transaction.on_commit(lambda: _send(locked, token))
    return link_to(token)


def withdraw_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Close an open invitation; repeating it changes nothing. Refuses INVITATION_NOT_OPEN when it was used."""
    with transaction.atomic():
        locked = _locked_invitation(pk=invitation.pk)
        if locked is None or locked.accepted_at:
            raise Refused(Problem("INVITATION_NOT_OPEN", context={"email": invitation.email}))
        if locked.withdrawn_at:
            return
        locked.withdrawn_at = clock.now()
        locked.save(update_fields=["withdrawn_at"])
        record("invitation.withdrawn", subject=locked, partner=locked.partner, by=by, data={"email": locked.email})


def _locked_invitation(**which: object) -> Invitation | None:
    """The invitation, locked so that it is used or closed once (its row alone: PostgreSQL locks no outer join)."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("partner", "invited_by")
    return rows.filter(**which).first()


def find_invitation(token: str) -> Invitation | None:
    """The invitation that a link names, open or closed."""
    return Invitation.objects.select_related("partner", "invited_by").filter(token_hash=_hash(token)).first()


def is_open(invitation: Invitation) -> bool:
    """Whether it can be accepted now."""
    closed = invitation.accepted_at or invitation.withdrawn_at or invitation.is_expired
    return not closed and invitation.partner.is_active


def accept_invitation(token: str, *, user: User, address: str = "") -> Membership:
    """Join the partner; a second click finds the membership, and an older membership keeps its role.

    address: where the request came from, for the event.

    Refuses INVITATION_CLOSED and INVITATION_FOR_OTHER.
    """
    with transaction.atomic():
        invitation = _locked_invitation(token_hash=_hash(token))
        if invitation is None:
            raise Refused(Problem("INVITATION_CLOSED"))
        return _accept(invitation, user, address)


def _accept(invitation: Invitation, user: User, address: str) -> Membership:
    """Needs the invitation locked."""
    partner = invitation.partner
    is_theirs = is_address_of(user, invitation.email)
    if not is_open(invitation):
        membership = Membership.objects.filter(partner=partner, user=user).select_related("partner").first()
        if membership and is_theirs and invitation.accepted_at and partner.is_active:
            return membership
        raise Refused(Problem("INVITATION_CLOSED"))
    if not is_theirs:
        raise Refused(Problem("INVITATION_FOR_OTHER", context={"email": invitation.email}))
    membership, is_new = Membership.objects.get_or_create(
        partner=partner, user=user, defaults={"role": invitation.role}
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    if is_new:
        data = {"name": user.name, "email": user.email, "role": membership.role}
        by = Actor.person(user, address=address)
        record("member.joined", subject=membership, partner=partner, by=by, data=data)
        keep_in_step(partner, by=by)
    return membership


def join_as_new_person(token: str, *, name: str, password: str, address: str = "") -> tuple[User, Membership]:
    """Make the account of an invited person and join the partner. The link came by email, so the address is verified.

    The caller has checked the password. Refuses INVITATION_CLOSED and ACCOUNT_EXISTS.
    """
    with transaction.atomic():
        invitation = _locked_invitation(token_hash=_hash(token))
        if invitation is None or not is_open(invitation):
            raise Refused(Problem("INVITATION_CLOSED"))
        email = invitation.email
        if account_of(email):
            raise Refused(Problem("ACCOUNT_EXISTS", context={"email": email}))
        user = User.objects.create_user(email, password, name=one_line(name))
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user, _accept(invitation, user, address)


def change_role(membership: Membership, *, role: Role, by: Actor) -> None:
    """Give a member another role. Refuses LAST_MANAGER, NOT_A_MEMBER and, in a sandbox, SANDBOX_FOLLOWS."""
    refuse_in_sandbox(membership.partner)
    with transaction.atomic():
        locked = _locked(membership)
        if locked is None:
            raise Refused(Problem("NOT_A_MEMBER"))
        if locked.role == role:
            return
        if role is not Role.MANAGER:
            _refuse_last_manager(locked)
        data = {"email": locked.user.email, "role": [locked.role, role.value]}
        locked.role = role
        locked.save(update_fields=["role"])
        record("member.role_changed", subject=locked, partner=locked.partner, by=by, data=data)
        keep_in_step(locked.partner, by=by)


def remove_member(membership: Membership, *, by: Actor) -> None:
    """End a membership; the person stays, their work stays; repeating it changes nothing.

    Refuses LAST_MANAGER and, in a sandbox, SANDBOX_FOLLOWS.
    """
    refuse_in_sandbox(membership.partner)
    with transaction.atomic():
        locked = _locked(membership)
        if locked is None:
            return
        _refuse_last_manager(locked)
        record("member.removed", subject=locked, partner=locked.partner, by=by, data={"email": locked.user.email})
        locked.delete()
        keep_in_step(locked.partner, by=by)


def _locked(membership: Membership) -> Membership | None:
    """The membership as it is now, with its partner locked: two managers cannot remove each other at once."""
    partner = Partner.objects.select_for_update().get(pk=membership.partner_id)
    return Membership.objects.select_related("user", "partner").filter(pk=membership.pk, partner=partner).first()


def _refuse_last_manager(membership: Membership) -> None:
    if membership.role == Role.MANAGER and not has_manager(membership.partner, besides=membership.user):
        raise Refused(Problem("LAST_MANAGER"))


def _hash(secret: str) -> str:
    """SHA-256 in hex. The secrets are long and random, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
