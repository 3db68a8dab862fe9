"""XML made to explode, to read other files, or to be read in two ways."""

from collections.abc import Callable
from itertools import pairwise

from onboarding.spreadsheets import problems

from ..books import MAIN, PACKAGE, RELATIONS, parts, row, sheet, strings, styles, zipped
from .case import Case
from .file_types import GOOD
from .zips import SHEET, STRINGS

_PARTS = {
    "sheet": SHEET,
    "strings": STRINGS,
    "workbook": "xl/workbook.xml",
    "styles": "xl/styles.xml",
    "relations": "xl/_rels/workbook.xml.rels",
    "content types": "[Content_Types].xml",
    "root relations": "_rels/.rels",
    "properties": "docProps/custom.xml",
}
_NAMES = "abcdefghij"
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    "".join(("<!ENTITY ", name, ' "', f"&{before};" * 10, '">')) for before, name in pairwise(_NAMES)
)
LAUGHS = f"{_LAUGHS}]>"
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'
PARAMETER = '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]>'


def book(**more: str | bytes) -> dict[str, str | bytes]:
    """A workbook that uses every kind of part; `more` by the short names above."""
    contents = parts(sheet(*GOOD))
    relation = f'<Relationship Id="r9" Type="{RELATIONS}/custom-properties" Target="docProps/custom.xml"/>'
    contents["_rels/.rels"] = str(contents["_rels/.rels"]).replace("</Rel", f"{relation}</Rel", 1)
    contents[STRINGS] = strings("<si><t>x</t></si>")
    contents["xl/styles.xml"] = styles("0.00")
    contents["docProps/custom.xml"] = '<Properties><property name="template_version"><v>1</v></property></Properties>'
    for name, content in more.items():
        contents[_PARTS[name.replace("_", " ")]] = content
    return contents


def before(name: str, prologue: str, encoding: str = "utf-8", declared: str = "") -> Callable[[], bytes]:
    """A workbook with something in front of the root element of one part."""

    def make() -> bytes:
        contents = book()
        declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
        contents[_PARTS[name]] = f"{declaration}{prologue}{contents[_PARTS[name]]}".encode(encoding)
        return zipped(contents)

    return make


def nested(name: str, depth: int = 100_000) -> Callable[[], bytes]:
    """A part whose elements are nested as deep as that."""
    heads = {
        "sheet": (f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(GOOD)}', "<c>", "</c>", "</sheetData></worksheet>"),
        "strings": (f'<sst xmlns="{MAIN}">', "<r>", "</r>", "</sst>"),
        "workbook": (f'<workbook xmlns="{MAIN}">', "<sheet>", "</sheet>", "</workbook>"),
        "styles": (f'<styleSheet xmlns="{MAIN}">', "<xf>", "</xf>", "</styleSheet>"),
        "relations": (f'<Relationships xmlns="{PACKAGE}">', "<Relationship>", "</Relationship>", "</Relationships>"),
        "properties": ("<Properties>", "<property>", "</property>", "</Properties>"),
    }
    head, opening, closing, tail = heads[name]
    return lambda: zipped(book(**{name: head + opening * depth + closing * depth + tail}))


def sheet_of(xml: str | bytes, *, tail: str = "") -> Callable[[], bytes]:
    """A workbook whose sheet is this, below the two good rows when it is text."""
    if isinstance(xml, bytes):
        return lambda: zipped(book(sheet=xml))
    return lambda: zipped(book(sheet=sheet(*GOOD, xml, after=tail)))


def declared(name: str) -> Callable[[], bytes]:
    return lambda: zipped(book(sheet=f'<?xml version="1.0" encoding="{name}"?>{sheet(*GOOD)}'.encode()))


