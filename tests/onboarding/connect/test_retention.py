"""What customers entered goes when they left long ago without authorizing anything; nothing else does."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from onboarding.connect.choices import AuthorizationState, SessionState, Step
from onboarding.connect.models import Connection, ConnectSession, CustomerEmail, Signature
from onboarding.connect.retention import drop_unauthorized_answers
from onboarding.device_links.models import DevicePhoto
from portal.partners.models import Partner
from portal.storage.files import exists, store
from portal.web import clock
from tests.onboarding.connect import builders

pytestmark = pytest.mark.django_db
ANSWERS = {"customer_name": "Xaver Quillfeather", "email": "xaver@quillfeather.example"}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def left(
    acme: Partner, reference: str = "home-1", *, days_ago: int = 91, state: SessionState = SessionState.CLOSED
) -> Connection:
    """A connection whose customer signed, got an email and sent a photo."""
    row = builders.connection(acme, reference, session=state, step=Step.UTILITY)
    session = row.sessions.get()
    session.answers, session.parameters, session.address = ANSWERS, [["ref", "77"]], "192.0.2.7"
    session.last_interaction_at = clock.now() - timedelta(days=days_ago)
    session.save()
    sign(session, store([b"%PDF"], folder="signed", suffix=".pdf", limit=9).name)
    CustomerEmail.objects.create(session=session, to=ANSWERS["email"], subject="Signed", body="Hello Xaver")
    photo = store([b"JPEG"], folder="photos", suffix=".jpg", limit=9)
    DevicePhoto.objects.create(
        session=session, file=photo.name, size=4, sha256=photo.sha256, created_at=session.created_at
    )
    return row


def sign(session: ConnectSession, file: str) -> Signature:
    return Signature.objects.create(
        partner=session.partner,
        session=session,
        code="terms",
        version="1",
        title="Terms",
        sha256="0" * 64,
        name=ANSWERS["customer_name"],
        address="192.0.2.7",
        signed_at=session.created_at,
        file=file,
    )


def test_what_was_entered_goes(acme: Partner, django_capture_on_commit_callbacks: Any, tmp_path: Path) -> None:
    row = left(acme)

    with django_capture_on_commit_callbacks(execute=True):
        assert drop_unauthorized_answers() == 1

    session = row.sessions.get()
    assert (session.answers, session.parameters, session.address) == ({}, [], "")
    assert [model.objects.count() for model in (Signature, CustomerEmail, DevicePhoto)] == [0, 0, 0]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert drop_unauthorized_answers() == 0


@pytest.mark.parametrize(
    ("days_ago", "state"), [(89, SessionState.CLOSED), (91, SessionState.COMPLETED), (91, SessionState.UPDATED)]
)
def test_what_may_be_needed_stays(acme: Partner, days_ago: int, state: SessionState) -> None:
    row = left(acme, days_ago=days_ago, state=state)

    assert drop_unauthorized_answers() == 0
    assert row.sessions.get().answers == ANSWERS


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [(AuthorizationState.COMPLETED, True), (AuthorizationState.FAILED, False)],
)
def test_answers_of_an_authorization_stay(acme: Partner, state: AuthorizationState, *, is_kept: bool) -> None:
    row = left(acme)
    builders.authorization(row, state=state)

    assert drop_unauthorized_answers() == (0 if is_kept else 1)


def test_answers_of_a_device_that_became_a_meter_stay(acme: Partner) -> None:
    row = left(acme)
    row.sessions.update(meter=builders.meter(acme, "home-1"))

    assert drop_unauthorized_answers() == 0


def test_document_that_another_session_took_over_stays(acme: Partner) -> None:
    left(acme)
    file = Signature.objects.get().file
    later = left(acme, "home-2", days_ago=1)
    later.sessions.get().signatures.update(file=file)

    assert drop_unauthorized_answers() == 1
    assert exists(file)
