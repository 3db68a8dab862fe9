"""A partner's link, the demo utility behind it, and a customer who walks through both."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from onboarding.connect.links import LinkSpec, address_of, create_link
from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession
from onboarding.connect.queries import connect_programs
from portal.events.actors import Actor
from portal.jobs.domain import run_next
from portal.partners.models import Partner
from programs.models import Utility, UtilityConnection
from tests.demo_utility import DemoUtility

BY = Actor.system("Test")
CAISO, NYISO, PJM, SOUTHERN = "LEAP_TEST_CAISO", "LEAP_TEST_NYISO", "PJM_DEMO", "DEMO2"
DETAILS = {
    "customer_name": "Alex Rivera",
    "email": "alex@example.com",
    "phone": "415 555 0134",
    "company_name": "Rivera Bakery",
    "title": "Owner",
    "street": "1 Main Street",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94103",
    "has_generator": "no",
    "account_number": "1234567890",
    "load_types": "OTHER",
}


@pytest.fixture
def connected(db: None, catalogue: None, demo_utility: DemoUtility, settings: Any) -> Iterator[DemoUtility]:
    """The demo utilities as rows of the catalogue, and this portal as the one that they know."""
    settings.SITE_URL = demo_utility.portal_url
    demo_utility.set_clock(0)
    for code, region in ((CAISO, "CAISO"), (NYISO, "NYISO"), (PJM, "PJM"), (SOUTHERN, "CAISO")):
        connect_utility(demo_utility, code, region)
    yield demo_utility
    demo_utility.set_clock(0)


def connect_utility(demo: DemoUtility, code: str, region: str) -> UtilityConnection:
    utility = Utility.objects.get(code=code)
    if utility.transmission_region != region:
        utility.transmission_region = region
        utility.save()
    for program in connect_programs(region):
        if program.utilities.exists():
            program.utilities.add(utility)
    at, client = demo.endpoints(code), demo.client
    return UtilityConnection.objects.create(
        utility=utility,
        authorization_url=at["authorization"],
        token_url=at["token"],
        revocation_url=at["revocation"],
        resource_url=at["resource"],
        client_id=client.client_id,
        client_secret=client.client_secret,
        scope=at["scope"],
        uses_pkce=True,
        issuer=at["issuer"],
        notifies=True,
    )


def link_for(partner: Partner, region: str = "CAISO", **spec: Any) -> ConnectLink:
    spec = {"title": f"{region.lower()}-{ConnectLink.objects.count()}", "region": region, **spec}
    return create_link(partner, LinkSpec(**spec), by=BY)


@pytest.fixture
def link(acme: Partner, connected: DemoUtility) -> ConnectLink:
    return link_for(acme, utilities=[CAISO])


@dataclass
class Customer:
    """A customer's browser in the portal; `session` is the newest one it began."""

    demo: DemoUtility
    client: Client

    def open(self, link: ConnectLink, reference: str = "home-1", **more: str) -> HttpResponse:
        address = urlsplit(address_of(link, reference=reference))
        query = "&".join([address.query, *(f"{name}={value}" for name, value in more.items())])
        return self.client.get(f"{address.path}?{query}", follow=True)  # type: ignore[return-value]

    @property
    def session(self) -> ConnectSession:
        return ConnectSession.objects.select_related("link__partner", "connection").order_by("-pk")[0]

    def page(self, **query: str) -> Any:
        return self.client.get(reverse("connect-session", args=[self.session.pk]), query)

    def send(self, step: str, **data: Any) -> Any:
        return self.client.post(reverse("connect-send", args=[self.session.pk, step]), data, follow=False)

    def walk_to_utility(self, link: ConnectLink, reference: str = "home-1", **details: str) -> None:
        """All steps before the utility, whichever the region has."""
        self.open(link, reference)
        self.send("welcome")
        while (step := self.session.step) in ("about", "agreements"):
            if step == "about":
                answer = self.send("about", **{**DETAILS, **details})
            else:
                codes = re.findall(r'name="accepted" value="([A-Z0-9_]+)"', self.page().content.decode())
                answer = self.send("agreements", accepted=codes, name="Alex Rivera", capacity="CUSTOMER")
            assert answer.status_code == 302, answer.content.decode()

    def to_sign_in(self, code: str = CAISO) -> str:
        """Choose a utility; returns the address of its sign-in."""
        answer = self.send("utility", utility=code)
        page = answer.content.decode()
        link = re.search(r'id="to-utility" href="([^"]+)"', page)
        assert link, page
        assert f'http-equiv="refresh" content="0;url={link.group(1)}"' in page
        return unescape(link.group(1))

    def come_back(self, location: str) -> Any:
        parts = urlsplit(location)
        return self.client.get(f"{parts.path}?{parts.query}", follow=True)

    def authorize(self, link: ConnectLink, user_name: str, *, reference: str = "home-1", code: str = CAISO) -> Any:
        """The whole way: link, steps, the utility's pages, and back."""
        self.walk_to_utility(link, reference)
        return self.come_back(self.demo.sign_in(requests.Session(), self.to_sign_in(code), user_name))


@pytest.fixture
def customer(connected: DemoUtility) -> Customer:
    return Customer(connected, Client())


@pytest.fixture
def new_customer(connected: DemoUtility) -> Callable[[], Customer]:
    return lambda: Customer(connected, Client())


def run_jobs() -> None:
    """Do all that waits, as a worker would."""
    while run_next():
        pass


def authorization_of(reference: str = "home-1") -> Authorization:
    return Authorization.objects.filter(connection__reference=reference).order_by("-pk")[0]


def connection_of(reference: str = "home-1") -> Connection:
    return Connection.objects.get(reference=reference)


def notes_of(reference: str = "home-1") -> list[str]:
    return list(connection_of(reference).notes.order_by("pk").values_list("kind", flat=True))
