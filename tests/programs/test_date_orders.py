"""A column of dates that can be read both ways: what its unambiguous texts say, and reading the others like them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.schema import order_of, schema_for
from tests.builders import row

INSTALLED, OFFERED = "device.install_date", "customer.partner_offering_date"
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([], None),
        (["03/04/2026"], None),
        (["5/31/2026"], "mdy"),
        (["31.5.2026"], "dmy"),
        (["03/04/2026", "5/31/26", "05-06-2026"], "mdy"),
        (["03/04/2026", " 31/05/26 "], "dmy"),
        (["5/31/2026", "31/5/2026"], None),
        (["05/05/2026"], None),
        (["31/02/2026"], None),
        (["2/30/2026", "13/13/2026", "0/13/2026"], None),
        (["2026-05-31", "May 31, 2026", "31 May 2026", "soon", ""], None),
        (["soon", "5/31/2026 00:00:00"], "mdy"),
    ],
)
def test_the_texts_with_one_reading_decide_a_column(texts, order):
    assert order_of(texts) == order


@given(days=st.lists(DAYS, min_size=1), form=st.sampled_from(["%m/%d/%Y", "%d/%m/%Y"]))
def test_a_column_in_one_order_is_never_taken_for_the_other(days, form):
    order = {"%m/%d/%Y": "mdy", "%d/%m/%Y": "dmy"}[form]

    expected = order if any(day.day > 12 for day in days) else None
    assert order_of([day.strftime(form) for day in days]) == expected


@given(texts=st.lists(st.one_of(st.text(), st.from_regex(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}", fullmatch=True))))
def test_any_texts_get_an_answer(texts):
    assert order_of(texts) in {"mdy", "dmy", None}


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "order", "value", "said"),
    [
        ("03/04/2022", "mdy", "2022-03-04", ["DATE_IN_ORDER"]),
        ("03/04/2022", "dmy", "2022-04-03", ["DATE_IN_ORDER"]),
        (" 3.4.22 ", "dmy", "2022-04-03", ["DATE_IN_ORDER"]),
        ("12/31/2022", "mdy", "2022-12-31", []),
        ("31/12/2022", "dmy", "2022-12-31", []),
        ("2022-03-04", "dmy", "2022-03-04", []),
        (date(2022, 3, 4), "dmy", "2022-03-04", []),
    ],
)
def test_dates_of_a_key_are_read_in_its_order_and_it_is_said(cell, order, value, said):
    checked = schema_for([]).check(row(1) | {INSTALLED: cell}, date_orders={INSTALLED: order})

    assert (checked.problems, [problem.code for problem in checked.warnings]) == ((), said)
    assert checked.asset["device"]["install_date"] == value


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
@pytest.mark.parametrize(("cell", "order"), [("12/31/2022", "dmy"), ("31/12/2022", "mdy")])
def test_date_in_the_other_order_is_a_problem_with_a_suggestion(cell, order):
    checked = schema_for([]).check(row(1) | {INSTALLED: cell}, date_orders={INSTALLED: order})

    assert [(problem.code, problem.value) for problem in checked.problems] == [("DATE_IN_OTHER_ORDER", cell)]
    assert checked.problems[0].context["suggestion"] == "2022-12-31"


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
@pytest.mark.parametrize(("cell", "code"), [("31/02/2022", "DATE_DOES_NOT_EXIST"), ("soon", "NOT_A_DATE")])
def test_an_order_makes_no_date_of_what_is_none(cell, code):
    checked = schema_for([]).check(row(1) | {INSTALLED: cell}, date_orders={INSTALLED: "mdy", "no.such.key": "dmy"})

    assert [(one.code, one.value) for one in checked.problems] == [(code, cell)]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_an_order_is_for_its_own_key_only():
    cells = row(1) | {INSTALLED: "03/04/2022", OFFERED: "03/04/2022"}

    checked = schema_for([]).check(cells, date_orders={INSTALLED: "mdy"})

    assert [(one.code, one.field) for one in checked.problems] == [("DATE_AMBIGUOUS", OFFERED)]


ZIP, STATE, REGION = "customer.postal_code", "customer.state_or_province_code", "transmission_region"
TEXAS = {STATE: "TX", REGION: "ERCOT"}


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "place", "day", "zone"),
    [
        ("2022-06-01T02:00:00Z", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-06-01T06:59:59.999Z", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-06-01T07:00:00Z", {}, "2022-06-01", "America/Los_Angeles"),
        ("2022-12-01T07:59Z", {}, "2022-11-30", "America/Los_Angeles"),  # standard time
        ("2022-06-01T02:00:00+00:00", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-06-01 02:00:00 UTC", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-05-31T19:00:00-07:00", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-05-31T23:30:00-0400", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-06-01T00:30:00-04", {}, "2022-05-31", "America/Los_Angeles"),
        ("2022-05-31T23:30:00-10:00", {}, "2022-06-01", "America/Los_Angeles"),
        (" 5/31/2022 20:00:00 -1200 ", {}, "2022-06-01", "America/Los_Angeles"),
        ("2022-06-01T05:30:00Z", TEXAS | {ZIP: "77002"}, "2022-06-01", "America/Chicago"),
        ("2022-06-01T05:30:00Z", TEXAS | {ZIP: "79901"}, "2022-05-31", "America/Denver"),  # El Paso
    ],
)
def test_a_moment_is_the_day_at_the_meters_place_and_it_is_said(cell, place, day, zone):
    checked = schema_for([]).check(row(1) | place | {INSTALLED: cell})

    (said,) = [problem for problem in checked.warnings if problem.field == INSTALLED]
    assert (said.code, said.context["day"], said.context["zone"]) == ("DATE_AT_PLACE", day, zone)
    assert "moment" not in said.context
    assert checked.asset["device"]["install_date"] == day


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
def test_a_moment_of_a_place_that_nobody_knows_is_the_day_that_it_names():
    checked = schema_for([]).check(row(1) | {INSTALLED: "2022-06-01T02:00:00Z", ZIP: "nowhere"})

    assert [problem.code for problem in checked.warnings] == ["DATE_WITHOUT_PLACE"]
    assert "2022-06-01" in checked.warnings[0].text


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "cell", ["2022-06-01T25:00:00Z", "2022-06-01T02:00:00+25:00", "2022-02-30T02:00:00Z", "02:00Z"]
)
def test_a_moment_that_never_was_is_a_problem(cell):
    checked = schema_for([]).check(row(1) | {INSTALLED: cell})

    assert [(problem.field, problem.code in {"NOT_A_DATE", "DATE_DOES_NOT_EXIST"}) for problem in checked.problems] == [
        (INSTALLED, True)
    ]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "codes"),
    [(45387, ["DATE_FROM_NUMBER"]), ("45387", ["DATE_FROM_NUMBER"]), (20240405, []), ("20240405", [])],
)
def test_the_number_of_a_day_is_that_day_and_it_is_said(cell, codes):
    checked = schema_for([]).check(row(1) | {INSTALLED: cell, "device.permission_to_operate_date": None})

    assert [problem.code for problem in checked.warnings if problem.field == INSTALLED] == codes
    assert checked.asset["device"]["install_date"] == "2024-04-05"
