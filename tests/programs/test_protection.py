"""What the code or other rows rely on stays: core fields, utilities and programs in use; and their codes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, ProtectedError, Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse

from onboarding.meters.columns import PLACES
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import Partner, User
from programs.models import (
    AccountFormat,
    ChoiceList,
    Conflict,
    Field,
    Program,
    Region,
    Requirement,
    Utility,
    core_faults,
    uses_of,
)
from programs.models.core_fields import CORE_FIELDS
from programs.schema import asset_json_schema, schema_for
from tests import builders
from tests.builders import row
from tests.onboarding.enrollment.meters import make_meter
from tests.programs.test_admin import form_of, url

pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture
def desk(staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(staff)


def test_every_column_of_a_meter_is_a_core_field():
    paths = {".".join(path) for path in PLACES.values()}

    assert paths - {path.removesuffix("[]") for path in CORE_FIELDS} == set()


def test_a_whole_catalogue_has_no_faults():
    assert core_faults() == []
    assert checks.run_checks(tags=["database"], databases=["default"]) == []


def test_a_core_field_that_is_gone_or_optional_is_told_at_start():
    Field.objects.filter(path="partner_reference").update(needed="no")
    Field.objects.filter(path="customer.postal_code").update(type="text")
    Field.objects.filter(path="customer_group").update(path="customer_groups")

    told = [warning.msg for warning in checks.run_checks(tags=["database"], databases=["default"])]

    assert told == [
        "The field customer_group is missing. The code uses it.",
        "The field partner_reference is optional. The code needs it for every meter.",
        "The field customer.postal_code has the type text. The code reads it as zip.",
    ]


def test_an_empty_catalogue_lacks_nothing_yet():
    Requirement.objects.all().delete()
    Field.objects.update(path=Concat(Value("x_"), F("path")))
    assert core_faults() != []
    Field.objects.all().delete()

    assert core_faults() == []


@pytest.mark.parametrize(
    ("path", "change", "fault"),
    [
        ("partner_reference", {"needed": "no"}, {"needed": ["The code needs this field for every meter."]}),
        (
            "partner_reference",
            {"path": "reference"},
            {"path": ["The code reads the field partner_reference. Add another field instead."]},
        ),
        ("customer.postal_code", {"type": "text"}, {"type": ["The code reads this field as zip."]}),
        (
            "transmission_region",
            {"deprecated": True},
            {"deprecated": ["The code needs this field for every meter, so it stays offered."]},
        ),
    ],
)
def test_a_core_field_keeps_what_the_code_expects(path, change, fault):
    field = Field.objects.get(path=path)
    for name, value in change.items():
        setattr(field, name, value)

    with pytest.raises(ValidationError) as refused:
        field.full_clean()

    assert refused.value.message_dict == fault


def test_another_field_can_be_deprecated_and_deleted(desk):
    field = Field.objects.get(path="device.installer")
    field.deprecated = True
    field.full_clean()

    desk.post(url("field_delete", field.pk), {"post": "yes"})

    assert not Field.objects.filter(path="device.installer").exists()


def test_a_core_field_cannot_be_deleted_anywhere(desk):
    field = Field.objects.get(path="partner_reference")

    page = desk.get(url("field_delete", field.pk)).content.decode()
    desk.post(url("field_delete", field.pk), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [field.pk], "post": "yes"}
    desk.post(url("field_changelist"), chosen)

    assert "The code uses this field." in page
    assert Field.objects.filter(pk=field.pk).exists()
    with pytest.raises(ProtectedError), transaction.atomic():
        field.delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        Field.objects.all().delete()


def test_the_page_of_a_core_field_shows_its_path_and_does_not_ask_for_it(desk):
    core, other = Field.objects.get(path="partner_reference"), Field.objects.get(path="device.installer")

    forms = [desk.get(url("field_change", field.pk)).context["adminform"].form for field in (core, other)]

    assert ["path" in form.fields for form in forms] == [False, True]


def test_a_utility_in_use_stays_and_its_name_can_be_changed(desk, acme: Partner):
    utility = Utility.objects.get(code="RIE")
    address = url("utility_change", utility.pk)

    page = desk.get(url("utility_delete", utility.pk)).content.decode()
    desk.post(url("utility_delete", utility.pk), {"post": "yes"})
    saved = desk.post(address, form_of(desk, address) | {"name": "Rhode Island's utility", "code": "OTHER"})

    utility.refresh_from_db()
    assert "Its customers may join RIE-CS." in page
    assert saved.status_code == 302
    assert (utility.code, utility.name) == ("RIE", "Rhode Island's utility")


def test_a_utility_that_only_a_meter_names_stays(acme: Partner):
    utility = Utility.objects.create(code="NEWU", name="New Utility", transmission_region="CAISO")
    assert uses_of(utility) == []
    make_meter(acme, programs=[], meter_type="UTILITY_METER", reference="m-1", utility="NEWU")

    assert uses_of(utility) == ["Meters name it."]
    with pytest.raises(ProtectedError):
        utility.delete()


def test_a_utility_that_a_conflict_names_stays():
    utility = Utility.objects.create(code="NEWU", name="New Utility", transmission_region="CAISO")
    first, second = Program.objects.all()[:2]
    Conflict.objects.create(program=first, other=second, utility=utility)

    assert uses_of(utility) == ["1 conflict between programs name it."]


def test_a_utility_that_nobody_uses_can_be_deleted(desk):
    utility = Utility.objects.create(code="NEWU", name="New Utility", transmission_region="CAISO")

    desk.post(url("utility_delete", utility.pk), {"post": "yes"})

    assert not Utility.objects.filter(code="NEWU").exists()


def test_the_name_of_a_region_can_be_changed_and_its_code_stays(desk):
    region = Program.objects.get(identifier="CEC-DSGS").region
    address = url("region_change", region.pk)

    desk.post(address, form_of(desk, address) | {"name": "The Golden State", "code": "ZZ"})

    changed = Region.objects.get(pk=region.pk)
    assert (changed.name, changed.code) == ("The Golden State", region.code)


def test_a_new_utility_is_at_once_a_choice_an_authority_and_a_value_of_the_api(desk):
    values: dict[str, Any] = {
        "code": "NEWU",
        "name": "New Utility",
        "synonyms": "",
        "transmission_region": "CAISO",
        "states": "CA",
        "is_offered": "on",
        "position": "5000",
        "eia_number": "",
        "source": "",
    }
    numbers = {"account_formats-TOTAL_FORMS": "1", "account_formats-INITIAL_FORMS": "0"}
    names = ("name", "pattern", "example", "severity", "confidence", "source", "valid_from", "valid_to", "id")
    form = dict.fromkeys((f"account_formats-0-{name}" for name in names), "")
    form |= {"account_formats-0-name": "N and 4 digits", "account_formats-0-pattern": r"N\d{4}"}
    form |= {"account_formats-0-example": "N1234", "account_formats-0-severity": "warn"}
    form |= {"account_formats-0-confidence": "low"}
    form |= {"green_button-TOTAL_FORMS": "0", "green_button-INITIAL_FORMS": "0"}

    saved = desk.post(url("utility_add"), values | numbers | form)

    assert saved.status_code == 302, saved.context["errors"]
    assert AccountFormat.objects.filter(utility__code="NEWU").count() == 1
    schema = schema_for([])
    column = next(column for column in schema.columns if column.key == "utility.utility_name")
    assert ("NEWU", "New Utility") in column.choices
    with_account = row(1) | {"utility.utility_name": "New Utility", "utility.electric_service_account_number": "N1234"}
    right, wrong = (
        schema.check(with_account),
        schema.check(with_account | {"utility.electric_service_account_number": "X1"}),
    )
    assert right.problems == ()
    assert right.asset is not None
    assert right.asset["utility"]["utility_name"] == "NEWU"
    assert [warning.code for warning in right.warnings] == []
    assert [warning.code for warning in wrong.warnings] == ["ACCOUNT_FORMAT"]
    assert "NEWU" in str(asset_json_schema())


def test_the_list_of_utilities_stays():
    utilities = ChoiceList.objects.get(is_of_utilities=True)

    with pytest.raises(ProtectedError):
        utilities.delete()


def test_no_meter_is_taken_while_a_core_field_is_missing(manager, acme: Partner):
    _, secret = create_api_key(acme, name="k", by=Actor.person(manager))
    body = builders.json_bytes([builders.asset(1)])

    def send() -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        return Client().post(reverse("api-meter-jobs"), body, content_type="application/json", headers=headers)

    taken = send()
    Field.objects.filter(path="partner_reference").update(needed="no")
    refused = send()

    assert (taken.status_code, refused.status_code) == (201, 503)
    assert "a field that every meter needs is missing" in refused.content.decode()
