"""Our own lookups find what Django's find, and are answered by the index that they are for."""

import random

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from onboarding.management.commands.generate_meters import make
from onboarding.meters.models import Meter
from portal.partners.models import Membership, Partner, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wanted", [[], ["acme"], ["acme", "no such", 'with "quotes" \\ and ü'], {"acme", "other"}])
def test_any_of_finds_what_in_finds(wanted: list[str]) -> None:
    for slug in ("acme", "other", 'with "quotes" \\ and ü'):
        Partner.objects.create(name=slug, slug=slug)

    slugs = set(Partner.objects.filter(slug__any_of=wanted).values_list("slug", flat=True))

    assert slugs == set(Partner.objects.filter(slug__in=list(wanted)).values_list("slug", flat=True))


@pytest.mark.parametrize("named", [[], ["acme"], ["acme", "other"]])
def test_any_of_finds_keys(named: list[str]) -> None:
    partners = {slug: Partner.objects.create(name=slug, slug=slug) for slug in ("acme", "other", "third")}
    for partner in partners.values():
        user = User.objects.create(email=f"{partner.slug}@portal.example")
        Membership.objects.create(partner=partner, user=user, role="USER")
    keys = {partners[slug].pk for slug in named}

    assert {partner.slug for partner in Partner.objects.filter(pk__any_of=keys)} == set(named)
    assert {row.partner.slug for row in Membership.objects.filter(partner__any_of=keys)} == set(named)
    assert {row.partner.slug for row in Membership.objects.exclude(partner__any_of=keys)} == partners.keys() - {*named}


def test_thousands_of_values_are_one_parameter() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert not Partner.objects.filter(slug__any_of=[f"p{n}" for n in range(5000)]).exists()

    assert len(seen) == 1


def test_only_finds_the_rows_of_one_owner(acme: Partner, manager: User, stranger: User) -> None:
    assert Membership.objects.get(partner__only=acme).user == manager
    assert Membership.objects.get(partner__only=acme.pk).user == manager
    assert not Membership.objects.filter(partner__only=Partner(name="Nobody", slug="nobody")).exists()


@pytest.mark.usefixtures("catalogue")
def test_page_of_an_owner_of_most_rows_passes_over_nobody_elses(acme: Partner, borealis: Partner) -> None:
    make(acme, range(1, 3_001), random.Random(1))
    make(borealis, range(1, 101), random.Random(1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    first = Meter.objects.filter(partner__only=acme).order_by(F("partner").desc(), F("pk").desc())[:51]

    assert "meter_newest" in first.explain()
    assert [meter.partner_id for meter in first] == [acme.pk] * 51
