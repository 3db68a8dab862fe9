"""One deadline, told the same on every page, in every email and in the feed: at local midnight and a minute beside."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from onboarding.calendar.notifications import queue_notifications
from onboarding.enrollment.models import Enrollment
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from programs.models import Deadline
from tests import builders
from tests.onboarding.calendar.test_feed import new_address
from tests.onboarding.calendar.test_page import wants
from tests.onboarding.enrollment.meters import at
from tests.onboarding.meter_form.test_form import sent, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

NOW = "2027-04-05 15:00 +0000"  # a Monday: the email of the week is due, and that of ten days before
CLOSES = [
    ("2027-04-15 06:59", "by Wed, Apr 14, 11:59 PM PDT"),
    ("2027-04-15 07:00", "by end of Wed, Apr 14 (11:59 PM PDT)"),
    ("2027-04-15 07:01", "by Thu, Apr 15, 12:01 AM PDT"),
]
OTHERS = [said for _, said in CLOSES]


@pytest.fixture(autouse=True)
def in_april() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


def closes(moment: str) -> None:
    """The first deadline of CEC-DSGS in 2027 closes then."""
    first = Deadline.objects.filter(period__name="CEC-DSGS_2027_MAY_OCT", activation_at=at("2027-05-01 07:00"))
    assert (
        first.update(deadline_at=at(moment), updated_at=at(moment)) == 1
    )  # another version of the catalogue each time


def readable_text(response: Any) -> str:
    page = response.content.decode().split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def told(text: str) -> list[str]:
    """Which of the three sentences a text says, whatever the case of its first letter."""
    return [said for said in OTHERS if said in text or said.replace("by", "By", 1) in text]


@pytest.mark.parametrize(("moment", "said"), CLOSES)
@pytest.mark.parametrize("page", ["calendar", "program", "meter", "season", "home", "form", "upload"])
def test_pages_tell_it(
    acme: Partner, client: Client, run_jobs: Callable[[], int], moment: str, said: str, page: str
) -> None:
    closes(moment)
    meter = wants(acme, "CEC-DSGS", meter_type="DEVICE")
    Enrollment.objects.filter(meter=meter).update(missing=["site.number_of_devices"], acts="partner")
    addresses: dict[str, Callable[[], str]] = {
        "calendar": lambda: reverse("calendar"),
        "program": lambda: reverse("program", args=["CEC-DSGS"]),
        "meter": lambda: reverse("meter", args=[meter.pk]),
        "season": lambda: reverse("program-meters", args=["CEC-DSGS"]),
        "home": lambda: "/",
        "form": lambda: sent(client, reverse("entry-new", args=["CEC-DSGS"]), typed())["Location"],
        "upload": lambda: _uploaded(acme, run_jobs),
    }

    text = readable_text(client.get(addresses[page]()))

    assert told(text) == [said]
    assert not re.search(r"(?<![0-9:])00:00", text)


def _uploaded(partner: Partner, run_jobs: Callable[[], int]) -> str:
    content = builders.csv_bytes([builders.row(1)])
    upload, _ = receive_upload(
        [content],
        file_name="a.csv",
        partner=partner,
        programs=("CEC-DSGS",),
        update_existing=False,
        by=Actor.system("Test"),
    )
    run_jobs()
    return reverse("upload", args=[upload.pk])


@pytest.mark.parametrize(("moment", "said"), CLOSES)
def test_emails_tell_it(acme: Partner, user: User, run_jobs: Callable[[], int], moment: str, said: str) -> None:
    closes(moment)
    wants(acme, "CEC-DSGS")
    with time_machine.travel("2027-04-05 13:59 +0000", tick=False):  # 06:59: too early
        queue_notifications()
        run_jobs()
    early = len(mail.outbox)
    with time_machine.travel(NOW, tick=False):
        queue_notifications()
        run_jobs()

    subjects = sorted(message.subject for message in mail.outbox)
    assert (early, subjects) == (
        0,
        ["CEC-DSGS closes in 9 days: meters need action", "This week: meters need action in 1 program"],
    )
    assert [told(str(message.body)) for message in mail.outbox] == [[said], [said]]
    assert not any("00:00" in str(message.body) for message in mail.outbox)


@pytest.mark.parametrize(
    ("moment", "said", "day"),
    [(*CLOSES[0], "2027-04-14"), (*CLOSES[1], "2027-04-14"), (*CLOSES[2], "2027-04-15")],
)
def test_feed_tells_it_on_the_day_that_it_closes(
    acme: Partner, client: Client, moment: str, said: str, day: str
) -> None:
    closes(moment)
    wants(acme, "CEC-DSGS")

    content = Client().get(new_address(client)).content

    events = [event for event in Calendar.from_ical(content).events if told(str(event["summary"]))]
    assert [(str(event["summary"]), event.decoded("dtstart").isoformat()) for event in events] == [
        (f"Demand Side Grid Support: enroll {said}", day)
    ]
    assert b"00:00" not in content


def test_end_of_a_season_is_its_last_day(acme: Partner, client: Client) -> None:
    wants(acme, "CEC-DSGS")

    pages = [client.get(address) for address in (reverse("program", args=["CEC-DSGS"]), reverse("calendar"))]

    assert "May 1, 2027 to Oct 31, 2027" in readable_text(pages[0])
    season = "Sun, Oct 31 Demand Side Grid Support CEC-DSGS Season ends: May–Oct 2027"
    assert season in readable_text(pages[1])
    (ends,) = [
        event
        for event in Calendar.from_ical(Client().get(new_address(client)).content).events
        if event["summary"] == "Demand Side Grid Support: May–Oct 2027 season ends"
    ]
    assert ends.decoded("dtstart").isoformat() == "2027-10-31"
    assert "It ends Oct 31, 2027, 11:59 PM PDT." in str(ends["description"])
