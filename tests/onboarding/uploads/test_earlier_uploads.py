"""Uploads from before columns were matched in a layout."""

import importlib
from typing import Any

import pytest
from django.apps import apps

from onboarding.uploads.corrections.rows import correct_rows
from onboarding.uploads.models import Upload, UploadRow
from portal.events.actors import Actor
from portal.partners.models import Partner
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def test_rows_of_an_earlier_upload_can_be_mended_after_the_migration(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes([builders.row(1, customer__city="=1")]), "meters.csv")
    Upload.objects.filter(pk=upload.pk).update(layout={})

    importlib.import_module("onboarding.migrations.0006_layouts_of_earlier_uploads").fill(apps, None)
    correct_rows(upload, {2: {"customer.city": "Oakland"}}, by=Actor.system("Test"))

    assert UploadRow.objects.get(upload=upload).plan == "create"
