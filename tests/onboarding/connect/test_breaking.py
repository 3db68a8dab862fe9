"""What customers, utilities and partners do that nobody planned: each must end with the right meter, or a question."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.connect import collect
from onboarding.connect.absorb import absorb
from onboarding.connect.choices import DataState, EndReason
from onboarding.connect.ending import end
from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession, ServicePoint
from onboarding.connect.points import PointFacts
from onboarding.green_button import client as green_button_client
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from portal.web import clock
from programs.models import Utility, UtilityConnection
from tests.onboarding.connect import builders
from tests.onboarding.connect.conftest import notes_of, run_jobs
from tests.onboarding.green_button.conftest import _Quiet, _Server

pytestmark = pytest.mark.django_db
CODE = builders.CAISO_UTILITY
ATOM, ESPI, CUSTOMER = "http://www.w3.org/2005/Atom", "http://naesb.org/espi", "http://naesb.org/espi/customer"
UUID_1 = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def customer_of(acme: Partner, catalogue: None) -> Callable[..., Authorization]:
    """An authorization that runs, of a customer with this reference."""

    def make(reference: str, partner: Partner = acme, **more: Any) -> Authorization:
        rows = partner.connections.filter(reference=reference)
        return builders.authorization(
            rows.first() or builders.connection(partner, reference), data=DataState.WAITING, **more
        )

    return make


def facts(usage_point: str = "p-1", **more: Any) -> PointFacts:
    known = {"street": "1 Main Street", "postal_code": "94103", "city": "San Francisco", "state": "CA"}
    return PointFacts(usage_point, "electricity", **{"account_number": "1234567890", **known, **more})


# --- from data to meter


def test_two_customers_whose_usage_points_are_called_alike(customer_of: Callable[..., Authorization]) -> None:
    absorb(customer_of("home-1"), [facts("1", account_number="1111111111")])
    other = facts("1", account_number="2222222222", street="9 Elm Street", postal_code="94110")

    absorb(customer_of("home-2"), [other])

    first, second = ServicePoint.objects.order_by("pk")
    assert first.meter_id is not None
    assert second.meter_id != first.meter_id
    assert first.meter is not None
    assert first.meter.connection_references == ["home-1"]


def test_a_usage_point_that_has_another_account_now_is_asked_about(customer_of: Callable[..., Authorization]) -> None:
    absorb(customer_of("home-1"), [facts(UUID_1, account_number="1111111111")])

    absorb(customer_of("home-2"), [facts(UUID_1, account_number="2222222222")])

    second = ServicePoint.objects.order_by("pk")[1]
    assert (second.meter, second.problem["code"]) == (None, "POINT_OTHER_ACCOUNT")
    assert Meter.objects.count() == 1


def test_the_other_service_of_the_same_building_is_its_own_meter(customer_of: Callable[..., Authorization]) -> None:
    given = customer_of("home-1")

    absorb(given, [facts("p-1", agreement_number="A-100"), facts("p-2", agreement_number="A-200")])

    assert Meter.objects.count() == 2
    assert ServicePoint.objects.filter(meter=None).count() == 0


def test_one_of_two_usage_points_is_a_meter_of_the_partner(
    customer_of: Callable[..., Authorization], acme: Partner
) -> None:
    mine = builders.meter(acme, "crm-1", account_number="A-200-77")

    absorb(customer_of("home-1"), [facts("p-1", agreement_number="A10077"), facts("p-2", agreement_number="a200 77")])

    assert ServicePoint.objects.get(usage_point="p-2").meter == mine
    assert ServicePoint.objects.get(usage_point="p-1").meter != mine
    assert Meter.objects.count() == 2


@pytest.mark.parametrize("number", ["service_point_number", "meter_serials", "agreement_number", "account_number"])
def test_any_identifier_joins(customer_of: Callable[..., Authorization], acme: Partner, number: str) -> None:
    typed, sent = "77-001 234", "77001234"
    mine = builders.meter(acme, "crm-1", account_number=typed, street="#1 Main St.", postal_code="94103-1234")

    told: dict[str, Any] = {number: (sent,) if number == "meter_serials" else sent}
    absorb(customer_of("home-1"), [facts(**told)])

    assert ServicePoint.objects.get().meter == mine


def test_a_serial_number_of_another_address_is_asked_about(
    customer_of: Callable[..., Authorization], acme: Partner
) -> None:
    data = {"utility": {"utility_name": CODE, "utility_meter_serial_number": "AMI-123 45"}}
    mine = builders.meter(acme, "crm-1", account_number="", street="9 Far Road", postal_code="90001", data=data)

    absorb(customer_of("home-1"), [facts(meter_serials=("AMI12345",))])

    point = ServicePoint.objects.get()
    assert (point.meter, point.candidates) == (None, [str(mine.pk)])


def test_another_utilitys_like_number_elsewhere_does_not_hold_up_the_join(
    customer_of: Callable[..., Authorization], acme: Partner
) -> None:
    mine = builders.meter(acme, "crm-1")
    builders.meter(acme, "crm-2", utility_name="DEMO2", street="9 Far Road", postal_code="90001")

    absorb(customer_of("home-1"), [facts()])

    assert ServicePoint.objects.get().meter == mine


def test_a_device_at_the_same_address_is_left_alone(customer_of: Callable[..., Authorization], acme: Partner) -> None:
    builders.meter(acme, "thermostat", meter_type="DEVICE", account_number="")

    absorb(customer_of("home-1"), [facts()])

    assert ServicePoint.objects.get().meter == Meter.objects.get(created_by="UTILITY")


def test_data_without_the_customers_part_does_not_double_the_partners_meter(
    customer_of: Callable[..., Authorization], acme: Partner
) -> None:
    mine = builders.meter(acme, "crm-1")
    given = customer_of("home-1")
    given.session.answers = {"street": "1 Main St", "postal_code": "94103"}
    given.session.save()

    absorb(given, [facts(account_number="", street="", postal_code="")])

    point = ServicePoint.objects.get()
    assert (point.meter, point.candidates, point.problem["code"]) == (None, [str(mine.pk)], "POINT_UNCLEAR")
    assert Meter.objects.count() == 1


def test_what_comes_late_joins_the_partners_meter(customer_of: Callable[..., Authorization], acme: Partner) -> None:
    mine = builders.meter(acme, "crm-1")
    given = customer_of("home-1")
    given.session.answers = {"street": "1 Main St", "postal_code": "94103"}
    given.session.save()
    absorb(given, [facts(account_number="", street="", postal_code="")])

    absorb(given, [facts()])

    assert ServicePoint.objects.get().meter == mine
    assert not Connection.objects.get().needs_partner


def test_an_account_number_that_comes_late_is_the_meters(customer_of: Callable[..., Authorization]) -> None:
    given = customer_of("home-1")
    absorb(given, [facts(account_number="", street="", postal_code="")])

    absorb(given, [facts()])

    meter = Meter.objects.get()
    assert (meter.account_number, meter.street, meter.postal_code) == ("1234567890", "1 Main Street", "94103")


def test_authorized_again_after_the_end_it_is_the_same_meter(customer_of: Callable[..., Authorization]) -> None:
    first = customer_of("home-1")
    absorb(first, [facts()])
    end(first, EndReason.BY_CUSTOMER)

    absorb(customer_of("home-1"), [facts()])

    meter = Meter.objects.get()
    records = meter.check_records.filter(action_type="IS_AUTHORIZED").order_by("pk")
    assert [record.holds for record in records] == [True, False, True]


def test_an_archived_meter_is_not_what_new_data_joins(customer_of: Callable[..., Authorization], acme: Partner) -> None:
    absorb(customer_of("home-1"), [facts()])
    Meter.objects.update(is_archived=True)

    absorb(customer_of("home-2"), [facts()])

    assert ServicePoint.objects.order_by("pk")[1].meter == Meter.objects.get(is_archived=False)


@pytest.mark.parametrize("state", ["California", "CALIF.", "ca", ""])
def test_what_a_utility_writes_long_fits_a_meter(customer_of: Callable[..., Authorization], state: str) -> None:
    told = {"state": state, "postal_code": "94103-12345678", "street": "1 " + "Main " * 60, "tariff": "E" * 500}
    long = facts(**told, customer_name="A" * 300, city="S" * 300, meter_serials=("9" * 300,))

    absorb(customer_of("home-1"), [long])

    meter = Meter.objects.get()
    meter.full_clean(exclude=["reference_key", "upload", "data", "load_types", "connection_references", "tags"])
    assert (meter.state, len(meter.street), len(meter.customer_name)) == ("CA", 128, 128)


def test_two_partners_whose_customers_have_a_usage_point_called_1_are_no_rivals(
    customer_of: Callable[..., Authorization], borealis: Partner
) -> None:
    absorb(customer_of("home-1"), [facts("1", account_number="1111111111")])

    absorb(customer_of("b-1", borealis), [facts("1", account_number="2222222222")])

    kind = "NOT_ENROLLED_IN_CONFLICTING_PROGRAM"
    assert not Meter.objects.get(partner=borealis).check_records.filter(action_type=kind).exists()


# --- a utility that answers what the test says


@dataclass
class Utility_:
    """A utility's resources by path: status and body. asked: the paths that were asked for, with their token."""

    url: str = ""
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tokens: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[str], object] = str

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.asked.append((path, environ.get("HTTP_AUTHORIZATION", "")))
        self.before(path)
        if path == "/token":
            status, body = self.tokens.pop(0)
        else:
            status, body = self.answers.get(path, ("404 Not Found", b""))
        kind = "application/json" if path == "/token" else "application/atom+xml"
        start_response(status, [("Content-Length", str(len(body))), ("Content-Type", kind)])
        return [body]

    def give(self, path: str, body: bytes, status: str = "200 OK") -> None:
        self.answers[path] = (status, body)


