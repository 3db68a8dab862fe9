"""What partners put on their own sites: a link with a picture of a button or a text, without script or style."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from onboarding.connect import links
from onboarding.connect.choices import LinkState
from onboarding.connect.languages import PARAMETER, name_for_its_readers
from onboarding.connect.models import ConnectLink

# Braces can be in no reference ID: a placeholder that nobody replaced leads to a page that says so, to no customer.
PLACEHOLDER: Final = "{CUSTOMER-ID}"
WIDTH, HEIGHT = 340, 48
_ACCENT: Final = "#1d4f91"  # of links that have no color of their own
_GRAY: Final = "#5c6670"  # of links that have ended


@dataclass(frozen=True, slots=True)
class Embed:
    """The snippets of a link in a language, and the address of its picture. text: what the button says."""

    code: str
    language: str
    text: str
    picture: str
    with_picture: str
    with_text: str


def embeds_of(link: ConnectLink) -> list[Embed]:
    """The snippets for a partner's site, one in each language that customers read."""
    return [_embed(link, code) for code, _name in settings.LANGUAGES]


def _embed(link: ConnectLink, code: str) -> Embed:
    text = button_text(link, code)
    address = f"{links.address_of(link, language=code)}&refId={PLACEHOLDER}"
    picture = f"{settings.SITE_URL}{reverse('connect-button', args=[link.pk])}?{PARAMETER}={code}"
    shown = format_html('<img src="{}" alt="{}" width="{}" height="{}">', picture, text, WIDTH, HEIGHT)
    begin = format_html('<a href="{}" lang="{}" hreflang="{}">', address, code, code)
    return Embed(
        code=code,
        language=name_for_its_readers(code),
        text=text,
        picture=picture,
        with_picture=f"{begin}{shown}</a>",
        with_text=f"{begin}{escape(text)}</a>",
    )


def button_text(link: ConnectLink, language: str) -> str:
    """What the button says. Nothing of the partner's: whoever sees it is on the partner's site."""
    with override(language):
        if link.is_device:
            return _("Sign up your device")
        return _("Connect your utility account")


def button_svg(link: ConnectLink, language: str) -> str:
    """The button as a picture, in the link's color; gray once the link has ended."""
    color = _GRAY if link.state == LinkState.ENDED else link.color or _ACCENT
    text = button_text(link, language)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
        'lang="{lang}">'
        '<title>{text}</title><rect x="1" y="1" width="{iw}" height="{ih}" rx="8" fill="{color}" stroke="#ffffff"/>'
        '<text x="{x}" y="29" text-anchor="middle" font-family="system-ui, sans-serif" font-size="15" '
        'font-weight="600" fill="{on}">{text}</text></svg>',
        w=WIDTH,
        h=HEIGHT,
        iw=WIDTH - 2,
        ih=HEIGHT - 2,
        x=WIDTH // 2,
        lang=language,
        color=color,
        on=links.text_color_on(color),
        text=text,
    )
