"""The meters' table: filters, sorting, pages, export; and how many queries they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def create(acme: Partner, run_jobs: Callable[[], int]) -> Callable[..., Upload]:
    """Meters of Acme from these rows, through an upload."""

    def create(lines: list[dict[str, Any]], name: str = "a.csv") -> Upload:
        upload, _ = receive_upload(
            [builders.csv_bytes(lines)],
            file_name=name,
            partner=acme,
            programs=["CEC-DSGS"],
            update_existing=False,
            by=Actor.system(),
        )
        run_jobs()
        confirm_upload(upload, by=Actor.system())
        run_jobs()
        return upload

    return create


@pytest.fixture
def client(manager: User, client_of: Any) -> Client:
    return client_of(manager)  # type: ignore[no-any-return]  # the fixture gives a Client


def references(client: Client, query: str) -> list[str]:
    """The references that the export gives for a query string, in its order."""
    text = b"".join(client.get(f"/meters/export.csv?{query}").streaming_content).decode("utf-8-sig")
    lines = text.splitlines()
    column = lines[0].split(",").index("partner_reference")
    return [line.split(",")[column] for line in lines[1:]]


def test_filters_narrow_the_table_and_the_export_alike(create: Any, client: Client) -> None:
    upload = create(
        [
            builders.row(1),
            builders.row(2, site__number_of_devices=None),
            builders.row(
                3, transmission_region="NYISO", customer__state_or_province_code="NY", customer__city="Albany"
            ),
            builders.row(4, meter_type="UTILITY_METER"),
        ]
    )
    create([builders.row(5)], "b.csv")
    first, two, three, four, five = (f"home-{n:06d}" for n in range(1, 6))

    assert references(client, "") == [five, four, three, two, first]
    assert references(client, "region=NYISO") == [three]
    assert references(client, "type=UTILITY_METER") == [four]
    assert references(client, "program=CEC-DSGS&status=ELIGIBLE") == [five, first]
    assert references(client, "status=INELIGIBLE") == [four, three, two]
    assert references(client, f"upload={upload.pk}") == [four, three, two, first]
    assert references(client, "q=albany") == [three]
    assert references(client, "q=1100000005") == [five]
    assert references(client, f"q={Meter.objects.get(partner_reference=two).pk}") == [two]
    assert references(client, "created_from=2099-01-01") == []
    assert len(references(client, "created_to=2099-01-01")) == 5
    assert references(client, "region=MARS") == []
    page = client.get("/meters/?region=NYISO").content.decode()
    assert three in page
    assert first not in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "/meters/?created_from=02/30/2024",
            "Created from is not a date. Enter it as YYYY-MM-DD, for example 2026-05-31.",
        ),
        ("/meters/?region=<b>", "Region has no choice “&lt;b&gt;”. Choose one from the list."),
        ("/meters/?program=x", "Program has no choice “x”. Choose one from the list."),
        ("/meters/?upload=x", "Upload is not an ID. Remove this filter."),
    ],
)
def test_filter_that_is_not_understood_is_said_in_our_words(create: Any, client: Client, path: str, words: str) -> None:
    create(builders.rows(1))

    page = client.get(path).content.decode()

    assert words in page.split('class="error-summary"')[1].split("</div>")[0]
    assert "<title>Error: " in page
    assert "has all of these properties" not in page
    assert "valid" not in page.lower().replace("aria-invalid", "").replace("novalidate", "")


def test_each_page_says_how_many_meters_and_counts_up_to_a_bound(
    create: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(builders.rows(3))
    assert 'role="status">3 meters<' in client.get("/meters/").content.decode()
    assert 'role="status">1 meter<' in client.get("/meters/?q=home-000001").content.decode()

    monkeypatch.setattr("onboarding.portfolio.views.METERS_PER_PAGE", 2)
    first = client.get("/meters/")
    later = client.get(f"/meters/?page={first.context['page'].next_token}")
    back = client.get(f"/meters/?page={later.context['page'].previous_token}")
    for answer, number in ((first, 1), (later, 2), (back, 1)):
        assert 'role="status">3 meters<' in answer.content.decode()
        assert f"Page {number} of 2<" in answer.content.decode()
        assert ("<title>Meters, page 2" in answer.content.decode()) is (number == 2)

    monkeypatch.setattr("onboarding.portfolio.views.MOST_COUNTED", 2)
    page = client.get("/meters/").content.decode()
    assert 'role="status">More than 2 meters<' in page
    assert "Page 1 of more than 1<" in page


@pytest.mark.parametrize(
    ("sort", "expected"), [("newest", [3, 2, 1]), ("oldest", [1, 2, 3]), ("reference", [1, 2, 3]), ("-city", [3, 1, 2])]
)
def test_sorting_and_pages_lose_and_repeat_nothing(
    create: Any, client: Client, sort: str, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onboarding.portfolio.views.METERS_PER_PAGE", 1)
    create([builders.row(n, customer__city=city) for n, city in ((1, "Fresno"), (2, "Chico"), (3, "Napa"))])

    seen, path = [], f"/meters/?sort={sort}"
    while path:
        context = client.get(path).context
        seen += [meter.partner_reference for meter in context["page"].rows]
        token = context["page"].next_token
        back = context["page"].previous_token
        path = f"/meters/?sort={sort}&page={token}" if token else ""

    assert seen == [f"home-{n:06d}" for n in expected]
    before = client.get(f"/meters/?sort={sort}&page={back}").context["page"]
    assert [meter.partner_reference for meter in before.rows] == [seen[1]]


def test_page_token_of_another_sort_or_made_up_gives_the_first_page(create: Any, client: Client) -> None:
    create(builders.rows(2))

    for token in ("made-up", "x" * 2000, ""):
        assert len(client.get(f"/meters/?page={token}").context["page"].rows) == 2


def test_meter_page_shows_everything_it_holds(create: Any, client: Client) -> None:
    create([builders.row(1)])

    page = client.get(f"/meters/{Meter.objects.get().pk}/").content.decode()

    for value in ("home-000001", "1 Main Street", "94103", "13.5 kWh", "SN-00000001", "1 Harbor Way", "a.csv"):
        assert value in page


def test_hostile_text_is_shown_and_never_run(create: Any, client: Client) -> None:
    create([builders.row(1, customer__partner_offering_name="a & b < c > 'd' \"e\" {{ 7 }}")])

    page = client.get(f"/meters/{Meter.objects.get().pk}/").content.decode()

    assert "a &amp; b &lt; c &gt; &#x27;d&#x27; &quot;e&quot; {{ 7 }}" in page


@pytest.mark.parametrize("count", [1, 3])
def test_query_counts_do_not_grow_with_rows(
    create: Any, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    upload = create([*builders.rows(count), *(builders.row(n + 10, customer__city=None) for n in range(count))])
    pinned = {"/meters/": 9, f"/uploads/{upload.pk}/": 18, "/uploads/": 5, "/": 22}

    for path, queries in pinned.items():
        client.get(path)  # fills the caches of the validator and of the session
        with django_assert_num_queries(queries):
            client.get(path)
