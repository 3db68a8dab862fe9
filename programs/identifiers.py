"""The one normal form of each kind of identifier: what look-alikes have in common, and are compared by.

A normal form depends on the text alone. It is kept beside what was typed, never shown instead of it.
"""

import re
import unicodedata
from typing import Final

# Characters of no width that are no format characters to Unicode: fillers, joiners and variation selectors.
_UNSEEN: Final = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)})
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
_PLAIN: Final = _FULL_WIDTH | _DASHES
_SEPARATORS: Final = re.compile(r"[\s./_-]+")
_OF_A_NUMBER_CELL: Final = re.compile(r"(\d{3,})\.0+", re.ASCII)


def reference_key(text: str) -> str:
    """The normal form of a partner reference: 7700123 for "7700123.0", AB-1 for "AB‑1". Upper and lower case differ."""
    if text.isascii() and text.isprintable():
        key = text.strip() if "  " not in text else " ".join(text.split())
    else:
        key = _without_looks(text)
    if key.endswith("0") and (number := _OF_A_NUMBER_CELL.fullmatch(key)):
        return number.group(1)
    return key


def account_key(text: str) -> str:
    """The normal form of an account number or ESI ID: without separators, in capitals."""
    if text.isascii() and text.isdigit():
        return text
    key = reference_key(text)
    return unicodedata.normalize("NFC", _SEPARATORS.sub("", key).upper()) or key


def serial_key(text: str) -> str:
    """The normal form of a device's serial number: without separators, in capitals."""
    return account_key(text)


def _is_unseen(char: str) -> bool:
    return ord(char) in _UNSEEN or unicodedata.category(char) in {"Cf", "Cc", "Cs"}


def _without_looks(text: str) -> str:
    """The text without what cannot be seen, with one kind of dash, of space and of digit."""
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    seen = (char for char in plain if char.isspace() or not _is_unseen(char))
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in seen)
    return " ".join(unicodedata.normalize("NFC", "".join(digits)).split())
