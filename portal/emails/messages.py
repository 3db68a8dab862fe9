"""Messages for the mail server: an email's text, and the same as HTML in the look of whoever it comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from portal.emails.parts import read_parts

ACCENT: Final = "#0b5f5b"  # with white on it, as on the pages (static/css/tokens.css)
_WHITE: Final = "#ffffff"
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")
_LARGEST_MARK: Final = 4_000  # bytes
_DRAWN_ALONE: Final = re.compile(rb"<script|<foreignObject|<image|<use|\bon\w+=|href|url\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose name and color an email has. on_color: what can be read on the color. mark: a drawing, as HTML."""

    name: str
    color: str = ACCENT
    on_color: str = _WHITE
    mark: SafeString | None = None

    def __post_init__(self) -> None:
        if not (_COLOR.fullmatch(self.color) and _COLOR.fullmatch(self.on_color)):
            raise ValueError(f"not two colors: {self.color}, {self.on_color}")


def portal_sender() -> Sender:
    """The portal itself, by its own name and mark."""
    return Sender(settings.SITE_NAME, mark=_mark(settings.SITE_MARK))


def email_message(
    subject: str,
    text: str,
    to: str,
    *,
    sender: Sender | None = None,
    language: str = "en",
    headers: Mapping[str, str] | None = None,
    connection: BaseEmailBackend | None = None,
) -> EmailMultiAlternatives:
    """An email whose two bodies say the same: `text` (portal/emails/parts.py) and its HTML. The portal's own if no
    sender is named."""
    message = EmailMultiAlternatives(subject, text, None, [to], headers=dict(headers or {}), connection=connection)
    message.attach_alternative(html_of(subject, text, sender=sender or portal_sender(), language=language), "text/html")
    return message


def html_of(subject: str, text: str, *, sender: Sender, language: str) -> str:
    """The HTML of an email's text."""
    context = {"subject": subject, "parts": read_parts(text), "sender": sender, "language": language}
    return render_to_string("email/base.html", context)


@cache
def _mark(name: str) -> SafeString | None:
    """A small SVG of ours, drawn in place: readers that do not draw it show the name alone. None for any other file."""
    path = finders.find(name) if name.endswith(".svg") else None
    if not isinstance(path, str):
        return None
    with open(path, "rb") as file:
        drawing = file.read(_LARGEST_MARK + 1)
    if len(drawing) > _LARGEST_MARK or not drawing.startswith(b"<svg ") or _DRAWN_ALONE.search(drawing):
        return None
    sized = drawing.decode().replace("<svg ", '<svg width="28" height="28" aria-hidden="true" ', 1)
    sized = sized.replace(' xmlns="http://www.w3.org/2000/svg"', "")  # HTML knows it
    return mark_safe(sized)  # noqa: S308  a file of the installation, which draws nothing but itself
