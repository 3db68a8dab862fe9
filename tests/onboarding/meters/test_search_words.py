"""What search finds in a portfolio that all tests share: as much as looking at every meter, however it is written."""

from collections.abc import Callable

import pytest

from onboarding.meters.models import Meter
from onboarding.meters.search import queries
from onboarding.meters.search.domain import refresh_texts
from onboarding.portfolio.filters import meter_filter
from portal.partners.models import Partner
from tests import builders
from tests.onboarding.meters.test_search import LINES, by_looking, keys_found, send

pytestmark = pytest.mark.django_db
WORDS = ["home-", "000002", "12 él", "ÉLAN", "josé", "o'neil", "100%", "y_7", "way.7", "oakl", "51234", "abc-def"]
WORDS += ['"best"', "def.99", "94103", "me", "é", "", "no such thing", "street\nsan", "\\", "*", "best* OR"]
NAMES = ["José Muñoz", "Jose\N{COMBINING ACUTE ACCENT} Mun\N{COMBINING TILDE}oz", "Sean O'Brien", "Sean O’Brien"]
NAMES += ["Æsa Ørsted", "Łukasz Żak"]


@pytest.fixture(scope="module")
def partners(module_db: None, run_jobs: Callable[[], int]) -> dict[str, Partner]:
    """Acme and Borealis with the same meters, Cedar with those of people whose names are written in several ways."""
    slugs = {slug: Partner.objects.create(name=slug.title(), slug=slug) for slug in ("acme", "borealis", "cedar")}
    for slug in ("acme", "borealis"):
        send(slugs[slug], LINES)
    send(
        slugs["cedar"],
        [
            builders.row(
                n,
                customer__end_customer_name=name,
                customer__end_customer_email=f"name{n}@example.com",
                customer__end_customer_phone_number=f"(415) 555-013{n}",
                device__device_serial_number=f"SN-queh0000{n}",
                utility__electric_service_account_number=f"111-239-220{n - 1}",
            )
            for n, name in enumerate(NAMES, 1)
        ],
    )
    run_jobs()
    Meter.objects.filter(partner_reference="home-000002", partner__slug="acme").update(street="100% Solar Way_7")
    refresh_texts(list(Meter.objects.values_list("pk", flat=True)))
    return slugs


@pytest.fixture
def acme(db: None, partners: dict[str, Partner]) -> Partner:
    return partners["acme"]


@pytest.fixture
def cedar(db: None, partners: dict[str, Partner]) -> Partner:
    return partners["cedar"]


@pytest.mark.parametrize("text", WORDS)
def test_search_finds_what_looking_at_every_meter_finds(acme: Partner, text: str) -> None:
    assert keys_found(acme, text) == by_looking(acme, text)
    assert set(meter_filter({"q": text}, partner=acme).qs.values_list("partner", flat=True)) <= {acme.pk}


@pytest.mark.parametrize("index", ["helps", "is no help"])
@pytest.mark.parametrize(
    ("text", "expected"), [("zoë", "home-000002"), ("ZOË", "home-000002"), ("QUË", ""), ("JOSÉ O", "home-000001")]
)
def test_case_does_not_matter_beyond_ascii(
    acme: Partner, text: str, expected: str, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if index == "is no help":
        monkeypatch.setattr(queries, "MOST", 0)

    assert keys_found(acme, text) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jose munoz", {1, 2}),
        ("JOSÉ", {1, 2}),
        ("Jose\N{COMBINING ACUTE ACCENT}", {1, 2}),
        ("O'Brien", {3, 4}),
        ("O’Brien", {3, 4}),
        ("obrien", {3, 4}),
        ("aesa orsted", {5}),
        ("lukasz zak", {6}),
        ("1112392200", {1}),
        ("111-239-2200", {1}),
        ("111 239 22", {1, 2, 3, 4, 5, 6}),
        ("SN-QUEH 00002", {2}),
        ("4155550133", {3}),
        ("(415) 555-0133", {3}),
        ("name3@example.com", {3}),
    ],
)
def test_people_find_a_meter_however_they_write_it(cedar: Partner, text: str, expected: set[int]) -> None:
    assert keys_found(cedar, text) == {f"home-{n:06d}" for n in expected}
