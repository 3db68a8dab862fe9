"""From a device link to a meter: what is asked, which programs are shown, and what comes of it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import Reached, SessionState
from onboarding.connect.models import Signature
from onboarding.enrollment.models import CheckRecord
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.models import Event
from portal.partners.models import Partner
from tests.onboarding.device_links.conftest import (
    BATTERY,
    BOSTON,
    CALIFORNIA,
    EVERSOURCE,
    PROVIDENCE,
    STORAGE,
    Customer,
    connection_of,
    device_link,
    notes_of,
    statuses_of,
)

pytestmark = pytest.mark.django_db
_NAMES = re.compile(r'name="([a-z_]+\.[a-z_.]+)"')


def asked(customer: Customer, link: Any, about: dict[str, str]) -> list[str]:
    customer.open(link)
    customer.send("welcome")
    customer.send("about", **about)
    return _NAMES.findall(customer.page())


def test_a_battery_in_california_becomes_an_eligible_meter(customer: Customer, acme: Partner) -> None:
    page = customer.walk(device_link(acme), CALIFORNIA, STORAGE)

    meter = Meter.objects.get(partner=acme)
    assert statuses_of(meter) == {"CEC-DSGS": "ELIGIBLE"}
    assert (meter.partner_reference, meter.created_by, meter.meter_type) == ("home-1", "PARTNER", "DEVICE")
    assert meter.data["device"]["device_serial_number"] == "SN-0048213"
    assert meter.load_types == ["BATTERY_STORAGE"]
    assert customer.session.state == SessionState.COMPLETED
    assert customer.session.meter == meter
    assert notes_of() == ["OPENED", "DETAILS_GIVEN", "DEVICE_GIVEN", "SIGNED", "FINISHED", "METER_CREATED"]
    assert "Your device is registered with Acme Energy: Battery, Volta Home 10." in page
    assert Signature.objects.get().code == "DEVICE_PARTICIPATION_CAISO"
    assert CheckRecord.objects.filter(meter=meter, action_type="DOCUMENTS_SIGNED", holds=True).exists()
    assert (connection_of().reached, connection_of().stopped_by) == (Reached.METER, "")
    assert Upload.objects.get().get_source_display() == "Connect link"
    assert Event.objects.filter(verb="meter.created", subject_id=str(meter.pk)).count() == 1


def test_clean_peak_and_connected_solutions_are_joined_together(customer: Customer, acme: Partner) -> None:
    customer.walk(device_link(acme, "ISONE"), BOSTON, EVERSOURCE)

    meter = Meter.objects.get(partner=acme)
    assert statuses_of(meter) == {"MA_DOER-CPS": "PENDING", "EVERSOURCE-CS": "ELIGIBLE"}
    assert Signature.objects.get().code == "DEVICE_PARTICIPATION_ISONE"


def test_a_customer_who_is_not_in_connected_solutions_joins_clean_peak_alone(customer: Customer, acme: Partner) -> None:
    customer.walk(device_link(acme, "ISONE"), BOSTON, EVERSOURCE | {"isone.in_connected_solutions": "no"})

    assert statuses_of(Meter.objects.get(partner=acme)) == {"MA_DOER-CPS": "PENDING"}


def test_what_is_missing_is_named_before_anything_is_signed(customer: Customer, acme: Partner) -> None:
    without = {key: value for key, value in STORAGE.items() if key != "device.battery_energy_capacity_kwh"}

    page = customer.to_fit(device_link(acme), CALIFORNIA, without)

    assert "Still missing: Battery energy capacity." in page
    customer.send("fit")
    customer.sign()
    meter = Meter.objects.get(partner=acme)
    assert statuses_of(meter) == {"CEC-DSGS": "INELIGIBLE"}
    assert meter.enrollments.get().missing == ["device.battery_energy_capacity_kwh"]


def test_the_fit_says_from_when(customer: Customer, acme: Partner, time_machine: Any) -> None:
    time_machine.move_to("2027-03-01T18:00:00Z", tick=False)

    page = customer.to_fit(device_link(acme), CALIFORNIA, STORAGE)

    assert "Demand Side Grid Support" in page
    assert "Takes your device." in page
    assert re.search(r"It starts on May \d+, 2027\.", page), page
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("region", "about", "keys"),
    [
        ("CAISO", CALIFORNIA, {*STORAGE}),
        ("ISONE", BOSTON, {*EVERSOURCE}),
        ("ISONE", PROVIDENCE, {*BATTERY, "utility.utility_name", "utility.electric_service_account_number"}),
    ],
)
def test_only_what_the_programs_need_is_asked(
    customer: Customer, acme: Partner, region: str, about: dict[str, str], keys: set[str]
) -> None:
    assert set(asked(customer, device_link(acme, region), about)) == keys


def test_a_link_for_one_program_asks_for_its_fields(customer: Customer, acme: Partner) -> None:
    link = device_link(acme, "ISONE", programs=["MA_DOER-CPS"])

    assert set(asked(customer, link, BOSTON)) == {*BATTERY, "isone.in_connected_solutions"}


def test_only_utilities_at_the_address_are_offered(customer: Customer, acme: Partner) -> None:
    asked(customer, device_link(acme, "ISONE"), PROVIDENCE)

    page = customer.page()

    assert 'value="RIE"' in page
    assert 'value="PGE"' not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"device.device_type": ""}, "Device type is missing."),
        ({"device.device_serial_number": ""}, "Device serial number is missing."),
        ({"device.battery_power_capacity_kw": "five"}, "“five” cannot be used as “Battery power capacity”."),
        ({"device.install_date": "2025-02-31"}, "“2025-02-31” cannot be used as “Install date”."),
        ({"device.device_type": "<b>"}, "“&lt;b&gt;” cannot be used as “Device type”."),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(
    customer: Customer, acme: Partner, typed: dict[str, str], said: str
) -> None:
    customer.open(device_link(acme))
    customer.send("welcome")
    customer.send("about", **CALIFORNIA)

    answer = customer.send("device", **(STORAGE | typed))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Meter.objects.exists()


def test_an_address_that_cannot_be_one_is_said_at_the_details(customer: Customer, acme: Partner) -> None:
    customer.open(device_link(acme))
    customer.send("welcome")

    answer = customer.send("about", **(CALIFORNIA | {"state": "Atlantis"}))

    assert answer.status_code == 422
    assert "“Atlantis” cannot be used as “State”. Check it. For example: CA." in answer.content.decode()


def test_without_a_refid_the_meter_has_a_reference_of_ours(customer: Customer, acme: Partner) -> None:
    customer.walk(device_link(acme), CALIFORNIA, STORAGE, reference="")

    meter = Meter.objects.get(partner=acme)
    assert re.fullmatch(r"connect-[0-9a-f]{12}", meter.partner_reference)
    assert statuses_of(meter) == {"CEC-DSGS": "ELIGIBLE"}


def test_changed_details_show_the_programs_again(customer: Customer, acme: Partner) -> None:
    customer.to_fit(device_link(acme), CALIFORNIA, STORAGE)
    customer.send("fit")
    assert customer.session.step == "agreements"

    customer.send("about", **CALIFORNIA)

    assert customer.session.step == "device"
    assert "SN-0048213" in customer.page()


def test_nobody_skips_the_device(customer: Customer, acme: Partner) -> None:
    customer.open(device_link(acme))
    customer.send("welcome")
    customer.send("about", **CALIFORNIA)

    customer.send("fit")
    customer.send("agreements", accepted=["DEVICE_PARTICIPATION_CAISO"], name="Alex Rivera")

    assert customer.session.step == "device"


def test_a_second_browser_sees_nothing(customer: Customer, acme: Partner) -> None:
    customer.to_fit(device_link(acme), CALIFORNIA, STORAGE)

    address = reverse("connect-send", args=[customer.session.pk, "device"])

    assert Client().post(address, STORAGE).status_code == 404


# --- what stops a device


def test_no_program_for_an_address_elsewhere(
    customer: Customer, acme: Partner, client_of: Any, manager: Any, stranger: Any
) -> None:
    nevada = CALIFORNIA | {"city": "Reno", "state": "NV", "postal_code": "89501"}

    page = customer.to_fit(device_link(acme), nevada, BATTERY)
    assert "No program takes this device" in page
    assert "Only for addresses in CA." in page
    customer.send("fit")

    assert customer.session.state == SessionState.COMPLETED
    assert not Meter.objects.exists()
    assert not Signature.objects.exists()
    assert connection_of().needs_partner
    assert (connection_of().reached, connection_of().stopped_by) == (Reached.INFORMATION, "DEVICE_FITS_NOTHING")
    assert "checks what you entered" in customer.page()
    shown = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert "Decide about the device" in shown
    address = reverse("connection-device", args=[connection_of().pk])
    assert client_of(stranger).post(address, {"decision": "keep"}).status_code == 404
    assert client_of(manager).post(address, {"decision": "else"}).status_code == 302
    assert connection_of().needs_partner

    answer = client_of(manager).post(address, {"decision": "form"})

    assert "/entry/" in answer["Location"] or "draft" in answer["Location"], answer["Location"]
    assert "SN-0048213" in client_of(manager).get(answer["Location"]).content.decode()
    assert not connection_of().needs_partner


def test_a_customer_goes_back_and_changes_the_address(customer: Customer, acme: Partner) -> None:
    nevada = CALIFORNIA | {"city": "Reno", "state": "NV", "postal_code": "89501"}
    customer.to_fit(device_link(acme), nevada, BATTERY)

    customer.send("about", **CALIFORNIA)
    customer.send("device", **STORAGE)
    customer.send("fit")
    customer.sign()

    assert statuses_of(Meter.objects.get(partner=acme)) == {"CEC-DSGS": "ELIGIBLE"}


def test_the_same_device_again_changes_nothing(new_customer: Any, acme: Partner) -> None:
    link = device_link(acme)
    new_customer().walk(link, CALIFORNIA, STORAGE)
    again = new_customer()

    page = again.walk(link, CALIFORNIA, STORAGE)

    meter = Meter.objects.get(partner=acme)
    assert (meter.version, again.session.meter) == (1, meter)
    assert "is registered" in page
    assert notes_of()[-1] == "DEVICE_JOINED"
    assert not connection_of().needs_partner


@pytest.mark.parametrize(("decision", "power"), [("update", 7.0), ("keep", 5.0)])
def test_other_values_for_a_known_reference_wait_for_the_partner(
    new_customer: Any, acme: Partner, client_of: Any, manager: Any, decision: str, power: float
) -> None:
    link = device_link(acme)
    new_customer().walk(link, CALIFORNIA, STORAGE)
    again = new_customer()

    page = again.walk(link, CALIFORNIA, STORAGE | {"device.battery_power_capacity_kw": "7"})

    meter = Meter.objects.get(partner=acme)
    assert (meter.version, meter.data["device"]["battery_power_capacity_kw"]) == (1, 5)
    assert notes_of()[-1] == "DEVICE_REFERENCE_TAKEN"
    assert "checks what you entered" in page
    assert connection_of().needs_partner
    assert "Decide about the device" in client_of(manager).get("/").content.decode()

    client_of(manager).post(reverse("connection-device", args=[connection_of().pk]), {"decision": decision})

    meter.refresh_from_db()
    assert meter.data["device"]["battery_power_capacity_kw"] == power
    assert notes_of()[-1] == "DEVICE_DECIDED"
    assert not connection_of().needs_partner
    assert again.session.meter == meter
    second = client_of(manager).post(reverse("connection-device", args=[connection_of().pk]), {"decision": decision})
    assert second.status_code == 302
    assert notes_of().count("DEVICE_DECIDED") == 1


def test_a_serial_number_of_another_meter_is_told_to_the_partner(new_customer: Any, acme: Partner) -> None:
    link = device_link(acme)
    new_customer().walk(link, CALIFORNIA, STORAGE)
    other = new_customer()

    page = other.walk(link, CALIFORNIA, STORAGE, reference="home-2")

    assert Meter.objects.filter(partner=acme).count() == 2
    assert notes_of("home-2")[-1] == "DEVICE_SERIAL_TWICE"
    assert "checks what you entered" in page
    first = Meter.objects.get(partner=acme, partner_reference="home-1")
    assert str(first.pk) not in page


def test_the_same_serial_of_another_partner_is_nobodys_business(
    new_customer: Any, acme: Partner, borealis: Partner
) -> None:
    new_customer().walk(device_link(borealis), CALIFORNIA, STORAGE)
    mine = new_customer()

    mine.walk(device_link(acme), CALIFORNIA, STORAGE, reference="home-9")

    assert notes_of("home-9")[-1] == "METER_CREATED"


def test_the_journey_is_in_spanish(customer: Customer, acme: Partner) -> None:
    customer.open(device_link(acme), lang="es")
    customer.send("welcome")
    customer.send("about", **CALIFORNIA)

    page = customer.page()

    assert "Su aparato" in page
    assert "Número de serie del aparato" in page
    assert "Batería" in page
    customer.send("device", **STORAGE)
    assert "Programas para su aparato" in customer.page()
