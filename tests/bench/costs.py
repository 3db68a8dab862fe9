"""What a row, a request and an event cost in processor time, which a busy machine changes little.

python -m tests.bench.costs ROWS, with the database in DATABASE_URL (on this machine) and an empty data directory in
DATA_DIR. Then the same rows as a file of each of four partners, by one worker and by two, in rows a second, with the
machine's load. Prints one line of JSON.
"""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  Django first
from django.core.management import call_command  # noqa: E402  Django first
from django.db import connection  # noqa: E402  Django first
from django.test import Client  # noqa: E402  Django first

from onboarding.meters.models import Meter  # noqa: E402  Django first
from onboarding.uploads.models import Upload  # noqa: E402  Django first
from onboarding.uploads.pipeline.commit import confirm_upload  # noqa: E402  Django first
from onboarding.uploads.pipeline.receive import receive_upload  # noqa: E402  Django first
from portal.events.actors import Actor  # noqa: E402  Django first
from portal.events.chain import seal_log  # noqa: E402  Django first
from portal.events.models import Event  # noqa: E402  Django first
from portal.events.relay import publish_settled  # noqa: E402  Django first
from portal.jobs.domain import run_next  # noqa: E402  Django first
from portal.partners.models import Partner, User  # noqa: E402  Django first
from tests.bench import workbook  # noqa: E402  Django first

PARTNERS = 4
REQUESTS = 40
WARM_ROWS = 200
BY = Actor.system("Bench")
TICKS = os.sysconf("SC_CLK_TCK")


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    call_command("demo_signins", ensure=True, quiet=True)
    call_command("periodic", stdout=io.StringIO())  # what it changes in the catalogue would undo the checks
    settings.CHECK_PROCESSES = 1  # what others’ connections take would not be seen
    partner = Partner.objects.get(slug="acme")
    with TemporaryDirectory() as folder:
        file = workbook.csv(Path(folder), rows)
        imported(send(partner, workbook.csv(Path(folder), WARM_ROWS)))
        costs = {"row": per(rows, lambda: imported(send(Partner.objects.get(slug="borealis"), file)))}
        events = Event.objects.count()
        costs["event"] = per(events, lambda: (publish_settled(), seal_log()))
        costs |= requests()
        print(json.dumps(costs), file=sys.stderr, flush=True)
        workers = {str(count): worked(count, file, rows) for count in (1, 2)}
    print(json.dumps({"rows": rows, "cpu_ms": costs, "workers": workers}))


def send(partner: Partner, file: Path) -> Upload:
    with file.open("rb") as opened:
        upload, _ = receive_upload(
            iter(lambda: opened.read(1 << 20), b""),
            file_name=file.name,
            partner=partner,
            programs=["CEC-DSGS"],
            update_existing=False,
            by=BY,
        )
    return upload


def imported(upload: Upload) -> None:
    """Check, commit and search index, here and now."""
    while run_next():
        pass
    confirm_upload(upload, by=BY)
    while run_next():
        pass
    upload.refresh_from_db()
    assert upload.state == "done", upload.problem


def requests() -> dict[str, dict[str, float]]:
    """The list, a meter's page and a meter by API."""
    browser, meter = Client(SERVER_NAME="localhost"), Meter.objects.filter(partner__slug="acme").latest("pk")
    browser.force_login(
        User.objects.get(email="manager@acme.example"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = io.StringIO()
    call_command("create_api_key", partner="acme", name="bench", stdout=answer)
    key = {"Authorization": f"Bearer {answer.getvalue().strip()}"}
    pages = {
        "list": lambda: browser.get("/meters/"),
        "meter": lambda: browser.get(f"/meters/{meter.pk}/"),
        "api": lambda: browser.get(f"/v2/meters/{meter.pk}", headers=key),
    }
    return {name: per(REQUESTS, lambda page=page: asked(page)) for name, page in pages.items()}


def asked(page: Callable[[], Any]) -> None:
    for _ in range(REQUESTS):
        answer = page()
        assert answer.status_code == 200, answer.content[:500]


def per(count: int, verb: Callable[[], object]) -> dict[str, float]:
    """Milliseconds of processor time of each of so many: ours with the children’s, and the database’s."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    own, database = own_seconds(), seconds_of(backend)
    verb()
    spent = own_seconds() - own, seconds_of(backend) - database
    return {
        name: round(1000 * seconds / count, 3) for name, seconds in zip(("python", "postgresql"), spent, strict=True)
    }


def own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def seconds_of(pid: int) -> float:
    """The processor time of a process of this machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def worked(count: int, file: Path, rows: int) -> dict[str, float]:
    """A file of each of four partners, by so many workers: rows a second from the upload to the last meter."""
    partners = [Partner.objects.create(name=f"P{count}-{n}", slug=f"p{count}-{n}") for n in range(PARTNERS)]
    uploads = [send(partner, file) for partner in partners]
    workers = [
        subprocess.Popen([sys.executable, "manage.py", "work"], env=os.environ | {"JOB_SWEEP_SECONDS": "1"})
        for _ in range(count)
    ]
    try:
        until_state(uploads, "checking", least=1)
        began = time.perf_counter()
        until_state(uploads, "ready")
        for upload in uploads:
            upload.refresh_from_db()
            confirm_upload(upload, by=BY)
        until_state(uploads, "done")
        seconds = time.perf_counter() - began
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(60)
    return {"rows_per_s": round(PARTNERS * rows / seconds), "load": round(os.getloadavg()[0], 1)}


def until_state(uploads: list[Upload], state: str, *, least: int = PARTNERS) -> None:
    """Wait until at least so many of the uploads are in that state."""
    limit = time.monotonic() + 1800
    while Upload.objects.filter(pk__in=[upload.pk for upload in uploads], state=state).count() < least:
        assert time.monotonic() < limit, f"not {state} in time"
        time.sleep(0.1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
