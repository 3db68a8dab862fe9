"""Device links: where they can be made, for which programs, and what their pages show."""

from typing import Any

import pytest
from django.urls import reverse

from onboarding.connect.links import LinkSpec, address_of, problems_of
from onboarding.connect.models import ConnectLink
from portal.partners.models import Partner
from tests.onboarding.device_links.conftest import device_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def codes(partner: Partner, **spec: Any) -> list[str]:
    return [problem.code for problem in problems_of(partner, LinkSpec(title="x", **spec))]


@pytest.mark.parametrize(
    ("region", "variant", "expected"),
    [
        ("CAISO", "RESIDENTIAL_DEVICE", []),
        ("ISONE", "COMMERCIAL_DEVICE", []),
        ("ISONE", "RESIDENTIAL", ["LINK_VARIANT_UNAVAILABLE"]),
        ("NYISO", "RESIDENTIAL_DEVICE", ["LINK_VARIANT_UNAVAILABLE"]),
        ("SERC", "RESIDENTIAL_DEVICE", ["LINK_REGION_WITHOUT_CONNECT"]),
    ],
)
def test_device_links_exist_where_device_programs_are(
    acme: Partner, region: str, variant: str, expected: list[str]
) -> None:
    assert codes(acme, region=region, variant=variant) == expected


@pytest.mark.parametrize(
    ("variant", "program", "expected"),
    [
        ("RESIDENTIAL_DEVICE", "CEC-DSGS", []),
        ("RESIDENTIAL_DEVICE", "ELRP", ["LINK_PROGRAM_UNAVAILABLE"]),
        ("RESIDENTIAL", "CEC-DSGS", ["LINK_PROGRAM_UNAVAILABLE"]),
    ],
)
def test_programs_go_with_the_variant(acme: Partner, variant: str, program: str, expected: list[str]) -> None:
    assert codes(acme, region="CAISO", variant=variant, programs=[program]) == expected


def test_a_device_link_asks_no_utility(acme: Partner) -> None:
    assert "LINK_DEVICE_WITHOUT_UTILITY" in codes(acme, region="CAISO", variant="RESIDENTIAL_DEVICE", utilities=["PGE"])


def test_the_builder_offers_new_england_with_devices_alone(client_of: Any, manager: Any, acme: Partner) -> None:
    client = client_of(manager)
    regions = client.get(reverse("connect-link-new")).content.decode()
    page = client.get(reverse("connect-link-new"), {"region": "ISONE"}).content.decode()

    assert 'value="ISONE"' in regions
    assert 'value="RESIDENTIAL_DEVICE"' in page
    assert 'value="RESIDENTIAL"' not in page
    assert "Clean Peak Standard" in page

    answer = client.post(
        reverse("connect-link-new"),
        {"region": "ISONE", "title": "batteries", "variant": "RESIDENTIAL_DEVICE", "programs": ["MA_DOER-CPS"]},
    )

    assert answer.status_code == 302
    link = ConnectLink.objects.get()
    assert "variant=RESIDENTIAL_DEVICE" in address_of(link)
    shown = client.get(answer["Location"]).content.decode()
    assert "Device participation agreement" in shown
    assert "Residential, with a device" in shown


def test_another_partners_link_is_not_there(client_of: Any, stranger: Any, acme: Partner) -> None:
    link = device_link(acme)

    assert client_of(stranger).get(reverse("connect-link", args=[link.pk])).status_code == 404
