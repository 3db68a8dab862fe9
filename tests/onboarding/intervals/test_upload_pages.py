"""The pages of files of interval data: send, watch, mend; the setting; downloads."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from onboarding.intervals.models import DataType, IntervalSettings, IntervalUpload, Way
from onboarding.intervals.results import preview_of
from portal.events.models import Event
from portal.jobs.models import Job
from portal.partners.models import Partner, User
from portal.problems import Problem
from programs.models import IntervalColumn
from tests.onboarding.intervals import uploads
from tests.onboarding.intervals.files import HEADER, line, text
from tests.onboarding.intervals.files import send as send_file

pytestmark = pytest.mark.django_db
NEW, LIST, SETTINGS = "/interval-data/uploads/new/", "/interval-data/uploads/", "/interval-data/settings/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(client_of: Callable[[User], Client], user: User) -> Client:
    return client_of(user)


def words(answer: Any) -> str:
    """The text of the page's main part, in one line."""
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.DOTALL)
    assert main
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def title(answer: Any) -> str:
    return " ".join(re.findall(r"<title>(.*?) · Partner portal</title>", answer.content.decode()))


def names(answer: Any) -> list[str]:
    """The files that the list shows."""
    return re.findall(r'<th scope="row"[^>]*><a[^>]*>([^<]+)</a>', answer.content.decode())


def send(client: Client, content: bytes = uploads.CONTENT, name: str = "devices.csv", **more: str) -> Any:
    return client.post(NEW, {"data_type": "LOAD_DATA", "file": SimpleUploadedFile(name, content), **more})


def path_of(upload: IntervalUpload) -> str:
    return f"{LIST}{upload.pk}/"


# --- sending


def test_a_file_is_sent_and_its_page_follows(client: Client, user: User, acme: Partner) -> None:
    answer = send(client)

    upload = IntervalUpload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, path_of(upload))
    assert (upload.partner, upload.user, upload.way, upload.data_type) == (acme, user, Way.PAGE, DataType.LOAD)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "devices.csv", "The file is empty."),
        (b"x", "devices.docx", "devices.docx is not an interval file that we can read."),
        (b"x" * 2001, "devices.csv", "The file is larger than"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    client: Client, settings: Any, content: bytes, name: str, said: str
) -> None:
    settings.INTERVAL_MAX_BYTES = 2000

    answer = send(client, content, name)

    assert answer.status_code == 422
    assert title(answer) == "Error: Upload interval data"
    assert said in words(answer)
    assert b'<a href="#id_file">' in answer.content
    assert not IntervalUpload.objects.exists()


def test_no_file_and_no_type_are_asked_for(client: Client) -> None:
    answer = client.post(NEW, {"data_type": "LOADS"})

    assert answer.status_code == 422
    assert "Select a file." in words(answer)
    assert "Choose a type from the list." in words(answer)


def test_the_same_file_while_it_waits_is_that_upload(client: Client) -> None:
    first = send(client)
    again = client.get(send(client)["Location"])

    assert IntervalUpload.objects.count() == 1
    assert again.request["PATH_INFO"] == first["Location"]
    assert "nothing was sent twice" in words(again)


def test_the_form_says_limits_and_columns(client: Client, settings: Any) -> None:
    settings.INTERVAL_MAX_BYTES = 2048 * 1024 * 1024

    said = words(client.get(NEW))

    assert "up to 2.0\xa0GB" in client.get(NEW).content.decode()
    assert "If any row has an error, we reject the whole file" in said
    assert "energy_net_kwh Consumed minus generated, in kWh" in said
    assert said.count("The columns of this type are provisional") == 2


@pytest.mark.parametrize("data_type", DataType)
def test_an_example_has_the_columns_of_its_type(client: Client, data_type: DataType) -> None:
    answer = client.get(f"/interval-data/example-{data_type.schema}.csv")

    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(lines) == 4
    assert {"meter_id", "interval_start_time_utc", "interval_end_time_utc", "final", "region"} < set(lines[0])
    assert all(None not in line and all(line.values()) for line in lines)
    assert answer["Content-Disposition"] == f'attachment; filename="interval-data-{data_type.schema}.csv"'


