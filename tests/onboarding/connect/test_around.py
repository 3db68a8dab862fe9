"""How the rest of the portal knows Connect: home, search, a meter's page, the list of meters, history, programs."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.audit.rows import details_of
from onboarding.connect import absorb
from onboarding.connect.choices import CONNECT_REGIONS, DataState, EndReason
from onboarding.connect.ending import end
from onboarding.connect.links import LinkSpec, change_link
from onboarding.connect.models import Connection
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.partners.models import Partner, User
from programs.models import Program
from programs.schema import schema_for
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ONCOR = "10443720001234567"


@pytest.fixture
def client(user: User, client_of: Any) -> Client:
    return client_of(user)


def text_of(answer: Any) -> str:
    """A page's text without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def created_by_data(partner: Partner, reference: str = "home-1") -> tuple[Connection, Meter]:
    """A connection whose utility sent a service point, of which a new meter was made."""
    row = make.connection(partner, reference)
    asked = make.question(row)
    return row, absorb.decide(asked, None, by=absorb.data_of(asked.utility))


# --- home


def test_home_lists_what_waits_with_its_link(client: Client, acme: Partner, borealis: Partner) -> None:
    asked, texas = make.connection(acme, "home-asked"), make.needs_esi_id(acme, "texas-1")
    make.question(asked)
    make.question(asked)
    overdue = make.connection(acme, "home-overdue")
    make.authorization(overdue, data=DataState.OVERDUE)
    make.question(make.connection(borealis, "their-home"))

    answer = client.get("/")

    page, text = answer.content.decode(), text_of(answer)
    assert "home-asked Decide which meter it is (2 service points)" in text
    assert "texas-1 Enter the ESI ID" in text
    assert f"home-overdue {make.authorization(overdue).utility.name}, authorized Nov 20, 2026." in text
    for row in (asked, texas, overdue):
        assert f'href="{reverse("connection", args=[row.pk])}"' in page
    assert "their-home" not in page


def test_home_does_not_list_what_is_done_or_over(client: Client, acme: Partner) -> None:
    make.authorization(make.connection(acme, "home-fine"))
    make.authorization(make.connection(acme, "home-ended"), data=DataState.OVERDUE, ended_at=make.DAY)

    page = client.get("/").content.decode()

    assert "home-fine" not in page
    assert "home-ended" not in page


def test_an_open_authorization_leads_to_connections(client: Client, acme: Partner) -> None:
    Enrollment.objects.create(
        partner=acme,
        meter=make.meter(acme, "crm-1"),
        program=Program.objects.get(identifier="ELRP"),
        status="INELIGIBLE",
        partner_actions=["IS_AUTHORIZED"],
        acts="partner",
    )

    home = client.get("/").content.decode()

    assert '<a href="/connections/">through Leap Connect</a>' in home


# --- search


def test_search_leads_to_a_connection(client: Client, acme: Partner, borealis: Partner) -> None:
    row, theirs = make.connection(acme, "Site 4711"), make.connection(borealis, "Site 4711b")

    page = client.get(reverse("search"), {"q": "4711"}).content.decode()

    assert reverse("connection", args=[row.pk]) in page
    assert reverse("connection", args=[theirs.pk]) not in page
    assert client.get(reverse("search"), {"q": str(row.pk)}).headers["Location"] == reverse("connection", args=[row.pk])
    assert client.get(reverse("search"), {"q": str(theirs.pk)}).status_code == 200


# --- meters


def test_a_meter_shows_its_authorizations(client: Client, acme: Partner) -> None:
    row, meter = created_by_data(acme)
    ended = make.authorization(row, ended_at=make.DAY + timedelta(days=9), end_reason=EndReason.BY_CUSTOMER)
    make.point(ended, joined=meter)

    answer = client.get(reverse("meter", args=[meter.pk]))

    text = text_of(answer)
    name = ended.utility.name
    assert f"{name} Authorized Nov 20, 2026 The customer stops it home-1" in text
    assert f"{name} Revoked by the customer Nov 20, 2026 Nov 29, 2026 home-1" in text
    assert f'href="{reverse("connection", args=[row.pk])}"' in answer.content.decode()


def test_a_texas_meter_names_the_connection(client: Client, acme: Partner) -> None:
    row = make.needs_esi_id(acme, "texas-1")
    client.post(reverse("connection-esi-id", args=[row.pk]), {"esi_id": ONCOR})

    text = text_of(client.get(reverse("meter", args=[Meter.objects.get().pk])))

    assert "The customer came through Leap Connect: texas-1 . In Texas no utility authorization is needed." in text
    assert "All values are from Leap Connect," in text


