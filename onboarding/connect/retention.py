"""Dropping what customers entered in sessions that came to nothing."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from onboarding.connect.choices import SessionState
from onboarding.connect.models import Authorization, ConnectSession, CustomerEmail, OutageFollowUp, Signature
from onboarding.connect.signals import answers_dropped
from portal.storage.files import remove
from portal.web import clock

KEPT: Final = timedelta(days=90)  # not verified; longer than reminders and the links in them work
_AT_ONCE: Final = 500


def drop_unauthorized_answers() -> int:
    """Drop what customers entered in sessions that they left 90 days ago without authorizing anything or getting a
    meter: answers, parameters, network addresses, signatures with their PDFs, emails. Returns how many sessions.

    The sessions stay, since the funnel counts them. At most 500, the others next time.
    """
    sessions = list(_to_drop().values_list("pk", flat=True)[:_AT_ONCE])
    signatures = Signature.objects.filter(session__in=sessions)
    for name in _files_of_these_alone(signatures, sessions):
        remove(name)  # before the rows go: what stops in between is done again
    with transaction.atomic():
        signatures.delete()
        CustomerEmail.objects.filter(session__in=sessions).delete()
        OutageFollowUp.objects.filter(session__in=sessions).update(email="")
        answers_dropped.send(ConnectSession, sessions=sessions)
        return ConnectSession.objects.filter(pk__in=sessions).update(answers={}, parameters=[], address="")


def _to_drop() -> QuerySet[ConnectSession]:
    authorized = Authorization.objects.filter(session=OuterRef("pk"), authorized_at__isnull=False)
    left = ConnectSession.objects.filter(
        ~Exists(authorized),
        state=SessionState.CLOSED,
        meter=None,
        last_interaction_at__lt=clock.now() - KEPT,
    )
    return left.exclude(answers={}, parameters=[], address="").order_by("last_interaction_at")


def _files_of_these_alone(signatures: QuerySet[Signature], sessions: Collection[UUID]) -> set[str]:
    """The PDFs that no other session has: one that goes on where another stopped takes over what was signed."""
    names = set(signatures.exclude(file="").values_list("file", flat=True))
    others = Signature.objects.filter(file__in=names).exclude(session__in=sessions)
    return names - set(others.values_list("file", flat=True))
