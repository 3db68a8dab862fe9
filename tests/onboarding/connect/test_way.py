"""From a link to a meter, through the real demo utility."""

from typing import Any

import pytest
import requests
from django.core import mail

from onboarding.connect.choices import AuthorizationState, DataState, SessionState
from onboarding.connect.models import Authorization, ConnectLink, Consent, ServicePoint
from onboarding.demo_utility.customers import customer as played
from onboarding.enrollment.models import CheckRecord
from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.partners.models import Partner
from programs.models import Program
from tests.onboarding.connect.conftest import (
    CAISO,
    NYISO,
    PJM,
    SOUTHERN,
    Customer,
    authorization_of,
    connection_of,
    link_for,
    notes_of,
    run_jobs,
)

pytestmark = pytest.mark.django_db


def test_a_customer_authorizes_and_the_meter_appears(customer: Customer, link: ConnectLink, acme: Partner) -> None:
    page = customer.authorize(link, "success")

    assert "You’re all set" in page.content.decode()
    assert customer.session.state == SessionState.COMPLETED
    authorization = authorization_of()
    assert (authorization.state, authorization.data_state) == (AuthorizationState.COMPLETED, DataState.WAITING)

    run_jobs()

    meter, known = Meter.objects.get(partner=acme), played(CAISO, "success")
    assert meter.created_by == "UTILITY"
    assert meter.partner_reference == "home-1"
    assert meter.connection_references == ["home-1"]
    assert meter.utility_name == CAISO
    assert meter.customer_name == known.name
    assert meter.account_number in {known.meters[0].agreement, known.account}
    record = CheckRecord.objects.get(meter=meter, action_type="IS_AUTHORIZED")
    assert record.holds
    assert meter.enrollments.exists()
    assert authorization_of().data_state == DataState.RECEIVED
    verbs = list(Event.objects.filter(subject_id=str(meter.pk)).values_list("verb", flat=True))
    assert "meter.created" in verbs
    assert [consent.verb for consent in Consent.objects.all()] == ["granted"]
    assert notes_of()[-2:] == ["METER_CREATED", "DATA_ARRIVED"]
    assert any("You shared your" in message.subject for message in mail.outbox)


@pytest.mark.parametrize(
    ("user_name", "reason"),
    [
        ("cancel", "DECLINED"),
        ("wrong_password", "BAD_CREDENTIALS"),
        ("mfa_failed", "MFA_FAILED"),
        ("utility_down", "UTILITY_UNAVAILABLE"),
        ("error_after_consent", "UTILITY_ERROR"),
    ],
)
def test_a_customer_who_fails_is_told_why_and_tries_again(
    customer: Customer, link: ConnectLink, user_name: str, reason: str
) -> None:
    page = customer.authorize(link, user_name)

    assert (authorization_of().state, authorization_of().failure) == ("FAILED", reason)
    assert "is not connected yet" in page.content.decode()
    assert "Try again" in page.content.decode()

    customer.come_back(customer.demo.sign_in(requests.Session(), customer.to_sign_in(), "success"))

    assert authorization_of().state == "COMPLETED"
    assert customer.session.state == SessionState.COMPLETED


@pytest.mark.parametrize("code", [CAISO, SOUTHERN])
def test_every_usage_point_becomes_a_meter(customer: Customer, acme: Partner, code: str) -> None:
    customer.authorize(link_for(acme, utilities=[code]), "two_meters", code=code)

    run_jobs()

    assert Meter.objects.filter(partner=acme, created_by="UTILITY", partner_reference="home-1").count() == 2
    accounts = {meter.account_number for meter in Meter.objects.filter(partner=acme)}
    assert len(accounts) == 2


def test_a_business_with_two_accounts(customer: Customer, acme: Partner) -> None:
    customer.authorize(link_for(acme, "NYISO", variant="COMMERCIAL", utilities=[NYISO]), "commercial", code=NYISO)

    run_jobs()

    meters = Meter.objects.filter(partner=acme)
    assert meters.count() == len(played(NYISO, "commercial").meters)
    assert {meter.customer_classification for meter in meters} == {"COMMERCIAL"}


def test_a_second_authorization_joins_the_same_meter(
    customer: Customer, new_customer: Any, link: ConnectLink, acme: Partner
) -> None:
    customer.authorize(link, "success", reference="home-1")
    run_jobs()

    new_customer().authorize(link, "duplicate", reference="spouse-1")
    run_jobs()

    meter = Meter.objects.get(partner=acme)
    assert meter.connection_references == ["home-1", "spouse-1"]
    assert ServicePoint.objects.filter(meter=meter).count() == 2


def partner_meter(partner: Partner, code: str, user_name: str, **changes: Any) -> Meter:
    known = played(code, user_name)
    point, place = known.meters[0], known.meters[0].address
    values = {
        "partner_reference": "crm-77",
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "meter_type": "UTILITY_METER",
        "street": place.line,
        "city": place.city,
        "state": place.state,
        "postal_code": place.zip_code,
        "utility_name": code,
        "account_number": point.agreement,
        "data": {"customer": {"street_1": place.line}, "utility": {"utility_name": code}},
    }
    return Meter.objects.create(partner=partner, **{**values, **changes})


