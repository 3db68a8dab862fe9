"""Where each value of a meter came from: the right file, row and column, form or bulk change, for every value."""

import random
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.bulk.domain import confirm, create_action
from onboarding.management.commands.generate_meters import make
from onboarding.meter_form.domain import begin, write
from onboarding.meter_form.queries import texts_of
from onboarding.meters.models import Meter
from onboarding.portfolio.provenance import Provenance, ValueSource, provenance_of
from onboarding.uploads.corrections.rows import correct_rows
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_by_api, receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
Send = Callable[..., Upload]
KEYS = ("device.device_model", "device.installer", "customer.city", "customer_group")


@pytest.fixture
def by(manager: User) -> Actor:
    return Actor.person(manager)


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def send(acme: Partner, by: Actor, run_jobs: Callable[[], int]) -> Send:
    """Send a sheet and confirm it; `fixes` are written into its rows first."""

    def send(
        lines: list[dict[str, Any]], name: str, *, update: bool = False, fixes: dict[int, dict[str, str]] | None = None
    ) -> Upload:
        upload, _ = receive_upload(
            [builders.csv_bytes(lines)],
            file_name=name,
            partner=acme,
            programs=["CEC-DSGS"],
            update_existing=update,
            by=by,
        )
        run_jobs()
        correct_rows(upload, fixes or {}, by=by)
        upload.refresh_from_db()
        confirm_upload(upload, by=by)
        run_jobs()
        return upload

    return send


@pytest.fixture
def type_in(acme: Partner, manager: User, by: Actor) -> Callable[..., Upload]:
    """Change a meter by the form."""

    def type_in(meter: Meter, **changes: str) -> Upload:
        cells = texts_of(meter) | {key.replace("__", "."): text for key, text in changes.items()}
        draft = write(begin(acme, manager, programs=["CEC-DSGS"], cells=cells, meter=meter), by=by, user=manager)
        assert draft.upload is not None
        return draft.upload

    return type_in


@pytest.fixture
def group(acme: Partner, manager: User, by: Actor, run_jobs: Callable[[], int]) -> Callable[[Meter, str], None]:
    """Set the customer group as a bulk change."""

    def group(meter: Meter, name: str) -> None:
        confirm(
            create_action(
                acme, manager, kind="set_group", value=name, meters=[meter.pk], seen_at=timezone.now(), by=by
            ),
            by=by,
        )
        run_jobs()

    return group


def sources_of(meter: Meter, keys: tuple[str, ...] = KEYS) -> dict[str, tuple[str, str, Any]]:
    """Name, place and upload of the source of each key."""
    sources = provenance_of(meter, keys).by_key
    return {key: (source.name, source.place, source.upload) for key, source in sources.items()}


