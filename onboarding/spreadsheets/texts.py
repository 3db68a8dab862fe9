"""The texts of an xlsx: escapes, limits, and the shared string table, which is read with bounded memory."""

import re
import sys
from collections.abc import Iterable
from typing import TypeAlias

from . import markup, problems
from .cells import Special, shorten
from .limits import Limits
from .problems import Unreadable

Text: TypeAlias = str | Special | None

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Text that means the same to a pattern as to expat: no markup, no carriage return, no control character, and of
# entities only the five that XML itself has.
_BARE = r"[^<&\x00-\x08\x0b-\x1f]*+"
PLAIN_TEXT = rf"{_BARE}(?:&(?:amp|lt|gt|quot|apos);{_BARE})*+"
# One plain entry as every program writes it; anything else (rich text, other entities) goes through expat.
_PLAIN = re.compile(rf'<si><t(?: xml:space="preserve")?>({PLAIN_TEXT})</t></si>')
_ENTRY_END = b"</si>"
# An empty entry as programs write it; in full it fits the pattern, and millions of them need no expat.
_EMPTY, _EMPTY_IN_FULL = b"<si><t/></si>", b"<si><t></t></si>"


def clean(text: str, limits: Limits) -> Text:
    """A cell's text: `_x000D_` escapes undone, line ends as \\n, blanks alone as None, too long or NUL as broken."""
    if "_x" in text:
        text = _ESCAPE.sub(_unescape, text)
        if CONTROLS.search(text):  # XML itself holds none; only an escape can bring one in
            return ("x", problems.CONTROL_CHARACTER, shorten(text))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text or text.isspace():
        return None
    return text if len(text) <= limits.max_cell_characters else ("x", problems.CELL_TOO_LONG, shorten(text))


def unescape(text: str) -> str:
    """XML's own five entities undone, "&amp;" last."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _unescape(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code <= 0xDFFF else chr(code)


def _size_of(text: Text) -> int:
    """What an entry takes in memory, in bytes: Python gives blocks of 16, and the list has a pointer to it."""
    own = sys.getsizeof(text) + sys.getsizeof(text[-1]) if isinstance(text, tuple) else sys.getsizeof(text)
    return (own + 15) // 16 * 16 + 8


class SharedStrings:
    """Reads xl/sharedStrings.xml into a list; its `count` attributes are ignored.

    Plain entries are cut out of the stream and read by pattern; the rest is fed to expat, which therefore still
    validates the document as a whole.
    """

    def __init__(self, part: str, limits: Limits) -> None:
        self.texts: list[Text] = []
        self._part = part
        self._limits = limits
        self._rest = b""
        self._pieces: list[str] | None = None  # of the entry that is open in expat
        self._size = 0  # their characters
        self._depth = 0
        self._collecting = False
        self._phonetic = 0
        self._plain = True
        self._begun = False
        self._parser = markup.Parser(part)
        parser = self._parser.expat
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.XmlDeclHandler = self._declared

    def read(self, chunks: Iterable[bytes]) -> list[Text]:
        """The whole table. Refuses: FILE_BROKEN, FILE_XML_ENTITIES, FILE_ZIP_BOMB (it takes too much memory)."""
        taken = counted = 0
        for chunk in chunks:
            self._feed(chunk)
            taken += sum(map(_size_of, self.texts[counted:]))
            counted = len(self.texts)
            if taken > self._limits.max_shared_bytes or counted > self._limits.max_shared_strings:
                raise Unreadable(problems.FILE_ZIP_BOMB, part=self._part)
        self._parser.feed(self._rest, final=True)
        return self.texts

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._plain = self._plain and (encoding or "utf-8").lower() in ("utf-8", "utf8")

    def _feed(self, chunk: bytes) -> None:
        if not self._plain:
            self._parser.feed(self._rest + chunk)
            self._rest = b""
            return
        buffer = self._rest + chunk
        cut = buffer.rfind(_ENTRY_END)
        if cut < 0:
            if len(buffer) > 1 << 20:  # an entry of more than any cell may hold: stop gathering
                self._plain = False
            self._rest = buffer
            return
        cut += len(_ENTRY_END)
        self._rest = buffer[cut:]
        self._read_complete(buffer[:cut])

    def _read_complete(self, buffer: bytes) -> None:
        if not self._begun:
            first = max(buffer.find(b"<si>"), 0)
            self._parser.feed(buffer[:first])  # the prologue names the encoding
            self._begun, buffer = True, buffer[first:]
        if not self._plain or b"<!" in buffer or b"<?" in buffer or b"xmlns" in buffer:
            self._plain = False  # comments and CDATA could hide entries from the pattern
            self._parser.feed(buffer)
            return
        try:
            parts = _PLAIN.split(buffer.replace(_EMPTY, _EMPTY_IN_FULL).decode())
        except UnicodeDecodeError as error:
            raise Unreadable(problems.FILE_BROKEN, detail="not UTF-8", part=self._part) from error
        betweens, plains = parts[0::2], parts[1::2]
        if not any(betweens) and self._pieces is None:
            self._add_plain(plains)
            return
        for between, plain in zip(betweens, [*plains, None], strict=True):
            if between:
                self._parser.feed(between.encode())
            if plain is not None:
                self._add_plain([plain])

    def _add_plain(self, plains: list[str]) -> None:
        if self._pieces is not None:
            raise Unreadable(problems.FILE_BROKEN, detail="entry in entry", part=self._part)
        limits = self._limits
        self.texts.extend([clean(unescape(text) if "&" in text else text, limits) for text in plains])

    def _start(self, name: str, _: dict[str, str]) -> None:
        own = markup.local_name(name)
        self._depth += 1
        if self._depth > markup.DEEPEST:
            self._parser.refuse_depth()
        if own == "si":
            self._pieces, self._size = [], 0
        elif own == "rPh":
            self._phonetic += 1
        elif own == "t":
            self._collecting = self._pieces is not None and not self._phonetic

    def _end(self, name: str) -> None:
        own = markup.local_name(name)
        self._depth -= 1
        if own == "t":
            self._collecting = False
        elif own == "rPh":
            self._phonetic -= 1
        elif own == "si":
            self.texts.append(clean("".join(self._pieces or ()), self._limits))
            self._pieces = None

    def _characters(self, text: str) -> None:
        if self._collecting and self._pieces is not None:
            if self._size > self._limits.max_cell_characters:
                return  # already longer than any cell may be
            self._size += len(text)
            self._pieces.append(text)
