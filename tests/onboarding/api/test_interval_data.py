"""The published operations about files of interval data."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from onboarding.intervals.models import IntervalUpload
from portal.api.models import KeptAnswer
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs.models import Job
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, Partner
from portal.storage.disk import path_of
from tests.onboarding.intervals import uploads

pytestmark = pytest.mark.django_db
SEND, LIST = "/v1.1/interval-data?schema=load", "/v1.1/jobs/interval-data-uploads"
CONTENT = b"meter_id,interval_start_time_utc\n"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def send(key: str, content: bytes = CONTENT, *, path: str = SEND, kind: str = "text/csv", **headers: str) -> Any:
    return Client().post(path, content, kind, headers={"Authorization": f"Bearer {key}", **headers})


def stored(upload: IntervalUpload) -> bytes:
    return path_of(upload.stored_name).read_bytes()


def everything_stored() -> list[Path]:
    return [path for path in path_of("intervals").rglob("*") if path.is_file()]


def test_a_file_is_kept_as_sent_and_its_job_queued(api_key: tuple[ApiKey, str], acme: Partner) -> None:
    answer = send(api_key[1], path=f"{SEND}&file_name=devices.csv")

    upload = IntervalUpload.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"job_id": str(upload.pk)})
    assert (upload.partner, upload.data_type, upload.way, upload.file_name) == (acme, "LOAD_DATA", "api", "devices.csv")
    assert stored(upload) == CONTENT
    assert Job.objects.get(kind="intervals.ingest").subject_id == str(upload.pk)
    event = Event.objects.get(verb="intervals.received")
    assert (event.subject_id, event.actor_kind) == (str(upload.pk), "api_key")


@pytest.mark.parametrize(
    ("schema", "data_type"), [("load", "LOAD_DATA"), ("runtime", "RUNTIME_DATA"), ("performance", "PERFORMANCE_DATA")]
)
def test_the_schema_is_the_type_of_data(api_key: tuple[ApiKey, str], schema: str, data_type: str) -> None:
    send(api_key[1], path=f"/v1.1/interval-data?schema={schema}")

    upload = IntervalUpload.objects.get()
    assert upload.data_type == data_type
    assert upload.file_name.startswith(f"{schema}-20")
    assert upload.file_name.endswith(".csv")


def test_a_packed_body_is_unpacked_and_a_packed_file_is_kept_packed(api_key: tuple[ApiKey, str]) -> None:
    packed = gzip.compress(CONTENT)

    send(api_key[1], packed, **{"Content-Encoding": "gzip"})
    send(api_key[1], packed, kind="application/gzip")
    send(api_key[1], b"PAR1", kind="application/vnd.apache.parquet")

    first, second, third = IntervalUpload.objects.order_by("pk")
    assert (stored(first), first.file_name.endswith("Z.csv")) == (CONTENT, True)
    assert (stored(second), second.file_name.endswith("Z.csv.gz")) == (packed, True)
    assert third.file_name.endswith("Z.parquet")


@pytest.mark.parametrize(
    ("path", "content", "kind", "status"),
    [
        ("/v1.1/interval-data", CONTENT, "text/csv", 400),
        ("/v1.1/interval-data?schema=loads", CONTENT, "text/csv", 400),
        (f"{SEND}&schema=runtime", CONTENT, "text/csv", 400),
        (f"{SEND}&dry_run=true", CONTENT, "text/csv", 400),
        (f"{SEND}&file_name=../devices.csv", CONTENT, "text/csv", 400),
        (SEND, b"", "text/csv", 400),
        (SEND, b"x" * 2001, "text/csv", 413),
        (SEND, CONTENT, "text/csv; charset=latin-1", 415),
        (SEND, CONTENT, "application/json", 415),
        (SEND, CONTENT, "multipart/form-data; boundary=x", 415),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_kept(
    api_key: tuple[ApiKey, str], settings: Any, path: str, content: bytes, kind: str, status: int
) -> None:
    settings.INTERVAL_MAX_BYTES = 2000

    answer = send(api_key[1], content, path=path, kind=kind)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert not IntervalUpload.objects.exists()
    assert everything_stored() == []


def test_a_body_that_is_too_large_unpacked_is_refused(api_key: tuple[ApiKey, str], settings: Any) -> None:
    settings.INTERVAL_MAX_BYTES = 2000

    answer = send(api_key[1], gzip.compress(b"x" * 2001), **{"Content-Encoding": "gzip"})

    assert answer.status_code == 413


def test_the_same_bytes_are_a_job_of_their_own_each_time(api_key: tuple[ApiKey, str]) -> None:
    jobs = {send(api_key[1]).json()["job_id"] for _ in range(2)}

    assert len(jobs) == 2


def test_an_idempotency_key_sends_once(api_key: tuple[ApiKey, str]) -> None:
    first, again = (send(api_key[1], **{"Idempotency-Key": "monday"}) for _ in range(2))
    other = send(api_key[1], CONTENT + b"more\n", **{"Idempotency-Key": "monday"})

    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert other.status_code == 422
    assert IntervalUpload.objects.count() == 1
    assert len(everything_stored()) == 1


def test_a_claim_that_another_took_over_stores_nothing(
    api_key: tuple[ApiKey, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_over(*_: object, **__: object) -> bool:
        KeptAnswer.objects.all().delete()
        return False

    monkeypatch.setattr("portal.api.idempotency._keep", taken_over)
    answer = send(api_key[1], **{"Idempotency-Key": "monday"})

    assert answer.status_code == 409
    assert not IntervalUpload.objects.exists()
    assert everything_stored() == []


# --- lists


def listed(call: Call, query: str = "") -> list[str]:
    return [upload["uploaded_file_path"] for upload in call("get", f"{LIST}{query}").json()["uploads"]]


def test_uploads_are_listed_newest_first_in_pages(call: Call, acme: Partner, borealis: Partner) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        uploads.queued(acme, name=name)
    uploads.queued(borealis, name="theirs.csv")

    first = call("get", f"{LIST}?page_size=2").json()
    rest = call("get", f"{LIST}?page_size=2&page_token={first['next_page_token']}").json()

    assert [one["uploaded_file_path"] for one in first["uploads"]] == ["/interval-data/c.csv", "/interval-data/b.csv"]
    assert [one["uploaded_file_path"] for one in rest["uploads"]] == ["/interval-data/a.csv"]
    assert "next_page_token" not in rest


def test_an_upload_tells_where_its_file_and_results_are(call: Call, acme: Partner) -> None:
    upload = uploads.failed(acme)

    (told,) = call("get", LIST).json()["uploads"]

    folder = "/interval-data/failed/devices.csv"
    assert told == {
        "last_job_id": str(upload.pk),
        "uploaded_file_path": "/interval-data/devices.csv",
        "current_file_path": f"{folder}/devices.csv",
        "uploaded_at_date_time": told["uploaded_at_date_time"],
        "status": "FAILED",
        "feedback_csv_file_path": f"{folder}/{upload.pk}.feedback",
        "error_csv_file_path": f"{folder}/{upload.pk}.errors.csv",
    }


def test_a_file_that_waits_is_where_it_was_put_and_has_no_results(call: Call, acme: Partner) -> None:
    uploads.queued(acme)

    (told,) = call("get", LIST).json()["uploads"]

    assert told["current_file_path"] == told["uploaded_file_path"] == "/interval-data/devices.csv"
    assert {"feedback_csv_file_path", "error_csv_file_path"}.isdisjoint(told)


def test_uploads_are_filtered_by_path_status_and_time(call: Call, acme: Partner) -> None:
    uploads.queued(acme, name="waits.csv")
    old = uploads.failed(acme, name="old.csv")
    IntervalUpload.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    yesterday = f"{timezone.now() - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"

    assert listed(call, "?file_path=/interval-data/waits.csv") == ["/interval-data/waits.csv"]
    assert listed(call, "?file_path=/interval-data/failed/old.csv") == []
    assert listed(call, "?status=FAILED") == ["/interval-data/old.csv"]
    assert listed(call, f"?from={yesterday}") == ["/interval-data/waits.csv"]
    assert listed(call, f"?to={yesterday}") == ["/interval-data/old.csv"]


@pytest.mark.parametrize(
    "query",
    [
        "file_path=devices.csv",
        "file_path=/interval-data/" + "a" * 1010,
        "file_path=/interval-data/a%20b.csv",
        "status=DONE",
        "page_size=0",
        "page_size=501",
        "from=soon",
        "page_token=made-up",
    ],
)
def test_filters_that_cannot_be_are_refused(call: Call, query: str) -> None:
    answer = call("get", f"{LIST}?{query}")

    assert (answer.status_code, list(answer.json()["details"])) == (400, [query.split("=", maxsplit=1)[0]])


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list_do_not_grow(
    call: Call, acme: Partner, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        uploads.failed(acme, name=f"{number}.csv")

    call("get", LIST)
    with django_assert_max_num_queries(6):
        assert len(listed(call)) == count


# --- one upload


def test_errors_are_told_in_both_published_shapes(call: Call, acme: Partner) -> None:
    upload = uploads.failed(acme)

    told = call("get", f"{LIST}/{upload.pk}").json()

    summary = [{"column": "meter_id", "code": "MTR_0002", "count": 1}]
    assert told == {
        "job_id": str(upload.pk),
        "error_csv_file_path": f"/interval-data/failed/devices.csv/{upload.pk}.errors.csv",
        "error_summary": summary,
        "summary": summary,
        "errors": [{**uploads.ERROR, "errors": ["nobody is not a valid UUID."]}],
        "is_limited": False,
    }


def test_errors_whose_file_is_away_are_503(
    api_key: tuple[ApiKey, str], acme: Partner, away: str, settings: Any
) -> None:
    upload = uploads.failed(acme)
    settings.STORAGE_URL = away
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {api_key[1]}"})

    answer = client.get(f"{LIST}/{upload.pk}")

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Files are unavailable right now" in answer.content.decode()


def test_a_file_that_cannot_be_read_at_all_has_one_error(call: Call, acme: Partner) -> None:
    upload = uploads.queued(acme)
    upload.state = "FAILED"
    upload.problem = {"code": "INTERVAL_FILE_UNREADABLE", "context": {"reason": "it is not text."}}
    upload.save()

    told = call("get", f"{LIST}/{upload.pk}").json()

    said = "We can’t read the file: it is not text. Export it again and upload the new file."
    assert told["errors"] == [{"line": 1, "code": "UNCATEGORISED", "message": said, "errors": [said]}]
    assert told["summary"] == [{"code": "UNCATEGORISED", "count": 1}]


def test_the_preview_shows_the_first_lines(call: Call, acme: Partner) -> None:
    upload = uploads.failed(acme)

    told = call("get", f"{LIST}/file-preview/{upload.pk}").json()

    times = {name: told[name] for name in ("created_at", "updated_at")}
    assert told == {
        "file_data": [uploads.HEADER, uploads.BAD],
        "job_id": str(upload.pk),
        "status": "FAILED",
        "is_limited": False,
        **times,
    }


def test_a_link_gives_the_file_without_a_key_for_some_minutes(call: Call, acme: Partner) -> None:
    upload = uploads.failed(acme)

    answer = call("get", f"{LIST}/presigned-url/{upload.pk}")
    file = Client().get(answer["Location"])

    assert (answer.status_code, answer.content) == (302, b"")
    assert {"no-store", "no-cache", "must-revalidate"} <= set(answer["Cache-Control"].split(", "))
    assert b"".join(file.streaming_content) == uploads.CONTENT
    assert file["Content-Disposition"] == 'attachment; filename="devices.csv"'
    assert {"no-store", "private"} <= set(file["Cache-Control"].split(", "))


def test_a_link_can_give_only_the_lines_with_errors(call: Call, acme: Partner) -> None:
    bad, good = uploads.failed(acme), uploads.completed(acme)

    link = call("get", f"{LIST}/presigned-url/{bad.pk}?lines=errors")["Location"]

    assert b"".join(Client().get(link).streaming_content) == uploads.CONTENT
    assert call("get", f"{LIST}/presigned-url/{good.pk}?lines=errors").status_code == 404


def test_a_link_that_has_expired_says_so(call: Call, acme: Partner) -> None:
    link = call("get", f"{LIST}/presigned-url/{uploads.failed(acme).pk}")["Location"]

    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=2), tick=False):
        answer = Client().get(link)

    assert (answer.status_code, answer["Content-Type"]) == (410, "text/plain; charset=utf-8")
    assert answer.content == b"This link has expired. Links work for 5 minutes. Request a new one from the API.\n"


def test_a_link_ends_with_its_partner_and_cannot_be_bent(call: Call, acme: Partner) -> None:
    link = call("get", f"{LIST}/presigned-url/{uploads.failed(acme).pk}")["Location"]
    path, _, token = link.rstrip("/").rpartition("/")

    bent = [f"{path}/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}/", f"{path}/{token.partition(':')[0]}/"]
    assert [Client().get(address).status_code for address in (link, *bent)] == [200, 404, 404]
    Partner.objects.filter(pk=acme.pk).update(is_active=False)
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("place", ["", "presigned-url/", "file-preview/"])
def test_another_partners_upload_is_not_there(call: Call, acme: Partner, borealis: Partner, place: str) -> None:
    mine, theirs = uploads.failed(acme), uploads.failed(borealis)
    key = create_api_key(borealis, name="theirs", by=Actor.system())[1]

    answer = call("get", f"{LIST}/{place}{theirs.pk}")

    assert answer.status_code == 404
    assert call("get", f"{LIST}/{place}{mine.pk}").status_code in {200, 302}
    assert Client().get(f"{LIST}/{place}{theirs.pk}", headers={"Authorization": f"Bearer {key}"}).status_code != 404


def test_a_charset_of_the_body_says_nothing_of_the_address(api_key: tuple[ApiKey, str]) -> None:
    answer = send(api_key[1], kind="text/csv; charset=utf-16")
    assert answer.status_code == 415


@pytest.mark.parametrize("name", ["..", ".", ".hidden"])
def test_a_name_does_not_begin_with_a_dot(api_key: tuple[ApiKey, str], name: str) -> None:
    assert send(api_key[1], path=f"{SEND}&file_name={name}").status_code == 400


def test_a_span_that_ends_before_it_begins_is_refused(call: Call) -> None:
    query = "?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z"
    assert call("get", f"{LIST}{query}").status_code == 400
