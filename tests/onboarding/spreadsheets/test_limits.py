"""The parts of the reader at their limits: texts, cells, headers, layouts, numbers, merges. No child process."""

import io
from typing import Any

import pytest

from onboarding.spreadsheets.cells import column_index, column_letters, shorten
from onboarding.spreadsheets.conversion import RowBuilder
from onboarding.spreadsheets.csvfile import CsvTable
from onboarding.spreadsheets.formats import NumberFormat, format_of, read_iso, read_number
from onboarding.spreadsheets.headers import HeaderSpec, match_headers
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.table import Fitter, Layout, find_layout, is_key_row, most_names
from onboarding.spreadsheets.texts import clean, unescape
from onboarding.spreadsheets.xlsx import XlsxTable
from tests.onboarding.spreadsheets.books import parts, row, sheet, zipped

SMALL = Limits(max_rows=3, max_columns=3, max_cell_characters=5)


def refusal(make: Any) -> tuple[str, dict[str, Any]] | None:
    try:
        make()
    except Unreadable as refused:
        return refused.code, dict(refused.context)
    return None


# --- letters and texts


@pytest.mark.parametrize(
    ("index", "letters"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")],
)
def test_letters_of_columns(index, letters):
    assert (column_letters(index), column_index(letters)) == (letters, index)


@pytest.mark.parametrize("letters", ["", "a", "A1", "Ä", "@", "["])
def test_what_is_no_letters_of_a_column(letters):
    with pytest.raises(ValueError, match=r".*"):
        column_index(letters)


@pytest.mark.parametrize(("length", "shown"), [(119, 119), (120, 120), (121, 120)])
def test_text_is_shortened_to_120_characters(length, shown):
    text = shorten("x" * length)

    assert (len(text), text.endswith("…")) == (shown, length > 120)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcde", "abcde"),
        ("abcdef", ("x", "CELL_TOO_LONG", "abcdef")),
        ("", None),
        (" \n", None),
        ("a\r\nb\rc", "a\nb\nc"),
        ("_x0041_", "A"),
        ("_x004_", ("x", "CELL_TOO_LONG", "_x004_")),
        ("_xD800_", "\N{REPLACEMENT CHARACTER}"),
        ("_xD7FF_", "\ud7ff"),
        ("_xDFFF_", "\N{REPLACEMENT CHARACTER}"),
        ("_xE000_", "\ue000"),
        ("_x0009_", None),
        ("a_x000A_b", "a\nb"),
        ("_x0008_", ("x", "CONTROL_CHARACTER", "\x08")),
        ("_x001F_", ("x", "CONTROL_CHARACTER", "\x1f")),
        ("_x000B_", ("x", "CONTROL_CHARACTER", "\x0b")),
    ],
)
def test_text_of_a_cell(text, expected):
    assert clean(text, SMALL) == expected


def test_entities_are_undone_once():
    assert unescape("&amp;lt; &lt; &gt; &quot; &apos;") == "&lt; < > \" '"


# --- cells and rows


def built(*cells: Any, **about: Any) -> Any:
    builder = RowBuilder("part", about.pop("limits", SMALL), strings=["one"], formats={}, date_1904=False)
    builder.begin("2", hidden=False)
    builder.add(cells)
    return builder.rows


