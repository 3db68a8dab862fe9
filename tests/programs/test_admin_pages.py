"""Every page of the catalogue's admin loads, and holds nothing that the strict Content-Security-Policy stops.

Three style attributes of django-import-export and django-simple-history are ornaments: stopped, and not missed.
"""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

INLINE = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|\sstyle=|\son[a-z]+=|javascript:|<style", re.I)
ORNAMENTS = re.compile(r' style="(?:padding: 0;|font-weight: bold;|border-top: 0)"')
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
        address(model, "add"),
        address(model, "change", row.pk),
        address(model, "history", row.pk),
        address(model, "delete", row.pk),
        address(model, "import"),
        address(model, "export"),
    ):
        assert_plain(client.get(page))


def test_the_admin_is_named_after_the_portal(client_of, staff):
    assert "Partner portal" in client_of(staff).get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("who", ["manager", "user", "stranger"])
def test_partners_do_not_get_in(request, client_of, who):
    response = client_of(request.getfixturevalue(who)).get(reverse("admin:programs_program_changelist"))

    assert response.status_code in {302, 403, 404}
