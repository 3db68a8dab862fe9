"""From a device link to a meter: what is asked, which programs are shown, and what comes of it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import Reached, SessionState
from onboarding.connect.customer_emails import manage_path
from onboarding.connect.languages import CHOSEN
from onboarding.connect.models import Signature
from onboarding.device_links.fields import fields_of
from onboarding.enrollment.models import CheckRecord
from onboarding.meter_form.domain import etag_of, keep
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.models import Event
from portal.partners.models import Partner
from programs.models import Field
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

    page = customer.to_fit(device_link(acme), CALIFORNIA, without | {"incomplete": "on"})

    assert "Still missing: Battery energy capacity." in page
    customer.send("fit")
    customer.sign()
    done = customer.page()
    assert '<li class="notice">Your device is registered with Acme Energy: Battery, Volta Home 10.</li>' in done
    assert "Demand Side Grid Support still needs: Battery energy capacity. Acme Energy asks you for it." in done
    assert "<h1>Thank you</h1>" in done
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
        ({"device.battery_energy_capacity_kwh": ""}, "Battery energy capacity is missing. Enter it, or say below"),
        ({"caiso.is_receiving_sgip_funding": ""}, "Receives SGIP funding is missing. Enter it, or say below"),
        ({"device.install_date": ""}, "Install date is missing. Enter it, or say below"),
        ({"device.install_date": "2090-01-01"}, "“Install date” is in the future. Check the year."),
        ({"device.install_date": "1900-01-01"}, "“1900-01-01” can’t be used as “Install date”."),
        ({"device.battery_power_capacity_kw": "150"}, "“150” can’t be used as “Battery power capacity”."),
        ({"device.device_type": ""}, "Device type is missing."),
        ({"device.device_serial_number": ""}, "Device serial number is missing."),
        ({"device.battery_power_capacity_kw": "five"}, "“five” can’t be used as “Battery power capacity”."),
        ({"device.install_date": "2025-02-31"}, "“2025-02-31” can’t be used as “Install date”."),
        ({"device.device_type": "<b>"}, "“&lt;b&gt;” can’t be used as “Device type”."),
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
    assert "“Atlantis” can’t be used as “State”. Check it. Example: CA" in answer.content.decode()


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
    assert "Only for addresses in California." in page
    customer.send("fit")

    assert customer.session.state == SessionState.COMPLETED
    assert not Meter.objects.exists()
    assert not Signature.objects.exists()
    assert connection_of().needs_partner
    assert (connection_of().reached, connection_of().stopped_by) == (Reached.INFORMATION, "DEVICE_FITS_NOTHING")
    assert "No program takes your device now. Acme Energy looks at what you entered" in customer.page()
    shown = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert "Decide about the device" in shown
    assert "Demand Side Grid Support only accepts devices in California." in shown
    assert '<p>No meter yet. <a href="#device">Decide about the device</a>.</p>' in shown
    address = reverse("connection-device", args=[connection_of().pk])
    assert client_of(stranger).post(address, {"decision": "keep"}).status_code == 404
    assert client_of(manager).post(address, {"decision": "else"}).status_code == 302
    assert connection_of().needs_partner

    client_of(manager).post(address, {"decision": "keep"})

    assert not connection_of().needs_partner
    refused = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert "<p>No meter was created.</p>" in refused
    assert "Decide about the device" not in refused


def in_nevada(customer: Customer, partner: Partner) -> None:
    nevada = CALIFORNIA | {"city": "Reno", "state": "NV", "postal_code": "89501"}
    customer.to_fit(device_link(partner), nevada, BATTERY)
    customer.send("fit")


def test_the_question_stays_until_the_draft_is_a_meter(
    customer: Customer, acme: Partner, client_of: Any, manager: Any
) -> None:
    in_nevada(customer, acme)
    partner, address = client_of(manager), reverse("connection-device", args=[connection_of().pk])

    draft = partner.post(address, {"decision": "form"})["Location"]
    again = partner.post(address, {"decision": "form"})["Location"]

    assert (again, MeterDraft.objects.count()) == (draft, 1)
    assert "SN-0048213" in partner.get(draft).content.decode()
    assert draft in partner.get(reverse("entry-start")).content.decode()
    page = partner.get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert f'<a href="{draft}">Continue the draft</a>' in page
    assert "Don’t create a meter" in page
    assert "Decide about the device" in partner.get("/").content.decode()
    assert (connection_of().needs_partner, notes_of()[-1]) == (True, "DEVICE_IN_FORM")

    row = MeterDraft.objects.get()
    keep(
        row,
        row.cells | {"customer.state_or_province_code": "CA", "customer.postal_code": "94103"},
        user=manager,
        etag=etag_of(row),
    )
    partner.post(reverse("entry-check", args=[row.pk]), {"mark": etag_of(MeterDraft.objects.get())})

    meter = Meter.objects.get(partner=acme)
    assert customer.session.meter == meter
    assert (connection_of().needs_partner, notes_of()[-1]) == (False, "METER_CREATED")
    assert "Decide about the device" not in partner.get("/").content.decode()


def test_a_draft_that_is_discarded_leaves_the_question_open(
    customer: Customer, acme: Partner, client_of: Any, manager: Any
) -> None:
    in_nevada(customer, acme)
    client_of(manager).post(reverse("connection-device", args=[connection_of().pk]), {"decision": "form"})

    client_of(manager).post(reverse("entry-discard", args=[MeterDraft.objects.get().pk]))

    page = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert "Continue in the form" in page
    assert connection_of().needs_partner


def test_a_question_about_a_customer_without_a_refid_is_put(
    customer: Customer, acme: Partner, client_of: Any, manager: Any
) -> None:
    nevada = CALIFORNIA | {"city": "Reno", "state": "NV", "postal_code": "89501"}
    customer.to_fit(device_link(acme), nevada, BATTERY, reference="")
    customer.send("fit")

    reference = f"connect-{str(customer.session.pk)[-12:]}"

    assert connection_of(reference).needs_partner
    assert reference in client_of(manager).get("/").content.decode()


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


OTHERWISE = STORAGE | {"device.device_serial_number": "sn 00-48213", "device.device_manufacturer": "Volta Inc."}


def held(new_customer: Any, partner: Partner) -> Customer:
    """A second customer with the serial number of the first one's device."""
    link = device_link(partner)
    new_customer().walk(link, CALIFORNIA, STORAGE)
    other: Customer = new_customer()
    other.walk(link, CALIFORNIA, OTHERWISE, reference="home-2")
    return other


