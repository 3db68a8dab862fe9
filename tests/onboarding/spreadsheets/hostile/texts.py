"""Delimited text that is damaged, huge, or in no encoding."""

from collections.abc import Callable

from onboarding.spreadsheets import problems
from onboarding.spreadsheets.cells import BrokenCell

from .case import Case, Cells

_GOOD = b"name,zip\na,b\n"


def made(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def read(name: str, content: bytes, cells: Cells, *notes: str) -> Case:
    return Case(name, made(content), file_name="meters.csv", cells=cells, notes=notes)


def refused(name: str, content: bytes | Callable[[], bytes], answer: str, **limits: int) -> Case:
    make = made(content) if isinstance(content, bytes) else content
    return Case(name, make, answer, file_name="meters.csv", limits=limits)


TEXTS: tuple[Case, ...] = (
    refused("BOM only", b"\xef\xbb\xbf", problems.FILE_EMPTY),
    refused("BOM of UTF-16 only", b"\xff\xfe", problems.FILE_EMPTY),
    refused("NUL only", bytes(5_000), problems.FILE_EMPTY),
    refused("separators only", b";;;;\r\n" * 50, problems.FILE_NO_HEADER),
    refused("header only", b"name,zip\r\n\r\n,,\r\n", problems.FILE_NO_ROWS),
    refused("sep line only", b"sep=;\r\n", problems.FILE_NO_HEADER),
    refused(
        "a million columns",
        lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\na,b\n",
        "FILE_TOO_MANY_COLUMNS",
    ),
    refused("501 columns in row 3", _GOOD + b",".join([b"x"] * 501) + b"\n", problems.FILE_TOO_MANY_COLUMNS),
    refused("100,001 rows", lambda: b"name,zip\n" + b"a,b\n" * 100_001, problems.FILE_TOO_MANY_ROWS),
    refused("larger than it may be", lambda: _GOOD * 5_000_000, problems.FILE_TOO_LARGE),
    refused("line of 100 MiB", lambda: _GOOD + b"x" * (100 << 20), "FILE_LINE_TOO_LONG", max_bytes=200 << 20),
    refused("one field of 2 MiB", _GOOD + b"x" * (2 << 20) + b",b\n", problems.FILE_LINE_TOO_LONG),
    read("unclosed quote", b'name,zip\n"a,b\nc,d\n', [['"a', "b"], ["c", "d"]]),
    refused(
        "2,000 lines that each open a quote", lambda: b"name,zip\n" + b'a","""\n' * 2_000, problems.FILE_UNCLOSED_QUOTE
    ),
    refused("unclosed quote in the header", b'"name,zip\na,b\n', problems.FILE_UNCLOSED_QUOTE),
    refused("a single quote", b'"', problems.FILE_NO_HEADER),
    read(
        "UTF-8 with a damaged letter",
        "name,zip\nZoë,ß\nMálaga,ñ\n".encode() + b"Zo\xeb,1\n",
        [["Zoë", "ß"], ["Málaga", "ñ"], [BrokenCell("BYTES_UNREADABLE", "Zo\N{REPLACEMENT CHARACTER}"), "1"]],
    ),
    read("bytes that Windows has no letter for", b"name,zip\n\x81,\x8d\n", [["Å", "ç"]], "ENCODING_ASSUMED"),
    refused(
        "bytes that are nonsense in every set", b"name,zip\n" + b"a\x81\xadb,\x8d\xb1x\n" * 9, "FILE_UNREADABLE_TEXT"
    ),
    refused("UTF-16 that ends in the middle", "name,zip\na,b\n".encode("utf-16") + b"x", problems.FILE_UNREADABLE_TEXT),
    refused(
        "half a character in UTF-16",
        b"\xff\xfe" + "n,z\na".encode("utf-16-le") + b"\x00\xd8,\x00",
        "FILE_UNREADABLE_TEXT",
    ),
    refused("control characters all over", bytes(range(1, 32)) * 60, problems.FILE_UNREADABLE_TEXT),
    refused("json", b'{"assets": [{"partner_reference": "a"}]}', problems.FILE_NO_ROWS),
    read(
        "quotes in the middle", b'name,zip\n5" pipe,say "hi"\n"a ""b""",c\n', [['5" pipe', 'say "hi"'], ['a "b"', "c"]]
    ),
    read("characters behind a quote", b'name,zip\n"a"b,c\n', [["ab", "c"]]),
    read(
        "NUL in a cell",
        b"name,zip\na\x00b,c\nsomething,longer\n",
        [[BrokenCell("CONTROL_CHARACTER", "a\x00b"), "c"], ["something", "longer"]],
    ),
    read("UTF-16 without a BOM", "name,zip\na,b\nc,d\n".encode("utf-16-le"), [["a", "b"], ["c", "d"]]),
    read("UTF-16 the other way round", "name,zip\na,b\nc,d\n".encode("utf-16-be"), [["a", "b"], ["c", "d"]]),
    read("UTF-32", "name,zip\nZoë,b\n".encode("utf-32"), [["Zoë", "b"]]),
    read("Windows text", "name,zip\nZoë,“b” €\n".encode("cp1252"), [["Zoë", "“b” €"]], "ENCODING_ASSUMED"),
    read("half a character in UTF-8", b"name,zip\n\xed\xa0\x80,b\n", [["í\xa0€", "b"]], "ENCODING_ASSUMED"),
    read("sep line", b"sep=;\nname;zip\n1,2;3\n", [["1,2", "3"]]),
    read("sep line in quotes", b'"sep=|"\r\nname|zip\r\n1|2\r\n', [["1", "2"]]),
    read("sep line with a letter", b"sep=x\nnamexzip\naxb\n", [["a", "b"]]),
    read("line ends of old Macs", b"name,zip\ra,b\rc,d\r", [["a", "b"], ["c", "d"]]),
    read("line ends of all kinds", b"name,zip\r\na,b\nc,d\re,f", [["a", "b"], ["c", "d"], ["e", "f"]]),
    read("end of file of DOS", b"name,zip\r\na,b\r\n\x1a", [["a", "b"]]),
    read("formulas", b"name,zip\n=1+1,@SUM(A1)\n", [["=1+1", "@SUM(A1)"]]),
    read("errors", b"name,zip\n#N/A,#REF!\n", [[BrokenCell("CELL_ERROR", "#N/A"), BrokenCell("CELL_ERROR", "#REF!")]]),
    read("blank rows in between", b"name,zip\na,b\n" + b",\n" * 5_000 + b"c,d\n", [["a", "b"], ["c", "d"]]),
    read("wide rows of nothing", b"name,zip\na,b\n" + b"," * 500_000 + b"\nc,d\n", [["a", "b"], ["c", "d"]]),
    read(
        "cell of 40,000 characters",
        b"name,zip\n" + b"x" * 40_000 + b",b\n",
        [[BrokenCell("CELL_TOO_LONG", "x" * 119 + "…"), "b"]],
    ),
    read(
        "cell of 200,000 characters between semicolons",
        b"name;zip\n" + b"x" * 200_000 + b";b\n",
        [[BrokenCell("CELL_TOO_LONG", "x" * 119 + "…"), "b"]],
    ),
)
