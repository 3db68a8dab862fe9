"""What is measured: ours, the peer, the floor. Each runs in a process of its own and prints one line of JSON.

python -m tests.bench.contestants NAME FILE ROWS, with the database in DATABASE_URL.
"""

import io
import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django first
from django.db import transaction  # noqa: E402  Django first
from django.test import Client  # noqa: E402  Django first

from onboarding.meters.columns import columns_of  # noqa: E402  Django first
from onboarding.meters.models import Meter  # noqa: E402  Django first
from onboarding.spreadsheets.reader import read_book  # noqa: E402  Django first
from onboarding.uploads.pipeline.commit import confirm_upload  # noqa: E402  Django first
from onboarding.uploads.pipeline.receive import receive_upload  # noqa: E402  Django first
from onboarding.uploads.pipeline.source import limits  # noqa: E402  Django first
from portal.events.actors import Actor  # noqa: E402  Django first
from portal.jobs.domain import run_next  # noqa: E402  Django first
from portal.jobs.throughput import yield_to_pages  # noqa: E402  Django first
from portal.partners.models import Membership, Partner, User  # noqa: E402  Django first
from portal.storage.bulk import insert  # noqa: E402  Django first
from portal.storage.ids import uuid7  # noqa: E402  Django first
from programs.schema import schema_for  # noqa: E402  Django first

PROGRAMS = ["CEC-DSGS"]
BY = Actor.system("Bench")
WARM_ROWS = 10


def rounded(**seconds: float) -> dict[str, float]:
    return {name: round(value, 2) for name, value in seconds.items()}


def import_file(file: Path, partner: Partner) -> tuple[float, float]:
    """Seconds until the preview is there, and until the meters are."""
    began = time.perf_counter()
    with file.open("rb") as opened:
        upload, _ = receive_upload(
            iter(lambda: opened.read(1 << 20), b""),
            file_name=file.name,
            partner=partner,
            programs=PROGRAMS,
            update_existing=False,
            by=BY,
        )
    while run_next():
        pass
    checked = time.perf_counter()
    confirm_upload(upload, by=BY)
    while upload.state != "done" and run_next():
        upload.refresh_from_db()
    done = time.perf_counter()
    assert upload.state == "done", upload.problem
    while run_next():  # the search index, which nobody waits for
        pass
    return checked - began, done - checked


def ours(file: Path, rows: int, partner: Partner) -> dict[str, float]:
    """The whole way through the portal's own verbs; reading and validating besides, each alone."""
    warm_up(partner)
    with Watch() as watch:
        check, commit = import_file(file, partner)
    assert Meter.objects.filter(partner=partner).count() == rows + WARM_ROWS
    read, cells = reading(file)
    schema = schema_for(PROGRAMS)
    began = time.perf_counter()
    for line in cells:
        schema.check(line)
    validate = time.perf_counter() - began
    return {
        **rounded(read_s=read, validate_s=validate, check_s=check, commit_s=commit, ours_s=check + commit),
        "rows_per_s": round(rows / (check + commit)),
        "peak_worker_mb": watch.own_mb,
        "peak_child_mb": watch.children_mb,
    }


def reading(file: Path) -> tuple[float, list[dict[str, Any]]]:
    """Seconds that reading alone takes, and the cells of the first 100,000 rows by key."""
    began = time.perf_counter()
    with read_book(file, file_name=file.name, limits=limits()) as book:
        rows = [row.cells for chunk in book.rows() for row in chunk]
    seconds = time.perf_counter() - began
    return seconds, [dict(zip(book.header, cells, strict=True)) for cells in rows[:100_000]]


def floor(file: Path, rows: int, partner: Partner) -> dict[str, float]:
    """python-calamine, the bare validator loop, one bulk load into the same table; on one core."""
    from python_calamine import CalamineWorkbook

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    schema = schema_for(PROGRAMS)
    fixed = {
        "partner": partner.pk,
        "created_by": "PARTNER",
        "connection_references": [],
        "tags": [],
        "is_archived": False,
        "version": 1,
        "enrollment_status": "ELIGIBLE",
        "acts": "",
    }

    def meters() -> Iterator[list[Any]]:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
        lines = sheet.iter_rows()
        header = [str(cell) for cell in next(lines)]
        for line in lines:
            checked = schema.check({key: cell for key, cell in zip(header, line, strict=True) if cell != ""})
            assert checked.asset is not None, checked.problems
            yield [uuid7(), *fixed.values(), *columns_of(checked.asset).values()]

    names = ["id", *fixed, *columns_of(schema.check(_sample()).asset or {})]
    began = time.perf_counter()
    with transaction.atomic():
        count = insert(Meter, names, meters())
    seconds = time.perf_counter() - began
    assert count == rows
    return rounded(floor_s=seconds)


def _sample() -> dict[str, Any]:
    from tests.builders import row

    return row(1)


