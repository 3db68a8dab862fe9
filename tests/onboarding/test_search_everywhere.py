"""One box for everything: meters, uploads, and straight to what an ID names."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.meters.search.domain import add_texts
from onboarding.uploads.models import Upload
from portal.partners.models import Partner, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


def upload_of(partner: Partner, name: str) -> Upload:
    return Upload.objects.create(partner=partner, file_name=name, size=1, actor={"label": "Test"})


def test_meters_and_uploads_are_found_by_part_and_never_those_of_others(
    client: Client, acme: Partner, borealis: Partner
) -> None:
    for partner in (acme, borealis):
        Meter.objects.create(partner=partner, partner_reference=f"{partner.slug}-oak-1", street="9 Oak <b>Street")
        upload_of(partner, f"{partner.slug} oak season.xlsx")
    add_texts(Meter.objects.values_list("pk", flat=True))

    page = client.get(reverse("search"), {"q": " oak "}).content.decode()

    assert "acme-oak-1" in page
    assert "acme oak season.xlsx" in page
    assert "9 Oak &lt;b&gt;Street" in page
    assert "borealis" not in page


def test_id_leads_straight_to_what_it_names(client: Client, acme: Partner, borealis: Partner) -> None:
    meter = Meter.objects.create(partner=acme, partner_reference="one")
    theirs = Meter.objects.create(partner=borealis, partner_reference="two")
    upload = upload_of(acme, "a.csv")

    def led_to(text: object) -> str:
        return str(client.get(reverse("search"), {"q": text}).headers.get("Location", ""))

    assert led_to(meter.pk) == reverse("meter", args=[meter.pk])
    assert led_to(f" {upload.pk} ") == reverse("upload", args=[upload.pk])
    assert led_to(theirs.pk) == ""
    assert "Nothing found" in client.get(reverse("search"), {"q": theirs.pk}).content.decode()


def test_nothing_asked_says_what_can_be_asked(client: Client) -> None:
    assert "Enter a meter ID" in client.get(reverse("search")).content.decode()
