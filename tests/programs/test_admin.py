"""The catalogue in the admin: what staff change counts at once, stays in the history, and cannot contradict itself."""

import csv
import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import tablib
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from portal.partners.models import User
from programs.admin import transfer
from programs.admin.transfer import SafeCSV, SafeXLSX, escaped, unescaped
from programs.models import DeliveryPeriod, Field, Program, Requirement, Utility
from programs.schema import schema_for
from tests.builders import row
from tests.conftest import make_user

pytestmark = pytest.mark.usefixtures("catalogue")

TABLES = [model for model in admin.site._registry if model._meta.app_label == "programs"]


@pytest.fixture
def desk(staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(staff)


def url(name: str, *args: object) -> str:
    return reverse(f"admin:programs_{name}", args=args)


def form_of(desk: Client, address: str) -> dict[str, Any]:
    """What the page's form would send as it is."""
    context = desk.get(address).context
    data: dict[str, Any] = {}
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if hasattr(bound.field.widget, "decompress"):
                parts = bound.field.widget.decompress(bound.field.to_python(value) if value else None)
                data |= {f"{bound.html_name}_{index}": part or "" for index, part in enumerate(parts)}
            elif isinstance(value, list) and bound.name in {"accepted_meter_types", "utilities", "footnotes"}:
                data[bound.html_name] = [getattr(part, "pk", part) for part in value]
            elif isinstance(value, bool):
                data |= {bound.html_name: "on"} if value else {}
            else:
                shown = bound.field.prepare_value(value)
                data[bound.html_name] = "" if shown is None else shown
    return data


def add_requirement(data: dict[str, Any], **values: Any) -> dict[str, Any]:
    number = int(data["requirements-TOTAL_FORMS"])
    fields = {f"requirements-{number}-{name}": value for name, value in values.items()}
    return data | fields | {"requirements-TOTAL_FORMS": number + 1, f"requirements-{number}-id": ""}


@pytest.mark.parametrize("model", TABLES, ids=[model._meta.model_name or "" for model in TABLES])
def test_every_table_can_be_listed_and_searched(desk, model):
    address = url(f"{model._meta.model_name}_changelist")

    assert desk.get(address).status_code == 200
    assert desk.get(address, {"q": "a\0b"}).status_code == 400


def test_staff_only(client_of, manager):
    assert client_of(manager).get(url("program_changelist")).status_code == 302


def test_required_field_added_to_a_program_counts_at_once(desk):
    program = Program.objects.get(identifier="CEC-DSGS")
    address = url("program_change", program.pk)
    installer = Field.objects.get(path="device.installer")
    data = add_requirement(form_of(desk, address), field=installer.pk, level="required", note="Since 2027.")

    response = desk.post(address, data)

    assert response.status_code == 302, response.context["errors"]
    schema = schema_for(["CEC-DSGS"])
    assert schema.check(row(1) | {"device.installer": None}).missing == {"CEC-DSGS": ("device.installer",)}
    column = next(column for column in schema.columns if column.key == "device.installer")
    assert (column.required, column.notes) == ("program", ("Since 2027.",))


def test_saving_a_program_unchanged_changes_nothing(desk):
    program = Program.objects.get(identifier="EVERSOURCE-CS")
    address = url("program_change", program.pk)
    before = (program.accepted_meter_types, program.states, sorted(program.utilities.values_list("code", flat=True)))
    rows = Requirement.objects.count()

    assert desk.post(address, form_of(desk, address)).status_code == 302

    program.refresh_from_db()
    after = (program.accepted_meter_types, program.states, sorted(program.utilities.values_list("code", flat=True)))
    assert after == before
    assert Requirement.objects.count() == rows


def test_form_of_account_numbers_added_to_a_utility_counts_at_once(desk):
    utility = Utility.objects.get(code="PGE")
    address = url("utility_change", utility.pk)
    data = form_of(desk, address)
    number = int(data["account_formats-TOTAL_FORMS"])
    values = {"name": "X and a digit", "example": "X-1", "severity": "warn", "confidence": "low", "id": ""}
    data |= {f"account_formats-{number}-{name}": value for name, value in values.items()}
    data["account_formats-TOTAL_FORMS"] = number + 1
    account = {"utility.electric_service_account_number": "X-1"}

    refused = desk.post(address, data | {f"account_formats-{number}-pattern": "(a+)+"}).content.decode()
    before = schema_for([]).check(row(1) | account).warnings
    saved = desk.post(address, data | {f"account_formats-{number}-pattern": r"X\d"})
    after = schema_for([]).check(row(1) | account).warnings

    assert "A repeated group with a repeat inside can take forever" in refused
    assert [warning.code for warning in before] == ["ACCOUNT_FORMAT"]
    assert saved.status_code == 302, saved.context["errors"]
    assert after == ()
    assert "PGE: X and a digit" in desk.get(url("historicalaccountformat_changelist")).content.decode()


def test_two_rows_for_one_field_are_refused_in_plain_words(desk):
    program = Program.objects.get(identifier="CEC-DSGS")
    address = url("program_change", program.pk)
    installer = Field.objects.get(path="device.installer")
    data = add_requirement(form_of(desk, address), field=installer.pk, level="required")
    data = add_requirement(data, field=installer.pk, level="optional")

    page = desk.post(address, data).content.decode()

    assert "Two rows speak about Installer for one time and condition." in page
    assert not Requirement.objects.filter(program=program, field=installer).exists()


def test_field_that_the_program_does_not_use_cannot_be_required_beside_that(desk):
    program = Program.objects.get(identifier="CEC-DSGS")
    address = url("program_change", program.pk)
    hidden = Field.objects.get(path="nyiso.cbl_method")
    data = add_requirement(form_of(desk, address), field=hidden.pk, level="required")

    page = desk.post(address, data).content.decode()

    assert "CEC-DSGS doesn’t use CBL method. Remove that row first." in page


def test_history_shows_who_and_old_and_new(desk, staff):
    program = Program.objects.get(identifier="CEC-DSGS")
    address = url("program_change", program.pk)
    desk.post(address, form_of(desk, address) | {"name": "Grid Support"})

    page = desk.get(url("program_history", program.pk)).content.decode()
    changes = desk.get(url("historicalprogram_changelist")).content.decode()

    assert "Demand Side Grid Support" in page
    assert "Grid Support" in page
    assert str(staff) in page
    assert "name: Demand Side Grid Support → Grid Support" in changes
    newest = program.history.latest()
    assert (newest.history_user, newest.history_type) == (staff, "~")


def test_deleted_row_is_still_told_by_the_changes(desk):
    requirement = Requirement.objects.get(program__identifier="CEC-DSGS", field__path="site.number_of_devices")
    desk.post(url("requirement_delete", requirement.pk), {"post": "yes"})

    page = desk.get(url("historicalrequirement_changelist")).content.decode()

    assert not Requirement.objects.filter(pk=requirement.pk).exists()
    assert "CEC-DSGS: site.number_of_devices required" in page
    assert "Deleted" in page


def test_aliases_are_typed_with_commas(desk):
    field = Field.objects.get(path="device.installer")
    address = url("field_change", field.pk)

    response = desk.post(address, form_of(desk, address) | {"aliases": "installed by, fitter\nfitter , company"})

    assert response.status_code == 302, response.context["errors"]
    field.refresh_from_db()
    assert field.aliases == ["installed by", "fitter", "company"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "((a+))+$", "(a|aa)*$", "(", "a*a*a*$"])