def cell(letters: str, value: str | None = None, *, kind: str | None = None, number: str = "2", **more: Any) -> Any:
    return letters, number, None, kind, more.get("formula"), value, more.get("inline")


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ([cell("A", "1"), cell("C", "3")], [(2, [1, None, 3], [])]),
        ([cell("C", "3"), cell("A", "1")], [(2, [1, None, 3], [])]),
        ([cell("B")], []),
        ([cell("A", "0", kind="s")], [(2, ["one"], [])]),
        ([cell("A", " ", kind="s")], []),
        ([cell("B", "#N/A", kind="e")], [(2, [None, None], [(1, "x", "CELL_ERROR", "#N/A")])]),
        ([cell("A", "1", kind="b"), cell("B", "0", kind="b")], [(2, [True, False], [])]),
        ([cell("A", "true", kind="b")], [(2, [True], [])]),
        ([cell("A", formula="<f>B1</f>")], [(2, [None], [(0, "x", "FORMULA_WITHOUT_VALUE", "=B1")])]),
        ([cell("A", "", formula="B1")], [(2, [None], [(0, "x", "FORMULA_WITHOUT_VALUE", "=B1")])]),
        ([cell("A", "", formula="B1", kind="str")], []),
        ([cell("A", "5", formula="B1")], [(2, [5], [])]),
        ([cell("A", inline="x")], [(2, ["x"], [])]),
        ([cell("A", "999999999999999")], [(2, [999999999999999], [])]),
        ([cell("A", "1000000000000000")], [(2, [None], [(0, "x", "NUMBER_LOST_DIGITS", "1000000000000000")])]),
        ([cell("A", "100")], [(2, [100], [])]),
        ([cell("A", "1.5")], [(2, [1.5], [])]),
    ],
)
def test_cells_of_a_row_stand_in_their_columns(cells, rows):
    assert built(*cells) == rows


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([cell("A", "1"), cell("A", "2")], "FILE_BROKEN"),
        ([cell("A", "#N/A", kind="e"), cell("A", "2")], "FILE_BROKEN"),
        ([cell("A", "1", number="3")], "FILE_BROKEN"),
        ([cell("A", "1", number="1048577")], "FILE_CELL_OUT_OF_RANGE"),
        ([cell("A", "1", number="1048576")], "FILE_BROKEN"),
        ([cell("XFE", "1", number="3")], "FILE_CELL_OUT_OF_RANGE"),
        ([cell("D", "1")], "FILE_TOO_MANY_COLUMNS"),
        ([cell("A", "1", kind="s")], "FILE_BROKEN"),
        ([cell("A", "-1", kind="s")], "FILE_BROKEN"),
    ],
)
def test_cells_that_cannot_be(cells, code):
    assert (refusal(lambda: built(*cells)) or ("",))[0] == code


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        (["1", "2"], ""),
        (["1", None], ""),
        (["2", "2"], "FILE_BROKEN"),
        (["2", "1"], "FILE_BROKEN"),
        (["0"], "FILE_CELL_OUT_OF_RANGE"),
        (["1048576"], ""),
        (["1048577"], "FILE_CELL_OUT_OF_RANGE"),
        (["x"], "FILE_CELL_OUT_OF_RANGE"),
    ],
)
def test_rows_are_numbered_upwards_within_the_grid(numbers, code):
    builder = RowBuilder("part", SMALL, strings=[], formats={}, date_1904=False)

    assert (refusal(lambda: [builder.begin(number, hidden=False) for number in numbers]) or ("",))[0] == code


def test_row_without_a_number_follows_the_one_before():
    builder = RowBuilder("part", SMALL, strings=[], formats={}, date_1904=False)
    builder.begin("5", hidden=False)

    builder.begin(None, hidden=False)

    assert builder.number == 6


def test_hidden_rows_are_counted_and_the_first_is_named():
    builder = RowBuilder("part", SMALL, strings=[], formats={}, date_1904=False)
    for number, hidden in (("1", False), ("2", True), ("3", False), ("4", True)):
        builder.begin(number, hidden=hidden)

    assert (builder.hidden_rows, builder.first_hidden_row) == (2, 2)


@pytest.mark.parametrize(("count", "code"), [(5, ""), (6, "FILE_TOO_MANY_ROWS")])
def test_rows_may_be_as_many_as_the_limit_and_two_of_headers(count, code):
    builder = RowBuilder("part", SMALL, strings=[], formats={}, date_1904=False)

    def build() -> None:
        for number in range(1, count + 1):
            builder.begin(str(number), hidden=False)
            builder.add([cell("A", "1", number=str(number))])

    assert (refusal(build) or ("",))[0] == code
    content = "\n".join("abc"[:1] for _ in range(count)).encode()
    assert (refusal(lambda: CsvTable(io.BytesIO(content), SMALL)) or ("",))[0] == code