def test_values_of_a_utility_say_so(client: Client, acme: Partner) -> None:
    _, meter = created_by_data(acme)
    name = meter.service_points.get().utility.name

    assert f"All values are from data of {name}," in text_of(client.get(reverse("meter", args=[meter.pk])))


def test_a_meter_that_the_partner_made_alone_names_no_authorization(client: Client, acme: Partner) -> None:
    meter = make.meter(acme, "crm-1")

    assert "Authorizations" not in text_of(client.get(reverse("meter", args=[meter.pk])))


def test_meters_are_filtered_by_connection_reference(client: Client, acme: Partner) -> None:
    _, meter = created_by_data(acme, "home–1")
    make.meter(acme, "crm-2", connection_references=["home-10"])
    make.meter(acme, "crm-3")

    for typed in ("home–1", "home-1", " home-1 "):
        page = client.get(reverse("meters"), {"connection": typed}).content.decode()
        assert str(meter.pk) in page
        assert "crm-2" not in page
        assert "crm-3" not in page
        assert "Connection reference:" in page


def test_the_filter_by_connection_does_not_look_at_others(client: Client, borealis: Partner) -> None:
    _, theirs = created_by_data(borealis, "home-1")

    assert str(theirs.pk) not in client.get(reverse("meters"), {"connection": "home-1"}).content.decode()


# --- what happened


def told(verb: str) -> tuple[str, list[str]]:
    event = Event.objects.filter(verb=verb).order_by("-pk")[0]
    return event.verb_text, details_of(event, schema_for())


def test_events_of_connect_read_well(acme: Partner, client: Client, manager: User, client_of: Any) -> None:
    link = make.link(acme, "summer")
    change_link(link, LinkSpec("summer", "CAISO", color="#1a4d2e"), by=make.BY)
    row = make.connection(acme, "home-1", link=link)
    asked = make.question(row)
    meter = absorb.decide(asked, acme.meters.get(), by=absorb.data_of(asked.utility))
    end(asked.authorization, EndReason.BY_CUSTOMER)

    name = asked.utility.name
    assert told("connectlink.created") == ("Connect link created", ["Title: summer"])
    assert told("connectlink.changed") == ("Connect link changed", ["Color: empty → #1a4d2e"])
    assert told("meter.authorization_joined")[0] == "Meter authorization joined"
    assert told("meter.authorization_joined")[1][-1] == "Connection: home-1"
    assert told("authorization.ended") == (
        "Authorization ended",
        ["Partner reference: home-1", "Reason: Revoked by the customer", f"Utility name: {asked.utility.code}"],
    )
    history = text_of(client.get(reverse("meter", args=[meter.pk])))
    assert f"Meter authorization joined by Data of {name} Connection: home-1" in history
    assert "Connect link changed" in text_of(client_of(manager).get("/audit/?about=connectlink"))


def test_an_event_about_itself_names_its_subject_once() -> None:
    event = Event(verb="authorization.authorization_ended", subject_type="authorization")

    assert event.verb_text == "Authorization ended"


# --- programs


def test_every_program_for_customers_is_in_a_region_of_connect() -> None:
    regions = set(Program.objects.filter(is_customer_authorized=True).values_list("transmission_region", flat=True))

    assert len(regions) > 2
    assert regions <= set(CONNECT_REGIONS)


def test_programs_and_ways_lead_to_the_builder(client: Client) -> None:
    builder = "/connections/links/new/?region=ERCOT&amp;program=ERCOT-ERS"

    for path in ("/programs/ERCOT-ERS/", "/programs/which-way/?region=TX&asset=UTILITY_METER"):
        assert builder in client.get(path).content.decode()
    opened = client.get(unescape(builder)).content.decode()
    assert re.search(r'value="ERCOT-ERS"[^>]*checked|checked[^>]*value="ERCOT-ERS"', opened)
    assert "/connections/links/new/" not in client.get("/programs/CEC-DSGS/").content.decode()


def test_staff_are_not_offered_a_link(client_of: Any, staff: User) -> None:
    assert "/connections/links/new/" not in client_of(staff).get("/programs/ERCOT-ERS/").content.decode()


def test_the_two_ways_in_texas_name_each_other(client: Client) -> None:
    builder = "/connections/links/new/?region=ERCOT&amp;program=ERCOT-ERS"

    for path in ("/uploads/new/?program=ERCOT-ERS", reverse("entry-new", args=["ERCOT-ERS"])):
        assert builder in client.get(path).content.decode()
    opened = client.get(unescape(builder)).content.decode()
    assert 'href="/uploads/new/?program=ERCOT-ERS"' in opened
    assert f'href="{reverse("entry-new", args=["ERCOT-ERS"])}"' in opened
    assert "/connections/links/new/" not in client.get("/uploads/new/?program=CEC-DSGS").content.decode()
