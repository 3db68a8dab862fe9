"""Nothing of a sandbox reaches a program, our staff, a customer or another partner; each test shows what would."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.calendar import notifications
from onboarding.connect.absorb import state_facts
from onboarding.connect.authorize import begin
from onboarding.connect.customer_emails import write_authorized
from onboarding.connect.forms import LinkForm
from onboarding.connect.models import CustomerEmail
from onboarding.connect.queries import connected_utilities
from onboarding.enrollment.deadlines import measure_again
from onboarding.enrollment.impact import measure
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment, MadeDeadline, RegistrationRefresh
from onboarding.enrollment.rules import rules_now
from onboarding.meters.models import Meter
from onboarding.staff.domain import activate, end_activation, record_checks
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.models import Job
from portal.partners.models import Membership, Partner, User
from portal.problems import Refused
from programs.models import (
    ActionType,
    Deadline,
    DeliveryPeriod,
    PassedDeadline,
    Program,
    Utility,
    UtilityConnection,
)
from tests.onboarding.connect import builders as connect
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
BATTERY: Any = {
    "device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5},
    "site": {"number_of_devices": 1},
}
POINT = "9f1c4c1e-0d5e-4a59-9a4f-3d0a3f1f2b11"
SEASON = "CEC-DSGS_2027_MAY_OCT"


@pytest.fixture
def sandbox(acme: Partner, manager: User) -> Partner:
    made = Partner.objects.create(
        name="Acme Energy (sandbox)", slug="acme-sandbox", sandbox_of=acme, filled_at=timezone.now()
    )
    Membership.objects.create(partner=made, user=manager, role="MANAGER")
    return made


def battery(partner: Partner, reference: str, **changes: Any) -> Meter:
    return make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", reference=reference, **BATTERY, **changes)


@pytest.fixture
def real_meter(acme: Partner) -> Meter:
    return battery(acme, "real-meter-1")


@pytest.fixture
def made_up_meter(sandbox: Partner) -> Meter:
    return battery(sandbox, "made-up-meter-1")


def with_everything(meter: Meter) -> None:
    """Whatever staff see of meters, once."""
    period, program = DeliveryPeriod.objects.get(name=SEASON), Program.objects.get(identifier="CEC-DSGS")
    CheckRecord.objects.create(
        partner=meter.partner,
        meter=meter,
        action_type=ActionType.HAS_NOMINATIONS,
        program=program,
        holds=True,
        valid_from=timezone.now(),
    )
    Activation.objects.create(partner=meter.partner, meter=meter, period=period, active_from=timezone.now())
    RegistrationRefresh.objects.create(partner=meter.partner, meter=meter, requested_at=timezone.now())
    record("meter.noted", subject=meter, partner=meter.partner, by=BY)


def staff_addresses() -> list[str]:
    """Every list of the admin, and the pages beside them."""
    addresses = [reverse("admin:index"), reverse("admin:enrollment-sheet"), reverse("home"), reverse("programs")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        addresses.append(reverse(name))
    return addresses


def test_staff_see_no_made_up_meter_on_any_page(
    real_meter: Meter, made_up_meter: Meter, staff: User, client_of: Callable[[User], Client]
) -> None:
    with_everything(real_meter)
    with_everything(made_up_meter)
    client, seen = client_of(staff), set()

    for address in staff_addresses():
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert made_up_meter.partner_reference not in text, address
        assert str(made_up_meter.pk) not in text, address
        seen |= {address} if real_meter.partner_reference in text or str(real_meter.pk) in text else set()

    shown = {address.split("/")[3] for address in seen}
    assert shown == {"enrollment", "checkrecord", "activation", "registrationrefresh", "event"}


@pytest.mark.parametrize("model", [Enrollment, CheckRecord, Activation, RegistrationRefresh])
def test_staff_open_no_row_of_a_made_up_meter(
    model: Any, real_meter: Meter, made_up_meter: Meter, staff: User, client_of: Callable[[User], Client]
) -> None:
    with_everything(real_meter)
    with_everything(made_up_meter)
    name = f"admin:onboarding_{model._meta.model_name}_change"
    answers = []

    for meter in (real_meter, made_up_meter):
        page = client_of(staff).get(reverse(name, args=[model.objects.get(meter=meter).pk]), follow=True)
        answers.append(page.redirect_chain == [])

    assert answers == [True, False]


def test_lists_of_staff_offer_no_sandbox_to_filter_by(
    real_meter: Meter, made_up_meter: Meter, borealis: Partner, staff: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(staff).get(reverse("admin:onboarding_enrollment_changelist")).content.decode()

    assert f"partner__id__exact={borealis.pk}" in page
    assert f"partner__id__exact={made_up_meter.partner_id}" not in page


def test_staff_record_nothing_for_a_made_up_meter_by_selection(
    real_meter: Meter, made_up_meter: Meter, staff: User, client_of: Callable[[User], Client]
) -> None:
    rows = [str(pk) for pk in Enrollment.objects.values_list("pk", flat=True)]
    assert len(rows) == 2
    sent = {"action": "activate", "_selected_action": rows, "asked": "yes"}
    sent["period"] = str(DeliveryPeriod.objects.get(name=SEASON).pk)

    client_of(staff).post(reverse("admin:onboarding_enrollment_changelist"), sent)

    assert [one.meter for one in Activation.objects.all()] == [real_meter]


def test_staff_record_nothing_for_a_made_up_meter_by_sheet(
    real_meter: Meter, made_up_meter: Meter, staff: User, client_of: Callable[[User], Client]
) -> None:
    def sent(meter: Meter) -> str:
        lines = f"meter_id,what,program,holds\n{meter.pk},HAS_NOMINATIONS,CEC-DSGS,yes\n"
        file = SimpleUploadedFile("sheet.csv", lines.encode())
        return client_of(staff).post(reverse("admin:enrollment-sheet"), {"file": file}).content.decode()

    assert "No meter has the ID" in sent(made_up_meter)
    assert "No meter has the ID" not in sent(real_meter)


def test_verbs_of_staff_leave_made_up_meters_out(real_meter: Meter, made_up_meter: Meter) -> None:
    period, meters = DeliveryPeriod.objects.get(name=SEASON), [real_meter, made_up_meter]
    in_season = {"active_from": period.starts_at}

    recorded = record_checks(meters, ActionType.HAS_NOMINATIONS, holds=True, by=BY)
    activated = activate(meters, period, by=BY, **in_season)
    Activation.objects.create(
        partner=made_up_meter.partner, meter=made_up_meter, period=period, active_from=period.starts_at
    )
    ended = end_activation(meters, period, reason="x", by=BY, active_to=period.ends_at)

    for done in (recorded, activated, ended):
        assert done.meters == [real_meter.pk]
    codes = [done.left[made_up_meter.pk].code for done in (recorded, activated, ended)]
    assert codes == ["METER_OF_SANDBOX", "METER_OF_SANDBOX", "NOT_ACTIVE"]


def test_deadlines_count_no_made_up_meter(
    real_meter: Meter, made_up_meter: Meter, staff: User, client_of: Callable[[User], Client]
) -> None:
    """They are recorded for it, since its status follows from them as that of any meter does."""
    period = DeliveryPeriod.objects.get(name=SEASON)
    passed = PassedDeadline.objects.create(
        period=period,
        deadline_at=timezone.now(),
        accepted_until=timezone.now(),
        activation_at=period.starts_at,
        rules_at=timezone.now(),
        recorded_at=timezone.now(),
    )
    for meter in (real_meter, made_up_meter):
        MadeDeadline.objects.create(partner=meter.partner, meter=meter, deadline=passed)

    page = client_of(staff).get(reverse("admin:programs_passeddeadline_changelist")).content.decode()

    assert re.search(r'class="field-made">1<', page)
    assert measure_again(passed, timezone.now()).looked_at == 1


def test_impact_of_a_change_counts_no_made_up_meter(real_meter: Meter, made_up_meter: Meter) -> None:
    program = Program.objects.get(identifier="CEC-DSGS")
    Enrollment.objects.update(status="PENDING")
    before = rules_now()
    Deadline.objects.filter(period__program=program).delete()

    impact = measure(before)

    assert impact.looked_at == 1


def test_no_notice_of_deadlines_is_written_for_made_up_meters(acme: Partner, sandbox: Partner, manager: User) -> None:
    for partner in (acme, sandbox):
        make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", reference="lacks")
    Job.objects.all().delete()

    with time_machine.travel("2027-04-05 15:00 +0000", tick=False):
        notifications.queue_notifications()

    queued = Job.objects.filter(kind__startswith="calendar.").values_list("kind", "partner__slug")
    assert sorted(queued) == [("calendar.deadlines", "acme"), ("calendar.weekly", "acme")]


# --- Connect


def same_point(partner: Partner, reference: str) -> Meter:
    """A meter of the usage point that everybody's demo customer has."""
    given = connect.authorization(connect.connection(partner, reference))
    meter = connect.meter(partner, reference)
    connect.point(given, joined=meter, usage_point=POINT, account_number="99 1234")
    return meter


