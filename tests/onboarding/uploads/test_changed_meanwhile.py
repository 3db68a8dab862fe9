"""Rows that were refused because their meter changed after the check: what changed is said, and they can go again."""

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.meanwhile import ValueMeanwhile, changed_meanwhile
from onboarding.uploads.models import Upload, UploadRow
from portal.jobs import domain as jobs
from portal.partners.models import Partner, User
from programs.schema import schema_for
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
Late = Callable[..., Upload]


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def late(acme: Partner, send: Any, commit: Any) -> Late:
    """An update of meters that somebody changed between its check and its writing."""

    def late(count: int = 1, meanwhile: dict[str, Any] | None = None, **cells: Any) -> Upload:
        commit(send(acme, builders.xlsx(builders.rows(count))))
        cells = cells or {"device__device_model": "Home 20"}
        rows = [builders.row(n + 1, **cells) for n in range(count)]
        slow = send(acme, builders.xlsx(rows), update_existing=True)
        changed = meanwhile or {"device__device_model": "Home 30", "device__installer": "Sun Crew"}
        others = [builders.row(n + 1, **changed) for n in range(count)]
        commit(send(acme, builders.xlsx(others), "b.xlsx", update_existing=True))
        return commit(slow)  # type: ignore[no-any-return]  # the fixture gives an Upload

    return late


def meanwhile_of(upload: Upload) -> list[ValueMeanwhile]:
    rows = UploadRow.objects.filter(upload=upload)
    return [value for change in changed_meanwhile(upload, rows, schema_for()).values() for value in change.values]


def test_the_row_says_what_changed(late: Late, client: Client) -> None:
    upload = late()

    page = unescape(client.get(f"{reverse('upload', args=[upload.pk])}?plan=refused").content.decode())

    assert meanwhile_of(upload) == [
        ValueMeanwhile("Device model", "Home 10", "Home 30", "Home 20"),
        ValueMeanwhile("Installer", "Bright Roofs LLC", "Sun Crew", "Bright Roofs LLC"),
    ]
    assert "1 row couldn’t be written because its meter or reference changed after the check." in page
    assert "Check this row again" in page
    outcome = page.split('data-label="Outcome"')[1].split("</td>")[0]
    assert ("Not written" in outcome, "Changed" in outcome) == (True, False)
    said = "<strong>Device model</strong>: <q>Home 10</q> at the check, <q>Home 30</q> now, <q>Home 20</q> in the file"
    assert said in page


def test_an_empty_cell_of_the_file_keeps_what_is_there_now(late: Late, client: Client, commit: Any) -> None:
    upload = late(device__device_model="Home 20", device__installer=None)

    said = meanwhile_of(upload)
    client.post(reverse("upload-recheck", args=[upload.pk]), {"rows": "refused"})
    upload.refresh_from_db()
    row = upload.rows.get()

    assert said[1] == ValueMeanwhile("Installer", "Bright Roofs LLC", "Sun Crew", "")
    assert (upload.state, row.plan, row.result) == ("ready", "update", "")
    assert row.changes == {"device.device_model": ["Home 30", "Home 20"]}
    commit(upload)
    assert Meter.objects.get().data["device"] | {} == Meter.objects.get().data["device"] | {
        "device_model": "Home 20",
        "installer": "Sun Crew",
    }
    assert upload.counts["METER_UPDATED"] == 1


def test_the_new_check_shows_old_and_new_of_the_present_meter(late: Late, client: Client) -> None:
    upload = late()

    client.post(reverse("upload-recheck", args=[upload.pk]), {"rows": "refused"})
    page = unescape(client.get(reverse("upload", args=[upload.pk])).content.decode())

    assert upload.rows.get().changes == {
        "device.device_model": ["Home 30", "Home 20"],
        "device.installer": ["Sun Crew", "Bright Roofs LLC"],
    }
    assert "Change 1 meter" in page
    assert "<del>Sun Crew</del> → <ins>Bright Roofs LLC</ins>" in page
    assert Meter.objects.get().data["device"]["device_model"] == "Home 30"  # nothing is written before the yes


def test_only_refused_rows_are_checked_again(acme: Partner, late: Late, client: Client) -> None:
    upload = late(2)
    upload.rows.filter(number=3).update(result="", round=0)  # one of them was written after all

    client.post(reverse("upload-recheck", args=[upload.pk]), {"rows": "refused"})

    assert list(upload.rows.order_by("number").values_list("number", "round", "result")) == [(2, 1, ""), (3, 0, "")]


def test_a_row_staged_before_updates_kept_their_cells_takes_only_its_changes(late: Late, client: Client) -> None:
    upload = late(device__device_model="Home 20", customer__street_2="-")
    upload.rows.update(cells=None)

    client.post(reverse("upload-recheck", args=[upload.pk]), {"rows": "refused"})

    assert upload.rows.get().changes == {
        "device.device_model": ["Home 30", "Home 20"],
        "customer.street_2": ["Unit 1", None],
    }


def test_a_meter_that_is_gone_is_said_to_be(late: Late, client: Client, acme: Partner) -> None:
    upload = late()
    UploadRow.objects.exclude(upload=upload).update(meter_id=None)
    Meter.objects.all().delete()

    page = client.get(reverse("upload", args=[upload.pk])).content.decode()
    client.post(reverse("upload-recheck", args=[upload.pk]), {"rows": "refused"})

    assert "The meter no longer exists." in page
    assert list(upload.problems.values_list("code", flat=True)) == ["REFERENCE_UNKNOWN"]


def test_values_that_are_the_same_again_are_said_to_be(late: Late, client: Client) -> None:
    upload = late(meanwhile={"device__device_model": "Home 30"})
    Meter.objects.update(
        data={**Meter.objects.get().data, "device": {**upload.rows.get().asset["device"], "device_model": "Home 10"}}
    )

    page = client.get(reverse("upload", args=[upload.pk])).content.decode()

    assert meanwhile_of(upload) == []
    assert "has the same values again as at the check" in page


def test_another_partner_cannot_check_them_again(late: Late, stranger: User, client_of: Any) -> None:
    upload = late()

    answer = client_of(stranger).post(reverse("upload-recheck", args=[upload.pk]), {"rows": "refused"})

    assert answer.status_code == 404
    assert upload.rows.get().result == "PROCESSING_ERROR"


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_refused_rows(
    late: Late, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    upload = late(count)
    path = f"{reverse('upload', args=[upload.pk])}?plan=refused"
    client.get(path)

    with django_assert_num_queries(23):
        client.get(path)


def test_the_answer_of_the_api_is_coded(acme: Partner, send: Any, commit: Any, api_key: Any, run_jobs: Any) -> None:
    commit(send(acme, builders.csv_bytes([builders.row(1)]), "a.csv"))
    body = json.dumps({"assets": [{**builders.asset(1), "device": {"device_model": "Home 20"}}]})
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    path = "/v1.1/jobs/meters"
    made = Client().post(f"{path}?update_existing=true", data=body, content_type="application/json", headers=headers)
    jobs.run_next()
    Meter.objects.update(version=7)
    run_jobs()

    job = Client().get(f"{path}/{made.json()['job_id']}", headers=headers).json()

    (detail,) = [asset["status_detail"] for asset in job["assets"]]
    assert detail["name"] == "PROCESSING_ERROR"
    assert detail["description"] == "Someone else changed the meter after we checked this row."