# --- numbers under their formats


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("00000", "501", "00501"),
        ("00000", "-501", -501),
        ("00000", "0", "00000"),
        ("00000", "123456", "123456"),
        ("00000-0000", "5010001", "00501-0001"),
        ("[<=99999]00000;00000-0000", "99999", "99999"),
        ("[<=99999]00000;00000-0000", "501", "00501"),
        ("[<=99999]00000;00000-0000", "100000", "00010-0000"),
        ("0", "5", 5),
        ("0%", "0.95", "95%"),
        ('0"%"', "95", 95),
        ("General", "5", 5),
        ("0.00", "5.25", 5.25),
        ("[h]:mm", "1.5", "36:00"),
        ("h:mm", "0.5", "12:00"),
        ("yyyy-mm-dd", "44956", ("d", "2023-01-30")),
        ("yyyy-mm-dd hh:mm", "44956.5", ("t", "2023-01-30T12:00:00")),
    ],
)
def test_number_as_its_format_shows_it(code, value, shown):
    assert read_number(value, format_of(164, code), date_1904=False) == shown


@pytest.mark.parametrize(
    ("value", "date_1904", "expected"),
    [
        ("0", False, ("x", "DATE_OUT_OF_RANGE", "0")),
        ("1", False, ("d", "1900-01-01")),
        ("59", False, ("d", "1900-02-28")),
        ("60", False, ("x", "DATE_OUT_OF_RANGE", "60")),  # 1900-02-29, which never was
        ("61", False, ("d", "1900-03-01")),
        ("-1", True, ("x", "DATE_OUT_OF_RANGE", "-1")),
        ("0", True, ("d", "1904-01-01")),
        ("60", True, ("d", "1904-03-01")),
        ("2958465", False, ("d", "9999-12-31")),
        ("2958466", False, ("x", "DATE_OUT_OF_RANGE", "2958466")),
        ("44956.999999", False, ("d", "2023-01-31")),  # rounded to whole seconds
        ("44956.9999", False, ("t", "2023-01-30T23:59:51")),
    ],
)
def test_days_since_the_epoch(value, date_1904, expected):
    assert read_number(value, NumberFormat("date"), date_1904=date_1904) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "00:00"),
        ("0.5", "12:00"),
        ("0.999999", "23:59:59"),
        ("1", ("t", "1900-01-01T00:00:00")),
        ("0.00001", "00:00:01"),
    ],
)
def test_time_of_day_is_less_than_a_day(value, expected):
    assert read_number(value, NumberFormat("time"), date_1904=False) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("999999999999999", 999999999999999),
        ("-999999999999999", -999999999999999),
        ("1000000000000000", ("x", "NUMBER_LOST_DIGITS", "1000000000000000")),
        ("-1000000000000000", ("x", "NUMBER_LOST_DIGITS", "-1000000000000000")),
        ("1e400", ("x", "NUMBER_UNREADABLE", "1e400")),
        ("37.774900000000002", 37.7749),
        ("", None),
        ("x", ("x", "NUMBER_UNREADABLE", "x")),
        ("5" * 351, ("x", "NUMBER_UNREADABLE", shorten("5" * 351))),
    ],
)
def test_number_keeps_fifteen_digits(value, expected):
    assert read_number(value, None, date_1904=False) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2026-01-31", "date", ("d", "2026-01-31")),
        ("2026-01-31T00:00:00", "date", ("d", "2026-01-31")),
        ("2026-01-31T00:00:00", "datetime", ("t", "2026-01-31T00:00:00")),
        ("2026-01-31T08:05:00Z", "date", ("t", "2026-01-31T08:05:00")),
        ("08:05:00", "", "08:05"),
        ("T08:05:30", "", "08:05:30"),
        ("1899-12-30T08:05:00", "time", "08:05"),
        ("1900-01-01T08:05:00", "time", ("t", "1900-01-01T08:05:00")),
        ("2026-02-30", "date", ("x", "DATE_UNREADABLE", "2026-02-30")),
    ],
)
def test_date_of_strict_workbooks(text, kind, expected):
    assert read_iso(text, NumberFormat(kind) if kind else None) == expected


