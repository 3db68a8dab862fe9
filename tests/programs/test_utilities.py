"""One table of utilities: adding a row is all that templates, forms, checks and suggestions need."""

import io
from importlib import import_module

import openpyxl
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse

from programs.models import (
    Choice,
    ChoiceList,
    Field,
    Program,
    Requirement,
    SeedRecord,
    State,
    Utility,
    UtilityConnection,
)
from programs.queries import utilities_at
from programs.schema import schema_for
from programs.schema.json_schema import asset_json_schema
from programs.seeding.domain import seed_catalogue
from tests.builders import row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

KEY = "utility.utility_name"
lists = import_module("programs.migrations.0004_join_the_lists_of_utilities")


@pytest.fixture
def redwood():
    return Utility.objects.create(
        code="REDWOOD",
        name="Redwood Coast Power",
        transmission_region="CAISO",
        states=["CA"],
        synonyms=["Humboldt Light", "RCP"],
    )


def offered():
    return dict(schema_for(["CEC-DSGS"]).column(KEY).choices)


def accepted(text):
    """The code that the check makes of a text, or what it proposes instead."""
    checked = schema_for(["CEC-DSGS"]).check(row(1) | {KEY: text, "customer.state_or_province_code": "CA"})
    if checked.asset is None:
        return [problem.context["suggestion"] for problem in checked.problems if problem.field == KEY]
    return checked.asset["utility"]["utility_name"]


def api_values():
    return asset_json_schema()["properties"]["utility"]["properties"]["utility_name"]["enum"]


def test_utility_without_a_row_is_nowhere():
    assert "REDWOOD" not in offered()
    assert accepted("Redwood Coast Power") == [""]
    assert "REDWOOD" not in api_values()


@pytest.mark.usefixtures("redwood")
def test_added_utility_is_offered_and_accepted_by_code_name_and_synonym():
    assert offered()["REDWOOD"] == "Redwood Coast Power"
    assert "REDWOOD" in api_values()
    assert {accepted(text) for text in ("REDWOOD", "redwood coast power", "Humboldt Light", "rcp")} == {"REDWOOD"}


@pytest.mark.usefixtures("redwood")
@pytest.mark.parametrize("text", ["Humbolt Light", "Redwood Cost Power"])
def test_added_utility_is_proposed_by_what_is_like_its_names(text):
    assert accepted(text) == ["REDWOOD"]
    assert schema_for([]).choices_like(KEY, text, "CA") == ["REDWOOD"]


@pytest.mark.usefixtures("redwood")
def test_added_utility_is_in_template_and_form(client_of, manager):
    client = client_of(manager)

    template = client.get(reverse("template", args=["CEC-DSGS", "xlsx"]))
    form = client.get(reverse("entry-new", args=["CEC-DSGS"])).content.decode()

    content = b"".join(template.streaming_content) if template.streaming else template.content
    cells = {cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for line in sheet.values for cell in line}
    assert {"REDWOOD", "Redwood Coast Power"} <= cells
    assert '<option value="REDWOOD"' in form


def test_added_utility_can_be_named_by_a_rule(redwood):
    requirement = Requirement(
        program=Program.objects.get(identifier="CEC-DSGS"),
        field=Field.objects.get(path="utility.tariff"),
        level="required",
        condition_field=Field.objects.get(path=KEY),
        condition_operator="is",
        condition_value="REDWOOD",
    )
    requirement.full_clean()
    requirement.condition_value = "NOBODY"

    with pytest.raises(ValidationError, match="never NOBODY"):
        requirement.full_clean()


def test_utility_that_is_switched_off_is_still_accepted_and_not_offered(redwood):
    redwood.is_offered = False
    redwood.save()

    assert "REDWOOD" not in offered()
    assert accepted("Humboldt Light") == "REDWOOD"
    assert schema_for([]).choices_like(KEY, "Humbolt Light", "CA") == []


def test_utility_that_is_deleted_is_accepted_no_more(redwood):
    assert accepted("REDWOOD") == "REDWOOD"

    redwood.delete()

    assert accepted("REDWOOD") == [""]


def test_order_is_that_of_the_positions_and_a_new_one_comes_last(redwood):
    assert list(offered())[:3] == ["PGE", "SCE", "SDGE"]
    assert list(offered())[-1] == "REDWOOD"

    redwood.position = 0
    redwood.save()

    assert list(offered())[:2] == ["PGE", "REDWOOD"]


def test_list_of_utilities_takes_no_values_of_its_own():
    choice_list = ChoiceList.objects.get(name="utility_name")
    choice = Choice(choice_list=choice_list, value="X", label="X")

    assert choice_list.is_of_utilities
    assert choice_list.choices.count() == 0
    with pytest.raises(ValidationError, match="Add a utility instead"):
        choice.full_clean()


def test_list_of_utilities_in_the_admin_counts_them_and_shows_no_values(client_of, staff):
    client = client_of(staff)
    choice_list = ChoiceList.objects.get(name="utility_name")

    listed = client.get(reverse("admin:programs_choicelist_changelist")).content.decode()
    page = client.get(reverse("admin:programs_choicelist_change", args=[choice_list.pk])).content.decode()

    assert f'<td class="field-number_of_choices">{Utility.objects.count()}</td>' in listed
    assert "choices-TOTAL_FORMS" not in page


