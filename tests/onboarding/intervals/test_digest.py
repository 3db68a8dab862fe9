"""The email of missing data: in the morning, once a day, and none when nothing is missing."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail

from onboarding.intervals import digest
from onboarding.intervals.models import MissingDataDigest
from portal.jobs.models import Job
from portal.notifications.domain import choose
from portal.partners.models import Partner
from tests.onboarding.intervals.data import active_meter, every, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "user")]

# Acme keeps Los Angeles' time: its morning is from 15:00 to 20:00 UTC.
MORNING = "2026-12-04 15:10 +0000"


@pytest.fixture
def tidy(run_jobs):
    """The hourly look at a moment, and the jobs that it queues; returns the emails."""

    def run(moment: str):
        mail.outbox.clear()
        with time_machine.travel(moment, tick=False):
            digest.queue_missing_data_digests()
            Job.objects.update(not_before=datetime(2020, 1, 1, tzinfo=UTC))  # the database keeps its own clock
            run_jobs()
        return list(mail.outbox)

    return run


def test_once_in_the_morning_of_each_day_while_something_is_missing(acme, tidy):
    active_meter(acme, since="2026-12-02T05:00", until="2026-12-03T05:00")

    told = {
        moment: len(tidy(moment))
        for moment in (
            "2026-12-03 16:00 +0000",  # yesterday's data may still come
            "2026-12-04 14:50 +0000",  # night
            MORNING,
            "2026-12-04 16:10 +0000",
            "2026-12-04 21:00 +0000",
            "2026-12-05 15:10 +0000",
            "2026-12-10 15:10 +0000",  # the deadline passed in the night
            "2026-12-11 15:10 +0000",
        )
    }

    assert list(told.values()) == [0, 0, 1, 0, 0, 1, 1, 0]
    written = dict(MissingDataDigest.objects.values_list("day", "emails_written"))
    assert [(day.day, count) for day, count in sorted(written.items())] == [(3, 0), (4, 1), (5, 1), (10, 1), (11, 0)]


def test_it_says_what_until_when_and_where(acme, tidy):
    active_meter(acme, since="2026-12-01T05:00", until="2026-12-03T05:00")

    (message,) = tidy(MORNING)

    assert message.subject == "Interval data is missing: submit the first by end of Tue, Dec 8"
    assert "Submit by end of Wed, Dec 9 (11:59 PM EST): 24 h of 1 meter in Clean Peak Standard\n" in message.body
    assert "/interval-data/missing/?due=2026-12-10T05%3A00Z&until=2026-12-03" in message.body


def test_none_when_nothing_is_missing(acme, tidy):
    meter = active_meter(acme, since="2026-12-02T05:00", until="2026-12-03T05:00")
    put(meter, every(15, "2026-12-02T05:00", "2026-12-03T05:00"))

    assert tidy(MORNING) == []
    assert MissingDataDigest.objects.get().emails_written == 0


def test_none_to_who_switched_it_off_nor_to_a_partner_that_is_closed(acme, user, tidy):
    active_meter(acme)
    choose(user, ["weekly"])
    assert tidy(MORNING) == []

    choose(user, ["missing_interval_data"])
    Partner.objects.filter(pk=acme.pk).update(is_active=False)

    assert tidy("2026-12-05 15:10 +0000") == []

    Partner.objects.filter(pk=acme.pk).update(is_active=True)
    assert len(tidy("2026-12-05 15:20 +0000")) == 1


def test_marks_are_dropped_after_two_months(acme, tidy):
    MissingDataDigest.objects.create(partner=acme, day=datetime(2026, 9, 1).date())

    tidy(MORNING)

    assert not MissingDataDigest.objects.filter(day__lt=datetime(2026, 12, 1).date()).exists()
