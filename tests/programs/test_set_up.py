"""The guided pages of the admin: what a program misses, its next season, a row that is tried; and who may do what."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.partners.models import User
from portal.web import clock
from programs.models import Conflict, Deadline, DeliveryPeriod, Program, Region, Requirement, Utility, UtilityConnection
from programs.queries import not_over
from programs.readiness import State, checklist
from tests.conftest import make_user
from tests.programs.test_admin import url

OFFERED = [
    *("CCA", "ENERGY-ONLY", "ELRP", "DRAM", "NYISO-SCR", "CONED-DLRP", "PSEGLI-DLRP", "CONED-CSRP", "PSEGLI-CSRP"),
    *("PJM-CAPACITY", "ERCOT-ERS", "CEC-DSGS", "MA_DOER-CPS", "EVERSOURCE-CS", "NATGRID-CS", "UNITIL-CS", "RIE-CS"),
]
pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture
def desk(staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(staff)


@pytest.fixture
def clerk(db: None) -> User:
    return make_user("clerk@portal.example", "Cleo Clerk", is_staff=True)


@pytest.fixture
def program(db: None) -> Program:
    """A program in a region of its own, of which nothing more is known."""
    region = Region.objects.create(code="ZZ", name="Zedland", transmission_region="CAISO")
    return Program.objects.create(
        identifier="ZED",
        name="Zed",
        family="Zed",
        region=region,
        transmission_region="CAISO",
        states=["CA"],
        program_type="device",
        accepted_meter_types=["DEVICE"],
        interval_data_source="partner",
        is_partner_created=True,
    )


def season(program: Program, name: str = "ZED_2027_MAY_OCT", **more: Any) -> DeliveryPeriod:
    values = {"starts_at": "2027-05-01T07:00Z", "ends_at": "2027-10-31T07:00Z", "source": "A page", "verified": True}
    period = DeliveryPeriod.objects.create(program=program, name=name, **(values | more))
    period.deadlines.create(deadline_at="2027-04-15T07:00Z", activation_at="2027-05-01T07:00Z")
    period.refresh_from_db()
    return period


def allow(person: User, *names: str) -> None:
    person.user_permissions.add(*Permission.objects.filter(codename__in=names))


def page_of(program: Program) -> str:
    return reverse("admin:programs-readiness", args=[program.pk])


def text_of(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode().split("<main")[1])).split())


def texts(program: Program, state: State) -> list[str]:
    return [item.text for item in checklist(program) if item.state == state]


def test_the_checklist_of_a_new_program_says_what_is_missing(program):
    assert texts(program, State.MISSING) == [
        "The program has no source.",
        "There are no current or upcoming delivery periods.",
        "The program has no required fields.",
    ]
    assert texts(program, State.WARNING) == ["The program’s page has no summary."]


def test_a_season_without_deadlines_is_missing_them(program):
    period = season(program)
    period.deadlines.all().delete()

    assert texts(program, State.MISSING)[1:3] == [
        "ZED_2027_MAY_OCT has no deadlines.",
        "There are no upcoming deadlines, so new meters can’t be activated.",
    ]


def test_a_season_that_is_over_is_none(program):
    now = clock.now()
    season(program, starts_at=now - timedelta(days=90), ends_at=now - timedelta(days=2))

    assert "There are no current or upcoming delivery periods." in texts(program, State.MISSING)


def test_requirements_conflicts_and_connect_are_asked_for(program):
    other = Program.objects.get(identifier="CEC-DSGS")
    Program.objects.filter(pk=other.pk).update(region=program.region)
    Requirement.objects.create(program=program, field_id=other.requirements.first().field_id, level="required")
    Program.objects.filter(pk=program.pk).update(is_customer_authorized=True, transmission_region="WECC_PC")
    program.refresh_from_db()

    missing, warnings = texts(program, State.MISSING), texts(program, State.WARNING)

    assert [text for text in missing if "(required) has no source" in text] != []
    assert "Connect has no agreement for WECC_PC." in missing
    assert f"There’s no rule about {other.name}, so it counts as compatible." in warnings
    Conflict.objects.create(program=other, other=program)
    assert f"There’s no rule about {other.name}, so it counts as compatible." not in texts(program, State.WARNING)


def test_each_open_item_links_to_where_it_is_mended(desk, program):
    page = desk.get(page_of(program))

    places = {line.item.text: line.url for line in page.context["lines"] if line.item.state != State.DONE}
    assert places == {
        "The program’s page has no summary.": url("program_change", program.pk),
        "The program has no source.": url("program_change", program.pk),
        "There are no current or upcoming delivery periods.": url("deliveryperiod_add") + f"?program={program.pk}",
        "The program has no required fields.": url("program_change", program.pk),
    }
    assert "3 things missing before new meters can be enrolled correctly." in text_of(page)
    assert all(desk.get(place).status_code == 200 for place in places.values())


def test_every_program_of_the_catalogue_has_a_checklist(desk):
    pages = {program.identifier: desk.get(page_of(program)).status_code for program in Program.objects.all()}

    assert set(pages.values()) == {200}


def test_the_way_in_lists_all_programs_with_few_queries(desk, program, django_assert_max_num_queries):
    assert Program.objects.count() > 12

    with django_assert_max_num_queries(20):
        page = desk.get(reverse("admin:programs-set-up"))

    assert "Zed ZED None None Needs a season" in text_of(page)


def test_the_way_in_says_what_each_program_s_own_page_says(desk):
    Program.objects.filter(identifier="CEC-DSGS").update(source="")

    way_in = desk.get(reverse("admin:programs-set-up"))
    lines = {line.program.identifier: line for line in way_in.context["seasons"]}
    pages = {name: desk.get(page_of(line.program)).context["missing"] for name, line in lines.items()}

    assert {name: line.missing for name, line in lines.items()} == pages
    assert (pages["CEC-DSGS"], pages["NATGRID-CS"]) == (1, 0)
    text = text_of(way_in)
    assert re.search(r" CEC-DSGS \w+ \d+, \d+ \w+ \d+, \d+ 1 thing missing ", text)
    assert re.search(r" NATGRID-CS \w+ \d+, \d+ \w+ \d+, \d+ Can be enrolled", text)
    assert [name for name, line in lines.items() if not line.is_set and not line.missing] == []


def test_customers_program_may_do_without_fields_of_its_own(program):
    fields = "The program has no required fields"

    for is_customer_authorized, expected in ((False, State.MISSING), (True, State.DONE)):
        Program.objects.filter(pk=program.pk).update(is_customer_authorized=is_customer_authorized)
        assert [item.state for item in checklist(program) if item.text.startswith(fields)] == [expected]


def test_test_utility_neither_misses_anything_nor_lets_customers_in(program):
    unknown, unreached = "isn’t offered in lists", "Customers can’t authorize any of its utilities"
    Program.objects.filter(pk=program.pk).update(is_customer_authorized=True, needs_utility_authorization=True)
    demo = Utility.objects.get(code="DEMO")
    UtilityConnection.objects.create(utility=demo)
    Utility.objects.filter(pk=demo.pk).update(is_offered=False)
    program.utilities.set([demo])

    as_test = " ".join(texts(program, State.MISSING))
    Utility.objects.filter(pk=demo.pk).update(is_test=False)
    as_real = " ".join(texts(program, State.MISSING))

    assert [words in as_test for words in (unknown, unreached)] == [False, True]
    assert [words in as_real for words in (unknown, unreached)] == [True, False]


def test_last_season_is_copied_and_its_days_are_shown(desk, program):
    period = season(program)
    page = desk.get(page_of(program))
    [(offered, name, shown)] = page.context["copies"]

    made = desk.post(page_of(program), {"copy": period.pk, "_rows_shown": shown})

    copy = DeliveryPeriod.objects.get(name="ZED_2028_MAY_OCT")
    assert (offered, name) == (period, "ZED_2028_MAY_OCT")
    assert made.url == url("deliveryperiod_change", copy.pk)
    assert (copy.deadlines.count(), copy.verified) == (1, False)
    assert desk.get(page_of(program)).context["copies"][0][1] == "ZED_2029_MAY_OCT"


def test_every_month_of_last_year_is_offered_until_it_is_copied(desk, program):
    for month in range(1, 13):
        days = {"starts_at": f"2027-{month:02}-01T08:00Z", "ends_at": f"2027-{month:02}-28T08:00Z"}
        DeliveryPeriod.objects.create(program=program, name=f"ZED_2027_{month:02}", **days)
    DeliveryPeriod.objects.create(
        program=program, name="ZED_2020", starts_at="2020-05-01T07:00Z", ends_at="2020-10-31T07:00Z"
    )

    copied = []
    for _ in range(12):
        period, name, shown = desk.get(page_of(program)).context["copies"][0]
        desk.post(page_of(program), {"copy": period.pk, "_rows_shown": shown})
        copied.append(name)

    assert copied == [f"ZED_2028_{month:02}" for month in range(1, 13)]
    assert [name for _, name, _ in desk.get(page_of(program)).context["copies"]] == [
        f"ZED_2029_{month:02}" for month in range(1, 13)
    ]


def test_a_season_that_somebody_changed_meanwhile_is_not_copied(desk, program):
    period = season(program)
    [(_, _, shown)] = desk.get(page_of(program)).context["copies"]
    period.deadlines.create(deadline_at="2027-05-15T07:00Z", activation_at="2027-06-01T07:00Z")

    told = desk.post(page_of(program), {"copy": period.pk, "_rows_shown": shown}, follow=True)

    assert "Nothing was copied. ZED_2027_MAY_OCT has changed in the meantime." in text_of(told)
    assert not DeliveryPeriod.objects.filter(name="ZED_2028_MAY_OCT").exists()


def test_copying_takes_the_right_to_add_deadlines_too(client_of, clerk, program):
    period = season(program)
    allow(clerk, "view_program", "view_deliveryperiod", "change_deliveryperiod", "add_deliveryperiod")
    actions = {"action": "roll_forward", "_selected_action": [period.pk]}

    page = client_of(clerk).get(page_of(program))
    refused = client_of(clerk).post(page_of(program), {"copy": period.pk})
    client_of(clerk).post(url("deliveryperiod_changelist"), actions)
    before = DeliveryPeriod.objects.filter(program=program).count()
    allow(clerk, "add_deadline")
    client_of(User.objects.get(pk=clerk.pk)).post(url("deliveryperiod_changelist"), actions)

    assert (page.context["copies"], refused.status_code, before) == ([], 403, 1)
    assert DeliveryPeriod.objects.filter(program=program).count() == 2


@pytest.mark.parametrize("name", ["programs-set-up", "programs-readiness"])
def test_the_guided_pages_are_for_staff_who_may_look_at_programs(client_of, manager, clerk, program, name):
    address = reverse(f"admin:{name}", args=[program.pk] if name.endswith("readiness") else [])

    partner, stranger = client_of(manager).get(address), client_of(clerk).get(address)
    allow(clerk, "view_program")

    assert (partner.status_code, stranger.status_code) == (302, 403)
    page = client_of(User.objects.get(pk=clerk.pk)).get(address)
    assert page.status_code == 200
    assert [line.url for line in page.context.get("lines", ())] == [""] * len(page.context.get("lines", ()))


def test_a_sample_row_is_tried_and_nothing_is_written(desk):
    program = Program.objects.get(identifier="CEC-DSGS")
    form = desk.get(page_of(program)).context["form"]
    sample = {bound.html_name: bound.value() or "" for bound in form}
    counts = [model.objects.count() for model in (Meter, Enrollment, Event)]

    accepted = desk.post(page_of(program), sample | {"try": "yes"}).context["tried"]
    incomplete = desk.post(page_of(program), sample | {"cell:site.number_of_devices": ""}).context["tried"]
    refused = desk.post(page_of(program), sample | {"cell:customer.postal_code": "nowhere"}).context["tried"]

    assert (accepted.status, accepted.problems, accepted.open_checks) == ("Eligible", (), [])
    assert (incomplete.status, incomplete.open_checks) == ("Not eligible yet", ["Number of devices: empty"])
    assert [problem.field for problem in refused.problems] == ["customer.postal_code"]
    assert [model.objects.count() for model in (Meter, Enrollment, Event)] == counts


@pytest.mark.parametrize("identifier", OFFERED)
def test_sample_as_filled_in_fits_its_program(desk, identifier):
    address = page_of(Program.objects.get(identifier=identifier))
    form = desk.get(address).context["form"]

    tried = desk.post(address, {bound.html_name: bound.value() or "" for bound in form}).context["tried"]

    assert ([str(problem) for problem in tried.problems], [str(one) for one in tried.warnings]) == ([], [])
    assert tried.status


def test_every_offered_program_has_its_sample_tried():
    assert set(OFFERED) == set(not_over().values_list("identifier", flat=True)) | {"DRAM"}


def test_sample_of_texas_is_a_business_there_with_an_esi_id(desk):
    form = desk.get(page_of(Program.objects.get(identifier="ERCOT-ERS"))).context["form"]

    sample = {bound.html_name.removeprefix("cell:"): bound.value() for bound in form if bound.value()}
    assert {
        "customer.city": "Dallas",
        "customer.postal_code": "75202",
        "customer.state_or_province_code": "TX",
        "customer_classification": "COMMERCIAL",
        "customer.end_customer_company_name": "Rivera Foods Inc.",
        "utility.electric_service_account_number": "10443720001234567",
    }.items() <= sample.items()


def test_a_new_program_leads_to_what_it_misses(desk):
    values = {
        "identifier": "ZED",
        "name": "Zed",
        "family": "Zed",
        "position": "0",
        "region": Region.objects.get(code="CA").pk,
        "transmission_region": "CAISO",
        "time_zone": "America/Los_Angeles",
        "program_type": "device",
        "accepted_meter_types": ["DEVICE"],
        "interval_data_source": "partner",
        "is_partner_created": "on",
        "periods_ahead": "3",
        "leaves_at": "period",
    }
    for prefix in ("requirements", "requirements-2", "delivery_periods"):
        values |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}

    added = desk.post(url("program_add"), values)

    assert added.status_code == 302, added.context["errors"]
    assert added.url == page_of(Program.objects.get(identifier="ZED"))


def test_the_history_of_a_program_has_its_periods_and_deadlines(desk, program):
    period = season(program)
    deadline = period.deadlines.get()
    Deadline.objects.get(pk=deadline.pk).delete()
    period.source = "Another page"
    period.save()

    pages = [desk.get(url("program_history", program.pk)), desk.get(url("deliveryperiod_history", period.pk))]

    whole, below = ([(line.what, line.changes) for line in page.context["below"]] for page in pages)
    assert whole == [
        ("Changed", "source: A page → Another page"),
        ("Deleted", ""),
        ("Created", ""),
        ("Created", ""),
    ]
    assert below == [("Deleted", ""), ("Created", "")]


def test_a_clerk_sees_read_only_what_he_may_not_change(client_of, clerk, program):
    period = season(program)
    allow(clerk, "view_deliveryperiod", "change_deliveryperiod")
    address = url("deliveryperiod_change", period.pk)

    page = client_of(clerk).get(address)

    [deadlines] = page.context["inline_admin_formsets"]
    may = (deadlines.has_view_permission, deadlines.has_change_permission, deadlines.has_add_permission)
    assert may == (True, False, False)
    assert 'name="deadlines-0-deadline_at' not in page.content.decode()


def test_tables_are_grouped_with_their_histories_beside_them(desk):
    groups = desk.get(reverse("admin:index")).context["app_list"]

    names = {group["name"]: [str(line["name"]).lower() for line in group["models"]] for group in groups}
    assert list(names) == ["Catalogue", "Partners", "Work", "Log"]
    assert {"programs", "utilities", "deadlines"} <= set(names["Catalogue"])
    assert "users" in names["Partners"]
    assert "enrollments" in names["Work"]
    assert "events" in names["Log"]
    lines = [line for group in groups for line in group["models"]]
    assert [line for line in lines if str(line["name"]).startswith("changes of")] == []
    programs = next(line for line in lines if line["object_name"] == "Program")
    assert programs["history_url"] == url("historicalprogram_changelist")
