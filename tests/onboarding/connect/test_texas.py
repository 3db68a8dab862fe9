"""TX ERS: by address and ESI ID, without a utility's sign-in."""

from typing import Any

import pytest
from django.urls import reverse

from onboarding.connect.choices import SessionState
from onboarding.connect.models import ConnectLink
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from tests.onboarding.connect.conftest import Customer, connection_of, link_for, notes_of

pytestmark = pytest.mark.django_db

ONCOR, CENTERPOINT = "10443720001234567", "1008901023900123456789"
TEXAS = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202"}


@pytest.fixture
def texas(acme: Partner, connected: Any) -> ConnectLink:
    return link_for(acme, "ERCOT", variant="COMMERCIAL")


@pytest.mark.parametrize(
    ("typed", "esi_id", "utility"),
    [
        (ONCOR, ONCOR, "ONCOR"),
        ("10443720 0012 34567", ONCOR, "ONCOR"),
        (CENTERPOINT, CENTERPOINT, "CENTERPOINT"),
    ],
)
def test_the_meter_is_created_at_once(
    customer: Customer, texas: ConnectLink, acme: Partner, typed: str, esi_id: str, utility: str
) -> None:
    customer.walk_to_utility(texas, **TEXAS, esi_id=typed)

    assert customer.session.state == SessionState.COMPLETED
    meter = Meter.objects.get(partner=acme)
    assert (meter.account_number, meter.utility_name, meter.state) == (esi_id, utility, "TX")
    assert meter.connection_references == ["home-1"]
    assert list(meter.enrollments.values_list("program__identifier", flat=True)) == ["ERCOT-ERS"]
    page = customer.page().content.decode()
    assert esi_id in page


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1044372000123456", "ESI_ID_UNUSABLE"),
        ("20443720001234567", "ESI_ID_UNUSABLE"),
        ("hello", "ESI_ID_UNUSABLE"),
        ("10999990001234567", "ESI_ID_UTILITY_UNKNOWN"),
    ],
)
def test_a_wrong_esi_id_is_said(customer: Customer, texas: ConnectLink, typed: str, code: str) -> None:
    customer.open(texas)
    customer.send("welcome")

    answer = customer.send("about", customer_name="A B", email="a@example.com", **TEXAS, esi_id=typed)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert typed in answer.content.decode()
    assert not Meter.objects.exists()


def test_an_address_outside_of_texas_is_said(customer: Customer, texas: ConnectLink) -> None:
    customer.open(texas)
    customer.send("welcome")

    answer = customer.send("about", customer_name="A B", email="a@example.com", **{**TEXAS, "postal_code": "94103"})

    assert answer.status_code == 422
    assert "is not in Texas" in answer.content.decode()


def test_without_an_esi_id_the_partner_has_something_to_do(
    customer: Customer, texas: ConnectLink, acme: Partner, client_of: Any, manager: Any
) -> None:
    customer.walk_to_utility(texas, **TEXAS)

    assert customer.session.state == SessionState.COMPLETED
    assert not Meter.objects.exists()
    assert connection_of().needs_partner
    page = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert "Enter the ESI ID" in page

    address = reverse("connection-esi-id", args=[connection_of().pk])
    wrong = client_of(manager).post(address, {"esi_id": "123"})
    right = client_of(manager).post(address, {"esi_id": ONCOR})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert Meter.objects.get(partner=acme).account_number == ONCOR
    assert not connection_of().needs_partner
    assert notes_of()[-2:] == ["ESI_ID_GIVEN", "METER_CREATED"]


def test_a_meter_that_the_partner_has_is_joined(customer: Customer, texas: ConnectLink, acme: Partner) -> None:
    mine = Meter.objects.create(
        partner=acme,
        partner_reference="site-9",
        transmission_region="ERCOT",
        customer_classification="COMMERCIAL",
        meter_type="UTILITY_METER",
        street="500 Commerce Street",
        postal_code="75202-1111",
        state="TX",
        utility_name="ONCOR",
        account_number=ONCOR,
        data={"utility": {"utility_name": "ONCOR"}},
    )

    customer.walk_to_utility(texas, **TEXAS, esi_id=ONCOR)

    assert Meter.objects.get(partner=acme).pk == mine.pk
    mine.refresh_from_db()
    assert mine.connection_references == ["home-1"]
