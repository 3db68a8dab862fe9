"""field__any_of: what __in finds, with the values as one parameter."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.partners.models import Partner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wanted", [[], ["acme"], ["acme", "no such", 'with "quotes" \\ and ü'], {"acme", "other"}])
def test_any_of_finds_what_in_finds(wanted: list[str]) -> None:
    for slug in ("acme", "other", 'with "quotes" \\ and ü'):
        Partner.objects.create(name=slug, slug=slug)

    found = set(Partner.objects.filter(slug__any_of=wanted).values_list("slug", flat=True))

    assert found == set(Partner.objects.filter(slug__in=list(wanted)).values_list("slug", flat=True))


def test_thousands_of_values_are_one_parameter() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert not Partner.objects.filter(slug__any_of=[f"p{n}" for n in range(5000)]).exists()

    assert len(seen) == 1
