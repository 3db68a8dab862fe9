"""A delimited text file as one table: encoding, delimiter, records. Every cell is text.

A first pass over the whole file decides and refuses, so that no row of a file that is refused is ever handed out.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from . import charsets, problems
from .cells import ROW, RawRow, Scalar, Special, column_letters, shorten
from .limits import MIB, Limits
from .merged import Area
from .problems import Unreadable
from .records import LONGEST_FIELD, Record, records, usual_width
from .texts import CONTROLS

DELIMITERS: Final = (",", ";", "\t", "|")
_ERRORS: Final = frozenset(["#N/A", "#NAME?", "#DIV/0!", "#REF!", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"])
# What csv_safe put in front of a text that begins like a formula comes off again (workbook/safety.py).
QUOTED_FORMULA: Final = re.compile("''*[=+\\-@\t\r\x00]")
_TEXT_FORMULA: Final = re.compile(r'="([^"=]*)"')  # how a program is told to keep a number as text
_TEXT_MARK: Final = re.compile(r"'\d[^\s']*")
_HEAD_BYTES = 256 * 1024
_LONGEST_LINE = 8 * MIB
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_END_OF_DOS = "\x1a"  # alone in the last line
_SAMPLE_RECORDS = 100
_SHOWN_READINGS, _SHOWN_CHARACTERS = 6, 60
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)


class CsvTable:
    """One delimited file. `rows()` once.

    charset: what somebody said that the text is in; it counts where the bytes leave that open.
    """

    kind = "csv"

    def __init__(self, file: BinaryIO, limits: Limits, charset: str | None = None) -> None:
        csv.field_size_limit(LONGEST_FIELD)
        self._file = file
        self._limits = limits
        self._charset = charset
        self._possible: list[str] = []  # sets that the text can be in, when its bytes leave that open
        self._samples: list[str] = []
        self._characters: set[str] = set()  # that the samples show
        self._is_damaged = False  # UTF-8 with bytes that are none
        self.encoding = self._detect_encoding()
        self._offset = 0
        head = self._decoded_head()
        self.delimiter = _delimiter_of(head)
        self._width = usual_width(head, self.delimiter)
        self._filled = self._survey()
        self._readings = self._distinct_readings()

    def facts(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "encoding": self.encoding,
            "readings": self._readings,
            "delimiter": self.delimiter,
            "rows_estimate": self._filled,
        }

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        if len(self._readings) < 2 or self._charset == self.encoding:
            return []
        return [(problems.ENCODING_ASSUMED, {"encoding": self.encoding})]

    def check_layout(self, first_row: int, width: int) -> None:
        """Text has no merged cells."""

    def merged(self) -> Sequence[Area]:
        """Text has no merged cells."""
        return ()

    def hidden_columns(self, width: int) -> list[str]:
        """Text hides nothing."""
        return []

    def rows(self) -> Iterator[RawRow]:
        """All filled records; numbers are those that a spreadsheet program shows for the file."""
        clean = self._clean_record
        for number, record, line in self._records():
            row = clean(number, record)
            if row is not None:
                if line:
                    row[2].append((ROW, "r", problems.STRAY_QUOTE, {"line": line}))
                elif self._tells_short and len(record) < self._width:
                    context = {"cells": len(record), "columns": self._width}
                    row[2].append((ROW, "r", problems.ROW_TOO_SHORT, context))
                yield row

    # --- cells

    def _clean_record(self, number: int, record: list[str]) -> RawRow | None:
        cells: list[Scalar] = [text if text and not text.isspace() else None for text in record]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return None
        specials: list[Special] = []
        longest = self._limits.max_cell_characters
        for index, text in enumerate(cells):
            if text is None or (text[0] not in "#'=" and len(text) <= longest and not self._controls):  # type: ignore[index, arg-type]  # texts here
                continue
            special = self._special(str(text))
            if special is not None:
                specials.append((index, *special))
                cells[index] = None
            elif formula := _TEXT_FORMULA.fullmatch(str(text)):
                cells[index] = formula[1] or None
            elif _TEXT_MARK.fullmatch(str(text)):
                cells[index] = str(text)[1:]
            elif QUOTED_FORMULA.match(str(text)):
                cells[index] = None if str(text)[1:].isspace() else str(text)[1:]
        if not specials and not any(cells):
            return None
        return number, cells, specials

    def _special(self, text: str) -> Special | None:
        if len(text) > self._limits.max_cell_characters:
            return ("x", problems.CELL_TOO_LONG, shorten(text))
        if self._is_damaged and _REPLACED in text:
            return ("x", problems.BYTES_UNREADABLE, shorten(text))
        if self._controls and CONTROLS.search(text):
            return ("x", problems.CONTROL_CHARACTER, shorten(text))
        if text.strip() in _ERRORS:
            return ("x", problems.CELL_ERROR, text.strip())
        return None

    # --- records

    def _lines(self) -> Iterator[str]:
        self._file.seek(0)
        source: Any = _Unclosed(self._file)
        text = io.TextIOWrapper(source, encoding=self.encoding, errors=self._errors, newline="")
        number = 0
        while True:
            try:
                line = text.readline(_LONGEST_LINE)
            except UnicodeError as error:
                raise Unreadable(problems.FILE_UNREADABLE_TEXT, line=number + 1) from error
            if not line:
                break
            number += 1
            if len(line) >= _LONGEST_LINE:
                raise Unreadable(problems.FILE_LINE_TOO_LONG, line=number, limit=_LONGEST_LINE)
            if number == 1 and _SEPARATOR_LINE.fullmatch(line):
                continue
            if line == _END_OF_DOS:
                continue
            yield line
        text.detach()

    def _records(self) -> Iterator[Record]:
        return records(self._lines(), self.delimiter, self._width)

    def _survey(self) -> int:
        """Read it all once: rows, columns, quotes, whether there are control characters at all, and whether a row with
        fewer cells than the others says something, which it does not where programs leave out empty ones."""
        limits, filled, short, self._controls = self._limits, 0, 0, True
        widest = limits.max_columns
        for number, record, _ in self._records():
            if len(record) > widest:
                used = max((index for index, text in enumerate(record) if text.strip()), default=-1)
                if used >= widest:
                    cell = f"{column_letters(used)}{number}"
                    raise Unreadable(problems.FILE_TOO_MANY_COLUMNS, limit=widest, cell=cell)
            if self._possible and len(self._samples) < _SHOWN_READINGS:
                self._sample(record)
            if record and (record[0] or any(record)):
                filled += 1
                short += len(record) < self._width
                if filled > limits.max_rows + 2 and any(text.strip() for text in record):
                    raise Unreadable(problems.FILE_TOO_MANY_ROWS, limit=limits.max_rows)
        self._controls = self._is_damaged or self._has_controls()
        self._tells_short = 0 < short * 3 <= filled
        return filled

    def _sample(self, record: list[str]) -> None:
        """Remember the cells that show characters outside of ASCII which no cell before them shows."""
        for text in record:
            if not text.isascii() and len(self._samples) < _SHOWN_READINGS:
                shown = text.strip()[:_SHOWN_CHARACTERS]
                new = {char for char in shown if not char.isascii()} - self._characters
                if new:
                    self._characters |= new
                    self._samples.append(shown)

    def _distinct_readings(self) -> list[tuple[str, list[str]]]:
        """The samples as each set reads them; of sets that read them alike, the one in use, else the likeliest."""
        in_use_first = sorted(self._possible, key=lambda charset: charset != self.encoding)
        ways: dict[tuple[str, ...], str] = {}
        for charset, texts in charsets.readings(self._samples, self.encoding, in_use_first):
            ways.setdefault(tuple(texts), charset)
        return [(charset, list(texts)) for texts, charset in ways.items()]

    def _has_controls(self) -> bool:
        if self.encoding.startswith(("utf-16", "utf-32")):
            return True
        self._file.seek(0)
        while chunk := self._file.read(MIB):
            if _CONTROL_BYTES.search(chunk):
                return True
        return False

    # --- what kind of text

    def _detect_encoding(self) -> str:
        """BOM; else strict UTF-8; else the 8-bit set that was said, or the likeliest, so that a page can ask."""
        self._file.seek(0)
        head = self._file.read(_HEAD_BYTES)
        if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
            raise Unreadable(problems.FILE_EMPTY)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig" if self._decodes("utf-8-sig") else self._damaged_utf8("utf-8-sig")
        if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return self._checked("utf-32")
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return self._checked("utf-16")
        if head.count(0) * 10 > len(head):
            return self._checked(_utf16_by_zeros(head))
        if sum(byte < 32 and byte not in (9, 10, 12, 13, 26) for byte in head) * 20 > len(head):
            raise Unreadable(problems.FILE_UNREADABLE_TEXT)
        if self._decodes("utf-8"):
            return "utf-8"
        return self._damaged_utf8("utf-8") or self._eight_bit()

    def _eight_bit(self) -> str:
        """The character set of a text of one byte a character. Refuses: FILE_UNREADABLE_TEXT."""
        places = charsets.Places()
        self._file.seek(0)
        while chunk := self._file.read(MIB):
            places.add(chunk)
        self._possible = places.possible()
        likeliest = self._possible[0]
        if places.is_unlikely(likeliest):
            raise Unreadable(problems.FILE_UNREADABLE_TEXT)
        return self._charset if self._charset in self._possible else likeliest

    def _damaged_utf8(self, encoding: str) -> str:
        """The encoding, of UTF-8 with some bad bytes; "" for a text in another encoding.

        Read as Windows text, every name outside of A to Z would be wrong, so the cells with such bytes are told.
        Refuses: FILE_UNREADABLE_TEXT, when the text has the mark of UTF-8 and little else of it.
        """
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        bad = wide = 0
        self._file.seek(0)
        while chunk := self._file.read(MIB):
            text = decoder.decode(chunk)
            bad += text.count(_REPLACED)
            wide += len(text) - len(text.encode("ascii", "ignore"))
        if wide > 2 * bad:
            self._is_damaged = True
            return encoding
        if encoding == "utf-8-sig":
            raise Unreadable(problems.FILE_UNREADABLE_TEXT, line=self._bad_line)
        return ""

    def _checked(self, encoding: str) -> str:
        if not self._decodes(encoding):
            raise Unreadable(problems.FILE_UNREADABLE_TEXT, line=self._bad_line)
        return encoding

    def _decodes(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        self._file.seek(0)
        self._bad_line = 1
        try:
            while chunk := self._file.read(MIB):
                decoder.decode(chunk)
                self._bad_line += chunk.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            self._bad_line += chunk[: getattr(error, "start", 0)].count(b"\n")
            return False
        return True

    def _decoded_head(self) -> str:
        self._file.seek(0)
        decoder = codecs.getincrementaldecoder(self.encoding)(errors=self._errors)
        return decoder.decode(self._file.read(_HEAD_BYTES))

    @property
    def _errors(self) -> str:
        return "replace" if self._is_damaged else "strict"


def _delimiter_of(head: str) -> str:
    """The `sep=` line, else the one under which the first records agree best; "," for a single column."""
    declared = _SEPARATOR_LINE.match(head)
    if declared and declared[1] not in "\"'\r\n":
        return declared[1]
    scored = [(_agreement(head, delimiter), delimiter) for delimiter in DELIMITERS]
    best = max(scored, key=lambda pair: pair[0])
    if best[0] > (0.0, 1):
        return best[1]
    # Nothing but separators is a table of blanks, not a column of semicolons.
    bare = not head.strip("".join(DELIMITERS) + '"\r\n\ufeff ')
    return max(DELIMITERS, key=head.count) if bare else ","


_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _utf16_by_zeros(head: bytes) -> str:
    """UTF-16 without a BOM shows as zeros on one side of each pair."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even and odd * 4 > len(head):
        return "utf-16-le"
    if even > 4 * odd and even * 4 > len(head):
        return "utf-16-be"
    raise Unreadable(problems.FILE_UNREADABLE_TEXT)


def _agreement(head: str, delimiter: str) -> tuple[float, int]:
    """(share of the first records that have as many fields as the header, that number); (0, 1) for a single column."""
    counts: list[int] = []
    try:
        for record in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if any(text.strip() for text in record):
                counts.append(len(record))
            if len(counts) > _SAMPLE_RECORDS:
                break
    except csv.Error:
        return (0.0, 1)
    if len(counts) > 2:
        counts.pop()  # the sample may end in the middle of it
    if not counts or counts[0] < 2:
        return (0.0, 1)
    return (sum(count == counts[0] for count in counts) / len(counts), counts[0])


class _Unclosed(io.RawIOBase):
    """The file under a text layer that must not close it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
