"""Reminders: who gets which one when, who gets none, and that none goes twice."""

import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from onboarding.connect import journey
from onboarding.connect.choices import LinkState, SessionState, Step
from onboarding.connect.contacting import mark_unreachable, opt_out, stop_of
from onboarding.connect.invitations import send_link
from onboarding.connect.links import set_state
from onboarding.connect.models import (
    Connection,
    ConnectLink,
    ConnectSession,
    InvitedCustomer,
    OutageFollowUp,
    UtilityOutage,
)
from onboarding.reminders import sending
from onboarding.reminders.choices import Touchpoint
from onboarding.reminders.models import Reminder
from onboarding.reminders.plans import save_plan, stop_reminders
from onboarding.reminders.queries import Effect, effect_of
from onboarding.reminders.sweep import plan_reminders, queue_planned, sweep
from portal.events.models import Event
from portal.jobs.domain import Run, claim, run_next
from portal.jobs.models import Job
from portal.partners.models import Partner
from portal.partners.sandboxes import create_sandbox
from programs.models import Utility
from tests.onboarding.connect import builders
from tests.onboarding.reminders.conftest import DEFAULTS, STOPPED_AT, states_of, stopped, sweep_and_send, switch_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
Travel = Callable[[datetime], None]
SENT = [("FIRST", "SENT", ""), ("SECOND", "SENT", ""), ("THIRD", "SENT", "")]


def after(**ahead: float) -> datetime:
    return STOPPED_AT + timedelta(**ahead)


def walk(travel: Travel, *, until: datetime, every: timedelta = timedelta(minutes=30)) -> None:
    """Let the clock run, with a sweep from time to time."""
    at = STOPPED_AT
    while at <= until:
        travel(at)
        sweep_and_send()
        at += every