def test_the_guide_and_the_example_follow_the_catalogue(client: Client) -> None:
    column = IntervalColumn.objects.filter(data_type="PERFORMANCE_DATA")
    column.update(name="performed_kwh", meaning="What was performed", least=None, most=0.3, verified=True)

    page, answer = words(client.get(NEW)), client.get("/interval-data/example-performance.csv")

    assert "performed_kwh What was performed, at most 0.3 Yes" in page
    assert page.count("The columns of this type are provisional") == 1
    values = [line["performed_kwh"] for line in csv.DictReader(io.StringIO(answer.content.decode()))]
    assert values == ["0.3", "0.3", "0.3", "0.25"]


# --- watching


def test_a_waiting_file_says_so_and_asks_again(client: Client, acme: Partner) -> None:
    upload = uploads.queued(acme)

    answer = client.get(path_of(upload))
    part = client.get(path_of(upload), headers={"HX-Request": "true"})

    assert title(answer) == "Queued: devices.csv"
    assert "Interval data uploads devices.csv Queued Waiting to be read" in words(answer)
    assert f'hx-get="{path_of(upload)}"' in answer.content.decode()
    assert b'<noscript><meta http-equiv="refresh"' in answer.content
    assert "Waiting to be read" in part.content.decode()
    assert b"<html" not in part.content
    assert "HX-Retarget" not in part.headers


def test_progress_says_what_was_read_and_stored(client: Client, acme: Partner) -> None:
    upload = uploads.queued(acme)
    seen = []
    begun = timezone.now() - timedelta(seconds=60)
    Job.objects.filter(subject_id=upload.pk).update(started_at=begun, state="running")
    read_at = int(begun.timestamp()) + 30
    for counts in (
        {"lines": 12000, "percent": 40},
        {"rows": 12000, "good": 11999, "stored": 3000, "read_at": read_at},
        {"rows": 12000, "good": 11999, "stored": 3000},
    ):
        IntervalUpload.objects.filter(pk=upload.pk).update(state="PROCESSING", counts=counts)
        seen.append(words(client.get(path_of(upload))))

    assert "Reading the file 12,000 lines read" in seen[0]
    assert re.search(r"About (19\d|200) a second, about 2 minutes left", seen[0])
    assert "Storing the rows 3,000 of 11,999 rows stored" in seen[1]
    assert re.search(r"About (9\d|100) a second, about 2 minutes left", seen[1])
    assert " left" not in seen[2]


def test_a_file_that_has_ended_makes_the_page_new(client: Client, acme: Partner) -> None:
    answer = client.get(path_of(uploads.completed(acme)), headers={"HX-Request": "true"})

    assert answer["HX-Retarget"] == answer["HX-Reselect"] == "#main"
    assert b'<main id="main"' in answer.content


# --- what happened


def test_stored_rows_are_counted(client: Client, acme: Partner) -> None:
    upload = uploads.completed(acme, counts={"new": 1000, "changed": 20, "same": 3, "meters": 7})
    IntervalUpload.objects.filter(pk=upload.pk).update(
        first_start="2026-07-01T00:00:00Z", last_start="2026-07-31T23:45:00Z"
    )

    said = words(client.get(path_of(upload)))

    assert "All rows were stored." in said
    assert "New rows 1,000 Changed rows 20 Unchanged rows 3 Meters 7" in said
    assert "First interval Jul 1, 2026, 00:00 UTC" in said
    assert "Last interval Jul 31, 2026, 23:45 UTC" in said


def test_the_same_rows_again_say_that_nothing_changed(client: Client, acme: Partner) -> None:
    upload = uploads.completed(acme, counts={"new": 0, "same": 2})

    assert "Nothing changed" in words(client.get(path_of(upload)))


