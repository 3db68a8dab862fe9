"""The portal's own exports come back: as an update they change nothing, and as new meters they make the same ones."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Enrollment
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.meters.portal_facts import PORTAL_FACTS, is_portal_fact
from onboarding.portfolio.columns import columns_query, offered_columns
from onboarding.uploads.column_units import converted_units
from onboarding.uploads.models import ColumnMemory, Upload, UploadState
from onboarding.uploads.pipeline.receive import receive_by_api, receive_upload
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem
from portal.storage.ids import uuid7
from programs.schema import Column, Schema, flatten, schema_for
from programs.schema.nesting import Nesting
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
METERS: Final = 1000
SEED: Final = 20261129
# What a spreadsheet, a csv file or a reader of either could take for something else.
TEXTS: Final = (
    "'-x5", "'@home1", "'+1", '="\'5"', '="02139"', "\u2060-", "\u2060–", "-5", "-5 for all", "+1 for all",
    "@home +1", "'t Hooft", "''5", "''twice", "a'b", "O'Brien", '"', '""', 'say "hi"', '"a", "b"', "a,b;c\td",
    "two\nlines", "two\r\nlines", " padded ", "é", "Peña Núñez", "e\u0301", "Ωμέγα", "日本", "😀", "a\u200bb",
    "a\u00a0b", "00501", "007", "1e5", "1E5x", "1.0", "1,000", "12345678901234567", "1234567890123450",
    "0012345678901234567891", "TRUE", "false", "yes", "no", "N", "#N/A", "#REF!", "#12", "#", "1/2", "2-Jan",
    "2026-01-02", "3:45", "12:00 PM", "50%", "$5", "(5)", "None", "Na", "Null", "Unk", "total", "Total 5",
    "_x0041_", "&amp; <3", "a|b", "\\", "/", "--", "—x", "5 kW", "5000 W", "sep=;",
)  # fmt: skip
REFERENCES: Final = (
    "+{n}", "-{n}", "@{n}", '"{n}"', "'{n}", "''{n}", '="{n}"', "{n:09d}", "{n}.0", "{n}e5", "1{n:06d}e5",
    "a,b;c {n}", "é-{n}", "A\u200b-{n}", "two\nlines {n}", " {n} padded ", "Total {n}", "TRUE {n}", "😀 {n}",
    "{n}-Jan", "9{n:019d}", "home-{n}", "HOME–{n}", "TBD-{n}", "_x0041_{n}", "2026-01-{n}", "sep={n}",
    "O'Brien {n}", "a=b {n}", "-{n}.5", "0x{n}",
)  # fmt: skip
PLACES: Final = {
    "CA": ("CAISO", "94103", "San Francisco"),
    "TX": ("ERCOT", "77002", "Houston"),
    "MA": ("ISONE", "02139-0001", "Cambridge"),
    "CT": ("ISONE", "06103", "Hartford"),
    "NY": ("NYISO", "00501", "Holtsville"),
    "NJ": ("PJM", "07030", "Hoboken"),
    "IL": ("PJM", "60601", "Chicago"),
    "RI": ("ISONE", "02903", "Providence"),
}


class Maker:
    """Makes random assets as somebody would send them by API, with values that can be meant."""

    def __init__(self, schema: Schema, rng: random.Random) -> None:
        self._schema, self._rng = schema, rng
        self._nesting = Nesting([column.key for column in schema.columns])

    def asset(self, number: int) -> dict[str, Any]:
        """A random asset that the validator takes: what it does not take is left out."""
        cells = self._cells(number)
        for _ in range(20):
            checked = self._schema.check(cells)
            if checked.asset is not None:
                return self._nesting.nest(cells)
            wrong = {problem.field for problem in checked.problems}
            cells = {key: value for key, value in cells.items() if key not in wrong} | self._needed(number)
        raise AssertionError(checked.problems)

    def _needed(self, number: int) -> dict[str, Any]:
        state = list(PLACES)[number % len(PLACES)]
        region, zip_code, city = PLACES[state]
        return {
            "partner_reference": REFERENCES[number % len(REFERENCES)].format(n=1000 + number),
            "transmission_region": region,
            "customer_classification": ("RESIDENTIAL", "COMMERCIAL")[number % 2],
            "meter_type": ("DEVICE", "UTILITY_METER", "SUBMETER")[number % 3],
            "load_types.0": "BATTERY_STORAGE",
            "customer.street_1": f"{number} Main Street",
            "customer.city": city,
            "customer.state_or_province_code": state,
            "customer.postal_code": zip_code,
        }

    def _cells(self, number: int) -> dict[str, Any]:
        rng, needed = self._rng, self._needed(number)
        share, devices, loads = rng.choice((0.1, 0.3, 0.9)), rng.choice((0, 0, 1, 2, 10)), rng.randint(1, 11)
        cells: dict[str, Any] = {}
        for column in self._schema.columns:
            parts = column.key.split(".")
            slot = next((int(part) for part in parts if part.isdigit()), 0)
            most = loads if parts[0] == "load_types" else devices if "site_devices" in parts else 1
            if slot < most and (rng.random() < share or parts[0] == "load_types"):
                value = self._value(column, number)
                if value is not None and not isinstance(self._schema.read(column.key, value), Problem):
                    cells[column.key] = value
        for slot in range(devices):
            cells.setdefault(f"site.site_devices.{slot}.device_type", "BATTERY")
        if any(key.startswith("customer.billing.") for key in cells):
            cells |= {
                key.replace("customer.", "customer.billing."): needed[key] for key in needed if "customer." in key
            }
        return cells | {key: value for key, value in needed.items() if key not in cells or rng.random() < 0.8}

    def _value(self, column: Column, number: int) -> Any:
        rng = self._rng
        if column.key in {"partner_reference", "transmission_region"}:
            return None
        if column.type == "choice":
            return rng.choice(column.choices)[0]
        if column.type == "boolean":
            return rng.random() < 0.5
        if column.type == "date":
            return rng.choice(("1900-01-01", "1900-02-28", "1900-03-01", "2023-02-28", "2024-02-29", "2020-12-31"))
        if column.type in {"number", "integer"}:
            return self._number(column)
        if column.type == "zip":
            return rng.choice([place[1] for place in PLACES.values()])
        if column.type == "email":
            return rng.choice(
                ("a@example.com", "o'brien+x@example.com", "-a@example.com", "é@example.com", "+1@a-b.example")
            )
        if column.type == "phone":
            return rng.choice(("4155550134", "+44 20 7946 0958", "(415) 555-0134 x12", "+1 415 555 0134", "call me"))
        if column.key == "device.device_serial_number":
            return f"{rng.choice(TEXTS)}{number}"
        return rng.choice((*TEXTS, f"{rng.choice(TEXTS)} {number}", f"SN{number:08d}", f"{number:020d}1"))

    def _number(self, column: Column) -> float:
        low, high = column.minimum or 0, column.maximum or 90
        if column.type == "integer":
            return self._rng.choice((int(low), int(column.maximum or 99), self._rng.randint(int(low), int(low) + 20)))
        return self._rng.choice(
            (low, high, 0.1 + 0.2, 37.774900000000002, 5, 13.5, 1e-07, 1 / 3, low + self._rng.random())
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """Meters that were sent, and the upload that they came by."""

    upload: Upload
    assets: Mapping[str, Any]  # by reference

    @property
    def fields(self) -> set[str]:
        return {key for asset in self.assets.values() for key in flatten(asset)}

    @property
    def programs(self) -> int:
        return Enrollment.objects.values("program").distinct().count()


@pytest.fixture
def sent(acme: Partner, run_jobs: Callable[[], int]) -> Sent:
    """1,000 random meters of one partner."""
    maker = Maker(schema_for(), random.Random(SEED))
    body = json.dumps({"assets": [maker.asset(number) for number in range(METERS)]}).encode()
    upload = receive_by_api([body], file_name="", suffix=".json", partner=acme, update_existing=False, by=BY)
    run_jobs()
    upload.refresh_from_db()
    assert upload.counts["METER_CREATED"] == METERS, list(
        upload.problems.filter(blocks=True).values_list("code", "field", "value")[:20]
    )
    return Sent(upload, {meter.partner_reference: asset_of(meter) for meter in Meter.objects.filter(partner=acme)})


def oddities(upload: Upload) -> Counter[tuple[str, str, str]]:
    """What is odd about the meters of an upload themselves: reference, code, field."""
    rows = dict(upload.rows.values_list("number", "reference_key"))
    return Counter(
        (rows[number], code, field)
        for number, code, field in upload.problems.values_list("row_number", "code", "field")
    )


def content_of(client: Client, path: str) -> bytes:
    return b"".join(client.get(path).streaming_content)


def send(partner: Partner, content: bytes, name: str, run_jobs: Callable[[], int], *, update: bool) -> Upload:
    upload, _ = receive_upload([content], file_name=name, partner=partner, programs=[], update_existing=update, by=BY)
    run_jobs()
    upload.refresh_from_db()
    return upload


def differences(upload: Upload) -> list[object]:
    """What to look at first when something does not come back."""
    changed = upload.rows.exclude(plan="unchanged").values_list("partner_reference", "plan", "changes", "joins")[:5]
    problems = upload.problems.filter(blocks=True).values_list("row_number", "code", "field", "value")[:5]
    return [*changed, *problems, upload.problem]


@pytest.mark.timeout(120)
def test_a_full_export_comes_back_as_it_is(
    sent: Sent, acme: Partner, borealis: Partner, manager: User, client_of: Any, run_jobs: Callable[[], int]
) -> None:
    client = client_of(manager)
    chosen = columns_query(offered_columns())

    for path in ("/meters/export.csv", "/meters/export.xlsx"):
        content, name = content_of(client, path), path.rpartition("/")[2]
        update, copy = (send(partner, content, name, run_jobs, update=partner is acme) for partner in (acme, borealis))

        assert (update.state, copy.state) == (UploadState.READY, UploadState.READY), path
        assert update.counts == {"unchanged": METERS, "rows": METERS}, (path, differences(update))
        assert oddities(update) == oddities(sent.upload), path
        # An empty cell would change nothing either: as new meters, the rows hold every value.
        assert dict(copy.rows.values_list("partner_reference", "asset")) == sent.assets, path
        unused = {column["header"] for column in update.columns if not column["key"]}
        assert all(map(is_portal_fact, unused))
        assert {*PORTAL_FACTS, "status.CEC-DSGS"} <= unused
    of_columns = content_of(client, f"/meters/export.csv?region=PJM&{chosen}")
    update = send(acme, of_columns, "chosen.csv", run_jobs, update=True)
    count = Meter.objects.filter(partner=acme, transmission_region="PJM").count()
    assert update.counts == {"unchanged": count, "rows": count}, differences(update)
    assert {column["header"] for column in update.columns if not column["key"]} == unused
    assert not ColumnMemory.objects.exists()
    assert sent.programs >= 14
    of_lists = {f"load_types.{slot}" for slot in range(8, 12)}  # no meter has so many
    assert {column.key for column in schema_for().columns} - sent.fields <= of_lists


def test_columns_of_the_portal_are_left_alone_and_said_so(
    acme: Partner, client_of: Any, manager: User, run_jobs: Callable[[], int]
) -> None:
    lines = [
        {"meter_id": str(uuid7()), **builders.row(1), "tags": "mine", "status.CEC-DSGS": "ACTIVE", "upload": "a.csv"}
    ]
    upload = send(acme, builders.csv_bytes(lines), "a.csv", run_jobs, update=False)

    page = client_of(manager).get(reverse("upload", args=[upload.pk])).content.decode()

    assert upload.counts == {"create": 1, "rows": 1}
    names = "meter_id, tags, status in programs, upload"
    assert f"The portal fills in these columns, so we ignored them: {names}." in page
    assert "not used" not in page


def test_names_of_the_portal_in_another_sheet_are_ordinary_columns(acme: Partner, run_jobs: Callable[[], int]) -> None:
    own_id = [{**builders.row(1), "meter_id": "M-77"}]
    no_export = [{"Reference number": "home-1", "tags": "a", "created_at": "2026-01-02"}]

    first, second = (
        send(acme, builders.csv_bytes(lines), f"{number}.csv", run_jobs, update=False)
        for number, lines in enumerate((own_id, no_export))
    )

    hows = [{column["header"]: column["how"] for column in upload.columns} for upload in (first, second)]
    assert hows[0]["meter_id"] != "portal"
    assert "portal" not in hows[1].values()


def test_places_of_a_list_under_their_keys_are_no_devices_of_a_row(acme: Partner, run_jobs: Callable[[], int]) -> None:
    cells = {f"site.site_devices.{slot}.{name}": "BATTERY" for slot in (1, 2) for name in ("device_type", "model")}
    named = {f"Battery {slot} {name}": "x" for slot in (1, 2) for name in ("Serial", "Model")}

    keyed, of_devices = (
        send(
            acme,
            builders.csv_bytes([builders.row(1) | more]),
            f"{len(more)}{next(iter(more))[:1]}.csv",
            run_jobs,
            update=True,
        )
        for more in (cells, named)
    )

    assert (keyed.state, of_devices.state) == (UploadState.READY, UploadState.COLUMNS)


def test_a_key_that_ends_like_a_unit_converts_nothing(catalogue: None) -> None:
    schema = schema_for()
    key = "device.battery_power_capacity_kw"

    assert converted_units({0: key}, {0: "Battery power (W)"}, schema) == {0: "W"}
    assert converted_units({0: key}, {0: key}, schema) == {}


def test_every_column_of_the_portal_is_named_in_one_place() -> None:
    fields = {column.key for column in schema_for().columns}

    others = {key for column in offered_columns() for key in column.header} - fields - {"load_types"}

    assert {key for key in others if not is_portal_fact(key)} == set()
    assert {*PORTAL_FACTS} <= others
