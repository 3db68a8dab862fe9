"""Workbooks that are sound zips of sound XML and still not what they say."""

import datetime
from collections.abc import Callable

from onboarding.spreadsheets import problems
from onboarding.spreadsheets.cells import BrokenCell

from ..books import (
    MAIN,
    PACKAGE,
    RELATIONS,
    STRICT_MAIN,
    STRICT_RELATIONS,
    parts,
    row,
    sheet,
    strings,
    styles,
    zipped,
)
from .case import Case
from .file_types import GOOD
from .xml import book
from .zips import SHEET, STRINGS


def rows(*xml: str, before: str = "", after: str = "", **more: str) -> Callable[[], bytes]:
    """A workbook with these rows below the header and one good row."""
    return lambda: zipped(book(sheet=sheet(*GOOD, *xml, before=before, after=after), **more))


def cell(xml: str, *, formats: tuple[str, ...] = ("0.00",), extra: str = "") -> Callable[[], bytes]:
    """A workbook with one cell, A3, below a header and one good row."""

    def make() -> bytes:
        contents = parts(sheet(*GOOD, f'<row r="3">{xml}</row>'), workbook_extra=extra)
        contents["xl/styles.xml"] = styles(*formats)
        contents[STRINGS] = strings("<si><t>x</t></si>")
        return zipped(contents)

    return make


def one_cell(value: object) -> list[list[object]]:
    return [["a", "b"], [value, None]]


def without(part: str) -> Callable[[], bytes]:
    def make() -> bytes:
        contents = book()
        del contents[part]
        return zipped(contents)

    return make


def letters(count: int) -> list[str]:
    alphabet = [chr(65 + index) for index in range(26)]
    names = [*alphabet, *(a + b for a in alphabet for b in alphabet)]
    return [*names, *(a + b for a in alphabet for b in names[26:])][:count]


def wide(count: int, content: str, *, number: int = 3, kind: str = "n") -> str:
    cells = "".join(f'<c r="{name}{number}" t="{kind}">{content}</c>' for name in letters(count))
    return f'<row r="{number}">{cells}</row>'


def wide_texts() -> bytes:
    """The widest row that is still allowed, each cell as long as it may be."""
    text = f"<v>{'x' * 32_767}</v>"
    table = [wide(200, text if number > 1 else "<v>h</v>", number=number, kind="str") for number in (1, 2, 3)]
    return zipped(book(sheet=sheet(*table)))


def many_sheets(count: int) -> bytes:
    listed = "".join(f'<sheet name="S{number}" sheetId="{number}" r:id="rId1"/>' for number in range(1, count + 1))
    return zipped(parts(sheet(*GOOD), sheets=listed))


def sheets_that_are(kind: str, state: str = "visible") -> Callable[[], bytes]:
    def make() -> bytes:
        contents = parts(sheet(*GOOD), sheets=f'<sheet name="S" sheetId="1" state="{state}" r:id="rId1"/>')
        relations = str(contents["xl/_rels/workbook.xml.rels"])
        contents["xl/_rels/workbook.xml.rels"] = relations.replace("/worksheet", f"/{kind}", 1)
        return zipped(contents)

    return make


def target(path: str, mode: str = "Internal") -> Callable[[], bytes]:
    """A workbook whose first sheet is said to be somewhere else."""

    def make() -> bytes:
        relation = f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="{path}" TargetMode="{mode}"/>'
        contents = book(relations=f'<Relationships xmlns="{PACKAGE}/relationships">{relation}</Relationships>')
        return zipped(contents)

    return make


def strings_are(path: str) -> Callable[[], bytes]:
    """A workbook whose shared strings are said to be another of its parts."""

    def make() -> bytes:
        contents = parts(sheet(*GOOD, '<row r="3"><c r="A3" t="s"><v>0</v></c></row>'))
        relations = str(contents["xl/_rels/workbook.xml.rels"])
        contents["xl/_rels/workbook.xml.rels"] = relations.replace("sharedStrings.xml", path)
        return zipped(contents)

    return make


def many_styles(count: int, used: int) -> Callable[[], bytes]:
    def make() -> bytes:
        xfs = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><alignment wrapText="1"/></xf>' * (
            count - 1
        )
        table = f'<styleSheet xmlns="{MAIN}"><cellXfs>{xfs}<xf numFmtId="14"/></cellXfs></styleSheet>'
        contents = parts(sheet(*GOOD, f'<row r="3"><c r="A3" s="{used}"><v>46053</v></c></row>'))
        return zipped({**contents, "xl/styles.xml": table})

    return make


def marks(programs: str) -> Callable[[], bytes]:
    table = (
        '<Properties><property name="template_version"><v>1</v></property>'
        f'<property name="template_programs"><v>{programs}</v></property></Properties>'
    )
    return lambda: zipped(book(properties=table))