def test_a_partner_created_meter_is_joined(customer: Customer, link: ConnectLink, acme: Partner) -> None:
    agreement = played(CAISO, "success").meters[0].agreement
    mine = partner_meter(acme, CAISO, "success", account_number=f"{agreement[:3]}-{agreement[3:]}")

    customer.authorize(link, "success")
    run_jobs()

    assert Meter.objects.get(partner=acme).pk == mine.pk
    mine.refresh_from_db()
    assert mine.connection_references == ["home-1"]
    assert mine.created_by == "PARTNER"
    assert CheckRecord.objects.get(meter=mine, action_type="IS_AUTHORIZED").holds
    assert "METER_JOINED" in notes_of()


def test_an_address_that_disagrees_is_asked_about(
    customer: Customer, link: ConnectLink, acme: Partner, client_of: Any, manager: Any
) -> None:
    mine = partner_meter(acme, CAISO, "success", street="99 Elsewhere Road")

    customer.authorize(link, "success")
    run_jobs()

    assert not CheckRecord.objects.filter(meter=mine).exists()
    assert Meter.objects.filter(partner=acme).count() == 1
    assert connection_of().needs_partner
    page = client_of(manager).get(f"/connections/{connection_of().pk}/")
    assert "Decide which meter it is" in page.content.decode()
    point = ServicePoint.objects.get()

    answer = client_of(manager).post(f"/connections/{connection_of().pk}/decide/{point.pk}/", {"meter": str(mine.pk)})

    assert answer.status_code == 302
    assert CheckRecord.objects.get(meter=mine, action_type="IS_AUTHORIZED").holds
    assert not connection_of().needs_partner


def test_a_utility_with_another_address_than_the_meter_is_asked_about(
    customer: Customer, link: ConnectLink, acme: Partner
) -> None:
    partner_meter(acme, CAISO, "address_mismatch")

    customer.authorize(link, "address_mismatch")
    run_jobs()

    point = ServicePoint.objects.get()
    assert (point.meter, point.problem["code"]) == (None, "POINT_ADDRESS_DISAGREES")
    assert "TO_DECIDE" in notes_of()


def test_a_new_meter_joins_the_programs_of_its_utility(customer: Customer, acme: Partner) -> None:
    customer.authorize(link_for(acme, "NYISO", utilities=[NYISO]), "success", code=NYISO)
    run_jobs()

    meter = Meter.objects.get(partner=acme)
    programs = Program.objects.filter(transmission_region="NYISO", is_customer_authorized=True, active_to=None)
    fitting = {one.identifier for one in programs if not one.utilities.exists() or one.utilities.filter(code=NYISO)}
    assert set(meter.enrollments.values_list("program__identifier", flat=True)) == fitting


def test_a_partner_says_it_is_another_meter(
    customer: Customer, link: ConnectLink, acme: Partner, client_of: Any, manager: Any
) -> None:
    partner_meter(acme, CAISO, "success", street="99 Elsewhere Road")
    customer.authorize(link, "success")
    run_jobs()
    point = ServicePoint.objects.get()

    client_of(manager).post(f"/connections/{connection_of().pk}/decide/{point.pk}/", {"meter": "new"})

    assert Meter.objects.filter(partner=acme).count() == 2
    assert Meter.objects.get(partner=acme, created_by="UTILITY").connection_references == ["home-1"]


def test_several_meters_that_agree_are_asked_about(customer: Customer, link: ConnectLink, acme: Partner) -> None:
    partner_meter(acme, CAISO, "success")
    partner_meter(acme, CAISO, "success", partner_reference="crm-78")

    customer.authorize(link, "success")
    run_jobs()

    point = ServicePoint.objects.get()
    assert (point.meter, len(point.candidates), point.problem["code"]) == (None, 2, "POINT_SEVERAL_METERS")


def test_another_partners_meter_is_never_joined(
    customer: Customer, link: ConnectLink, acme: Partner, borealis: Partner
) -> None:
    theirs = partner_meter(borealis, CAISO, "success")

    customer.authorize(link, "success")
    run_jobs()

    theirs.refresh_from_db()
    assert theirs.connection_references == []
    assert Meter.objects.filter(partner=acme).count() == 1


def test_two_partners_at_the_same_service_account(
    customer: Customer, new_customer: Any, link: ConnectLink, acme: Partner, borealis: Partner
) -> None:
    customer.authorize(link, "success")
    run_jobs()
    new_customer().authorize(link_for(borealis, utilities=[CAISO]), "duplicate", reference="b-1")
    run_jobs()

    first, second = Meter.objects.get(partner=acme), Meter.objects.get(partner=borealis)
    kind = "NOT_ENROLLED_IN_CONFLICTING_PROGRAM"
    assert not CheckRecord.objects.filter(meter=first, action_type=kind).exists()
    record = CheckRecord.objects.get(meter=second, action_type=kind)
    assert not record.holds
    assert "Acme" not in record.note


def test_no_smart_meter_is_said(customer: Customer, link: ConnectLink) -> None:
    customer.authorize(link, "no_smart_meter")
    run_jobs()

    assert "NO_INTERVALS" in notes_of()


def test_agreements_only_asks_no_utility(customer: Customer, acme: Partner, connected: Any) -> None:
    link = link_for(acme, "PJM", variant="COMMERCIAL_AGREEMENTS_ONLY")

    customer.walk_to_utility(link)

    assert customer.session.state == SessionState.COMPLETED
    assert customer.session.signatures.exists()
    assert not Authorization.objects.exists()


def test_pjm(customer: Customer, acme: Partner) -> None:
    customer.authorize(link_for(acme, "PJM", utilities=[PJM]), "success", code=PJM)
    run_jobs()

    assert Meter.objects.get(partner=acme).transmission_region == "PJM"
