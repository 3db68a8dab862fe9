"""The languages of customers: which one a page is in, how they choose another, and how that is kept.

What an address says (`lang=es`) goes before what the customer chose, and that before what the browser asks for. Pages
and emails of a session are in the language of the session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

ENGLISH: Final = "en"
PARAMETER: Final = "lang"  # in addresses
CHOSEN: Final = "language"  # in what the switch of a page sends
LONGEST: Final = 16  # of a language's code that is looked at


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a page offers; `address` leads to the page in it."""

    code: str
    name: str
    is_current: bool
    address: str


def known(text: str) -> str:
    """The code of the language that a text names, also by a variant (es-MX, es-419); "" for one we do not speak."""
    try:
        return translation.get_supported_language_variant(text.strip().lower()) if 0 < len(text) <= LONGEST else ""
    except LookupError:
        return ""


def asked_by(request: HttpRequest) -> str:
    """The language that the address or the switch of a page asks for; "" for none that we speak."""
    return known(request.POST.get(CHOSEN, "") or request.GET.get(PARAMETER, ""))


def chosen_before(request: HttpRequest) -> str:
    """The language that was chosen in this browser before; "" for none."""
    return known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def language_of(request: HttpRequest) -> str:
    """The language of a page that belongs to no session: asked for, chosen before, or the browser's."""
    return asked_by(request) or translation.get_language_from_request(request)


def remember(response: HttpResponseBase, language: str) -> None:
    """Keep what a customer chose in the browser, for these pages alone."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def name_of(code: str) -> str:
    """A language's name for those who read English."""
    return str(LANG_INFO[code]["name"])


def name_for_its_readers(code: str) -> str:
    """A language's name in itself."""
    return str(LANG_INFO[code]["name_local"]).capitalize()


def choices_in_english() -> list[tuple[str, str]]:
    """The languages by their English names, for a select of the partners' pages."""
    return [(code, name_of(code)) for code, _ in settings.LANGUAGES]


def offered(path: str = "", query: Mapping[str, str] | None = None) -> list[Language]:
    """The languages of a page with this path and query, by default its own path alone; the current one is marked."""
    current = translation.get_language()
    return [
        Language(
            code=code,
            name=name_for_its_readers(code),
            is_current=code == current,
            address=f"{path}?{urlencode({**(query or {}), PARAMETER: code})}",
        )
        for code, _ in settings.LANGUAGES
    ]


def language_of_email(text: str) -> str:
    """The language of an email's text, by its greeting; English when no other greets so."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            greeting = translation.gettext("Hello,").rstrip(",:")
        if code != ENGLISH and text.startswith(greeting):
            return code
    return ENGLISH