def test_a_failed_file_says_that_nothing_was_stored_and_what_to_do(client: Client, acme: Partner) -> None:
    upload = uploads.failed(acme)

    answer = client.get(path_of(upload))

    said = words(answer)
    assert title(answer) == "Failed: devices.csv"
    assert "Nothing was stored The file has 1 error in 1 row, and a single error fails the whole file." in said
    assert "Meter ID unreadable MTR_0002 meter_id 1 Line 2: nobody is not a valid UUID. Enter the Leap meter ID" in said
    assert f"meter_id,interval_start_time_utc,interval_end_time_utc,energy_net_kwh {uploads.BAD}" in said
    assert f'<a class="btn btn-primary" href="{NEW}?corrects={upload.pk}">' in answer.content.decode()


def test_the_good_rows_of_a_failed_file_can_be_stored_later(client: Client, acme: Partner, borealis: Partner) -> None:
    upload, theirs = uploads.failed(acme), uploads.failed(borealis)
    for some in (upload, theirs):
        IntervalUpload.objects.filter(pk=some.pk).update(counts={"rows": 3, "good": 2, "bad": 1})

    seen = words(client.get(path_of(upload)))
    kept = client.post(f"{path_of(upload)}keep-good-rows/", follow=True)
    again = client.post(f"{path_of(upload)}keep-good-rows/", follow=True)

    assert "Or store the 2 good rows now and fix the rest later." in seen
    assert title(kept) == title(again) == "Queued: devices.csv"
    assert "alert" not in kept.content.decode()
    assert 'role="alert"' in again.content.decode()
    assert client.post(f"{path_of(theirs)}keep-good-rows/").status_code == 404
    assert Event.objects.filter(verb="intervals.good_rows_kept").count() == 1


def test_a_file_without_good_rows_offers_none(client: Client, acme: Partner) -> None:
    assert "good row" not in words(client.get(path_of(uploads.failed(acme))))


def test_kept_good_rows_are_told_apart_from_those_left_out(client: Client, acme: Partner) -> None:
    upload = uploads.failed(acme)
    upload.state, upload.counts = "COMPLETED", {"rows": 3, "good": 2, "bad": 1, "new": 2, "meters": 1}
    upload.save()

    said = words(client.get(path_of(upload)))

    assert "1 row left out The good rows were stored." in said
    assert "New rows 2" in said
    assert "Nothing was stored" not in said


def test_a_file_that_cannot_be_read_says_why(client: Client, acme: Partner) -> None:
    upload = uploads.queued(acme)
    upload.state = "FAILED"
    upload.problem = {"code": "INTERVAL_FILE_UNREADABLE", "context": {"reason": "it is not text."}}
    upload.save()

    said = words(client.get(path_of(upload)))

    assert "We can’t read the file: it is not text. Export it again and upload the new file." in said


def test_warnings_say_what_to_check(client: Client, acme: Partner) -> None:
    upload = uploads.completed(acme)
    warning = Problem("INTERVAL_ROWS_REPEATED", "", "", {"count": 40})
    upload.warnings = [warning.as_json()]
    upload.save()

    assert f"Rows repeated {warning.text} {warning.remedy}" in words(client.get(path_of(upload)))
    assert "40 rows" in warning.text


def test_a_mended_file_belongs_to_the_one_that_it_mends(client: Client, acme: Partner, borealis: Partner) -> None:
    upload = uploads.failed(acme)

    form = client.get(f"{NEW}?corrects={upload.pk}")
    mended = send(client, b"mended", "mended.csv", corrects=str(upload.pk))["Location"]

    assert f'<input type="hidden" name="corrects" value="{upload.pk}">' in form.content.decode()
    assert "Fixes lines of devices.csv" in words(client.get(mended))
    assert "Fixed by mended.csv" in words(client.get(path_of(upload)))
    theirs = uploads.failed(borealis)
    assert client.get(f"{NEW}?corrects={theirs.pk}").status_code == 404
    assert send(client, b"again", corrects=str(theirs.pk)).status_code == 404
    assert client.get(f"{NEW}?corrects=nonsense").status_code == 404


