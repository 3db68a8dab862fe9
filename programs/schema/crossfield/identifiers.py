"""Whether a cell holds one identifier or several: a row is one device, with one account."""

import re
from collections.abc import Sequence
from datetime import date

from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.lists import Flat

SERIAL, ACCOUNT = "device.device_serial_number", "utility.electric_service_account_number"
_BETWEEN = re.compile(r"\s*[;,|&+\n]\s*|\s+/\s+|\s+and\s+", re.IGNORECASE)
_SHORTEST = 5  # letters and digits; a shorter part can be a suffix, or a group of thousands
_SHORTEST_BESIDE_A_BLANK = 8


def identifier_rules() -> list[CrossCheckRule]:
    """The rule about cells with several identifiers."""
    return [CrossCheckRule((SERIAL, ACCOUNT), (SERIAL, ACCOUNT), one_in_a_cell, repeats=False)]


def one_in_a_cell(row: Flat, on: date) -> Sequence[RowFinding]:
    """A serial number's cell has one serial number, and an account's one account."""
    return [
        RowFinding("SEVERAL_IN_ONE_CELL", key, {"count": count})
        for key in (SERIAL, ACCOUNT)
        if (count := how_many(str(row.get(key) or ""))) > 1
    ]


def how_many(text: str) -> int:
    """How many identifiers a text holds: 2 for "TG120001 / TG120002", 1 for "5 234 567 8901" and "TG-12 0001"."""
    parts = _BETWEEN.split(text.strip())
    if len(parts) > 1:
        return len(parts) if all(_is_one(part, _SHORTEST) for part in parts) else 1
    parts = text.split()
    same_length = len({len(part) for part in parts}) == 1
    return len(parts) if same_length and all(_is_one(part, _SHORTEST_BESIDE_A_BLANK) for part in parts) else 1


def _is_one(part: str, shortest: int) -> bool:
    return sum(map(str.isalnum, part)) >= shortest and any(map(str.isdigit, part))
