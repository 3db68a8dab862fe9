"""Rows that are no records, at the limits of their signs; what becomes of them is in the tests of uploads."""

from typing import Any

import pytest

from onboarding.spreadsheets.cells import BrokenCell
from onboarding.spreadsheets.extra_rows import GROUP, HEADER_AGAIN, LEGEND, NOTE, TOTAL, UNITS, ExtraRows

HEADER = ("Reference", "Name", "Street", "City", "Zip", "kW", "kWh", "Devices")
SUM = BrokenCell("FORMULA_WITHOUT_VALUE", "=SUM(F2:F9)")
ERROR = BrokenCell("FORMULA_ERROR", "#REF!")


def kind_of(*cells: Any, header: tuple[str, ...] = HEADER, **more: Any) -> str:
    about: dict[str, Any] = {"reference": [0], "numeric": [5, 6, 7], "updates": False}
    rows = ExtraRows(header, **(about | more))
    return rows.kind_of([*cells, *[None] * (len(header) - len(cells))])


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("Reference", "Name", "Street", "City", "x"), HEADER_AGAIN),  # four of five
        (("Reference", "Name", "Street", "x", "y"), ""),  # three of five
        (("Reference", "Name", "Street", "City"), HEADER_AGAIN),  # half of the columns
        (("Reference", "Name", "Street"), ""),
        ((None, "Street", "Name"), ""),  # names in other columns are values
        (("required", "optional", "x"), ""),
        (("required", "optional"), LEGEND),
        ((None, None, "required", "required"), LEGEND),
    ],
)
def test_names_again_are_most_of_the_row_and_of_the_table(cells, kind):
    assert kind_of(*cells) == kind


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("Total", None, None, None, None, 1, 2, 3), TOTAL),  # half of the columns
        (("Total", None, None, None, "95616", 1, 2, 3), ""),  # more of them
        (("Total of all six homes", None, None, None, None, 1), TOTAL),
        (("Total of all of the homes", None, None, None, None, 1), TOTAL),  # six words
        (("Total of all of the six homes", None, None, None, None, 1), ""),  # seven
        (("Total", None, None, None, None, True), ""),  # no amount
        (("Total", None, None, None, None, ERROR), ""),
        ((None, None, None, None, None, 1, 2), TOTAL),
        ((None, None, None, None, None, 1), ""),  # a single amount may be a record
        ((None, None, None, None, 1, 2), ""),  # no column of amounts
        ((5, None, None, None, None, "Total"), ""),  # the word comes last
        ((None, None, None, None, "Totals", 5), TOTAL),
    ],
)
def test_total_is_a_word_with_nothing_but_amounts_behind_it(cells, kind):
    assert kind_of(*cells) == kind


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ((None, None, None, None, None, "kW", "mm/dd/yyyy"), UNITS),
        ((None, None, None, None, None, "date", "mm/dd/yyyy"), ""),  # no unit among them
        ((None, None, None, None, None, "kW", "about"), ""),
    ],
)
def test_row_of_units_has_a_unit_and_no_values(cells, kind):
    assert kind_of(*cells) == kind


@pytest.mark.parametrize(
    ("header", "kind"), [(("Reference", "Name", "City", "Zip"), GROUP), (("Reference", "Name", "City"), "")]
)
def test_heading_of_a_group_needs_a_table_of_four_columns(header, kind):
    assert kind_of("Alameda County", header=header, numeric=[]) == kind


@pytest.mark.parametrize(
    ("cells", "updates", "kind"),
    [
        (("Home 12",), False, GROUP),
        (("Home 12",), True, ""),  # a record with nothing but its name
        (("Home-12",), False, ""),
        ((None, "Home-12"), False, GROUP),  # beside the column of names
        (("Homes",), True, GROUP),
        (("Homes", "x"), False, ""),
        (("Notes:", "see below"), False, NOTE),
        ((None, "Notes:", "see below"), False, NOTE),
        (("Notes:", "see", "below"), False, ""),  # three cells
    ],
)
def test_few_cells_are_a_heading_a_note_or_a_record(cells, updates, kind):
    assert kind_of(*cells, updates=updates) == kind


def test_row_of_a_table_with_one_named_column_is_a_record():
    assert kind_of("Total", header=("Reference", "", "", ""), numeric=[]) == ""


@pytest.mark.parametrize(("cells", "is_there"), [((1, None, 5), True), ((1, 5, None), False), ((1, 5, ""), False)])
def test_row_without_the_device_that_is_read_is_none_of_its_records(cells, is_there):
    kind = kind_of(*cells, header=("Id", "First kW", "Second kW"), numeric=[1, 2], device=[2], called="Second")

    assert kind == ("" if is_there else "a row without Second")