def rivals_of(meter: Meter) -> list[bool]:
    kind = ActionType.NOT_ENROLLED_IN_CONFLICTING_PROGRAM
    return list(CheckRecord.objects.filter(meter=meter, action_type=kind).values_list("holds", flat=True))


def test_sandbox_is_nobody_s_rival_and_has_none(acme: Partner, borealis: Partner, sandbox: Partner) -> None:
    first = same_point(sandbox, "made-up")
    second = same_point(acme, "a")
    third = same_point(borealis, "b")
    other = Partner.objects.create(name="B (sandbox)", slug="b-sandbox", sandbox_of=borealis)
    fourth = same_point(other, "also-made-up")

    for meter in (first, second, third, fourth):
        state_facts([meter.pk], by=BY)

    assert [rivals_of(meter) for meter in (first, second, third, fourth)] == [[], [], [False], []]


def test_customers_of_a_sandbox_choose_among_demo_utilities_alone(acme: Partner, sandbox: Partner) -> None:
    ours = Utility.objects.get(code="PGE")
    for utility in (ours, Utility.objects.get(code=connect.CAISO_UTILITY)):
        UtilityConnection.objects.get_or_create(
            utility=utility,
            defaults={
                "authorization_url": "https://u.example/a",
                "token_url": "https://u.example/t",
                "resource_url": "https://u.example/r",
                "client_id": "c",
                "client_secret": "s",
                "scope": "s",
                "is_active": True,
            },
        )

    assert ours in connected_utilities("CAISO", acme)
    assert [utility.code for utility in connected_utilities("CAISO", sandbox)] == [connect.CAISO_UTILITY]
    choices = [code for code, _ in LinkForm(partner=sandbox, region="CAISO").fields["utilities"].choices]  # type: ignore[attr-defined]  # a choice field
    assert choices == [connect.CAISO_UTILITY]
    with pytest.raises(Refused):
        connect.link(sandbox, utilities=["PGE"])
    session = connect.connection(sandbox, "home").sessions.get()
    with pytest.raises(Refused):
        begin(session, "PGE", address="")


