"""The calendar feed: its secret address, who has it and who loses it, and what the file says."""

import logging
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from onboarding.calendar.models import CalendarFeed
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.domain import remove_member
from portal.partners.models import Membership
from portal.web.logs import WithoutSecrets
from programs.models import Deadline, Program
from tests.onboarding.calendar.test_page import wants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2027-03-09 17:00 +0000", tick=False):
        yield


@pytest.fixture
def address(acme, user, client_of):
    """The path of the feed of Acme's user; Acme has one meter for CEC-DSGS that waits, and one for CONED-CSRP."""
    wants(acme, "CEC-DSGS", reference="home-secret")
    wants(acme, "CONED-CSRP", reference="shop-secret", region="NYISO", actions=())
    return new_address(client_of(user))


def new_address(client: Client) -> str:
    page = client.post(reverse("calendar-feed-new"))
    assert page.status_code == 200
    (path,) = set(re.findall(r"http://127\.0\.0\.1:8000(/calendar/[^/]+\.ics)", page.content.decode()))
    return str(path)


def events(content: bytes) -> dict[str, dict[str, str]]:
    return {
        str(event["uid"]): {name.lower(): event.decoded(name) for name in event}
        for event in Calendar.from_ical(content).events
    }


def test_the_file_reads_back(address):
    answer = Client().get(address)

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["version"], calendar["x-wr-calname"], calendar["name"]) == (
        "2.0",
        "Programs of Acme Energy",
        "Programs of Acme Energy",
    )
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in answer.content
    assert b"BEGIN:VALARM" not in answer.content
    first = Deadline.objects.get(period__name="CEC-DSGS_2027_MAY_OCT", activation_at__month=5)
    deadline = events(answer.content)[f"deadline-{first.pk}@127.0.0.1"]
    assert (deadline["dtstart"], deadline["dtend"]) == (date(2027, 4, 14), date(2027, 4, 15))
    assert deadline["summary"] == "Demand Side Grid Support: enroll by end of Wed, Apr 14 (11:59 PM PDT)"
    assert deadline["description"].split("\n") == [
        "Demand Side Grid Support, May–Oct 2027 season (CEC-DSGS_2027_MAY_OCT).",
        "A meter that is eligible by then is expected to be active from May 1, 2027.",
        "1 of your meters needs something from you before then.",
        "Rolled forward from an earlier season; not confirmed for this one.",
        "The day is in Pacific time.",
    ]
    assert b"DTSTART;VALUE=DATE:20270414" in answer.content


def test_all_lines_are_short_and_end_as_the_standard_says(address):
    content = Client().get(address).content

    assert content.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_weekend_stands_on_its_monday(address):
    Program.objects.filter(identifier="CONED-CSRP").update(weekend_rolls_over=True)

    happenings = events(Client().get(address).content).values()

    (rolled,) = [
        happening
        for happening in happenings
        if happening["dtstart"] == date(2027, 8, 16)
        and happening["summary"].startswith("Con Edison Commercial System Relief: enroll ")
    ]
    assert (
        "Published: by end of Sat, Aug 14 (11:59 PM EDT); extended over the weekend to Monday." in rolled["description"]
    )


def test_it_holds_the_partner_s_programs_and_no_customer(address):
    content = Client().get(address).content

    programs = {str(one["summary"]).split(":")[0] for one in Calendar.from_ical(content).events}
    assert programs == {"Demand Side Grid Support", "Con Edison Commercial System Relief"}
    assert b"secret" not in content
    assert b"Main Street" not in content


def test_the_same_dates_keep_their_names_when_they_move(address):
    before = events(Client().get(address).content)
    moved = Deadline.objects.get(period__name="CEC-DSGS_2027_MAY_OCT", activation_at__month=5)
    moved.deadline_at -= timedelta(days=2)
    moved.save()

    after = events(Client().get(address).content)

    assert set(after) == set(before)
    assert after[f"deadline-{moved.pk}@127.0.0.1"]["dtstart"] == date(2027, 4, 12)


def test_what_has_not_changed_is_not_sent_again(address):
    first = Client().get(address)

    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    other = Client().get(address, headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, other.content) == (200, first.content)
    assert first["Cache-Control"] == again["Cache-Control"] == "private, max-age=3600"


def test_the_address_is_kept_out_of_referrers_search_engines_and_the_database(address, client_of, user):
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    page = client_of(user).post(reverse("calendar-feed-new"))

    assert "no-store" in page["Cache-Control"]
    assert Client().get(address).status_code == 404
    answer = Client().get(new_address(client_of(user)))
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert secret not in str(list(CalendarFeed.objects.values())) + str(list(Event.objects.values()))
    assert secret not in client_of(user).get(reverse("calendar")).content.decode()


