"""The programs' pages as each of the cast."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from programs.models import Deadline, DeliveryPeriod, Field, Program, Region, Requirement
from programs.queries import not_over

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

PAGES = [reverse("programs"), reverse("which-way"), reverse("program", args=["CEC-DSGS"])]


def text_of(response) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("who", ["manager", "user", "stranger", "staff"])
def test_everybody_who_is_signed_in_sees_the_page(request, client_of, url, who):
    response = client_of(request.getfixturevalue(who)).get(url)

    assert response.status_code == 200
    page = response.content.decode()
    assert page.count("<h1") == 1
    assert '<a href="/programs/" aria-current="page">' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)


@pytest.mark.parametrize("url", PAGES)
def test_signed_out_goes_to_sign_in(client, url):
    response = client.get(url)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("url", PAGES)
def test_pages_only_answer_reading(client_of, manager, url):
    assert client_of(manager).post(url).status_code == 405


@pytest.mark.parametrize("identifier", ["NO-SUCH", "cec-dsgs", "..", "%3Cscript%3E"])
def test_an_unknown_program_is_not_found(client_of, manager, identifier):
    assert client_of(manager).get(f"/programs/{identifier}/").status_code == 404


def test_the_list_has_both_tables_with_footnotes(client_of, manager):
    response = client_of(manager).get(reverse("programs"))

    text = text_of(response)
    assert "Utility-meter programs" in text
    assert "Device programs" in text
    assert "Region Programs Interval data source Onboard method" in text
    assert re.search(r"TX ERS 1 ERCOT-ERS ERCOT \(ISO\) Partner-created or Customer-authorized", text)
    assert re.search(r"MA CPS 2 MA_DOER-CPS ConnectedSolutions 2 EVERSOURCE-CS.* Partner Partner-created", text)
    for identifier in not_over().values_list("identifier", flat=True):
        assert reverse("program", args=[identifier]) in response.content.decode()
    assert 'href="#note-1"' in response.content.decode()
    assert 'id="note-2"' in response.content.decode()


@pytest.mark.parametrize(
    "identifier", ["CCA", "NYISO-SCR", "PJM-CAPACITY", "ERCOT-ERS", "CEC-DSGS", "MA_DOER-CPS", "RIE-CS"]
)
def test_every_kind_of_program_has_a_page(client_of, user, identifier):
    response = client_of(user).get(reverse("program", args=[identifier]))

    program = Program.objects.get(identifier=identifier)
    page, text = response.content.decode(), text_of(response)
    assert program.name in text
    assert (reverse("template", args=[identifier, "xlsx"]) in page) is program.is_partner_created
    assert (f"{reverse('upload-new')}?program={identifier}" in page) is program.is_partner_created
    assert ("Create a Connect link and send it to your customer" in text) is program.is_customer_authorized
    assert 'id="columns"' in page


@pytest.mark.parametrize(("day", "is_over"), [("2024-12-31", False), ("2025-01-01", True)])
def test_program_that_has_ended_says_so_instead_of_how_to_join(client_of, user, time_machine, day, is_over):
    time_machine.move_to(f"{day}T12:00Z")

    text = text_of(client_of(user).get(reverse("program", args=["DRAM"])))

    assert ("The program ended on Dec 31, 2024. New meters can’t join." in text) is is_over
    assert ("Create a Connect link" in text) is not is_over


def test_staff_are_not_offered_an_upload(client_of, staff):
    page = client_of(staff).get(reverse("program", args=["CEC-DSGS"])).content.decode()

    assert reverse("upload-new") not in page


def test_the_column_guide_says_what_is_needed_and_accepted(client_of, user):
    response = client_of(user).get(reverse("program", args=["CEC-DSGS"]))

    text = text_of(response)
    assert re.search(r"Partner reference partner_reference Every meter", text)
    assert re.search(
        r"Battery energy capacity device\.battery_energy_capacity_kwh This program \(not verified yet\)", text
    )
    assert re.search(r"Receives SGIP funding .*? This program For batteries installed after Jun 30, 2023", text)
    assert re.search(r"Tariff utility\.tariff Optional", text)
    assert "Number in kWh, 0 to 999999" in text
    assert "BATTERY_STORAGE" in text
    assert "serial number" in text
    assert "nyiso.cbl_method" not in text


def test_a_new_field_stands_in_the_guide_at_once(client_of, user):
    client, url = client_of(user), reverse("program", args=["CEC-DSGS"])
    assert "site.roof_area" not in client.get(url).content.decode()
    field = Field.objects.create(path="site.roof_area", label="Roof area", section="Site", type="number", minimum=1)
    Requirement.objects.create(program=Program.objects.get(identifier="CEC-DSGS"), field=field, note="For <panels>.")

    page = client.get(url).content.decode()

    assert "site.roof_area" in page
    assert "For &lt;panels&gt;." in page
    assert "<panels>" not in page


@pytest.mark.parametrize(
    ("now", "words"),
    [
        # 15 April 2027 begins at 07:00 UTC in California.
        ("2027-04-13T06:30:00+00:00", "By end of Wed, Apr 14 (11:59 PM PDT) May 1, 2027 Next 2 days"),
        ("2027-04-15T06:30:00+00:00", "By end of Wed, Apr 14 (11:59 PM PDT) May 1, 2027 Next Less than a day"),
        ("2027-04-15T07:30:00+00:00", "By end of Wed, Apr 14 (11:59 PM PDT) May 1, 2027 Passed"),
        ("2027-04-15T07:30:00+00:00", "By end of Fri, May 14 (11:59 PM PDT) Jun 1, 2027 Next 29 days"),
    ],
)
def test_deadlines_count_days_in_the_program_s_time_zone(client_of, user, now, words):
    with time_machine.travel(now, tick=False):
        text = text_of(client_of(user).get(reverse("program", args=["CEC-DSGS"])))

    assert words in text
    assert text.count("Next ") == 1


def test_a_program_without_a_period_says_so(client_of, user):
    DeliveryPeriod.objects.all().delete()

    assert "No current or upcoming delivery periods" in text_of(client_of(user).get(PAGES[2]))


@time_machine.travel("2026-12-01 12:00 +0000", tick=False)
def test_a_period_without_deadlines_is_still_shown(client_of, user):
    Deadline.objects.filter(period__program__identifier="CEC-DSGS").delete()

    assert "CEC-DSGS_2027_MAY_OCT" in text_of(client_of(user).get(PAGES[2]))


# --- which way -------------------------------------------------------------------------------------
def which(client: Client, **query: object) -> str:
    return text_of(client.get(reverse("which-way"), query))


def test_which_way_without_a_choice_offers_each(client_of, user):
    client = client_of(user)
    asks = "Choose a region and what you want to enroll."

    assert asks not in which(client)
    for query in ({"region": "", "asset": ""}, {"region": "CA"}, {"region": "NOWHERE", "asset": "TOASTER"}):
        assert asks in which(client, **query)
    links = re.findall(r'href="\?(region=[^"]+)#answer"', client.get(reverse("which-way")).content.decode())
    assert len(links) == 2 * Region.objects.count()
    for link in links:
        assert 'id="answer"' in client.get(f"{reverse('which-way')}?{link.replace('&amp;', '&')}").content.decode()


def test_which_way_answers_with_the_programs_that_fit_and_folds_the_others(client_of, user):
    page = client_of(user).get(reverse("which-way"), {"region": "CA", "asset": "DEVICE"})

    text = text_of(page)
    assert "Devices in California 1 program fits. You create the meters yourself." in text
    assert re.search(r"Demand Side Grid Support CEC-DSGS Partner-created", text)
    assert re.search(r"programs in California don’t fit .*It doesn’t take devices", text)
    assert [way.program.identifier for way in page.context["ways"]] == ["CEC-DSGS"]


def test_which_way_always_has_a_next_step(client_of, user):
    page = client_of(user).get(reverse("which-way"), {"region": "PJM", "asset": "DEVICE"})

    assert page.context["ways"] == []
    assert "takes devices today." in text_of(page)
    assert 'href="?region=PJM&amp;asset=UTILITY_METER#answer"' in page.content.decode()
    assert 'href="mailto:support@portal.example?subject=Devices%20in%20PJM' in page.content.decode()


@pytest.mark.parametrize(
    ("region", "asset", "words"),
    [
        ("CA", "DEVICE", "You create the meters yourself."),
        (
            "NY",
            "UTILITY_METER",
            "Your customers authorize their utility through Leap Connect, and we create the meters.",
        ),
        ("TX", "UTILITY_METER", "You create the meter yourself, or your customer comes through Leap Connect."),
        ("MA", "DEVICE", "You create the meters yourself."),
    ],
)
def test_which_way_says_the_way_in_a_sentence(client_of, user, region, asset, words):
    assert words in which(client_of(user), region=region, asset=asset)


def test_which_way_leads_on(client_of, user):
    client = client_of(user)
    texas = client.get(reverse("which-way"), {"region": "TX", "asset": "UTILITY_METER"}).content.decode()
    york = client.get(reverse("which-way"), {"region": "NY", "asset": "UTILITY_METER"}).content.decode()

    assert f"{reverse('upload-new')}?program=ERCOT-ERS" in texas
    assert "no utility authorization is needed" in texas
    assert reverse("upload-new") + "?program" not in york
    assert reverse("program", args=["NYISO-SCR"]) + "#how-heading" in york


def test_which_way_does_not_offer_staff_an_upload(client_of, staff):
    page = client_of(staff).get(reverse("which-way"), {"region": "TX", "asset": "UTILITY_METER"}).content.decode()

    assert reverse("upload-new") not in page


def test_a_program_s_meter_types_are_in_words(client_of, user):
    page = client_of(user).get(reverse("program", args=["CEC-DSGS"])).content.decode()

    assert "<dt>Meter types</dt><dd>Device</dd>" in page