def test_link_that_is_emailed_goes_to_whoever_sends_it(
    acme: Partner, sandbox: Partner, manager: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    client, told = client_of(manager), []
    for partner in (acme, sandbox):
        client.post(reverse("partner-switch"), {"partner": partner.pk})
        link = connect.link(partner)
        page = client.post(
            reverse("connect-link", args=[link.pk]), {"email": "alex@example.com", "reference": ""}, follow=True
        )
        told.append("Sandboxes don’t email customers" in page.content.decode())
        run_jobs()

    assert told == [False, True]
    assert [(message.to, message.subject.startswith("[Sandbox] ")) for message in mail.outbox] == [
        (["alex@example.com"], False),
        (["manager@acme.example"], True),
    ]


def test_email_to_a_customer_of_a_sandbox_is_shown_and_not_sent(
    acme: Partner, sandbox: Partner, manager: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    client, shown = client_of(manager), []
    for partner in (acme, sandbox):
        row = connect.connection(partner, "home")
        row.sessions.update(answers={"email": "alex@example.com", "customer_name": "Alex"})
        given = connect.authorization(row)
        given.session.refresh_from_db()
        write_authorized(given)
        run_jobs()
        client.post(reverse("partner-switch"), {"partner": partner.pk})
        page = client.get(reverse("connection", args=[row.pk])).content.decode()
        shown.append("Emails not sent" in page)

    assert shown == [False, True]
    assert CustomerEmail.objects.count() == 2
    assert [message.to for message in mail.outbox] == [["alex@example.com"]]
    assert "[Sandbox]" not in mail.outbox[0].subject


def test_customers_see_that_a_page_is_of_a_sandbox(acme: Partner, sandbox: Partner) -> None:
    pages = []
    for partner in (acme, sandbox):
        link = connect.link(partner)
        address = reverse("connect-by-title", args=[partner.slug, link.title])
        pages.append(Client().get(address, {"refId": "home-1"}, follow=True).content.decode())

    assert ["sandbox-strip" in page for page in pages] == [False, True]
    assert "Do not enter anything real." in pages[1]
