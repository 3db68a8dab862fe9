"""The demo's partners and accounts, and where their made-up passwords are kept. Only `demo_signins` uses it."""

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Membership, Partner, Role, User
from portal.partners.sandboxes import keep_in_step

_BY = Actor.system("Demo")
LIVED_IN = "cedar"  # the partner that `demo_portfolio` gives meters; the others begin from nothing
_PARTNERS = {"acme": "Acme Energy", "borealis": "Borealis Devices", LIVED_IN: "Cedar Homes"}


@dataclass(frozen=True, slots=True)
class Account:
    """One demo account: its partner's slug and role, or neither for our staff."""

    email: str
    name: str
    partner: str | None
    role: Role | None


ACCOUNTS = (
    Account("manager@acme.example", "Mara Lindqvist", "acme", Role.MANAGER),
    Account("user@acme.example", "Uli Brandt", "acme", Role.USER),
    Account("manager@borealis.example", "Sasha Petrov", "borealis", Role.MANAGER),
    Account("manager@cedar.example", "Noor Haddad", LIVED_IN, Role.MANAGER),
    Account("staff@portal.example", "Stef Okafor", None, None),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What to tell about one account. `password` is None when we do not know it; `why` says why not."""

    email: str
    role: str
    partner: str | None
    partner_name: str
    password: str | None
    why: str = ""


def ensure() -> None:
    """Create what is missing: partners, accounts, memberships, passwords. Safe to repeat, and to run twice at once."""
    with _alone():
        kept = _kept()
        with transaction.atomic():
            passwords = {account.email: _ensure_account(account, kept.get(account.email)) for account in ACCOUNTS}
        # The database first: a crash here leaves no file entry, so that the next start makes a new password.
        _keep(passwords)


def sign_ins() -> list[SignIn]:
    """Every account with its password, as far as we know it."""
    kept = _kept()
    return [_sign_in(account, kept.get(account.email)) for account in ACCOUNTS]


def _sign_in(account: Account, password: str | None) -> SignIn:
    user = User.objects.filter(email=account.email).first()
    if user is None:
        password, why = None, "no account yet; --ensure makes it"
    elif password is None:
        why = "not known; --ensure makes a new one"
    elif not user.check_password(password):
        password, why = None, "changed in the portal"
    else:
        why = ""
    membership = Membership.objects.filter(user=user, partner__slug=account.partner).first() if user else None
    role = Role(membership.role) if membership else account.role
    name = _PARTNERS.get(account.partner or "", "")
    return SignIn(account.email, role.value.lower() if role else "staff", account.partner, name, password, why)


def _ensure_account(account: Account, password: str | None) -> str:
    """Make the account if it is missing; returns its password: the kept one, or a new one that is set."""
    is_staff = account.partner is None
    user = User.objects.filter(email=account.email).first()
    if user is None:
        user = User(email=account.email, name=account.name, is_staff=is_staff, is_superuser=is_staff)
        password = password or new_password()
        user.set_password(password)
        user.save()
    elif password is None:
        password = new_password()
        user.set_password(password)
        user.save(update_fields=["password"])
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        EmailAddress.objects.update_or_create(
            user=user, email=account.email, defaults={"verified": True, "primary": True}
        )
    if account.partner and account.role:
        _ensure_membership(user, _ensure_partner(account.partner), account.role)
    return password


def _ensure_partner(slug: str) -> Partner:
    name = _PARTNERS[slug]
    partner = Partner.objects.filter(Q(slug=slug) | Q(name=name)).first()
    if partner is None:
        partner = Partner.objects.create(name=name, slug=slug)
        record("partner.created", subject=partner, partner=partner, by=_BY, data={"name": name})
    return partner


def _ensure_membership(user: User, partner: Partner, role: Role) -> None:
    membership, is_new = Membership.objects.get_or_create(user=user, partner=partner, defaults={"role": role})
    if is_new:
        record("member.joined", subject=membership, partner=partner, by=_BY, data={"role": role.value})
        keep_in_step(partner, by=_BY)


def new_password() -> str:
    """Four groups that can be read aloud and typed, such as bako-lemi-zutu-rado: 51 bits."""
    return "-".join(
        "".join(secrets.choice("bdfghjklmnprstvwz") + secrets.choice("aeiou") for _ in range(2)) for _ in range(4)
    )


def _path() -> Path:
    return Path(settings.DATA_DIR) / "demo_signins.json"


def _kept() -> dict[str, str]:
    """The kept passwords by email; none when the file is lost or damaged."""
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {email: password for email, password in kept.items() if isinstance(password, str)}


def _keep(passwords: dict[str, str]) -> None:
    """Write the file whole or not at all, for this person's eyes only."""
    if passwords == _kept():
        return
    descriptor, partial = tempfile.mkstemp(dir=_path().parent, prefix="demo_signins.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(passwords, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, _path())
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time; the lock ends with the process, however it ends."""
    with open(_path().with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
