"""What the chaos tests do from outside: each act in a process of its own, against the same database as the worker."""

import json
import os
import resource
import sys
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402  Django first
from django.core.management import call_command  # noqa: E402  Django first
from django.db import connection  # noqa: E402  Django first
from django.db.models import Count, Max  # noqa: E402  Django first
from django.test import Client  # noqa: E402  Django first
from django.test.utils import override_settings  # noqa: E402  Django first
from django.utils import timezone  # noqa: E402  Django first

from onboarding.connect.models import (  # noqa: E402  Django first
    Authorization,
    ConnectionNote,
    ConnectLink,
    Consent,
    ServicePoint,
)
from onboarding.enrollment.models import CheckRecord  # noqa: E402  Django first
from onboarding.intervals.models import DataType, IntervalSeries, IntervalUpload, Way  # noqa: E402  Django first
from onboarding.intervals.receive import receive_interval_file  # noqa: E402  Django first
from onboarding.intervals.store import interval_store  # noqa: E402  Django first
from onboarding.meters.models import Meter  # noqa: E402  Django first
from onboarding.uploads.models import Upload, UploadRow  # noqa: E402  Django first
from onboarding.uploads.pipeline.commit import confirm_upload  # noqa: E402  Django first
from onboarding.uploads.pipeline.receive import receive_upload  # noqa: E402  Django first
from portal import clock  # noqa: E402  Django first
from portal.api import idempotency  # noqa: E402  Django first
from portal.api.models import KeptAnswer  # noqa: E402  Django first
from portal.events.actors import Actor  # noqa: E402  Django first
from portal.events.chain import check_log, seal_log  # noqa: E402  Django first
from portal.events.models import Event, Seal  # noqa: E402  Django first
from portal.jobs.domain import run_next  # noqa: E402  Django first
from portal.jobs.models import Job, PeriodicRun  # noqa: E402  Django first
from portal.jobs.periodic import run_periodic_tasks  # noqa: E402  Django first
from portal.partners.keys import create_api_key  # noqa: E402  Django first
from portal.partners.models import Partner, User  # noqa: E402  Django first
from portal.problems import Refused  # noqa: E402  Django first
from portal.storage.disk import path_of  # noqa: E402  Django first
from portal.webhooks.domain import create_endpoint  # noqa: E402  Django first
from programs.models import UtilityConnection  # noqa: E402  Django first
from tests import builders  # noqa: E402  Django first
from tests.bench import interval_files  # noqa: E402  Django first
from tests.chaos.stream import write_and_read  # noqa: E402  Django first
from tests.demo_utility import DemoUtility  # noqa: E402  Django first
from tests.onboarding.connect.conftest import CAISO, Customer, connect_utility, link_for  # noqa: E402  Django first
from tests.onboarding.spreadsheets.hostile.zips import sheet_that_takes_long  # noqa: E402  Django first

BY = Actor.system("Chaos")


def prepare() -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0)
    Partner.objects.create(name="Acme Energy", slug="acme")
    Partner.objects.create(name="Borealis Devices", slug="borealis")
    run_periodic_tasks()  # what is due at the first start, so that the tests' workers have the tests' work only
    while run_next():
        pass
    Job.objects.all().delete()


def make_partners(count: str) -> list[str]:
    """So many partners; returns a key for the API of each."""
    partners = [Partner.objects.create(name=f"Partner {n}", slug=f"partner-{n}") for n in range(1, int(count) + 1)]
    return [create_api_key(partner, name="cluster", by=BY)[1] for partner in partners]


def make_periodic_work_due() -> int:
    """As if none of it had ever been begun."""
    return PeriodicRun.objects.update(last_started_at=None)


def make_person(email: str, password: str) -> None:
    user = User.objects.create_user(email=email, password=password, name="Ana")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def sign_in(email: str, *passwords: str) -> list[str]:
    """Try one password after the other on the page; what came of each."""
    outcomes = []
    for password in passwords:
        answer = Client(SERVER_NAME="localhost").post("/accounts/login/", {"login": email, "password": password})
        page = answer.content.decode()
        outcomes.append("in" if answer.status_code == 302 else "too many" if "Too many" in page else "wrong")
    return outcomes


def send(count: str, start: str = "1", slug: str = "acme", name: str = "meters.csv") -> str:
    """A file of so many good rows, numbered from `start`; returns the upload, or the code that refused it."""
    lines = builders.rows(int(count), int(start))
    content = builders.xlsx(lines) if name.endswith(".xlsx") else builders.csv_bytes(lines)
    return _receive(content, slug, name)