def test_a_serial_number_of_another_meter_waits_for_the_partner(
    new_customer: Any, acme: Partner, client_of: Any, manager: Any
) -> None:
    other = held(new_customer, acme)

    first = Meter.objects.get(partner=acme)
    assert notes_of("home-2")[-1] == "DEVICE_SERIAL_TAKEN"
    assert (connection_of("home-2").needs_partner, connection_of("home-2").stopped_by) == (True, "DEVICE_SERIAL_TAKEN")
    done = other.page()
    assert "Your device is not registered yet: Battery, Volta Inc. Home 10." in done
    assert 'class="success">Your device' not in done
    assert str(first.pk) not in done
    assert "home-1" not in done
    assert "Decide about the device" in client_of(manager).get("/").content.decode()
    page = client_of(manager).get(reverse("connection", args=[connection_of("home-2").pk])).content.decode()
    assert f'<a href="{reverse("meter", args=[first.pk])}">home-1</a>' in page
    assert "Waiting for you" in client_of(manager).get(reverse("connections")).content.decode()


def test_the_fit_promises_nothing_that_the_partner_decides(new_customer: Any, acme: Partner) -> None:
    link = device_link(acme)
    new_customer().walk(link, CALIFORNIA, STORAGE)

    page = new_customer().to_fit(link, CALIFORNIA, OTHERWISE, reference="home-2")

    assert "Acme Energy checks your device before it joins a program." in page
    assert "May take your device." in page
    assert "Takes your device." not in page
    assert "It starts on" not in page


