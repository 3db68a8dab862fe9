"""The second wall finds what it is there for."""

from typing import Any

import pytest

from onboarding.meters.models import Meter
from onboarding.uploads.models import ColumnMemory, Upload, UploadRow
from portal.partners.models import Membership, Partner
from portal.storage.ids import uuid7
from tests.wall import path_to_partner, wall

pytestmark = pytest.mark.django_db


def meter(partner: Partner) -> Meter:
    return Meter.objects.create(partner=partner, data={}, transmission_region="CAISO")


def test_what_names_the_partner_or_its_rows_passes(acme: Partner, borealis: Partner, manager: Any) -> None:
    own, membership = meter(acme), Membership.objects.get(user=manager)

    with wall(acme) as looking:
        list(Meter.objects.filter(partner=acme))
        Meter.objects.filter(pk=own.pk).update(city="Oakland")
        list(Meter.objects.filter(pk__any_of=[own.pk]))
        list(Membership.objects.filter(pk=membership.pk))
        list(Partner.objects.all())

    assert looking.holes == []


@pytest.mark.parametrize(
    "forgetful",
    [
        lambda _own, _theirs: list(Meter.objects.filter(city="Oakland")),
        lambda _own, theirs: list(Meter.objects.filter(pk=theirs.pk)),
        lambda own, theirs: list(Meter.objects.filter(pk__in=[own.pk, theirs.pk])),
        lambda own, theirs: list(Meter.objects.filter(pk__any_of=[own.pk, theirs.pk])),
        lambda _own, theirs: Meter.objects.filter(partner=theirs.partner).update(city="Oakland"),
        lambda _own, _theirs: list(UploadRow.objects.filter(upload=uuid7())),
        lambda _own, theirs: list(Membership.objects.filter(pk=Membership.objects.get(partner=theirs.partner).pk)),
        lambda _own, _theirs: Upload.objects.filter(file_name="a.csv").exists(),
        lambda _own, _theirs: ColumnMemory.objects.count(),
    ],
)
def test_what_names_nothing_of_the_partner_is_found(
    acme: Partner, borealis: Partner, manager: Any, stranger: Any, forgetful: Any
) -> None:
    own, theirs = meter(acme), meter(borealis)

    with wall(acme) as looking:
        forgetful(own, theirs)

    assert looking.holes


def test_rows_without_a_partner_of_their_own_lead_to_one() -> None:
    assert path_to_partner(UploadRow) == "upload__partner"
    assert path_to_partner(Partner) == ""
