"""One cell with a whole US address, or a city with its state and zip code, taken apart.

Pure; nothing is guessed: what cannot be told apart gives None.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

_TAIL = re.compile(
    r"^(?P<before>.*?)(?P<gap>[,\s]+)(?P<state>[A-Za-z][A-Za-z. ]{0,18}[A-Za-z.])[,\s]+(?P<zip>\d{4,5}(?:-?\d{4})?)$",
    re.DOTALL,
)
_COUNTRY = re.compile(r"[,\s]+(?:USA|U\.S\.A\.|US|U\.S\.|United States(?: of America)?)\.?$", re.IGNORECASE)
_UNIT = re.compile(
    r"^(?:(?:apt|apartment|unit|ste|suite|fl|floor|bldg|building|rm|room|lot|trlr|spc)\b\.?|#)", re.IGNORECASE
)
_STREET = re.compile(r"\d|\b(?:p\.? ?o\.? ?box|one|two|three)\b", re.IGNORECASE)


class Address(NamedTuple):
    """The parts, as written: street_2 is "" when there is none."""

    street_1: str
    street_2: str
    city: str
    state: str
    postal_code: str


def split_address(text: str, *, is_state: Callable[[str], bool]) -> Address | None:
    """ "12 Main St, Apt 4, San Francisco, CA 94103" as its parts; None when it cannot be taken apart for sure.

    is_state: whether a text names a state.
    """
    end = _end_of(text, is_state)
    if end is None:
        return None
    before, state, code = end
    parts = [part.strip() for part in before.split(",") if part.strip()]
    if len(parts) < 2 or not _STREET.search(parts[0]):
        return None
    street, *middle, city = parts
    if _UNIT.match(city) or any(character.isdigit() for character in city):
        return None
    if any(not _UNIT.match(part) for part in middle):
        return None
    return Address(street, ", ".join(middle), city, state, code)


class Place(NamedTuple):
    """The parts, as written: postal_code is "" when there is none."""

    city: str
    state: str
    postal_code: str


def split_place(text: str, *, is_state: Callable[[str], bool]) -> Place | None:
    """ "San Francisco, CA 94103" or "San Francisco, CA" as its parts; None when it cannot be taken apart for sure."""
    city, state, code = _end_of(text, is_state) or (*_plain(text).rpartition(",")[::2], "")
    city, state = city.strip(" ,"), state.strip()
    if not city or not is_state(state) or "," in city or any(character.isdigit() for character in city):
        return None
    return Place(city, state, code)


def _plain(text: str) -> str:
    plain = " ".join(text.replace("\n", ", ").replace(";", ",").split()).strip(" ,")
    return _COUNTRY.sub("", plain).removesuffix(".0")


def _end_of(text: str, is_state: Callable[[str], bool]) -> tuple[str, str, str] | None:
    """What is before the state, the state and the zip code."""
    match = _TAIL.fullmatch(_plain(text))
    if match is None:
        return None
    before, gap, state = match["before"], match["gap"], match["state"]
    while not is_state(state):  # "San Francisco CA": the state is the last of these words
        word, _, state = state.partition(" ")
        if not state:
            return None
        before, gap = f"{before}{', ' if ',' in gap else ' '}{word}", " "
    return before, state, match["zip"]
