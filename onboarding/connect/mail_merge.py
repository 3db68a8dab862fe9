"""A link's address for each customer of a list, for a mail merge: as CSV, or as a QR code each. Nothing is stored."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from django.conf import settings
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from onboarding.connect.customer_emails import is_email
from onboarding.connect.links import address_of, reference_of
from onboarding.connect.models import ConnectLink
from onboarding.spreadsheets.cells import BrokenCell, Cell, Row
from onboarding.spreadsheets.headers import HeaderSpec, match_headers, names_of
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import ROW_TOO_SHORT, Unreadable
from onboarding.spreadsheets.reader import Book, read_book, refuse_by_name
from portal.problems import Problem, Refused, shown, storable
from portal.storage.temporary import named_file
from programs.identifiers import reference_key

MOST_ROWS: Final = 5_000
EXPORTED: Final = ("reference", "name", "email", "language", "address")
_REFERENCE_NAMES: Final = ("ref id", "refid", "ref", "partner reference", "customer id", "customer number", "site id")
COLUMNS: Final = (
    HeaderSpec("reference", "Reference ID", _REFERENCE_NAMES),
    HeaderSpec("name", "Name", ("customer name", "full name", "customer")),
    HeaderSpec("email", "Email", ("e-mail", "email address", "mail")),
    HeaderSpec("language", "Language", ("lang", "locale", "idioma")),
)
_DELIMITERS: Final = "\t;,"
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_BLANK: Final = 20
_QUIET: Final = 4  # modules around a code, as the standard asks


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of the list. number: its row in the sheet, or its line."""

    number: int
    reference: str
    name: str = ""
    email: str = ""
    language: str = ""


@dataclass(slots=True)
class Merge:
    """A list that was read: its customers, and what is wrong with which row. Rows without a problem can be used."""

    customers: list[Customer] = field(default_factory=list)
    problems: list[tuple[int, Problem]] = field(default_factory=list)


def read_file(name: str, content: Iterable[bytes], *, above: int = 0) -> Merge:
    """Read a spreadsheet of customers in the limited child process.

    above: how many lines of it were put there by us, which are no rows of theirs.

    Refuses: MERGE_NO_REFERENCE, and what the reader says of a file that cannot be used.
    """
    try:
        refuse_by_name(name)
        with named_file(PurePath(name).suffix.lower()) as file:
            file.writelines(content)
            file.flush()
            with read_book(file.name, file_name=name, limits=_limits(), names=names_of(COLUMNS)) as book:
                return _merge_of(book, above)
    except Unreadable as error:
        raise Refused(Problem(error.code, "file", context=dict(error.context))) from error


