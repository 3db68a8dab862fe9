"""What can be wrong with a file or a cell, as codes. The texts for people are registered in onboarding/uploads."""

from functools import partial
from typing import Final


class Unreadable(Exception):
    """The file as a whole is refused: `code` is one of FILE_CODES, `context` the facts (JSON values) for the text.

    It can be raised when the book is opened and also later, between two chunks of rows; what was read before
    then must be thrown away.
    """

    def __init__(self, code: str, **context: object) -> None:
        super().__init__(code, context)
        self.code = code
        self.context = context

    def __str__(self) -> str:
        return f"{self.code} {self.context}" if self.context else self.code

    def __reduce__(self) -> tuple[object, ...]:
        return partial(Unreadable, self.code, **self.context), ()


# --- the file as a whole (Unreadable.code); behind each, its context keys
FILE_EMPTY: Final = "FILE_EMPTY"  # no bytes, or only blanks
FILE_NOT_A_SPREADSHEET: Final = "FILE_NOT_A_SPREADSHEET"  # kind: "pdf", "html", "word", "image", "zip", "ole", "other"
FILE_ENCRYPTED: Final = "FILE_ENCRYPTED"  # a password is needed to open it
FILE_OLD_EXCEL: Final = "FILE_OLD_EXCEL"  # an .xls older than Excel 5
FILE_NUMBERS: Final = "FILE_NUMBERS"  # .numbers
FILE_ARCHIVE_EMPTY: Final = "FILE_ARCHIVE_EMPTY"  # a .zip with no file in it
FILE_ARCHIVE_MANY: Final = "FILE_ARCHIVE_MANY"  # names (the first), count: a .zip with several files
FILE_ARCHIVE_NESTED: Final = "FILE_ARCHIVE_NESTED"  # name: a .zip or .gz inside of one
FILE_ARCHIVE_ENCRYPTED: Final = "FILE_ARCHIVE_ENCRYPTED"  # a .zip with a password
FILE_ARCHIVE_PATHS: Final = "FILE_ARCHIVE_PATHS"  # name: a file of a .zip that would land outside of its folder
FILE_HAS_MACROS: Final = "FILE_HAS_MACROS"  # .xlsm, or macros inside whatever its name
FILE_TOO_LARGE: Final = "FILE_TOO_LARGE"  # bytes, limit_bytes
FILE_ZIP_BOMB: Final = "FILE_ZIP_BOMB"  # part: unpacks to far more than a workbook holds, or has too many parts
FILE_BROKEN: Final = "FILE_BROKEN"  # detail (for logs): truncated, wrong checksum, malformed XML, missing parts
FILE_XML_ENTITIES: Final = "FILE_XML_ENTITIES"  # part: has a DOCTYPE, which no spreadsheet program writes
FILE_TOO_MANY_ROWS: Final = "FILE_TOO_MANY_ROWS"  # limit
FILE_TOO_MANY_ROWS_OF_KIND: Final = "FILE_TOO_MANY_ROWS_OF_KIND"  # limit, kind: more than may be read of such a file
FILE_TOO_MANY_COLUMNS: Final = "FILE_TOO_MANY_COLUMNS"  # limit, cell
FILE_CELL_OUT_OF_RANGE: Final = "FILE_CELL_OUT_OF_RANGE"  # cell: lies outside A1:XFD1048576
FILE_NO_SHEET: Final = "FILE_NO_SHEET"  # sheet (only when one was asked for by name): no visible sheet with cells
FILE_NO_HEADER: Final = "FILE_NO_HEADER"  # sheet: no filled cell at all
FILE_NO_ROWS: Final = "FILE_NO_ROWS"  # sheet: a header and nothing below it
FILE_MERGED_CELLS: Final = "FILE_MERGED_CELLS"  # ranges: list such as ["B2:C2"], the first 20; count
FILE_DUPLICATE_ENTRIES: Final = "FILE_DUPLICATE_ENTRIES"  # part: two parts of one name, readers would disagree
FILE_UNCLOSED_QUOTE: Final = "FILE_UNCLOSED_QUOTE"  # row, line: where the quoted cell begins
FILE_LINE_TOO_LONG: Final = "FILE_LINE_TOO_LONG"  # line, limit (characters)
FILE_READER_DIED: Final = "FILE_READER_DIED"  # reason: "memory", "cpu", "wall", "abort", "protocol"
FILE_UNREADABLE_TEXT: Final = "FILE_UNREADABLE_TEXT"  # line (when known): bytes that are no text in any known encoding