def test_pattern_that_could_hang_the_check_is_refused(desk, pattern):
    field = Field.objects.get(path="device.installer")
    address = url("field_change", field.pk)

    response = desk.post(address, form_of(desk, address) | {"pattern": pattern})

    assert response.status_code == 200
    assert [str(error) for errors in response.context["errors"] for error in errors]
    field.refresh_from_db()
    assert field.pattern == ""


def test_period_is_copied_to_the_next_year(desk):
    period = DeliveryPeriod.objects.get(name="MA_DOER-CPS_2026_DEC_2027_FEB")

    desk.post(url("deliveryperiod_changelist"), {"action": "roll_forward", "_selected_action": [period.pk]})
    again = desk.post(
        url("deliveryperiod_changelist"), {"action": "roll_forward", "_selected_action": [period.pk]}, follow=True
    )

    assert DeliveryPeriod.objects.filter(name="MA_DOER-CPS_2027_DEC_2028_FEB").count() == 1
    assert "exists" in again.content.decode()


def test_marking_as_verified_is_kept_in_the_history(desk, staff):
    period = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")

    desk.post(url("deliveryperiod_changelist"), {"action": "mark_verified", "_selected_action": [period.pk]})

    period.refresh_from_db()
    assert period.verified
    assert period.history.latest().history_user == staff


