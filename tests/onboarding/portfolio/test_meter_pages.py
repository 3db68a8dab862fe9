"""The pages of enrollment: a meter's cards, what can be held together, the funnel, filling in one field for many."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.models import Event
from portal.partners.models import Partner, User
from tests.onboarding.enrollment.meters import activate, make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BATTERY: Any = {"device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}}


@pytest.fixture
def client(manager: User, client_of: Any, time_machine: Any) -> Client:
    time_machine.move_to("2026-11-25T12:00:00+00:00")
    return client_of(manager)  # type: ignore[no-any-return]  # the fixture gives a Client


def text_of(response: Any) -> str:
    page = response.content.decode().split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def battery(partner: Partner, n: int = 1, **parts: Any) -> Meter:
    return make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", reference=f"b-{n}", **(BATTERY | parts))


def test_card_says_who_acts_by_when_and_what_it_rests_on(acme: Partner, client: Client) -> None:
    meter = battery(acme)

    text = text_of(client.get(f"/meters/{meter.pk}/"))

    assert "You: add Number of devices" in text
    assert (
        "Next activation: May 1, 2027 , if it is eligible by end of Wed, Apr 14 (11:59 PM PDT). 140 days left." in text
    )
    assert "Number of devices empty filled in Failed" in text
    assert "Battery power capacity 5 filled in Passed" in text
    assert (
        "CEC-DSGS_2027_MAY_OCT May 1, 2027 to Oct 31, 2027 Not eligible yet "
        "By end of Wed, Apr 14 (11:59 PM PDT) May 1, 2027" in text
    )


def test_another_day_can_be_asked_for(acme: Partner, client: Client) -> None:
    meter = battery(acme, site={"number_of_devices": 1})
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-06-01T07:00")

    assert "Enrolled and dispatched in May–Oct 2027, until" in text_of(
        client.get(f"/meters/{meter.pk}/?as_of=2027-07-01")
    )
    assert "Enrolled and dispatched" not in text_of(client.get(f"/meters/{meter.pk}/"))
    answers = {
        day: text_of(client.get(f"/meters/{meter.pk}/?as_of={day}")) for day in ("1999-12-31", "2000-01-01", "soon")
    }
    assert {
        day: f"“{day}” was not understood. Enter a date between 2000 and 2100." in text for day, text in answers.items()
    } == {
        "1999-12-31": True,
        "2000-01-01": False,
        "soon": True,
    }
    assert client.get(f"/meters/{meter.pk}/?as_of=%00").status_code in {200, 400}


def test_long_history_can_be_seen_whole(acme: Partner, client: Client) -> None:
    meter = battery(acme)
    Event.objects.bulk_create(
        Event(partner=acme, verb="meter.updated", subject_type="meter", subject_id=str(meter.pk), actor_kind="system")
        for _ in range(60)
    )

    short = client.get(f"/meters/{meter.pk}/")
    whole = client.get(f"/meters/{meter.pk}/?events=all")

    assert short.content.decode().count("Meter updated") == 50
    assert "Show all that happened" in text_of(short)
    assert whole.content.decode().count("Meter updated") == 60


def test_program_is_joined_from_the_page(acme: Partner, client: Client) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE")
    assert "Also eligible to join" in text_of(client.get(f"/meters/{meter.pk}/"))

    answer = client.post(f"/meters/{meter.pk}/programs/ELRP/join/", follow=True)

    assert "The meter is in Emergency Load Reduction Program now." in answer.content.decode()
    assert Enrollment.objects.filter(meter=meter).count() == 2
    assert client.post(f"/meters/{meter.pk}/programs/CONED-CSRP/join/").status_code == 404
    assert client.post(f"/meters/{meter.pk}/programs/NONE/join/").status_code == 404


def test_what_a_customer_can_hold_together(acme: Partner, borealis: Partner, client: Client) -> None:
    site = make_meter(acme, programs=["CCA"], reference="site-1", utility="SDGE", account="42")
    make_meter(acme, programs=["CEC-DSGS"], reference="b-1", meter_type="DEVICE", utility="SDGE", account="42")
    make_meter(borealis, programs=["ELRP"], reference="theirs", utility="SDGE", account="42")

    text = text_of(client.get(f"/meters/{site.pk}/programs/"))

    assert "One customer: the account 42 at SDGE, with 2 of your meters." in text
    assert "b-1" in text
    assert "theirs" not in text
    excluded = text.split("Not compatible")[1].split("Compatible")[0]
    assert "Capacity/Energy with a CCA and Emergency Load Reduction Program SDG&E excludes" in excluded
    assert "Capacity/Energy with a CCA and Demand Side Grid Support" in excluded


def test_funnel_counts_steps_and_what_would_help(acme: Partner, borealis: Partner, client: Client) -> None:
    battery(borealis, 9)
    battery(acme, 1, site={"number_of_devices": 1})
    battery(acme, 2)
    battery(acme, 3, device={"battery_power_capacity_kw": 5})
    active = battery(acme, 4, site={"number_of_devices": 1})
    activate(active, "CEC-DSGS_2027_MAY_OCT", since="2027-05-01T07:00")
    Enrollment.objects.filter(meter=active).update(status="ACTIVE")

    text = text_of(client.get("/programs/CEC-DSGS/meters/"))

    assert (
        "Created for this program 4 (100%) Participating 4 (100%) Information complete 2 (50%) 2 not eligible yet"
        in text
    )
    assert "Eligible 2 (50%) Active 1 (25%) 1 waiting for the activation date" in text
    assert "Fill in Number of devices 2 1 Fill in Battery energy capacity 1 0" in text


def test_program_without_meters_says_so(client: Client) -> None:
    assert "None of your meters is in this program yet" in text_of(client.get("/programs/CEC-DSGS/meters/"))
    assert client.get("/programs/NONE/meters/").status_code == 404


def test_one_field_is_filled_in_for_many(acme: Partner, borealis: Partner, client: Client) -> None:
    theirs = battery(borealis)
    first, second, third = (battery(acme, n) for n in (1, 2, 3))
    path = "/meters/fill/CEC-DSGS/site.number_of_devices/"
    assert "3 meters cannot be in Demand Side Grid Support without it." in text_of(client.get(path))

    wrong = client.post(path, {"do": "each", str(first.pk): "2", str(second.pk): "two", str(theirs.pk): "1"})

    assert wrong.status_code == 422
    assert "Filled in 1 meter." in wrong.content.decode()
    assert 'value="two"' in wrong.content.decode()
    for meter, devices in ((first, 2), (second, None), (theirs, None)):
        meter.refresh_from_db()
        assert meter.data.get("site", {}).get("number_of_devices") == devices
    assert (first.enrollment_status, first.acts) == ("ELIGIBLE", "")

    done = client.post(path, {"do": "all", "all": "1"})

    assert (done.status_code, done["Location"]) == (302, "/")
    for meter in (second, third):
        meter.refresh_from_db()
        assert (meter.data["site"]["number_of_devices"], meter.enrollment_status) == (1, "ELIGIBLE")
    upload = Upload.objects.order_by("pk").last()
    assert upload is not None
    assert (upload.source, upload.state, upload.count("METER_UPDATED")) == ("form", "done", 2)
    assert "No meter lacks it" in text_of(client.get(path))
    assert client.get("/meters/fill/NONE/site.number_of_devices/").status_code == 404
    assert client.get("/meters/fill/CEC-DSGS/nothing/").status_code == 404


def test_nothing_filled_in_is_said(acme: Partner, client: Client) -> None:
    battery(acme)

    answer = client.post("/meters/fill/CEC-DSGS/site.number_of_devices/", {"do": "each"})

    assert "You haven’t filled anything in." in answer.content.decode()


def test_views_of_the_list_ask_who_acts_next(acme: Partner, client: Client) -> None:
    lacking = battery(acme, 1)
    waiting = make_meter(acme, programs=["CCA"], reference="site-1", utility="PGE", evaluated=False)
    note(waiting, "IS_AUTHORIZED")
    re_evaluate([waiting.pk], by=Actor.system())

    def listed(query: str) -> list[str]:
        return re.findall(r'aria-label="Choose (b-1|site-1)"', client.get(f"/meters/?{query}").content.decode())

    assert listed("acts=partner") == [lacking.partner_reference]
    assert listed("acts=leap") == ["site-1"]
    assert listed("program=CCA&acts=leap") == ["site-1"]
    assert listed("program=CCA&acts=partner") == []
    assert listed("action=NO_MISSING_FIELDS") == ["b-1"]
    assert listed("program=CEC-DSGS&action=NO_MISSING_FIELDS") == ["b-1"]
    assert listed("program=CCA&action=NO_MISSING_FIELDS") == []


def test_program_is_left_and_makes_room(acme: Partner, client: Client) -> None:
    first = battery(acme, utility="PGE", account="42", site={"number_of_devices": 1})
    where: Any = {"utility": "PGE", "account": "42", "classification": "COMMERCIAL"}
    site = make_meter(acme, programs=["ELRP"], reference="site-1", evaluated=False, **where)
    note(site, "IS_AUTHORIZED")
    re_evaluate([site.pk], by=Actor.system())
    assert Enrollment.objects.get(meter=site).status == "INELIGIBLE"

    for _ in range(2):
        answer = client.post(f"/meters/{first.pk}/programs/CEC-DSGS/leave/", follow=True)
        assert "The meter is not in Demand Side Grid Support any more." in answer.content.decode()

    assert not Enrollment.objects.filter(meter=first).exists()
    assert Enrollment.objects.get(meter=site).status == "ELIGIBLE"
    assert Event.objects.filter(verb="meter.program_left").count() == 1


def test_active_program_is_not_simply_left(acme: Partner, client: Client) -> None:
    meter = battery(acme, site={"number_of_devices": 1})
    Enrollment.objects.filter(meter=meter).update(status="ACTIVE")

    answer = client.post(f"/meters/{meter.pk}/programs/CEC-DSGS/leave/", follow=True)

    assert "The meter is active in CEC-DSGS, so it can’t be removed right away." in answer.content.decode()
    assert Enrollment.objects.filter(meter=meter).exists()


def test_archived_meters_need_nobody(acme: Partner, client: Client) -> None:
    battery(acme, 1)
    Meter.objects.filter(pk=battery(acme, 2).pk).update(is_archived=True)

    assert "Fill in missing information: 1 meter" in text_of(client.get("/"))
    assert "Created for this program 1 (100%)" in text_of(client.get("/programs/CEC-DSGS/meters/"))


def steps_on(client: Client, meter: Meter, query: str = "") -> list[tuple[str, str, str]]:
    """What a page says of the steps in each program: label, state, and when."""
    cards = client.get(f"/meters/{meter.pk}/{query}").context["cards"]
    return [(step.label, step.state, step.detail) for _, steps in cards for step in steps]


def test_steps_tell_what_was_what_is_waited_for_and_when_the_season_ends(acme: Partner, client: Client) -> None:
    meter, whole = battery(acme), battery(acme, 2, site={"number_of_devices": 1})
    done, season = ("Eligible", "done", "Nov 25, 2026"), ("Season ends", "todo", "Oct 31, 2027")

    assert steps_on(client, meter) == [
        ("Created", "done", "Nov 25, 2026"),
        ("Eligible", "current", "by end of Wed, Apr 14 (11:59 PM PDT)"),
        ("Active", "todo", "Earliest May 1, 2027"),
        season,
    ]
    assert steps_on(client, whole)[1:] == [done, ("Active", "current", "Expected May 1, 2027"), season]
    activate(whole, "CEC-DSGS_2027_MAY_OCT", since="2027-06-01T07:00")
    assert steps_on(client, whole)[2:] == [("Active", "current", "From Jun 1, 2027"), season]
    assert steps_on(client, whole, "?as_of=2027-07-01")[2:] == [("Active", "current", "Since Jun 1, 2027"), season]


def test_what_the_partner_has_to_do_comes_first_and_by_when(acme: Partner, client: Client) -> None:
    meter, whole = battery(acme), battery(acme, 2, site={"number_of_devices": 1})

    text = text_of(client.get(f"/meters/{meter.pk}/"))

    first = (
        "To do Add Number of devices by end of Wed, Apr 14 (11:59 PM PDT) (140 days left) for Demand Side Grid Support."
    )
    assert text.index(first) < text.index("Leap meter ID")
    assert "Complete this meter" in text
    assert "To do Add" not in text_of(client.get(f"/meters/{whole.pk}/"))
    assert "To do Add" not in text_of(client.get(f"/meters/{meter.pk}/?as_of=2027-07-01"))


def test_the_day_of_eligibility_is_the_last_one_on_which_it_became_so(acme: Partner, client: Client) -> None:
    meter = battery(acme, site={"number_of_devices": 1})
    for was, now in (("INELIGIBLE", "ELIGIBLE"), ("ELIGIBLE", "PENDING"), ("PENDING", "ELIGIBLE")):
        data = {"program": "CEC-DSGS", "changes": {"enrollment_status": [was, now]}}
        record("meter.enrollment_changed", subject=meter, partner=acme, by=Actor.system("Test"), data=data)

    assert steps_on(client, meter)[1] == ("Eligible", "done", "Nov 25, 2026")
