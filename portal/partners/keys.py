"""What happens to API keys: made, rolled, revoked, recognized. Every verb writes its event."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from portal import clock
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import LIVE_PREFIX, TEST_PREFIX, ApiKey, KeyPermission, Partner, User
from portal.problems import Problem, Refused

LAST_USED_EVERY = timedelta(minutes=1)
LONGEST_OVERLAP = timedelta(days=7)
# What scanners of secrets look for; docs/api.md has it too.
KEY_TEXT = re.compile(r"lpk_(?:live|test)_[0-9a-f]{16}:[A-Za-z0-9_-]{64}")
_KEY_ID = re.compile(r"(?:lpk_(?:live|test)_)?[0-9a-f]{16}")


def create_api_key(
    partner: Partner,
    *,
    name: str,
    by: Actor,
    created_by: User | None = None,
    expires_at: datetime | None = None,
    permissions: Collection[KeyPermission] = tuple(KeyPermission),
    networks: Sequence[str] = (),
) -> tuple[ApiKey, str]:
    """Make a key; returns it with its text `id:secret`, which is never shown again. The networks are parsed ones.

    Refuses KEY_NAME_TAKEN, so that a form sent twice makes one key, and every key can be told from the others; and
    KEY_WITHOUT_PERMISSION.
    """
    if not permissions:
        raise Refused(Problem("KEY_WITHOUT_PERMISSION", "permissions"))
    with transaction.atomic():
        Partner.objects.select_for_update().get(pk=partner.pk)
        named = ApiKey.objects.filter(partner=partner, name__iexact=name[:100], revoked_at=None)
        if any(key.works for key in named):
            raise Refused(Problem("KEY_NAME_TAKEN", "name", name, {"name": name}))
        key, text = _add(
            ApiKey(
                partner=partner,
                name=name[:100],
                created_by=created_by,
                expires_at=expires_at,
                permissions=[permission.value for permission in KeyPermission if permission in permissions],
                networks=list(networks),
            )
        )
        record("api_key.created", subject=key, partner=partner, by=by, data=_told(key))
    return key, text


def _add(key: ApiKey) -> tuple[ApiKey, str]:
    secret = secrets.token_urlsafe(48)
    prefix = TEST_PREFIX if key.partner.is_sandbox else LIVE_PREFIX
    key.id, key.secret_hash, key.last_four = f"{prefix}{secrets.token_hex(8)}", _hash(secret), secret[-4:]
    key.save(force_insert=True)
    return key, f"{key.id}:{secret}"


def _told(key: ApiKey) -> dict[str, object]:
    """What the event of a new key says."""
    told: dict[str, object] = {
        "name": key.name,
        "expires": key.expires_at.date().isoformat() if key.expires_at else "never",
        "permissions": ", ".join(key.permission_labels),
    }
    return {**told, "networks": ", ".join(key.networks)} if key.networks else told


def roll_api_key(
    key: ApiKey, *, overlap: timedelta, by: Actor, created_by: User | None = None, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Replace a key by a new one that may do the same; returns it with its text. The old one ends after the overlap.

    Refuses KEY_NOT_IN_USE and KEY_ROLLED_BEFORE, so that a form sent twice makes one key. An overlap is at most
    LONGEST_OVERLAP; the old key never works longer than it would have.
    """
    with transaction.atomic():
        Partner.objects.select_for_update().get(pk=key.partner_id)
        old = ApiKey.objects.select_related("partner").get(pk=key.pk)
        if ApiKey.objects.filter(rolled_from=old).exists():
            raise Refused(Problem("KEY_ROLLED_BEFORE", context={"name": old.name}))
        if not old.works:
            raise Refused(Problem("KEY_NOT_IN_USE", context={"name": old.name}))
        ends_at = clock.now() + min(max(overlap, timedelta(0)), LONGEST_OVERLAP)
        old.expires_at = min(ends_at, old.expires_at) if old.expires_at else ends_at
        old.save(update_fields=["expires_at"])
        new, text = _add(
            ApiKey(
                partner=old.partner,
                name=old.name,
                created_by=created_by,
                expires_at=expires_at,
                permissions=old.permissions,
                networks=old.networks,
                rolled_from=old,
            )
        )
        data = {"name": old.name, "into": new.pk, "until": old.expires_at.isoformat(timespec="seconds")}
        record("api_key.rolled", subject=old, partner=old.partner, by=by, data=data)
        record("api_key.created", subject=new, partner=new.partner, by=by, data=_told(new))
    return new, text


def revoke_api_key(key: ApiKey, *, by: Actor, with_older: bool = False) -> list[ApiKey]:
    """End a key, and with_older those that it replaced; returns what was ended. Repeating it changes nothing."""
    with transaction.atomic():
        Partner.objects.select_for_update().get(pk=key.partner_id)
        keys = [key, *(older_keys(key) if with_older else ())]
        return [one for one in keys if _revoke(one, by)]


def _revoke(key: ApiKey, by: Actor) -> bool:
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        return False
    record("api_key.revoked", subject=key, partner=key.partner, by=by, data={"name": key.name})
    return True


def older_keys(key: ApiKey) -> list[ApiKey]:
    """The keys that this one replaced, and which work still, newest first."""
    older = []
    before = key.rolled_from
    while before is not None and before.works:
        older.append(before)
        before = before.rolled_from
    return older


def key_of_text(text: str) -> ApiKey | None:
    """The key that this text is, whether it works or not; compared in constant time.

    A test key is one of a sandbox only, and a live key never is, whatever its row says.
    """
    identifier, _, secret = text.partition(":")
    if not _KEY_ID.fullmatch(identifier):  # PostgreSQL refuses a NUL, so no foreign text reaches it
        return None
    key = ApiKey.objects.select_related("partner").filter(pk=identifier).first()
    expected = key.secret_hash if key else _hash("")
    if not hmac.compare_digest(expected, _hash(secret)) or key is None or not secret:
        return None
    return key if key.is_test == key.partner.is_sandbox else None


def authenticate_api_key(text: str) -> ApiKey | None:
    """The key that this text is, while it and its partner are in use."""
    key = key_of_text(text)
    return key if key and key.works and key.partner.is_active else None


def note_use(key: ApiKey, *, address: str) -> None:
    """Keep when and from where a key was used last, at most once a minute: requests that only read rarely write."""
    now = clock.now()
    if key.last_used_at is None or now - key.last_used_at > LAST_USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_address=address[:64])


def _hash(secret: str) -> str:
    """SHA-256 in hex. The secrets are long and random, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