# --- the migration that joined the two lists


@pytest.fixture
def two_lists():
    """The values beside the utilities, with what the seed of before had written of them."""
    lists.part(apps, None)
    choice_list = ChoiceList.objects.get(name="utility_name")
    for choice in choice_list.choices.all():
        values = {"choice_list": "utility_name", "value": choice.value, "label": choice.label}
        values |= {"synonyms": choice.synonyms, "is_offered": choice.is_offered, "position": choice.position}
        SeedRecord.objects.create(kind="choice", key=f"utility_name/{choice.value}", values=values)
    Utility.objects.update(synonyms=[], is_offered=True, position=1000)
    return choice_list


def utilities():
    return {
        utility.code: (utility.name, utility.synonyms, utility.option.is_offered, utility.position)
        for utility in Utility.objects.all()
    }


def test_joining_the_lists_gives_what_the_seed_gives():
    before, offered_before = utilities(), offered()
    lists.part(apps, None)
    assert (offered(), Choice.objects.filter(choice_list__name="utility_name").count()) == (offered_before, 53)

    lists.join(apps, None)

    assert (utilities(), offered()) == (before, offered_before)


def test_values_stay_for_0_2_0_and_nobody_else_sees_them(two_lists, client_of, staff):
    lists.join(apps, None)

    assert two_lists.choices.count() == 53
    listed = client_of(staff).get(reverse("admin:programs_choice_changelist"), {"q": "PGE"}).content.decode()
    assert "0 values" in listed or "0 choices" in listed
    two_lists.choices.filter(value="PGE").delete()
    assert accepted("PGE") == "PGE"


def test_joining_keeps_what_an_admin_changed(two_lists):
    two_lists.choices.filter(value="PGE").update(synonyms=["Pacific"], position=7)
    two_lists.choices.filter(value="SCE").update(label="Edison of California")
    two_lists.choices.filter(value="SMUD").update(is_offered=False)
    two_lists.choices.filter(value="SVP").delete()
    Utility.objects.filter(code="SDGE").update(name="SDG&E")
    Utility.objects.create(code="NEW_ROW", name="Added as a utility")
    Choice.objects.create(choice_list=two_lists, value="NEW_VALUE", label="Added as a value", synonyms=["Valued"])

    lists.join(apps, None)
    seed_catalogue()

    after = utilities()
    assert after["PGE"] == ("Pacific Gas and Electric", ["Pacific"], True, 7)
    assert after["SCE"][0] == "Edison of California"
    assert after["SMUD"][2] is False
    assert after["SVP"][2] is False
    assert after["SDGE"][0] == "SDG&E"
    assert "San Diego Gas & Electric" in after["SDGE"][1]
    assert after["NEW_ROW"][2] is True
    assert after["NEW_VALUE"] == ("Added as a value", ["Valued"], True, 0)
    assert accepted("San Diego Gas & Electric") == "SDGE"


def test_joining_leaves_what_nobody_changed_to_the_seed(two_lists):
    lists.join(apps, None)

    assert seed_catalogue()["created"] == 0
    assert utilities()["PGE"][1][0] == "PG&E"
    assert SeedRecord.objects.filter(kind="choice", key__startswith="utility_name/").count() == 0


# --- which utilities serve an address


@pytest.mark.parametrize(
    ("zip_code", "region", "some", "others"),
    [
        ("94103", "CAISO", {"PGE", "SCE", "SDGE"}, {"CECONY", "OTHER", "DEMO"}),
        ("94103-1234", "CAISO", {"PGE"}, {"CECONY"}),
        ("10001", "NYISO", {"CECONY", "PSEGLI", "NYS", "NATGRID"}, {"PGE", "PECO"}),
        ("19103", "PJM", {"PECO", "PPL"}, {"COMED", "BGE"}),
        ("60601", "PJM", {"COMED"}, {"PECO"}),
        ("77002", "ERCOT", {"CENTERPOINT", "ONCOR"}, {"PGE"}),
        ("", "CAISO", {"PGE", "SCE", "SDGE"}, {"CECONY", "OTHER"}),
        ("00000", "NYISO", {"CECONY"}, {"PGE"}),
    ],
)
def test_utilities_at_an_address_are_those_of_its_state_and_region(zip_code, region, some, others):
    codes = {utility.code for utility in utilities_at(zip_code, region)}

    assert some <= codes
    assert codes & others == set()


def test_no_utility_serves_an_address_outside_the_region():
    assert State.objects.get(code="CA").transmission_regions != []
    assert utilities_at("94103", "NYISO") == []


def test_utility_that_is_not_offered_serves_nobody_here(redwood):
    assert redwood in utilities_at("95501", "CAISO")

    redwood.is_offered = False
    redwood.save()

    assert redwood not in utilities_at("95501", "CAISO")


def test_test_utility_is_there_once_it_is_connected(django_assert_num_queries):
    demo = Utility.objects.get(code="LEAP_TEST_CAISO")
    Utility.objects.filter(pk=demo.pk).update(transmission_region="CAISO")
    assert demo not in utilities_at("94103", "CAISO")

    UtilityConnection.objects.create(utility=demo)

    with django_assert_num_queries(2):
        connected = [utility.code for utility in utilities_at("94103", "CAISO") if hasattr(utility, "green_button")]
    assert connected == ["LEAP_TEST_CAISO"]