# --- headers and layouts

NAMES = frozenset({"name", "zip", "city", "reference", "state"})


def layout(*lines: str, names: frozenset[str] = NAMES, header_row: int | None = None, limits: Limits = SMALL) -> Any:
    rows = [(number, [text or None for text in line.split(",")], []) for number, line in enumerate(lines, 1) if line]
    return find_layout(iter(rows), limits, "Sheet", names=names, header_row=header_row)


def header_of(*lines: str, **about: Any) -> int:
    return layout(*lines, limits=Limits(), **about)[0].header_row


@pytest.mark.parametrize(
    ("lines", "header_row"),
    [
        (["name,zip", "a,1"], 1),
        (["Export", "name,zip", "a,1"], 2),
        (["zip", "name,x", "a,1"], 1),  # one known name in the first row is enough
        (["x,y", "name,z", "a,b"], 1),  # but not in a later one: then the shape decides
        (["name,zip,city,state,x", "name,zip,city,state,reference", "a,b"], 1),  # four fifths of the most
        (["name,zip,city,x,y", "name,zip,city,state,reference", "a,b"], 2),
        (["name,name,name", "name,zip", "a,1"], 2),  # one name three times is one
        (["x", "a,b,c,d,e", "a,b"], 2),
        (["a,b,c", "a,b,c,d,e", "a,b"], 1),  # three fifths as wide as the table
        (["a,b", "a,b,c,d,e", "a,b"], 2),
        (["a,2026", "x,y", "a,b"], 2),  # numbers are no header
        (["1,2", "3,4"], 1),
    ],
)
def test_header_is_the_first_row_with_most_of_the_names_else_with_the_shape(lines, header_row):
    assert header_of(*lines) == header_row


def test_header_that_somebody_names_wins_or_is_refused():
    assert header_of("name,zip", "a,b", "c,d", header_row=2) == 2
    assert refusal(lambda: layout("name,zip", "a,b", header_row=3)) == ("FILE_NO_HEADER", {"sheet": "Sheet"})


def test_header_is_looked_for_in_the_first_25_rows():
    titles = ["x"] * 24

    assert header_of(*titles, "name,zip", "a,b") == 25
    assert header_of(*titles, "x", "name,zip", "a,b") == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ("FILE_NO_HEADER", {"sheet": "Sheet"})),
        (["name,zip"], ("FILE_NO_ROWS", {"sheet": "Sheet"})),
        (["Name,Zip", "site.name,site.zip"], ("FILE_NO_ROWS", {"sheet": "Sheet"})),
        (["name,zip,city", "a"], None),
        (["name,zip,city,state", "a"], ("FILE_TOO_MANY_COLUMNS", {"limit": 3, "cell": "D1"})),
    ],
)
def test_table_has_a_header_rows_and_no_more_columns_than_may_be(lines, expected):
    assert refusal(lambda: layout(*lines)) == expected


def test_keys_below_the_labels_are_the_header():
    actual, rows = layout("Name,Zip,Note", "site.name,,", "a,b,c", limits=Limits())
    keyed, _ = layout("Name,Zip", "site.name,site.zip,site.city", "a,b,c")

    assert is_key_row(("site.name", ""), ("Name", "Zip"))
    assert (actual.header, actual.first_row) == (("Name", "Zip", "Note"), 1)  # one key for three labels is no key row
    assert (keyed.header, keyed.labels) == (("site.name", "site.zip", "site.city"), ("Name", "Zip", ""))
    assert (keyed.header_row, keyed.label_row, keyed.first_row) == (2, 1, 1)
    assert [number for number, *_ in rows] == [2, 3]


