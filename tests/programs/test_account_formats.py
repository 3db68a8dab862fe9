"""How account numbers look, utility by utility: real shapes, old and new, and whose an ESI ID is."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.problems import Problem
from programs.identifiers import account_key
from programs.models import AccountFormat, State, Utility
from programs.models.patterns import fault_of
from programs.schema import Schema, schema_for
from programs.schema.crossfield import facts_of_catalogue
from programs.schema.crossfield.accounts import Numbers
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

ON = date(2026, 6, 1)
UTILITY, ACCOUNT = "utility.utility_name", "utility.electric_service_account_number"
PLACES = {"CA": ("CAISO", "94103"), "NY": ("NYISO", "10001"), "TX": ("ERCOT", "75201"), "MA": ("ISONE", "02138")}
PLACES |= {"CT": ("ISONE", "06103"), "NJ": ("PJM", "07102"), "PA": ("PJM", "19103"), "IL": ("PJM", "60601")}
PLACES |= {"DC": ("PJM", "20001")}


@pytest.fixture
def schema() -> Schema:
    return schema_for([])


def problems_of(schema: Schema, utility: str, number: Any, state: str = "TX", on: date = ON) -> list[Problem]:
    """What is said of a number of a utility, in a row that is otherwise in order."""
    region, code = PLACES[state]
    place = {"transmission_region": region, "customer.state_or_province_code": state, "customer.postal_code": code}
    cells = builders.row(1, caiso__nem_type=None, device__install_date=None, device__permission_to_operate_date=None)
    cells |= place | {UTILITY: utility, ACCOUNT: number}
    checked = schema.check(cells, on)
    return [*checked.problems, *checked.warnings]


@pytest.mark.parametrize(
    ("utility", "number", "state"),
    [
        ("CENTERPOINT", "1008901001234567890123", "TX"),
        ("ONCOR", "10443720001234567", "TX"),
        ("ONCOR", "10176990001234567", "TX"),
        ("ONCOR", "1044372-0001-2345-67", "TX"),
        ("AEP_CENTRAL", "10032780001234567", "TX"),
        ("AEP_NORTH", "10204040001234567", "TX"),
        ("TNMP", "10400510001234567", "TX"),
        ("NUECES_ELECTRIC", "10138300001234567", "TX"),
        ("SMT", "10443720001234567", "TX"),
        ("SMT", "1008901001234567890123", "TX"),
        ("SWEPCO", "96812345678", "TX"),
        ("PGE", "1112392222", "CA"),
        ("PGE", "1687340014", "CA"),
        ("PGE", "1234567890-1", "CA"),
        ("SCE", "2-00-111-1111", "CA"),
        ("SCE", "3-001-4647-18", "CA"),
        ("SCE", "700123456789", "CA"),
        ("SCE", "8001 234 567", "CA"),
        ("SDGE", "1234567890", "CA"),
        ("SDGE", "0012345678901", "CA"),
        ("LADWP", "anything", "CA"),
        ("CECONY", "49-1234-5678-9012-3", "NY"),
        ("CECONY", "12345678901", "NY"),
        ("NYS", "n01000012345678", "NY"),
        ("PSEGLI", "1234567890", "NY"),
        ("ORU", "12345678901", "NY"),
        ("NATGRID", "1234567890", "MA"),
        ("NATGRID", "1234567890", "NY"),
        ("EVERSOURCE", "51234567890", "CT"),
        ("EVERSOURCE", "21234567890", "MA"),
        ("UNITED_ILLUMINATED", "1234567890123", "CT"),
        ("PSEG", "PE000012345678901234", "NJ"),
        ("METED", "08012345678901234567", "PA"),
        ("PECO", "1234567890", "PA"),
        ("COMED", "1234567890", "IL"),
        ("PEPCO", "12345678901", "DC"),
    ],
)
def test_a_number_of_the_utility_is_not_spoken_of_and_stays_as_it_was_written(schema, utility, number, state):
    assert problems_of(schema, utility, number, state) == []
    cells = builders.row(1) | {UTILITY: utility, ACCOUNT: number}
    assert schema.check(cells).asset["utility"]["electric_service_account_number"] == number


@pytest.mark.parametrize(
    ("utility", "number", "state", "blocks", "part"),
    [
        ("PGE", "123456789", "CA", False, "Pacific Gas and Electric numbers look like this: 10 digits"),
        ("SCE", "1234567890", "CA", False, "10 digits, beginning with 2 (old customer account); or"),
        ("CECONY", "1234567890", "NY", False, "11 digits (since 2023); or 15 digits"),
        ("EVERSOURCE", "1234567890", "CT", False, "11 digits, beginning with 5 (Connecticut); or 11 digits"),
        ("CENTERPOINT", "100890100123456", "TX", True, "22 digits, beginning with 1008901; for example 1008901"),
        ("ONCOR", "104437200012345678", "TX", True, "17 digits, beginning with 1044372"),
        ("AEP_NORTH", "1020404000123456", "TX", False, "17 digits, beginning with 1020404"),
        ("NUECES_ELECTRIC", "1013830000123456", "TX", False, "17 digits, beginning with 1013830"),
        ("SMT", "20443720001234567", "TX", False, "an ESI ID of 17 or 22 digits"),
        ("UNITED_ILLUMINATED", "2234567890123", "CT", True, "13 digits, beginning with 1"),
        ("PSEG", "PG000012345678901234", "NJ", False, "(PG is the gas meter)"),
        ("METED", "1234567890", "PA", False, "20 digits, beginning with 08"),
        ("COMED", "123456789", "IL", False, "10 digits (Choice ID)"),
    ],
)
def test_another_number_is_told_how_the_utility_s_look(schema, utility, number, state, blocks, part):
    (problem,) = problems_of(schema, utility, number, state)

    assert (problem.code, problem.field) == ("ACCOUNT_FORMAT", ACCOUNT)
    assert part in problem.text
    region, code = PLACES[state]
    place = {"transmission_region": region, "customer.state_or_province_code": state, "customer.postal_code": code}
    checked = schema.check(builders.row(1) | place | {UTILITY: utility, ACCOUNT: number}, ON)
    assert (checked.asset is None) is blocks


@pytest.mark.parametrize(
    ("utility", "number", "state", "looks_like", "suggestion"),
    [
        ("PSEGLI", "49-1234-5678-9012-3", "NY", "Con Edison", "CECONY"),
        ("CECONY", "N01000012345678", "NY", "NYSEG", "NYS"),
        ("UNITED_ILLUMINATED", "51234567890", "CT", "Eversource", "EVERSOURCE"),
        ("NATGRID", "51234567890", "MA", "Eversource", "EVERSOURCE"),
        ("PGE", "N01000012345678", "CA", "", None),
        ("PSEG", "1234567890", "NJ", "", None),
    ],
)
def test_a_number_that_fits_one_other_utility_of_the_place_names_it(
    schema, utility, number, state, looks_like, suggestion
):
    (problem,) = problems_of(schema, utility, number, state)

    assert (f" This looks like a number from {looks_like}." in problem.text) is bool(looks_like)
    assert ("looks like" in problem.text) is bool(looks_like)
    assert problem.context.get("suggestion") == suggestion
    assert problem.context.get("suggestion_field") == (UTILITY if suggestion else None)


@pytest.mark.parametrize(
    ("utility", "number", "owner", "blocks"),
    [
        ("CENTERPOINT", "10443720001234567", "ONCOR", True),
        ("CENTERPOINT", "10176990001234567", "ONCOR", True),
        ("ONCOR", "1008901001234567890123", "CENTERPOINT", True),
        ("ONCOR", "10032780001234567", "AEP_CENTRAL", True),
        ("AEP_CENTRAL", "10204040001234567", "AEP_NORTH", True),
        ("AEP_NORTH", "10400510001234567", "TNMP", True),
        ("TNMP", "10138300001234567", "NUECES_ELECTRIC", False),
        ("NUECES_ELECTRIC", "10443720001234567", "ONCOR", False),
        ("CENTERPOINT", "1044372000123", "ONCOR", True),
    ],
)
def test_an_esi_id_names_its_utility_and_stops_the_row_when_both_are_sure(schema, utility, number, owner, blocks):
    (problem,) = problems_of(schema, utility, number)

    assert (problem.code, problem.field, problem.value) == ("ESI_ID_OF_OTHER_UTILITY", UTILITY, utility)
    assert problem.context["suggestion"] == owner
    assert problem.context["suggestion_field"] == UTILITY
    for code in (utility, owner):
        assert Utility.objects.get(code=code).name in problem.text
    place = {"transmission_region": "ERCOT", "customer.state_or_province_code": "TX"}
    assert (schema.check(builders.row(1) | place | {UTILITY: utility, ACCOUNT: number}, ON).asset is None) is blocks


@pytest.mark.parametrize("number", ["", "10", "1099999000000000", "20443720001234567", "1O443720001234567", "٣" * 17])
def test_what_is_no_known_esi_id_has_no_owner(number):
    assert Numbers(facts_of_catalogue()).owner_of_esi_id(number, ON) is None


def test_a_form_counts_from_its_first_day_to_its_last(schema):
    days = (date(2022, 12, 31), date(2023, 1, 1))

    assert [len(problems_of(schema, "CECONY", "12345678901", "NY", day)) for day in days] == [1, 0]

    AccountFormat.objects.filter(utility__code="CECONY", name__startswith="15").update(valid_to=date(2026, 5, 31))
    AccountFormat.objects.get(utility__code="CECONY", name__startswith="11").save()
    newer = schema_for([])
    days = (date(2026, 5, 31), date(2026, 6, 1))
    assert [len(problems_of(newer, "CECONY", "491234567890123", "NY", day)) for day in days] == [0, 1]


def test_a_form_that_an_admin_adds_counts_at_once(schema):
    assert len(problems_of(schema, "PGE", "X-1", "CA")) == 1

    AccountFormat.objects.create(
        utility=Utility.objects.get(code="PGE"), name="X and a digit", pattern=r"X\d", example="X1"
    )

    assert problems_of(schema_for([]), "PGE", "X-1", "CA") == []


def test_a_utility_whose_forms_are_all_over_is_not_judged(schema):
    AccountFormat.objects.filter(utility__code="PGE").delete()

    assert problems_of(schema_for([]), "PGE", "X-1", "CA") == []


def test_every_seeded_form_is_harmless_matches_its_example_and_says_how_sure_it_is():
    rows = list(AccountFormat.objects.select_related("utility"))

    assert len(rows) == 37
    for row in rows:
        row.full_clean()
        assert fault_of(row.pattern) == ""
        assert row.source
        assert row.verified is (row.confidence == "high")
    assert not AccountFormat.objects.filter(confidence="low", severity="refuse").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pattern": "("}, "pattern"),
        ({"pattern": "(a+)+"}, "pattern"),
        ({"example": "12"}, "example"),
        ({"severity": "refuse"}, "severity"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "valid_to"),
        ({"name": "10 digits (service agreement ID)"}, "__all__"),
    ],
)
def test_a_contradictory_form_is_refused(changes, field):
    values = {"utility": Utility.objects.get(code="PGE"), "name": "3 digits", "pattern": r"\d{3}", "example": "1-2 3"}
    AccountFormat(**values).full_clean()

    with pytest.raises(ValidationError) as caught:
        AccountFormat(**{**values, **changes}).full_clean()

    assert field in caught.value.message_dict


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Utility(code="X", name="X", states=["California"]), "states"),
        (Utility(code="X", name="X", eia_number="8901"), "eia_number"),
        (Utility(code="X", name="X", eia_number="08901"), "__all__"),
        (State(code="Ca", name="X"), "code"),
        (State(code="CA", name="X"), "code"),
        (State(code="XX", name="X", transmission_regions=["MISO"]), "transmission_regions"),
        (State(code="XX", name="X", border_zips=["8943"]), "border_zips"),
    ],
    ids=str,
)
def test_a_contradictory_place_is_refused(row, field):
    with pytest.raises(ValidationError) as caught:
        row.full_clean()

    assert field in caught.value.message_dict


@pytest.mark.parametrize(
    ("number", "bare"),
    [("2-00-111-1111", "2001111111"), (" pe 12 ", "PE12"), ("1\u20112\u00a03", "123"), ("123", "123"), ("", "")],
)
def test_spaces_and_dashes_do_not_count(number, bare):
    assert account_key(number) == bare


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    utility=st.sampled_from(["ONCOR", "CENTERPOINT", "SMT", "PGE", "PSEG", "SWEPCO", "OTHER"]),
    number=st.one_of(st.text(max_size=30), st.from_regex(r"10[0-9]{5}[0-9]{0,20}", fullmatch=True), st.integers()),
)
def test_whatever_is_written_as_a_number_gets_an_answer(schema, utility, number):
    for problem in problems_of(schema, utility, number):
        assert problem.text
        assert problem.remedy