def strict() -> bytes:
    contents = parts(
        sheet(
            row(1, "name", "zip"),
            '<row r="2"><c r="A2" t="d"><v>2026-01-31T10:30:00.000</v></c><c r="B2" t="s"><v>0</v></c></row>',
            main=STRICT_MAIN,
        ),
        main=STRICT_MAIN,
        relations=STRICT_RELATIONS,
    )
    return zipped({**contents, STRINGS: f'<sst xmlns="{STRICT_MAIN}"><si><t>x</t></si></sst>'})


def merged(count: int) -> str:
    return "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(2, count + 2)) + "</mergeCells>"


def bare() -> bytes:
    """Rows and cells without references, as some writers do."""
    header = '<row><c t="str"><v>name</v></c><c t="str"><v>zip</v></c></row>'
    body = f'{header}<row><c t="str"><v>a</v></c><c><v>7</v></c></row>'
    return zipped(book(sheet=f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'))


RICH = '<c r="A3" t="inlineStr"><is><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r></is></c>'
PHONETIC = '<c r="A3" t="inlineStr"><is><t>kanji</t><rPh sb="0" eb="1"><t>kana</t></rPh><phoneticPr/></is></c>'
CHAIN = '<row r="3"><c r="A3"><f t="shared" ref="A3:A99" si="0">A99</f><v>1</v></c></row>' + "".join(
    f'<row r="{n}"><c r="A{n}"><f t="shared" si="{n % 3}"/><v>{n}</v></c></row>' for n in range(4, 100)
)
_RANGE, _BROKEN = problems.FILE_CELL_OUT_OF_RANGE, problems.FILE_BROKEN

SHEETS: tuple[Case, ...] = (
    Case("dimension that is too small", rows(row(3, "c", "d"), before='<dimension ref="A1"/>'), count=2),
    Case("dimension of the whole grid", rows(before='<dimension ref="A1:XFD1048576"/>'), count=1),
    Case("dimension that is nonsense", rows(before='<dimension ref="$;DROP"/>'), count=1),
    Case("row beyond the grid", rows('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), _RANGE),
    Case("row 99999999999", rows('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'), _RANGE),
    Case("row of 10,000 digits", rows(f'<row r="{"9" * 10_000}"/>'), _RANGE),
    Case("row 0", rows('<row r="0"/>'), _RANGE),
    Case("row -1", rows('<row r="-1"/>'), _RANGE),
    Case("row in other digits", rows('<row r="٣"/>'), _RANGE),
    Case("column beyond the grid", rows('<row r="3"><c r="XFE3"><v>1</v></c></row>'), _RANGE),
    Case("column of 7 letters", rows('<row r="3"><c r="AAAAAAA3"><v>1</v></c></row>'), _RANGE),
    Case("column of 10,000 letters", rows(f'<row r="3"><c r="{"A" * 10_000}3"><v>1</v></c></row>'), _RANGE),
    Case("reference without letters", rows('<row r="3"><c r="3"><v>1</v></c></row>'), _RANGE),
    Case("cell of another row", rows('<row r="3"><c r="A4"><v>1</v></c></row>'), _BROKEN),
    Case("rows out of order", rows(row(9, "c"), row(4, "d")), _BROKEN),
    Case("two rows of one number", rows(row(2, "c")), _BROKEN),
    Case("one cell twice", rows('<row r="3"><c r="A3"><v>1</v></c><c r="A3"><v>2</v></c></row>'), _BROKEN),
    Case("one broken cell twice", rows('<row r="3">' + '<c r="A3" t="e"><v>#N/A</v></c>' * 2 + "</row>"), _BROKEN),
    Case(
        "cells out of order",
        rows('<row r="3"><c r="B3"><v>2</v></c><c r="A3"><v>1</v></c></row>'),
        cells=[["a", "b"], [1, 2]],
    ),
    Case("rows and cells that do not say where they stand", bare, cells=[["a", 7]]),
    Case("16,384 filled columns", rows(wide(16_384, "<v>1</v>")), problems.FILE_TOO_MANY_COLUMNS),
    Case("16,384 empty columns", rows(wide(16_384, "")), count=1),
    Case("20,000 cells without a place", rows(f'<row r="3">{"<c/>" * 20_000}</row>'), _BROKEN),
    Case(
        "first and last cell of the grid",
        rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "FILE_TOO_MANY_COLUMNS",
    ),
    Case("last row of the grid", rows(row(1_048_576, "z")), cells=[["a", "b"], ["z", None]]),
    Case("last row of the grid only", lambda: zipped(book(sheet=sheet(row(1_048_576, "z")))), problems.FILE_NO_ROWS),
    Case("10,000 sheets", lambda: many_sheets(10_000), problems.FILE_ZIP_BOMB),
    Case("400 sheets", lambda: many_sheets(400), cells=[["a", "b"]], notes=("OTHER_SHEETS",)),
    Case("counts of 4294967295", rows(strings=strings("<si><t>x</t></si>")), count=1),
    Case("thousands of merged cells", rows(after=merged(5_000)), problems.FILE_MERGED_CELLS),
    Case("a million merged cells", rows(after=merged(300_000)), problems.FILE_MERGED_CELLS),
    Case(
        "merged cells that are nonsense",
        rows(after='<mergeCells><mergeCell ref="9:Z"/><mergeCell/></mergeCells>'),
        count=1,
    ),
    Case("shared formulas in a chain", rows(CHAIN), count=98),
    Case(
        "formula that calls out",
        cell('<c r="A3" t="str"><f>WEBSERVICE("http://x")</f><v>v</v></c>'),
        cells=one_cell("v"),
    ),
    Case(
        "formula without a value",
        cell('<c r="A3"><f>1+1</f></c>'),
        cells=one_cell(BrokenCell("FORMULA_WITHOUT_VALUE", "=1+1")),
    ),
    Case("#N/A", cell('<c r="A3" t="e"><v>#N/A</v></c>'), cells=one_cell(BrokenCell("CELL_ERROR", "#N/A"))),
    Case("cell of an unknown type", cell('<c r="A3" t="zzz"><v>v</v></c>'), cells=one_cell("v")),
    Case("truth of an unknown kind", cell('<c r="A3" t="b"><v>maybe</v></c>'), cells=one_cell(False)),
    Case("number format of 1 MiB", cell('<c r="A3" s="1"><v>5</v></c>', formats=("[" * (1 << 20),)), cells=one_cell(5)),
    Case(
        "number format that a pattern chokes on",
        cell('<c r="A3" s="1"><v>5</v></c>', formats=("0" * 60 + "x",)),
        cells=one_cell(5),
    ),
    Case(
        "number format of 60 zeros",
        cell('<c r="A3" s="1"><v>5</v></c>', formats=("0" * 60,)),
        cells=one_cell("5".rjust(60, "0")),
    ),
    Case(
        "number of 1 MiB of digits",
        cell(f'<c r="A3" cm="1"><v>{"9" * 40_000}x</v></c>'),
        cells=one_cell(BrokenCell("NUMBER_UNREADABLE", "9" * 119 + "…")),
    ),
    Case(
        "number that is infinite",
        cell('<c r="A3"><v>1E+999</v></c>'),
        cells=one_cell(BrokenCell("NUMBER_UNREADABLE", "1E+999")),
    ),
    Case(
        "number that is none", cell('<c r="A3"><v>nan</v></c>'), cells=one_cell(BrokenCell("NUMBER_UNREADABLE", "nan"))
    ),
    Case(
        "number with more digits than it keeps",
        cell('<c r="A3"><v>12345678901234567</v></c>'),
        cells=one_cell(BrokenCell("NUMBER_LOST_DIGITS", "12345678901234567")),
    ),
    Case(
        "day 1E308",
        cell('<c r="A3" s="1"><v>1E+308</v></c>', formats=("yyyy",)),
        cells=one_cell(BrokenCell("DATE_OUT_OF_RANGE", "1E+308")),
    ),
    Case(
        "day -1",
        cell('<c r="A3" s="1"><v>-1</v></c>', formats=("yyyy",)),
        cells=one_cell(BrokenCell("DATE_OUT_OF_RANGE", "-1")),
    ),
    Case(
        "day 2958466",
        cell('<c r="A3" s="1"><v>2958466</v></c>', formats=("yyyy",)),
        cells=one_cell(BrokenCell("DATE_OUT_OF_RANGE", "2958466")),
    ),
    Case(
        "last day of 1904",
        cell('<c r="A3" s="1"><v>2958465</v></c>', formats=("yyyy",), extra='<workbookPr date1904="1"/>'),
        cells=one_cell(BrokenCell("DATE_OUT_OF_RANGE", "2958465")),
    ),
    Case(
        "ISO day that does not exist",
        cell('<c r="A3" t="d"><v>2026-02-31</v></c>'),
        cells=one_cell(BrokenCell("DATE_UNREADABLE", "2026-02-31")),
    ),
    Case(
        "ISO day of 40,000 characters",
        cell(f'<c r="A3" t="d"><v>{"2" * 40_000}</v></c>'),
        cells=one_cell(BrokenCell("DATE_UNREADABLE", "2" * 119 + "…")),
    ),
    Case("100,000 styles", many_styles(100_000, 99_999), cells=one_cell(datetime.date(2026, 1, 31)), memory_mib=260),
    Case("style that does not exist", many_styles(3, 999_999), cells=one_cell(46053)),
    Case("style below zero", cell('<c r="A3" s="-1"><v>5</v></c>'), cells=one_cell(5)),
    Case("shared string that does not exist", cell('<c r="A3" t="s"><v>1</v></c>'), _BROKEN),
    Case("shared string below zero", cell('<c r="A3" t="s"><v>-1</v></c>'), _BROKEN),
    Case("shared string of 10,000 digits", cell(f'<c r="A3" t="s"><v>{"9" * 10_000}</v></c>'), _BROKEN),
    Case("shared string by half", cell('<c r="A3" t="s"><v>0.5</v></c>'), _BROKEN),
    Case("shared strings that are the sheet", strings_are("worksheets/sheet1.xml"), _BROKEN),
    Case("shared strings that are the workbook", strings_are("workbook.xml"), _BROKEN),
    Case("rich text", cell(RICH), cells=one_cell("rich")),
    Case("phonetic text", cell(PHONETIC), cells=one_cell("kanji")),
    Case("escaped characters", rows(row(3, "a_x000D_\nb", "_x005F_x0041_")), cells=[["a", "b"], ["a\nb", "_x0041_"]]),
    Case("escaped NUL", rows(row(3, "a_x0000_")), cells=one_cell(BrokenCell("CONTROL_CHARACTER", "a\x00"))),
    Case("escaped half of a character", rows(row(3, "_xD83D_")), cells=one_cell("\N{REPLACEMENT CHARACTER}")),
    Case("nothing but white space", rows(row(3, " \t", "\u00a0\u2003")), cells=[["a", "b"]]),
    Case(
        "text of 40,000 characters",
        rows(row(3, "x" * 40_000)),
        cells=one_cell(BrokenCell("CELL_TOO_LONG", "x" * 119 + "…")),
    ),
    Case("200 columns of 32,767 characters", wide_texts, count=2),
    Case("strict open xml", strict, cells=[[datetime.datetime(2026, 1, 31, 10, 30), "x"]]),
    Case("no content types", without("[Content_Types].xml"), problems.FILE_NOT_A_SPREADSHEET),
    Case("no workbook", without("xl/workbook.xml"), _BROKEN),
    Case("no relations of the workbook", without("xl/_rels/workbook.xml.rels"), problems.FILE_NO_SHEET),
    Case("no relations at all", without("_rels/.rels"), count=1),
    Case("no sheet", without(SHEET), problems.FILE_NO_SHEET),
    Case(
        "no shared strings though a cell needs them",
        lambda: zipped({**parts(sheet(*GOOD, '<row r="3"><c r="A3" t="s"><v>0</v></c></row>'))}),
        _BROKEN,
    ),
    Case("no styles", without("xl/styles.xml"), count=1),
    Case("sheet of no content", lambda: zipped(book(sheet="")), _BROKEN),
    Case("chart sheet", sheets_that_are("chartsheet"), problems.FILE_NO_SHEET),
    Case("dialog sheet", sheets_that_are("dialogsheet"), problems.FILE_NO_SHEET),
    Case("hidden sheet only", sheets_that_are("worksheet", "hidden"), problems.FILE_NO_SHEET),
    Case("very hidden sheet only", sheets_that_are("worksheet", "veryHidden"), problems.FILE_NO_SHEET),
    Case("sheet that is the workbook", target("workbook.xml"), problems.FILE_NO_HEADER),
    Case("sheet that is its own relations", target("_rels/workbook.xml.rels"), problems.FILE_NO_HEADER),
    Case("sheet in the file system", target("../../../../etc/passwd"), problems.FILE_NO_SHEET),
    Case("sheet by a file address", target("file:///etc/passwd"), problems.FILE_NO_SHEET),
    Case("sheet on another host", target("http://127.0.0.1:1/sheet.xml", "External"), problems.FILE_NO_SHEET),
    Case(
        "links to other workbooks",
        lambda: zipped({**book(), "xl/externalLinks/externalLink1.xml": "<x/>"}),
        count=1,
        notes=("EXTERNAL_LINKS",),
    ),
    Case("marks of 100,000 brackets", marks("[" * 100_000), count=1),
    Case("marks that are no list", marks('{"a": 1}'), count=1),
    Case(
        "500,000 columns' widths",
        rows(before="<cols>" + '<col min="1" max="9" hidden="1"/>' * 200_000 + "</cols>"),
        count=1,
        notes=("HIDDEN_COLUMNS",),
    ),
    Case(
        "a million hidden rows of formats",
        lambda: zipped(book(sheet=sheet(*GOOD, *(f'<row r="{n}" hidden="1" s="1"/>' for n in range(3, 500_000))))),
        count=1,
        notes=("HIDDEN_ROWS",),
    ),
)
