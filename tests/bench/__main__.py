"""`make bench`: the import beside a peer and beside the floor, side by side in one run; figures in var/bench.json.

One workbook of 100,000 rows x 40 columns is made from a seed. On SQLite, and on PostgreSQL where DATABASE_URL names one
or 127.0.0.1:5432 answers, each contestant loads it into the same table, in a process and a database of its own:

- ours: read, validate, stage, commit, with all its checks, events and enrollments;
- the peer, django-import-export: with its defaults, and as fast as it goes (bulk, checks off);
- the floor: python-calamine, the bare validator loop, one bulk load; nothing else, on one core.

Then a month of interval data, beside pandas and beside a bare COPY.

Before it, what first visits of pages take in a slowed-down Chromium, how well columns are matched, on labelled sheets,
how fast a Green Button feed is read, and how fast webhooks are delivered to 50 receivers. Then growth: 1,000 to
1,000,000 rows of csv, and what pages take meanwhile. Then the evaluation of 100,000 meters, and the pages of a partner
with 1,000,000.

Settings: BENCH_ROWS, BENCH_GROWTH (row counts, separated by commas; empty for none), BENCH_ONLY (contestants),
BENCH_METERS (0 for no pages), BENCH_EVALUATED (meters, 0 for none), BENCH_FEED_MB, BENCH_SPEED (0 for no pages in a
browser), BENCH_DELIVERIES (0 for none), BENCH_INTERVAL_METERS (whose month is loaded; 0 for none), DATABASE_URL.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import workbook

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
GROWTH = [int(n) for n in os.environ.get("BENCH_GROWTH", "1000,10000,100000,1000000").split(",") if n]
CONTESTANTS = [name for name in os.environ.get("BENCH_ONLY", "floor,ours,peer_fastest,peer_default").split(",") if name]
METERS = int(os.environ.get("BENCH_METERS", "1000000"))
EVALUATED = int(os.environ.get("BENCH_EVALUATED", "100000"))
DELIVERIES = int(os.environ.get("BENCH_DELIVERIES", "10000"))
FEED_MB = float(os.environ.get("BENCH_FEED_MB", "50"))
INTERVAL_METERS = int(os.environ.get("BENCH_INTERVAL_METERS", "1000"))
SPEED = os.environ.get("BENCH_SPEED", "1") != "0"
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"


def main() -> None:
    """Run everything, print the tables, keep the figures."""
    path = ROOT / "var" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    rooms = ("import", "growth", "enrollment", "pages", "webhooks", "intervals")
    figures: dict[str, Any] = {room: {} for room in rooms}
    if SPEED:
        figures["page_speed"] = in_a_child(None, "tests.bench.page_speed")
        report_speed(figures["page_speed"])
    figures["matching"] = in_a_child(None, "tests.bench.matching")
    print("columns matched", json.dumps(figures["matching"]), flush=True)
    figures["green_button"] = {
        name: in_a_child(None, "tests.bench.green_button", name, str(FEED_MB)) for name in ("ours", "peer", "floor")
    }
    print("Green Button", json.dumps(figures["green_button"]), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        book = workbook.xlsx(Path(folder), ROWS)
        print(f"The workbook: {ROWS:,} rows x {workbook.COLUMNS} columns, {book.stat().st_size / 1e6:.1f} MB")
        for server in [None, postgres()]:
            if server is None and figures["import"]:
                continue
            database = "postgresql" if server else "sqlite"
            measured: dict[str, Any] = {}
            for name in CONTESTANTS:
                measured |= in_a_child(server, "tests.bench.contestants", name, str(book), str(ROWS))
                print(f"{database:>12} {name:14}", json.dumps(measured, sort_keys=True), flush=True)
            figures["import"][database] = measured
            figures["growth"][database] = {}
            for count in GROWTH:
                sheet = workbook.csv(Path(folder), count)
                measured = in_a_child(server, "tests.bench.contestants", "growth", str(sheet), str(count))
                figures["growth"][database][str(count)] = measured
                print(f"{database:>12} {count:>9,} rows", json.dumps(measured, sort_keys=True), flush=True)
                sheet.unlink()
            if EVALUATED:
                figures["enrollment"][database] = in_a_child(server, "tests.bench.enrollment", str(EVALUATED))
                print(f"{database:>12} enrollment    ", json.dumps(figures["enrollment"][database]), flush=True)
            if DELIVERIES:
                figures["webhooks"][database] = {
                    name: in_a_child(server, "tests.bench.webhooks", name, str(DELIVERIES))
                    for name in ("ours", "hanging", "peer", "floor")
                }
                print(f"{database:>12} webhooks      ", json.dumps(figures["webhooks"][database]), flush=True)
            if INTERVAL_METERS:
                figures["intervals"][database] = _intervals(server, Path(folder))
                print(f"{database:>12} intervals     ", json.dumps(figures["intervals"][database]), flush=True)
            if METERS:
                figures["pages"][database] = in_a_child(server, "tests.bench.pages", str(METERS))
                print(f"{database:>12} pages         ", json.dumps(figures["pages"][database]), flush=True)
            path.write_text(json.dumps(figures, indent=2))
    report(figures)


def _intervals(server: str | None, folder: Path) -> dict[str, Any]:
    """A month of many meters, loaded by each contestant."""
    file = folder / "intervals.csv"
    if not file.exists():
        in_a_child(None, "tests.bench.interval_files", "write", str(file), str(INTERVAL_METERS), "31")
    contestants = ("ours", "peer", "floor")
    measured = {name: in_a_child(server, "tests.bench.interval_files", name, str(file)) for name in contestants}
    return measured | {"gaps": in_a_child(server, "tests.bench.intervals", "gaps", "10000")}


def report(figures: dict[str, Any]) -> None:
    """The figures side by side, with the ratios."""
    _report_feeds(figures["green_button"])
    names = ("read_s", "validate_s", "check_s", "commit_s", "ours_s", "rows_per_s", "peak_worker_mb", "peak_child_mb")
    others = ("peer_default_s", "peer_fastest_s", "floor_s")
    print(f"\n{ROWS:,} rows x {workbook.COLUMNS} columns\n")
    for database, measured in figures["import"].items():
        print(database)
        for name in (*names, *others):
            if name in measured:
                ratio = (
                    f"{measured[name] / measured['ours_s']:8.2f} x ours"
                    if name in others and "ours_s" in measured
                    else ""
                )
                print(f"  {name:18}{measured[name]:>12,.1f}{ratio}")
        if {"ours_s", "floor_s"} <= measured.keys():
            print(f"  ours is {measured['ours_s'] / measured['floor_s']:.2f} times the floor")
    for database, line in figures["growth"].items():
        print(f"\n{database}: csv, seconds and micro-seconds a row")
        for count, measured in line.items():
            each = measured["total_s"] / int(count) * 1e6
            pages = f"   pages p95 {measured['page_p95_ms']:.0f} ms, idle {measured['page_idle_p95_ms']:.0f} ms"
            print(f"  {int(count):>9,}{measured['total_s']:>10.1f} s{each:>8.0f} µs{measured['tree_mb']:>8} MB{pages}")
    for database, measured in figures["enrollment"].items():
        print(f"\n{database}: {measured['meters']:,} meters evaluated in {measured['seconds']} s")
        print(f"  one meter after an edit: {measured['one_meter_ms']} ms")
    for database, contestants in figures["webhooks"].items():
        print(f"\n{database}: webhooks to 50 receivers")
        for name, line in contestants.items():
            ratio = "" if name == "ours" else f"{contestants['ours']['per_s'] / line['per_s']:8.2f} times as fast: ours"
            print(f"  {name:18}{line['per_s']:>12,.1f} a second{ratio}")
    for database, contestants in figures["intervals"].items():
        print(f"\n{database}: a month of interval data, {contestants['ours']['rows']:,} rows")
        for name in ("ours", "peer", "floor"):
            line = contestants[name]
            ratio = "" if name == "ours" else f"{contestants['ours']['per_s'] / line['per_s']:8.2f} times as fast: ours"
            print(f"  {name:18}{line['per_s']:>12,.0f} rows a second{ratio}")
        print(f"  the same again    {contestants['ours']['repeat_per_s']:>12,.0f} rows a second, nothing changed")
        ours = contestants["ours"]
        print(f"  worker with its reader: {ours['tree_mb']} MB at most; another partner's page p95", end=" ")
        print(f"{ours['page_p95_ms']:.0f} ms, idle {ours['page_idle_p95_ms']:.0f} ms")
        gaps = contestants["gaps"]
        print(f"  gaps of {gaps['meters']:,} meters over a month: {gaps['gaps_s']} s")
        print(f"  a year of one meter: {gaps['year_of_one_meter_ms']} ms")
    for database, measured in figures["pages"].items():
        print(f"\n{database}: pages with {METERS:,} meters")
        print(f"  list: p95 {measured['list_p95_ms']} ms and {measured['list_rps']} requests/s with 8 connections")
        print(
            f"  18,000th page: {measured['deep_page_ratio']} times the first; "
            f"search: p95 {measured['search_p95_ms']} ms"
        )


def report_speed(measured: dict[str, dict[str, float]]) -> None:
    """What a first visit takes, page by page."""
    print(f"\n{'A first visit, ms':24}{'LCP':>8}{'TBT':>8}{'CLS':>8}")
    for page, line in measured.items():
        print(f"  {page:22}{line['lcp_ms']:>8.0f}{line['tbt_ms']:>8.0f}{line['cls']:>8.3f}", flush=True)


def _report_feeds(measured: dict[str, dict[str, float]]) -> None:
    ours = measured["ours"]
    print(f"\nA Green Button feed of {FEED_MB:g} MB, {ours['intervals']:,} intervals")
    for name, line in measured.items():
        ratio = "" if name == "ours" else f"{line['seconds'] / ours['seconds']:8.2f} x ours"
        print(f"  {name:18}{line['seconds']:>12,.1f} s{line['peak_mb']:>8} MB{ratio}")


def postgres() -> str | None:
    """A PostgreSQL server to measure on, None when none answers."""
    address = os.environ.get("DATABASE_URL", LOCAL)
    if not address.startswith("postgres"):
        return None
    try:
        with psycopg.connect(address, connect_timeout=3):
            return address
    except psycopg.OperationalError:
        print("No PostgreSQL answers, so only SQLite is measured.")
        return None


def in_a_child(server: str | None, module: str, *words: str, begin_with: Path | None = None) -> dict[str, Any]:
    """Run a module in a process with a database and a data directory of its own; what it prints last is its figures.

    begin_with: a file of SQLite that the database begins as a copy of.
    """
    with tempfile.TemporaryDirectory() as folder:
        if begin_with is not None:
            shutil.copy(begin_with, Path(folder) / "portal.sqlite3")
        env = {**os.environ, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_LEVEL": "ERROR"}
        env |= {
            "UPLOAD_MAX_ROWS": str(max(ROWS, *GROWTH, 100_000)),
            "UPLOAD_MAX_MB": "1024",
            "UPLOAD_READER_SECONDS": "900",
            "INTERVAL_MAX_MB": "8192",
        }
        env.pop("DATABASE_URL", None)
        name = f"bench_{uuid.uuid4().hex[:12]}"
        if server:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            env["DATABASE_URL"] = server.rpartition("/")[0] + f"/{name}"
        try:
            command = [sys.executable, "-m", module, *words]
            done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True)
            return dict(json.loads(done.stdout.splitlines()[-1]))
        finally:
            if server:
                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
