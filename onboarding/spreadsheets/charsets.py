"""Which 8-bit character set a text is in that is not UTF-8: what is possible, what is likeliest, how it reads.

Nobody can be sure, so a person has to look. The place of a letter in its word tells more than statistics of languages:
in the wrong set, an é inside a name becomes a capital, a dash or a sign. Of 120 sheets with 3 to 200 rows of made-up
Western names, this finds the right set for all in Windows-1252 and all in Mac Roman; charset-normalizer 3.5, told to
choose among the same sets, finds it for 10 and for 87, which is why it is not used.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

# In the order in which they are taken when all of them read equally well.
CHARSETS: Final = ("cp1252", "mac_roman", "cp1250", "iso8859_2", "cp850")
_UNLIKELY = 0.5  # a set whose characters misfit more than this on average is none that the text is in
_LONG_RUN = 3  # different letters outside of ASCII in a row, of which words in these sets have one or two
_MOST_PLACES = 4_000
_RUN_BYTES, _AROUND_BYTES = 32, 2
_CONTROLS = re.compile("[\x80-\x9f]")
_RUN = re.compile(rb"[\x80-\xff]+")
_COMMON = frozenset(
    "áàâäãåæçéèêëíîïñóôöøúüßÁÀÂÄÃÅÆÇÉÈÊËÍÎÏÑÓÔÖØÚÜ"
)  # English, Spanish, French, German, Nordic, Portuguese
_WESTERN = frozenset("ìòõùûýÿœðþšžÌÒÕÙÛÝŸŒÐÞŠŽ")
_CENTRAL = frozenset("ąćęłńśźżčďěňřťůőűășțđľĺŕşţĄĆĘŁŃŚŹŻČĎĚŇŘŤŮŐŰĂȘȚĐĽĹŔŞŢ")
_APOSTROPHES = "\N{RIGHT SINGLE QUOTATION MARK}"
_OPENING, _CLOSING = "“‘„‚«‹¿¡(", "”’»›)"
_DASHES = "\N{EN DASH}\N{EM DASH}"
_AFTER_WORDS = "™®©°²³ªº…"


class Places:
    """Where a text has bytes that are not ASCII, with the bytes around them: enough to compare character sets."""

    def __init__(self) -> None:
        self.values: set[int] = set()
        self._runs: list[bytes] = []
        self._places: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Look at some more of the text. Memory and time are bounded by its length."""
        if chunk.isascii():
            return
        self.values.update(chunk.translate(None, bytes(range(128))))
        for match in _RUN.finditer(chunk):
            if len(self._places) >= _MOST_PLACES:
                return
            start = max(match.start() - _AROUND_BYTES, 0)
            end = min(match.end(), match.start() + _RUN_BYTES)
            self._runs.append(chunk[match.start() : end])
            self._places.append(chunk[start : end + _AROUND_BYTES])

    def possible(self) -> list[str]:
        """The sets that have a character for every byte, each way of reading once, the likeliest first."""
        ways: dict[str, str] = {}
        for charset in CHARSETS:
            read = _decoded(bytes(sorted(self.values)), charset)
            if read is not None:
                ways.setdefault(read, charset)
        return sorted(ways.values(), key=lambda charset: (round(self.misfit(charset), 3), CHARSETS.index(charset)))

    def is_unlikely(self, charset: str) -> bool:
        """Whether the text is hardly in a set, even the likeliest: nonsense, or another alphabet such as Cyrillic."""
        foreign = sum(len(set(run)) >= _LONG_RUN for run in self._runs)
        if len(self._runs) > 1 and foreign * 2 > len(self._runs):
            return True
        return CHARSETS[0] not in self.possible() and self.misfit(charset) > _UNLIKELY

    def misfit(self, charset: str) -> float:
        """How badly characters sit where they are when read in a set: 0 for letters inside words, 1 for nonsense."""
        scores = [_misfit(text, at) for place in self._places for text, at in _characters(place, charset)]
        return sum(scores) / len(scores) if scores else 0.0


def readings(samples: Sequence[str], charset: str, possible: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The samples, which were read in one set, as they read in each of these sets."""
    written = [sample.encode(charset) for sample in samples]
    return [(other, [text.decode(other, "replace") for text in written]) for other in possible]


def _decoded(text: bytes, charset: str) -> str | None:
    """The text, unless a byte is none of the set's characters, or one of the controls that nobody types."""
    try:
        read = text.decode(charset)
    except UnicodeDecodeError:
        return None
    return None if _CONTROLS.search(read) else read


def _characters(place: bytes, charset: str) -> Iterator[tuple[str, int]]:
    text = place.decode(charset, "replace")
    for at, char in enumerate(text):
        if not char.isascii():
            yield text, at


def _misfit(text: str, at: int) -> float:
    """How badly one character sits between its neighbours."""
    char, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if char.isalpha():
        return _misfit_of_letter(text, at, before, after)
    is_after, is_before = before.isalpha(), after.isalpha()
    if char in _APOSTROPHES and is_after:
        return 0.0
    if not is_after and not is_before:
        return (
            0.0 if char in _DASHES or char in _OPENING + _CLOSING or before.isdigit() or not char.isprintable() else 0.2
        )
    if is_after and is_before:
        return 0.8 if char in _DASHES else 1.0
    fitting = char in _CLOSING + _AFTER_WORDS if is_after else char in _OPENING
    return 0.1 if fitting else 0.7


def _misfit_of_letter(text: str, at: int, before: str, after: str) -> float:
    char = text[at]
    if before.islower() and char.isupper():
        return 1.0
    two = text[max(at - 2, 0) : at]
    if before.isupper() and char.islower() and (after.isupper() or (len(two) == 2 and two.isalpha() and two.isupper())):
        return 1.0
    if char in _COMMON:
        return 0.0
    return 0.1 if char in _WESTERN else 0.15 if char in _CENTRAL else 0.6