def send_hostile(slug: str) -> str:
    """A workbook that keeps its reader busy for as long as the reader may be busy."""
    return _receive(sheet_that_takes_long(), slug, "meters.xlsx")


def send_to_a_full_disk(count: str) -> str:
    """The same as `send` where no file may become longer than 100 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    return send(count)


def _receive(content: bytes, slug: str, name: str) -> str:
    pieces = [content[at : at + 65_536] for at in range(0, len(content), 65_536)]
    partner = Partner.objects.get(slug=slug)
    try:
        upload, _ = receive_upload(
            pieces, file_name=name, partner=partner, programs=["CEC-DSGS"], update_existing=False, by=BY
        )
    except Refused as refused:
        return refused.problems[0].code
    return str(upload.pk)


def confirm(*pks: str) -> None:
    """All of them at once, each by somebody else."""

    def confirm_alone(pk: str) -> None:
        try:
            confirm_upload(Upload.objects.get(pk=pk), by=BY)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pks)) as threads:
        list(threads.map(confirm_alone, pks))


def state(pk: str) -> dict[str, object]:
    """The upload, and all that must add up in the whole database."""
    upload = Upload.objects.get(pk=pk)
    meters = Meter.objects.order_by().values("partner_id")
    jobs = Job.objects.filter(subject_id=pk)
    return {
        "state": upload.state,
        "counts": upload.counts,
        "problem": upload.problem.get("code", ""),
        "staged": UploadRow.objects.filter(upload=upload).count(),
        "meters": Meter.objects.count(),
        "references": meters.annotate(n=Count("partner_reference", distinct=True)).count()
        and sum(meters.annotate(n=Count("partner_reference", distinct=True)).values_list("n", flat=True)),
        "events": Event.objects.filter(verb="meter.created").count(),
        "told": Event.objects.filter(verb="meter.created").values("subject_id").distinct().count(),
        "claims": max(jobs.values_list("fence", flat=True), default=0),
        "failures": [failure for failure in jobs.values_list("failure", flat=True) if failure],
        "files": sorted(str(file.name) for file in path_of("uploads").rglob("*") if file.is_file()),
        "uploads": Upload.objects.count(),
        "chain": _chain(),
    }


def _chain() -> dict[str, int]:
    """Seal the log and read all of it: what was found in it, and how many events are in no seal."""
    newest = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
    for _ in range(20):  # a worker may seal at the same time, and be first
        seal_log()
        sealed = Seal.objects.aggregate(to=Max("last_id"))["to"] or 0
        if sealed >= newest:
            break
    unsealed = Event.objects.filter(pk__gt=sealed, pk__lte=newest).count()
    return {"findings": len(check_log().findings), "unsealed": unsealed}


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

    with ThreadPoolExecutor(int(times)) as threads:
        new = sum(threads.map(send_one, range(int(times))))
    while run_next():
        pass
    confirm(*[str(Upload.objects.get().pk)] * int(times))
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


def make_webhook(url: str) -> str:
    """A webhook of Acme for new meters; returns its secret."""
    partner = Partner.objects.get(slug="acme")
    return str(create_endpoint(partner, receiver_url=url, event_types=["meter.created"], by=BY).secret)


def move_clock(minutes: str) -> None:
    """Let time pass, for all processes."""
    clock.set_offset(clock.offset() + timedelta(minutes=int(minutes)))


def authorize(base_url: str, portal_url: str, *user_names: str) -> int:
    """Customers walk through Connect and authorize at the demo utility; returns how many authorizations there are."""
    with override_settings(SITE_URL=portal_url, ALLOWED_HOSTS=["*"]):
        demo = DemoUtility(Path(os.environ["DATA_DIR"]), portal_url)
        demo.base_url = base_url
        if not UtilityConnection.objects.exists():
            connect_utility(demo, CAISO, "CAISO")
        partner = Partner.objects.get(slug="acme")
        link = ConnectLink.objects.first() or link_for(partner, utilities=[CAISO])
        for name in user_names:
            Customer(demo, Client()).authorize(link, name, reference=f"home-{name}")
    return Authorization.objects.filter(state="COMPLETED").count()


def ask_utilities_again() -> int:
    """As if the time to ask utilities again had come."""
    return Authorization.objects.filter(ended_at=None).update(next_fetch_at=clock.now())


def connected() -> dict[str, object]:
    """What came of authorizations, in the whole database."""
    created = Event.objects.filter(verb="meter.created")
    points = ServicePoint.objects.filter(meter__isnull=False)
    return {
        "received": Authorization.objects.filter(data_state="RECEIVED").count(),
        "points": points.count(),
        "usage_points": points.values("usage_point").distinct().count(),
        "meters": Meter.objects.count(),
        "events": created.count(),
        "told": created.values("subject_id").distinct().count(),
        "authorized": CheckRecord.objects.filter(action_type="IS_AUTHORIZED", holds=True).count(),
        "consents": Consent.objects.count(),
        "notes": ConnectionNote.objects.filter(kind="METER_CREATED").count(),
        "ended": Authorization.objects.exclude(ended_at=None).count(),
    }


def post_job(number: str, dies: str = "") -> list[object]:
    """A job of one meter by the API, always with the same Idempotency-Key: the status, and whether it was replayed.

    dies: the process ends `before` or `after` its effect and the answer are committed; then nothing is answered.
    """
    if not dies:
        return _posted(number)
    process = os.fork()
    if process == 0:
        setattr(idempotency, {"before": "_keep", "after": "_settle"}[dies], lambda *_: os._exit(9))
        _posted(number)
    return [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), False]


def post_job_at_once(times: str) -> list[list[object]]:
    """The same job many times at once; every thread has its own connection."""

    def post(_: int) -> list[object]:
        try:
            return _posted("1")
        finally:
            connection.close()

    with ThreadPoolExecutor(int(times)) as threads:
        return list(threads.map(post, range(int(times))))


def _posted(number: str) -> list[object]:
    key = create_api_key(Partner.objects.get(slug="acme"), name=uuid.uuid4().hex, by=BY)[1]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "the same"}
    body = {"assets": [builders.asset(int(number))]}
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    answer = client.post("/v1.1/jobs/meters", body, "application/json", headers=headers)
    return [answer.status_code, "Idempotent-Replayed" in answer]


def send_intervals(meters: str, days: str) -> str:
    """A file of interval data of so many meters, which there are then; returns the upload."""
    partner = Partner.objects.get(slug="acme")
    file = path_of("chaos.csv")
    file.parent.mkdir(parents=True, exist_ok=True)
    interval_files.write(file, int(meters), int(days))
    Meter.objects.bulk_create(
        Meter(pk=pk, partner=partner, partner_reference=str(pk), reference_key=str(pk), transmission_region="CAISO")
        for pk in interval_files.meter_ids(int(meters))
    )
    upload, _ = receive_interval_file(
        [file.read_bytes()], file_name="chaos.csv", partner=partner, data_type=DataType.LOAD, way=Way.API, by=BY
    )
    return str(upload.pk)


def intervals(pk: str) -> dict[str, object]:
    """What became of a file of intervals, and what is stored in the whole database."""
    upload = IntervalUpload.objects.get(pk=pk)
    series = list(IntervalSeries.objects.values_list("pk", flat=True))
    rows = interval_store().read(series, 0, 2**31 - 1)
    days = interval_store().days(series, 0, 100_000, minutes=15)
    return {
        "state": upload.state,
        "counts": {name: upload.count(name) for name in ("good", "stored", "new", "changed", "same")},
        "rows": len(rows),
        "kwh": round(float(rows["net"].sum()), 3),
        "bits": int(days.bits(15).sum()),
        "told": Event.objects.filter(verb="intervals.stored").count(),
        "left": [str(path) for path in path_of("intervals").rglob("*.rows")],
    }


def end_leases() -> int:
    """As if the time of whoever claimed a write were over."""
    return KeptAnswer.objects.update(lease_until=timezone.now())


def api_jobs() -> dict[str, int]:
    return {
        "uploads": Upload.objects.count(),
        "jobs": Job.objects.count(),
        "told": Event.objects.filter(verb="upload.received").count(),
    }


VERBS = (
    prepare,
    authorize,
    ask_utilities_again,
    connected,
    make_partners,
    make_periodic_work_due,
    make_person,
    make_webhook,
    move_clock,
    sign_in,
    send,
    send_hostile,
    send_to_a_full_disk,
    confirm,
    state,
    storm,
    post_job,
    post_job_at_once,
    send_intervals,
    intervals,
    end_leases,
    api_jobs,
    write_and_read,
)


def _act(words: list[str]) -> None:
    """Answer with a line of JSON. In a process of its own, so that what the act opens and limits ends with it."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            verb, *arguments = words
            answer = {one.__name__: one for one in VERBS}[verb](*arguments)  # type: ignore[operator]  # by name
            print(json.dumps({"answer": answer}), flush=True)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    if os.waitpid(process, 0)[1]:
        print("{}", flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        _act(json.loads(line))
