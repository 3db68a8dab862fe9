"""What the cells of a workbook come back as."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from onboarding.spreadsheets import problems
from onboarding.spreadsheets.cells import BrokenCell, Row, SheetFact, ShownDate

from .books import (
    MAIN,
    STRICT_MAIN,
    STRICT_RELATIONS,
    Read,
    parts,
    reader_in,
    row,
    rows_here,
    sheet,
    strings,
    styles,
    zipped,
)

Reading = Callable[..., Read]
STYLES = {
    "date": "yyyy\\-mm\\-dd",
    "us date": "[$-409]m/d/yy;@",
    "moment": "d/m/yyyy h:mm",
    "time": "h:mm AM/PM",
    "zip": "00000",
    "zip4": "00000\\-0000",
    "zip or zip4": "[<=99999]00000;00000\\-0000",
    "money": '"day "#,##0.00',
    "red": "[Red]0.00",
    "elapsed": "[h]:mm",
    "share": "[Red]0.0%;-0.0%",
    "share as text": '0.0"%"',
    "thousands": "#,##0,",
}


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def only_cell(cell: str, **more: str) -> object:
    """The value of A2 when it holds this <c> element."""
    contents = parts(
        sheet(row(1, "name"), f'<row r="2">{cell}<c r="B2" t="inlineStr"><is><t>x</t></is></c></row>'), **more
    )  # type: ignore[arg-type]
    contents["xl/worksheets/sheet1.xml"] = str(contents["xl/worksheets/sheet1.xml"]).replace(
        row(1, "name"), row(1, "name", "other")
    )
    contents["xl/styles.xml"] = styles(*STYLES.values())
    contents["xl/sharedStrings.xml"] = strings(
        "<si><t>plain</t></si>",
        "<si><r><rPr><b/></rPr><t>rich </t></r><r><t xml:space='preserve'>text</t></r>"
        "<rPh sb='0' eb='1'><t>no</t></rPh></si>",
        "<si><t>a &amp; b</t></si>",
        '<si><t xml:space="preserve">  </t></si>',
        "<si><t>line_x000D_\nend_x0041_</t></si>",
        "<si/>",
        "<si><t>nul_x0000_</t></si>",
        "<si><t/></si>",
        "<si><t>after</t></si>",
    )
    return rows_here(zipped(contents))[0].cells[0]


def styled(name: str, value: str) -> str:
    return f'<c r="A2" s="{list(STYLES).index(name) + 1}"><v>{value}</v></c>'


@pytest.mark.parametrize("rewritten", [False, True], ids=["by pattern", "by expat"])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A2"><v>42</v></c>', 42),
        ('<c r="A2" t="n"><v>42</v></c>', 42),
        ('<c r="A2"><v>42.0</v></c>', 42),
        ('<c r="A2"><v>-1.5</v></c>', -1.5),
        ('<c r="A2"><v>1.5E-3</v></c>', 0.0015),
        ('<c r="A2"><v>1.50</v></c>', 1.5),
        ('<c r="A2"><v>37.774900000000002</v></c>', 37.7749),
        ('<c r="A2"><v>999999999999999</v></c>', 999_999_999_999_999),
        ('<c r="A2"><v>12345678901234500</v></c>', BrokenCell("NUMBER_LOST_DIGITS", "12345678901234500")),
        ('<c r="A2"><v>1.0089E+21</v></c>', BrokenCell("NUMBER_LOST_DIGITS", "1.0089E+21")),
        ('<c r="A2"><v>1E+999</v></c>', BrokenCell("NUMBER_UNREADABLE", "1E+999")),
        ('<c r="A2"><v>nan</v></c>', BrokenCell("NUMBER_UNREADABLE", "nan")),
        ('<c r="A2"><v>1_000</v></c>', BrokenCell("NUMBER_UNREADABLE", "1_000")),
        ('<c r="A2"/>', None),
        ('<c r="A2" s="1"></c>', None),
        ('<c r="A2" t="b"><v>1</v></c>', True),
        ('<c r="A2" t="b"><v>0</v></c>', False),
        ('<c r="A2" t="e"><v>#N/A</v></c>', BrokenCell("CELL_ERROR", "#N/A")),
        ('<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', BrokenCell("CELL_ERROR", "#DIV/0!")),
        ('<c r="A2" t="s"><v>7</v></c>', None),
        ('<c r="A2" t="s"><v>8</v></c>', "after"),
        ('<c r="A2" t="s"><v>0</v></c>', "plain"),
        ('<c r="A2" t="s"><v>1</v></c>', "rich text"),
        ('<c r="A2" t="s"><v>2</v></c>', "a & b"),
        ('<c r="A2" t="s"><v>3</v></c>', None),
        ('<c r="A2" t="s"><v>4</v></c>', "line\nendA"),
        ('<c r="A2" t="s"><v>5</v></c>', None),
        ('<c r="A2" t="s"><v>6</v></c>', BrokenCell("CONTROL_CHARACTER", "nul\x00")),
        ('<c r="A2" t="inlineStr"><is><t>00501</t></is></c>', "00501"),
        ('<c r="A2" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', " a "),
        ('<c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></is></c>', "ab"),
        ('<c r="A2" t="inlineStr"><is><t>=HYPERLINK(&quot;x&quot;)</t></is></c>', '=HYPERLINK("x")'),
        ('<c r="A2" t="inlineStr"><is><t>&lt;script&gt;é\u00a0</t></is></c>', "<script>é\u00a0"),
        ('<c r="A2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', "ab"),
        ('<c r="A2" t="str"><f>T(1)</f><v></v></c>', None),
        ('<c r="A2"><f>1+1</f><v>2</v></c>', 2),
        ('<c r="A2"><f>1+1</f></c>', BrokenCell("FORMULA_WITHOUT_VALUE", "=1+1")),
        ('<c r="A2"><f>1+1</f><v></v></c>', BrokenCell("FORMULA_WITHOUT_VALUE", "=1+1")),
        ('<c r="A2"><f t="shared" si="0"/></c>', BrokenCell("FORMULA_WITHOUT_VALUE", "=")),
        ('<c r="A2" t="d"><v>2026-01-31</v></c>', datetime.date(2026, 1, 31)),
        ('<c r="A2" t="d"><v>2026-01-31T10:00:00Z</v></c>', datetime.datetime(2026, 1, 31, 10)),
        ('<c r="A2" t="d"><v>31/02/2026</v></c>', BrokenCell("DATE_UNREADABLE", "31/02/2026")),
        ('<c r="A2" t="d"><v>2026-01-31T00:00:00.000</v></c>', datetime.datetime(2026, 1, 31)),
        ('<c r="A2" s="1" t="d"><v>2026-01-31T00:00:00.000</v></c>', datetime.date(2026, 1, 31)),
        ('<c r="A2" s="1" t="d"><v>2026-01-31T10:00:00-07:00</v></c>', datetime.datetime(2026, 1, 31, 10)),
        ('<c r="A2" s="4" t="d"><v>1899-12-30T18:00:00</v></c>', "18:00"),
        ('<c r="A2" s="4" t="d"><v>T18:00:30</v></c>', "18:00:30"),
        ('<c r="A2" t="d"><v>18:00</v></c>', "18:00"),
        (styled("date", "46053"), datetime.date(2026, 1, 31)),
        (styled("us date", "1"), datetime.date(1900, 1, 1)),
        (styled("date", "59"), datetime.date(1900, 2, 28)),
        (styled("date", "60"), BrokenCell("DATE_OUT_OF_RANGE", "60")),
        (styled("date", "61"), datetime.date(1900, 3, 1)),
        (styled("date", "2958465"), datetime.date(9999, 12, 31)),
        (styled("date", "2958466"), BrokenCell("DATE_OUT_OF_RANGE", "2958466")),
        (styled("date", "-1"), BrokenCell("DATE_OUT_OF_RANGE", "-1")),
        (styled("date", "1E+300"), BrokenCell("DATE_OUT_OF_RANGE", "1E+300")),
        (styled("date", "46053.5"), datetime.datetime(2026, 1, 31, 12)),
        (styled("moment", "46053"), datetime.datetime(2026, 1, 31)),
        (styled("moment", "46053.520833333336"), datetime.datetime(2026, 1, 31, 12, 30)),
        (styled("time", "0.75"), "6:00 PM"),
        (styled("time", "0.7500115740740741"), "6:00 PM"),
        (styled("elapsed", "1.5"), "36:00"),
        (styled("elapsed", "-1.5"), -1.5),
        (styled("share", "0.95"), "95%"),
        (styled("share", "0.07"), "7%"),
        (styled("share", "1"), "100%"),
        (styled("share", "-0.0525"), "-5.25%"),
        (styled("share", "1.0E-7"), "0.00001%"),
        (styled("share", "0"), "0%"),
        (styled("share as text", "95"), 95),
        (styled("thousands", "12345678"), 12_345.678),
        (styled("zip", "501"), "00501"),
        (styled("zip", "123456"), "123456"),
        (styled("zip", "5.5"), 5.5),
        (styled("zip4", "941050011"), "94105-0011"),
        (styled("zip4", "5010001"), "00501-0001"),
        (styled("zip or zip4", "501"), "00501"),
        (styled("zip or zip4", "941050011"), "94105-0011"),
        (styled("money", "12.5"), "day 12.5"),
        (styled("red", "12"), 12),
    ],
)
def test_cell_comes_back_as(cell: str, value: object, rewritten: bool) -> None:
    # An attribute that no pattern knows sends the same cell the other way.
    cell_read = only_cell(cell.replace("<c ", '<c cm="1" ', 1) if rewritten else cell)

    kind = datetime.date if isinstance(cell_read, ShownDate) else type(cell_read)
    assert (kind, cell_read) == (type(value), value)


def test_days_are_counted_from_1904_when_the_workbook_says_so() -> None:
    day = only_cell(styled("date", "44591"), workbook_extra='<workbookPr date1904="1"/>')

    assert day == datetime.date(2026, 1, 31)


def test_built_in_date_formats_are_known(read: Reading) -> None:
    contents = parts(
        sheet(row(1, "a", "b"), row(2, '<c r="A2" s="1"><v>46053</v></c>', '<c r="B2" s="2"><v>46053.5</v></c>'))
    )
    contents["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
        "</styleSheet>"
    )

    assert read(zipped(contents)).cells == [[datetime.date(2026, 1, 31), datetime.datetime(2026, 1, 31, 12)]]


def test_cell_over_the_limit_is_broken_and_the_rest_is_read(read: Reading) -> None:
    long = "x" * 40_000
    contents = parts(sheet(row(1, "a", "b", "c"), row(2, long, '<c r="B2" t="s"><v>0</v></c>', "good")))
    contents["xl/sharedStrings.xml"] = strings(f"<si><r><t>{long}</t></r></si>")

    broken = BrokenCell(problems.CELL_TOO_LONG, "x" * 119 + "…")
    assert read(zipped(contents)).cells == [[broken, broken, "good"]]


def test_rows_keep_their_numbers_over_gaps_and_blank_rows_are_skipped(read: Reading) -> None:
    blanks = '<row r="4"/><row r="5" ht="3"><c r="A5" s="1"/></row>' + row(6, "  ", "")

    result = read(zipped(parts(sheet(row(2, "name", "zip"), row(3, "a"), blanks, row(70_000, "b", "c")))))

    assert (result.header_row, result.header) == (2, ("name", "zip"))
    assert result.rows == [Row(3, ["a", None]), Row(70_000, ["b", "c"])]


def test_dimension_and_counts_that_lie_are_ignored(read: Reading) -> None:
    rows = [row(number, "name" if number == 1 else str(number)) for number in range(1, 4_000)]

    for lie in ("A1:C1", "A1:XFD1048576"):
        result = read(zipped(parts(sheet(*rows, before=f'<dimension ref="{lie}"/>'))))
        assert len(result.rows) == 3_998


def test_rows_and_cells_without_references_follow_each_other(read: Reading) -> None:
    body = "<row><c><v>7</v></c><c><v>8</v></c><c><v>9</v></c></row>" + f"<row>{'<c><v>2</v></c>' * 3}</row>"

    result = read(zipped(parts(f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>')))

    assert (result.header, result.rows) == (("7", "8", "9"), [Row(2, [2, 2, 2])])


def test_cells_out_of_order_land_in_their_columns(read: Reading) -> None:
    turned = '<row r="2"><c r="C2"><v>3</v></c><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>'

    assert read(zipped(parts(sheet(row(1, "a", "b", "c"), turned)))).cells == [[1, BrokenCell("CELL_ERROR", "#N/A"), 3]]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_parts_in_other_encodings_are_read(read: Reading, encoding: str) -> None:
    named = encoding.removesuffix("-sig").upper()
    xml = f'<?xml version="1.0" encoding="{named}"?>' + sheet(
        row(1, "name", "zip"), row(2, "café", '<c r="B2" t="s"><v>0</v></c>')
    )
    shared = f'<?xml version="1.0" encoding="{named}"?>' + strings("<si><t>Zoë</t></si>")

    result = read(zipped(parts(xml.encode(encoding), more={"xl/sharedStrings.xml": shared.encode(encoding)})))

    assert result.cells == [["café", "Zoë"]]


def test_strict_open_xml_is_read(read: Reading) -> None:
    contents = parts(
        sheet(row(1, "name"), row(2, '<c r="A2" t="s"><v>0</v></c>'), main=STRICT_MAIN),
        main=STRICT_MAIN,
        relations=STRICT_RELATIONS,
    )
    contents["xl/sharedStrings.xml"] = f'<sst xmlns="{STRICT_MAIN}"><si><t>a</t></si></sst>'

    assert read(zipped(contents)).cells == [["a"]]


def test_prefixed_element_names_are_read(read: Reading) -> None:
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>name</x:v></x:c></x:row>'
        '<x:row r="2"><x:c r="A2" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    shared = f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>a</x:t></x:si></x:sst>'

    result = read(zipped(parts(xml, more={"xl/sharedStrings.xml": shared})))

    assert (result.header, result.cells) == (("name",), [["a"]])


def test_rows_hidden_in_comments_and_cdata_are_no_rows(read: Reading) -> None:
    xml = sheet(row(1, "name"), "<!--", row(2, "hidden"), "-->", row(3, "<![CDATA[<row>]]>"), row(4, "b"))

    assert read(zipped(parts(xml))).rows == [Row(3, ["<row>"]), Row(4, ["b"])]


def test_pretty_printed_sheet_is_read(read: Reading) -> None:
    xml = sheet(row(1, "name", "zip"), row(2, "a", "b")).replace("><", ">\n  <")

    assert read(zipped(parts(xml))).cells == [["a", "b"]]


def test_first_visible_sheet_is_read_and_the_others_are_noted(read: Reading) -> None:
    sheets = (
        '<sheet name="Old" sheetId="1" state="hidden" r:id="rId2"/><sheet name="Data" sheetId="2" r:id="rId1"/>'
        '<sheet name="More" sheetId="3" r:id="rId2"/>'
    )
    contents = parts(sheet(row(1, "name"), row(2, "a")), sheets=sheets)
    contents["xl/worksheets/sheet2.xml"] = sheet(row(1, "other"), row(2, "z"))
    contents["xl/externalLinks/externalLink1.xml"] = "<x/>"

    result = read(zipped(contents))

    assert result.facts is not None
    assert result.facts.sheets == (SheetFact("Old", True), SheetFact("Data", False), SheetFact("More", False))
    assert (result.facts.sheet, result.cells) == ("Data", [["a"]])
    assert result.notes == {
        "HIDDEN_SHEETS": {"sheets": ["Old"]},
        "OTHER_SHEETS": {"sheets": ["More"]},
        "EXTERNAL_LINKS": {},
    }
    assert read(zipped(contents), sheet="More").cells == [["z"]]


def test_sheet_named_meters_is_preferred(read: Reading) -> None:
    sheets = '<sheet name="Read me" sheetId="1" r:id="rId2"/><sheet name="Meters" sheetId="2" r:id="rId1"/>'
    contents = parts(sheet(row(1, "name"), row(2, "a")), sheets=sheets)
    contents["xl/worksheets/sheet2.xml"] = sheet(row(1, "other"), row(2, "z"))

    assert read(zipped(contents)).cells == [["a"]]


def test_hidden_rows_and_columns_are_read_and_noted(read: Reading) -> None:
    hidden = row(3, "b", "c").replace('<row r="3"', '<row r="3" hidden="1"')
    columns = '<cols><col min="2" max="90" hidden="1"/></cols>'

    result = read(zipped(parts(sheet(row(1, "name", "zip"), row(2, "a", "x"), hidden, before=columns))))

    assert result.cells == [["a", "x"], ["b", "c"]]
    assert result.notes == {"HIDDEN_ROWS": {"count": 1, "first": 3}, "HIDDEN_COLUMNS": {"columns": ["B"]}}


def test_filled_columns_without_a_header_are_noted(read: Reading) -> None:
    result = read(zipped(parts(sheet(row(1, "a", "", "c"), row(2, "1", "2", "3", "4"), row(3, "", "5", "", "6")))))

    assert (result.header, result.cells) == (("a", "", "c"), [["1", None, "3"], [None, None, None]])
    assert [row.faults[0].context for row in result.rows] == [
        {"columns": ["D"], "cells": "4"},
        {"columns": ["D"], "cells": "6"},
    ]
    assert result.notes == {"UNNAMED_COLUMNS": {"columns": ["B", "D"]}}


def test_key_row_below_labels_is_the_header(read: Reading) -> None:
    keys = row(2, "partner_reference", "customer.zip", "load_types.0", "")

    result = read(
        zipped(parts(sheet(row(1, "Reference *", "ZIP", "Loads", "My own"), keys, row(3, "a", "b", "c", "d"))))
    )

    assert result.header == ("partner_reference", "customer.zip", "load_types.0", "My own")
    assert (result.header_row, result.labels) == (2, ("Reference *", "ZIP", "Loads", "My own"))
    assert result.rows == [Row(3, ["a", "b", "c", "d"])]


def test_lower_case_data_below_labels_is_no_key_row(read: Reading) -> None:
    result = read(zipped(parts(sheet(row(1, "Name", "Town"), row(2, "anna", "berlin")))))

    assert (result.header, result.cells) == (("Name", "Town"), [["anna", "berlin"]])


def test_name_that_says_csv_over_a_workbook_is_noted(read: Reading) -> None:
    result = read(zipped(parts(sheet(row(1, "name"), row(2, "a")))), "a.csv")

    assert (result.cells, result.notes) == ([["a"]], {"FILE_NAME_DIFFERS": {"kind": "xlsx"}})


def test_learned_rows_and_odd_rows_among_them_come_back_alike(read: Reading) -> None:
    def cells(number: int) -> str:
        first = f'<c r="A{number}" s="1"><v>{number}</v></c><c r="B{number}" t="s"><v>{number % 2}</v></c>'
        inline = f'<c r="C{number}" t="inlineStr"><is><t>t &amp;lt; &quot;{number}&apos;</t></is></c>'
        formula = f'<c r="D{number}"><f>A{number}</f><v>{number}.5</v></c>'
        return first + ("" if number % 3 else inline) + formula

    plain = [f'<row r="{number}" spans="1:4">{cells(number)}</row>' for number in range(2, 400)]
    odd = [text.replace("<row", '<row cm="&amp;"') if index % 7 == 3 else text for index, text in enumerate(plain)]
    slow = [text.replace("<c ", '<c cm="1" ') for text in plain]
    shared = strings("<si><t>even</t></si>", "<si><t>&lt;odd&gt; &amp;amp;</t></si>")

    first, *others = (
        read(zipped(parts(sheet(row(1, "a", "b", "c", "d"), *rows), more={"xl/sharedStrings.xml": shared}))).rows
        for rows in (plain, odd, slow)
    )

    assert first[4] == Row(6, [6, "even", "t &lt; \"6'", 6.5])
    assert first[5] == Row(7, [7, "<odd> &amp;", None, 7.5])
    assert len(first) == 398
    assert others == [first, first]


def test_formula_without_value_among_learned_rows_is_broken(read: Reading) -> None:
    rows = [row(number, f'<c r="A{number}"><f>1</f><v>2</v></c>') for number in range(2, 30)]
    rows[20] = row(22, '<c r="A22"><f>1</f><v></v></c>')

    cells = read(zipped(parts(sheet(row(1, "a"), *rows)))).cells

    assert [cell for (cell,) in cells if cell != 2] == [BrokenCell("FORMULA_WITHOUT_VALUE", "=1")]


def test_learned_row_whose_cells_name_another_row_is_refused(read: Reading) -> None:
    rows = [row(number, "x", "y") for number in range(1, 30)]
    rows[20] = rows[20].replace('r="B21"', 'r="B22"')

    assert read(zipped(parts(sheet(row(1, "a", "b"), *rows[1:])))).code == problems.FILE_BROKEN
