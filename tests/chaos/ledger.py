"""What a campaign did to worlds, and what was lost or doubled by it: a line of JSON for each world that was hurt."""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

VARIABLE = "CHAOS_LEDGER"  # names the file; without it nothing is written down


class Injury(StrEnum):
    """A kind of what is done to a world."""

    KILLED = "worker killed (SIGKILL)"
    STOPPED = "worker stopped past its lease, then let go on"
    CRASHED = "PostgreSQL restarted at once (immediate)"
    NO_BROKER = "broker killed, then back"
    FULL = "disk full, then room"
    CLOCK = "clock set a day ahead or back"


@dataclass
class Count:
    """What there is of the rows that there should be. None of the differences may be other than zero."""

    expected: int
    rows: int
    twice: int
    without_event: int
    events_twice: int
    chain: int

    @classmethod
    def of(cls, state: dict[str, Any], expected: int) -> "Count":
        """From what the act `state` answers."""
        meters, references = state["meters"], state["references"]
        return cls(
            expected=expected,
            rows=references,
            twice=meters - references,
            without_event=meters - state["told"],
            events_twice=state["events"] - state["told"],
            chain=state["chain"]["findings"] + state["chain"]["unsealed"],
        )

    @property
    def is_whole(self) -> bool:
        lost = self.expected - self.rows
        return [lost, self.twice, self.without_event, self.events_twice, self.chain] == [0] * 5


@dataclass
class Entry:
    """One world: what was done to it how often, and what was counted at the end; None when it never came to that."""

    database: str
    injuries: Counter[str] = field(default_factory=Counter)
    count: Count | None = None

    def write(self) -> None:
        """Add it to the ledger of the campaign, if there is one and anything was done."""
        if (name := os.environ.get(VARIABLE)) and self.injuries:
            with Path(name).open("a") as file:
                file.write(json.dumps(self, default=vars) + "\n")


def read(path: Path) -> list[Entry]:
    return [_entry(**json.loads(line)) for line in path.read_text().splitlines()]


def _entry(database: str, injuries: dict[str, int], count: dict[str, int] | None) -> Entry:
    return Entry(database, Counter(injuries), Count(**count) if count else None)