def read_text(text: str) -> Merge:
    """Read pasted lines: a reference each, or reference, name and email; or a table with the columns' names.

    Refuses as read_file does.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((mark for mark in _DELIMITERS if mark in first), "\t")
    is_named = any(match.key == "reference" for match in match_headers(first.split(delimiter), COLUMNS))
    head = "" if is_named else f"{delimiter.join(('reference', 'name', 'email', 'language'))}\n"
    content = [f"{head}{text}\n".encode("utf-8", "replace")]
    return read_file("pasted.csv", content, above=int(not is_named))


def _limits() -> Limits:
    return Limits(
        max_bytes=settings.UPLOAD_MAX_BYTES,
        max_rows=MOST_ROWS,
        max_rows_whole=MOST_ROWS,
        memory_bytes=settings.UPLOAD_READER_MEMORY_MB * 1024 * 1024,
        cpu_seconds=settings.UPLOAD_READER_SECONDS,
        wall_seconds=settings.UPLOAD_READER_SECONDS,
    )


def _merge_of(book: Book, above: int) -> Merge:
    places = {match.key: match.index for match in match_headers(book.header, COLUMNS) if match.key}
    if "reference" not in places:
        raise Refused(Problem("MERGE_NO_REFERENCE", "file"))
    merge, numbers = Merge(), dict[str, int]()
    for row in (row for rows in book.rows() for row in rows):
        texts = {key: _text(row.cells[index]) for key, index in places.items()}
        texts |= {"language": texts["language"].lower()} if "language" in texts else {}
        if any(texts.values()):
            customer = Customer(row.number - above, **texts)
            merge.customers.append(customer)
            merge.problems += [(customer.number, problem) for problem in _problems_of(customer, row, numbers)]
    if not merge.customers:
        raise Refused(Problem("MERGE_NO_ROWS", "file"))
    return merge


def _problems_of(customer: Customer, row: Row, numbers: dict[str, int]) -> Iterator[Problem]:
    """What is wrong with a row. numbers: the rows of the references before it; this one is added."""
    if any(fault.code != ROW_TOO_SHORT for fault in row.faults):
        yield Problem("MERGE_ROW_BROKEN")
    if customer.email and not is_email(customer.email):
        yield Problem("CONNECT_EMAIL_UNUSABLE", "email", shown(customer.email))
    if customer.language and customer.language not in dict(settings.LANGUAGES):
        codes = ", ".join(code for code, _ in settings.LANGUAGES)
        yield Problem("MERGE_LANGUAGE_UNKNOWN", "language", shown(customer.language), {"codes": codes})
    if not customer.reference:
        yield Problem("LINK_REFERENCE_MISSING", "reference")
        return
    try:
        reference_of({"refId": customer.reference})
    except Refused:
        yield Problem("LINK_REFERENCE_UNUSABLE", "reference", shown(customer.reference))
        return
    first = numbers.setdefault(reference_key(customer.reference), customer.number)
    if first != customer.number:
        yield Problem("MERGE_REFERENCE_TWICE", "reference", shown(customer.reference), {"first": first})


def row_text(number: int, problem: Problem) -> str:
    """What is wrong with a row, as a form says it."""
    return f"Row {number}: {problem.text} {problem.remedy}".strip()


def _text(cell: Cell) -> str:
    """A cell as one line of text, a whole number without its decimals."""
    if cell is None:
        return ""
    if isinstance(cell, BrokenCell):
        return storable(cell.shown)
    whole = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    return storable(" ".join(str(whole).split()))


# --- what comes back


def address_for(link: ConnectLink, customer: Customer) -> str:
    """The link's address with the customer's reference ID and language."""
    return address_of(link, reference=customer.reference, language=customer.language)


def csv_lines(link: ConnectLink, customers: Iterable[Customer]) -> Iterator[list[object]]:
    """Lines in the order of EXPORTED."""
    for customer in customers:
        address = address_for(link, customer)
        yield [customer.reference, customer.name, customer.email, customer.language, address]


def as_text(customers: Sequence[Customer]) -> str:
    """A list as it is pasted, for the page on which its rows are mended; each in the line of its number, if it can."""
    lines = ["\t".join(EXPORTED[:4])]
    for each in customers:
        lines += [""] * min(each.number - len(lines) - 1, _MOST_BLANK)
        lines.append("\t".join((each.reference, each.name, each.email, each.language)).rstrip("\t"))
    return "\n".join(lines)


def qr_archive(link: ConnectLink, customers: Iterable[Customer]) -> Iterator[bytes]:
    """A ZIP with a QR code of each address, in pieces as they are made; each file is named for row and reference."""
    buffer = _Pieces()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for customer in customers:
            reference = _NOT_IN_NAMES.sub("_", customer.reference)[:60]
            archive.writestr(f"{customer.number:05}-{reference}.svg", qr_svg(address_for(link, customer)))
            yield buffer.take()
    yield buffer.take()


def qr_svg(address: str) -> str:
    """A QR code as an SVG picture. One mask for all: looking for the best of eight takes ten times as long."""
    code = QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=2, border=_QUIET)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(
        f"M{match.start()},{number}h{len(match.group())}v1h-{len(match.group())}z"
        for number, modules in enumerate(rows)
        for match in re.finditer("1+", "".join("1" if module else "0" for module in modules))
    )
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}mm" height="{size}mm" viewBox="0 0 {size} {size}">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


class _Pieces:
    """What the archive is written to: it cannot be searched, so nothing is written twice."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Nothing is held open."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
