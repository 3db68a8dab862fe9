"""The beat keeps its interval whatever the machine's clock shows."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.celery import app
from portal.jobs import beat
from portal.jobs.beat import SteadyScheduler

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(SteadyScheduler, "apply_entry", lambda _, entry, **__: names.append(entry.task))
    monkeypatch.setattr(SteadyScheduler, "producer", None)
    return names


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_beat_sends_at_its_interval_when_the_clock_is_set(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any, days: int
) -> None:
    counted = time.monotonic()
    monkeypatch.setattr(beat.time, "monotonic", lambda: counted)
    scheduler = SteadyScheduler(app=app)

    with time_machine.travel(NOON, tick=False):
        first, again = scheduler.tick(), scheduler.tick()
    counted += settings.JOB_SWEEP_SECONDS
    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        scheduler.tick()

    assert [first, again] == [settings.JOB_SWEEP_SECONDS] * 2
    assert sent == ["portal.jobs.tasks.run_periodic"] * 2


def test_portal_uses_it() -> None:
    assert app.Beat(app=app).scheduler_cls == "portal.jobs.beat:SteadyScheduler"
