"""Text files that do not say how they are encoded: what the pages show, what a person chooses, where it counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.columns.domain import choose_columns, choose_encoding, look_elsewhere
from onboarding.uploads.columns.encodings import encoding_choices, encoding_named
from onboarding.uploads.models import ColumnMemory, Upload, UploadProblem
from onboarding.uploads.pipeline.check import recheck_upload
from portal.events.actors import Actor
from portal.partners.models import ApiKey, Partner, User
from portal.problems import Refused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
MAC = Path(__file__).parents[2].joinpath("cases", "macroman.csv").read_bytes()
NAMES = ["José Muñoz", "Zoë Brontë"]
WRONG_NAMES = ["JosŽ Mu–oz", "Zo‘ Bront‘"]


def names_of(upload: Upload) -> list[str]:
    rows = upload.rows.order_by("number")
    return [(row.asset or {})["customer"]["end_customer_name"] for row in rows]


def sheet(name: str, encoding: str, header: str = "customer.end_customer_name") -> bytes:
    lines = [{**builders.row(1), "customer.end_customer_name": name}]
    lines = [{header if key == "customer.end_customer_name" else key: cell for key, cell in lines[0].items()}]
    return builders.csv_bytes(lines, encoding=encoding)


def test_mac_roman_reads_right_and_is_said_though_all_columns_matched(
    acme: Partner, send: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, MAC, "macroman.csv")

    page = client_of(manager).get(reverse("upload", args=[upload.pk]))

    assert (upload.state, names_of(upload)) == ("ready", NAMES)
    assert [(choice.encoding, choice.samples) for choice in page.context["encodings"]] == [
        ("mac_roman", ("Cañon", *NAMES)),
        ("cp850", ("Caûon", "JosÄ Muûoz", "Zoæ Brontæ")),
        ("cp1252", ("Ca–on", *WRONG_NAMES)),
    ]
    assert page.context["is_encoding_guessed"]
    assert not UploadProblem.objects.filter(upload=upload, code="ENCODING_GUESSED").exists()


def test_other_encoding_is_read_at_once_and_in_every_later_reading(
    acme: Partner, send: Any, run_jobs: Any, commit: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, MAC, "macroman.csv")
    client = client_of(manager)
    again = reverse("upload-columns-again", args=[upload.pk])

    client.post(again, {"encoding": "cp1252"})
    run_jobs()
    upload.refresh_from_db()
    assert (upload.state, names_of(upload)) == ("ready", WRONG_NAMES)
    recheck_upload(upload, by=BY)
    run_jobs()
    upload.refresh_from_db()
    assert names_of(upload) == WRONG_NAMES
    assert not client.get(reverse("upload", args=[upload.pk])).context["is_encoding_guessed"]

    client.post(again, {"encoding": "mac_roman"})
    run_jobs()
    upload.refresh_from_db()
    assert names_of(commit(upload)) == NAMES
    assert sorted(Meter.objects.values_list("customer_name", flat=True)) == NAMES


def test_columns_that_a_person_matched_stay_in_another_encoding(acme: Partner, send: Any, run_jobs: Any) -> None:
    upload = send(acme, sheet("Peña", "mac_roman", header="Kunde für Zoë"), "own.csv")
    columns = {column["index"]: column["key"] for column in upload.columns}
    at = next(column["index"] for column in upload.columns if column["header"].startswith("Kunde"))
    choose_columns(upload, columns | {at: "customer.end_customer_name"}, {}, by=BY)
    run_jobs()
    upload.refresh_from_db()

    choose_encoding(upload, "cp1252", by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (upload.state, names_of(upload)) == ("ready", ["Pe–a"])
    assert upload.columns[at]["header"] == "Kunde fŸr Zo‘"


def test_page_of_the_columns_shows_them_again_with_what_was_chosen(
    acme: Partner, send: Any, run_jobs: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, sheet("Peña", "mac_roman", header="Kunde"), "own.csv")
    look_elsewhere(upload, sheet=None, header_row=None, by=BY)
    run_jobs()
    client, page = client_of(manager), reverse("upload-columns", args=[upload.pk])
    lines = client.get(page).context["lines"]
    answer = {f"column-{line['index']}": line["key"] for line in lines}
    at = next(line["index"] for line in lines if line["header"] == "Kunde")
    answer |= {f"column-{at}": "site.site_name", "constant-meter_type": "DEVICE"}

    client.post(page, {**answer, "encoding": "cp1252", "do": "read-again"})
    run_jobs()

    upload.refresh_from_db()
    shown = client.get(page).context
    line = next(line for line in shown["lines"] if line["index"] == at)
    assert (upload.state, line["key"], line["samples"]) == ("columns", "site.site_name", ["Pe–a"])
    assert (shown["encoding"], upload.column_layout.constants) == ("cp1252", {"meter_type": "DEVICE"})


def test_answer_about_columns_takes_the_encoding_with_it(acme: Partner, send: Any, run_jobs: Any) -> None:
    upload = send(acme, sheet("Peña", "mac_roman", header="Zoë"), "own.csv")
    columns = {column["index"]: column["key"] or "customer.end_customer_name" for column in upload.columns}

    choose_columns(upload, columns, {}, encoding="cp1252", by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (upload.state, names_of(upload)) == ("ready", ["Pe–a"])
    assert not ColumnMemory.objects.exists()  # the header was about to read differently


def test_another_header_row_is_looked_for_in_the_chosen_encoding(acme: Partner, send: Any, run_jobs: Any) -> None:
    upload = send(acme, MAC, "macroman.csv")
    choose_encoding(upload, "cp1252", by=BY)
    run_jobs()
    upload.refresh_from_db()

    look_elsewhere(upload, sheet=None, header_row=1, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (upload.column_layout.encoding, upload.facts["encoding"]) == ("cp1252", "cp1252")


@pytest.mark.parametrize("encoding", ["utf-8", "rot13", "cp1250", "", "x" * 500])
def test_encoding_that_the_file_cannot_be_in_is_refused(acme: Partner, send: Any, encoding: str) -> None:
    upload = send(acme, MAC, "macroman.csv")
    if not encoding:
        return choose_encoding(upload, encoding, by=BY)  # nothing is said

    with pytest.raises(Refused) as refusal:
        choose_encoding(upload, encoding, by=BY)

    assert [problem.code for problem in refusal.value.problems] == ["ENCODING_UNKNOWN"]
    return None


@pytest.mark.parametrize(
    ("name", "encoding"), [("Zoë", "utf-8"), ("Zoë", "utf-8-sig"), ("Zoë", "utf-16"), ("Zoe", "ascii")]
)
def test_nothing_is_asked_when_the_bytes_tell(acme: Partner, send: Any, name: str, encoding: str) -> None:
    upload = send(acme, sheet(name, encoding), "meters.csv")

    assert (encoding_choices(upload), names_of(upload)) == ([], [name])
    assert upload.facts["notes"] == []


def test_stranger_cannot_choose_for_another_partner(
    acme: Partner, send: Any, stranger: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, MAC, "macroman.csv")

    answer = client_of(stranger).post(reverse("upload-columns-again", args=[upload.pk]), {"encoding": "cp1252"})

    upload.refresh_from_db()
    assert (answer.status_code, upload.state, upload.column_layout.encoding) == (404, "ready", None)


def test_names_are_escaped_on_both_pages(
    acme: Partner, send: Any, run_jobs: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, sheet("<b>Peña</b>", "cp1252"), "meters.csv")
    client = client_of(manager)

    detail = client.get(reverse("upload", args=[upload.pk])).content.decode()
    look_elsewhere(upload, sheet=None, header_row=None, by=BY)
    run_jobs()
    columns = client.get(reverse("upload-columns", args=[upload.pk])).content.decode()

    for page in (detail, columns):
        assert "&lt;b&gt;Peña&lt;/b&gt;" in page
        assert "<b>Peña" not in page


# --- by API


@pytest.fixture
def api(api_key: tuple[ApiKey, str], run_jobs: Any) -> Callable[..., list[dict[str, str]]]:
    """Send a file and let the job end; returns the warnings of each asset by field."""
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    def send(content: bytes, content_type: str) -> list[dict[str, str]]:
        path = "/v1.1/jobs/meters"
        job = Client().generic("post", path, content, content_type=content_type, headers=headers).json()["job_id"]
        run_jobs()
        assets = Client().get(f"{path}/{job}", headers=headers).json()["assets"]
        assert not any("failed_fields" in asset["status_detail"] for asset in assets)
        return [{line["field"]: line["message"] for line in asset.get("warnings", ())} for asset in assets]

    return send


def test_api_warns_on_each_row_of_a_guess(api: Callable[..., list[dict[str, str]]]) -> None:
    said = api(MAC, "text/csv")

    assert [sorted(fields) for fields in said] == [
        ["customer.city", "customer.end_customer_name"],
        ["customer.end_customer_name"],
    ]
    assert said[1]["customer.end_customer_name"] == (
        "Customer name was read as “Zoë Brontë”: the file doesn’t say how it is encoded, and Mac Roman (CSV made on a "
        "Mac) fits best. If that is wrong, send the file in UTF-8, or name its charset in the Content-Type header."
    )
    assert sorted(Meter.objects.values_list("customer_name", flat=True)) == NAMES


@pytest.mark.parametrize(("charset", "names"), [("macintosh", NAMES), ("windows-1252", WRONG_NAMES)])
def test_api_takes_the_charset_of_the_content_type(
    api: Callable[..., list[dict[str, str]]], charset: str, names: list[str]
) -> None:
    assert api(MAC, f"text/csv; charset={charset}") == [{}, {}]
    assert sorted(Meter.objects.values_list("customer_name", flat=True)) == sorted(names)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/csv; charset=klingon", 415), ("text/csv; charset=shift_jis", 415), ("text/csv; charset=rot13", 415),
        ("text/csv; charset=é", 415), ("text/csv; charset=UTF-8", 201), ("text/csv; charset=us-ascii", 201),
    ],
)  # fmt: skip
def test_charset_that_cannot_be_read_is_refused(api_key: tuple[ApiKey, str], kind: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    answer = Client().generic("post", "/v1.1/jobs/meters", MAC, content_type=kind, headers=headers)

    assert (answer.status_code, Upload.objects.count()) == (status, int(status == 201))


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("macintosh", "mac_roman"), ("Windows-1252", "cp1252"), ("ISO-8859-1", "cp1252"), ("iso-8859-2", "iso8859_2"),
        ("windows-1250", "cp1250"), ("ibm850", "cp850"), ("utf-8", None), ("rot13", None), ("x\0y", None), ("é", None),
        ("", None),
    ],
)  # fmt: skip
def test_charsets_by_name(charset: str, encoding: str | None) -> None:
    assert encoding_named(charset) == encoding