@pytest.mark.parametrize(
    ("decision", "meters", "note", "of_second"),
    [
        ("create", 2, "DEVICE_DECIDED", "home-2"),
        ("use", 1, "DEVICE_DECIDED", "home-1"),
        ("keep", 1, "DEVICE_DECIDED", None),
    ],
)
def test_the_partner_decides_about_a_serial_number(
    new_customer: Any,
    acme: Partner,
    client_of: Any,
    manager: Any,
    decision: str,
    meters: int,
    note: str,
    of_second: str | None,
) -> None:
    other = held(new_customer, acme)
    first = Meter.objects.get(partner=acme)
    sent = {"use": str(first.pk)} if decision == "use" else {"decision": decision}

    client_of(manager).post(reverse("connection-device", args=[connection_of("home-2").pk]), sent)

    meter = other.session.meter
    assert Meter.objects.filter(partner=acme).count() == meters
    assert (meter and meter.partner_reference) == of_second
    assert not connection_of("home-2").needs_partner
    assert notes_of("home-2")[-1] == note
    first.refresh_from_db()
    assert (first.version, statuses_of(first)) == (1, {"CEC-DSGS": "ELIGIBLE"})


def test_only_a_meter_with_the_serial_number_can_be_used(
    new_customer: Any, acme: Partner, borealis: Partner, client_of: Any, manager: Any
) -> None:
    new_customer().walk(device_link(borealis), CALIFORNIA, STORAGE)
    held(new_customer, acme)
    theirs = Meter.objects.get(partner=borealis)

    client_of(manager).post(reverse("connection-device", args=[connection_of("home-2").pk]), {"use": str(theirs.pk)})

    assert connection_of("home-2").needs_partner
    assert notes_of("home-2")[-1] == "DEVICE_SERIAL_TAKEN"


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

    assert "Su dispositivo" in page
    assert "Número de serie del dispositivo" in page
    assert "Batería" in page
    customer.send("device", **STORAGE)
    assert "Programas para su dispositivo" in customer.page()


# --- what is typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"phone": "abc"}, "“abc” can’t be used as “Phone”."),
        ({"postal_code": "00000"}, "00000 is not a ZIP code."),
        ({"state": "NV"}, "ZIP code 94103 is in California, but the state is Nevada. Check both."),
    ],
)
def test_details_that_a_sheet_is_warned_of_are_refused(
    customer: Customer, acme: Partner, typed: dict[str, str], said: str
) -> None:
    customer.open(device_link(acme))
    customer.send("welcome")

    answer = customer.send("about", **(CALIFORNIA | typed))

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_all_that_is_wrong_with_the_details_is_told_at_once_in_their_order(customer: Customer, acme: Partner) -> None:
    customer.open(device_link(acme))
    customer.send("welcome")
    wrong = {"phone": "abc", "city": "", "state": "Californie", "postal_code": "9410a"}

    page = customer.send("about", **(CALIFORNIA | wrong)).content.decode()

    assert re.findall(r'href="#field-(\w+)"', page) == ["phone", "city", "state", "postal_code"]


def test_all_that_is_wrong_with_the_device_is_told_at_once_in_its_order(customer: Customer, acme: Partner) -> None:
    customer.open(device_link(acme))
    customer.send("welcome")
    customer.send("about", **CALIFORNIA)
    wrong = {"device.device_serial_number": "", "device.install_date": "2090-01-01", "site.number_of_devices": "x"}

    page = customer.send("device", **(STORAGE | wrong | {"device.battery_power_capacity_kw": ""})).content.decode()

    told = re.findall(r'href="#field-([\w.]+)"', page)
    assert told == [key for key in _NAMES.findall(page) if key in told]
    assert set(told) == {*wrong, "device.battery_power_capacity_kw"}


