"""Templates and tables that we write."""

import datetime
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from onboarding.spreadsheets.cells import Row
from onboarding.spreadsheets.workbook import (
    TemplateColumn,
    TemplateSpec,
    drop_leftovers,
    template_csv,
    write_table,
    write_template,
)

from .books import Read, reader_in

Reading = Callable[..., Read]
SPEC = TemplateSpec(
    title="=Meters for DSGS",
    programs=[("ca_dsgs", "DSGS"), ("ma_cps", "CPS")],
    version="7",
    catalogue_version="2026-11-24/12",
    generated_on=datetime.date(2026, 11, 24),
    columns=[
        TemplateColumn(
            "partner_reference", "Partner reference", required=True, help="Your own key.", example="A-1", max_length=256
        ),
        TemplateColumn("customer.zip", "ZIP code", required_by=["DSGS"], example="00501"),
        TemplateColumn("device.power_kw", "Power", unit="kW", format="number", minimum=0, maximum=100.5),
        TemplateColumn("device.count", "Count", format="integer", minimum=1),
        TemplateColumn("site.since", "Since", format="date"),
        TemplateColumn("site.solar", "Solar", format="boolean"),
        TemplateColumn("device.kind", "Kind", format="choice", choices=[("BATTERY", "Battery"), ("=HVAC", "Heating")]),
        TemplateColumn("account", "=Account", help="\x00Account number"),
    ],
    notes=["=a note"],
    rows=[
        {
            "partner_reference": "=1+1",
            "customer.zip": "00501",
            "device.power_kw": 1.5,
            "device.count": 2,
            "site.since": datetime.date(2026, 1, 31),
            "site.solar": True,
            "device.kind": "BATTERY",
            "account": "12345678901234567890",
        },
        {"partner_reference": "#N/A\x00", "account": 501},
    ],
)


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def test_written_template_is_recognised(read: Reading) -> None:
    result = read(write_template(SPEC))

    assert result.facts is not None
    assert result.facts.template == {
        "template_version": "7",
        "programs": ["ca_dsgs", "ma_cps"],
        "catalogue_version": "2026-11-24/12",
    }
    assert (result.facts.sheet, result.notes, result.header_row) == ("Meters", {}, 2)
    assert result.header == tuple(column.key for column in SPEC.columns)
    assert result.labels[:3] == ("Partner reference *", "ZIP code *", "Power")
    assert result.rows == [
        Row(3, ["=1+1", "00501", 1.5, 2, datetime.date(2026, 1, 31), True, "BATTERY", "12345678901234567890"]),
        Row(4, ["#N/A", None, None, None, None, None, None, "501"]),
    ]


def test_template_holds_formats_lists_limits_and_notes() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_template(SPEC)))
    sheet = book["Meters"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}

    assert book.sheetnames == ["Read me", "Meters", "Choices"]
    assert sheet.freeze_panes == "B3"
    assert [sheet.column_dimensions[letter].number_format for letter in "ABCDEFGH"] == [
        "@", "@", "General", "0", "yyyy-mm-dd", "General", "@", "@",
    ]  # fmt: skip
    assert {area: (rule.type, rule.formula1, rule.formula2) for area, rule in rules.items()} == {
        "A3:A100002": ("textLength", "256", None),
        "C3:C100002": ("decimal", "0", "100.5"),
        "D3:D100002": ("whole", "1", None),
        "E3:E100002": ("date", "2", None),
        "F3:F100002": ("list", '"TRUE,FALSE"', None),
        "G3:G100002": ("list", "Choices!$A$2:$A$3", None),
    }
    assert rules["C3:C100002"].error == "A number from 0 to 100.5 kW."
    assert sheet["A1"].comment.text == "Required.\nYour own key.\nAt most 256 characters.\nExample: A-1"
    assert sheet["B1"].comment.text == "Required by DSGS.\nExample: 00501"
    assert [[cell.value for cell in row] for row in book["Choices"].iter_rows()] == [
        ["Kind", "Kind: meaning"],
        ["BATTERY", "Battery"],
        ["=HVAC", "Heating"],
    ]


def test_no_text_of_a_template_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_template(SPEC)))

    types = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s", "n", "d", "b"}
    assert book["Read me"]["A1"].value == "=Meters for DSGS"


def test_csv_template_is_a_row_of_keys(read: Reading) -> None:
    result = read(template_csv(SPEC), "template.csv")

    assert result.header == tuple(column.key for column in SPEC.columns)
    assert result.cells[0] == ["=1+1", "00501", "1.5", "2", "2026-01-31", "TRUE", "BATTERY", "12345678901234567890"]


def test_table_comes_back_as_it_was_written(read: Reading) -> None:
    file = io.BytesIO()
    moment = datetime.datetime(2026, 1, 31, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    rows = [
        ["=HYPERLINK(1)", 1, 1.5, True, moment],
        ["#N/A", None, "00501", "-5", datetime.date(2026, 1, 31)],
        ["\x00\x01<&>", "x" * 40_000],
    ]

    write_table(file, title="Receipt: [1]", header=["a", "b", "c", "d", "=e"], rows=iter(rows), widths=[10])

    result = read(file.getvalue())
    assert result.facts is not None
    assert (result.facts.sheet, result.header) == ("Receipt   1", ("a", "b", "c", "d", "=e"))
    assert result.cells == [
        ["=HYPERLINK(1)", 1, 1.5, True, datetime.datetime(2026, 1, 31, 11, 30)],
        ["#N/A", None, "00501", "-5", datetime.date(2026, 1, 31)],
        ["<&>", "x" * 32_767, None, None, None],
    ]


def test_table_that_stops_half_way_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[int] = []

    def rows() -> Iterator[list[str]]:
        yield ["a"]
        seen.append(len(list(tmp_path.iterdir())))
        raise RuntimeError("falls")

    with pytest.raises(RuntimeError):
        write_table(io.BytesIO(), title="T", header=["a"], rows=rows())

    assert seen == [1]
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_killed_writers_are_deleted_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, age in (("openpyxl.old", 7300), ("openpyxl.new", 100), ("other", 7300)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, times=(time.time() - age, time.time() - age))

    assert drop_leftovers(older_than_seconds=7200) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["openpyxl.new", "other"]
