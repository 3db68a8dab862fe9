"""Delimited text: encodings, delimiters, quotes, row numbers, broken cells."""

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.spreadsheets.cells import BrokenCell, Row
from onboarding.spreadsheets.csvfile import CsvTable
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.workbook import csv_safe, write_csv

from .books import Read, reader_in

Reading = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_without_a_note(read: Reading, encoding: str) -> None:
    result = read("name,town\nZoë,Málaga\n東京,x\n".encode(encoding), "a.csv")

    assert (result.header, result.cells) == (("name", "town"), [["Zoë", "Málaga"], ["東京", "x"]])
    assert result.notes == {}


def test_windows_text_is_read_and_wants_a_look(read: Reading) -> None:
    result = read("name,town\nZoë,“Málaga” €\n".encode("cp1252"), "a.csv")

    assert (result.cells, result.notes) == ([["Zoë", "“Málaga” €"]], {"ENCODING_ASSUMED": {"encoding": "cp1252"}})


@pytest.mark.parametrize(
    ("text", "delimiter", "header", "cells"),
    [
        ("a;b;c\n1,5;2,25;x\n3,5;4,25;y\n", ";", ("a", "b", "c"), [["1,5", "2,25", "x"], ["3,5", "4,25", "y"]]),
        ("a\tb\n1,5\tx, y\n", "\t", ("a", "b"), [["1,5", "x, y"]]),
        ("a|b\n1|2\n", "|", ("a", "b"), [["1", "2"]]),
        ("a,b\n1,2;3\n", ",", ("a", "b"), [["1", "2;3"]]),
        ("name\nanna\nbob\n", ",", ("name",), [["anna"], ["bob"]]),
        ("sep=;\na;b\n1,2;3\n", ";", ("a", "b"), [["1,2", "3"]]),
        ('a;b\n"1;x";2\n"3;y";4\n', ";", ("a", "b"), [["1;x", "2"], ["3;y", "4"]]),
        ("a,b\r1,2\r3,4\r", ",", ("a", "b"), [["1", "2"], ["3", "4"]]),
        ('a,b\r\n5" pipe,x\r\n', ",", ("a", "b"), [['5" pipe', "x"]]),
    ],
)
def test_delimiter_is_found(
    read: Reading, text: str, delimiter: str, header: tuple[str, ...], cells: list[list[str]]
) -> None:
    result = read(text.encode(), "a.csv")

    assert result.facts is not None
    assert (result.facts.delimiter, result.header, result.cells) == (delimiter, header, cells)


def test_row_numbers_are_those_of_a_spreadsheet_program(read: Reading) -> None:
    result = read(b'\nname,zip\n"a\nb",1\n\n,\nc,2\n', "a.csv")

    assert result.header_row == 2
    assert result.rows == [Row(3, ["a\nb", "1"]), Row(6, ["c", "2"])]


def test_broken_cells_do_not_break_their_neighbours(read: Reading) -> None:
    result = read(b"a,b,c,d\nn\x00l,#N/A," + b"x" * 40_000 + b",fine\n", "a.csv")

    assert result.cells == [
        [
            BrokenCell("CONTROL_CHARACTER", "n\x00l"),
            BrokenCell("CELL_ERROR", "#N/A"),
            BrokenCell("CELL_TOO_LONG", "x" * 119 + "…"),
            "fine",
        ]
    ]


def test_text_keeps_its_zeros_and_formulas(read: Reading) -> None:
    result = read(b"a,b,c,d\n00501,=1+1, x ,1.00890E+21\n", "a.csv")

    assert result.cells == [["00501", "=1+1", " x ", "1.00890E+21"]]


def test_short_rows_are_padded(read: Reading) -> None:
    assert read(b"a,b,c\n1\n1,2,3,,,\n", "a.csv").cells == [["1", None, None], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1 555", "'+1 555"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("'=x", "''=x"),
        ("-97.74", "-97.74"),
        (-97.74, -97.74),
        ("it's", "it's"),
        (None, None),
    ],
)
def test_formula_like_text_is_written_safely(value: object, written: object) -> None:
    assert csv_safe(value) == written


def through_a_file(rows: list[list[str]]) -> list[list[object]]:
    """Written by write_csv and read by the reader itself, without a child."""
    width = max(len(row) for row in rows)
    content = b"".join(write_csv([f"h{index}" for index in range(width)], rows))
    with tempfile.TemporaryFile() as file:
        file.write(content)
        table = CsvTable(file, Limits())
        return [cells + [None] * (width - len(cells)) for _, cells, _ in list(table.rows())[1:]]


texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=12).filter(
    lambda text: not text.startswith("#")
)


@settings(max_examples=150)
@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_text_comes_back_from_our_own_csv(rows: list[list[str]]) -> None:
    expected = [[text if text and not text.isspace() else None for text in row] for row in rows]

    assert through_a_file(rows) == [row for row in expected if any(row)]


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_coded_refusal(content: bytes) -> None:
    from onboarding.spreadsheets.child import read_frames
    from onboarding.spreadsheets.problems import FILE_CODES, Unreadable

    try:
        last = list(read_frames(io.BytesIO(content), file_name="a.csv", limits=Limits(), sheet=None))[-1]
    except Unreadable as refusal:
        last = refusal.code.encode()

    assert last.startswith(b'["end"') or last.decode() in FILE_CODES


def test_blank_text_that_csv_safe_quoted_is_blank_again() -> None:
    assert through_a_file([["\t", "", ""], ["a", "\t", "b"]]) == [["a", None, "b"]]


def test_write_csv_is_what_csv_reader_reads() -> None:
    content = b"".join(write_csv(["a", "b"], [["x", 1], ['"q"', None], [True, 1.5]]))

    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["a", "b"],
        ["x", "1"],
        ['"q"', ""],
        ["TRUE", "1.5"],
    ]
