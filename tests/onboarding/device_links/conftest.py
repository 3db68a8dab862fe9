"""A partner's device link, and a customer who walks through it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect.links import LinkSpec, address_of, create_link
from onboarding.connect.models import Connection, ConnectLink, ConnectSession
from onboarding.connect.texts import compile_catalogues
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import Partner

BY = Actor.system("Test")
CALIFORNIA = {
    "customer_name": "Alex Rivera",
    "email": "alex@example.com",
    "phone": "415 555 0134",
    "street": "1 Main Street",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94103",
}
BOSTON = CALIFORNIA | {"city": "Boston", "state": "MA", "postal_code": "02108"}
PROVIDENCE = CALIFORNIA | {"city": "Providence", "state": "RI", "postal_code": "02903"}
BATTERY = {
    "device.device_type": "BATTERY",
    "device.device_manufacturer": "Volta",
    "device.device_model": "Home 10",
    "device.device_serial_number": "SN-0048213",
}
STORAGE = BATTERY | {
    "device.install_date": "2025-09-30",
    "device.battery_power_capacity_kw": "5",
    "device.battery_energy_capacity_kwh": "13.5",
    "site.number_of_devices": "1",
    "caiso.is_receiving_sgip_funding": "no",
}
EVERSOURCE = BATTERY | {
    "utility.utility_name": "EVERSOURCE",
    "utility.electric_service_account_number": "12345678901",
    "isone.in_connected_solutions": "yes",
}


@pytest.fixture(scope="session", autouse=True)
def compiled_texts() -> None:
    """The customers' texts as `make run` has them."""
    compile_catalogues()


def device_link(partner: Partner, region: str = "CAISO", **spec: Any) -> ConnectLink:
    spec = {"title": f"device-{ConnectLink.objects.count()}", "variant": "RESIDENTIAL_DEVICE", "region": region, **spec}
    return create_link(partner, LinkSpec(**spec), by=BY)


@dataclass
class Customer:
    """A customer's browser; `session` is the newest one it began."""

    client: Client

    def open(self, link: ConnectLink, reference: str = "home-1", **more: str) -> Any:
        address = urlsplit(address_of(link, reference=reference))
        query = "&".join([address.query, *(f"{name}={value}" for name, value in more.items())])
        return self.client.get(f"{address.path}?{query}", follow=True)

    @property
    def session(self) -> ConnectSession:
        return ConnectSession.objects.select_related("link__partner", "connection").order_by("-pk")[0]

    def page(self, **query: str) -> str:
        return self.client.get(reverse("connect-session", args=[self.session.pk]), query).content.decode()

    def send(self, step: str, **data: Any) -> Any:
        return self.client.post(reverse("connect-send", args=[self.session.pk, step]), data)

    def sign(self) -> Any:
        codes = re.findall(r'name="accepted" value="([A-Z0-9_]+)"', self.page())
        return self.send("agreements", accepted=codes, name="Alex Rivera")

    def to_fit(
        self, link: ConnectLink, about: dict[str, str], device: dict[str, str], reference: str = "home-1"
    ) -> str:
        """All steps before the programs are shown; returns that page."""
        self.open(link, reference)
        self.send("welcome")
        for step, data in (("about", about), ("device", device)):
            answer = self.send(step, **data)
            assert answer.status_code == 302, answer.content.decode()
        return self.page()

    def walk(self, link: ConnectLink, about: dict[str, str], device: dict[str, str], reference: str = "home-1") -> str:
        """The whole way; returns the last page."""
        self.to_fit(link, about, device, reference)
        self.send("fit")
        if self.session.step == "agreements":
            self.sign()
        return self.page()


@pytest.fixture
def customer(db: None, catalogue: None) -> Customer:
    return Customer(Client())


@pytest.fixture
def new_customer(db: None, catalogue: None) -> Callable[[], Customer]:
    return lambda: Customer(Client())


def statuses_of(meter: Meter) -> dict[str, str]:
    return dict(meter.enrollments.values_list("program__identifier", "status"))


def connection_of(reference: str = "home-1") -> Connection:
    return Connection.objects.get(reference=reference)


def notes_of(reference: str = "home-1") -> list[str]:
    return list(connection_of(reference).notes.order_by("pk").values_list("kind", flat=True))
