"""The campaign: `make chaos SEEDS=5 KILLS=20` hurts many worlds on each database, and counts what was lost.

The worlds are those of the tests beside this file. Servers are the campaign's own, on ports of their own.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .conftest import Broker
from .ledger import VARIABLE, Entry, Injury, read
from .world import ROOT, Cluster

TESTS = [f"tests/chaos/test_{name}.py" for name in ("kill", "servers", "disk", "clock")]
HURT = (
    "killed or stopped or crashes or goes_on_when_there_is_room or clock"  # the tests of these that note what they do
)
DATABASES = ("SQLite", "PostgreSQL")
OF_POSTGRES = {Injury.CRASHED}


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    began, ended = time.monotonic(), dict[str, int]()
    with _ledger(folder) as ledger:
        env = {**os.environ, VARIABLE: str(ledger), "CHAOS_SEEDS": str(options.seeds)}
        env |= {"CHAOS_KILLS": str(options.kills), "CHAOS_ROWS": str(options.rows)}
        env["CHAOS_LEASE_SECONDS"] = str(options.lease)
        for database in options.databases:
            servers = _servers if database == "PostgreSQL" else _nothing
            print(f"== {database} ==", flush=True)
            with servers(folder) as more:
                ended[database] = _run({**env, **more})
        entries = read(ledger)
    minutes = (time.monotonic() - began) / 60
    print(f"\n{options.seeds} seeds, {options.kills} kills each, leases of {options.lease} s, {minutes:.0f} minutes\n")
    lines, is_whole = report(entries, options.databases)
    print("\n".join(lines))
    for database, status in ended.items():
        if status:
            print(f"{database}: a test failed, see above.")
    return int(not is_whole or any(ended.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=20, help="of a worker, for each seed and database")
    parser.add_argument("--rows", type=int, default=40_000, help="of the file whose worker is killed")
    parser.add_argument("--lease", type=int, default=3, help="in seconds: more where a worker is slow")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    return parser.parse_args()


@contextmanager
def _ledger(folder: Path) -> Iterator[Path]:
    ledger = folder / "ledger"
    ledger.touch()
    try:
        yield ledger
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _nothing(folder: Path) -> Iterator[dict[str, str]]:
    """SQLite needs no server."""
    yield {}


@contextmanager
def _servers(folder: Path) -> Iterator[dict[str, str]]:
    """A PostgreSQL and a Redis for the worlds; those that are crashed are made by the tests that crash them."""
    folder.chmod(0o755)  # the user postgres has to get to its own folder below
    place = folder / "postgresql"
    place.mkdir()
    cluster, broker = Cluster(place), Broker(folder)
    cluster.start()
    broker.start()
    try:
        yield {"TEST_DATABASE_URL": cluster.url, "TEST_BROKER_URL": broker.url}
    finally:
        broker.kill()
        cluster.stop()


def _run(env: Mapping[str, str]) -> int:
    command = [
        sys.executable,
        "-m",
        "pytest",
        *TESTS,
        "-n",
        "0",
        "-v",
        "-rs",
        "-o",
        "addopts=",
        "-m",
        "chaos",
        "-k",
        HURT,
    ]
    clean = {name: value for name, value in env.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, env=clean, cwd=ROOT, check=False).returncode


# --- what came of it

HEAD = ["what was done", "database", "times", "rows expected", "there", "lost", "twice", "without event", "chain", ""]


def report(entries: list[Entry], databases: Sequence[str] = DATABASES) -> tuple[list[str], bool]:
    """The table, and whether everything was tried, came to its end and is whole."""
    rows, is_whole = [HEAD], True
    for injury in Injury:
        for database in databases:
            if database == "SQLite" and injury in OF_POSTGRES:
                continue
            cells, is_fine = _row(injury, [entry for entry in entries if entry.database == database])
            rows.append([injury.value, database, *cells])
            is_whole &= is_fine
    return _aligned(rows), is_whole


def _row(injury: Injury, entries: list[Entry]) -> tuple[list[str], bool]:
    hurt = [entry for entry in entries if entry.injuries[injury]]
    if not hurt:
        return ["0", *["–"] * 6, "NOT DONE"], False
    counts = [entry.count for entry in hurt if entry.count]
    numbers: list[Callable[..., int]] = [
        lambda count: count.expected,
        lambda count: count.rows,
        lambda count: count.expected - count.rows,
        lambda count: count.twice + count.events_twice,
        lambda count: count.without_event,
        lambda count: count.chain,
    ]
    is_fine = len(counts) == len(hurt) and all(count.is_whole for count in counts)
    said = (
        "" if is_fine else f"NOT FINISHED: {len(hurt) - len(counts)}" if len(counts) < len(hurt) else "LOST OR DOUBLED"
    )
    times = sum(entry.injuries[injury] for entry in hurt)
    return [str(times), *(f"{sum(map(number, counts)):,}" for number in numbers), said], is_fine


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


if __name__ == "__main__":
    sys.exit(main())
