"""/livez and /readyz."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError
from django.test import Client


def test_process_that_answers_asks_no_database() -> None:
    """Without the fixture for it, the database cannot be asked."""
    answer = Client().get("/livez")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_everything_is_there() -> None:
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "missing": []})


@pytest.mark.django_db
def test_not_ready_names_what_is_missing(settings: Any, tmp_path: Path) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="portal").order_by("name").last().delete()
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": ["migrations", "storage"]})


@pytest.mark.django_db
def test_not_ready_without_a_database() -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("password authentication failed for hidden")

    with connection.execute_wrapper(refuse):
        answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": ["database"]})