@pytest.mark.parametrize(
    ("part", "name", "content"),
    [
        ("file", "devices.csv", uploads.CONTENT),
        ("lines-to-fix", "devices-lines-to-fix.csv", uploads.CONTENT),
        (
            "errors",
            "devices.errors.csv",
            b"line,column,code,message\n2,meter_id,MTR_0002,nobody is not a valid UUID.\n",
        ),
        ("feedback", "devices.feedback.csv", b"column,code,count\nmeter_id,MTR_0002,1\n"),
    ],
)
def test_files_of_an_upload_are_private_downloads(
    client: Client, acme: Partner, borealis: Partner, part: str, name: str, content: bytes
) -> None:
    answer = client.get(f"{path_of(uploads.failed(acme))}{part}/")

    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
    assert client.get(f"{path_of(uploads.failed(borealis))}{part}/").status_code == 404


@pytest.mark.parametrize("part", ["lines-to-fix", "errors", "whatever"])
def test_files_that_are_not_there_are_404(client: Client, acme: Partner, part: str) -> None:
    assert client.get(f"{path_of(uploads.completed(acme))}{part}/").status_code == 404


def test_a_name_with_markup_and_line_ends_stays_a_name(client: Client, acme: Partner) -> None:
    upload = uploads.failed(acme, name='<b>"x"\r\n.csv')

    answer = client.get(path_of(upload))
    file = client.get(f"{path_of(upload)}file/")

    assert b"<b>" not in answer.content
    assert b"&lt;b&gt;" in answer.content
    assert "\n" not in file["Content-Disposition"]


# --- the list


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_shows_each_upload_in_the_same_queries(
    client: Client, acme: Partner, borealis: Partner, count: int, django_assert_num_queries: Any
) -> None:
    uploads.failed(borealis, name="theirs.csv")
    for number in range(count):
        uploads.failed(acme, name=f"{number}.csv")
    client.get(LIST)

    with django_assert_num_queries(4):
        answer = client.get(LIST)

    assert names(answer) == [f"{number}.csv" for number in reversed(range(count))]


def test_the_list_is_filtered_by_status(client: Client, acme: Partner) -> None:
    uploads.failed(acme, name="bad.csv")
    uploads.completed(acme, name="good.csv")

    failed, none = client.get(f"{LIST}?state=FAILED"), client.get(f"{LIST}?state=QUEUED")
    unknown = client.get(f"{LIST}?state=GONE")

    assert names(failed) == ["bad.csv"]
    assert "No uploads have this status" in words(none)
    assert unknown.status_code == 422
    assert "Status has no choice “GONE”." in words(unknown)


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "No interval data yet" in words(client.get(LIST))


# --- the setting


def test_a_manager_keeps_good_rows_and_an_event_says_so(
    client_of: Callable[[User], Client], manager: User, acme: Partner
) -> None:
    client = client_of(manager)

    answers = [client.post(SETTINGS, {"keeps_good_rows": "yes"}, follow=True) for _ in range(2)]
    client.post(NEW, {"data_type": "LOAD_DATA", "file": SimpleUploadedFile("a.csv", b"x")})

    assert ["Settings saved." in words(answers[0]), "Nothing changed." in words(answers[1])] == [True, True]
    assert IntervalSettings.objects.get(partner=acme).keeps_good_rows
    assert IntervalUpload.objects.get().keeps_good_rows
    event = Event.objects.get(verb="intervals.settings_changed")
    assert (event.partner_id, event.data) == (acme.pk, {"changes": {"keeps_good_rows": [False, True]}})
    assert "We store the good rows and leave out rows with errors" in words(client.get(NEW))


def test_the_setting_is_asked_for_when_it_is_missing(client_of: Callable[[User], Client], manager: User) -> None:
    answer = client_of(manager).post(SETTINGS, {})

    assert answer.status_code == 422
    assert "Choose one." in words(answer)
    assert not IntervalSettings.objects.exists()


def test_a_user_cannot_change_the_setting(client: Client) -> None:
    assert client.post(SETTINGS, {"keeps_good_rows": "yes"}).status_code == 403
    assert not IntervalSettings.objects.exists()


def test_a_file_with_errors_shows_its_first_lines_once(client: Client, acme: Partner) -> None:
    upload = send_file(text([line("home-1"), line("home-2", 1)]), acme)

    assert preview_of(upload, 100) == ([HEADER, line("home-1"), line("home-2", 1)], False)