def text_of(page: str) -> str:
    """A page's text without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" ,", ",")


def shared(meter: Meter) -> ValueSource:
    source = provenance_of(meter, KEYS).shared
    assert source is not None
    return source


def test_each_value_names_what_set_it_last(
    send: Send, type_in: Callable[..., Upload], group: Callable[..., None], client: Client, acme: Partner
) -> None:
    made = send(builders.rows(3), "crm.csv")
    changed = send([builders.row(2, device__device_model="Home 20", device__installer="X")], "new.csv", update=True)
    meter = Meter.objects.get(partner_reference="home-000002")
    form = type_in(meter, device__installer="Better Roofs")
    group(meter, "Fleet A")

    assert sources_of(meter) == {
        "device.device_model": ("new.csv", "row 2, column Z", changed.pk),
        "device.installer": ("form", "", form.pk),
        "customer.city": ("crm.csv", "row 3, column I", made.pk),
        "customer_group": ("bulk change", "", None),
    }
    assert {source.by for source in provenance_of(meter, KEYS).by_key.values()} == {"Mara Manager"}
    page = unescape(client.get(reverse("meter", args=[meter.pk])).content.decode())
    today = timezone.now().astimezone(ZoneInfo(acme.time_zone))
    day = f"{today:%b} {today.day}, {today.year} by Mara Manager"
    for line in (
        f"Home 20 new.csv, row 2, column Z, {day}",
        f"Better Roofs form, {day}",
        f"San Francisco crm.csv, row 3, column I, {day}",
        f"Fleet A bulk change, {day}",
    ):
        assert line in text_of(page)
    for upload in (made, changed, form):
        assert reverse("upload", args=[upload.pk]) in page
    assert "All values are from" not in page


def test_one_source_of_all_values_is_said_once(send: Send, client: Client) -> None:
    made = send(builders.rows(2), "crm.csv")
    meter = Meter.objects.get(partner_reference="home-000002")

    source = shared(meter)
    assert (source.name, source.place, source.upload, source.by) == ("crm.csv", "row 3", made.pk, "Mara Manager")
    data = client.get(reverse("meter", args=[meter.pk])).content.decode().partition('id="data-heading"')[2]
    assert "All values are from" in data
    assert data.count("crm.csv") == 1


def test_value_of_a_column_is_told_from_one_for_every_row_and_from_a_corrected_one(send: Send) -> None:
    made = send(
        [builders.row(1, customer__postal_code="9410"), builders.row(2)],
        "crm.csv",
        fixes={2: {"customer.postal_code": "94103"}},
    )
    Upload.objects.filter(pk=made.pk).update(
        layout={**Upload.objects.get(pk=made.pk).layout, "constants": {"customer_group": "Fleet"}}
    )
    send([builders.row(1, device__device_model="Home 20")], "new.csv", update=True)
    meter = Meter.objects.get(partner_reference="home-000001")

    assert sources_of(meter, ("customer.postal_code", "customer.city", "customer_group", "device.device_model")) == {
        "customer.postal_code": ("crm.csv", "row 2, corrected afterwards", made.pk),
        "customer.city": ("crm.csv", "row 2, column I", made.pk),
        "customer_group": ("crm.csv", "row 2, for every row", made.pk),
        "device.device_model": ("new.csv", "row 2, column Z", Upload.objects.latest("pk").pk),
    }


def test_parts_of_a_whole_address_stand_in_its_column() -> None:
    upload = Upload(
        layout={
            "columns": {"0": "partner_reference", "5": "address:customer", "6": "customer.city", "7": "customer.city"}
        }
    )

    places = [upload.place_of(key) for key in ("customer.street_1", "customer.city", "device.installer")]

    assert places == ["column F", "columns G and H", ""]


def test_value_that_came_back_says_what_was_taken_back(send: Send, by: Actor, run_jobs: Callable[[], int]) -> None:
    send(builders.rows(1), "crm.csv")
    changed = send([builders.row(1, device__device_model="Home 20")], "new.csv", update=True)
    withdraw_upload(changed, by=by)
    run_jobs()

    assert sources_of(Meter.objects.get())["device.device_model"] == ("new.csv, taken back", "", changed.pk)


def test_meter_of_the_api_has_the_api_for_a_source(acme: Partner, run_jobs: Callable[[], int]) -> None:
    upload = receive_by_api(
        [builders.json_bytes([builders.asset(1)])],
        file_name="",
        suffix=".json",
        partner=acme,
        update_existing=False,
        by=Actor("api_key", "1", "API key nightly"),
    )
    run_jobs()

    source = shared(Meter.objects.get())
    assert (source.name, source.place, source.upload, source.by) == ("API", "", upload.pk, "API key nightly")


def test_meter_without_an_upload_names_who_made_it(acme: Partner, client: Client) -> None:
    make(acme, range(1, 2), random.Random(1))
    generated = Meter.objects.get()
    bare = Meter.objects.create(partner=acme, partner_reference="bare", transmission_region="PJM")

    assert (shared(generated).name, shared(generated).upload) == ("Generator", None)
    assert (shared(bare).name, shared(bare).by) == ("Partner", "Partner")
    assert provenance_of(bare, ()) == Provenance()
    for meter in (generated, bare):
        assert "All values are from" in client.get(reverse("meter", args=[meter.pk])).content.decode()


def test_hostile_file_name_is_shown_and_never_run(send: Send, client: Client) -> None:
    send(builders.rows(1), "<b>'x'.csv")

    page = client.get(reverse("meter", args=[Meter.objects.get().pk])).content.decode()

    assert "&lt;b&gt;&#x27;x&#x27;.csv" in page
    assert "<b>'x" not in page


def test_events_of_an_earlier_release_name_the_file_without_its_row(send: Send) -> None:
    send(builders.rows(1), "crm.csv")
    event = Event.objects.get(verb="meter.created")
    Event.objects.filter(pk=event.pk).update(data={"upload": event.data["upload"]})

    assert (shared(Meter.objects.get()).name, shared(Meter.objects.get()).place) == ("crm.csv", "")


@pytest.mark.parametrize("updates", [1, 3])
def test_query_counts_do_not_grow_with_updates(
    send: Send, client: Client, updates: int, django_assert_num_queries: Any
) -> None:
    send(builders.rows(1), "crm.csv")
    for number in range(updates):
        changes = {"device__device_model": f"Home {number}", KEYS[number].replace(".", "__"): f"New {number}"}
        send([builders.row(1, **changes)], f"{number}.csv", update=True)
    meter = Meter.objects.select_related("partner").get()
    client.get(reverse("meter", args=[meter.pk]))  # fills the caches of the validator and of the session

    with django_assert_num_queries(3):
        provenance_of(meter, KEYS)
    with django_assert_num_queries(22):
        client.get(reverse("meter", args=[meter.pk]))