def export(desk: Client, model: str) -> str:
    page = desk.get(url(f"{model}_export"))
    names = [bound.html_name for bound in page.context["form"] if bound.field.__class__.__name__ == "BooleanField"]
    data = dict.fromkeys(names, "on") | {"format": "0", "resource": ""}
    return desk.post(url(f"{model}_export"), data).content.decode()


def test_export_never_holds_a_live_formula(desk):
    Program.objects.filter(identifier="CEC-DSGS").update(summary='=HYPERLINK("http://x")')

    rows = list(csv.DictReader(io.StringIO(export(desk, "program"))))

    summaries = {line["identifier"]: line["summary"] for line in rows}
    assert summaries["CEC-DSGS"] == '\'=HYPERLINK("http://x")'
    assert len(rows) == Program.objects.count()


def test_import_brings_back_what_was_exported_and_refuses_contradictions(desk):
    exported = export(desk, "program")
    broken = exported.replace("Demand Side Grid Support", "Grid Support").replace("Clean Peak Standard", "CPS renamed")
    broken = "\n".join(
        line.replace("ISONE", "PJM", 1) if line.count("RIE-CS") else line for line in broken.splitlines()
    )

    def send(text: str) -> Any:
        file = io.BytesIO(text.encode())
        file.name = "programs.csv"
        return desk.post(url("program_import"), {"import_file": file, "format": "0", "resource": ""})

    unchanged = send(exported).context["result"]
    refused = send(broken).context["result"]

    assert unchanged.totals["skip"] == Program.objects.count()
    assert not unchanged.has_errors()
    assert refused.has_validation_errors()
    assert refused.totals["update"] == 2


def test_import_and_export_need_the_permissions_of_the_table(client_of):
    clerk = make_user("clerk@portal.example", "Cleo Clerk", is_staff=True)

    def answers() -> list[int]:
        client = client_of(clerk)
        return [client.get(url(f"conflict_{page}")).status_code for page in ("changelist", "import", "export")]

    def allow(*names: str) -> None:
        clerk.user_permissions.add(*Permission.objects.filter(codename__in=names))

    assert answers() == [403, 403, 403]
    assert client_of(clerk).post(url("conflict_process_import"), {}).status_code == 403
    allow("view_conflict")
    assert answers() == [200, 403, 200]
    allow("change_conflict")
    assert answers() == [200, 403, 200]
    allow("add_conflict")
    assert answers() == [200, 200, 200]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("is_allowed", "maybe", "“maybe” is not yes or no. Enter yes or no."),
        ("program", "NOWHERE", "There is no program “NOWHERE”. Take the identifier of one that there is."),
    ],
)
def test_import_says_what_it_does_not_understand(desk, column, value, words):
    table = tablib.Dataset().load(export(desk, "conflict"), format="csv")
    place = table.headers.index(column)
    first = [value if index == place else cell for index, cell in enumerate(table[0])]
    file = io.BytesIO(tablib.Dataset(first, headers=table.headers).export("csv").encode())
    file.name = "conflicts.csv"

    page = unescape(
        desk.post(url("conflict_import"), {"import_file": file, "format": "0", "resource": ""}).content.decode()
    )

    assert words in page
    assert "Confirm import" not in page


def test_import_takes_yes_and_no_as_people_write_them():
    widget = transfer.BooleanWidget()

    assert [widget.clean(text) for text in ("yes", "Yes ", "TRUE", 1, "no", "0", False)] == [True] * 4 + [False] * 3
    with pytest.raises(ValueError, match="is not yes or no"):
        widget.clean("")


def test_unknown_utility_of_a_program_is_not_left_out(desk):
    line = next(one for one in csv.DictReader(io.StringIO(export(desk, "program"))) if one["identifier"] == "RIE-CS")
    table = tablib.Dataset([*(line | {"utilities": "RIE|NOBODY"}).values()], headers=list(line))

    result = transfer.ProgramResource().import_data(table, dry_run=True)

    assert "There is no utility “NOBODY”" in str(result.invalid_rows or result.row_errors() or "")