@pytest.fixture
def utility(catalogue: None) -> Iterator[Utility_]:
    app = Utility_()
    with make_server("127.0.0.1", 0, app, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        app.url = f"http://127.0.0.1:{server.server_port}"
        UtilityConnection.objects.create(
            utility=Utility.objects.get(code=CODE),
            authorization_url=f"{app.url}/authorize",
            token_url=f"{app.url}/token",
            resource_url=f"{app.url}/resource/",
            client_id="us",
            client_secret="secret",
            notifies=True,
        )
        yield app
        server.shutdown()
        thread.join()


def feed(*resources: str) -> bytes:
    return f'<feed xmlns="{ATOM}">{"".join(resources)}</feed>'.encode()


def entry(name: str, content: str, href: str, *related: str, space: str = ESPI, uuid: str = "") -> str:
    links = "".join(f'<link rel="related" href="{one}"/>' for one in related)
    named = f"<id>urn:uuid:{uuid}</id>" if uuid else ""
    body = f'<{name} xmlns="{space}">{content}</{name}>'
    return f'<entry>{named}<link rel="self" href="{href}"/>{links}<content>{body}</content></entry>'


def point(subscription: str, number: str = "1", kind: str = "0", uuid: str = "") -> str:
    href = f"/resource/Subscription/{subscription}/UsagePoint/{number}"
    return entry("UsagePoint", f"<ServiceCategory><kind>{kind}</kind></ServiceCategory>", href, uuid=uuid)


def agreement(subscription: str, number: str, account: str, name: str = "Alex Rivera") -> str:
    base = f"/resource/RetailCustomer/{subscription}/Customer/1"
    accounts = f"{base}/CustomerAccount/{number}"
    place = (
        "<mainAddress><streetDetail><number>1</number><name>Main Street</name></streetDetail><townDetail>"
        "<name>San Francisco</name><stateOrProvince>CA</stateOrProvince><code>94103</code></townDetail></mainAddress>"
    )
    use = f"/resource/Subscription/{subscription}/UsagePoint/{number}"
    return "".join(
        (
            entry("Customer", f"<name>{name}</name>", base, space=CUSTOMER),
            entry("CustomerAccount", f"<name>{account}</name>", accounts, space=CUSTOMER),
            entry(
                "CustomerAgreement", f"<name>{account}9</name>", f"{accounts}/CustomerAgreement/1", use, space=CUSTOMER
            ),
            entry("ServiceLocation", place, f"{accounts}/CustomerAgreement/1/ServiceLocation/1", space=CUSTOMER),
        )
    )


@pytest.fixture
def given(utility: Utility_, customer_of: Callable[..., Authorization]) -> Authorization:
    """An authorization whose data is due."""
    return customer_of(
        "home-1",
        access_token="token-1",
        refresh_token="refresh-1",
        resource_url=f"{utility.url}/resource/Batch/Subscription/5",
        customer_url=f"{utility.url}/resource/Batch/RetailCustomer/5",
        next_fetch_at=clock.now(),
        authorized_at=clock.now(),
    )


def fetch(given: Authorization) -> Authorization:
    Authorization.objects.filter(pk=given.pk, ended_at=None).update(next_fetch_at=clock.now())
    collect.queue_due()
    run_jobs()
    return Authorization.objects.get(pk=given.pk)


USAGE, RETAIL = "/resource/Batch/Subscription/5", "/resource/Batch/RetailCustomer/5"


def test_an_empty_feed_is_data_that_is_not_there_yet(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, feed())
    utility.give(RETAIL, feed())

    after = fetch(given)

    assert (after.data_state, after.fetch_attempts) == (DataState.WAITING, 1)
    assert "DATA_ARRIVED" not in notes_of()


def test_a_customer_feed_that_we_may_not_have_ends_nothing(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, feed(point("5")))
    utility.give(RETAIL, b"", "403 Forbidden")

    after = fetch(given)

    assert (after.data_state, after.ended_at) == (DataState.RECEIVED, None)
    assert Meter.objects.count() == 1


def test_an_authorization_resource_for_other_tokens_ends_nothing(given: Authorization, utility: Utility_) -> None:
    Authorization.objects.update(authorization_url=f"{utility.url}/resource/Authorization/5")
    utility.give("/resource/Authorization/5", b"", "403 Forbidden")
    utility.give(USAGE, feed(point("5")))
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890")))

    assert fetch(given).is_running
    assert Meter.objects.get().account_number == "12345678909"


def test_a_token_that_ends_before_its_time_is_refreshed(given: Authorization, utility: Utility_) -> None:
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890")))
    utility.give(USAGE, b"", "401 Unauthorized")
    utility.tokens.append(("200 OK", b'{"access_token": "token-2", "token_type": "Bearer"}'))

    def answer(path: str) -> None:
        if path == "/token":
            utility.give(USAGE, feed(point("5")))

    utility.before = answer
    after = fetch(given)

    assert (after.data_state, after.access_token, after.refresh_token) == (DataState.RECEIVED, "token-2", "refresh-1")
    assert Meter.objects.count() == 1


def test_a_token_that_cannot_be_refreshed_is_revoked(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, b"", "401 Unauthorized")
    utility.tokens.append(("400 Bad Request", b'{"error": "invalid_grant"}'))

    assert fetch(given).end_reason == EndReason.AT_UTILITY


@pytest.mark.parametrize("status", ["500 Oops", "429 Slow", "302 Found", "418 Teapot", "202 Accepted"])
def test_any_other_answer_is_asked_for_again(given: Authorization, utility: Utility_, status: str) -> None:
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890")))
    utility.give(USAGE, b"no", status)

    after = fetch(given)

    assert (after.is_running, after.data_state, after.fetch_attempts) == (True, DataState.WAITING, 1)
    assert after.next_fetch_at is not None
    assert after.next_fetch_at > clock.now()


def test_revoked_while_the_utility_does_not_answer(
    given: Authorization, utility: Utility_, monkeypatch: pytest.MonkeyPatch
) -> None:
    utility.give(RETAIL, b"", "500 Oops")
    asked = green_button_client.fetch_resource

    def and_revoke(*args: Any, **options: Any) -> Any:
        answer = asked(*args, **options)
        end(given, EndReason.BY_CUSTOMER)
        return answer

    monkeypatch.setattr(green_button_client, "fetch_resource", and_revoke)

    after = fetch(given)

    assert (after.end_reason, after.next_fetch_at) == (EndReason.BY_CUSTOMER, None)
    assert collect.queue_due() == 0


def test_another_customers_usage_points_are_refused(given: Authorization, utility: Utility_) -> None:
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890")))
    utility.give(USAGE, feed(point("5"), point("6")))

    fetch(given)

    assert not ServicePoint.objects.exists()
    assert "FEED_UNREADABLE" in notes_of()


def test_a_feed_of_everybody_is_refused(given: Authorization, utility: Utility_) -> None:
    Authorization.objects.update(resource_url=f"{utility.url}/resource/Batch/Bulk/9")
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890")))
    utility.give("/resource/Batch/Bulk/9", feed(point("5"), point("6")))

    fetch(given)

    assert not ServicePoint.objects.exists()


def test_another_customers_account_is_not_this_meters(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, feed(point("5")))
    utility.give(RETAIL, feed(agreement("6", "1", "6666666666", name="Somebody Else")))

    fetch(given)

    meter = Meter.objects.get()
    assert (meter.account_number, meter.customer_name) == ("", "")


def test_gas_beside_electricity_is_kept_and_is_no_meter(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, feed(point("5"), point("5", "2", kind="1"), point("5", "3", kind="2")))
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890")))

    fetch(given)
    fetch(given)

    assert Meter.objects.count() == 1
    assert ServicePoint.objects.count() == 3
    assert notes_of().count("NOT_A_METER") == 2


def test_a_usage_point_that_is_gone_from_the_feed_keeps_its_meter(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, feed(point("5"), point("5", "2")))
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890"), agreement("5", "2", "1234567891")))
    fetch(given)

    utility.give(USAGE, feed(point("5", "2")))
    fetch(given)

    assert Meter.objects.count() == 2
    assert {record.holds for meter in Meter.objects.all() for record in meter.check_records.all()} == {True}


def test_an_agreement_without_a_usage_point_is_no_meter(given: Authorization, utility: Utility_) -> None:
    utility.give(USAGE, feed(point("5")))
    utility.give(RETAIL, feed(agreement("5", "1", "1234567890"), agreement("5", "2", "9999999999")))

    fetch(given)

    assert Meter.objects.get().account_number == "12345678909"


HOSTILE = '&lt;script&gt;alert(1)&lt;/script&gt; =HYPERLINK("http://evil") \u202eLTR\u0001\u200b🔌 {{ 7*7 }} '


def test_hostile_names_are_text_wherever_they_are_shown(
    given: Authorization, utility: Utility_, client_of: Any, manager: Any
) -> None:
    name = HOSTILE.replace("\u0001", "") + "x" * 10_000
    utility.give(USAGE, feed(point("5")))
    utility.give(RETAIL, feed(agreement("5", "1", "=1+2", name=name)))

    fetch(given)

    meter, client = Meter.objects.get(), client_of(manager)
    pages = [
        reverse("meter", args=[meter.pk]),
        reverse("connections"),
        reverse("connection", args=[given.connection_id]),
        "/meters/?q=script",
    ]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert b"<script>alert(1)" not in answer.content, path
        assert "\u202e" not in answer.content.decode(), path
    export = client.get(reverse("connections-export"))
    assert not any(cell.startswith("=") for cell in b"".join(export).decode().replace("\r\n", ",").split(","))


def test_a_feed_with_many_usage_points_costs_each_alike(given: Authorization, utility: Utility_) -> None:
    def queries_for(count: int, first: int) -> int:
        numbers = range(first, first + count)
        utility.give(USAGE, feed(*(point("5", str(number)) for number in numbers)))
        utility.give(RETAIL, feed(*(agreement("5", str(number), f"7{number:08d}") for number in numbers)))
        with CaptureQueriesContext(connection) as queries:
            fetch(given)
        return len(queries)

    few, many = queries_for(25, 0), queries_for(75, 100)

    assert Meter.objects.count() == 100
    assert many <= 3 * few
    assert many / 75 < 40


# --- what browsers and others send


def test_a_postal_code_of_canada_makes_a_meter(customer_of: Callable[..., Authorization]) -> None:
    absorb(customer_of("home-1"), [facts(postal_code="N6A 4L1", state="ON")])

    assert Meter.objects.get().postal_code == "N6A 4L1"


STRANGE = [
    "\x00",
    "a\x00b",
    "\u202e",
    "💥" * 300,
    "../../etc/passwd",
    "%00",
    "'; DROP TABLE x; --",
    "\ud800",
    "a" * 5000,
]


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_strange_texts_in_every_place_of_an_address_are_answered(
    acme: Partner, catalogue: None, client: Client, text: str
) -> None:
    from urllib.parse import quote

    link, odd = builders.link(acme, "one"), quote(text, errors="surrogatepass")
    good = {"account": "acme", "transmissionRegion": "CAISO", "link": link.title, "refId": "home-1"}
    client.raise_request_exception = True
    for name in [*good, "variant", "program", "requestedUtilities", "own", odd]:
        query = "&".join(f"{key}={odd if key == name else value}" for key, value in {**good, name: odd}.items())
        answer = client.get(f"/connect/?{query}", follow=True)
        assert answer.status_code in (200, 400, 404), (name, answer.status_code)
    for path in (
        f"/connect/acme/{odd}/",
        f"/connect/{odd}/one/",
        f"/connect/mine/{odd}/",
        f"/connect/return/?state={odd}",
    ):
        assert client.get(path).status_code in (400, 404, 301), path


def _send(client: Client, session: ConnectSession, step: str, data: dict[str, Any]) -> Any:
    return client.post(reverse("connect-send", args=[session.pk, step]), data)


@pytest.mark.parametrize("text", [text for text in STRANGE if text != "\ud800"], ids=range(len(STRANGE) - 1))
def test_strange_texts_in_forms_are_answered(acme: Partner, catalogue: None, client: Client, text: str) -> None:
    for region, variant in (("CAISO", "RESIDENTIAL"), ("ERCOT", "COMMERCIAL")):
        link = builders.link(acme, f"one-{region.lower()}", region=region, variant=variant)
        client.get(
            f"/connect/?account=acme&transmissionRegion={region}&link={link.title}&refId=r-{region}&variant={variant}"
        )
        session = ConnectSession.objects.order_by("-pk")[0]
        send = partial(_send, client, session)
        send("welcome", {})
        asked = ["customer_name", "email", "phone", "street", "city", "state", "postal_code", "esi_id", "has_generator"]
        for name in asked:
            assert send("about", {name: text}).status_code == 422, name
        assert send("about", dict.fromkeys(asked, text)).status_code == 422
        assert send("utility", {"utility": text}).status_code == 302
        assert send("agreements", {"accepted": [text], "name": text, "capacity": text}).status_code in (302, 422)
        assert client.get(reverse("connect-session", args=[session.pk]), {"step": text}).status_code in (200, 400)


def test_long_answers_of_texas_fit_the_meter(acme: Partner, catalogue: None, client: Client) -> None:
    link = builders.link(acme, "tx", region="ERCOT", variant="COMMERCIAL")
    client.get(f"/connect/?account=acme&transmissionRegion=ERCOT&link={link.title}&refId=tx-1&variant=COMMERCIAL")
    session = ConnectSession.objects.get()
    long = dict.fromkeys(("customer_name", "street", "city", "state", "phone", "company_name", "title"), "x" * 200)
    session.answers = {**long, "email": "a@example.com", "postal_code": "75202", "esi_id": "10443720000000001"}
    session.save()
    from onboarding.connect.journey import finish

    finish(session)

    meter = Meter.objects.get()
    meter.full_clean(exclude=["reference_key", "upload", "data", "load_types", "connection_references", "tags"])


def texas_customer(partner: Partner, reference: str, esi_id: str, **more: str) -> None:
    from onboarding.connect.journey import finish

    link = ConnectLink.objects.filter(partner=partner, transmission_region="ERCOT").first()
    link = link or builders.link(partner, "tx", region="ERCOT", variant="COMMERCIAL")
    held = Connection.objects.filter(partner=partner, reference=reference).first()
    session = ConnectSession.objects.create(
        partner=partner,
        link=link,
        connection=held or builders.connection(partner, reference, link=link),
        browser_hash="0" * 64,
        created_at=clock.now(),
        last_interaction_at=clock.now(),
    )
    texas = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202", "esi_id": esi_id}
    session.answers = {"customer_name": "A B", "email": "a@example.com", **texas, **more}
    session.save()
    finish(session)


ESI_ID = "10443720000000001"
ELSEWHERE = {"street": "99 Elm St", "postal_code": "77002"}


def test_an_esi_id_that_comes_twice_is_one_meter(acme: Partner, catalogue: None) -> None:
    texas_customer(acme, "tx-1", ESI_ID)
    texas_customer(acme, "tx-2", "1044372-0000 000001")
    texas_customer(acme, "tx-1", ESI_ID, **ELSEWHERE)  # the same customer, who has corrected the address

    assert Meter.objects.get().connection_references == ["tx-1", "tx-2"]


def test_an_esi_id_of_a_meter_elsewhere_is_asked_about(
    acme: Partner, catalogue: None, client_of: Any, manager: Any
) -> None:
    texas_customer(acme, "tx-1", ESI_ID)
    texas_customer(acme, "tx-2", ESI_ID, **ELSEWHERE)

    assert Meter.objects.get().connection_references == ["tx-1"]
    held = Connection.objects.get(reference="tx-2")
    assert held.needs_partner
    page = reverse("connection", args=[held.pk])
    assert "has the customer’s ESI ID" in client_of(manager).get(page).content.decode()

    client_of(manager).post(reverse("connection-esi-id", args=[held.pk]), {"esi_id": ESI_ID})

    assert Meter.objects.get().connection_references == ["tx-1", "tx-2"]
    held.refresh_from_db()
    assert not held.needs_partner


# --- at the same time


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway")
def test_two_authorizations_of_one_point_at_once_make_one_meter(acme: Partner, catalogue: None) -> None:
    rows = [builders.authorization(builders.connection(acme, f"home-{number}")) for number in range(4)]

    at_once([partial(absorb, Authorization.objects.get(pk=row.pk), [facts(UUID_1)]) for row in rows])

    assert sorted(Meter.objects.get().connection_references) == [f"home-{number}" for number in range(4)]
    assert ServicePoint.objects.filter(meter=Meter.objects.get()).count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway")
def test_a_decision_that_is_sent_twice_at_once_makes_one_meter(acme: Partner, catalogue: None) -> None:
    from onboarding.connect.absorb import decide

    point_ = builders.question(builders.connection(acme, "home-1"))
    before = Meter.objects.count()

    refused = at_once([partial(decide, point_, None, by=builders.BY) for _ in range(4)])

    assert Meter.objects.count() == before + 1
    assert [str(problem.problems[0].code) for problem in refused] == ["POINT_DECIDED_ALREADY"] * 3


def at_once(deeds: list[Callable[[], object]]) -> list[Any]:
    """Do all at the same time, each on a connection of its own; returns what was refused."""
    gate, refused = threading.Barrier(len(deeds)), []

    def do(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
