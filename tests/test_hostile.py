"""Nothing that a partner's software or browser sends ends in a 500, or leaves a job undone."""

import copy
import json
import random
from typing import Any

import pytest
from django.test import Client

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.jobs.models import Job
from portal.partners.models import ApiKey, Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ODD: list[Any] = [None, 1, 1.5, -1, True, "", [], {}, ["x"], {"a": 1}, "x" * 500, "a\0b", "\ud800", "<script>", "=1+1"]
ODD += [10**30, 1e308, [[1]], "2026-02-31", "١٢٣", "²", {"0": {"0": 1}}]
UNKNOWN_KEYS = ["", "a.b", "\0", "x" * 300, "\ud800"]
ODD_KEYS = [*UNKNOWN_KEYS, "0", "load_types.0", "customer", "site.site_devices.99.model"]
NEEDED = set(builders.asset(1)) | set(builders.asset(1)["customer"])


def _same_type(odd: Any, right: Any) -> bool:
    """Whether the request takes the odd value in the right one's place. Keys like 0 make a list."""
    if isinstance(odd, list) and isinstance(right, list):
        return all(isinstance(item, type(right[0])) for item in odd)
    return type(odd) is type(right) and odd != {"0": {"0": 1}}


def mutated(chance: random.Random, asset: dict[str, Any], everywhere: bool) -> dict[str, Any]:
    """The asset with odd values in some places: anywhere, or only where the job and not the request must answer.

    A value of another JSON type is an error of the request.
    """
    asset = copy.deepcopy(asset)
    keys = ODD_KEYS if everywhere else UNKNOWN_KEYS

    def walk(part: dict[str, Any]) -> None:
        for key in list(part):
            if isinstance(part[key], dict) and key != "customer_group" and chance.random() < 0.9:
                walk(part[key])
            elif chance.random() < 0.2 and (everywhere or key not in NEEDED):
                part[key] = chance.choice([odd for odd in ODD if everywhere or _same_type(odd, part[key])])
        if chance.random() < 0.2:
            part[chance.choice(keys)] = chance.choice(ODD)

    walk(asset)
    return asset


@pytest.mark.parametrize(
    ("everywhere", "requests", "each"),
    [(True, 120, 3), (False, 30, 12)],  # the second way every request becomes a job, which takes longer than its meters
)
def test_mutated_jobs_are_answered_and_done(
    api_key: tuple[ApiKey, str], run_jobs: Any, everywhere: bool, requests: int, each: int
) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    full = builders.asset(1) | {
        "device": {"battery_power_capacity_kw": 5, "install_date": "2026-01-01", "device_serial_number": "a"},
        "site": {"site_devices": [{"device_type": "GENERATOR", "model_year": 2020}], "number_of_devices": 1},
        "utility": {"utility_name": "PGE", "tariff": "E"},
    }
    seen = set()
    for number in range(requests):
        assets = [mutated(chance, full | {"partner_reference": f"ref-{number}-{n}"}, everywhere) for n in range(each)]
        answer = Client().post(
            f"/v1.1/jobs/meters?update_existing={chance.choice(['true', 'false'])}",
            data=json.dumps({"assets": assets}),
            content_type="application/json",
            headers=headers,
        )
        seen.add(answer.status_code)
    run_jobs()

    assert seen <= {201, 400} if everywhere else seen == {201}
    assert list(Job.objects.exclude(state="done").values_list("failure", flat=True)) == []
    assert set(Upload.objects.values_list("state", flat=True)) == {"done"} or everywhere
    for upload in Upload.objects.all():
        assert Client().get(f"/v1.1/jobs/meters/{upload.pk}", headers=headers).status_code == 200


QUERIES = ["page_size=99999999999999999999", "page_size=²", "filter=:", "filter=status", "page_token=%00"]
QUERIES += ["search_query=%00&search_fields=file_name", "filter=file_name:%00", "file_name=%00", "filter=status:,,"]


@pytest.mark.parametrize("query", QUERIES)
def test_odd_queries_of_the_api_are_400(api_key: tuple[ApiKey, str], query: str) -> None:
    answer = Client().get(f"/v1.1/jobs/meters?{query}", headers={"Authorization": f"Bearer {api_key[1]}"})

    assert answer.status_code in {200, 400} if "file_name=" in query else answer.status_code == 400


def test_odd_searches_of_the_api_are_answered(api_key: tuple[ApiKey, str]) -> None:
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    bodies: list[Any] = [
        {key: value} for key in ("page_token", "tags", "partner_references", "meter_ids") for value in ODD
    ]
    bodies += [{key: [value]} for key in ("tags", "load_types", "customer_groups", "meter_types") for value in ODD]
    bodies += [{"last_modified_date_time": value} for value in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "x")]
    for body in bodies:
        answer = Client().post(
            "/v2/meters/search", data=json.dumps(body), content_type="application/json", headers=headers
        )
        assert answer.status_code in {200, 400}, body


