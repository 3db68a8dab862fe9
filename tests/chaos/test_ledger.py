"""The campaign's table: what was lost, doubled, not finished or never done makes it fail, and says so."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from .__main__ import OF_POSTGRES, report
from .ledger import VARIABLE, Count, Entry, Injury, read

WHOLE = Count(expected=100, rows=100, twice=0, without_event=0, events_twice=0, chain=0)


def everything(count: Count | None = WHOLE) -> list[Entry]:
    """A world of each database to which everything was done twice, and one more to which that count belongs."""
    entries = [
        Entry(database, Counter({injury.value: 2 for injury in Injury if injury not in without}), WHOLE)
        for database, without in (("SQLite", OF_POSTGRES), ("PostgreSQL", set()))
    ]
    return [*entries, Entry("PostgreSQL", Counter({Injury.KILLED.value: 3}), count)]


def row_of(injury: Injury, database: str, lines: list[str]) -> list[str]:
    [line] = [line for line in lines if line.startswith(injury.value) and f" {database} " in line]
    return line.removeprefix(injury.value).split()


def test_campaign_that_lost_nothing_is_whole() -> None:
    lines, is_whole = report(everything())

    assert is_whole
    assert len(lines) == 1 + 2 * len(Injury) - len(OF_POSTGRES)
    assert row_of(Injury.KILLED, "PostgreSQL", lines) == ["PostgreSQL", "5", "200", "200", "0", "0", "0", "0"]


@pytest.mark.parametrize(
    "changes", [{"rows": 99}, {"twice": 1}, {"without_event": 1}, {"events_twice": 1}, {"chain": 1}]
)
def test_campaign_that_lost_or_doubled_anything_fails(changes: dict[str, int]) -> None:
    lines, is_whole = report(everything(replace(WHOLE, **changes)))

    assert not is_whole
    assert row_of(Injury.KILLED, "PostgreSQL", lines)[-3:] == ["LOST", "OR", "DOUBLED"]


def test_world_that_never_came_to_its_end_fails_the_campaign() -> None:
    lines, is_whole = report(everything(None))

    assert not is_whole
    assert row_of(Injury.KILLED, "PostgreSQL", lines)[-3:] == ["NOT", "FINISHED:", "1"]


def test_what_was_not_done_fails_the_campaign() -> None:
    lines, is_whole = report([entry for entry in everything() if entry.database == "PostgreSQL"])

    assert not is_whole
    assert row_of(Injury.CLOCK, "SQLite", lines)[-2:] == ["NOT", "DONE"]


def test_ledger_gives_back_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "ledger"))
    entries = [Entry("SQLite", Counter({Injury.FULL.value: 2}), WHOLE), Entry("SQLite", Counter({"x": 1}), None)]

    for entry in [*entries, Entry("SQLite")]:  # of the last one there is nothing to tell
        entry.write()

    assert read(tmp_path / "ledger") == entries
