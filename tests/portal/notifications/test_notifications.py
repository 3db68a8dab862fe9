"""Email to people: who gets which, that none is lost, and the door out at the end of each."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from portal.jobs.models import Job
from portal.notifications.choices import notification_kinds
from portal.notifications.domain import choose, drop_sent, stop_path, took_long, wanted_by, write_to
from portal.notifications.models import EmailMessage
from portal.partners.models import Membership

pytestmark = pytest.mark.django_db


def write(user, partner, subject: str = "Done"):
    return write_to(
        user, kind="uploads", partner=partner, subject=subject, text="12 rows.", action="View", path="/uploads/1/"
    )


def test_an_email_arrives_once_with_its_links(acme, manager, run_jobs):
    write(manager, acme)

    run_jobs()
    run_jobs()

    (message,) = mail.outbox
    stop = f"http://127.0.0.1:8000{stop_path(manager, 'uploads')}"
    assert (message.to, message.subject) == ([manager.email], "Done")
    assert message.body.rstrip() == (
        "Hi Mara Manager,\n\n12 rows.\n\nView:\nhttp://127.0.0.1:8000/uploads/1/\n\n--\n"
        "You get this email because you work with Acme Energy and have “An upload is checked or written” on.\n\n"
        f"Turn off these emails:\n{stop}"
    )
    assert message.extra_headers["List-Unsubscribe"] == f"<{stop}>"
    assert EmailMessage.objects.get().sent_at is not None


def test_who_does_not_want_it_or_is_gone_gets_none(acme, manager, user, stranger):
    choose(manager, [])
    user.is_active = False
    user.save()

    assert [write(reader, acme) for reader in (manager, user, stranger, None)] == [None] * 4


def test_a_member_who_leaves_gets_no_more(acme, manager):
    Membership.objects.all().delete()

    assert write(manager, acme) is None


def test_a_mail_server_that_is_down_delays_an_email(acme, manager, run_jobs, monkeypatch):
    def refuse(self, messages):
        raise ConnectionRefusedError(111, "Connection refused")

    write(manager, acme)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        run_jobs()
    assert EmailMessage.objects.get().sent_at is None
    Job.objects.update(not_before=timezone.now())

    run_jobs()

    assert len(mail.outbox) == 1


def test_a_line_break_in_a_name_makes_no_header(acme, manager, run_jobs):
    write(manager, acme, subject="Done\r\nBcc: everybody@example.com")

    run_jobs()

    assert mail.outbox[0].subject == "Done Bcc: everybody@example.com"
    assert mail.outbox[0].recipients() == [manager.email]


def test_the_page_keeps_what_somebody_wants(acme, manager, user, client_of):
    client = client_of(manager)
    codes = {kind.code for kind in notification_kinds()}
    assert wanted_by(manager) == codes

    client.post("/emails/", {"kind": ["uploads", "nonsense"]})

    assert wanted_by(manager) == {"uploads"}
    assert wanted_by(user) == codes
    client.post("/emails/", {"kind": sorted(codes)})
    assert wanted_by(manager) == codes


def test_the_door_out_asks_first_and_needs_no_sign_in(manager, client):
    path = stop_path(manager, "uploads")

    asked = client.get(path)

    assert "Stop these emails?" in asked.content.decode()
    assert "uploads" in wanted_by(manager)
    assert "Emails stopped" in client.post(path).content.decode()
    assert "uploads" not in wanted_by(manager)


def test_a_link_that_was_tampered_with_is_a_404(manager, client):
    path = stop_path(manager, "uploads")

    assert client.get(path[:-3] + "x/").status_code == 404


def test_only_long_work_is_worth_an_email():
    now = timezone.now()

    assert took_long(Job(created_at=now - timedelta(seconds=31)))
    assert not took_long(Job(created_at=now - timedelta(seconds=5)))


def test_sent_emails_are_dropped_after_a_month(acme, manager):
    old, new, open_one = (write(manager, acme) for _ in range(3))
    EmailMessage.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=31))
    EmailMessage.objects.filter(pk=new.pk).update(sent_at=timezone.now())

    drop_sent()

    assert set(EmailMessage.objects.all()) == {new, open_one}
