"""Email without a mail server: each is two files, its text and its HTML, that an editor and a browser show."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

_SHOWN: Final = ("From", "To", "Subject", "Date", "List-Unsubscribe")


class EmailBackend(BaseEmailBackend):
    """Writes each email below EMAIL_FILE_PATH: headers and text as .txt, its HTML beside it as .html."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            stem = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:8]}"
            stem.with_suffix(".txt").write_text(_text_of(message), encoding="utf-8")
            if html := _html_of(message):
                stem.with_suffix(".html").write_text(html, encoding="utf-8")
        return len(email_messages)


def _text_of(message: EmailMessage) -> str:
    made = message.message()
    lines = [f"{name}: {make_header(decode_header(made[name]))}" for name in _SHOWN if made[name]]
    files = [part.get_filename() for part in made.walk() if part.get_filename()]
    lines += [f"Attached: {name}" for name in files]
    return "\n".join([*lines, "", str(message.body).rstrip(), ""])


def _html_of(message: EmailMessage) -> str:
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return next((str(content) for content, kind in alternatives if kind == "text/html"), "")