def test_row_saved_in_a_window_of_its_own_is_kept(desk):
    program = Program.objects.get(identifier="CEC-DSGS")
    form = {"program": program.pk, "name": "ZZ_2028", "starts_at_0": "2028-05-01", "starts_at_1": "07:00:00"}
    form |= {"ends_at_0": "2028-10-31", "ends_at_1": "07:00:00", "_popup": "1"}
    form |= {"deadlines-TOTAL_FORMS": "0", "deadlines-INITIAL_FORMS": "0"}

    answer = desk.post(url("deliveryperiod_add") + "?_popup=1", form)

    assert "popup" in answer.content.decode()
    assert DeliveryPeriod.objects.filter(name="ZZ_2028").exists()


@pytest.mark.parametrize("format", [SafeCSV, SafeXLSX])
@pytest.mark.parametrize(
    "resource",
    [
        "State",
        "AccountFormat",
        "Region",
        "Utility",
        "Footnote",
        "Program",
        "Period",
        "Deadline",
        "ChoiceList",
        "Choice",
        "Field",
        "Agreement",
        "RequiredInformation",
    ],
)
def test_every_table_exported_and_imported_is_the_same(resource, format):
    table = getattr(transfer, f"{resource}Resource")()
    rows = table.export()

    result = table.import_data(format().create_dataset(format().export_data(rows)), dry_run=True)

    assert {outcome: count for outcome, count in result.totals.items() if count} == {"skip": len(rows)}


@pytest.mark.parametrize("value", ["=1+1", "+1", "@x", "'=x", "-", "\tx"])
def test_escaped_values_come_back_as_they_were(value):
    assert unescaped(escaped(value)) == value


@pytest.mark.parametrize("value", ["-5", "+5.5", "plain", 7, None, ""])
def test_numbers_and_plain_words_are_not_escaped(value):
    assert escaped(value) == value


@pytest.mark.parametrize("field", ["region", "utilities", "footnotes", "requirements-0-field"])
def test_a_made_up_choice_is_refused_and_not_a_fault_of_ours(desk, field):
    address = url("program_change", Program.objects.get(identifier="CEC-DSGS").pk)

    response = desk.post(address, form_of(desk, address) | {field: "abc"})

    assert response.status_code == 200
    assert "errornote" in response.content.decode()


def test_an_identifier_that_is_a_page_of_ours_is_refused(desk):
    address = url("program_change", Program.objects.get(identifier="CEC-DSGS").pk)

    response = desk.post(address, form_of(desk, address) | {"identifier": "which-way"})

    assert "which-way is the name of a page in this portal." in response.content.decode()
    assert Program.objects.filter(identifier="which-way").count() == 0


@pytest.mark.parametrize("year", ["0001", "1999", "2101", "9999"])
def test_a_period_of_a_far_off_year_is_refused(desk, year):
    address = url("deliveryperiod_change", DeliveryPeriod.objects.first().pk)

    response = desk.post(address, form_of(desk, address) | {"starts_at_0": f"{year}-01-01", "starts_at_1": "00:00:00"})

    assert "The year must be between 2000 and 2100." in response.content.decode()


def test_an_import_refuses_what_the_forms_refuse():
    program = Program.objects.get(identifier="CEC-DSGS")
    table = transfer.PeriodResource()
    rows = table.export(DeliveryPeriod.objects.filter(program=program)[:1])
    column = rows.headers.index("starts_at")
    far_off = [["0001-01-02" if n == column else cell for n, cell in enumerate(row)] for row in rows]

    result = table.import_data(type(rows)(*far_off, headers=rows.headers), dry_run=True)

    (refused,) = result.invalid_rows
    assert refused.field_specific_errors == {"starts_at": ["The year must be between 2000 and 2100."]}


@pytest.mark.parametrize(
    ("day", "said"), [("0001-01-01T00:00:00Z", "Jan 1, 1<"), ("9999-12-31T23:59:59Z", "Dec 31, 9999, ")]
)
def test_the_list_of_periods_shows_whatever_is_stored(desk, day, said):
    period = DeliveryPeriod.objects.order_by("starts_at", "name").first()
    DeliveryPeriod.objects.filter(pk=period.pk).update(**{"starts_at" if day < "2" else "ends_at": day})

    page = desk.get(url("deliveryperiod_changelist"))

    assert page.status_code == 200
    assert said in page.content.decode()