XML: tuple[Case, ...] = (
    *(Case(f"billion laughs in {name}", before(name, LAUGHS), problems.FILE_XML_ENTITIES) for name in _PARTS),
    *(Case(f"entity that reads a file in {name}", before(name, XXE), problems.FILE_XML_ENTITIES) for name in _PARTS),
    Case("doctype on another host", before("sheet", REMOTE), problems.FILE_XML_ENTITIES),
    Case("parameter entities", before("sheet", PARAMETER), problems.FILE_XML_ENTITIES),
    Case("quadratic entity", before("strings", QUADRATIC), problems.FILE_XML_ENTITIES),
    Case("doctype in a sheet of UTF-16", before("sheet", LAUGHS, "utf-16", "UTF-16"), problems.FILE_XML_ENTITIES),
    Case("doctype in strings of UTF-16", before("strings", LAUGHS, "utf-16", "UTF-16"), problems.FILE_XML_ENTITIES),
    Case("doctype behind a long comment", before("sheet", f"<!--{'x' * 300_000}-->{LAUGHS}"), "FILE_XML_ENTITIES"),
    *(
        Case(f"100,000 levels in {name}", nested(name), problems.FILE_BROKEN)
        for name in ("sheet", "strings", "workbook", "styles", "relations", "properties")
    ),
    Case("attribute of 20 MiB", sheet_of(f'<row r="3" x="{"y" * (20 << 20)}"/>'), problems.FILE_BROKEN),
    Case("comment of 20 MiB", sheet_of(f"<!--{'y' * (20 << 20)}-->"), problems.FILE_BROKEN),
    Case("malformed", sheet_of("<row r='3'><c></row>"), problems.FILE_BROKEN),
    Case("malformed after all rows", sheet_of("", tail="</oops>"), problems.FILE_BROKEN),
    Case("unbound prefix", sheet_of("<x:row/>"), problems.FILE_BROKEN),
    Case("entity that nobody declared", sheet_of(row(3, "&nbsp;")), problems.FILE_BROKEN),
    Case("half a character by number", sheet_of(row(3, "&#xD800;")), problems.FILE_BROKEN),
    Case("NUL by number", sheet_of(row(3, "&#0;")), problems.FILE_BROKEN),
    Case("NUL as it is", sheet_of(row(3, "a\x00b")), problems.FILE_BROKEN),
    Case("bytes that are no UTF-8", sheet_of(sheet(*GOOD, row(3, "ÿ")).encode("latin-1")), problems.FILE_BROKEN),
    Case(
        "half a character in the UTF-8 of a sheet",
        sheet_of(sheet(*GOOD, row(3, "\ud800")).encode("utf-8", "surrogatepass")),
        "FILE_BROKEN",
    ),
    Case(
        "strings that are no UTF-8",
        lambda: zipped(book(strings=strings("<si><t>ÿ</t></si>").encode("latin-1"))),
        "FILE_BROKEN",
    ),
    Case("encoding that nobody knows", declared("x-klingon"), problems.FILE_BROKEN),
    Case("encoding that is a codec of Python", declared("rot13"), problems.FILE_BROKEN),
    Case("encoding that packs", declared("zlib"), problems.FILE_BROKEN),
    Case("encoding of mainframes", declared("cp037"), problems.FILE_BROKEN),
    Case("encoding that is another one", declared("UTF-16"), problems.FILE_BROKEN),
    Case("two roots", lambda: zipped(book(sheet=sheet(*GOOD) + sheet(*GOOD))), problems.FILE_BROKEN),
    Case(
        "two tables of rows",
        lambda: zipped(book(sheet=sheet(*GOOD, "</sheetData><sheetData>", row(3, "x")))),
        "FILE_BROKEN",
    ),
    Case(
        "rows behind comments, sections and instructions",
        sheet_of(
            "<!--" + row(3, "no") + "-->" + row(4, "<![CDATA[<row>]]>") + "<?go " + row(5, "no") + "?>" + row(6, "c")
        ),
        cells=[["a", "b"], ["<row>", None], ["c", None]],
    ),
    Case(
        "rows of another namespace",
        sheet_of('<row xmlns="urn:other" r="3"><c r="A3"><v>no</v></c></row>' + row(4, "c")),
        cells=[["a", "b"], ["c", None]],
    ),
    Case(
        "names with a prefix",
        lambda: zipped(
            book(
                sheet=(
                    f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>'
                    '<x:row r="1"><x:c r="A1" t="str"><x:v>name</x:v></x:c></x:row>'
                    '<x:row r="2"><x:c r="A2" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
                )
            )
        ),
        cells=[["x"]],
    ),
)
