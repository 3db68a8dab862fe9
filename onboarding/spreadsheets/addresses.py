"""One cell with a whole US address, taken apart. Pure; nothing is guessed: what cannot be told apart gives None."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_TAIL = re.compile(
    r"^(?P<before>.*?)(?P<gap>[,\s]+)(?P<state>[A-Za-z][A-Za-z. ]{0,18}[A-Za-z.])[,\s]+(?P<zip>\d{4,5}(?:-?\d{4})?)$",
    re.DOTALL,
)
_COUNTRY = re.compile(r"[,\s]+(?:USA|U\.S\.A\.|US|U\.S\.|United States(?: of America)?)\.?$", re.IGNORECASE)
_UNIT = re.compile(
    r"^(?:(?:apt|apartment|unit|ste|suite|fl|floor|bldg|building|rm|room|lot|trlr|spc)\b\.?|#)", re.IGNORECASE
)
_STREET = re.compile(r"\d|\b(?:p\.? ?o\.? ?box|one|two|three)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
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
    plain = " ".join(text.replace("\n", ", ").replace(";", ",").split()).strip(" ,")
    plain = _COUNTRY.sub("", plain).removesuffix(".0")
    match = _TAIL.fullmatch(plain)
    if match is None:
        return None
    before, gap, state = match["before"], match["gap"], match["state"]
    while not is_state(state):  # "San Francisco CA": the state is the last of these words
        word, _, state = state.partition(" ")
        if not state:
            return None
        before, gap = f"{before}{', ' if ',' in gap else ' '}{word}", " "
    parts = [part.strip() for part in before.split(",") if part.strip()]
    if len(parts) < 2 or not _STREET.search(parts[0]):
        return None
    street, *middle, city = parts
    if _UNIT.match(city) or any(character.isdigit() for character in city):
        return None
    if any(not _UNIT.match(part) for part in middle):
        return None
    return Address(street, ", ".join(middle), city, state, match["zip"])