def peer(file: Path, rows: int, partner: Partner, **options: Any) -> float:
    """Seconds that django-import-export takes for the same file into the same table. It checks nothing of ours."""
    from import_export import resources
    from import_export.fields import Field
    from tablib import Dataset

    places = {
        "partner_reference": "partner_reference",
        "transmission_region": "transmission_region",
        "customer_classification": "customer_classification",
        "meter_type": "meter_type",
        "city": "customer.city",
        "street": "customer.street_1",
        "postal_code": "customer.postal_code",
        "state": "customer.state_or_province_code",
        "customer_name": "customer.end_customer_name",
        "device_type": "device.device_type",
        "serial_number": "device.device_serial_number",
        "utility_name": "utility.utility_name",
        "account_number": "utility.electric_service_account_number",
    }

    class Base(resources.ModelResource):
        def before_import(self, dataset: Any, **kwargs: Any) -> None:
            dataset.append_col([partner.pk] * len(dataset), header="partner")

        def before_save_instance(self, instance: Meter, row: Any, **kwargs: Any) -> None:
            instance.data = {key: str(cell) for key, cell in row.items() if key not in {*places.values(), "partner"}}
            instance.reference_key = instance.partner_reference  # what the table asks of everybody

    # A meter is found by its partner and reference, as the table's index has them.
    identity = ["partner_id", "partner_reference"]
    meta = {"model": Meter, "fields": [*places, "partner_id"], "import_id_fields": identity, **options}
    columns = {name: Field(attribute=name, column_name=column) for name, column in places.items()}
    columns["partner_id"] = Field(attribute="partner_id", column_name="partner")
    resource = type("Peer", (Base,), {**columns, "Meta": type("Meta", (), meta)})()
    began = time.perf_counter()
    dataset = Dataset().load(file.read_bytes(), format="xlsx")
    result = resource.import_data(dataset, dry_run=False, raise_errors=True, use_transactions=True)
    seconds = time.perf_counter() - began
    assert result.totals["new"] == rows
    return seconds


def peer_default(file: Path, rows: int, partner: Partner) -> dict[str, float]:
    return rounded(peer_default_s=peer(file, rows, partner))


def peer_fastest(file: Path, rows: int, partner: Partner) -> dict[str, float]:
    """Bulk, nothing compared, nothing looked up: what its documentation offers for speed."""
    fast = {"use_bulk": True, "skip_diff": True, "force_init_instance": True, "batch_size": 1000}
    return rounded(peer_fastest_s=peer(file, rows, partner, **fast))


def growth(file: Path, rows: int, partner: Partner) -> dict[str, float]:
    """One size of csv: time, memory of the whole tree, and what the Meters page takes before and meanwhile."""
    user = User.objects.create_user(email="bench@portal.example", password=None, name="Bench")
    Membership.objects.create(partner=partner, user=user, role="USER")
    warm_up(partner)
    with Pages() as pages:
        yield_to_pages()  # as a worker does
        time.sleep(3)
        idle = pages.p95_ms()
        with Watch(besides=pages.pid) as watch:
            check, commit = import_file(file, partner)
        busy = pages.p95_ms()
    assert Meter.objects.filter(partner=partner).count() == rows + WARM_ROWS
    return {
        **rounded(check_s=check, commit_s=commit, total_s=check + commit),
        "tree_mb": watch.tree_mb,
        "page_idle_p95_ms": idle,
        "page_p95_ms": busy,
    }


def warm_up(partner: Partner) -> None:
    """A worker that has worked before: its validator is compiled, its lists are read."""
    from tests.builders import csv_bytes, row

    with NamedTemporaryFile(suffix=".csv") as small:
        small.write(csv_bytes([row(n, partner_reference=f"warm-{n}") for n in range(WARM_ROWS)]))
        small.flush()
        import_file(Path(small.name), partner)


class Pages:
    """A web process beside the worker that asks for the list of meters again and again."""

    def __enter__(self) -> "Pages":
        command = [sys.executable, "-m", "tests.bench.contestants", "pages", "", "0"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid
        self.p95_ms()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def p95_ms(self) -> float:
        """Of the requests since the last question."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("how long?\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def pages() -> None:
    """The web process: one request after the other, with a short pause between; a line in, the p95 in ms out."""
    client = Client()
    user = User.objects.get(email="bench@portal.example")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    times: list[float] = []
    while True:
        began = time.perf_counter()
        answer = client.get("/meters/", headers={"host": "localhost"})
        times.append(time.perf_counter() - began)
        assert answer.status_code == 200
        if select.select([sys.stdin], [], [], 0.05)[0]:
            if not sys.stdin.readline():
                return
            print(round(p95(times) * 1000, 1), flush=True)
            times = []


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


class Watch:
    """Peak memory of this process, of its children (but for one), and of both together, in MB, every 200 ms."""

    def __init__(self, besides: int = 0) -> None:
        self._besides = besides

    def __enter__(self) -> "Watch":
        self.tree_mb = self.children_mb = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def _look(self) -> None:
        while not self._over.wait(0.2):
            children = sum(_memory_mb(pid) for pid in _children() if pid != self._besides)
            self.children_mb = max(self.children_mb, children)
            self.tree_mb = max(self.tree_mb, children + _memory_mb(os.getpid()))


def _children() -> list[int]:
    children: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        try:
            children += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return children


def _memory_mb(pid: int) -> int:
    """What a process holds, with its share of the pages that several processes have in common."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) // 1024


def main(name: str, file: str, rows: str) -> None:
    if name == "pages":
        pages()
        return
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    partner = Partner.objects.create(name="Bench", slug="bench")
    contestants = {
        "ours": ours,
        "floor": floor,
        "peer_default": peer_default,
        "peer_fastest": peer_fastest,
        "growth": growth,
    }
    print(json.dumps(contestants[name](Path(file), int(rows), partner)))


if __name__ == "__main__":
    main(*sys.argv[1:])
