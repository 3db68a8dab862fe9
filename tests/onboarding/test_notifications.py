"""The emails about work that took long: uploads, changes of many meters, workbooks; none about what was quick."""

import pytest
from django.core import mail
from django.utils import timezone

from onboarding.bulk.domain import confirm, create_action
from onboarding.meters.models import Meter
from onboarding.portfolio.exports.domain import ask_export
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def upload(acme, manager, run_jobs) -> None:
    content = builders.csv_bytes([builders.row(1), builders.row(2, customer__postal_code="")])
    by = Actor.person(manager)
    received, _ = receive_upload(
        [content], file_name="a.csv", partner=acme, programs=["CEC-DSGS"], update_existing=False, by=by, user=manager
    )
    run_jobs()
    received.refresh_from_db()
    confirm_upload(received, by=by)
    run_jobs()


@pytest.fixture
def everything_is_long(settings):
    settings.MAIL_AFTER_SECONDS = -1


@pytest.mark.usefixtures("everything_is_long")
def test_an_upload_that_took_long(acme, manager, run_jobs):
    upload(acme, manager, run_jobs)

    assert [(message.to, message.subject, message.body.split("\n\n")[1:3]) for message in mail.outbox] == [
        (
            ["manager@acme.example"],
            "Checked: your upload waits for you",
            [
                "We checked your spreadsheet. Review the rows, then confirm; nothing is created until you do.",
                "- Rows checked: 2\n- Rows to fix: 1",
            ],
        ),
        (
            ["manager@acme.example"],
            "Done: your upload is written",
            [
                "Your upload is written. See which rows were not, and why.",
                "- Meters created: 1\n- Meters changed: 0\n- Rows not written: 1",
            ],
        ),
    ]


@pytest.mark.usefixtures("everything_is_long")
def test_a_change_and_a_workbook_that_took_long(acme, manager, run_jobs):
    by = Actor.person(manager)
    meter = Meter.objects.create(partner=acme, partner_reference="a-1")
    action = create_action(acme, manager, kind="archive", meters=[meter.pk], seen_at=timezone.now(), by=by)
    confirm(action, by=by)
    export = ask_export(acme, manager, query="archived=all", by=by)
    run_jobs()

    subjects = {message.subject: message.body for message in mail.outbox}
    assert set(subjects) == {"Done: your change", "Ready: your export"}
    assert f"/meters/bulk/{action.pk}/" in subjects["Done: your change"]
    assert f"/{export.pk}/" in subjects["Ready: your export"]


def test_what_is_quick_brings_no_email(acme, manager, run_jobs):
    upload(acme, manager, run_jobs)

    assert mail.outbox == []
