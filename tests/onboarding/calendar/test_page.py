"""The calendar's page: which dates it shows, how many meters would miss a deadline, and what it costs."""

import re

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from onboarding.calendar.queries import actions_of, waiting_of
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from programs.models import DeliveryPeriod, Program
from tests.onboarding.enrollment.meters import make_meter
from tests.programs.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

URL = reverse("calendar")


@pytest.fixture(autouse=True)
def in_march():
    """A Tuesday; deadlines of CEC-DSGS in 2027 begin on April 15."""
    with time_machine.travel("2027-03-09 17:00 +0000", tick=False):
        yield


def wants(partner, *programs: str, actions: tuple[str, ...] = ("NO_MISSING_FIELDS",), status="INELIGIBLE", **more):
    """A meter with this status in programs, whatever an evaluation would say."""
    meter = make_meter(partner, programs=programs, evaluated=False, **more)
    Enrollment.objects.filter(meter=meter).update(partner_actions=list(actions), status=status)
    return meter


def rows(response) -> list[str]:
    """The lines of the tables, without their tags."""
    matches = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", response.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in matches]


def test_the_year_is_a_strip_and_the_next_deadlines_are_cards(acme, user, client_of):
    wants(acme, "CEC-DSGS")

    context = client_of(user).get(URL).context

    [lane] = context["year"].lanes
    assert [month.text for month in context["year"].months][:2] == ["Mar", "Apr"]
    assert lane.label == "Demand Side Grid Support"
    assert [part.text for part in lane.parts] == ["May–Oct 2027"]
    assert (lane.parts[0].x, lane.parts[0].width) == (16.67, 50.27)  # May 1 to Oct 31 of Mar 1 to Feb 29
    assert lane.marks[0].text == "Enroll by end of Wed, Apr 14 (11:59 PM PDT)"
    assert lane.text == "Enroll by end of Wed, Apr 14 (11:59 PM PDT)"
    assert [one.program.identifier for one in context["next_deadlines"]] == ["CEC-DSGS"]


def test_a_year_begins_on_a_leap_day_s_month_too(acme, user, client_of):
    wants(acme, "CEC-DSGS")

    with time_machine.travel("2028-02-29 20:00 +0000", tick=False):
        year = client_of(user).get(URL).context["year"]

    assert len(year.months) == 12


def test_the_dates_of_the_partner_s_programs_stand_by_month(acme, user, client_of):
    wants(acme, "CEC-DSGS")

    page = client_of(user).get(URL)

    assert re.findall(r'<h2 id="month-[0-9-]+">([^<]+)</h2>', page.content.decode()) == [
        f"{month} 2027" for month in ("April", "May", "June", "July", "August", "September", "October")
    ]
    assert rows(page)[:3] == [
        "Wed, Apr 14 Demand Side Grid Support CEC-DSGS Enroll by end of Wed, Apr 14 (11:59 PM PDT) "
        "Meters eligible by then are active from May 1, 2027. Unverified "
        "Next 36 days left 1 meter would miss it",
        "Sat, May 1 Demand Side Grid Support CEC-DSGS "
        "Activation of meters that were eligible by end of Wed, Apr 14 (11:59 PM PDT) "
        "Season begins: May–Oct 2027",
        "Fri, May 14 Demand Side Grid Support CEC-DSGS Enroll by end of Fri, May 14 (11:59 PM PDT) "
        "Meters eligible by then are active from Jun 1, 2027. Unverified "
        "66 days left",
    ]
    assert rows(page)[-1] == "Sun, Oct 31 Demand Side Grid Support CEC-DSGS Season ends: May–Oct 2027"


def test_a_weekend_stands_on_the_monday_on_which_it_is_accepted(acme, user, client_of):
    wants(acme, "CONED-CSRP", region="NYISO")
    Program.objects.filter(identifier="CONED-CSRP").update(weekend_rolls_over=True)

    with time_machine.travel("2027-05-20 12:00 +0000", tick=False):
        shown = rows(client_of(user).get(URL))

    assert (
        "Mon, Aug 16 Con Edison Commercial System Relief CONED-CSRP "
        "Enroll by end of Mon, Aug 16 (11:59 PM EDT) Published: by end of Sat, Aug 14 "
        "(11:59 PM EDT); extended over the weekend to Monday. Meters eligible by then are active from Sep 1, 2027. "
        "Unverified 88 days left"
    ) in shown


def test_days_are_those_of_the_program_and_not_of_the_partner(acme, user, client_of):
    acme.time_zone = "Asia/Tokyo"
    acme.save()
    wants(acme, "CONED-CSRP", region="NYISO")

    with time_machine.travel("2027-03-15 03:30 +0000", tick=False):  # half an hour before it closes in New York
        shown = rows(client_of(user).get(URL))

    assert shown[0].startswith(
        "Sun, Mar 14 Con Edison Commercial System Relief CONED-CSRP Enroll by end of Sun, Mar 14 (11:59 PM EDT)"
    )
    assert "Next less than a day left" in shown[0]


def test_a_deadline_that_has_passed_is_gone(acme, user, client_of):
    wants(acme, "CONED-CSRP", region="NYISO")

    with time_machine.travel("2027-03-16 04:00 +0000", tick=False):
        shown = rows(client_of(user).get(URL))

    assert shown[0].startswith(
        "Wed, Apr 14 Con Edison Commercial System Relief CONED-CSRP Enroll by end of Wed, Apr 14 (11:59 PM EDT)"
    )


