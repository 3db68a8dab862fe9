"""What the chaos tests do from outside: a process of its own against the same database as the worker."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django first
from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402

from onboarding.meters.models import Meter  # noqa: E402
from onboarding.uploads.commit import confirm_upload  # noqa: E402
from onboarding.uploads.models import Upload, UploadRow  # noqa: E402
from onboarding.uploads.receive import receive_upload  # noqa: E402
from portal.events.actors import Actor  # noqa: E402
from portal.events.models import Event  # noqa: E402
from portal.jobs.domain import run_next  # noqa: E402
from portal.jobs.models import Job  # noqa: E402
from portal.partners.models import Partner  # noqa: E402
from portal.storage.files import path_of  # noqa: E402
from tests import builders  # noqa: E402

BY = Actor.system("Chaos")


def prepare() -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0)
    Partner.objects.create(name="Acme Energy", slug="acme")


def send(count: str) -> str:
    upload, _ = receive_upload(
        [builders.csv_bytes(builders.rows(int(count)))],
        file_name="meters.csv",
        partner=Partner.objects.get(slug="acme"),
        programs=["CEC-DSGS"],
        update_existing=False,
        by=BY,
    )
    return str(upload.pk)


def confirm(pk: str) -> None:
    confirm_upload(Upload.objects.get(pk=pk), by=BY)


def state(pk: str) -> dict[str, object]:
    upload = Upload.objects.get(pk=pk)
    return {
        "state": upload.state,
        "counts": upload.counts,
        "staged": UploadRow.objects.filter(upload=upload).count(),
        "meters": Meter.objects.count(),
        "references": Meter.objects.aggregate(n=Count("partner_reference", distinct=True))["n"],
        "events": Event.objects.filter(verb="meter.created").count(),
        "claims": max(Job.objects.values_list("fence", flat=True), default=0),
    }


def until(table: str, count: str) -> int:
    """Wait until so many rows are staged or meters are there, a minute at most; returns how many."""
    rows = {"rows": UploadRow, "meters": Meter}[table].objects
    for _ in range(3000):
        found = rows.count()
        if found >= int(count):
            return found
        time.sleep(0.02)
    return rows.count()


def storm(times: str) -> dict[str, int]:
    """The same file sent many times at once, then confirmed many times at once; every thread has its own connection."""
    content = builders.csv_bytes(builders.rows(50))
    partner = Partner.objects.get(slug="acme")

    def send_one(_: int) -> bool:
        try:
            _, is_new = receive_upload(
                [content], file_name="m.csv", partner=partner, programs=[], update_existing=False, by=BY
            )
            return is_new
        finally:
            connection.close()

    def confirm_one(_: int) -> None:
        try:
            confirm_upload(Upload.objects.get(), by=BY)
        finally:
            connection.close()

    with ThreadPoolExecutor(int(times)) as threads:
        new = sum(threads.map(send_one, range(int(times))))
        while run_next():
            pass
        list(threads.map(confirm_one, range(int(times))))
    while run_next():
        pass
    files = [file for file in path_of("uploads").rglob("*") if file.is_file()]
    confirmed = Event.objects.filter(verb="upload.confirmed").count()
    return {
        "new": new,
        "uploads": Upload.objects.count(),
        "files": len(files),
        "confirmed": confirmed,
        "meters": Meter.objects.count(),
    }


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    answer = {"prepare": prepare, "send": send, "confirm": confirm, "state": state, "until": until, "storm": storm}[
        verb
    ](*arguments)  # type: ignore[operator]  # by name
    print(json.dumps(answer))
