"""The columns of the list of meters: chosen, kept by every way through the list, and the same in an export."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Enrollment
from onboarding.meters.columns import columns_of
from onboarding.meters.models import Meter
from onboarding.portfolio.columns import USUAL, columns_named, columns_query, offered_columns
from onboarding.portfolio.saved_views.domain import clean_query
from onboarding.portfolio.saved_views.models import SavedView
from onboarding.uploads.models import Upload
from portal.partners.models import Partner, User
from programs.models import Program
from programs.schema import schema_for
from tests import builders
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
LIST = reverse("meters")
USUAL_LABELS = ["Customer", "Programs", "Status", "Leap meter ID", "Place"]
SOME = ["place", "upload", "tags", "load_types", "device.battery_power_capacity_kw", "site.site_devices.model"]
SOME_QUERY = "&".join(f"columns={key}" for key in SOME)
HOSTILE = "<b>\"'&{{ 7 }}"


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def make(acme: Partner) -> Callable[..., Meter]:
    """A meter of Acme with everything that the columns show, and what is given besides."""
    upload = Upload.objects.create(partner=acme, file_name=f"{HOSTILE}.csv", size=1, actor={"label": "Test"})

    def make(n: int = 1, **device: Any) -> Meter:
        asset = builders.asset(n) | {"load_types": ["BATTERY_STORAGE", "HVAC"], "device": device}
        asset["site"] = {"site_devices": [{"model": HOSTILE}, {"model": "Two"}]}
        return Meter.objects.create(partner=acme, upload=upload, tags=["a", HOSTILE], **columns_of(asset))

    return make


def shown(client: Client, query: str = "") -> list[str]:
    """The heads of the list's table after the box and the reference."""
    return [head.label for head in client.get(f"{LIST}?{query}").context["heads"]][1:]  # the reference is always there


def exported(client: Client, query: str, format: str = "csv") -> list[list[str]]:
    """Header and lines of an export, as texts."""
    content = b"".join(client.get(f"{reverse('meters-export', args=[format])}?{query}").streaming_content)
    if format == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_list_begins_with_the_usual_columns(client: Client, make: Any) -> None:
    make()

    assert shown(client) == USUAL_LABELS


def test_programs_and_the_customer_are_named_in_one_line(client: Client, acme: Partner) -> None:
    make_meter(acme, programs=["CEC-DSGS", "ELRP"], reference="both")
    make_meter(acme, programs=["ELRP"], reference="one")

    page = client.get(f"{LIST}?sort=reference").content.decode()

    cells = re.findall(r'<td data-label="Programs">(.*?)</td>', page)
    first, second = sorted(Program.objects.filter(identifier__in=["CEC-DSGS", "ELRP"]).values_list("name", flat=True))
    more = f'<span class="text-secondary" title="{first}; {second}">+1</span>'
    assert cells == [f"{first} {more}", Program.objects.get(identifier="ELRP").name]
    assert exported(client, "columns=programs&sort=reference")[1:][-1][2] in ("CEC-DSGS; ELRP", "ELRP; CEC-DSGS")


def test_chosen_columns_are_shown_in_the_order_in_which_they_are_offered(client: Client, make: Any) -> None:
    make(battery_power_capacity_kw=5)

    page = client.get(f"{LIST}?columns=device.battery_power_capacity_kw&columns=tags&columns=place").content.decode()

    row = page.split("<tbody>")[1].split("</tr>")[0]
    assert [cell.split('"')[0] for cell in row.split('data-label="')[1:]] == [
        *("Choose", "Partner reference", "Place", "Tags", "Battery power capacity"),
    ]
    assert '<td class="num" data-label="Battery power capacity">5 kW</td>' in row


def test_every_offered_column_shows_and_exports(client: Client, make: Any) -> None:
    make()
    query = columns_query(offered_columns())

    header, line = exported(client, query)

    assert len(shown(client, query)) == len(offered_columns())
    assert len(line) == len(header)
    assert len(set(header)) == len(header)


def test_meters_of_a_program_are_listed_with_their_status_there(client: Client, acme: Partner) -> None:
    both = make_meter(acme, programs=["CEC-DSGS", "ELRP"], reference="both")
    make_meter(acme, programs=["ELRP"], reference="one")
    Enrollment.objects.filter(meter=both, program__identifier="CEC-DSGS").update(status="ACTIVE")
    Enrollment.objects.filter(program__identifier="ELRP").update(status="NOT_PARTICIPATING")
    columns = "columns=status.CEC-DSGS&columns=status.ELRP&columns=status.NOWHERE"

    names = dict(Program.objects.values_list("identifier", "name"))
    there = f"Status in {names['CEC-DSGS']}"
    assert shown(client, "program=CEC-DSGS") == [*(label for label in USUAL_LABELS if label != "Programs"), there]
    assert shown(client, columns) == sorted([there, f"Status in {names['ELRP']}"])
    page = client.get(f"{LIST}?{columns}&sort=reference").content.decode()
    cells = re.findall(r'<td data-label="Status in [^"]+">(.*?)</td>', page)
    assert [re.sub("<[^>]+>", "", cell) for cell in cells] == ["Active", "Not participating", "–", "Not participating"]
    assert [line[2:] for line in exported(client, columns)] == [
        ["status.CEC-DSGS", "status.ELRP"],
        ["", "NOT_PARTICIPATING"],
        ["ACTIVE", "NOT_PARTICIPATING"],
    ]


