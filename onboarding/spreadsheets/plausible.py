"""Whether a cell looks like what a field holds, where the field would take almost any text. Pure.

A name with digits, a room for a customer, a household for an account number: the field would take them, and no person
would mean them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

_ROOMS = re.compile(
    r"(?:my |the |main |upper |lower |master |guest |kids?'? )*"
    r"(?:living|dining|bed|family|play|great|laundry|bonus|guest|sun|rec)? ?"
    r"(?:room|kitchen|hall(?:way)?|garage|basement|attic|office|den|up ?stairs|down ?stairs|thermostat|home|house|cabin"
    r"|condo|lobby|nursery|studio|(?:main|first|second|third|1st|2nd|3rd|top|ground) (?:floor|level))s?",
    re.IGNORECASE,
)
_PRODUCTS = re.compile(
    r"\b(?:power ?walls?|encharge|iq ?battery|resu|pwrcell|sonnen\w*|ecolinx|eco ?\d+|envoy|juicebox|pulsar|mega ?pack"
    r"|evergreen|powerbank|aquion|hvm|hvs|enlighten|nikesmart|athenasmart|learning thermostat|home flex)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?:(?:apt|apartment|unit|ste|suite|fl|floor|bldg|building|rm|room|lot|trlr|spc|space|no|ph|po box|box|#)\b.*"
    r"|#.*|\d{1,5}(?:st|nd|rd|th)? ?[a-z]?(?: floor)?|[a-z]-?\d{0,4})",
    re.IGNORECASE,
)
_LONE_UNITS: Final = frozenset({"f", "c", "w", "v"})
_IDENTIFIER = re.compile(r"[\w.\-/# ]{1,64}")
_NUMBER = re.compile(r"[\d.\-/ A-Za-z]{1,40}")


def _is_name(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    digits = sum(character.isdigit() for character in text)
    if "@" in text or letters < 2 or digits * 2 > letters:
        return False
    return not _ROOMS.fullmatch(text.strip()) and not _PRODUCTS.search(text)


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _is_word(text: str) -> bool:
    return _has_letter(text) and not any(character.isdigit() for character in text)


def _is_street(text: str) -> bool:
    return _has_letter(text) and " " in text.strip() and "@" not in text


def _is_unit(text: str) -> bool:
    return bool(_UNIT.fullmatch(text.strip())) and text.strip().casefold() not in _LONE_UNITS


def _is_serial(text: str) -> bool:
    return any(map(str.isdigit, text)) and _IDENTIFIER.fullmatch(text) is not None and text.count(" ") < 3


def _digits_at_least(count: int) -> Callable[[str], bool]:
    def looks(text: str) -> bool:
        return sum(map(str.isdigit, text)) >= count and _NUMBER.fullmatch(text) is not None

    return looks


def _is_load_zone(text: str) -> bool:
    return "/" not in text and len(text) <= 24


_LOOKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "end_customer_name": _is_name,
    "device_manufacturer": _has_letter,
    "device_model": _has_letter,
    "installer": _has_letter,
    "street_1": _is_street,
    "street_2": _is_unit,
    "city": _is_word,
    "load_zone": _is_load_zone,
    "device_serial_number": _is_serial,
    "electric_service_account_number": _digits_at_least(6),
    "utility_meter_serial_number": _digits_at_least(4),
}


def looks_like(key: str, cell: object) -> bool:
    """Whether a cell looks like the field's values; True for fields that say nothing of their looks."""
    looks = _LOOKS.get(key.rpartition(".")[2])
    return looks is None or looks(str(cell))


def names_a_product(cell: object) -> bool:
    """Whether a cell names a model of this trade: "Powerwall 2"."""
    return _PRODUCTS.search(str(cell)) is not None


def is_yes_no(cell: object) -> bool:
    """Whether a cell says yes or no and nothing else."""
    return isinstance(cell, bool) or str(cell).strip().casefold() in {"true", "false", "yes", "no", "y", "n"}
