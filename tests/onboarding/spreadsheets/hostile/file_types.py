"""Files of other kinds under a spreadsheet's name."""

from collections.abc import Callable

from onboarding.spreadsheets import problems

from ..books import parts, row, sheet, zipped
from ..other_books import ods
from .case import Case

GOOD = (row(1, "name", "zip"), row(2, "a", "b"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def good() -> bytes:
    return zipped(parts(sheet(*GOOD)))


def ole(*names: str) -> bytes:
    return _OLE + b"".join(name.encode("utf-16-le") for name in names)


_MADE: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("empty", lambda: b"", problems.FILE_EMPTY),
    ("blanks", lambda: b" \r\n\t \r\n" * 9, problems.FILE_EMPTY),
    ("pdf", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", problems.FILE_NOT_A_SPREADSHEET),
    ("html", lambda: b"\xef\xbb\xbf <!DOCTYPE html><table><tr><td>x</table>", problems.FILE_NOT_A_SPREADSHEET),
    ("html as excel writes it", lambda: b'<html xmlns:x="urn:x">\r\n<td>1</td>', problems.FILE_NOT_A_SPREADSHEET),
    ("excel 2003 xml", lambda: b'<?xml version="1.0"?><Workbook/>', problems.FILE_NOT_A_SPREADSHEET),
    (
        "docx",
        lambda: zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>"}),
        "FILE_NOT_A_SPREADSHEET",
    ),
    ("pptx", lambda: zipped({"[Content_Types].xml": "<Types/>", "ppt/slides/a.xml": "<d/>"}), "FILE_NOT_A_SPREADSHEET"),
    ("png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), problems.FILE_NOT_A_SPREADSHEET),
    ("jpeg", lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)), problems.FILE_NOT_A_SPREADSHEET),
    ("gzip", lambda: b"\x1f\x8b\x08\x00" + bytes(range(256)), problems.FILE_BROKEN),
    ("zip of two sheets", lambda: zipped({"a.csv": "name,zip\na,b\n", "b.csv": "x"}), problems.FILE_ARCHIVE_MANY),
    ("zip in zip", lambda: zipped({"meters.zip": zipped({"a.csv": "x"})}), problems.FILE_ARCHIVE_NESTED),
    ("zip of nothing", lambda: b"PK\x05\x06" + bytes(18), problems.FILE_ARCHIVE_EMPTY),
    (
        "zip with a password",
        lambda: zipped({"a.csv": "x,y\n"}).replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
        problems.FILE_ARCHIVE_ENCRYPTED,
    ),
    ("zip of a path", lambda: zipped({"../a.csv": "name,zip\na,b\n"}), problems.FILE_ARCHIVE_PATHS),
    ("numbers", lambda: zipped({"Index/Document.iwa": "x"}), problems.FILE_NUMBERS),
    ("ods of 20,001 rows", lambda: ods({"Data": [["a", "b"]] * 20_004}), problems.FILE_TOO_MANY_ROWS_OF_KIND),
    ("xls without anything", lambda: ole("Workbook"), problems.FILE_BROKEN),
    ("xls with macros", lambda: ole("Workbook", "_VBA_PROJECT_CUR"), problems.FILE_HAS_MACROS),
    ("xls of excel 4", lambda: b"\x09\x04\x06\x00\x00\x00\x10\x00", problems.FILE_OLD_EXCEL),
    ("password", lambda: ole("EncryptionInfo", "EncryptedPackage"), problems.FILE_ENCRYPTED),
    ("outlook message", lambda: ole("__properties_version1.0"), problems.FILE_NOT_A_SPREADSHEET),
    ("ods without a table", lambda: zipped({"mimetype": _ODS, "content.xml": "<x/>"}), problems.FILE_BROKEN),
    ("odt", lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), problems.FILE_NOT_A_SPREADSHEET),
    ("xlsb cut short", lambda: zipped({**parts(), "xl/workbook.bin": b"\x83\x01"}), problems.FILE_BROKEN),
    ("xlsm by its type", lambda: zipped(parts(sheet(*GOOD), content_type=_MACROS)), problems.FILE_HAS_MACROS),
    ("xlsm by its macros", lambda: zipped({**parts(sheet(*GOOD)), "xl/vbaProject.bin": b"x"}), "FILE_HAS_MACROS"),
    ("excel 4 macros", lambda: zipped({**parts(sheet(*GOOD)), "xl/macrosheets/a.xml": "<x/>"}), "FILE_HAS_MACROS"),
)

KINDS: tuple[Case, ...] = (
    *(
        Case(f"{name} named .{ending}", make, answer, file_name=f"meters.{ending}")
        for name, make, answer in _MADE
        for ending in ("xlsx", "csv")
    ),
    Case("csv named .xlsx", lambda: b"name,zip\na,b\n", problems.FILE_NOT_A_SPREADSHEET),
    Case("random bytes named .xlsx", lambda: bytes(range(255, 0, -1)) * 9, problems.FILE_NOT_A_SPREADSHEET),
    Case("random bytes named .csv", lambda: bytes(range(255, 0, -1)) * 9, "FILE_UNREADABLE_TEXT", file_name="a.csv"),
    Case("workbook named .csv", good, file_name="a.csv", cells=[["a", "b"]], notes=("FILE_NAME_DIFFERS",)),
    Case("workbook named .exe", good, file_name="a.exe", cells=[["a", "b"]]),
    Case("workbook named nothing", good, file_name="", cells=[["a", "b"]]),
    Case("name of the file with NUL", good, file_name="a\x00.xlsx", cells=[["a", "b"]]),
    Case("name of the file with half a character", good, file_name="a\ud800.xlsx", cells=[["a", "b"]]),
    Case("name of the file without end", good, file_name="a" * 100_000 + ".xlsx", cells=[["a", "b"]]),
)
