"""Cells and rows at the bounds at which they become something else. Pure: the coercers and rules themselves."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from programs.models import Field, FieldType
from programs.schema.coerce.choices import boolean
from programs.schema.coerce.dates import date_of, full_year, in_order, order_of
from programs.schema.coerce.numbers import integer, number, to_number
from programs.schema.coerce.places import zip_code
from programs.schema.coerce.plain import EMPTY, Mended, cached, fail, plain_text
from programs.schema.coerce.texts import email, identifier, text
from programs.schema.crossfield import batteries, dates
from programs.schema.crossfield.rule import RowFinding
from programs.schema.nesting import Nesting, flatten


def read(coerce: Callable[[Any], Any], cell: Any) -> Any:
    """What becomes of a cell; the code of what is wrong with it; the value and the code of what was mended."""
    try:
        actual = coerce(cell)
    except PydanticCustomError as error:
        return error.type if error.type == "given" else (error.context or {})["code"]
    return (actual.value, actual.code) if isinstance(actual, Mended) else None if actual is EMPTY else actual


# --- dates


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (18263, "NOT_A_DATE"),
        (18264, "1950-01-01"),
        (73050, "2099-12-31"),
        (73051, "NOT_A_DATE"),
        (44956.9, "2023-01-30"),
        (float("inf"), "NOT_A_DATE"),
        (float("nan"), "NOT_A_DATE"),
        (True, "NOT_A_DATE"),
        ("44956", "2023-01-30"),
        ("044956", "NOT_A_DATE"),
        ("4495", "NOT_A_DATE"),
        (20250930, "2025-09-30"),
        (20250930.5, "NOT_A_DATE"),
        (20250931, "DATE_DOES_NOT_EXIST"),
        (21000101, "NOT_A_DATE"),
        ("1900-01-01", "1900-01-01"),
        ("1899-12-31", "DATE_OUT_OF_YEARS"),
        ("2100-12-31", "2100-12-31"),
        ("2101-01-01", "DATE_OUT_OF_YEARS"),
        (date(1899, 12, 31), "DATE_OUT_OF_YEARS"),
        (date(2100, 12, 31), "2100-12-31"),
        (datetime(2023, 1, 30, 23, 59), "2023-01-30"),
        ("12/13/2025", "2025-12-13"),
        ("13/12/2025", "2025-12-13"),
        ("12/12/2025", "2025-12-12"),
        ("11/12/2025", "DATE_AMBIGUOUS"),
        ("13/13/2025", "DATE_DOES_NOT_EXIST"),
        ("0/12/2025", "DATE_DOES_NOT_EXIST"),
        ("12/0/2025", "DATE_DOES_NOT_EXIST"),
        ("31/1/69", "1969-01-31"),
        ("31/1/68", "2068-01-31"),
        ("31-Jan-69", "1969-01-31"),
        ("Sept 5, 2025", "2025-09-05"),
        ("Sep 5 2025", "2025-09-05"),
        ("5 ma 2025", "NOT_A_DATE"),
        ("5 mar 2025", "2025-03-05"),
        ("5 jux 2025", "NOT_A_DATE"),
        ("Feb 30, 2025", "DATE_DOES_NOT_EXIST"),
        ("", None),
        ("n/a", None),
    ],
)
def test_date_is_read_up_to_its_bounds(cell: Any, value: str | None) -> None:
    assert read(date_of, cell) == value


def test_years_of_two_digits_turn_at_69() -> None:
    assert [full_year(year) for year in ("00", "68", "69", "99", "1968", "2069")] == [
        2000,
        2068,
        1969,
        1999,
        1968,
        2069,
    ]


@pytest.mark.parametrize(
    ("written", "order", "expected"),
    [
        ("03/04/1900", "dmy", "1900-04-03"),
        ("03/04/1899", "dmy", "03/04/1899"),
        ("03/04/2100", "mdy", "2100-03-04"),
        ("03/04/2101", "mdy", "03/04/2101"),
        ("03/03/2025", "mdy", "03/03/2025"),
        ("03/04/2025", "ymd", "03/04/2025"),
        ("13/04/2025", "mdy", "13/04/2025"),
    ],
)
def test_only_a_date_with_two_readings_is_put_in_order(written: str, order: str, expected: str) -> None:
    assert in_order(written, order) == expected


def test_years_out_of_bounds_decide_no_order() -> None:
    assert [order_of([text]) for text in ("13/04/1899", "13/04/1900", "13/04/2100", "13/04/2101")] == [
        None,
        "dmy",
        "dmy",
        None,
    ]


# --- numbers


def field(**more: Any) -> Field:
    return Field(path="a.b", type=FieldType.NUMBER, **more)


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("999999999999999", "", 999_999_999_999_999),
        ("1e3", "", 1000.0),
        ("+5", "", 5),
        ("-1,350", "", -1350),
        ("1,35", "", 1.35),
        ("1,3500", "", 1.35),
        ("1,350", "", 1350),
        (".5", "", 0.5),
        (".", "", "NOT_A_NUMBER"),
        ("0.1 MW", "kW", 100.0),
        ("90 min", "h", 1.5),
        ("0.24 kV", "V", 240.0),
        ("200 amps.", "A", 200),
        ("5 kW.", "kW", 5),
        ("5 h", "kW", "UNIT_MISMATCH"),
        ("5 kW", "", "NOT_A_NUMBER"),
        ("5 x", "kW", "NOT_A_NUMBER"),
        ("1e400", "", "NOT_A_NUMBER"),
        (float("inf"), "", "NOT_A_NUMBER"),
        (date(2026, 1, 1), "", "NOT_A_NUMBER"),
        ("", "", None),
    ],
)
def test_number_is_read_with_its_unit(cell: Any, unit: str, value: Any) -> None:
    actual = read(lambda cell: to_number(cell, unit), cell)

    assert (actual, type(actual)) == (value, type(value))


def test_number_of_more_digits_than_a_spreadsheet_keeps_is_no_integer() -> None:
    assert [type(to_number("9" * digits, "")) for digits in (15, 16)] == [int, float]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (1.99, "NUMBER_TOO_SMALL"),
        (2, 2),
        (100, 100),
        (100.01, "NUMBER_TOO_LARGE"),
        (1, "FRACTION_FOR_PERCENT"),
        (1.01, "NUMBER_TOO_SMALL"),
        (0, "NUMBER_TOO_SMALL"),
        (0.01, "FRACTION_FOR_PERCENT"),
    ],
)
def test_percentage_has_bounds_and_is_no_share(cell: float, value: Any) -> None:
    assert read(number(field(unit="%", minimum=2, maximum=100)), cell) == value


@pytest.mark.parametrize(("unit", "minimum"), [("kW", 2), ("%", 1), ("%", 0.9)])
def test_what_is_no_percentage_above_one_is_no_share_either(unit: str, minimum: float) -> None:
    assert read(number(field(unit=unit, minimum=minimum)), 0.5) == "NUMBER_TOO_SMALL"


def test_whole_number_is_an_integer() -> None:
    actual = [read(integer(field()), cell) for cell in (2.0, 2, 2.5, "")]

    assert actual == [2, 2, "NOT_A_WHOLE_NUMBER", None]
    assert type(actual[0]) is int


# --- texts


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("ab", "TEXT_TOO_SHORT"),
        ("abc", "abc"),
        ("abcde", "abcde"),
        ("abcdef", "TEXT_TOO_LONG"),
        ("  abc  ", "abc"),
        ("1e+10", "DIGITS_LOST"),
        ("N/A", None),
        ("nab", "nab"),
        ("=1+1", "LOOKS_LIKE_FORMULA"),
        ("<b>", "MARKUP"),
        ("a < b", "a < b"),
        ("a\x07bc", "CONTROL_CHARACTER"),
        ("a\u202ebc", "CONTROL_CHARACTER"),
    ],
)
def test_text_is_within_its_lengths(cell: str, value: Any) -> None:
    assert read(text(Field(path="a.b", type=FieldType.TEXT, min_length=3, max_length=5)), cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("123456789012340", "123456789012340"),
        ("1234567890123400", ("1234567890123400", "DIGITS_PERHAPS_LOST")),
        ("1234567890123456", "1234567890123456"),
        ("1234567890123410", ("1234567890123410", "DIGITS_PERHAPS_LOST")),
        ("123456789012345010", "123456789012345010"),
        ("12345678901234500", ("12345678901234500", "DIGITS_PERHAPS_LOST")),
        ("123456789012345000", "DIGITS_LOST"),
        ("123456789012345A00", "123456789012345A00"),
        ("'0012345", "0012345"),
        ("12.0", "12.0"),
        ("123.0", ("123", "IDENTIFIER_TAIL_CUT")),
        ("A123.0", "A123.0"),
        (999_999_999_999_999, "999999999999999"),
        (1_000_000_000_000_000, "DIGITS_LOST"),
        (-1_000_000_000_000_000, "DIGITS_LOST"),
    ],
)
def test_digits_of_an_identifier_are_lost_from_the_sixteenth_on(cell: Any, value: Any) -> None:
    assert read(identifier(Field(path="a.b", type=FieldType.IDENTIFIER)), cell) == value


def test_email_address_has_a_domain() -> None:
    cells = ("a@b.co", "a@b", "a b@c.de", "@b.co", "a@b.co.", "")

    actual = [read(email(Field(path="a.b", type=FieldType.EMAIL)), cell) for cell in cells]

    assert actual == ["a@b.co", *["NOT_AN_EMAIL"] * 4, None]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (2.0, "2"),
        (2.5, "2.5"),
        (float("nan"), "DIGITS_LOST"),
        (datetime(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 0, 0, 1), "2026-01-02 00:00:01"),
        (b"x", "NOT_A_PLAIN_VALUE"),
        ([], "NOT_A_PLAIN_VALUE"),
    ],
)
def test_any_cell_becomes_one_line_of_text(cell: Any, value: str) -> None:
    assert read(plain_text, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("94", "NOT_A_ZIP"),
        ("501", ("00501", "ZIP_RESTORED")),
        ("2108", ("02108", "ZIP_RESTORED")),
        ("94103", "94103"),
        ("941031", "NOT_A_ZIP"),
        ("5011234", ("00501-1234", "ZIP_RESTORED")),
        ("21081234", ("02108-1234", "ZIP_RESTORED")),
        ("941031234", "94103-1234"),
        ("9410312345", "NOT_A_ZIP"),
        ("94103-123", "NOT_A_ZIP"),
        ("94103-", "NOT_A_ZIP"),
        ("94103-12345", "NOT_A_ZIP"),
        ("94103-12A4", "NOT_A_ZIP"),
        ("94103\N{EN DASH}1234", "94103-1234"),
        ("94103.0", "94103"),
        ("٩٤١٠٣", "NOT_A_ZIP"),
        ("", None),
    ],
)
def test_zip_code_gets_its_zeros_back(cell: str, value: Any) -> None:
    assert read(zip_code, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (True, True),
        (False, False),
        (1, True),
        (1.0, True),
        (0, False),
        (2, "NOT_YES_NO"),
        (-1, "NOT_YES_NO"),
        ("✓", True),
        ("off", False),
        ("None", False),
        ("maybe", "NOT_YES_NO"),
        (" ", None),
    ],
)
def test_yes_and_no_are_told_apart(cell: Any, value: Any) -> None:
    actual = read(boolean, cell)

    assert (actual, type(actual)) == (value, type(value))


def test_only_texts_are_remembered_and_only_so_many() -> None:
    seen: list[Any] = []

    def slow(cell: Any) -> Any:
        seen.append(cell)
        if str(cell).startswith("bad"):
            raise fail("NOT_A_NUMBER", suggestion=cell)
        return cell

    coerce = cached(slow, 2)

    for cell in ("a", "a", 1, 1, "b", "c", "c"):
        assert coerce(cell) == cell
    for cell in ("bad1", "bad1", "bad2", "bad3", "bad3"):
        with pytest.raises(PydanticCustomError) as caught:
            coerce(cell)
        assert caught.value.context == {"code": "NOT_A_NUMBER", "suggestion": cell}
    assert seen == ["a", 1, 1, "b", "c", "c", "bad1", "bad2", "bad3", "bad3"]


# --- rows to assets, and back


def test_row_is_nested_and_slots_of_lists_close_up() -> None:
    keys = ["a", "b.c", "b.d", "x.y.z", "l.0", "l.1", "l.2", "s.v.0.m", "s.v.0.n", "s.v.1.m", "s.w"]
    nesting = Nesting(keys)

    full = nesting.nest(dict.fromkeys(keys, 1) | {"l.1": 2, "s.v.1.m": 3})
    part = nesting.nest({"s.v.1.m": 3, "l.2": 5, "x.y.z": 4})

    assert full == {
        "a": 1,
        "b": {"c": 1, "d": 1},
        "x": {"y": {"z": 1}},
        "l": [1, 2],  # a plain value is in a list once
        "s": {"w": 1, "v": [{"m": 1, "n": 1}, {"m": 3}]},
    }
    assert part == {"s": {"v": [{"m": 3}]}, "l": [5], "x": {"y": {"z": 4}}}
    assert nesting.nest({"s.v.1.m": 7, "l.2": 8, "x.y.z": 9}) == {
        "s": {"v": [{"m": 7}]},
        "l": [8],
        "x": {"y": {"z": 9}},
    }
    assert nesting.nest({}) == {}


def test_asset_is_flattened_without_what_is_empty() -> None:
    asset = {"a": 0, "b": {"c": False, "d": None, "e": ""}, "l": ["x", None, "z"], "s": [{"m": 1}], "o": {}}

    assert flatten(asset) == {"a": 0, "b.c": False, "l.0": "x", "l.2": "z", "s.0.m": 1, "o": {}}
    assert flatten({}) == {}


def test_asset_is_flattened_only_so_deep() -> None:
    deep: Any = "end"
    for name in "hgfedcba":
        deep = {name: deep}

    assert flatten(deep) == {"a.b.c.d.e.f.g": {"h": "end"}}


# --- what cannot be true together

USUAL = {"kw": batteries.UsualRange(0.5, 100, "kW"), "kwh": batteries.UsualRange(1, 500, "kWh")}
BATTERY = batteries.Battery("kw", "kwh", "hours", "discharge", "charge", "most", "least", usual=USUAL)


def codes(actual: Iterable[RowFinding]) -> list[tuple[str, str]]:
    return [(one.code, one.key) for one in actual]


@pytest.mark.parametrize(
    ("row", "actual"),
    [
        ({"least": 0}, []),
        ({"least": 0.01}, ["CHARGE_AS_FRACTION"]),
        ({"least": 0.99}, ["CHARGE_AS_FRACTION"]),
        ({"least": 1}, []),
        ({"most": 51, "least": 50}, []),
        ({"most": 50, "least": 50}, ["CHARGE_LIMITS_CROSSED"]),
        ({"most": 0, "least": 0}, ["CHARGE_LIMITS_CROSSED"]),
        ({"most": 50}, []),
        ({"kw": 5, "charge": 10}, []),
        ({"kw": 5, "charge": 10.1}, ["RATE_ABOVE_POWER"]),
        ({"kw": 5, "discharge": 10.1, "charge": 11}, ["RATE_ABOVE_POWER", "RATE_ABOVE_POWER"]),
        ({"charge": 11}, []),
        ({"kw": 1, "kwh": 4, "hours": 3}, []),
        ({"kw": 1, "kwh": 3.9, "hours": 2.9}, ["DURATION_DIFFERS"]),
        ({"kw": 1, "kwh": 3.9, "hours": 3}, []),
        ({"kw": 1, "kwh": 2, "hours": 0}, ["DURATION_DIFFERS"]),
        ({"kw": 0, "kwh": 2, "hours": 9}, []),
        ({"kw": 1, "kwh": 0, "hours": 9}, []),
        ({batteries.CLASS: "RESIDENTIAL", "kw": 100, "kwh": 500}, []),
        ({batteries.CLASS: "RESIDENTIAL", "kw": 101}, ["LOOKS_LIKE_WATTS"]),
        ({batteries.CLASS: "RESIDENTIAL", "kwh": 501}, ["LOOKS_LIKE_WATTS"]),
        ({batteries.CLASS: "RESIDENTIAL", "kwh": 1000, batteries.COUNT: 2}, []),
        ({batteries.CLASS: "RESIDENTIAL", "kwh": 501, batteries.COUNT: 0}, ["LOOKS_LIKE_WATTS"]),
        ({batteries.CLASS: "COMMERCIAL", "kw": 5000}, []),
    ],
)
def test_battery_is_doubted_beyond_its_bounds(row: dict[str, Any], actual: list[str]) -> None:
    assert [code for code, _ in codes(batteries._check(BATTERY, row, date(2026, 1, 1)))] == actual


@pytest.mark.parametrize(
    ("row", "suggestion"),
    [
        ({batteries.CLASS: "RESIDENTIAL", "kw": 999}, None),
        ({batteries.CLASS: "RESIDENTIAL", "kw": 1000}, "1"),
        ({"kw": 5, "kwh": 500, "hours": 2}, "100"),
        ({"kw": 5, "kwh": 501, "hours": 2}, None),
        ({"kw": 5, "kwh": 5, "hours": 4}, "1"),
        ({"kw": 5, "kwh": 4.9, "hours": 4}, None),
        ({"least": 0.2}, "20"),
    ],
)
def test_number_is_suggested_where_it_makes_sense(row: dict[str, Any], suggestion: str | None) -> None:
    (actual,) = batteries._check(BATTERY, row, date(2026, 1, 1))

    assert actual.context.get("suggestion") == suggestion


@pytest.mark.parametrize(
    ("installed", "permitted", "nem", "actual"),
    [
        ("2026-06-01", "2026-06-01", "", []),
        ("2026-06-01", "2026-05-31", "", ["PERMISSION_BEFORE_INSTALLATION"]),
        ("2026-06-01", "", "", []),
        ("2026-06-02", "", "", ["DATE_TO_COME"]),
        ("", "2026-06-02", "", ["DATE_TO_COME"]),
        ("", "2023-04-14", "NEM3", ["NEM3_TOO_EARLY"]),
        ("", "2023-04-15", "NEM3", []),
        ("", "2023-04-14", "NEM2", []),
        ("", "", "NEM3", []),
    ],
)
def test_dates_follow_each_other(installed: str, permitted: str, nem: str, actual: list[str]) -> None:
    row = {dates.INSTALLED: installed, dates.PERMITTED: permitted, dates.NEM: nem}

    assert [code for code, _ in codes(dates.dates_in_order(row, date(2026, 6, 1)))] == actual
