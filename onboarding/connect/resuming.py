"""Going on where a customer stopped, or renewing what was authorized: a new session with what the earlier one has."""

from typing import Final

from django.db import transaction
from django.utils.crypto import constant_time_compare

from onboarding.connect import journey
from onboarding.connect.choices import SessionState, Step
from onboarding.connect.models import Authorization, ConnectSession, Signature
from onboarding.connect.queries import offered_utilities

_KEPT: Final = ("language", "title", "sha256", "name", "capacity", "address", "signed_at", "file", "file_sha256")


def resume(session: ConnectSession, *, address: str) -> tuple[ConnectSession, str]:
    """Begin a session at the step at which another one stopped, with its answers and signatures; returns it with the
    browser's secret. The earlier one stays as it is.

    Documents that have a newer version by now are signed again.
    """
    with transaction.atomic():
        begun, secret = _begin(session, utilities=session.utilities, address=address)
        signed = _copy_signatures(session, begun)
        begun.step = _step_of(begun, Step(session.step), signed)
        begun.state = SessionState.CREATED if begun.step == Step.WELCOME else SessionState.UPDATED
        begun.save(update_fields=["step", "state"])
    return begun, secret


def renew(authorization: Authorization, *, address: str) -> tuple[ConnectSession, str]:
    """Begin a session that renews an authorization, prefilled with the answers of its session; returns it with the
    browser's secret. The customer goes through all steps, and authorizes the same utility."""
    with transaction.atomic():
        begun, secret = _begin(authorization.session, utilities=[authorization.utility.code], address=address)
        if not offered_utilities(begun):  # it is not connected any more
            begun.utilities = authorization.session.utilities
        begun.renews = authorization
        begun.save(update_fields=["renews", "utilities"])
    return begun, secret


def is_known_answer(session: ConnectSession, key: str, text: str) -> bool:
    """Whether a text is what the customer entered for a key, but for case and spaces. Nothing is what is not known."""
    known = "".join(str(session.answers.get(key, "")).split()).casefold()
    given = "".join(text.split()).casefold()
    if key == "postal_code":
        known, given = known[:5], given[:5]
    return bool(known) and constant_time_compare(known, given)


def _begin(session: ConnectSession, *, utilities: list[str], address: str) -> tuple[ConnectSession, str]:
    begun, secret = journey.open_session(
        session.link,
        reference=session.connection.reference if session.connection else "",
        utilities=utilities,
        programs=session.programs,
        parameters=session.parameters,
        address=address,
        language=session.language,
    )
    begun.answers = session.answers
    begun.save(update_fields=["answers"])
    return begun, secret


def _copy_signatures(session: ConnectSession, begun: ConnectSession) -> set[tuple[str, str]]:
    """Give the new session the documents that were signed and are still the current ones; returns which."""
    current = {(agreement.code, agreement.version) for agreement in journey.agreements_of(begun)}
    signed = [row for row in session.signatures.all() if (row.code, row.version) in current]
    Signature.objects.bulk_create(
        [
            Signature(
                partner=row.partner,
                session=begun,
                code=row.code,
                version=row.version,
                **{name: getattr(row, name) for name in _KEPT},
            )
            for row in signed
        ]
    )
    return {(row.code, row.version) for row in signed}


def _step_of(begun: ConnectSession, stopped_at: Step, signed: set[tuple[str, str]]) -> Step:
    """Where to go on: not past documents that are still to be signed, nor to a step that the link has no more."""
    steps = journey.steps_of(begun)
    if stopped_at not in steps:
        return steps[0]
    needed = {(each.code, each.version) for each in journey.agreements_of(begun) if each.is_required}
    if Step.AGREEMENTS in steps and needed - signed:
        return min(stopped_at, Step.AGREEMENTS, key=steps.index)
    return stopped_at