def test_what_is_needed_optional_or_sometimes_needed_is_said_at_its_field(customer: Customer, acme: Partner) -> None:
    asked(customer, device_link(acme), CALIFORNIA)

    labels = dict(re.findall(r'<label for="field-([\w.]+)">(.+?)</label>', customer.page()))

    marks = {key: re.findall(r"\((?:optional|if it applies)\)", label) for key, label in labels.items()}
    assert {key: found for key, found in marks.items() if found} == {
        "device.device_manufacturer": ["(optional)"],
        "device.device_model": ["(optional)"],
        "caiso.is_receiving_sgip_funding": ["(if it applies)"],
        "photo": ["(optional)"],
    }


def test_the_fit_names_the_date_on_which_another_question_depends(customer: Customer, acme: Partner) -> None:
    open_fields = {"device.install_date": "", "caiso.is_receiving_sgip_funding": "", "incomplete": "on"}

    page = customer.to_fit(device_link(acme), CALIFORNIA, STORAGE | open_fields)

    assert "It depends on: Install date." in page
    assert "Still missing" not in page


def test_the_language_is_changed_on_the_page_of_the_device(customer: Customer, acme: Partner) -> None:
    asked(customer, device_link(acme), CALIFORNIA)

    page = customer.send("device", **{**STORAGE, CHOSEN: "es"}).content.decode()

    assert "Su dispositivo" in page
    assert "SN-0048213" in page


@pytest.mark.parametrize(
    ("region", "variant", "about"),
    [
        ("CAISO", "RESIDENTIAL_DEVICE", CALIFORNIA),
        ("ISONE", "RESIDENTIAL_DEVICE", BOSTON),
        ("ISONE", "COMMERCIAL_DEVICE", PROVIDENCE | {"company_name": "Rivera Foods"}),
    ],
)
def test_each_hint_is_in_spanish(
    customer: Customer, acme: Partner, region: str, variant: str, about: dict[str, str]
) -> None:
    customer.open(device_link(acme, region, variant=variant), lang="es")
    customer.send("welcome")
    customer.send("about", **about)

    fields = fields_of(customer.session, (), {})

    english = set(Field.objects.exclude(help="").values_list("help", flat=True))
    assert [field.key for field in fields if field.help_text in english] == []
    rows = Field.objects.filter(path__in=[field.key for field in fields])
    assert [row.path for row in rows if not row.label_es or bool(row.help) != bool(row.help_es)] == []


def test_each_field_in_spanish_has_its_hint_in_spanish(catalogue: None) -> None:
    rows = Field.objects.exclude(label_es="")

    assert [row.path for row in rows if bool(row.help) != bool(row.help_es)] == []
    assert rows.count() > 20


# --- what the pages show of it


def test_the_partner_reads_days_and_answers_as_people_write_them(
    customer: Customer, acme: Partner, client_of: Any, manager: Any
) -> None:
    customer.walk(device_link(acme), CALIFORNIA, STORAGE)

    page = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()

    shown = dict(re.findall(r'<dt>([^<]+)</dt><dd class="break-anywhere">([^<]*)</dd>', page))
    assert shown["Install date"] == "Sep 30, 2025"
    assert shown["Receives SGIP funding"] == "No"
    assert shown["Battery power capacity"] == "5 kW"
    assert shown["Device type"] == "Battery"


def test_the_list_says_that_no_utility_is_asked(
    customer: Customer, acme: Partner, client_of: Any, manager: Any
) -> None:
    customer.open(device_link(acme))

    page = client_of(manager).get(reverse("connections")).content.decode()

    assert "Not asked" in page
    assert "None yet" not in page


def test_what_a_customer_shares_shows_the_device(customer: Customer, acme: Partner) -> None:
    customer.walk(device_link(acme), CALIFORNIA, STORAGE)

    page = customer.client.get(manage_path(customer.session)).content.decode()

    assert "You share no utility data." not in page
    assert "Battery, Volta Home 10" in page
    assert "Ending in 8213" in page
    assert "SN-0048213" not in page
    assert "Demand Side Grid Support: Ready, starts at the next activation" in page
    assert "Device participation agreement" in page
    assert "take a device out of a program" in page
    assert "You described your device: Battery, Volta Home 10" in page