def test_ten_customers_who_stop_at_each_step(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    steps = [Step.WELCOME, Step.ABOUT, Step.AGREEMENTS, Step.UTILITY] * 2 + [Step.DONE] * 2
    rows = []
    for number, step in enumerate(steps):
        if step == Step.DONE:
            row = builders.connection(acme, f"home-{number}", link=link, started=STOPPED_AT)
        else:
            row = stopped(acme, f"home-{number}", step=step, link=link, email=f"customer-{number}@example.com")
        rows.append(row)
    InvitedCustomer.objects.create(
        partner=acme, reference_key=rows[0].reference_key, email="invited@example.com", invited_at=STOPPED_AT
    )

    walk(travel, until=after(days=3, hours=1))

    no_address = [(touchpoint, "SKIPPED", "NO_ADDRESS") for touchpoint, _, _ in SENT]
    assert [states_of(row) for row in rows] == [SENT, SENT, SENT, SENT, no_address, SENT, SENT, SENT, [], []]
    assert sorted({message.to[0] for message in mail.outbox}) == [
        *(f"customer-{number}@example.com" for number in (1, 2, 3, 5, 6, 7)),
        "invited@example.com",
    ]
    sent = list(Reminder.objects.filter(connection=rows[3]).order_by("pk").values_list("sent_at", flat=True))
    assert sent == [after(minutes=30), after(days=1), after(days=3)]
    journey.close_idle_sessions()
    travel(after(days=20))
    sweep_and_send()
    assert len(mail.outbox) == 21
    assert Event.objects.filter(verb="connection.reminded").count() == 21


def test_sessions_that_ended_for_being_idle_are_reminded_all_the_same(
    acme: Partner, link: ConnectLink, travel: Travel
) -> None:
    row = stopped(acme, "home-1", link=link)
    for at in (after(minutes=40), after(days=1, minutes=1), after(days=3, minutes=1)):
        travel(at)
        journey.close_idle_sessions()
        sweep_and_send()

    assert row.sessions.get().state == SessionState.CLOSED
    assert states_of(row) == SENT


def test_the_mail_says_who_writes_why_how_far_and_how_to_stop(
    acme: Partner, link: ConnectLink, travel: Travel, settings: Any
) -> None:
    switch_on(link, text="Earn <b>$50</b>\r\nBcc: x@example.com")
    row = stopped(acme, "home-1", link=link, step=Step.AGREEMENTS, customer_name="A\nB <i>")
    travel(after(minutes=31))
    sweep_and_send()

    message = mail.outbox[0]
    lines = message.body.splitlines()
    assert message.subject == "Finish connecting your electricity account with Acme Energy"
    assert lines[0] == "Hello A B <i>,"
    assert "Reading and signing the agreements is the next step." in lines[2]
    assert lines[4] == "Earn <b>$50</b> Bcc: x@example.com"
    assert f"{settings.SITE_URL}/connect/continue/" in message.body
    stop = next(line for line in lines if "/connect/stop/" in line)
    assert message.extra_headers == {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert Reminder.objects.get(connection=row).body == message.body


def test_the_mail_is_in_the_language_of_the_session(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    row = stopped(acme, "home-1", link=link)
    row.sessions.update(language="es")
    travel(after(minutes=31))
    sweep_and_send()

    body = mail.outbox[0].body
    assert "Usted empezó a conectar su cuenta de electricidad con Acme Energy" in body
    assert "You " not in body


@pytest.mark.parametrize("email", ["", "not an address"])
def test_without_an_address_nothing_goes(acme: Partner, link: ConnectLink, travel: Travel, email: str) -> None:
    row = stopped(acme, "home-1", link=link, email=email)
    travel(after(minutes=31))
    sweep_and_send()

    assert states_of(row) == [("FIRST", "SKIPPED", "NO_ADDRESS")]


def test_the_address_of_the_invitation_is_used_where_none_was_typed(
    acme: Partner, link: ConnectLink, travel: Travel
) -> None:
    send_link(link, to="invited@example.com", reference="home-1", by=builders.BY, sender="user@acme.example")
    stopped(acme, "home-1", link=link, step=Step.WELCOME)
    travel(after(minutes=31))
    sweep_and_send()

    assert [message.to for message in mail.outbox] == [["invited@example.com"]] * 2
    assert mail.outbox[1].subject.startswith("Finish connecting")


def finish(row: Connection) -> None:
    row.sessions.update(state=SessionState.COMPLETED)


def authorize(row: Connection) -> None:
    builders.authorization(row)


def decline(row: Connection) -> None:
    journey.decline(row.sessions.select_related("link", "partner", "connection").get())


def come_back(row: Connection) -> None:
    row.sessions.update(last_interaction_at=after(minutes=31))


def switch_off(row: Connection) -> None:
    save_plan(row.sessions.get().link, is_on=False, delays=DEFAULTS, text="", by=builders.BY)


def drop_the_first(row: Connection) -> None:
    save_plan(row.sessions.get().link, is_on=True, delays={Touchpoint.THIRD: 72}, text="", by=builders.BY)


def bounce(row: Connection) -> None:
    mark_unreachable(row.partner, "Alex@example.com", by=builders.BY)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (finish, "FINISHED"),
        (authorize, "AUTHORIZED"),
        (decline, "DECLINED"),
        (come_back, "CAME_BACK"),
        (switch_off, "SWITCHED_OFF"),
        (drop_the_first, "SWITCHED_OFF"),
        (bounce, "BOUNCED"),
        (lambda row: opt_out(row.partner, "ALEX@example.com"), "OPTED_OUT"),
        (lambda row: stop_reminders(row, by=builders.BY), "STOPPED"),
        (lambda row: set_state(row.sessions.get().link, LinkState.PAUSED, by=builders.BY), "LINK_CLOSED"),
        (lambda row: set_state(row.sessions.get().link, LinkState.ENDED, by=builders.BY), "LINK_CLOSED"),
        (lambda row: Partner.objects.filter(pk=row.partner_id).update(is_active=False), "LINK_CLOSED"),
    ],
)
def test_what_happens_between_due_and_sent_counts(
    acme: Partner, link: ConnectLink, travel: Travel, meanwhile: Callable[[Connection], object], reason: str
) -> None:
    row = stopped(acme, "home-1", link=link)
    travel(after(minutes=31))
    assert sweep() == 1

    meanwhile(row)
    while run_next():
        pass

    assert states_of(row) == [("FIRST", "SKIPPED", reason)]
    assert [message.subject for message in mail.outbox if message.to == ["alex@example.com"]] == []
    assert sweep() == 0


@pytest.mark.parametrize(
    "meanwhile",
    [finish, authorize, decline, lambda row: set_state(row.sessions.get().link, LinkState.PAUSED, by=builders.BY)],
)
def test_what_happens_before_it_is_due_plans_nothing(
    acme: Partner, link: ConnectLink, travel: Travel, meanwhile: Callable[[Connection], object]
) -> None:
    row = stopped(acme, "home-1", link=link)
    meanwhile(row)
    travel(after(days=1, minutes=40))
    sweep_and_send()

    assert states_of(row) == []


def test_nobody_is_reminded_on_the_day_of_the_message_that_a_utility_works(
    acme: Partner, link: ConnectLink, travel: Travel
) -> None:
    told, waiting = stopped(acme, "told", link=link), stopped(acme, "waiting", link=link)
    utility = Utility.objects.get(code=builders.CAISO_UTILITY)
    outage = UtilityOutage.objects.create(utility=utility, began_at=STOPPED_AT, noticed_at=STOPPED_AT)
    for row, email in ((told, "alex@example.com"), (waiting, "")):
        OutageFollowUp.objects.create(
            outage=outage,
            session=row.sessions.get(),
            created_at=STOPPED_AT,
            settled_at=after(minutes=20),
            email=email,
        )

    walk(travel, until=after(days=3, hours=1))

    assert states_of(waiting) == SENT
    assert states_of(told) == SENT[1:]
    assert Reminder.objects.filter(connection=told).earliest("pk").sent_at > after(days=1)  # type: ignore[operator]  # sent


def test_somebody_who_opted_out_gets_none_of_the_next(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    row = stopped(acme, "home-1", link=link)
    travel(after(minutes=31))
    sweep_and_send()
    opt_out(acme, "alex@example.com")
    travel(after(days=1, minutes=1))
    sweep_and_send()

    assert states_of(row) == [("FIRST", "SENT", ""), ("SECOND", "SKIPPED", "OPTED_OUT")]


def test_reminders_are_off_until_they_are_switched_on_and_count_from_then(acme: Partner, travel: Travel) -> None:
    travel(STOPPED_AT)
    link = builders.link(acme)
    early = stopped(acme, "early", link=link)
    travel(after(hours=2))
    sweep_and_send()
    assert states_of(early) == []

    switch_on(link)
    sweep_and_send()
    assert states_of(early) == []
    travel(after(days=1, minutes=1))
    sweep_and_send()
    assert states_of(early) == [("SECOND", "SENT", "")]


def test_only_the_latest_goes_after_the_portal_was_down(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    switch_on(link, {Touchpoint.FIRST: 30, Touchpoint.SECOND: 6, Touchpoint.THIRD: 72})
    row = stopped(acme, "home-1", link=link)
    travel(after(hours=8))
    sweep_and_send()

    assert sorted(states_of(row)) == [("FIRST", "SKIPPED", "LATER_DUE"), ("SECOND", "SENT", "")]
    late = stopped(acme, "home-2", link=link)
    travel(after(days=6))
    sweep_and_send()
    assert states_of(late) == []


def test_a_new_interaction_starts_the_clock_again_yet_three_in_thirty_days_are_enough(
    acme: Partner, link: ConnectLink, travel: Travel
) -> None:
    row = stopped(acme, "home-1", link=link)
    for day in range(5):
        row.sessions.update(last_interaction_at=after(days=day), state=SessionState.UPDATED)
        travel(after(days=day, minutes=31))
        sweep_and_send()

    assert states_of(row) == [("FIRST", "SENT", "")] * 3 + [("FIRST", "SKIPPED", "LIMIT")] * 2
    row.sessions.update(last_interaction_at=after(days=33), state=SessionState.UPDATED)
    travel(after(days=33, minutes=31))
    sweep_and_send()
    assert states_of(row)[-1] == ("FIRST", "SENT", "")


def test_only_the_newest_session_of_a_customer_counts(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    row = stopped(acme, "home-1", link=link)
    session = row.sessions.get()
    ConnectSession.objects.create(
        partner=acme,
        link=link,
        connection=row,
        browser_hash="1" * 64,
        created_at=after(minutes=20),
        last_interaction_at=after(minutes=20),
    )
    travel(after(minutes=31))
    assert sweep() == 0
    travel(after(minutes=51))
    sweep_and_send()
    assert [reminder.session_id != session.pk for reminder in Reminder.objects.all()] == [True]


# --- night


@pytest.mark.parametrize(
    ("zip_code", "stopped_at", "goes_at"),
    [
        ("94103", "2026-12-02 04:20", "2026-12-02 04:50"),  # 8:50 PM in San Francisco
        ("94103", "2026-12-02 04:40", "2026-12-02 16:00"),  # 9:10 PM there
        ("10001", "2026-12-02 01:40", "2026-12-02 13:00"),  # 9:10 PM in New York
        ("60601", "2026-12-02 02:40", "2026-12-02 14:00"),  # Chicago
        ("80202", "2026-12-02 03:40", "2026-12-02 15:00"),  # Denver
        ("85001", "2026-12-02 03:40", "2026-12-02 15:00"),  # Phoenix
        ("96813", "2026-12-02 06:40", "2026-12-02 18:00"),  # Honolulu
        ("94103", "2027-03-14 08:30", "2027-03-14 15:00"),  # the night in which the clocks go forward
        ("94103", "2027-11-07 07:30", "2027-11-07 16:00"),  # and the one in which they go back
    ],
)
def test_one_that_is_due_at_night_goes_in_the_morning(
    acme: Partner, link: ConnectLink, travel: Travel, zip_code: str, stopped_at: str, goes_at: str
) -> None:
    at = datetime.fromisoformat(stopped_at).replace(tzinfo=UTC)
    morning = datetime.fromisoformat(goes_at).replace(tzinfo=UTC)
    row = stopped(acme, "home-1", link=link, at=at, postal_code=zip_code)
    travel(at + timedelta(minutes=30))
    sweep_and_send()
    waits = morning > at + timedelta(minutes=30)
    assert states_of(row) == [("FIRST", "PLANNED" if waits else "SENT", "")]

    travel(morning - timedelta(minutes=1))
    sweep_and_send()
    assert len(mail.outbox) == (not waits)
    travel(morning)
    sweep_and_send()
    assert Reminder.objects.get().sent_at == morning
    assert len(mail.outbox) == 1


def test_a_job_that_comes_late_at_night_waits_too(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    row = stopped(acme, "home-1", link=link, at=datetime(2026, 12, 2, 4, 20, tzinfo=UTC))
    travel(datetime(2026, 12, 2, 4, 50, tzinfo=UTC))
    assert sweep() == 1
    travel(datetime(2026, 12, 2, 5, 1, tzinfo=UTC))  # 9:01 PM
    while run_next():
        pass
    assert states_of(row) == [("FIRST", "PLANNED", "")]
    assert mail.outbox == []

    travel(datetime(2026, 12, 2, 16, 0, tzinfo=UTC))
    sweep_and_send()
    assert states_of(row) == [("FIRST", "SENT", "")]


def test_who_comes_back_at_night_gets_nothing_in_the_morning(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    night = datetime(2026, 12, 2, 6, tzinfo=UTC)
    row = stopped(acme, "home-1", link=link, at=night)
    travel(night + timedelta(minutes=31))
    sweep_and_send()
    row.sessions.update(last_interaction_at=night + timedelta(hours=9))
    travel(datetime(2026, 12, 2, 16, tzinfo=UTC))
    sweep_and_send()

    assert sorted(states_of(row)) == [("FIRST", "SENT", ""), ("FIRST", "SKIPPED", "CAME_BACK")]


# --- once


def test_two_sweeps_and_two_workers_send_one(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    row = stopped(acme, "home-1", link=link)
    travel(after(minutes=31))
    assert plan_reminders() == 1
    assert plan_reminders() == 0
    assert (queue_planned(), queue_planned()) == (1, 0)
    job = claim()
    assert job is not None
    sending.send(Run(job))
    sending.send(Run(job))

    assert states_of(row) == [("FIRST", "SENT", "")]
    assert len(mail.outbox) == 1
    assert Job.objects.filter(kind="connect.remind").count() == 1


class Killed(BaseException):
    """What ends a worker between two statements."""


@pytest.mark.parametrize("accepted", [True, False])
def test_a_worker_that_is_killed_while_it_sends_leaves_it_unclear(
    acme: Partner, link: ConnectLink, travel: Travel, monkeypatch: pytest.MonkeyPatch, accepted: bool
) -> None:
    row = stopped(acme, "home-1", link=link)
    travel(after(minutes=31))
    sweep()
    job = claim()
    assert job is not None
    deliver = EmailBackend.send_messages

    def die(backend: EmailBackend, messages: Any) -> int:
        if accepted:
            deliver(backend, messages)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", die)
        with pytest.raises(Killed):
            sending.send(Run(job))
    assert states_of(row) == [("FIRST", "SENDING", "")]

    sending.send(Run(job))  # another worker, when the lease has run out
    sending.send(Run(job))
    assert states_of(row) == [("FIRST", "UNCLEAR", "")]
    assert len(mail.outbox) == accepted


def refuse_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(backend: EmailBackend, messages: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


def test_an_address_that_the_mail_server_refuses_for_good_gets_nothing_more(
    acme: Partner, link: ConnectLink, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stopped(acme, "home-1", link=link)
    travel(after(minutes=31))
    with monkeypatch.context() as patched:
        refuse_with(patched, smtplib.SMTPRecipientsRefused({"alex@example.com": (550, b"No such user\xff")}))
        sweep_and_send()
    assert states_of(row) == [("FIRST", "SKIPPED", "BOUNCED")]
    bounced = stop_of(acme, "alex@example.com")
    assert bounced is not None
    assert bounced.told == "550 No such user\N{REPLACEMENT CHARACTER}"

    travel(after(days=1, minutes=1))
    sweep_and_send()
    assert states_of(row)[1:] == [("SECOND", "SKIPPED", "BOUNCED")]
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("error", "states"),
    [
        (smtplib.SMTPRecipientsRefused({"alex@example.com": (450, b"Try later")}), ["PLANNED", "SENT"]),
        (smtplib.SMTPDataError(451, b"Try later"), ["PLANNED", "SENT"]),
        (smtplib.SMTPSenderRefused(550, b"Not you", "portal@localhost"), ["SKIPPED", "SKIPPED"]),
        (smtplib.SMTPServerDisconnected("gone"), ["UNCLEAR", "UNCLEAR"]),
        (TimeoutError(), ["UNCLEAR", "UNCLEAR"]),
    ],
)
def test_other_refusals(
    acme: Partner,
    link: ConnectLink,
    travel: Travel,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    states: list[str],
) -> None:
    row = stopped(acme, "home-1", link=link)
    travel(after(minutes=31))
    with monkeypatch.context() as patched:
        refuse_with(patched, error)
        sweep_and_send()
    before = [state for _, state, _ in states_of(row)]
    travel(after(minutes=50))
    sweep_and_send()

    assert [*before, *(state for _, state, _ in states_of(row))] == states
    assert stop_of(acme, "alex@example.com") is None


def test_a_sandbox_shows_what_it_would_send(acme: Partner, catalogue: None, travel: Travel) -> None:
    travel(STOPPED_AT)
    sandbox = create_sandbox(acme, by=builders.BY)
    link = builders.link(sandbox)
    switch_on(link)
    row = stopped(sandbox, "home-1", link=link)
    Job.objects.all().delete()
    travel(after(minutes=31))
    sweep_and_send()

    assert states_of(row) == [("FIRST", "SKIPPED", "SANDBOX")]
    assert Reminder.objects.get(connection=row).body.startswith("Hello Alex Rivera,")
    assert mail.outbox == []


# --- counts


def test_the_link_tells_what_reminders_brought(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    rows = [stopped(acme, f"home-{number}", link=link) for number in range(4)]
    travel(after(minutes=31))
    sweep_and_send()
    for row in rows[:2]:
        row.sessions.update(last_interaction_at=after(hours=1))
    builders.authorization(rows[0], authorized_at=after(hours=2))

    assert effect_of(link) == Effect(sent=4, customers=4, came_back=2, authorized=1)


@pytest.mark.parametrize("n", [1, 3])
def test_the_sweep_makes_as_many_queries_for_many(acme: Partner, link: ConnectLink, travel: Travel, n: int) -> None:
    for number in range(n):
        stopped(acme, f"home-{number}", link=link)
    travel(after(minutes=31))

    with CaptureQueriesContext(database) as queries:
        assert sweep() == n

    assert len(queries.captured_queries) == 11


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_time_send_each_reminder_once(acme: Partner, link: ConnectLink, travel: Travel) -> None:
    rows = [stopped(acme, f"home-{number}", link=link, email=f"home-{number}@example.com") for number in range(12)]
    travel(after(minutes=31))

    def work(_: int) -> int:
        done = 0
        try:
            sweep()
            while run_next():
                done += 1
        finally:
            database.close()
        return done

    at_once = 2 if database.vendor == "postgresql" else 1  # tests on SQLite share one connection's memory
    with ThreadPoolExecutor(at_once) as pool:
        assert sum(pool.map(work, range(2))) >= len(rows)
    while run_next():
        pass

    assert sorted(message.to[0] for message in mail.outbox) == sorted(f"home-{n}@example.com" for n in range(12))
    assert {state for row in rows for _, state, _ in states_of(row)} == {"SENT"}
    assert Reminder.objects.count() == len(rows)
