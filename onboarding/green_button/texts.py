"""Texts of a feed are a stranger's: plain, without control characters, and no longer than asked."""

import re
from typing import Final

# Controls, line separators, and the marks that turn the direction of what is written around them.
_UNSHOWABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_BLANKS: Final = re.compile(r"\s+")


def shown(text: str, characters: int) -> str:
    """The text on one line, without control characters, cut to so many characters."""
    return _BLANKS.sub(" ", _UNSHOWABLE.sub(" ", text)).strip()[:characters]
