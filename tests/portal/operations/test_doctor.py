"""`manage.py doctor` says what is wrong and what to do, soon, and tells no secret."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.events.models import Finding
from portal.jobs.models import Job, JobState, PeriodicRun
from portal.jobs.periodic import periodic_tasks
from portal.operations import checks
from portal.operations.doctor import diagnose
from portal.partners.models import Partner
from portal.webhooks.models import WebhookEndpoint

ROOT = Path(__file__).resolve().parents[3]


def told(check: Callable[..., list[Any]]) -> list[str]:
    return [f"{finding.msg} {finding.hint}" for finding in check(databases=["default"])]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Stored files of other tests belong to databases of theirs."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def workers(db: None) -> None:
    """Workers have begun all periodic work just now."""
    rows = [PeriodicRun(name=task.name, last_started_at=timezone.now()) for task in periodic_tasks()]
    PeriodicRun.objects.bulk_create(rows)


@pytest.mark.django_db
def test_nothing_is_looked_at_without_a_database() -> None:
    """So `check --deploy` works where no server is."""
    assert checks.workers() == []
    assert told(checks.workers) != []


@pytest.mark.usefixtures("workers")
def test_what_works_is_no_finding() -> None:
    findings = {diagnosis.name: diagnosis.findings for diagnosis in diagnose()}

    needs_building = {"static_files", "texts_are_compiled"}
    assert {name: told for name, told in findings.items() if name not in needs_building and told} == {}
    assert set(findings) > {"broker", "database", "email", "keys", "search_index", "storage", "writing"}


@pytest.mark.usefixtures("workers")
def test_tables_are_not_read_while_migrations_are_missing() -> None:
    name = MigrationRecorder(connection).migration_qs.filter(app="portal").order_by("-name").values_list("name")[0][0]
    MigrationRecorder(connection).record_unapplied("portal", name)

    findings = {diagnosis.name: [finding.msg for finding in diagnosis.findings] for diagnosis in diagnose()}

    assert findings["migrations"] == [f"1 migration is not applied, the first portal.{name}."]
    assert not {"workers", "keys"} & set(findings)


@pytest.mark.usefixtures("workers")
def test_silent_workers_and_overdue_work() -> None:
    PeriodicRun.objects.update(last_started_at=timezone.now() - timedelta(days=3))

    (silent,), (overdue,) = told(checks.workers), told(checks.periodic_work)

    assert silent.startswith("No worker was heard of since ")
    assert overdue.startswith("Periodic work is overdue: publish_new_events, sweep, ")


@pytest.mark.django_db
def test_worker_that_renews_its_lease_is_heard_of() -> None:
    assert told(checks.workers)[0].startswith("No worker has run yet.")

    Job.objects.create(kind="x", subject_id="1", state=JobState.RUNNING, lease_until=timezone.now())

    assert told(checks.workers) == []


@pytest.mark.django_db
def test_open_finding_about_the_log() -> None:
    Finding.objects.create(what="altered", which=7)

    assert told(checks.event_log) == [
        "1 finding about the event log is open. Look at them in the admin, Findings, and acknowledge them with a note."
    ]


def test_secret_whose_key_is_lost(acme: Partner, settings: Any) -> None:
    WebhookEndpoint.objects.create(partner=acme, receiver_url="https://acme.example", secret="whsec_hidden")
    assert told(checks.keys) == []

    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert told(checks.keys) == [
        "Secrets in portal.WebhookEndpoint.secret cannot be read with ENCRYPTION_KEYS. "
        "Put the key that is missing back at the end of ENCRYPTION_KEYS."
    ]


def test_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1024**3))

    (said,) = told(checks.storage)

    assert said.startswith("The disk of DATA_DIR has 1.0 GB free. Make room")


def test_files_that_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"

    (said,) = told(checks.storage)

    assert said.startswith("Files cannot be stored (NotADirectoryError).")


def test_production_without_a_mail_server(settings: Any) -> None:
    settings.PRODUCTION, settings.EMAIL_URL = True, ""

    assert told(checks.email) == ["Emails are written to files and sent to nobody. Set EMAIL_HOST."]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_servers_that_never_answer_are_told_within_seconds(silent_port: int, tmp_path: Path) -> None:
    silent = f"127.0.0.1:{silent_port}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"postgres://portal:hidden-1@{silent}/portal",
        "CELERY_BROKER_URL": f"redis://:hidden-2@{silent}/0",
        "CACHE_URL": f"redis://:hidden-3@{silent}/1",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(silent_port),
        "EMAIL_HOST_PASSWORD": "hidden-4",
        "SECRET_KEY": "hidden-5" * 10,
    }

    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=False,
        timeout=120,
    )
    took = time.monotonic() - began

    said = done.stdout.decode()
    told = json.loads(said)["checks"]
    assert done.returncode == 1
    assert {"database", "broker", "cache", "email"} <= {name for name, problems in told.items() if problems}
    assert not {"workers", "keys"} & set(told)
    assert "hidden" not in said + done.stderr.decode()
    assert took < 60, took  # 12 seconds of waiting, and the start on a busy machine


@pytest.mark.django_db
def test_doctor_ends_with_an_error_when_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")

    assert ended.value.code == 1
    assert "workers: No worker has run yet. Start workers" in capsys.readouterr().out