def test_a_new_address_ends_the_old_one_and_both_stand_in_the_log(address, user, manager, client_of):
    new = new_address(client_of(user))
    of_manager = new_address(client_of(manager))

    assert [Client().get(path).status_code for path in (address, new, of_manager)] == [404, 200, 200]
    client_of(user).post(reverse("calendar-feed-end"))
    assert [Client().get(path).status_code for path in (address, new, of_manager)] == [404, 404, 200]
    written = Event.objects.filter(subject_type="calendarfeed").order_by("pk")
    assert [(event.verb_text, event.data["for"]) for event in written] == [
        ("Calendar address made", "user@acme.example"),
        ("Calendar address ended", "user@acme.example"),
        ("Calendar address made", "user@acme.example"),
        ("Calendar address made", "manager@acme.example"),
        ("Calendar address ended", "user@acme.example"),
    ]
    assert "Calendar address made" in client_of(manager).get("/audit/").content.decode()


def test_ending_what_is_not_there_says_so(user, client_of):
    page = client_of(user).post(reverse("calendar-feed-end"), follow=True)

    assert "You don’t have a calendar address." in page.content.decode()
    assert not Event.objects.filter(subject_type="calendarfeed").exists()


def test_who_leaves_loses_it_also_on_coming_back(address, acme, user):
    remove_member(Membership.objects.get(user=user), by=Actor.system())
    assert Client().get(address).status_code == 404

    Membership.objects.create(partner=acme, user=user)
    assert Client().get(address).status_code == 404


def test_who_is_switched_off_loses_it(address, acme, user):
    user.is_active = False
    user.save()
    assert Client().get(address).status_code == 404

    user.is_active = True
    user.save()
    acme.is_active = False
    acme.save()
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("secret", ["x", "a" * 43, "a" * 44, "%C3%A9" * 43, "..", "address", "a" * 5000])
def test_an_address_of_nobody(secret):
    answer = Client().get(f"/calendar/{secret}.ics")

    assert (answer.status_code, answer["Referrer-Policy"]) == (404, "no-referrer")


def test_when_it_was_read_is_noted_once_an_hour(address, user, client_of):
    Client().get(address)
    first = CalendarFeed.objects.get().last_used_at
    with time_machine.travel("2027-03-09 17:30 +0000", tick=False):
        Client().get(address)
        assert CalendarFeed.objects.get().last_used_at == first
    with time_machine.travel("2027-03-09 18:30 +0000", tick=False):
        Client().get(address)
        assert CalendarFeed.objects.get().last_used_at != first
        assert "last read 0\xa0minutes ago" in client_of(user).get(reverse("calendar")).content.decode()


def test_an_address_that_fails_is_blotted_out_of_the_log(address, user, client_of, caplog):
    client_of(user).post(reverse("calendar-feed-end"))
    secret = address.removeprefix("/calendar/").removesuffix(".ics")

    with caplog.at_level(logging.WARNING, logger="django.request"):
        Client().get(address)
        Client().post(address)

    said = [record for record in caplog.records if record.name == "django.request"]
    assert all(WithoutSecrets().filter(record) for record in said)  # the console's handler may have been first
    assert [record.getMessage() for record in said] == [
        "Not Found: /calendar/…",
        "Method Not Allowed (POST): /calendar/…",
    ]
    assert secret not in caplog.records[0].getMessage()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /invitations/0123456789abcdef0123/", "Not Found: /invitations/…/"),
        ("Not Found: /emails/stop/WzEsInVwbG9hZHMiXQ:abcdef/", "Not Found: /emails/stop/…/"),
        ("Not Found: /connect/mine/ImFiYyI:1abcde:fghijklmn/", "Not Found: /connect/mine/…/"),
        ("Not Found: /calendar/address/", "Not Found: /calendar/address/"),
        ("Not Found: /meters/0123456789abcdef0123/", "Not Found: /meters/0123456789abcdef0123/"),
    ],
)
def test_secrets_of_other_addresses_are_blotted_out_too(said, kept):
    record = logging.makeLogRecord({"msg": "%s", "args": (said,)})

    assert WithoutSecrets().filter(record)
    assert record.getMessage() == kept


def test_the_console_has_that_filter():
    from django.conf import settings

    assert settings.LOGGING["handlers"]["console"]["filters"][0] == "without_secrets"


def test_queries_of_the_feed(address, django_assert_num_queries):
    Client().get(address)

    with django_assert_num_queries(6):
        Client().get(address)
