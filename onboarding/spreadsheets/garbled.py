"""Texts that another program garbled on the way: UTF-8 that was read as something else, and entities of HTML.

What comes out is a proposal: somebody may really be called so. ftfy does more than this; it is not used because its
last release is of October 2024, and because only these kinds are seen in sheets.
"""

import html
import re
from functools import partial
from typing import Final

_LONGEST = 500  # characters of a text that is looked at
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[A-Za-z]{2,20}\d{0,2});")
_FIRST, _LAST, _SIGNS = 0xA0, 0x17F, range(0x2010, 0x2123)  # letters of Latin alphabets, and typographic signs
_MOST_TIMES = 3


def _characters(charset: str) -> dict[int, str]:
    """The character of each byte above ASCII; of a byte that the set does not have, what Windows makes of it."""
    return {byte: bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in range(0x80, 0x100)}


def _pattern(characters: dict[int, str]) -> re.Pattern[str]:
    """A letter of Latin alphabets or a typographic sign in UTF-8, of which each byte was read as a character."""
    rest = f"[{re.escape(''.join(characters[byte] for byte in range(0x80, 0xC0)))}]"
    leads = re.escape("".join(characters[byte] for byte in range(0xC2, 0xC6)))
    return re.compile(f"[{leads}]{rest}|{re.escape(characters[0xE2])}{rest}{{2}}")


_SETS: Final = tuple(
    (_pattern(characters), {character: byte for byte, character in characters.items()})
    for characters in map(_characters, ("cp1252", "mac_roman"))
)


def decoded_again(text: str) -> str | None:
    """ "José" for "JosÃ©": the text that was encoded twice, as far as that can be told; None when it was not."""
    if text.isascii() or len(text) > _LONGEST:
        return None
    mended = text
    for _ in range(_MOST_TIMES):
        before = mended
        for pattern, byte_of in _SETS:
            mended = pattern.sub(partial(_read, byte_of), mended)
        if mended == before:
            break
    return mended if mended != text else None


def _read(byte_of: dict[str, int], match: re.Match[str]) -> str:
    """What these characters are when their bytes are read as UTF-8; themselves when that is no text of ours."""
    characters = match[0]
    try:
        read = bytes(byte_of[character] for character in characters).decode()
    except (KeyError, UnicodeDecodeError):
        return characters
    return read if _FIRST <= ord(read) <= _LAST or ord(read) in _SIGNS else characters


def without_entities(text: str) -> str | None:
    """ "O'Brien" for "O&#39;Brien"; None without entities of HTML, or when they would make it unprintable."""
    if "&" not in text or len(text) > _LONGEST:
        return None
    mended = text
    for _ in range(_MOST_TIMES):
        mended = _ENTITY.sub(lambda match: html.unescape(match[0]), mended)
    mended = mended.replace("\N{NO-BREAK SPACE}", " ").strip()
    is_text = mended.isprintable() and "\N{REPLACEMENT CHARACTER}" not in mended
    return mended if mended != text and mended and is_text else None