@pytest.mark.parametrize(
    ("keys", "labels", "is_keys"),
    [
        (("a.b", "c.d"), ("A", "B"), True),
        (("a.b", "city"), ("A", "B"), True),  # half of them tell
        (("a.b", "city", "zip"), ("A", "B", "C"), False),
        (("a.b",), ("A", "B"), True),  # half of the labels answered
        (("a.b",), ("A", "B", "C"), False),
        (("a.b", "Not a key"), ("A", "B"), False),
        (("", ""), ("A", "B"), False),
        (("a.b", "c.d"), ("a.b", "c.d"), False),
        (("a.b", "c.d"), ("a.b", "Label"), True),
    ],
)
def test_row_of_keys_is_told_from_a_row_of_data(keys, labels, is_keys):
    assert is_key_row(keys, labels) is is_keys


def test_best_row_counts_its_names():
    assert most_names([(1, ["Name"], []), (2, ["zip", "CITY", None], [])], NAMES) == 2
    assert most_names([], NAMES) == 0


def test_rows_are_cut_to_the_header_and_what_has_none_is_remembered():
    fitter = Fitter(Layout(("name", "", "zip"), 1))

    fitted = [
        fitter.fit(line)
        for line in (
            (2, ["a"], []),
            (3, ["a", "b", "c", "d"], []),
            (4, [None, "b", None, None], []),
            (5, [None, None, None, None, None], [(4, "x", "CELL_ERROR", "#N/A")]),
            (6, [None, None, None], [(2, "x", "CELL_ERROR", "#N/A")]),
        )
    ]

    assert fitted == [
        (2, ["a", None, None], []),
        (3, ["a", None, "c"], [(-1, "r", "ROW_TOO_WIDE", {"columns": ["D"], "cells": "d"})]),
        None,
        (5, [None, None, None], [(-1, "r", "ROW_TOO_WIDE", {"columns": ["E"], "cells": "#N/A"})]),
        (6, [None, None, None], [(2, "x", "CELL_ERROR", "#N/A")]),
    ]
    assert fitter.unnamed_letters() == ["B", "D", "E"]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Slot", None),
        ("load_types.0", "load_types.0"),
        ("load_types", "load_types.0"),
        ("load_types.1", "load_types.1"),
    ],
)
def test_first_slot_of_a_list_is_the_list_and_the_second_is_not(header, key):
    columns = [HeaderSpec(f"load_types.{number}", f"Load type {number}", ("Slot",)) for number in range(2)]

    assert match_headers([header], columns)[0].key == key


# --- text files


def table(text: str | bytes, limits: Limits = SMALL) -> CsvTable:
    return CsvTable(io.BytesIO(text if isinstance(text, bytes) else text.encode()), limits)