FILE_CODES: Final = (
    FILE_EMPTY,
    FILE_NOT_A_SPREADSHEET,
    FILE_ENCRYPTED,
    FILE_OLD_EXCEL,
    FILE_NUMBERS,
    FILE_ARCHIVE_EMPTY,
    FILE_ARCHIVE_MANY,
    FILE_ARCHIVE_NESTED,
    FILE_ARCHIVE_ENCRYPTED,
    FILE_ARCHIVE_PATHS,
    FILE_HAS_MACROS,
    FILE_TOO_LARGE,
    FILE_ZIP_BOMB,
    FILE_BROKEN,
    FILE_XML_ENTITIES,
    FILE_TOO_MANY_ROWS,
    FILE_TOO_MANY_ROWS_OF_KIND,
    FILE_TOO_MANY_COLUMNS,
    FILE_CELL_OUT_OF_RANGE,
    FILE_NO_SHEET,
    FILE_NO_HEADER,
    FILE_NO_ROWS,
    FILE_MERGED_CELLS,
    FILE_DUPLICATE_ENTRIES,
    FILE_UNCLOSED_QUOTE,
    FILE_LINE_TOO_LONG,
    FILE_READER_DIED,
    FILE_UNREADABLE_TEXT,
)

# --- one cell (BrokenCell.code); `shown` is what the file holds there, shortened
CELL_ERROR: Final = "CELL_ERROR"  # #N/A, #REF!, #DIV/0! …
FORMULA_WITHOUT_VALUE: Final = "FORMULA_WITHOUT_VALUE"  # a formula that no spreadsheet program has calculated
CELL_TOO_LONG: Final = "CELL_TOO_LONG"  # over Limits.max_cell_characters
NUMBER_LOST_DIGITS: Final = "NUMBER_LOST_DIGITS"  # a number of more than 15 digits: its tail is gone
NUMBER_UNREADABLE: Final = "NUMBER_UNREADABLE"  # a number cell that holds no finite number
DATE_OUT_OF_RANGE: Final = "DATE_OUT_OF_RANGE"  # a date format over a number that is no day of the calendar
DATE_UNREADABLE: Final = "DATE_UNREADABLE"  # a date cell whose text is no ISO date
CONTROL_CHARACTER: Final = "CONTROL_CHARACTER"  # NUL and its like
BYTES_UNREADABLE: Final = "BYTES_UNREADABLE"  # bytes that are no UTF-8, in a file that is

CELL_CODES: Final = (
    CELL_ERROR,
    FORMULA_WITHOUT_VALUE,
    CELL_TOO_LONG,
    NUMBER_LOST_DIGITS,
    NUMBER_UNREADABLE,
    DATE_OUT_OF_RANGE,
    DATE_UNREADABLE,
    CONTROL_CHARACTER,
    BYTES_UNREADABLE,
)

# --- one row (RowFault.code)
STRAY_QUOTE: Final = "STRAY_QUOTE"  # line: a quote does not close in it, or text follows where it closes
ROW_TOO_WIDE: Final = "ROW_TOO_WIDE"  # cells (shown), columns: letters of filled cells beyond the header
ROW_TOO_SHORT: Final = "ROW_TOO_SHORT"  # cells, columns: how many it has, and how many the other rows have
CELLS_MERGED: Final = "CELLS_MERGED"  # ranges: list such as ["B2:C2"], the merged areas that the row is part of

ROW_CODES: Final = (STRAY_QUOTE, ROW_TOO_WIDE, ROW_TOO_SHORT, CELLS_MERGED)
MILD_ROW_CODES: Final = frozenset({ROW_TOO_SHORT, CELLS_MERGED})  # a total or a heading may be so, too

# --- things to mention (Note.code); the file is read all the same
HIDDEN_ROWS: Final = "HIDDEN_ROWS"  # count, first (row number): read like the others
HIDDEN_COLUMNS: Final = "HIDDEN_COLUMNS"  # columns: letters, read like the others
HIDDEN_SHEETS: Final = "HIDDEN_SHEETS"  # sheets: names, not read
OTHER_SHEETS: Final = "OTHER_SHEETS"  # sheets: names of visible sheets that were not read
EXTERNAL_LINKS: Final = "EXTERNAL_LINKS"  # the workbook points to other files; nothing was fetched
ENCODING_ASSUMED: Final = "ENCODING_ASSUMED"  # encoding: not UTF-8, so this was assumed and wants a look
TITLE_ROWS: Final = "TITLE_ROWS"  # rows: numbers of the filled rows above the header, not read
UNNAMED_COLUMNS: Final = "UNNAMED_COLUMNS"  # columns: letters of filled columns without a header, not read
FORMATS_NOT_READ: Final = "FORMATS_NOT_READ"  # kind: number formats, errors and what is hidden are lost in it
MERGED_CELLS_NOT_SEEN: Final = "MERGED_CELLS_NOT_SEEN"  # kind: nobody can tell whether cells are merged
UNPACKED: Final = "UNPACKED"  # kind ("zip", "gz"), named (": " and the file's name inside, or ""): taken out of it
FILE_NAME_DIFFERS: Final = "FILE_NAME_DIFFERS"  # kind: the content is of another kind than the name says

NOTE_CODES: Final = (
    HIDDEN_ROWS,
    HIDDEN_COLUMNS,
    HIDDEN_SHEETS,
    OTHER_SHEETS,
    EXTERNAL_LINKS,
    ENCODING_ASSUMED,
    TITLE_ROWS,
    UNNAMED_COLUMNS,
    FORMATS_NOT_READ,
    MERGED_CELLS_NOT_SEEN,
    UNPACKED,
    FILE_NAME_DIFFERS,
)
