"""Every page of the catalogue's admin loads, and holds nothing that the strict Content-Security-Policy stops.

Two style attributes of django-import-export are ornaments: stopped, and not missed.
"""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.models import Conflict, IntervalColumn, Program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

INLINE = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|\sstyle=|\son[a-z]+=|javascript:|<style", re.I)
ORNAMENTS = re.compile(r' style="(?:padding: 0;|font-weight: bold;)"')
OURS = [model for app in ("programs", "portal") for model in apps.get_app_config(app).get_models()]
TABLES = [model for model in OURS if admin.site.is_registered(model)]
CATALOGUE = [model for model in TABLES if hasattr(model, "history")]


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def assert_plain(response) -> None:
    assert response.status_code == 200
    page = ORNAMENTS.sub("", response.content.decode())
    assert INLINE.findall(page) == []
    assert "&lt;object" not in page
    assert '["' not in re.sub(r"data-[a-z-]+=\"[^\"]*\"", "", page).replace("&quot;", '"').split("<body")[1]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_the_list_loads(client_of, staff, model):
    assert_plain(client_of(staff).get(address(model, "changelist"), {"q": "a"} if hasattr(model, "history") else {}))


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.__name__)
def test_forms_history_import_and_export_load(client_of, staff, model):
    client, row = client_of(staff), model._default_manager.first()
    row.save()

    for page in (
        address(model, "change", row.pk),
        address(model, "history", row.pk),
        address(model, "export"),
    ):
        assert_plain(client.get(page))
    for page in (address(model, "add"), address(model, "import"), address(model, "delete", row.pk)):
        if model is IntervalColumn:  # one for each type of data: none is added or deleted
            assert client.get(page).status_code == 403
        else:
            assert_plain(client.get(page))


EVERY = list(admin.site._registry)
REFERENCES = [
    (model, field.name)
    for model in EVERY
    for field in model._meta.fields
    if field.many_to_one and not field.related_model._meta.pk.get_internal_type().startswith("UUID")
]
BEYOND = "9" * 22  # more than a column of any database holds


@pytest.mark.parametrize(("model", "name"), REFERENCES, ids=lambda part: getattr(part, "__name__", part))
def test_number_beyond_every_column_as_a_filter_is_refused(client_of, staff, model, name):
    """PostgreSQL compares it and has no such row; SQLite cannot take it."""
    client = client_of(staff)

    answers = [client.get(address(model, "changelist"), {name: BEYOND}) for name in (name, f"{name}__id__exact")]

    for answer in answers:
        assert answer.status_code == 200 or answer["Location"].endswith("?e=1")


@pytest.mark.parametrize(("model", "name"), REFERENCES, ids=lambda part: getattr(part, "__name__", part))
def test_number_beyond_every_column_as_a_preset_is_left_out(client_of, staff, model, name):
    answer = client_of(staff).get(address(model, "add"), {name: BEYOND})

    assert answer.status_code in {200, 403}


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.__name__)
@pytest.mark.parametrize("query", ["id__exact=x", "nothing=1"])
def test_export_with_made_up_filters_goes_back_to_the_list(client_of, staff, model, query):
    answer = client_of(staff).get(f"{address(model, 'export')}?{query}")

    assert answer["Location"] == f"{address(model, 'changelist')}?e=1"


def test_number_beyond_every_column_exports_no_row(client_of, staff):
    export = f"{address(Conflict, 'export')}?program="
    client, sent, known = client_of(staff), {"format": "0", "resource": "0"}, Conflict.objects.first().program_id

    beyond, within = client.post(f"{export}{BEYOND}", sent), client.post(f"{export}{known}", sent)

    assert len(within.content.splitlines()) == 1 + Conflict.objects.filter(program=known).count() > 1
    assert len(beyond.content.splitlines()) <= 1


# Without programs: the library compares their utilities and footnotes line by line.
HISTORIES = [
    model.history.model for model in CATALOGUE if model is not Program and admin.site.is_registered(model.history.model)
]


@pytest.mark.parametrize("model", HISTORIES, ids=lambda model: model.__name__)
def test_list_of_changes_costs_the_same_for_one_change_of_each_row_and_for_three(client_of, staff, model):
    rows, client = list(model.instance_type._default_manager.all()[:3]), client_of(staff)
    client.get(address(model, "changelist"))
    counts = []

    for changes in (1, 3):
        model._default_manager.all().delete()
        for row in rows * (1 + changes):
            row.save()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address(model, "changelist"))
        counts.append((page.content.decode().count("field-row"), len(queries)))

    (few, cost), (many, cost_of_many) = counts
    assert (few, many, cost_of_many) == (2 * len(rows), 4 * len(rows), cost)


def test_the_admin_is_named_after_the_portal(client_of, staff):
    assert "Partner portal" in client_of(staff).get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("who", ["manager", "user", "stranger"])
def test_partners_do_not_get_in(request, client_of, who):
    response = client_of(request.getfixturevalue(who)).get(reverse("admin:programs_program_changelist"))

    assert response.status_code in {302, 403, 404}


def test_a_list_is_named_for_its_rows_and_shows_which_filters_are_chosen(client_of, staff):
    plain = client_of(staff).get(address(Program, "changelist")).content.decode()
    filtered = client_of(staff).get(address(Program, "changelist"), {"is_offered__exact": "1"}).content.decode()

    assert "<h1>Programs</h1>" in plain
    assert "<title>Programs | " in plain
    assert "<summary>Offered</summary>" in plain
    assert "<summary>Offered: <strong>Yes</strong></summary>" in filtered
    assert "Clear filters" not in plain
    assert "Clear filters" in filtered
