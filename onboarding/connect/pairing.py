"""Pairing codes: what somebody without a link types on a phone to begin a link's journey for one reference ID.

A code is eight characters and a check character, of 28 that are not mistaken for each other: no 0, 1, B, I, L, O, S, Z.
The check character is that of ISO/IEC 7064, hybrid systems (MOD M + 1, M), for an alphabet of 28; since 29 is prime, it
finds every single wrong character. A code is shown once, when it is made: what is kept is a keyed digest.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from onboarding.connect import journey
from onboarding.connect.choices import LinkState, SessionState
from onboarding.connect.models import ConnectLink, ConnectSession, PairingCode
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused
from portal.security.limits import within_limit
from portal.web import clock
from programs.identifiers import reference_key

ALPHABET: Final = "23456789ACDEFGHJKMNPQRTUVWXY"
LENGTH: Final = 9
MOST_AT_ONCE: Final = 500
DAYS: Final = 30
MOST_DAYS: Final = 365
_HALF: Final = 4
_MISREAD: Final = str.maketrans({"B": "8", "S": "5", "Z": "2"})  # no code has the letter, so the digit is meant
_TRIES_OF_ADDRESS: Final = 20  # an hour
_TRIES_OF_ALL: Final = 3_000  # an hour: at 10,000 open codes one is guessed in 400 years
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code as it is shown once."""

    reference: str
    text: str


def check_character(text: str) -> str:
    """The character that completes the others of a code (ISO/IEC 7064, MOD 29,28)."""
    size = len(ALPHABET)
    product = size
    for character in text:
        total = (product + ALPHABET.index(character)) % size or size
        product = total * 2 % (size + 1)
    return ALPHABET[(size + 1 - product) % size]


def is_whole(code: str) -> bool:
    """Whether a text in its normal form is a code that somebody may have: its length, characters and check."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return False
    return check_character(code[:-1]) == code[-1]


def normal_form(text: str) -> str:
    """A code as it is compared: capitals without spaces and dashes, and digits for the letters that no code has."""
    return "".join(character for character in text.upper() if character.isalnum()).translate(_MISREAD)


def shown_form(code: str) -> str:
    """A code as people read it: XXXX-XXXXX."""
    return f"{code[:_HALF]}-{code[_HALF:]}"


def codes_of(link: ConnectLink) -> QuerySet[PairingCode]:
    """The codes of a link, the newest first."""
    return PairingCode.objects.filter(link=link).select_related("session").order_by("-pk")


def create_codes(link: ConnectLink, references: Sequence[str], *, days: int, by: Actor) -> list[NewCode]:
    """Make a code for each reference ID; one connectlink.paired event. Returns the codes, which nobody can see again.

    Refuses: LINK_IS_OVER, PAIRING_TOO_MANY.
    """
    if link.state == LinkState.ENDED:
        raise Refused(Problem("LINK_IS_OVER"))
    if not 0 < len(references) <= MOST_AT_ONCE or not 0 < days <= MOST_DAYS:
        raise Refused(Problem("PAIRING_TOO_MANY", "pasted", context={"most": MOST_AT_ONCE, "days": MOST_DAYS}))
    now, made = clock.now(), {reference: _new_code() for reference in references}
    rows = [
        PairingCode(
            partner=link.partner,
            link=link,
            code_hash=_digest(code),
            reference=reference,
            reference_key=reference_key(reference),
            created_by=by.label[:200],
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        for reference, code in made.items()
    ]
    with transaction.atomic():
        PairingCode.objects.bulk_create(rows)
        record("connectlink.paired", subject=link, partner=link.partner, by=by, data={"codes": len(rows)})
    return [NewCode(reference, shown_form(code)) for reference, code in made.items()]


def generated_references(link: ConnectLink, count: int) -> list[str]:
    """Reference IDs for a partner that has none of its own: the link's title and six characters."""
    references: dict[str, None] = {}
    while len(references) < count:
        references[f"{link.title}-{''.join(secrets.choice(ALPHABET) for _ in range(6)).lower()}"] = None
    return list(references)


def revoke(code: PairingCode, *, by: Actor) -> None:
    """Let a code lead nowhere any more; what was begun with it goes on. Repeating it has no effect."""
    with transaction.atomic():
        if not PairingCode.objects.filter(pk=code.pk, revoked_at=None).update(revoked_at=clock.now()):
            return
        data = {"reference": code.reference}
        record("connectlink.code_revoked", subject=code.link, partner=code.partner, by=by, data=data)


def code_typed(text: str, *, address: str) -> PairingCode:
    """The code that somebody typed. What cannot be a code counts as no try.

    Refuses: CONNECT_CODE_MISTYPED, CONNECT_TOO_MANY, CONNECT_CODE_UNKNOWN, also for one that expired or was revoked,
    CONNECT_LINK_PAUSED.
    """
    code = normal_form(text)
    if not is_whole(code):
        raise Refused(Problem("CONNECT_CODE_MISTYPED", "code"))
    # Counted before anything is looked up, so that no try tells more than the limits allow.
    if not within_limit("connect.pairing", address, most=_TRIES_OF_ADDRESS, per=_HOUR):
        raise Refused(Problem("CONNECT_TOO_MANY"))
    if not within_limit("connect.pairing", "all", most=_TRIES_OF_ALL, per=_HOUR):
        raise Refused(Problem("CONNECT_TOO_MANY"))
    row = PairingCode.objects.select_related("link__partner", "session").filter(code_hash=_digest(code)).first()
    if row is None or not row.is_open(clock.now()) or not row.link.partner.is_active:
        raise Refused(Problem("CONNECT_CODE_UNKNOWN", "code"))
    if row.link.state == LinkState.ENDED:
        raise Refused(Problem("CONNECT_CODE_UNKNOWN", "code"))
    if row.link.state == LinkState.PAUSED:
        raise Refused(Problem("CONNECT_LINK_PAUSED"))
    return row


def use(code: PairingCode, session: ConnectSession) -> None:
    """The code has begun this session, and begins no other one while that goes on. Refuses: CONNECT_CODE_USED."""
    with transaction.atomic():
        held = PairingCode.objects.select_for_update(of=("self",)).select_related("session").get(pk=code.pk)
        before = held.session
        if (
            before
            and before.pk != session.pk
            and (before.state == SessionState.COMPLETED or not journey.is_over(before))
        ):
            raise Refused(Problem("CONNECT_CODE_USED", "code"))
        held.session, held.used_at = session, held.used_at or clock.now()
        held.save(update_fields=["session", "used_at"])


def is_used_up(code: PairingCode) -> bool:
    """Whether a code belongs to a session that is done, or still goes on somewhere."""
    return code.session is not None and (
        code.session.state == SessionState.COMPLETED or not journey.is_over(code.session)
    )


def _new_code() -> str:
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return text + check_character(text)


def _digest(code: str) -> str:
    return salted_hmac("onboarding.connect.pairing", code, algorithm="sha256").hexdigest()
