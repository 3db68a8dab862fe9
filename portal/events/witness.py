"""The end of the chain as it was last seen, kept outside the database: in a file, and in a daily email.

Whoever can write to the database can cut off the log's end, also what no check has read yet, or make the whole chain
anew. They cannot change this file or an email that was sent, and without SECRET_KEY they cannot write another.
"""

import os
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing

from portal.emails.messages import email_message
from portal.events.models import Seal

_SALT: Final = "portal.events.witness"


@dataclass(frozen=True, slots=True)
class End:
    """The last seal at some moment: its number and its digest (hex)."""

    number: int
    digest: str

    @property
    def is_in_chain(self) -> bool:
        return Seal.objects.filter(number=self.number, digest=self.digest).exists()


def as_line(end: End) -> str:
    """The end as one signed line, to keep elsewhere: number, digest, signature."""
    return signing.Signer(salt=_SALT, sep=" ").sign(f"{end.number} {end.digest}")


def from_line(line: str) -> End:
    """Raises signing.BadSignature: for a line that is not of this portal, or that somebody changed."""
    number, _, digest = signing.Signer(salt=_SALT, sep=" ").unsign(line.strip()).partition(" ")
    return End(int(number), digest)


def keep(end: End) -> None:
    """Replace what this machine remembers. Whole or not at all, and readable by its user alone."""
    if not settings.SEAL_FILE:
        return
    draft = settings.SEAL_FILE.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(as_line(end) + "\n")
    draft.replace(settings.SEAL_FILE)


def kept() -> End | None:
    """What this machine remembers; None before the first seal, or when the file cannot be read as ours."""
    try:
        return from_line(settings.SEAL_FILE.read_text()) if settings.SEAL_FILE else None
    except (OSError, ValueError, signing.BadSignature):
        return None


def send(end: End) -> None:
    """Email the end to whoever keeps it (SEALS_TO)."""
    text = (
        f"The last seal of the event log of {settings.SITE_NAME} ({settings.SITE_URL}) today:\n\n{as_line(end)}\n\n"
        "Keep this email. To check later that the log still has this end and everything before it:\n\n"
        'python manage.py check_log --seal "the line above"\n'
    )
    for address in settings.SEALS_TO:
        email_message(f"Seal {end.number} of the event log", text, address).send()
