"""One row as a form, and the list of rows that it is opened from."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.corrections.rows import correct_rows
from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.commit import confirm_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
ZIP, CITY, SERIAL = "customer.postal_code", "customer.city", "device.device_serial_number"


@pytest.fixture
def upload(acme: Partner, send: Any) -> Upload:
    """Rows 2 to 4: one good, one without a zip code, one that lacks what CEC-DSGS needs."""
    lines = [
        builders.row(1),
        builders.row(2, customer__postal_code=None),
        builders.row(3, device__battery_energy_capacity_kwh=None),
    ]
    return send(acme, builders.csv_bytes(lines, header=list(builders.FIELDS)), "meters.csv")


def row(upload: Upload, number: int) -> UploadRow:
    return UploadRow.objects.get(upload=upload, number=number)


def page(upload: Upload, number: int, query: str = "") -> str:
    return reverse("upload-row", args=[upload.pk, number]) + query


def filled(client: Client, address: str, **changes: str) -> dict[str, str]:
    """What the form sends when nothing but these fields is changed. Double underscores are dots."""
    form = client.get(address).context["form"]
    lines = [line for part in (form.held, form.others) for _, lines in part for line in lines]
    data = {f"was-{line.column.key}": line.now for line in lines} | {
        f"field-{line.column.key}": line.now for line in lines
    }
    return data | {f"field-{key.replace('__', '.')}": value for key, value in changes.items()}


def test_good_row_is_changed_in_its_form_and_the_list_is_where_it_was(
    upload: Upload, manager: User, client_of: Any
) -> None:
    client = client_of(manager)
    address = page(upload, 2, "?plan=create")
    sent = filled(client, address, customer__city="Berkeley")

    answer = client.post(address, sent)

    assert (answer.status_code, answer.url) == (302, reverse("upload", args=[upload.pk]) + "?plan=create#rows")
    assert row(upload, 2).asset["customer"]["city"] == "Berkeley"
    event = Event.objects.get(verb="upload.row_changed", subject_id=f"{upload.pk}:2")
    assert event.data["changes"] == {CITY: [builders.row(1)[CITY], "Berkeley"]}
    upload.refresh_from_db()
    assert upload.counts["create"] == 2


def test_form_sent_as_it_is_changes_nothing(upload: Upload, manager: User, client_of: Any) -> None:
    client, before = client_of(manager), row(upload, 2).pk

    client.post(page(upload, 2), filled(client, page(upload, 2)))

    assert row(upload, 2).pk == before
    assert not Event.objects.filter(verb="upload.row_changed").exists()


def test_row_that_needs_fixing_says_what_and_is_fixed(upload: Upload, manager: User, client_of: Any) -> None:
    client = client_of(manager)

    shown = client.get(page(upload, 3)).context["form"]
    wrong = client.post(page(upload, 3), filled(client, page(upload, 3), customer__postal_code="nine"))
    fixed = client.post(page(upload, 3), filled(client, page(upload, 3), customer__postal_code="94103"))

    assert [(line.column.key, line.now) for line in shown.wrong] == [(ZIP, "")]
    assert wrong.status_code == 422
    assert [(line.column.key, line.now, line.problem.code) for line in wrong.context["form"].wrong] == [
        (ZIP, "nine", "NOT_A_ZIP")
    ]
    assert "<title>Error: Row 3" in wrong.content.decode()
    assert fixed.status_code == 302
    assert row(upload, 3).asset["customer"]["postal_code"] == "94103"


def test_field_that_somebody_else_changed_is_left_and_named(upload: Upload, manager: User, client_of: Any) -> None:
    client = client_of(manager)
    sent = filled(client, page(upload, 2), customer__city="Berkeley", device__device_serial_number="SN-9")
    correct_rows(upload, {2: {CITY: "Alameda"}}, by=BY)

    answer = client.post(page(upload, 2), sent)

    assert "Somebody else changed these fields meanwhile, so they were left: City." in answer.content.decode()
    asset = row(upload, 2).asset
    assert (asset["customer"]["city"], asset["device"]["device_serial_number"]) == ("Alameda", "SN-9")


@pytest.mark.parametrize(
    ("in_sheet", "typed", "after"),
    [
        ("Alameda", "", None),  # the row would change it: now it no longer does
        ("Oakland", "", "cleared"),  # the meter's own value: emptied
        ("Oakland", "Berkeley", "Berkeley"),
    ],
)
def test_emptied_field_of_an_update(
    acme: Partner, manager: User, client_of: Any, send: Any, run_jobs: Any, in_sheet: str, typed: str, after: str | None
) -> None:
    first = send(acme, builders.csv_bytes([builders.row(1) | {"device.device_model": "Oakland"}]), "first.csv")
    confirm_upload(first, by=BY)
    run_jobs()
    changed = builders.row(1) | {"device.device_model": in_sheet, CITY: "Emeryville"}
    upload = send(acme, builders.csv_bytes([changed]), "second.csv", update_existing=True)
    client = client_of(manager)

    client.post(page(upload, 2), filled(client, page(upload, 2), device__device_model=typed))

    changes = dict(row(upload, 2).changes)
    assert changes.pop(CITY)[1] == "Emeryville"
    assert changes == (
        {} if after is None else {"device.device_model": ["Oakland", None if after == "cleared" else after]}
    )


def test_row_that_is_written_cannot_be_changed(upload: Upload, manager: User, client_of: Any, run_jobs: Any) -> None:
    client = client_of(manager)
    sent = filled(client, page(upload, 2), customer__city="Berkeley")
    confirm_upload(upload, by=BY)
    run_jobs()

    answer = client.post(page(upload, 2), sent, follow=True)

    assert "Row 2 cannot be changed any more." in answer.content.decode()
    assert Meter.objects.filter(data__customer__city="Berkeley").count() == 0
    assert reverse("upload-row", args=[upload.pk, 2]) not in answer.content.decode()
    assert reverse("upload-row", args=[upload.pk, 3]) in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "numbers", "chips"),
    [
        ("", [2, 3, 4], []),
        ("?plan=create", [2, 4], ["New"]),
        ("?code=REQUIRED_MISSING&field=customer.postal_code", [3], ["ZIP code is missing"]),
        ("?program=CEC-DSGS&fit=eligible", [2], ["Demand Side Grid Support: eligible"]),
        ("?program=CEC-DSGS&fit=not_yet", [4], ["Demand Side Grid Support: not yet"]),
        ("?program=CEC-DSGS&fit=pending", [], ["Demand Side Grid Support: waiting for Leap"]),
        ("?program=CEC-DSGS&fit=nonsense", [2, 4], ["Demand Side Grid Support"]),
        ("?program=No__such'program", [], ["No__such'program"]),
        ("?plan=create&program=CEC-DSGS&fit=not_yet&row=4", [4], ["Row 4", "New", "Demand Side Grid Support: not yet"]),
        ("?row=%D9%A4&after=x", [2, 3, 4], []),
        ("?after=2", [3, 4], []),
    ],
)
def test_rows_are_listed_as_asked_for(
    upload: Upload, manager: User, client_of: Any, query: str, numbers: list[int], chips: list[str]
) -> None:
    context = client_of(manager).get(reverse("upload", args=[upload.pk]) + query).context

    assert [line["row"].number for line in context["rows"]] == numbers
    assert [label for label, _ in context["chips"]] == chips


def test_htmx_gets_the_form_alone(upload: Upload, manager: User, client_of: Any) -> None:
    answer = client_of(manager).get(page(upload, 2), headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert text.lstrip().startswith("<form")
    assert "<html" not in text
    assert f'action="{page(upload, 2)}?"' in text
