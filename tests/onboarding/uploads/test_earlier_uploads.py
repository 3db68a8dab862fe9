"""Rows of earlier uploads, with cells in other shapes; and the one shape that they have now."""

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from onboarding.meter_form.domain import begin, write
from onboarding.uploads.models import UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


def test_cells_of_earlier_rows_take_the_one_shape_and_go_back(acme: Partner, send: Any) -> None:
    migration = importlib.import_module("onboarding.migrations.0004_one_shape_of_cells")
    editor: Any = SimpleNamespace(connection=connection)
    upload = send(acme, builders.csv_bytes([builders.row(n, customer__city=None) for n in (1, 2, 3, 4)]), "meters.csv")
    asset = {
        "partner_reference": "home-1",
        "load_types": ["EV", None],
        "customer": {"city": "", "note": {}},
        "x": 2**70,
    }
    earlier = {
        2: ["home-000001", 5, 13.5, None, True, "é"],
        3: asset,
        4: {"customer.city": "Oakland", "partner_reference": "home-000003"},
        5: None,
    }
    for number, cells in earlier.items():
        UploadRow.objects.filter(upload=upload, number=number).update(cells=cells)

    migration.forward(apps, editor)

    flat = {"partner_reference": "home-1", "load_types.0": "EV", "customer.note": {}, "x": 2**70}
    assert dict(UploadRow.objects.values_list("number", "cells")) == {
        2: {"columns": earlier[2], "fields": {}},
        3: {"columns": [], "fields": flat},
        4: {"columns": [], "fields": earlier[4]},
        5: None,
    }
    migration.backward(apps, editor)
    assert dict(UploadRow.objects.values_list("number", "cells")) == {**earlier, 3: flat}


@pytest.mark.parametrize("door", ["file", "request", "form"])
def test_cells_have_one_shape_whatever_the_door(
    acme: Partner, user: User, send: Any, run_jobs: Callable[[], int], door: str
) -> None:
    if door == "file":
        send(acme, builders.csv_bytes([builders.row(1, customer__city=None)]), "meters.csv")
    elif door == "request":
        asset = {**builders.asset(1), "meter_type": "NONE"}
        receive_by_api(
            [builders.json_bytes([asset])], file_name="", suffix=".json", partner=acme, update_existing=False, by=BY
        )
        run_jobs()
    else:
        cells = {key: str(value) for key, value in builders.row(1, customer__postal_code="10001").items()}
        write(begin(acme, user, programs=["CEC-DSGS"], cells=cells), by=BY, user=user)

    row = UploadRow.objects.get()

    assert row.cells is not None
    assert (bool(row.cells["columns"]), bool(row.cells["fields"])) == (door == "file", door != "file")
    assert set(row.cells) == {"columns", "fields"}
