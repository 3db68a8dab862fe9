"""Staff's figures of Connect: of all real partners together, and for staff alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect.models import Connection, UtilityOutage
from portal.partners.models import Partner, User
from programs.models import Utility
from tests.onboarding.connect import builders as make
from tests.onboarding.funnel import mixed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NOW = datetime(2026, 12, 10, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(staff: User, client_of: Any) -> Client:
    return client_of(staff)


@pytest.mark.parametrize("by", ["", "partner", "utility", "week", "device", "variant"])
def test_the_figures_are_of_all_real_partners(by: str, client: Client, acme: Partner, borealis: Partner) -> None:
    sandbox = Partner.objects.create(name="Acme sandbox", slug="acme-sandbox", sandbox_of=acme)
    mixed.fill(acme, NOW)
    mixed.fill(borealis, NOW)
    mixed.customer(sandbox, "made-up", mixed.HAS_METER, link=make.link(sandbox))

    page = client.get(reverse("admin:connect-figures"), {"by": by}).content.decode()

    assert f"Of {Connection.objects.count() - 1} customers," in page
    assert "Acme sandbox" not in page
    assert "/connections/?" not in page  # lists are a partner's own
    assert ("Borealis Devices" in page) == (by in ("", "partner"))


def test_one_utility_over_time_is_of_all_real_partners(client: Client, acme: Partner, borealis: Partner) -> None:
    for partner in (acme, borealis, Partner.objects.create(name="Play", slug="play", sandbox_of=acme)):
        mixed.customer(partner, "home-1", mixed.HAS_DATA, link=make.link(partner), started=NOW)

    page = client.get(reverse("admin:connect-utility-figures", args=[make.CAISO_UTILITY]), {"period": "day"})

    assert "2 of 2 completed sign-ins were authorized." in page.content.decode()
    assert client.get(reverse("admin:connect-utility-figures", args=["NOWHERE"])).status_code == 404


def test_without_customers_and_with_what_cannot_be_asked(client: Client) -> None:
    assert "No customers opened a link" in client.get(reverse("admin:connect-figures")).content.decode()
    assert client.get(reverse("admin:connect-figures"), {"by": "link"}).status_code == 422


def test_outages_are_listed_with_the_way_to_the_figures(client: Client) -> None:
    UtilityOutage.objects.create(utility=Utility.objects.get(code="PGE"), began_at=NOW, noticed_at=NOW)

    page = client.get(reverse("admin:onboarding_utilityoutage_changelist")).content.decode()

    assert reverse("admin:connect-figures") in page
    assert "Pacific Gas" in page


def test_partners_do_not_see_them(client_of: Any, manager: User) -> None:
    for path in (reverse("admin:connect-figures"), reverse("admin:connect-utility-figures", args=["PGE"])):
        assert client_of(manager).get(path).status_code in (302, 403)
