"""`make bench`: the import beside a peer and beside the floor, on SQLite and (when there is one) PostgreSQL.

The peer is django-import-export with its bulk mode, loading the same CSV into the same table without any of our
checks. The floor is csv.reader and one bulk load of the rows: what the database itself costs. Figures go to
var/bench.json as import.<database>.{rows, check_seconds, commit_seconds, peer_seconds, floor_seconds, …}.
BENCH_ROWS sets the size (100,000 by default), BENCH_DATABASE_URL a PostgreSQL server's address.
"""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))


def measure(kind: str) -> dict[str, Any]:
    """Runs inside a child process with its own database; see `main`."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction
    from import_export import resources
    from tablib import Dataset

    from onboarding.meters.models import Meter
    from onboarding.uploads.commit import confirm_upload
    from onboarding.uploads.receive import receive_upload
    from portal.events.actors import Actor
    from portal.jobs.domain import run_next
    from portal.partners.models import Partner
    from portal.storage.bulk import insert
    from portal.storage.ids import uuid7
    from tests import builders

    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0)
    settings.UPLOAD_MAX_ROWS = ROWS
    partners = [Partner.objects.create(name=name, slug=name) for name in ("ours", "peer", "floor")]
    lines = builders.rows(ROWS)
    content = {"xlsx": builders.xlsx, "csv": builders.csv_bytes}[kind](lines)

    began = time.perf_counter()
    upload, _ = receive_upload(
        [content],
        file_name=f"bench.{kind}",
        partner=partners[0],
        programs=["CEC-DSGS"],
        update_existing=False,
        by=Actor.system(),
    )
    received = time.perf_counter() - began
    while run_next():
        pass
    checked = time.perf_counter() - began
    confirm_upload(upload, by=Actor.system())
    while run_next():
        pass
    done = time.perf_counter() - began
    assert Meter.objects.filter(partner=partners[0]).count() == ROWS

    plain = ["partner_reference", "transmission_region", "customer_classification", "meter_type"]
    names = [*plain, "city", "street", "postal_code", "state"]

    def cells(line: dict[str, Any]) -> list[Any]:
        keys = ("city", "street_1", "postal_code", "state_or_province_code")
        return [*(line[name] for name in plain), *(line[f"customer.{key}"] for key in keys)]

    text = io.StringIO()
    csv.writer(text).writerows([[*names, "data", "partner", "id"]])
    for line in lines:
        csv.writer(text).writerow([*cells(line), json.dumps({"all": line}), partners[1].pk, uuid7()])

    class Peer(resources.ModelResource):
        class Meta:
            model = Meter
            fields = [*names, "data", "partner", "id"]
            import_id_fields = ["id"]
            use_bulk = True
            skip_diff = True
            force_init_instance = True

    began = time.perf_counter()
    result = Peer().import_data(Dataset().load(text.getvalue(), format="csv"), raise_errors=True, use_transactions=True)
    peer = time.perf_counter() - began
    assert result.totals["new"] == ROWS

    fixed = ["id", "partner", "created_by", "load_types", "connection_references", "tags"]
    fixed += ["enrollment_status", "is_archived", "version"]
    empty = ["device_type", "customer_name", "utility_name", "account_number", "customer_group"]
    began = time.perf_counter()
    with transaction.atomic():
        rows = csv.reader(io.StringIO(text.getvalue()))
        next(rows)
        insert(
            Meter,
            [*fixed, *empty, *names, "data"],
            (
                [
                    uuid7(),
                    partners[2].pk,
                    "PARTNER",
                    [],
                    [],
                    [],
                    "INELIGIBLE",
                    False,
                    1,
                    "",
                    "",
                    "",
                    "",
                    "",
                    *row[:8],
                    {"all": row[8]},
                ]
                for row in rows
            ),
        )
    floor = time.perf_counter() - began

    import resource

    return {
        "database": connection.vendor,
        "kind": kind,
        "rows": ROWS,
        "columns": len(lines[0]),
        "receive_seconds": round(received, 2),
        "check_seconds": round(checked, 2),
        "commit_seconds": round(done - checked, 2),
        "peer_seconds": round(peer, 2),
        "floor_seconds": round(floor, 2),
        "times_faster_than_peer": round(peer / done, 2),
        "times_the_floor": round(done / floor, 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Measure every database and file kind, each in a process of its own; print and keep the figures."""
    server = os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL")
    results = []
    for address in [None, server] if server else [None]:
        for kind in ("xlsx", "csv"):
            results.append(in_a_child(address, kind))
            print(json.dumps(results[-1]))
    figures = {"import": {f"{one['database']}.{one['kind']}": one for one in results}}
    path = ROOT / "var" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2))
    print(f"\n{'':20}{'check':>10}{'commit':>10}{'peer':>10}{'floor':>10}{'x peer':>10}{'x floor':>10}")
    for name, one in figures["import"].items():
        seconds = [one[f"{what}_seconds"] for what in ("check", "commit", "peer", "floor")]
        ratios = [one["times_faster_than_peer"], one["times_the_floor"]]
        print(f"{name:20}" + "".join(f"{value:>10}" for value in [*seconds, *ratios]))
    print(f"{ROWS:,} rows, seconds. The peer only loads: no checks, no events; a preview costs it a second run.")


def in_a_child(server: str | None, kind: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_LEVEL": "ERROR"}
        env.pop("DATABASE_URL", None)
        name = f"bench_{uuid.uuid4().hex[:12]}"
        if server:
            import psycopg

            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            env["DATABASE_URL"] = server.rpartition("/")[0] + f"/{name}"
        try:
            command = [sys.executable, "-m", "tests.bench", "--child", kind]
            done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True)
            return dict(json.loads(done.stdout.splitlines()[-1]))
        finally:
            if server:
                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    if "--child" in sys.argv:
        print(json.dumps(measure(sys.argv[-1])))
    else:
        main()
