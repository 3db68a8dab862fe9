"""Numbers under their number formats, at the bounds at which they mean something else."""

import pytest

from onboarding.spreadsheets.formats import NumberFormat, format_of, read_iso, read_number, read_serial, shown_time

DATE, MOMENT, TIME = NumberFormat("date"), NumberFormat("datetime"), NumberFormat("time")
ELAPSED, PERCENT = NumberFormat("elapsed"), NumberFormat("percent")
ZIP = NumberFormat("padded", ((99999, "00000"), (None, "00000-0000")))


def coded(code: str) -> str | None:
    form = format_of(164, code)
    return form and form.kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("m/d", "date"),
        ("mmm", "date"),
        ("yyyy", "date"),
        ("h:mm", "time"),
        ("mm:ss", "time"),
        ("mm:ss.0", "time"),
        ("m/d/yy h:mm", "datetime"),
        ("[h]:mm", "elapsed"),
        ("[mm]:ss", "elapsed"),
        ("[$-409]d-mmm-yy", "date"),
        ("[Red]0.00", None),
        ("General", None),
        ('General" days"', None),
        ("0.0%", "percent"),
        ('0"%"', None),
        ("0\\%", None),
        ('0" days"', "affixed"),
        ('"$"#,##0.00', None),
        ("0.0,", "affixed"),
        ("#,##0", None),
        ("0d", None),
        ("?d", None),
        ("00000", "padded"),
        ("000-000", "padded"),
        ("0", None),
        ("00000;General", "padded"),
        ("[<=99999]00000;General", None),
        ("00000;;@", "padded"),
    ],
)
def test_code_of_a_format_has_a_kind(code: str, kind: str | None) -> None:
    assert coded(code) == kind


def test_code_as_long_as_excel_allows_is_read_and_a_longer_one_is_not() -> None:
    longest = "yyyy" + '"x"' * 83 + "mm"

    assert (len(longest), coded(longest), coded(longest + "d")) == (255, "date", None)


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [(0, None), (9, "percent"), (14, "date"), (18, "time"), (22, "datetime"), (46, "elapsed"), (49, None)],
)
def test_built_in_format_has_a_kind(identifier: int, kind: str | None) -> None:
    form = format_of(identifier, None)

    assert (form and form.kind) == kind


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ("[<=99999]00000;00000-0000", "99999", "99999"),
        ("[<=99999]00000;00000-0000", "100000", "00010-0000"),
        ("[<=99999]00000;00000-0000", "941031234", "94103-1234"),
        ("[<100]00000;00000-0000", "501", "00000-0501"),
        ("00000", "501", "00501"),
        ("00000", "123456", "123456"),
        ("00000", "0", "00000"),
    ],
)
def test_padded_number_is_text_as_it_is_shown(code: str, text: str, shown: str) -> None:
    assert read_number(text, format_of(164, code), date_1904=False) == shown


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("", None, None),
        (" 7 ", None, 7),
        ("-5", ZIP, -5),
        ("7.5", ZIP, 7.5),
        ("37.774900000000002", None, 37.7749),
        ("999999999999999", None, 999_999_999_999_999),
        ("1000000000000000", None, ("x", "NUMBER_LOST_DIGITS", "1000000000000000")),
        ("-1000000000000000", None, ("x", "NUMBER_LOST_DIGITS", "-1000000000000000")),
        ("1e999", None, ("x", "NUMBER_UNREADABLE", "1e999")),
        ("1,5", None, ("x", "NUMBER_UNREADABLE", "1,5")),
        ("0.95", PERCENT, "95%"),
        ("0.075", PERCENT, "7.5%"),
        ("0", ELAPSED, "0:00"),
        ("1.0625", ELAPSED, "25:30"),
        ("0.3368634259259259", ELAPSED, "8:05:05"),
        ("-0.5", ELAPSED, -0.5),
        ("2958465", ELAPSED, 2_958_465),
        ("2958464", ELAPSED, "71003136:00"),
    ],
)
def test_number_is_read_under_its_format(text: str, form: NumberFormat | None, value: object) -> None:
    assert read_number(text, form, date_1904=False) == value


