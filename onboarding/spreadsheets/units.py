"""The unit in a column's name: "Battery power (W)", "[Wh]", "kW AC", "capacity_wh". Pure reading of names."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

# Spelling, in small letters: the unit as a value is written with it.
_SPELLINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("w", "watt", "watts"), "W"),
    **dict.fromkeys(("kw", "kilowatt", "kilowatts"), "kW"),
    **dict.fromkeys(("mw", "megawatt", "megawatts"), "MW"),
    **dict.fromkeys(("wh", "watt hour", "watt hours", "watthours"), "Wh"),
    **dict.fromkeys(("kwh", "kilowatt hour", "kilowatt hours", "kilowatthours"), "kWh"),
    **dict.fromkeys(("mwh", "megawatt hour", "megawatt hours", "megawatthours"), "MWh"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
}
_MEASURES: Final = {"W": "power", "kW": "power", "MW": "power", "Wh": "energy", "kWh": "energy", "MWh": "energy"} | {
    "min": "time",
    "h": "time",
}
_ANY = "|".join(re.escape(name).replace(r"\ ", "[ _-]?") for name in sorted(_SPELLINGS, key=len, reverse=True))
_CURRENT = r"(?:[ _-]*\(?(?:ac|dc)\)?)?"  # kW AC, kWac
_BRACKETED = re.compile(rf"[(\[]\s*(?:in )?({_ANY}){_CURRENT}\s*[)\]]{_CURRENT}", re.IGNORECASE)
_AT_END = re.compile(rf"(?:^|[ _,/:-]+(?:in )?)({_ANY}){_CURRENT}$", re.IGNORECASE)
_AT_START = re.compile(rf"^({_ANY}){_CURRENT}[ _]+(?:of )?", re.IGNORECASE)
_CAMEL_END = re.compile("(?<=[a-z])([kM]?Wh?)$")  # capacityWh, powerkW
_BLANKS = re.compile("[ _-]")
_AMOUNT = re.compile(rf"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)\s*({_ANY}){_CURRENT}(?![A-Za-z])", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:[\s/,;|&+()[\]·@-]|\b(?:and|x)\b)*", re.IGNORECASE)


def unit_in(header: str) -> tuple[str, str]:
    """A column's name without its unit, and the unit ("W", "kWh", "min" …); the name and "" when it has none."""
    text = " ".join(header.split()).rstrip(" *")
    for pattern in (_BRACKETED, _AT_END, _CAMEL_END, _AT_START):
        if match := pattern.search(text):
            name = f"{text[: match.start()]} {text[match.end() :]}"
            return " ".join(name.split()).strip(" _,-"), _SPELLINGS[_BLANKS.sub(" ", match[1]).casefold()]
    return text, ""


def is_unit(text: str) -> bool:
    """Whether a text is nothing but a unit: kW, (kWh), %, hours."""
    bare = text.strip(" ()[]").casefold()
    return bare in _SPELLINGS or bare in {"%", "percent", "kw ac", "kw-ac", "v", "kva"}


def measures_the_same(unit: str, other: str) -> bool:
    """Whether two units measure the same: both power, both energy or both time."""
    return unit in _MEASURES and _MEASURES[unit] == _MEASURES.get(other)


def unit_to_convert(header: str, unit: str) -> str:
    """The unit in a column's name when values in it are to be read in another unit; "" when there is nothing to do.

    Power in a field of energy is told too, so that its values are refused. "(min)" beside a percentage means minimum.
    """
    written = unit_in(header)[1]
    if not written or written == unit or unit not in _MEASURES:
        return ""
    return "" if _MEASURES[written] == "time" and not measures_the_same(written, unit) else written


def names_without_unit(header: str) -> Iterable[str]:
    """What a column with a unit in its name may be called elsewhere: with the unit alone, or without it."""
    name, unit = unit_in(header)
    if unit:
        yield from (f"{name} {unit}".strip(), name)


def split_amounts(text: str) -> list[tuple[str, str]]:
    """The amounts in a text that holds nothing else, each with what it measures: "5 kW / 13.5 kWh" is power and energy.

    Empty for any other text.
    """
    if not _BETWEEN.fullmatch(_AMOUNT.sub(" ", text)):
        return []
    amounts = [(match[1], _SPELLINGS[_BLANKS.sub(" ", match[2]).casefold()]) for match in _AMOUNT.finditer(text)]
    return [(_MEASURES[unit], f"{number} {unit}") for number, unit in amounts]