# --- filters and empty states


def test_all_programs_and_filters(acme, user, client_of):
    wants(acme, "CEC-DSGS")
    client = client_of(user)

    everything = client.get(f"{URL}?program=all")
    texas = client.get(f"{URL}?program=all&region=ERCOT")
    filtered = client.get(f"{URL}?program=NYISO-SCR")
    nothing = client.get(f"{URL}?region=ERCOT")

    assert {"CEC-DSGS", "PJM-CAPACITY", "RIE-CS"} <= set(text_of(everything).split())
    code = re.compile(r"[A-Z]+-[A-Z]+")
    assert {code.findall(row)[0] for row in rows(texas)} == {"ERCOT-ERS"}
    assert {code.findall(row)[0] for row in rows(filtered)} == {"NYISO-SCR"}
    assert "No dates match these filters" in text_of(nothing)
    assert rows(nothing) == []


@pytest.mark.parametrize("query", ["program=<script>", "program=NO-SUCH", "region=%22", "program=all&region=x"])
def test_a_filter_that_nothing_has(acme, user, client_of, query):
    wants(acme, "CEC-DSGS")

    page = client_of(user).get(f"{URL}?{query}")

    assert page.status_code == 200
    assert "No dates match these filters" in text_of(page)
    assert b"<script>" not in page.content


def test_a_partner_without_meters_is_told_what_stands_here(user, client_of):
    page = client_of(user).get(URL)

    assert "No meters in a program yet" in text_of(page)
    assert "?program=all" in page.content.decode()


def test_programs_without_dates_say_so(acme, user, client_of):
    wants(acme, "CEC-DSGS")
    DeliveryPeriod.objects.filter(program__identifier="CEC-DSGS").delete()

    assert "No dates yet" in text_of(client_of(user).get(URL))


def test_another_partner_s_meters_are_not_counted(acme, stranger, client_of):
    wants(acme, "CEC-DSGS")

    page = text_of(client_of(stranger).get(f"{URL}?program=CEC-DSGS"))

    assert "No meters at risk" in page
    assert "would miss it" not in page.replace("No meters at risk", "")


# --- how many would miss it


def test_meters_for_which_somebody_has_to_act_would_miss_it(acme, user, client_of):
    wants(acme, "CEC-DSGS", reference="a")
    leap = wants(acme, "CEC-DSGS", reference="leap acts", actions=())
    Enrollment.objects.filter(meter=leap).update(leap_actions=["HAS_AMI"], acts="leap")
    wants(acme, "CEC-DSGS", reference="pending", status="PENDING")
    wants(acme, "CEC-DSGS", reference="nobody acts", actions=())
    away = wants(acme, "CEC-DSGS", reference="leap acts, archived", actions=())
    Enrollment.objects.filter(meter=away).update(leap_actions=["HAS_AMI"], acts="leap")
    Meter.objects.filter(pk=away.pk).update(is_archived=True)
    wants(acme, "CEC-DSGS", reference="active", status="ACTIVE")
    wants(acme, "CEC-DSGS", reference="out", status="NOT_PARTICIPATING")
    archived = wants(acme, "CEC-DSGS", reference="archived")
    Meter.objects.filter(pk=archived.pk).update(is_archived=True)

    page = client_of(user).get(URL)

    assert "2 meters would miss it , and 1 pending" in text_of(page)
    html = page.content.decode()
    assert '<a href="/meters/?program=CEC-DSGS&amp;status=INELIGIBLE">2 meters would miss it</a>' in html
    assert '<a href="/meters/?program=CEC-DSGS&amp;status=PENDING">and 1 pending</a>' in html
    linked = client_of(user).get("/meters/?program=CEC-DSGS&status=PENDING").content.decode()
    assert ("pending" in linked, "leap acts" in linked) == (True, False)
    Enrollment.objects.filter(status="INELIGIBLE").delete()
    assert "1 pending meter would miss it" in text_of(client_of(user).get(URL))


def test_the_time_zones_are_named(acme, user, client_of):
    wants(acme, "CEC-DSGS", "ELRP")
    wants(acme, "CONED-CSRP", region="NYISO", reference="b")

    assert (
        "Days and times are local to each program: Eastern time for Con Edison Commercial System Relief; "
        "Pacific time for Demand Side Grid Support, Emergency Load Reduction Program."
    ) in text_of(client_of(user).get(URL))


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page(acme, user, client_of, django_assert_num_queries, count):
    for number in range(count):
        wants(acme, "CEC-DSGS", "ELRP", reference=f"m-{number}")
    client = client_of(user)
    client.get(URL)

    with django_assert_num_queries(12):
        client.get(URL)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
def test_the_count_reads_nothing_but_the_index_of_waiting_meters(acme):
    seen: list[tuple[str, object]] = []
    wants(acme, "CEC-DSGS")

    def note_it(execute, sql, params, many, context):
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note_it):
        waiting_of(acme)
        actions_of(acme)

    plans = []
    for sql, params in seen:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plans.append(" ".join(row[3] for row in cursor.fetchall()))
    assert len(plans) == 4
    assert all("USING COVERING INDEX enrollment_waiting" in plan for plan in plans[::2])
    assert all("meter_archived" in plan for plan in plans[1::2])


def test_a_program_that_is_over_has_no_dates(acme, user, client_of):
    wants(acme, "DRAM")

    page = client_of(user).get(URL)

    assert Program.objects.filter(identifier="DRAM").exists()
    assert "No meters in a program yet" in text_of(page)
