"""What an upgrade leaves to the workers: done once, and never by workers of another version."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from portal.jobs import upgrades as module
from portal.jobs.domain import job_handler, run_next
from portal.jobs.models import Job, JobState, UpgradeStep
from portal.jobs.upgrades import begin_steps, steps_left, upgrade_step
from portal.security.keyring import decrypt

pytestmark = pytest.mark.django_db


def test_new_database_has_no_step_left() -> None:
    assert steps_left() == []
    assert UpgradeStep.objects.count() == 3


def test_step_runs_once(monkeypatch, run_jobs) -> None:
    monkeypatch.setattr(module, "_KINDS", set())
    done: list[str] = []
    upgrade_step("test.step")(lambda run: done.append(run.job.kind))

    begin_steps()
    begin_steps()
    assert (run_jobs(), done, steps_left()) == (1, ["test.step"], [])
    begin_steps()
    assert run_jobs() == 0


def test_step_that_fails_is_left(monkeypatch) -> None:
    monkeypatch.setattr(module, "_KINDS", set())

    @upgrade_step("test.failing")
    def fail(run):
        raise ValueError

    begin_steps()
    run_next()

    assert steps_left() == ["test.failing"]


def test_job_of_another_version_is_left_to_its_workers() -> None:
    Job.objects.create(kind="of.another_version", subject_id="1")

    assert run_next() is False
    assert Job.objects.get().state == JobState.QUEUED
    job_handler("of.another_version")(lambda _run: None)
    assert run_next() is True
    assert Job.objects.get().state == JobState.DONE


def test_second_steps_of_0_2_0_work_and_get_encrypted(user, run_jobs) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    app = Authenticator.objects.create(user=user, type="totp", data={"secret": secret})
    assert get_adapter().decrypt(app.data["secret"]) == secret
    UpgradeStep.objects.filter(kind="security.encrypt").delete()

    begin_steps()
    run_jobs()

    app.refresh_from_db()
    assert app.data["secret"] != secret
    assert (decrypt(app.data["secret"]), get_adapter().decrypt(app.data["secret"])) == (secret, secret)


@pytest.mark.django_db(transaction=True)
def test_migrate_waits_a_moment_for_locks_and_tries_again(monkeypatch, capsys) -> None:
    from django.core.management.commands.migrate import Command as DjangoMigrate
    from django.db import OperationalError, connection

    from portal.management.commands import migrate

    class Timeout(Exception):
        sqlstate = "55P03"

    waits: list[str] = []

    def locked_once(self, *args, **options):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                waits.append(cursor.fetchone()[0])
        else:
            waits.append(migrate.WAITS_FOR_LOCKS)
        if len(waits) == 1:
            raise OperationalError from Timeout()

    monkeypatch.setattr(DjangoMigrate, "handle", locked_once)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)
    call_command("migrate")

    assert waits == [migrate.WAITS_FOR_LOCKS] * 2
    assert "trying again" in capsys.readouterr().out
