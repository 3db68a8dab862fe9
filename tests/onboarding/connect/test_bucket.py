"""What a customer signs, and what the utility sends of it, in a bucket."""

import pytest
from django.core import mail

from onboarding.connect.customer_emails import manage_path
from onboarding.connect.models import ConnectLink, Feed, Signature
from onboarding.intervals.models import FeedIntake
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from tests.bucket import Bucket
from tests.onboarding.connect.conftest import Customer, run_jobs

pytestmark = pytest.mark.django_db


def test_signed_pdf_and_feeds_are_stored_mailed_read_and_shown(
    customer: Customer, link: ConnectLink, acme: Partner, bucket: Bucket
) -> None:
    customer.authorize(link, "success")
    run_jobs()

    signature = Signature.objects.first()
    assert signature is not None
    answer = customer.client.get(f"{manage_path(signature.session)}{signature.pk}.pdf")
    shown = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a stream
    assert shown.startswith(b"%PDF-")
    attached = [content for message in mail.outbox for _, content, _ in message.attachments]
    assert shown in attached

    assert Meter.objects.filter(partner=acme).count() == 1
    assert FeedIntake.objects.get().counts["new"] > 90
    stored = [*Signature.objects.values_list("file", flat=True), *Feed.objects.values_list("file", flat=True)]
    assert bucket.keys() == sorted(f"portal/{name}" for name in stored)
    assert bucket.files_on_disk() == []
