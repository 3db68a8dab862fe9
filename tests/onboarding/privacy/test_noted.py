"""A database that was restored from a backup is told who was erased since then, and erases them again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from onboarding.meters.models import Meter
from onboarding.privacy.checks import erasures
from onboarding.privacy.domain import ask_erasure
from onboarding.privacy.models import CustomerErasure, ErasureState
from onboarding.privacy.noted import NAME, Note, noted
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.storage import files
from tests.builders import row, xlsx
from tests.onboarding.privacy.conftest import EMAIL, REFERENCE, found_in_tables

UNKNOWN = UUID("01999999-0000-7000-8000-000000000001")

pytestmark = pytest.mark.django_db


@pytest.fixture
def restored(acme: Partner, manager: User, in_upload: Upload, run_jobs: Callable[[], int]) -> Note:
    """The customer was erased, and then the database was set back to a moment before. The note of it is left."""
    with transaction.atomic():
        meter = Meter.objects.get(partner_reference=REFERENCE)
        ask_erasure(acme, manager, meters=[meter.pk], connections=[], with_intervals=True, by=Actor.person(manager))
        run_jobs()
        assert found_in_tables() == {}
        transaction.set_rollback(True)
    assert not CustomerErasure.objects.exists()
    assert found_in_tables() != {}
    [note] = noted()
    return note


def said_by_doctor() -> list[str]:
    return [finding.msg for finding in erasures(databases=["default"])]


def repeat(capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    call_command("erasures", repeat=True, **options)
    return capsys.readouterr().out


def test_note_has_ids_alone(restored: Note, acme: Partner) -> None:
    meter = Meter.objects.get(partner_reference=REFERENCE)

    assert (restored.partner, restored.meters, restored.connections) == (acme.pk, (meter.pk,), ())
    assert restored.with_intervals
    with files.open_file(NAME) as file:
        assert set(Note.__slots__) == {"id", "partner", "meters", "connections", "with_intervals"}
        assert file.read().decode() == restored.as_line()


def test_who_was_erased_is_erased_again(
    restored: Note, run_jobs: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert said_by_doctor() == ["This database is older than 1 erasure of a customer, whose data are back."]

    assert repeat(capsys) == "1 erasure queued again.\n"
    run_jobs()

    assert found_in_tables() == {}
    again = CustomerErasure.objects.get()
    assert (again.pk, again.state, again.user, again.with_intervals) == (
        restored.id,
        ErasureState.DONE,
        None,
        True,
    )
    assert again.counts["Meters"] == 1
    assert said_by_doctor() == []
    assert noted() == [restored]
    assert repeat(capsys) == "0 erasures queued again.\n"


def test_lines_from_elsewhere_do_as_well(
    restored: Note, tmp_path: Path, run_jobs: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The stored files were lost, too."""
    lines = tmp_path / "lines.jsonl"
    lines.write_text(restored.as_line() + "\n")
    files.remove(NAME)
    assert said_by_doctor() == []

    assert repeat(capsys, file=lines) == "1 erasure queued again.\n"
    run_jobs()

    assert found_in_tables() == {}
    call_command("erasures")
    assert capsys.readouterr().out == restored.as_line()
    assert noted() == [restored]


def test_customer_who_came_after_the_backup_is_done_at_once(
    acme: Partner, tmp_path: Path, run_jobs: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(Note(UNKNOWN, acme.pk, (UNKNOWN,), (UNKNOWN,), False).as_line())

    assert repeat(capsys, file=lines) == "1 erasure queued again.\n"
    run_jobs()

    erasure = CustomerErasure.objects.get()
    assert (erasure.state, erasure.counts, erasure.meters) == (ErasureState.DONE, {}, [])
    assert repeat(capsys, file=lines) == "0 erasures queued again.\n"


def test_upload_that_is_still_open_is_told(
    restored: Note, acme: Partner, send: Any, run_jobs: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    send(acme, xlsx([row(20, customer__end_customer_email=EMAIL)]), name="waiting.xlsx")

    with pytest.raises(CommandError, match=rf"^{restored.id}: .*waiting\.xlsx"):
        repeat(capsys)

    assert not CustomerErasure.objects.exists()
    assert len(said_by_doctor()) == 1


def test_what_cannot_be_repeated_is_told(acme: Partner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(Note(UNKNOWN, UNKNOWN, (), (), False).as_line())
    with pytest.raises(CommandError, match=f"the partner {UNKNOWN} is not in this database"):
        repeat(capsys, file=lines)

    for line in ("{}", "not JSON", '{"id": "1", "name": "Zelda"}', "[]"):
        lines.write_text(line)
        with pytest.raises(CommandError):
            repeat(capsys, file=lines)
    with pytest.raises(CommandError, match="No such file"):
        repeat(capsys, file=tmp_path / "none")
    assert not CustomerErasure.objects.exists()


def test_erasures_of_older_databases_stay_noted(
    restored: Note, acme: Partner, manager: User, run_jobs: Callable[[], int]
) -> None:
    """Another customer is erased before the notes were repeated."""
    other = Meter.objects.exclude(partner_reference=REFERENCE).first()
    assert other
    ask_erasure(acme, manager, meters=[other.pk], connections=[], with_intervals=False, by=Actor.person(manager))
    run_jobs()

    assert {note.id for note in noted()} == {restored.id, CustomerErasure.objects.get().pk}
    assert len(said_by_doctor()) == 1


def test_note_stays_whole_when_an_older_database_lacked_the_meters(
    restored: Note, run_jobs: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Another backup, made later, may have them."""
    Meter.objects.filter(pk__in=restored.meters).delete()
    repeat(capsys)
    run_jobs()

    assert CustomerErasure.objects.get().meters == []
    assert noted() == [restored]
    call_command("erasures")
    assert capsys.readouterr().out == restored.as_line()
