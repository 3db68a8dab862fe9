"""One worksheet as a stream of rows, with memory bounded by a few rows.

Two ways into one conversion: plain rows are cut out of the stream and read by pattern (shapes.py); whatever differs by
a character goes through expat, which also reads everything around the rows and so still validates the document as a
whole. Both ways give the same cells. `<dimension>` and all `count` attributes are ignored.
"""

import re
from collections.abc import Iterable, Iterator

from . import markup, problems
from .cells import RawRow, column_index, column_letters
from .conversion import CellParts, RowBuilder
from .formats import NumberFormat
from .limits import LAST_COLUMN, Limits
from .problems import Unreadable
from .shapes import ROW_ATTRIBUTES, RowShape, plain_cells
from .texts import Text

_ROW_TAG = re.compile(rf"<row{ROW_ATTRIBUTES}(/?)>")
_HIDDEN = re.compile(r'\shidden="(?:1|true)"')
_SHEET_DATA = b"<sheetData>"
_ROW_END = b"</row>"
_LONGEST_ROW_BYTES = 16 * 1024 * 1024
_MOST_MERGED = 10_000
_REFERENCE = re.compile(r"([A-Z]{1,7})([0-9]{1,15})")


class Sheet:
    """Feed it chunks, take rows. `hidden_columns`, `merged` and the builder's hidden rows grow on the way."""

    def __init__(
        self,
        part: str,
        limits: Limits,
        *,
        strings: list[Text],
        formats: dict[str | None, NumberFormat],
        date_1904: bool,
    ) -> None:
        self.builder = RowBuilder(part, limits, strings=strings, formats=formats, date_1904=date_1904)
        self.hidden_columns: list[tuple[int, int]] = []  # first and last, 1-based
        self.merged: list[str] = []
        self._part = part
        self._limits = limits
        self._shape = RowShape(limits.max_columns)
        # the stream
        self._rest = b""
        self._found_data = False
        self._plain = True
        # what expat is inside of
        self._depth = 0
        self._data_depth = 0
        self._had_data = False
        self._row_cells: list[CellParts] | None = None
        self._cell: _OpenCell | None = None
        self._parser = markup.Parser(part)
        parser = self._parser.expat
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.XmlDeclHandler = self._declared

    def read(self, chunks: Iterable[bytes]) -> Iterator[list[RawRow]]:
        """Filled rows, some at a time. Refuses: FILE_BROKEN, FILE_XML_ENTITIES, FILE_TOO_MANY_ROWS and _COLUMNS,
        FILE_CELL_OUT_OF_RANGE."""
        for chunk in chunks:
            self._feed(chunk)
            if self.builder.rows:
                yield self._taken()
        self._parser.feed(self._rest, final=True)
        if self.builder.rows:
            yield self._taken()

    def _taken(self) -> list[RawRow]:
        rows, self.builder.rows = self.builder.rows, []
        return rows

    # --- the stream: plain rows are cut out, the rest goes to expat

    def _feed(self, chunk: bytes) -> None:
        buffer = self._rest + chunk
        self._rest = b""
        if not self._plain:
            self._parser.feed(buffer)
        elif not self._found_data:
            self._seek_data(buffer)
        else:
            self._feed_rows(buffer)

    def _seek_data(self, buffer: bytes) -> None:
        at = buffer.find(_SHEET_DATA)
        if at < 0:
            keep = len(_SHEET_DATA) - 1
            self._parser.feed(buffer[:-keep])
            self._rest = buffer[-keep:]
            return
        at += len(_SHEET_DATA)
        self._parser.feed(buffer[:at])
        self._found_data = True
        self._feed_rows(buffer[at:])

    def _feed_slowly(self, buffer: bytes) -> None:
        """From here on, use expat alone."""
        self._plain = False
        self._parser.feed(buffer)

    def _feed_rows(self, buffer: bytes) -> None:
        # Comments and CDATA could hide rows from a pattern.
        if not self._plain or b"<!" in buffer or b"<?" in buffer or not self._between_rows():
            return self._feed_slowly(buffer)
        cut = buffer.rfind(_ROW_END) + len(_ROW_END)
        if cut < len(_ROW_END):
            complete, self._rest = "", buffer
        else:
            try:
                complete, self._rest = buffer[:cut].decode(), buffer[cut:]
            except UnicodeDecodeError:
                return self._feed_slowly(buffer)
        at = self._read_complete(complete)
        if not self._between_rows() or at < len(complete):
            return self._feed_slowly(complete[at:].encode() + self._take_rest())
        if b"<row" not in self._rest:  # nothing but the end of the sheet may follow
            keep = max(len(self._rest) - len(b"<row") + 1, 0)
            begun, self._rest = self._rest[:keep], self._rest[keep:]
            if begun.strip():
                self._parser.feed(begun)
        if not self._between_rows() or len(self._rest) > _LONGEST_ROW_BYTES:
            self._feed_slowly(self._take_rest())
        return None

    def _take_rest(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest

    def _between_rows(self) -> bool:
        return self._data_depth > 0 and self._depth == self._data_depth

    def _read_complete(self, text: str) -> int:
        """Read text that ends with a row; returns how far it came: less than all means that expat must go on."""
        at, shape, builder = 0, self._shape, self.builder
        while at < len(text):
            if shape.pattern is not None:
                match = shape.pattern.match(text, at)
                if match is not None:
                    number, attributes, *captured = match.groups()
                    if "xmlns" in attributes:
                        return at
                    builder.begin(number, hidden="hidden" in attributes and _says_hidden(attributes))
                    builder.add_planned(shape.plan, shape.width, captured)
                    at = match.end()
                    continue
            after = self._next_row(text, at)
            if after < 0:  # expat took the row and is still inside of something
                return -after
            if after == at:
                return at
            at = after
        return at

    def _next_row(self, text: str, at: int) -> int:
        """Read one row that the learned pattern does not know; returns where it ends, `at` if that is expat's."""
        begin = text.find("<row", at)
        if begin < 0 or (begin > at and not text[at:begin].isspace()):
            return at
        tag = _ROW_TAG.match(text, begin)
        if tag is None or "xmlns" in tag[2]:
            return at
        end = tag.end() if tag[3] else text.find("</row>", tag.end()) + len("</row>")
        body = "" if tag[3] else text[tag.end() : end - len("</row>")]
        cells = plain_cells(body)
        if cells is None:
            self._parser.feed(text[begin:end].encode())
            return end if self._between_rows() else -end
        self.builder.begin(tag[1], hidden="hidden" in tag[2] and _says_hidden(tag[2]))
        self.builder.add(cells)
        self._shape.learn(cells)
        return end

    # --- expat's side

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._plain = (encoding or "utf-8").lower() in ("utf-8", "utf8")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > markup.DEEPEST:
            self._parser.refuse_depth()
        own = markup.local_name(name)
        if self._cell is not None:
            self._cell.enter(own)
        elif self._row_cells is not None:
            if own == "c":
                self._cell = _OpenCell(attributes)
        elif own == "row" and self._data_depth:
            self.builder.begin(attributes.get("r"), hidden=attributes.get("hidden") in ("1", "true"))
            self._row_cells = []
        elif own == "sheetData":
            self._open_data()
        elif own == "mergeCell" and len(self.merged) < _MOST_MERGED:
            self.merged.append(attributes.get("ref", "")[:40])
        elif own == "col" and attributes.get("hidden") in ("1", "true"):
            self._note_hidden_columns(attributes)

    def _open_data(self) -> None:
        if self._had_data:  # readers would disagree about which of the two counts
            raise Unreadable(problems.FILE_BROKEN, detail="sheetData twice", part=self._part)
        self._had_data, self._data_depth = True, self._depth

    def _end(self, name: str) -> None:
        self._depth -= 1
        own = markup.local_name(name)
        if self._cell is not None:
            if own == "c":
                self._end_cell(self._cell)
            else:
                self._cell.leave(own)
        elif own == "row" and self._row_cells is not None:
            cells, self._row_cells = self._row_cells, None
            self.builder.add(cells)
        elif own == "sheetData":
            self._data_depth = 0

    def _characters(self, text: str) -> None:
        if self._cell is not None:
            self._cell.characters(text, self._limits.max_cell_characters)

    def _end_cell(self, cell: "_OpenCell") -> None:
        self._cell = None
        if self._row_cells is None:
            return
        letters, number = self._place(cell.reference, self._row_cells)
        self._row_cells.append((letters, number, cell.style, cell.type, cell.formula, cell.value, cell.inline))
        if len(self._row_cells) > LAST_COLUMN:
            raise Unreadable(problems.FILE_BROKEN, detail="cells in a row", part=self._part)

    def _place(self, reference: str | None, before: list[CellParts]) -> tuple[str, str]:
        """Letters and row number; a cell without a reference follows the one before it."""
        if reference is None:
            index = column_index(before[-1][0]) + 1 if before else 0
            return column_letters(index), str(self.builder.number)
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise Unreadable(problems.FILE_CELL_OUT_OF_RANGE, cell=reference[:40])
        return match[1], match[2]

    def _note_hidden_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal() and len(self.hidden_columns) < LAST_COLUMN:
            self.hidden_columns.append((int(first[:9]), int(last[:9])))


class _OpenCell:
    """The cell that expat is inside of."""

    __slots__ = ("_formula", "_inline", "_into", "_phonetic", "_size", "_value", "reference", "style", "type")

    def __init__(self, attributes: dict[str, str]) -> None:
        self.reference = attributes.get("r")
        self.style = attributes.get("s")
        self.type = attributes.get("t")
        self._formula: list[str] | None = None
        self._value: list[str] | None = None
        self._inline: list[str] | None = None
        self._into: list[str] | None = None
        self._phonetic = 0
        self._size = 0

    @property
    def formula(self) -> str | None:
        return None if self._formula is None else "".join(self._formula)

    @property
    def value(self) -> str | None:
        return None if self._value is None else "".join(self._value)

    @property
    def inline(self) -> str | None:
        return None if self._inline is None else "".join(self._inline)

    def enter(self, own: str) -> None:
        if own in ("v", "f", "is"):
            self._size = 0
        if own == "v":
            self._into = self._value = []
        elif own == "f":
            self._into = self._formula = []
        elif own == "is":
            self._inline = []
        elif own == "rPh":
            self._phonetic += 1
        elif own == "t" and self._inline is not None and not self._phonetic:
            self._into = self._inline

    def leave(self, own: str) -> None:
        if own in ("v", "f", "t"):
            self._into = None
        elif own == "rPh":
            self._phonetic -= 1

    def characters(self, text: str, longest: int) -> None:
        if self._into is not None and self._size <= longest:
            self._size += len(text)
            self._into.append(text)


def _says_hidden(attributes: str) -> bool:
    return _HIDDEN.search(attributes) is not None