def test_no_fact_is_offered_twice_and_every_field_is_there(client: Client) -> None:
    offered = offered_columns()

    heads = [key for column in offered for key in column.header]
    slots = {"load_types", "site.site_devices"}
    fields = {column.key for column in schema_for().columns if not column.key.startswith(tuple(slots))}

    assert len(set(heads)) == len(heads)
    assert fields - set(heads) == {"partner_reference"}
    assert len({column.label for column in offered}) == len(offered)


def test_unknown_columns_are_dropped(client: Client, make: Any) -> None:
    make()

    assert shown(client, "columns=evil&columns=tags&columns=tags&columns=") == ["Tags"]
    assert shown(client, "columns=evil") == USUAL_LABELS
    assert exported(client, "columns=evil&columns=tags")[0] == ["meter_id", "partner_reference", "tags"]


def test_links_and_filters_of_the_list_keep_the_columns(
    client: Client, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onboarding.portfolio.views.METERS_PER_PAGE", 1)
    for n in range(2):
        make(n)

    page = unescape(client.get(f"{LIST}?region=CAISO&columns=place&columns=tags&columns=evil&page=x").content.decode())

    kept = "columns=place&columns=tags"
    assert f'href="{LIST}?{kept}">Clear filters' in page
    assert f"{reverse('meters-export', args=['xlsx'])}?region=CAISO&{kept}" in page
    assert f"{reverse('meters-columns')}?region=CAISO&{kept}" in page
    assert f'href="?region=CAISO&{kept}&page=' in page
    assert f'href="{LIST}?status=INELIGIBLE&{kept}"' in page
    form = page.split('role="search" aria-label="Filter meters"')[1].split("</form>")[0]
    assert [part.split('"')[0] for part in form.split('name="columns" value="')[1:]] == ["place", "tags"]
    chip = page.split('class="chip" href="?')[1].split('"')[0]
    assert shown(client, chip) == ["Place", "Tags"]


def test_list_without_a_match_keeps_the_columns(client: Client, make: Any) -> None:
    make()

    page = client.get(f"{LIST}?q=nobody&columns=tags").content.decode()

    assert f'href="{LIST}?columns=tags">Clear filters</a>' in page.split("No meter matches")[1]


def test_saved_view_keeps_the_columns(client: Client, make: Any) -> None:
    make()
    query = "status=INELIGIBLE&columns=tags&columns=place&columns=device.device_model&columns=evil&page=x"

    answer = client.post(reverse("view-save"), {"name": "Mine", "query": query, "default": "yes"})

    view = SavedView.objects.get()
    assert view.query == "status=INELIGIBLE&columns=place&columns=tags&columns=device.device_model"
    assert client.get(LIST)["Location"] == f"{LIST}?{view.query}" == answer["Location"]
    current = [link.name for link in client.get(answer["Location"]).context["views"] if link.is_current]
    assert current == ["Mine"]


def test_query_with_every_column_stays_whole() -> None:
    query = "q=x&" + columns_query(offered_columns())

    assert clean_query(query) == query


def test_columns_are_chosen_on_a_page_that_leads_back_with_the_filters(client: Client, make: Any) -> None:
    make()

    page = client.get(f"{reverse('meters-columns')}?q=%3Cb%3E&columns=tags&page=x").content.decode()
    fresh = client.get(reverse("meters-columns"))

    assert page.count(" checked>") == 1
    assert 'value="tags" id="column-tags" checked>' in page
    assert '<input type="hidden" name="q" value="&lt;b&gt;">' in page
    assert "evil" not in page
    assert f'href="{LIST}?q=%3Cb%3E">Use the usual columns' in page
    assert f'href="{LIST}?q=%3Cb%3E&amp;columns=tags">Cancel' in page
    assert fresh.context["chosen"] == {*USUAL}
    assert '<input type="hidden" name="sort" value="newest">' in fresh.content.decode()


def test_hostile_texts_are_escaped_in_cells(client: Client, make: Any) -> None:
    make()

    page = client.get(f"{LIST}?{SOME_QUERY}").content.decode()

    escaped = "&lt;b&gt;&quot;&#x27;&amp;{{ 7 }}"
    assert f'<td data-label="Upload">{escaped}.csv</td>' in page
    assert f'<td data-label="Tags">a; {escaped}</td>' in page
    assert f'<td data-label="Site device model">{escaped}; Two</td>' in page
    assert HOSTILE not in page


def test_choices_and_booleans_of_the_catalogue_are_shown_in_words(client: Client, make: Any) -> None:
    make(is_connected_to_solar=True)

    page = client.get(f"{LIST}?columns=load_types&columns=device.is_connected_to_solar").content.decode()

    labels = dict(schema_for().column("load_types.0").choices)
    assert f'"Load type">{labels["BATTERY_STORAGE"]}; {labels["HVAC"]}</td>' in page
    assert '"Connected to solar">yes</td>' in page


def test_export_holds_the_chosen_columns_in_csv_and_xlsx_alike(client: Client, make: Any) -> None:
    second, first = make(2), make(1, battery_power_capacity_kw=13.5)

    lines = exported(client, SOME_QUERY)

    assert lines == exported(client, SOME_QUERY, "xlsx")
    assert lines == [
        [
            *("meter_id", "partner_reference"),
            *("customer.city", "customer.state_or_province_code", "customer.postal_code", "upload", "tags"),
            *("load_types", "device.battery_power_capacity_kw"),
            *(f"site.site_devices.{slot}.model" for slot in range(10)),
        ],
        *(
            [
                *(str(meter.pk), meter.partner_reference, "San Francisco", "CA", "94103", f"{HOSTILE}.csv"),
                *(f"a; {HOSTILE}", "BATTERY_STORAGE; HVAC", power, HOSTILE, "Two", *[""] * 8),
            ]
            for meter, power in ((first, "13.5"), (second, ""))
        ),
    ]


def test_formula_in_a_chosen_column_is_none_in_an_export(client: Client, make: Any) -> None:
    make(device_model="=1+1")

    assert exported(client, "columns=device.device_model")[1][-1] == "'=1+1"
    content = b"".join(client.get(f"{reverse('meters-export', args=['xlsx'])}?columns=device.device_model"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")


def test_meter_id_is_exported_once_and_without_columns_everything_is(client: Client, make: Any) -> None:
    make()
    offered = Program.objects.filter(is_offered=True).order_by("name").values_list("identifier", flat=True)

    assert exported(client, "columns=meter_id&columns=tags")[0] == ["meter_id", "partner_reference", "tags"]
    assert exported(client, "")[0] == [
        *("meter_id", "enrollment_status", "created_by", "created_at", "updated_at", "upload", "tags", "programs"),
        *(f"status.{name}" for name in offered),
        *(column.key for column in schema_for().columns),
    ]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ("", 9),  # the programs, and the enrollments
        ("columns=upload&columns=tags&columns=updated_at&columns=customer.end_customer_name", 7),
        ("columns=status.ELRP&columns=status.CEC-DSGS", 9),
        ("columns=upload&columns=device.device_model", 8),  # the catalogue's version
    ],
)
def test_query_counts_do_not_grow_with_rows(
    client: Client, make: Any, count: int, query: str, queries: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        make(n)
    path = f"{LIST}?{query}"
    client.get(path)

    with django_assert_num_queries(queries):
        client.get(path)


def test_columns_of_the_portal_ask_nothing_of_the_catalogue(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        named = columns_named(["tags", "upload"])

    assert [column.key for column in named] == ["upload", "tags"]


def test_a_click_on_a_head_sorts_by_it_and_back(acme, manager, client_of):
    for reference in ("b-2", "a-1", "c-3"):
        Meter.objects.create(
            partner=acme,
            partner_reference=reference,
            transmission_region="CAISO",
            customer_classification="RESIDENTIAL",
            meter_type="DEVICE",
        )
    client = client_of(manager)

    up = client.get("/meters/?region=CAISO&sort=reference&columns=tags")
    down = client.get("/meters/?region=CAISO&sort=-reference&columns=tags")

    assert [meter.partner_reference for meter in up.context["page"].rows] == ["a-1", "b-2", "c-3"]
    assert [meter.partner_reference for meter in down.context["page"].rows] == ["c-3", "b-2", "a-1"]
    link = '<a class="sort" href="?region=CAISO&amp;columns=tags&amp;sort=-reference">'
    assert f'<th scope="col" aria-sort="ascending">{link}' in up.content.decode()
    assert [head.order for head in down.context["heads"]] == ["descending", ""]


def test_heads_name_the_order_that_is_there(acme, manager, client_of):
    Meter.objects.create(partner=acme, partner_reference="a-1")

    heads = client_of(manager).get("/meters/").context["heads"]

    assert {head.label: (head.sort, head.order) for head in heads if head.sort} == {
        "Partner reference": ("reference", ""),
        "Place": ("city", ""),
    }
    heads = client_of(manager).get("/meters/?columns=created_at").context["heads"]
    assert [(head.sort, head.order) for head in heads] == [("reference", ""), ("oldest", "descending")]