def test_nul_in_forms_is_answered(acme: Partner, manager: User, client_of: Any, run_jobs: Any) -> None:
    lines = [builders.row(1, customer__postal_code=None), builders.row(2, customer__postal_code=None)]
    upload, _ = receive_upload(
        [builders.csv_bytes(lines)],
        file_name="a.csv",
        partner=acme,
        programs=[],
        update_existing=False,
        by=Actor.system(),
    )
    run_jobs()
    meter = Meter.objects.create(partner=acme, partner_reference="by-hand", transmission_region="PJM")
    client, nul = client_of(manager), "a\0b"
    to_fix = f"/uploads/{upload.pk}/fix/?code=REQUIRED_MISSING&field=customer.postal_code"
    for path, data in [
        ("/meters/new/CEC-DSGS/", {"do": "check", "customer.city": nul}),
        ("/meters/new/CEC-DSGS/", {"do": "save", "partner_reference": nul, nul: nul}),
        (f"/meters/{meter.pk}/edit/", {"do": "check", "customer.city": nul, "seen": nul}),
        ("/meters/look-up/", {"pasted": nul}),
        ("/meters/bulk/", {"all": "yes", "kind": "archive", "query": f"q={nul}"}),
        ("/meters/bulk/", {"all": "yes", "kind": "archive", "query": "q=a%00b", "seen_at": nul}),
        ("/meters/bulk/", {"all": "yes", "kind": "set_group", "value": nul}),
        ("/meters/bulk/", {"meter": nul, "kind": nul, "query": nul}),
        ("/meters/views/", {"name": nul, "query": f"q={nul}", "default": "yes"}),
        ("/meters/views/", {"name": "x", "query": "q=a%00b&columns=%00", "default": "yes"}),
        ("/meters/references/", {"pasted": f"{nul}\tb"}),
        (to_fix, {"do": "save", "row-2": nul, "was-2": ""}),
        (to_fix, {"do": "paste", "paste": nul}),
        (to_fix, {"do": "fill", "fill": nul}),
        (f"/uploads/{upload.pk}/columns/", {"column-0": nul, "constant-customer.city": nul, f"constant-{nul}": nul}),
        (f"/uploads/{upload.pk}/sheet/", {"sheet": nul, "header_row": nul}),
        ("/people/invite/", {"email": nul, "name": nul, "role": nul}),
        ("/people/rules/", {"time_zone": nul}),
    ]:
        answer = client.post(path, data, follow=True)
        assert answer.status_code in {200, 400, 404, 422}, (path, data)
    assert client.get("/meters/", follow=True).status_code == 200  # the view that the list begins with


DAYS = ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_first_and_last_days_of_the_calendar_are_answered(
    acme: Partner, manager: User, client_of: Any, zone: str
) -> None:
    Partner.objects.filter(pk=acme.pk).update(time_zone=zone)
    meter = Meter.objects.create(partner=acme, partner_reference="by-hand", transmission_region="PJM")
    client = client_of(manager)
    for day in DAYS:
        is_early = day.startswith("0")
        for name, holds in (("created_from", is_early), ("created_to", not is_early)):
            page = client.get(f"/meters/?{name}={day}")
            assert (page.status_code, meter.partner_reference in page.content.decode()) == (200, holds), (name, day)
            exported = b"".join(client.get(f"/meters/export.csv?{name}={day}").streaming_content).decode()
            assert (meter.partner_reference in exported) == holds, (name, day)
        for name in ("first", "last"):
            assert client.get(f"/audit/?{name}={day}").status_code == 200
    for seen_at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x"):
        asked = {"all": "yes", "kind": "archive", "query": f"created_to={DAYS[-1]}", "seen_at": seen_at}
        page = client.post("/meters/bulk/", asked, follow=True)
        assert page.status_code == 200
        assert "Archive 1 meter?" in page.content.decode()
    client.post("/meters/views/", {"name": "x", "query": f"created_to={DAYS[-1]}", "default": "yes"})
    assert client.get("/meters/", follow=True).status_code == 200


def test_odd_addresses_of_pages_are_answered(
    acme: Partner, manager: User, staff: User, client_of: Any, run_jobs: Any
) -> None:
    upload, _ = receive_upload(
        [builders.csv_bytes(builders.rows(3))],
        file_name="a.csv",
        partner=acme,
        programs=[],
        update_existing=False,
        by=Actor.system(),
    )
    run_jobs()
    odd = ["%00", "²", "9" * 30, "-1", "'", "%F0%9F%92%A9", "%FF", "zzz", "<script>", "../../etc/passwd"]
    paths = [f"/uploads/{upload.pk}/?{name}={value}" for name in ("after", "plan", "code", "field") for value in odd]
    names = ("q", "upload", "region", "program", "type", "status", "created_from", "created_to", "sort", "page")
    paths += [f"/meters/?{name}={value}" for name in names for value in odd]
    paths += [f"/meters/{page}?q={value}" for page in ("export.csv", "references/", "references.csv") for value in odd]
    paths += [f"/programs/which-way/?region=CA&asset=DEVICE&program={value}" for value in odd]
    paths += [f"/uploads/new/?program={value}" for value in odd] + [f"/templates.csv?program={value}" for value in odd]
    paths += [f"/programs/{value}/" for value in odd[1:]] + [f"/invitations/{value}/" for value in odd[1:9]]
    for client in (client_of(manager), client_of(staff)):
        for path in paths:
            assert client.get(path).status_code in {200, 302, 400, 403, 404}, path
