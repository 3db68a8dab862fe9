"""A month of interval data from CSV into the database: ours beside pandas and beside the floor.

python -m tests.bench.interval_files CONTESTANT FILE (ours, peer, floor), with the database in DATABASE_URL or an empty
data directory in DATA_DIR; `write` makes the file. Prints one line of JSON: rows, seconds, rows a second, peak memory.

- ours: received, every line checked, good rows sorted, looked at, stored with their days and checkpoints; then the same
  file again, which changes nothing; with the p95 of another partner's meters page before and meanwhile;
- the peer: pandas reads the CSV in chunks and writes them with to_sql, checking nothing;
- the floor: COPY of the file as it is on PostgreSQL, the csv module and executemany on SQLite; nothing is checked.
"""

import csv
import itertools
import json
import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 8, 1, tzinfo=UTC)
COLUMNS = (
    "meter_id",
    "interval_start_time_utc",
    "interval_end_time_utc",
    "energy_net_kwh",
    "energy_consumed_kwh",
    "energy_generated_kwh",
    "final",
    "region",
)


def meter_ids(count: int) -> list[uuid.UUID]:
    return [uuid.uuid5(uuid.NAMESPACE_URL, f"bench {number}") for number in range(count)]


def write(path: Path, meters: int, days: int) -> int:
    """A file of the meters' intervals, meter by meter; returns the rows."""
    stamps = [(START + timedelta(minutes=15 * slot)).strftime("%Y-%m-%dT%H:%M:%SZ") for slot in range(days * 96 + 1)]
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(COLUMNS) + "\n")
        for number, meter in enumerate(meter_ids(meters)):
            file.writelines(
                f"{meter},{begin},{end},{(slot * 37 + number * 101) % 1999 / 1000},,,true,CA\n"
                for slot, (begin, end) in enumerate(itertools.pairwise(stamps))
            )
    return meters * days * 96


class Peak:
    """The most memory, in MB, that this process and its children (but for one) have had at one time."""

    def __init__(self, besides: int) -> None:
        self.mb = 0
        self._besides = besides
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ends.wait(0.2):
            self.mb = max(
                self.mb, sum(map(_resident, {os.getpid(), *_children(os.getpid())} - {self._besides})) // 1024
            )


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def ours(path: Path) -> dict[str, Any]:
    import django

    django.setup()
    # In a process of its own, as a worker never migrates: its memory is not the import's.
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True)
    from onboarding.intervals.models import DataType, IntervalUpload, Way
    from onboarding.intervals.receive import receive_interval_file
    from onboarding.meters.models import Meter
    from portal.events.actors import Actor
    from portal.jobs.domain import run_next
    from portal.jobs.throughput import yield_to_pages
    from portal.partners.models import Partner
    from tests.bench.contestants import Pages

    partner = Partner.objects.create(name="Bench", slug="bench")
    meters = _meters_in(path)
    Meter.objects.bulk_create(
        Meter(
            pk=meter,
            partner=partner,
            partner_reference=str(number),
            reference_key=str(number),
            transmission_region="CAISO",
            customer_classification="RESIDENTIAL",
            meter_type="DEVICE",
            state="CA",
            postal_code="94105",
        )
        for number, meter in enumerate(meters)
    )

    def load() -> tuple[IntervalUpload, float]:
        with path.open("rb") as file:
            upload, _ = receive_interval_file(
                iter(lambda: file.read(1 << 20), b""),
                file_name=path.name,
                partner=partner,
                data_type=DataType.LOAD,
                way=Way.API,
                by=Actor.system("Bench"),
            )
        began = time.perf_counter()
        while run_next():
            pass
        seconds = time.perf_counter() - began
        upload.refresh_from_db()
        assert upload.state == "COMPLETED", upload.problem
        return upload, seconds

    _add_neighbour()
    with Pages() as pages:
        yield_to_pages()  # as a worker does
        time.sleep(5)
        idle = pages.p95_ms()
        with Peak(besides=pages.pid) as peak:
            first, seconds = load()
            again, repeat = load()
        busy = pages.p95_ms()
    assert (again.count("new"), again.count("changed"), again.count("same")) == (0, 0, first.count("new"))
    rows = first.count("new")
    return {
        **_told(rows, seconds),
        "repeat_s": round(repeat, 2),
        "repeat_per_s": round(rows / repeat),
        "tree_mb": peak.mb,
        "page_idle_p95_ms": idle,
        "page_p95_ms": busy,
    }


