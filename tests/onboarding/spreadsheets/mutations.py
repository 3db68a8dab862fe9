"""Good files, damaged at random: in their bytes, in their parts, and inside the XML of a part."""

import datetime
import io
import itertools
import random
import re
import zipfile
from collections.abc import Iterator

import openpyxl
from openpyxl.styles import Font

SHEET, STRINGS, RELATIONS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"
_INLINE = re.compile(rb't="inlineStr"><is><t>([^<]*)</t></is>')
_BYTES = b'<>/"&=;:!?[]{}rcvst01AZ \x00\xff\n'
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_TAG = re.compile(rb"</?([\w:]+)")
_VALUES = (
    *(
        b"",
        b"0",
        b"-1",
        b"1",
        b"99999999999",
        b"1048577",
        b"XFD1048576",
        b"A1:XFE9",
        b"1e308",
        b"s",
        b"str",
        b"b",
        b"e",
    ),
    *(
        b"d",
        b"inlineStr",
        b"true",
        b"hidden",
        b"&#0;",
        b"&a;",
        b"../../x",
        b"/xl/workbook.xml",
        b"http://x/",
        b"9" * 5000,
    ),
)
_PIECES = (
    *(
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"sep=;\n",
    ),
    *(b"x" * 70_000, b"," * 300, b'"\n' * 2_000, b"#N/A", b"'=", b"\x1a", b"\xed\xa0\x80"),
)


def good_workbook() -> bytes:
    """Twenty rows of every kind of cell, a second and a hidden sheet; half of the texts are shared, half inline."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Reference", "Zip", "Day", "Moment", "Size", "Share", "Solar", "Sum", "Note"])
    for number in range(20):
        day = datetime.date(2026, 1, 1 + number)
        moment = datetime.datetime(2026, 1, 1, 12, number)
        sheet.append([f"home-{number}", 501, day, moment, 13.5, 0.95, True, "=E2*2", "<a> & 'b' \u00e9"])
        sheet.cell(number + 2, 2).number_format = "00000"
        sheet.cell(number + 2, 6).number_format = "0%"
    sheet["A1"].font = Font(bold=True)
    book.create_sheet("More").append(["x"])
    book.create_sheet("Old").sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    return _repacked(_with_shared_strings(unpacked(file.getvalue())))


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _with_shared_strings(parts: dict[str, bytes]) -> dict[str, bytes]:
    """openpyxl writes inline texts; Excel keeps them in a part of their own. Every second one goes there."""
    texts: list[bytes] = []
    count = itertools.count()

    def share(match: re.Match[bytes]) -> bytes:
        if next(count) % 2:
            return match[0]
        texts.append(
            b"<si><r><t>%s</t></r></si>" % match[1] if len(texts) % 9 == 5 else b"<si><t>%s</t></si>" % match[1]
        )
        return b't="s"><v>%d</v>' % (len(texts) - 1)

    xml = _INLINE.sub(share, parts[SHEET])
    relations = parts[RELATIONS].replace(
        b"</Relationships>",
        b'<Relationship Id="r99" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/sharedStrings"/></Relationships>',
    )
    table = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>' % b"".join(texts)
    return {**parts, SHEET: xml, RELATIONS: relations, STRINGS: table}


def good_text() -> bytes:
    lines = [f'home-{number},00501,"Main Street {number}, ""A""",13.5,Zoë' for number in range(60)]
    return ("Reference,Zip,Street,Size,Name\r\n" + "\r\n".join(lines) + "\r\n").encode()


def _damaged(content: bytes, chance: random.Random, pieces: tuple[bytes, ...] = ()) -> bytes:
    """Bytes flipped, cut out, put in, moved; one to four times."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(damaged)) if damaged else 0
        kind = chance.randrange(6)
        if kind == 0 and damaged:
            damaged[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del damaged[at : at + chance.choice((1, 2, 50, 5_000))]
        elif kind == 2:
            damaged[at:at] = chance.choice(pieces) if pieces else bytes(chance.choices(_BYTES, k=chance.randint(1, 6)))
        elif kind == 3:
            other = chance.randrange(len(damaged)) if damaged else 0
            damaged[at:at] = damaged[other : other + chance.randint(1, 400)]
        elif kind == 4:
            damaged[at : at + 4] = bytes(chance.choices(_BYTES, k=4))
        elif chance.random() < 0.3:
            del damaged[at:]
    return bytes(damaged)


def _edited(xml: bytes, chance: random.Random) -> bytes:
    """XML with other attributes and other tags: still so well made that it comes far into the reader."""
    for _ in range(chance.randint(1, 3)):
        pattern, group = chance.choice(((_ATTRIBUTE, 2), (_ATTRIBUTE, 1), (_TAG, 1)))
        places = list(pattern.finditer(xml))
        if not places:
            return xml
        place, other = chance.choice(places), chance.choice(places)
        new = chance.choice(_VALUES) if group == 2 and chance.random() < 0.7 else other[group]
        xml = xml[: place.start(group)] + new + xml[place.end(group) :]
    return xml


def _repacked(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _other_parts(parts: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    """Parts that changed places, names, or are missing."""
    names = list(parts)
    this, other = chance.choice(names), chance.choice(names)
    kind = chance.randrange(3)
    if kind == 0:
        return {**parts, this: parts[other], other: parts[this]}
    if kind == 1:
        return {name: content for name, content in parts.items() if name != this}
    return {(f"{name}x" if name == this else name): content for name, content in parts.items()}


def workbooks(chance: random.Random) -> Iterator[bytes]:
    """Damaged workbooks without end."""
    good = good_workbook()
    parts = unpacked(good)
    read = [name for name in parts if "docProps" not in name and "theme" not in name]
    while True:
        kind = chance.random()
        if kind < 0.2:
            yield _damaged(good, chance)
        elif kind < 0.25:
            yield _repacked(_other_parts(parts, chance))
        else:
            part = SHEET if chance.random() < 0.5 else chance.choice(read)
            change = _edited if kind < 0.7 else _damaged
            yield _repacked({**parts, part: change(parts[part], chance)})


def both_ways(chance: random.Random) -> Iterator[tuple[bytes, bytes]]:
    """Workbooks with damaged rows or texts, and the same ones written so that no pattern reads them, only expat."""
    parts = unpacked(good_workbook())
    while True:
        part = chance.choice((SHEET, SHEET, STRINGS))
        change = _edited if chance.random() < 0.6 else _damaged
        plain = {**parts, part: change(parts[part], chance)}
        odd = {SHEET: (b"<sheetData>", b"<sheetData >"), STRINGS: (b"<si>", b"<!-- --><si>")}
        yield _repacked(plain), _repacked({**plain, **{name: plain[name].replace(*to, 1) for name, to in odd.items()}})


def texts(chance: random.Random) -> Iterator[bytes]:
    """Damaged CSV files without end, some of them in UTF-16 or Windows text."""
    good = good_text()
    kinds = [good, good.decode().encode("utf-16"), good.decode().encode("cp1252"), good.replace(b",", b";")]
    while True:
        yield _damaged(chance.choice(kinds), chance, _PIECES)
