"""Created from and to: days as they are where the partner is, first and last included."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from portal.partners.models import Partner, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
# Midnights of March 10 and 11 in Los Angeles are 07:00 in UTC, since the clocks went forward on the 8th.
CREATED = {
    "the evening before": datetime(2026, 3, 10, 6, 59, tzinfo=UTC),
    "midnight": datetime(2026, 3, 10, 7, 0, tzinfo=UTC),
    "late evening": datetime(2026, 3, 11, 6, 59, tzinfo=UTC),
    "next midnight": datetime(2026, 3, 11, 7, 0, tzinfo=UTC),
}


@pytest.fixture
def client(acme: Partner, user: User, client_of: Callable[[User], Client]) -> Client:
    for reference, created_at in CREATED.items():
        Meter.objects.create(
            partner=acme, partner_reference=reference, transmission_region="PJM", created_at=created_at
        )
    return client_of(user)


def references_on(client: Client, query: str) -> set[str]:
    lines = b"".join(client.get(f"{reverse('meters-export', args=['csv'])}?{query}").streaming_content).decode()
    return {reference for reference in CREATED if f"{reference}," in lines or f",{reference}" in lines}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", set(CREATED)),
        ("created_from=2026-03-10", {"midnight", "late evening", "next midnight"}),
        ("created_to=2026-03-10", {"the evening before", "midnight", "late evening"}),
        ("created_from=2026-03-10&created_to=2026-03-10", {"midnight", "late evening"}),
        ("created_from=2026-03-12", set()),
    ],
)
def test_days_are_those_of_the_partner(client: Client, query: str, expected: set[str]) -> None:
    assert references_on(client, query) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", {"the evening before", "midnight"}), ("America/New_York", {"the evening before", "midnight"})],
)
def test_another_zone_has_other_days(client: Client, acme: Partner, zone: str, expected: set[str]) -> None:
    Partner.objects.filter(pk=acme.pk).update(time_zone=zone)

    assert references_on(client, "created_from=2026-03-10&created_to=2026-03-10") == expected