def _add_neighbour() -> None:
    """Another partner with some meters, whose page `Pages` asks for."""
    from onboarding.meters.models import Meter
    from portal.partners.models import Membership, Partner, User

    partner = Partner.objects.create(name="Neighbour", slug="neighbour")
    user = User.objects.create_user(email="bench@portal.example", password=None, name="Bench")
    Membership.objects.create(partner=partner, user=user, role="USER")
    Meter.objects.bulk_create(
        Meter(
            partner=partner,
            partner_reference=f"home-{number}",
            reference_key=f"home-{number}",
            transmission_region="CAISO",
            customer_classification="RESIDENTIAL",
            meter_type="DEVICE",
        )
        for number in range(500)
    )


def _meters_in(path: Path) -> list[uuid.UUID]:
    """The meters of a file that goes meter by meter."""
    meters: dict[str, None] = {}
    with path.open(encoding="ascii") as file:
        next(file)
        for line in file:
            meters.setdefault(line.partition(",")[0])
    return [uuid.UUID(meter) for meter in meters]


def peer(path: Path) -> dict[str, Any]:
    import pandas
    from sqlalchemy import create_engine

    server = os.environ.get("DATABASE_URL", "")
    address = server.replace("postgres://", "postgresql+psycopg://") if server else f"sqlite:///{_file()}"
    engine = create_engine(address)
    began, rows = time.perf_counter(), 0
    for chunk in pandas.read_csv(path, chunksize=100_000, parse_dates=list(COLUMNS[1:3])):
        chunk.to_sql("intervals_of_pandas", engine, if_exists="append", index=False, method="multi", chunksize=4_000)
        rows += len(chunk)
    return _told(rows, time.perf_counter() - began)


def floor(path: Path) -> dict[str, Any]:
    server = os.environ.get("DATABASE_URL", "")
    began = time.perf_counter()
    rows = _copied(path, server) if server else _inserted(path)
    return _told(rows, time.perf_counter() - began)


def _copied(path: Path, server: str) -> int:
    import psycopg

    columns = (
        "meter_id uuid, a timestamptz, b timestamptz, net float8, consumed float8, generated float8, "
        "final boolean, region text, PRIMARY KEY (meter_id, a)"
    )
    with psycopg.connect(server) as connection, connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute(f"CREATE TABLE intervals_of_the_floor ({columns})")
        with cursor.copy("COPY intervals_of_the_floor FROM STDIN (FORMAT CSV, HEADER)") as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
        return cursor.rowcount


def _inserted(path: Path) -> int:
    with sqlite3.connect(_file()) as connection, path.open(encoding="ascii", newline="") as file:
        connection.execute(
            f"CREATE TABLE intervals_of_the_floor ({', '.join(COLUMNS)}, PRIMARY KEY (meter_id, {COLUMNS[1]}))"
        )
        rows = csv.reader(file)
        next(rows)
        return connection.executemany(
            "INSERT INTO intervals_of_the_floor VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
        ).rowcount


def _file() -> Path:
    return Path(os.environ["DATA_DIR"]) / "bench_of_others.sqlite3"


def _told(rows: int, seconds: float) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"rows": rows, "seconds": round(seconds, 2), "per_s": round(rows / seconds), "own_peak_mb": peak}


if __name__ == "__main__":
    contestant, path = sys.argv[1], Path(sys.argv[2])
    if contestant == "write":
        print(json.dumps({"rows": write(path, int(sys.argv[3]), int(sys.argv[4]))}))
    else:
        print(json.dumps({"ours": ours, "peer": peer, "floor": floor}[contestant](path)))
