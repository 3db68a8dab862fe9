"""The end of the chain that is kept outside the database tells what the database alone cannot."""

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from portal.events import witness
from portal.events.actors import Actor
from portal.events.chain import acknowledge, check_log, seal_log
from portal.events.domain import record_many
from portal.events.models import Event, Finding, LogCheck, Seal
from portal.events.tasks import check_sealed_log
from portal.partners.models import Partner

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path) -> Path:
    settings.SEAL_FILE = tmp_path / "last_seal"
    return tmp_path / "last_seal"


def write(partner: Partner, count: int = 2) -> None:
    record_many("meter", (("meter.created", n, {"n": n}) for n in range(count)), partner=partner, by=BY)
    seal_log()


def cut_off(number: int) -> None:
    """What somebody does who can write to the database and wants the last events gone."""
    seal = Seal.objects.get(number=number)
    Event.objects.filter(pk__gte=seal.first_id).delete()
    Seal.objects.filter(number__gte=number).delete()


def test_an_end_that_no_check_has_read_yet_is_missed_within_a_minute(acme: Partner, file: Path) -> None:
    write(acme)
    write(acme)
    cut_off(2)
    assert LogCheck.objects.count() == 0

    seal_log()

    assert [(finding.what, finding.which) for finding in Finding.objects.all()] == [("broken", 0)]
    assert check_log().findings == [("broken", 0)]


def test_a_log_of_which_all_is_gone_is_missed(acme: Partner) -> None:
    write(acme)
    cut_off(1)

    seal_log()

    assert Finding.objects.count() == 1


def test_what_was_missed_is_remembered_until_somebody_acknowledges_it(acme: Partner, file: Path) -> None:
    write(acme)
    write(acme)
    before = file.read_text()
    cut_off(2)

    write(acme)
    assert file.read_text() == before

    acknowledge(Finding.objects.get(), note="A backup was restored.", by=BY)
    write(acme)
    assert file.read_text() != before
    assert check_log().findings == []


def test_the_file_is_its_users_alone_and_holds_the_last_seal(acme: Partner, file: Path) -> None:
    write(acme)

    end = witness.from_line(file.read_text())

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (end.number, end.digest) == (1, Seal.objects.get().digest)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("text", ["", "nonsense", "1 abc", "1 abc forged-signature", "\0"])
def test_a_file_that_is_not_ours_says_nothing_and_is_written_anew(acme: Partner, file: Path, text: str) -> None:
    file.write_text(text)

    write(acme)

    assert Finding.objects.count() == 0
    assert witness.kept() == witness.End(1, Seal.objects.get().digest)


def test_the_daily_email_has_a_line_that_the_command_finds_or_misses(acme: Partner, settings: Any, capsys: Any) -> None:
    settings.SEALS_TO = ["auditor@example.com"]
    write(acme)
    write(acme)

    check_sealed_log()
    line = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("2 "))
    call_command("check_log", seal=line)

    assert mail.outbox[0].to == ["auditor@example.com"]
    assert "Seal 2 is in the log as it was." in capsys.readouterr().out
    cut_off(2)
    with pytest.raises(CommandError, match="Seal 2 is no longer in the log"):
        call_command("check_log", seal=line)
    with pytest.raises(CommandError, match="not written by this portal"):
        call_command("check_log", seal=line.replace("2 ", "1 ", 1))


def test_without_an_address_nothing_is_sent(acme: Partner) -> None:
    write(acme)

    check_sealed_log()

    assert mail.outbox == []
