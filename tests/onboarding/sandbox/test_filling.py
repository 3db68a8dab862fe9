"""A sandbox is filled through the same code as everybody's data, and reset whole, whatever stops it in between."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db.models import ForeignKey

from onboarding.connect.models import ConnectLink, ConnectSession, CustomerEmail, Signature
from onboarding.meters.models import Meter
from onboarding.sandbox import emptying, filling
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs import domain as jobs
from portal.jobs.models import Job, JobState
from portal.notifications.models import EmailMessage
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, Membership, Partner, User
from portal.partners.queries import events_of
from portal.partners.sandboxes import FILL, create_sandbox, filling_of, reset_sandbox
from portal.problems import Refused
from portal.webhooks.domain import create_endpoint
from portal.webhooks.models import WebhookEndpoint
from programs.models import Program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


@pytest.fixture(autouse=True)
def _files(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sandbox(acme: Partner, manager: User, run_jobs: Callable[[], int]) -> Partner:
    made = create_sandbox(acme, by=Actor.person(manager))
    run_jobs()
    made.refresh_from_db()
    return made


def stored(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def held_by(sandbox: Partner) -> dict[str, int]:
    """How many rows of each kind a sandbox holds."""
    counts = {pile.model.__name__: pile.rows_of(sandbox).count() for pile in emptying.PILES}
    return {name: count for name, count in counts.items() if count}


def test_sandbox_has_something_of_every_kind(acme: Partner, sandbox: Partner) -> None:
    statuses = Counter(Meter.objects.filter(partner=sandbox).values_list("enrollment_status", flat=True))
    uploads = Upload.objects.filter(partner=sandbox)

    assert sandbox.filled_at is not None
    assert set(statuses) == {"ELIGIBLE", "ACTIVE", "INELIGIBLE", "PENDING"}
    assert sorted(uploads.values_list("state", flat=True)) == ["done", "done", "done", "ready"]
    assert ConnectLink.objects.filter(partner=sandbox).count() == 2
    assert {*ConnectSession.objects.filter(partner=sandbox).values_list("state", flat=True)} == {
        "CREATED",
        "UPDATED",
        "CLOSED",
        "COMPLETED",
    }
    assert Signature.objects.filter(partner=sandbox).exists()
    assert sandbox.connections.filter(needs_partner=True).count() == 1
    assert not Meter.objects.filter(partner=acme).exists()
    said = Event.objects.get(partner=sandbox, verb="partner.sandbox_filled").data
    assert said == {"left_out": []}
