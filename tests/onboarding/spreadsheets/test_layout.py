"""Where a table's header is, when a title is above it or somebody says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from onboarding.spreadsheets.cells import column_letters
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.reader import Book, read_book

NAMES = {"name", "zip", "city", "reference"}
Opened = Callable[..., tuple[Book, list[list[object]]]]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def opened(text: str, **reading: object) -> tuple[Book, list[list[object]]]:
        path = tmp_path / "a.csv"
        path.write_text(text)
        with read_book(path, file_name="a.csv", limits=Limits(), **reading) as book:  # type: ignore[arg-type]
            return book, [list(row.cells) for rows in book.rows() for row in rows]

    return opened


@pytest.mark.parametrize(
    ("text", "header_row"),
    [
        ("Name,Zip\na,00501\n", 1),
        ("Acme customers 2026,\n,\nName,Zip\na,00501\n", 3),
        ("Report,Spring,2026\nmade by,Kim,\nName,Zip,City\na,00501,b\n", 3),
        ("Export,\nColour,Shape\nred,round\n", 2),
        ("Colour,Shape\nred,round\n", 1),
    ],
)
def test_header_is_found_below_titles(opened: Opened, text: str, header_row: int) -> None:
    book, rows = opened(text, names=NAMES)

    assert (book.header_row, len(rows)) == (header_row, 1)


def test_title_rows_are_noted_and_shown(opened: Opened) -> None:
    book, _ = opened("Acme customers,\nName,Zip\na,00501\n", names=NAMES)

    notes = {note.code: dict(note.context) for note in book.facts.notes}
    assert notes == {"TITLE_ROWS": {"rows": [1]}}
    assert book.facts.top[:2] == ((1, ("Acme customers",)), (2, ("Name", "Zip")))


def test_header_row_that_somebody_names_wins(opened: Opened) -> None:
    book, rows = opened("Name,Zip\nNombre,Código\na,00501\n", names=NAMES, header_row=2)

    assert (book.header, rows) == (("Nombre", "Código"), [["a", "00501"]])


def test_two_columns_of_one_name_are_both_read(opened: Opened) -> None:
    book, rows = opened("Name,Name\na,b\n", names=NAMES)

    assert (book.header, rows) == (("Name", "Name"), [["a", "b"]])


@pytest.mark.parametrize(
    ("groups", "read"),
    [
        ("Site,,Utility,", ("Site › Reference", "Site › Zip", "Utility › Name")),
        ("Site,Site,Utility,Utility", ("Site › Reference", "Site › Zip", "Utility › Name")),
        (",,Utility info,", ("Reference", "Zip", "Name")),  # one group tells nothing
        ("Acme,Spring 2026,,", ("Reference", "Zip", "Name")),
        ("Customers of Acme in spring,,,", ("Reference", "Zip", "Name")),
    ],
)
def test_names_of_groups_above_the_header_belong_to_its_columns(
    opened: Opened, groups: str, read: tuple[str, ...]
) -> None:
    book, rows = opened(f"{groups}\nReference,Zip,Name,Account\na,00501,b,c\n", names=NAMES)

    assert (book.header[:3], book.header_row, len(rows)) == (read, 2, 1)
    assert [note.code for note in book.facts.notes] == ([] if "›" in read[0] else ["TITLE_ROWS"])


@pytest.mark.parametrize(
    ("text", "header"),
    [
        (
            "Site,,Battery,,\nReference,City,Serial,kW,Zip\na,b,c,1,2\n",
            ("Site › Reference", "Site › City", "Battery › Serial", "Battery › kW", "Battery › Zip"),
        ),
        (
            "Reference,Address,,Battery,,Notes\n,City,Zip,Serial,kW,\na,b,2,c,1,x\n",
            ("Reference", "Address › City", "Address › Zip", "Battery › Serial", "Battery › kW", "Notes"),
        ),
        ("Reference,City,Zip,Battery,\n,,,Name,kW\na,b,2,c,1\n", ("Reference", "City", "Zip", "Battery", "E")),
    ],
)
def test_names_may_be_written_over_two_rows(opened: Opened, text: str, header: tuple[str, ...]) -> None:
    """The last one names too few columns in its second row to be told from a row of values."""
    book, _ = opened(text, names=NAMES)

    assert tuple(name or column_letters(index) for index, name in enumerate(book.header)) == header[: len(book.header)]
