"""The demo's customers: at every step, once, and no work is left for anybody."""

from typing import Any

import pytest
from django.core.management import call_command

from onboarding.connect.choices import Reached
from onboarding.connect.models import Connection, ConnectionNote, CustomerEmail
from onboarding.meters.models import Meter
from portal.jobs.models import Job
from portal.partners.demo import LIVED_IN
from portal.partners.models import Partner
from programs.models import Utility
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
COMMAND = "onboarding.management.commands.demo_customers"


def test_a_demo_partner_has_customers_at_every_step(monkeypatch: Any, settings: Any) -> None:
    settings.DEMO = True
    monkeypatch.setattr(f"{COMMAND}.CUSTOMERS", 40)
    partner = Partner.objects.create(name="Cedar", slug=LIVED_IN)
    utility = Utility.objects.get(code=make.CAISO_UTILITY)
    monkeypatch.setattr(f"{COMMAND}.connected_utilities", lambda *_: [utility])
    make.link(partner, "california-homes")
    make.link(partner, "texas-ers", "ERCOT", variant="COMMERCIAL")
    make.link(partner, "pjm-agreements", "PJM", variant="COMMERCIAL_AGREEMENTS_ONLY")
    make.link(partner, "california-batteries", variant="RESIDENTIAL_DEVICE")

    for _ in range(2):  # the second time changes nothing
        call_command("demo_customers")

    rows = Connection.objects.filter(partner=partner)
    assert rows.count() == 40
    assert set(rows.values_list("reached", flat=True)) >= {Reached.OPENED, Reached.SIGNED, Reached.UTILITY}
    with_meter = rows.filter(reached=Reached.METER)
    assert with_meter.count() == Meter.objects.filter(partner=partner).count() > 3
    with_device = with_meter.filter(device_type="BATTERY")
    assert with_device.count() > 1
    assert all(row.minutes_to_data for row in with_meter.filter(device_type=""))
    assert ConnectionNote.objects.filter(at__lt=min(row.started_at for row in rows)).count() == 0
    assert not CustomerEmail.objects.exists()
    assert not Job.objects.filter(kind__startswith="connect").exists()
