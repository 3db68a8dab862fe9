"""How fast a job goes, in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.jobs.time_left import time_left_text

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (0, 1000, 60, ""),
        (500, 1000, 2, ""),
        (1000, 1000, 60, ""),
        (500, 0, 60, ""),
        (500, 1000, 10, "About 50 a second, less than a minute left"),
        (12_000, 132_000, 10, "About 1,200 a second, about 2 minutes left"),
        (10, 70, 10, "About 60 a minute, about 1 minute left"),
        (1, 10_000, 60, "About 1 a minute, about 167 hours left"),
    ],
)
def test_time_left_is_told_once_it_is_known(time_machine: Any, done: int, total: int, seconds: int, said: str) -> None:
    time_machine.move_to(NOW, tick=False)

    assert time_left_text(done, total, NOW - timedelta(seconds=seconds)) == said
    assert time_left_text(done, total, None) == ""