@pytest.mark.parametrize(
    ("digits", "is_read"),
    [(350, True), (351, False)],
)
def test_number_that_is_longer_than_any_finite_one_is_not_even_tried(digits: int, is_read: bool) -> None:
    text = "0." + "1" * (digits - 2)

    value = read_number(text, None, date_1904=False)

    assert (value == 0.111111111111111) is is_read


OUT = "DATE_OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("value", "kind", "date_1904", "read"),
    [
        (0, "date", False, OUT),
        (1, "date", False, ("d", "1900-01-01")),
        (59, "date", False, ("d", "1900-02-28")),
        (60, "date", False, OUT),
        (61, "date", False, ("d", "1900-03-01")),
        (2_958_465, "date", False, ("d", "9999-12-31")),
        (2_958_466, "date", False, OUT),
        (-1, "date", False, OUT),
        (0, "date", True, ("d", "1904-01-01")),
        (60, "date", True, ("d", "1904-03-01")),
        (-1, "date", True, OUT),
        (2_958_465, "date", True, OUT),
        (45_000, "datetime", False, ("t", "2023-03-15T00:00:00")),
        (45_000.5, "date", False, ("t", "2023-03-15T12:00:00")),
        (0, "time", False, "00:00"),
        (0.5, "time", False, "12:00"),
        (0.9999999, "time", False, "23:59:59"),
        (1, "time", False, ("t", "1900-01-01T00:00:00")),
        (0.5, "datetime", False, OUT),
    ],
)
def test_days_are_counted_from_the_epoch(value: float, kind: str, date_1904: bool, read: object) -> None:
    actual = read_serial(value, str(value), kind, date_1904=date_1904)

    assert actual == (("x", OUT, str(value)) if read == OUT else read)


@pytest.mark.parametrize(
    ("text", "form", "read"),
    [
        ("2026-01-31", None, ("d", "2026-01-31")),
        ("2026-01-31T00:00:00", None, ("t", "2026-01-31T00:00:00")),
        ("2026-01-31T00:00:00", DATE, ("d", "2026-01-31")),
        ("2026-01-31T08:05:00", DATE, ("t", "2026-01-31T08:05:00")),
        ("2026-01-31T08:05:00Z", MOMENT, ("t", "2026-01-31T08:05:00")),
        ("2026-01-31T08:05:00+05:00", MOMENT, ("t", "2026-01-31T08:05:00")),
        ("08:05:30", None, "08:05:30"),
        ("T08:05", None, "08:05"),
        ("1899-12-31T08:05:00", TIME, "08:05"),
        ("1899-12-31T08:05:00", MOMENT, ("t", "1899-12-31T08:05:00")),
        ("1900-01-01T08:05:00", TIME, ("t", "1900-01-01T08:05:00")),
        ("yesterday", None, ("x", "DATE_UNREADABLE", "yesterday")),
    ],
)
def test_iso_date_is_read_as_its_format_shows_it(text: str, form: NumberFormat | None, read: object) -> None:
    assert read_iso(text, form) == read


@pytest.mark.parametrize(
    ("code", "clock", "shown"),
    [
        ("h:mm AM/PM", "08:05", "8:05 AM"),
        ("h:mm AM/PM", "00:00", "12:00 AM"),
        ("hh:mm:ss A/P", "13:05:09", "01:05:09 P"),
        ("h:mm", "08:05", "8:05"),
        ("hh:mm", "08:05", "08:05"),
        ("mm:ss", "00:05:30", "05:30"),
        ('h" o\'clock"', "08:00", "8 o'clock"),
        ("[$-409]h:mm AM/PM", "23:59", "11:59 PM"),
        ("mm:ss.0", "00:05:30", "00:05:30"),
        ("", "08:05", "08:05"),
    ],
)
def test_time_is_as_the_sheet_shows_it(code: str, clock: str, shown: str) -> None:
    assert shown_time(code, clock) == shown
