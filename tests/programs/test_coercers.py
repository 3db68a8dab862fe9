"""Each kind of cell at the limits of what is taken, on fields that a test makes. No database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from portal.problems import Problem
from programs.models import Field, FieldType
from programs.schema.coerce import EMPTY, Mended, coercer_for, fault_of_default, folded, says_nothing
from programs.schema.coerce.dates import date_of, full_year, in_order, order_of
from programs.schema.coerce.numbers import to_number
from programs.schema.coerce.places import zip_code
from programs.schema.coerce.plain import cached, fail, plain_text


def field(kind: FieldType = FieldType.TEXT, **about: Any) -> Field:
    return Field(path="a.field", label="A field", type=kind, **about)


def answer(make: Any, cell: Any) -> Any:
    """The value; the code of what is wrong, with a ! before it; a mended value with its code."""
    try:
        value = make(cell)
    except PydanticCustomError as error:
        return f"!{error.type}"
    return (value.value, value.code) if isinstance(value, Mended) else value


def words(make: Any, cell: Any) -> dict[str, Any]:
    """The facts of what is wrong."""
    with pytest.raises(PydanticCustomError) as refused:
        make(cell)
    return {key: value for key, value in (refused.value.context or {}).items() if key != "code"}


# --- numbers


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (9.99, "!NUMBER_TOO_SMALL"),
        (10, 10),
        (100, 100),
        (100.01, "!NUMBER_TOO_LARGE"),
        ("10", 10),
        ("100.0", 100.0),
        ("", EMPTY),
    ],
)
def test_number_may_be_its_limits_and_nothing_beyond(cell, expected):
    assert answer(coercer_for(field(FieldType.NUMBER, minimum=10, maximum=100)), cell) == expected


def test_limit_of_nought_is_a_limit():
    coerce = coercer_for(field(FieldType.NUMBER, minimum=0, maximum=0))

    assert [answer(coerce, cell) for cell in (-1, 0, 1)] == ["!NUMBER_TOO_SMALL", 0, "!NUMBER_TOO_LARGE"]


@pytest.mark.parametrize(
    ("minimum", "unit", "cell", "code"),
    [
        (2, "%", 1, "!FRACTION_FOR_PERCENT"),
        (2, "%", 1.01, "!NUMBER_TOO_SMALL"),
        (2, "%", 0.01, "!FRACTION_FOR_PERCENT"),
        (2, "%", 0, "!NUMBER_TOO_SMALL"),
        (1, "%", 0.5, "!NUMBER_TOO_SMALL"),  # half a percent could be meant
        (2, "kW", 0.5, "!NUMBER_TOO_SMALL"),
    ],
)
def test_share_for_a_percentage_is_told_from_a_number_that_is_too_small(minimum, unit, cell, code):
    assert answer(coercer_for(field(FieldType.NUMBER, minimum=minimum, unit=unit)), cell) == code


def test_limits_are_said_with_their_unit():
    coerce = coercer_for(field(FieldType.NUMBER, minimum=2, maximum=1_000_000, unit="kW"))
    percent = coercer_for(field(FieldType.NUMBER, minimum=5, unit="%"))

    assert words(coerce, 1) == {"limit": "2", "unit_note": " (kW)"}
    assert words(coerce, 1_000_001) == {"limit": "1000000", "unit_note": " (kW)"}
    assert words(coercer_for(field(FieldType.NUMBER, minimum=2)), 1) == {"limit": "2", "unit_note": ""}
    assert words(percent, 0.95) == {"suggestion": "95"}


@pytest.mark.parametrize(
    ("cell", "expected"), [(2.0, 2), (2.5, "!NOT_A_WHOLE_NUMBER"), ("2.0", 2), ("", EMPTY), (3, 3)]
)
def test_whole_number(cell, expected):
    value = answer(coercer_for(field(FieldType.INTEGER)), cell)

    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        ("999999999999999", "", 999999999999999),
        ("9999999999999999", "", 1e16),
        ("-5", "", -5),
        ("+5", "", 5),
        (".5", "", 0.5),
        ("5.", "", 5.0),
        ("1,234", "", 1234),
        ("12,34", "", 12.34),
        ("1,2345", "", 1.2345),
        ("1234,567", "", "!NOT_A_NUMBER"),
        ("1,234.5", "", 1234.5),
        ("1.234,5", "", 1234.5),
        ("1 234 567", "", 1234567),
        ("1 234'567", "", "!NOT_A_NUMBER"),
        ("1 23", "", "!NOT_A_NUMBER"),
        ("1e3", "", 1000.0),
        ("1e999", "", "!NOT_A_NUMBER"),
        ("1e", "", "!NOT_A_NUMBER"),
        (".", "", "!NOT_A_NUMBER"),
        ("²", "", "!NOT_A_NUMBER"),
        ("5 kW", "kW", 5),
        ("5 kw.", "kW", 5),
        ("5 watts", "kW", 0.005),
        ("5 MW", "kW", 5000.0),
        ("90 min", "hours", 1.5),
        ("5 kV", "V", 5000.0),
        ("5 kWh", "kW", "!UNIT_MISMATCH"),
        ("5 kW", "", "!NOT_A_NUMBER"),
        ("5 parsecs", "kW", "!NOT_A_NUMBER"),
        ("N/A", "kW", None),
        (float("inf"), "", "!NOT_A_NUMBER"),
        (False, "", "!NOT_A_NUMBER"),
        (datetime(2026, 1, 1), "", "!NOT_A_NUMBER"),
    ],
)
def test_number_as_people_write_it(cell, unit, expected):
    value = answer(lambda cell: to_number(cell, unit), cell)

    assert (value, type(value)) == (expected, type(expected))


# --- texts


@pytest.mark.parametrize(
    ("length", "expected"), [(2, "!TEXT_TOO_SHORT"), (3, "aaa"), (5, "aaaaa"), (6, "!TEXT_TOO_LONG")]
)
@pytest.mark.parametrize("around", ["", " ", "\n"])
def test_text_may_have_its_shortest_and_its_longest_length(around, length, expected):
    coerce = coercer_for(field(min_length=3, max_length=5))

    assert answer(coerce, f"{'a' * length}{around}") == expected


def test_lengths_are_said():
    coerce = coercer_for(field(min_length=3, max_length=5))

    assert words(coerce, "aa") == {"length": 2, "limit": 3}
    assert words(coerce, "a" * 6) == {"length": 6, "limit": 5}


@pytest.mark.parametrize(
    ("pattern", "cell", "expected"),
    [
        ("^[A-Z-]{1,10}$", "A-B", "A-B"),
        ("^[A-Z-]{1,10}$", "A\N{EN DASH}B", "A-B"),  # a dash that a program made typographical
        ("^[A-Z]{1,10}$", "A\N{EN DASH}B", "!CHARACTERS_NOT_ALLOWED"),
        ("^[A-Z]{1,3}$", "ABCD", "!PATTERN_MISMATCH"),
        ("^A+$", "B", "!PATTERN_MISMATCH"),
    ],
)
def test_text_matches_its_pattern(pattern, cell, expected):
    assert answer(coercer_for(field(pattern=pattern)), cell) == expected


def test_characters_that_are_not_allowed_are_named_once_in_order_and_ten_at_most():
    coerce = coercer_for(field(pattern="^[A-Z]{1,40}$"))

    assert words(coerce, "A!B?!") == {"characters": "! ?"}
    assert words(coerce, "A0123456789a") == {"characters": "0 1 2 3 4 5 6 7 8 9"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("N/A", EMPTY),
        ("n/a", EMPTY),
        ("Unknown", EMPTY),
        ("unknown person", "unknown person"),
        ("None", "None"),
        ("NA", EMPTY),
        (" tbd ", EMPTY),
        ("Nora", "Nora"),
        ("not applicable", EMPTY),
    ],
)
def test_what_only_says_that_there_is_nothing_is_empty(cell, expected):
    assert answer(coercer_for(field()), cell) == expected


def test_longest_word_for_nothing_says_nothing():
    assert says_nothing("not applicable")
    assert not says_nothing("not applicable.")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a  b", "a b"),
        ("  a", "a"),
        ("a\u00a0b", "a b"),
        ("a\u200bb", "ab"),
        ("=1+1", "!LOOKS_LIKE_FORMULA"),
        (" =1+1", "!LOOKS_LIKE_FORMULA"),
        ("1=1", "1=1"),
        ("a<b>", "!MARKUP"),
        ("a < b", "a < b"),
        ("<3", "<3"),
        ("a\u0007", "!CONTROL_CHARACTER"),
        ("a\u0085", "a"),
        ("a\u202eb", "!CONTROL_CHARACTER"),
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (5, "5"),
        (5.0, "5"),
        (5.5, "5.5"),
        (10**15 - 1, "999999999999999"),
        (10**15, "!DIGITS_LOST"),
        (-(10**15), "!DIGITS_LOST"),
        (float("nan"), "!DIGITS_LOST"),
        (datetime(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),
        (date(2026, 1, 2), "2026-01-02"),
        ([], "!NOT_A_PLAIN_VALUE"),
        (Problem("MARKUP"), "!given"),
    ],
)
def test_cell_as_one_line_of_text(cell, expected):
    assert answer(plain_text, cell) == expected


@pytest.mark.parametrize("text", ["1.5E+10", "1E+5", "1.5E10", "1,5e+10", "-1.5E+10"])
def test_number_that_lost_its_digits_is_no_text(text):
    assert answer(coercer_for(field()), text) == "!DIGITS_LOST"


@pytest.mark.parametrize("text", ["1E5", "12E+5", "1.5E1", "E+10", "1.5E+10 kW"])
def test_code_that_is_like_a_number_stays(text):
    assert answer(coercer_for(field()), text) == text


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("123456789012340", "123456789012340"),  # 15 digits, as many as a spreadsheet keeps
        ("1234567890123450", ("1234567890123450", "DIGITS_PERHAPS_LOST")),
        ("1234567890123456", "1234567890123456"),
        ("12345678901234560", "12345678901234560"),  # the 16th digit is there
        ("12345678901234500", ("12345678901234500", "DIGITS_PERHAPS_LOST")),
        ("123456789012345670", "123456789012345670"),
        ("123456789012345000", "!DIGITS_LOST"),  # 18 digits: three zeros are no chance
        ("A234567890123450", "A234567890123450"),
        ("123.0", ("123", "IDENTIFIER_TAIL_CUT")),
        ("12.0", "12.0"),
        ("'0123", "0123"),
        ("'Alex'", "'Alex'"),
        ("'01 23", "'01 23"),
        (123, "123"),
    ],
)
def test_identifier_keeps_all_its_digits(cell, expected):
    assert answer(coercer_for(field(FieldType.IDENTIFIER)), cell) == expected


@pytest.mark.parametrize(("cell", "expected"), [("e-tou-c", "E-TOU-C"), (7, "7"), ("", EMPTY)])
def test_code_is_in_capitals(cell, expected):
    assert answer(coercer_for(field(FieldType.CODE)), cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a@b.co", "a@b.co"),
        ("a@b", "!NOT_AN_EMAIL"),
        ("a b@c.de", "!NOT_AN_EMAIL"),
        ("a@b.c, d@e.f", "!NOT_AN_EMAIL"),
        ("", EMPTY),
    ],
)
def test_address_of_e_mail(cell, expected):
    assert answer(coercer_for(field(FieldType.EMAIL)), cell) == expected


# --- choices, yes and no


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        (1.0, True),
        (0.5, "!NOT_YES_NO"),
        (2, "!NOT_YES_NO"),
        ("YES", True),
        ("Off", False),
        ("none", False),
        ("", EMPTY),
        ("n/a", EMPTY),
        ("maybe", "!NOT_YES_NO"),
    ],
)
def test_yes_and_no(cell, expected):
    value = answer(coercer_for(field(FieldType.BOOLEAN)), cell)

    assert (value, type(value)) == (expected, type(expected))


def test_choice_is_folded_without_case_marks_and_composition():
    assert folded("Heat & Cool (new)") == folded("heat_and-cool NEW") == "heatandcoolnew"
    assert folded("...") == "..."


# --- dates


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1899-12-31", "!DATE_OUT_OF_YEARS"),
        ("1900-01-01", "1900-01-01"),
        ("2100-12-31", "2100-12-31"),
        ("2101-01-01", "!DATE_OUT_OF_YEARS"),
        (date(1899, 12, 31), "!DATE_OUT_OF_YEARS"),
        (date(2100, 12, 31), "2100-12-31"),
        (datetime(2026, 1, 2, 23, 59, tzinfo=UTC), "2026-01-02"),
        (18263, "!NOT_A_DATE"),
        (18264, "1950-01-01"),
        (73050, "2099-12-31"),
        (73050.9, "2099-12-31"),
        (73051, "!NOT_A_DATE"),
        ("18264", "1950-01-01"),
        ("1826", "!NOT_A_DATE"),
        ("182640", "!NOT_A_DATE"),
        (20250930, "2025-09-30"),
        (20250930.5, "!NOT_A_DATE"),
        ("20250930", "2025-09-30"),
        ("18250930", "!NOT_A_DATE"),
        (float("nan"), "!NOT_A_DATE"),
        (float("inf"), "!NOT_A_DATE"),
        (True, "!NOT_A_DATE"),
        ("", EMPTY),
        ("tbd", EMPTY),
        ("2026-1-2", "2026-01-02"),
        ("2026/01/02 13:45", "2026-01-02"),
        ("12/12/2026", "2026-12-12"),
        ("12/13/2026", "2026-12-13"),
        ("13/12/2026", "2026-12-13"),
        ("11/12/2026", "!DATE_AMBIGUOUS"),
        ("0/12/2026", "!DATE_DOES_NOT_EXIST"),
        ("12/0/2026", "!DATE_DOES_NOT_EXIST"),
        ("0/0/2026", "!DATE_DOES_NOT_EXIST"),
        ("13/13/2026", "!DATE_DOES_NOT_EXIST"),
        ("1/1/1", "!NOT_A_DATE"),
        ("15 Sept 2026", "2026-09-15"),
        ("15 Sep. 26", "2026-09-15"),
        ("15 sepp 2026", "!NOT_A_DATE"),
        ("1st March 2026", "2026-03-01"),
        ("15 ma 2026", "!NOT_A_DATE"),
        ("15 may 2026", "2026-05-15"),
        ("15 jun 2026", "2026-06-15"),
        ("Dec 31, 2026", "2026-12-31"),
        ("Jan 1, 2026", "2026-01-01"),
        ("Feb 30, 2026", "!DATE_DOES_NOT_EXIST"),
    ],
)
def test_date_within_its_years_and_readings(cell, expected):
    assert answer(date_of, cell) == expected


def test_both_readings_of_a_date_are_named():
    assert words(date_of, "11/12/2026") == {"first": "2026-11-12", "second": "2026-12-11"}


@pytest.mark.parametrize(
    ("text", "year"), [("68", 2068), ("69", 1969), ("99", 1999), ("00", 2000), ("2069", 2069), ("1968", 1968)]
)
def test_year_of_two_digits_is_of_the_last_century_from_69_on(text, year):
    assert full_year(text) == year


@pytest.mark.parametrize(
    ("text", "order", "read"),
    [
        ("03/04/2026", "mdy", "2026-03-04"),
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/03/2026", "mdy", "03/03/2026"),
        ("12/13/2026", "dmy", "12/13/2026"),
        ("03/04/2026", "ymd", "03/04/2026"),
        ("03/04/1899", "mdy", "03/04/1899"),
        ("03/04/1900", "mdy", "1900-03-04"),
        ("03/04/2100", "mdy", "2100-03-04"),
        ("03/04/2101", "mdy", "03/04/2101"),
    ],
)
def test_date_with_two_readings_in_the_order_of_its_column(text, order, read):
    assert in_order(text, order) == read


def test_years_that_are_none_decide_no_column():
    assert order_of(["5/31/1900"]) == order_of(["5/31/2100"]) == "mdy"
    assert order_of(["5/31/1899"]) is order_of(["5/31/2101"]) is None


# --- zip codes and telephone numbers


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12", "!NOT_A_ZIP"),
        ("123", ("00123", "ZIP_RESTORED")),
        ("1234", ("01234", "ZIP_RESTORED")),
        ("12345", "12345"),
        ("123456", "!NOT_A_ZIP"),
        ("1234567", ("00123-4567", "ZIP_RESTORED")),
        ("12345678", ("01234-5678", "ZIP_RESTORED")),
        ("123456789", "12345-6789"),
        ("1234567890", "!NOT_A_ZIP"),
        ("12345-678", "!NOT_A_ZIP"),
        ("12345-67890", "!NOT_A_ZIP"),
        ("12345-", "!NOT_A_ZIP"),
        ("12345\N{EN DASH}6789", "12345-6789"),
        ("12345.0", "12345"),
        ("123 45", "12345"),
        ("１２３４５", "!NOT_A_ZIP"),
        ("12345-６７８９", "!NOT_A_ZIP"),
        ("", EMPTY),
    ],
)
def test_zip_code_has_five_digits_or_nine(cell, expected):
    assert answer(zip_code, cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4155550134", "4155550134"),
        ("14155550134", "4155550134"),
        ("24155550134", ("24155550134", "NOT_A_PHONE")),
        ("1155550134", ("1155550134", "NOT_A_PHONE")),
        ("4151550134", ("4151550134", "NOT_A_PHONE")),
        ("415-555-0134 ext. 12", "4155550134 x12"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("", EMPTY),
    ],
)
def test_telephone_number_has_ten_digits_or_is_another_country_s(cell, expected):
    assert answer(coercer_for(field(FieldType.PHONE)), cell) == expected


# --- remembering, and defaults


def test_texts_are_made_once_and_numbers_each_time():
    made: list[object] = []
    coerce = cached(lambda cell: made.append(cell) or f"<{cell}>", most=2)  # type: ignore[func-returns-value]

    answers = [coerce(cell) for cell in ("a", "a", 1, 1, "b", "b", "c", "c")]

    assert answers == ["<a>", "<a>", "<1>", "<1>", "<b>", "<b>", "<c>", "<c>"]
    assert made == ["a", 1, 1, "b", "c", "c"]  # no more than two are remembered


def test_failures_are_remembered_with_their_facts():
    asked: list[object] = []

    def refuse(cell: object) -> object:
        asked.append(cell)
        raise fail("MARKUP", about=cell)

    coerce = cached(refuse, most=1)

    assert [words(coerce, cell) for cell in ("a", "a", "b", "b")] == [
        *({"about": "a"}, {"about": "a"}),
        *({"about": "b"}, {"about": "b"}),
    ]
    assert asked == ["a", "b", "b"]


@pytest.mark.parametrize(("default", "is_fine"), [("", True), ("5", True), ("10", True), ("11", False), ("x", False)])
def test_default_is_one_that_the_field_takes(default, is_fine):
    fault = fault_of_default(field(FieldType.NUMBER, maximum=10, default=default))

    assert fault == ("" if is_fine else "The field itself would not accept this value.")