def rows_of(text: str | bytes, limits: Limits = SMALL) -> list[Any]:
    return list(table(text, limits).rows())


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\nc,\n", [(1, ["a", "b"], []), (2, ["c"], [])]),
        ("a\n\n,\nb\n", [(1, ["a"], []), (4, ["b"], [])]),
        ("abcde,abcdef\n", [(1, ["abcde", None], [(1, "x", "CELL_TOO_LONG", "abcdef")])]),
        ("a,#N/A\n", [(1, ["a", None], [(1, "x", "CELL_ERROR", "#N/A")])]),
        ("a,#1\n", [(1, ["a", "#1"], [])]),
        ("a,'=1\n", [(1, ["a", "=1"], [])]),
        ("a,''=1\n", [(1, ["a", "'=1"], [])]),
        ("a,'x\n", [(1, ["a", "'x"], [])]),
        (
            "aaaaa,bbbbb\naaaa,b\x07\n",
            [(1, ["aaaaa", "bbbbb"], []), (2, ["aaaa", None], [(1, "x", "CONTROL_CHARACTER", "b\x07")])],
        ),
        ("sep=;\na;b\n", [(1, ["a", "b"], [])]),
        ("a;b\nc;d\n", [(1, ["a", "b"], []), (2, ["c", "d"], [])]),
        ("a|b\nc|d\n", [(1, ["a", "b"], []), (2, ["c", "d"], [])]),
        ("a\tb\nc\td\n", [(1, ["a", "b"], []), (2, ["c", "d"], [])]),
    ],
)
def test_records_of_a_text_file(text, rows):
    assert rows_of(text) == rows


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b,c\n", ""),
        ("a,b,c,\n", ""),  # a separator too many is no column
        ("a,b,c,d\n", "FILE_TOO_MANY_COLUMNS"),
        ('a,"b\n', ""),
        ('a,"b\n"\n', ""),
        ("", "FILE_EMPTY"),
        (" \n\t", "FILE_EMPTY"),
        (b"\xef\xbb\xbf", "FILE_EMPTY"),
    ],
)
def test_text_files_that_are_refused(text, code):
    assert (refusal(lambda: rows_of(text)) or ("",))[0] == code


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("é,b\n".encode(), "utf-8"),
        ("é,b\n".encode("utf-8-sig"), "utf-8-sig"),
        ("é,b\n".encode("utf-16"), "utf-16"),
        ("é,b\n".encode("utf-16-le"), "utf-16-le"),
        ("é,b\n".encode("utf-16-be"), "utf-16-be"),
        ("é,b\n".encode("utf-32"), "utf-32"),
        ("é,b\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encoding_is_told_from_the_bytes(content, encoding):
    read = table(content)

    assert (read.encoding, list(read.rows())) == (encoding, [(1, ["é", "b"], [])])
    assert [code for code, _ in read.notes()] == (["ENCODING_ASSUMED"] if encoding == "cp1252" else [])


@pytest.mark.parametrize(("good", "is_damaged"), [(1, False), (2, True)])
def test_utf_8_with_damage_is_not_taken_for_windows_text(good, is_damaged):
    """More good letters outside of A to Z than damaged ones say what the file was meant to be."""
    content = "é".encode() * good + b"\xe9,b\n"

    read = table(content)

    assert (read.encoding == "utf-8") == is_damaged
    assert [special[2:] for _, _, specials in read.rows() for special in specials] == (
        [("BYTES_UNREADABLE", "é" * good + "\N{REPLACEMENT CHARACTER}")] if is_damaged else []
    )


# --- workbooks


def workbook(*rows: str, after: str = "", **about: Any) -> XlsxTable:
    return XlsxTable(io.BytesIO(zipped(parts(sheet(*rows, after=after), **about))), Limits(), None)


@pytest.mark.parametrize(
    ("area", "touches"),
    [
        ("A1:B1", False),  # above the header
        ("A1:B2", False),
        ("A1:B3", True),  # ends in the header row
        ("A3:B3", True),
        ("A9:A10", True),
        ("B9:C9", True),  # begins in the last column
        ("C9:D9", False),  # beside the table
        ("$A$3:$B$3", True),
        ("A3:A3", False),  # one cell is not merged
        ("A3", False),
        ("B4:A3", True),
    ],
)
def test_merged_cells_that_touch_the_header_or_the_rows_below_are_refused(area, touches):
    merged = f'<mergeCells><mergeCell ref="{area}"/></mergeCells>'
    read = workbook(row(1, "title"), row(3, "a", "b"), after=merged)

    actual = refusal(lambda: read.check_layout(3, 2))

    assert actual == (("FILE_MERGED_CELLS", {"ranges": [area], "count": 1}) if touches else None)


def test_twenty_merged_areas_are_shown_and_all_are_counted():
    areas = [f"A{number}:B{number}" for number in range(1, 22)]
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    merged = f"<mergeCells>{cells}</mergeCells>"

    actual = refusal(lambda: workbook(row(1, "a"), after=merged).check_layout(1, 2))

    assert actual == ("FILE_MERGED_CELLS", {"ranges": areas[:20], "count": 21})


def test_hidden_columns_of_the_table_are_named():
    hidden = '<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" hidden="1"/><col min="4" max="4"/></cols>'
    content = zipped(parts(sheet(row(1, "a"), before=hidden)))
    read = XlsxTable(io.BytesIO(content), Limits(), None)

    list(read.rows())

    assert (read.hidden_columns(1), read.hidden_columns(3), read.hidden_columns(5)) == ([], ["B", "C"], ["B", "C", "E"])
