"""The customer's walk through a link: the steps, what each one keeps, and how it ends."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction

from onboarding.connect import documents, esi_ids
from onboarding.connect.choices import (
    REGIONS_WITHOUT_UTILITY_SIGN_IN,
    SESSION_HOURS,
    AuthorizationState,
    FailureReason,
    NoteKind,
    SessionState,
    SignedAs,
    Step,
)
from onboarding.connect.customer_emails import is_email, write_signed_documents
from onboarding.connect.details import in_order, problems_of_details
from onboarding.connect.device_steps import device_steps
from onboarding.connect.languages import ENGLISH
from onboarding.connect.models import Authorization, Connection, ConnectLink, ConnectSession, Signature
from onboarding.connect.notes import note
from onboarding.connect.queries import open_sessions
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused, shown, storable
from portal.web import clock
from programs.identifiers import reference_key
from programs.models import Agreement, AgreementText, RequiredInformation
from programs.queries import agreements_for, required_information

CUSTOMER: Final = "Customer"
_LONGEST_ANSWER: Final = 200
IDLE: Final = timedelta(hours=SESSION_HOURS)
_OPEN: Final = frozenset({SessionState.CREATED, SessionState.UPDATED})
# A missing ESI ID is left to the partner; a question that is not answered is no name of something that is missing.
_WITH_WORDS_OF_THEIR_OWN: Final = frozenset({"esi_id", "has_generator"})
_ZIP_CODE: Final = re.compile(r"\d{5}(-?\d{4})?", re.ASCII)


def customer(address: str = "") -> Actor:
    """The customer as an actor: without a name, since the log is not where customers' data belongs."""
    return Actor.system(CUSTOMER, address=address)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# --- beginning


def open_session(
    link: ConnectLink,
    *,
    reference: str,
    utilities: Sequence[str],
    programs: Sequence[str],
    parameters: Sequence[tuple[str, str]],
    address: str,
    language: str = ENGLISH,
) -> tuple[ConnectSession, str]:
    """Begin a session on a link; returns it with the secret that the customer's browser keeps.

    With a reference it belongs to that customer's connection, which is made when it is the first.
    """
    secret, now = secrets.token_urlsafe(32), clock.now()
    with transaction.atomic():
        connection = _connection_of(link, reference) if reference else None
        session = ConnectSession.objects.create(
            partner=link.partner,
            link=link,
            connection=connection,
            browser_hash=hash_of(secret),
            utilities=list(utilities),
            programs=list(programs),
            parameters=[*map(list, parameters)],
            address=address,
            language=language,
            created_at=now,
            last_interaction_at=now,
        )
        note(connection, NoteKind.OPENED)
        _tell(session)
    return session, secret


def _connection_of(link: ConnectLink, reference: str) -> Connection:
    now = clock.now()
    connection, _ = Connection.objects.get_or_create(
        partner=link.partner,
        reference_key=reference_key(reference),
        defaults={
            "reference": reference,
            "transmission_region": link.transmission_region,
            "started_at": now,
            "last_interaction_at": now,
            "link": link,
        },
    )
    if connection.link_id != link.pk:
        Connection.objects.filter(pk=connection.pk).update(link=link)
    return connection


def name_session(session: ConnectSession, reference: str) -> Connection:
    """Give a session without a refId a connection under another reference: where its partner has to decide something,
    there must be a place for it. Runs in the caller's transaction; a session that has one keeps it."""
    if session.connection is None:
        session.connection = _connection_of(session.link, reference)
        session.save(update_fields=["connection"])
        note(session.connection, NoteKind.OPENED)
        note(session.connection, NoteKind.DETAILS_GIVEN)
    return session.connection


def is_over(session: ConnectSession) -> bool:
    """Whether a session can be gone on with no more: left, or idle for 24 hours."""
    if session.state == SessionState.COMPLETED:
        return False
    return session.state == SessionState.CLOSED or session.last_interaction_at <= clock.now() - IDLE


def speak(session: ConnectSession, language: str) -> None:
    """The customer reads in a language from now on, and is written to in it. It counts as no step."""
    if session.language != language:
        session.language = language
        session.save(update_fields=["language"])


# --- the steps


def steps_of(session: ConnectSession) -> list[Step]:
    """The steps of this session, in their order."""
    link = session.link
    steps = [Step.WELCOME]
    if information_of(session):
        steps.append(Step.ABOUT)
    if link.is_device:
        steps += [Step.DEVICE, Step.FIT]
    if agreements_of(session) and not session.is_without_program:
        steps.append(Step.AGREEMENTS)
    if link.asks_utility:
        steps.append(Step.UTILITY)
    return [*steps, Step.DONE]


def information_of(session: ConnectSession) -> list[RequiredInformation]:
    """What the customer is asked for in the region of the link."""
    link = session.link
    return required_information(link.transmission_region, link.classification, for_devices=link.is_device)


def agreements_of(session: ConnectSession) -> list[Agreement]:
    """The documents that the customer is to read, and those to sign."""
    link = session.link
    programs = session.programs or link.programs
    return agreements_for(
        link.transmission_region, link.classification, programs, session.created_at, for_devices=link.is_device
    )


def go_on(session: ConnectSession, *, after: Step, again: bool = False) -> None:
    """Move to the step after this one, unless the customer has been further; one connect_session.updated event.

    again: what follows depends on this step, so that it is gone through again.
    """
    steps = steps_of(session)
    following = steps[steps.index(after) + 1]
    with transaction.atomic():
        hold(session)
        if session.state not in _OPEN:
            return
        target = following if again else max(following, reached_step(session), key=steps.index)
        if target == Step.DONE:
            _finish(session)
            return
        session.step, session.state = target, SessionState.UPDATED
        _touch(session, "step", "state")
        _tell(session)


def reached_step(session: ConnectSession) -> Step:
    """How far the customer is; the first step when the link has changed and no longer has that one."""
    steps = steps_of(session)
    return Step(session.step) if session.step in steps else steps[0]


def give_details(session: ConnectSession, given: Mapping[str, str]) -> None:
    """Keep the required information; unknown keys are dropped. Refuses, all at once: CONNECT_FIELD_MISSING,
    CONNECT_EMAIL_UNUSABLE, CONNECT_ZIP_UNUSABLE, CONNECT_ZIP_OF_OTHER_STATE, CONNECT_ANSWER_UNKNOWN,
    CONNECT_VALUE_UNUSABLE, ESI_ID_UNUSABLE, ESI_ID_UTILITY_UNKNOWN, NOT_IN_TEXAS.

    The ESI ID alone may be missing: then the session goes on, and the partner has something to do.
    """
    answers, problems, information = {}, [], information_of(session)
    for asked in information:
        value = " ".join(storable(given.get(asked.key, ""))[:_LONGEST_ANSWER].split())
        answers[asked.key] = value
        if asked.is_required and not value and asked.key not in _WITH_WORDS_OF_THEIR_OWN:
            label = asked.label_in(session.language)
            problems.append(Problem("CONNECT_FIELD_MISSING", asked.key, context={"label": label}))
    problems += _unusable(answers, information, session.language)
    problems += esi_ids.problems_of(session.link.transmission_region, answers)
    problems += problems_of_details(session, answers, information)
    if problems:
        raise Refused(*in_order(problems, [asked.key for asked in information]))
    with transaction.atomic():
        hold(session)
        session.answers = _of_fields(session.answers) | answers
        _touch(session, "answers")
        note(session.connection, NoteKind.DETAILS_GIVEN)
        go_on(session, after=Step.ABOUT, again=session.link.is_device)


def _of_fields(answers: Mapping[str, object]) -> dict[str, object]:
    """What was said of a device, by the paths of its fields."""
    return {key: value for key, value in answers.items() if "." in key}


def give_device(session: ConnectSession, cells: Mapping[str, str], *, device_type: str, told: str) -> None:
    """Keep what the customer says of the device, field key to text.

    device_type: its code, for the funnel; told: the device in a few words.
    """
    with transaction.atomic():
        hold(session)
        session.answers = {key: value for key, value in session.answers.items() if "." not in key} | dict(cells)
        session.is_without_program = False
        _touch(session, "answers", "is_without_program")
        if session.connection_id:
            Connection.objects.filter(pk=session.connection_id).update(device_type=device_type)
        note(session.connection, NoteKind.DEVICE_GIVEN, facts={"device": told})
        go_on(session, after=Step.DEVICE, again=True)


def accept_fit(session: ConnectSession, *, is_without_program: bool) -> None:
    """The customer has seen which programs take the device. Where none does, nothing is signed: the session ends."""
    with transaction.atomic():
        hold(session)
        if session.is_without_program != is_without_program:
            session.is_without_program = is_without_program
            _touch(session, "is_without_program")
        go_on(session, after=Step.FIT)


def _unusable(answers: Mapping[str, str], information: Sequence[RequiredInformation], language: str) -> list[Problem]:
    """What cannot be used among the answers: without a right email address the customer never gets the link to stop."""
    problems = []
    if (email := answers.get("email", "")) and not is_email(email):
        problems.append(Problem("CONNECT_EMAIL_UNUSABLE", "email", shown(email)))
    if (zip_code := answers.get("postal_code", "")) and not _ZIP_CODE.fullmatch(zip_code):
        problems.append(Problem("CONNECT_ZIP_UNUSABLE", "postal_code", shown(zip_code)))
    if answers.get("has_generator", "no") not in ("yes", "no"):
        label = next(asked.label_in(language) for asked in information if asked.key == "has_generator")
        problems.append(Problem("CONNECT_ANSWER_UNKNOWN", "has_generator", context={"label": label}))
    return problems


def sign(
    session: ConnectSession,
    *,
    accepted: Sequence[str],
    name: str,
    signed_as: SignedAs,
    address: str,
    language: str = "",
) -> list[Signature]:
    """The customer signs the agreements that were shown: each is kept as a PDF and mailed. Signing again adds nothing.

    language: in which the page with them was, if not the session's: another tab may have chosen a new one since.

    Returns what is new.

    Refuses, all at once: CONNECT_AGREEMENT_OPEN for a required one that is not accepted, CONNECT_SIGNATURE_MISSING.
    """
    name, language = " ".join(storable(name)[:128].split()), language or session.language
    agreements = agreements_of(session)
    texts = {agreement.code: agreement.in_language(language) for agreement in agreements}
    problems = [
        Problem("CONNECT_AGREEMENT_OPEN", agreement.code, context={"title": texts[agreement.code].title})
        for agreement in agreements
        if agreement.is_required and agreement.code not in accepted
    ]
    if len(name) < 2:
        problems.append(Problem("CONNECT_SIGNATURE_MISSING", "name"))
    if problems:
        raise Refused(*problems)
    chosen = [text for code, text in texts.items() if code in accepted]
    with transaction.atomic():
        hold(session)
        tried = [_sign_one(session, each, name=name, signed_as=signed_as, address=address) for each in chosen]
        signatures = [signature for signature in tried if signature]
        if signatures:
            titles = ", ".join(signature.title for signature in signatures)
            note(session.connection, NoteKind.SIGNED, facts={"documents": titles})
            write_signed_documents(session, signatures)
        go_on(session, after=Step.AGREEMENTS)
    return signatures


def _sign_one(
    session: ConnectSession, text: AgreementText, *, name: str, signed_as: SignedAs, address: str
) -> Signature | None:
    """Sign a document; None when it is signed already."""
    signature, is_new = Signature.objects.get_or_create(
        session=session,
        code=text.code,
        version=text.version,
        defaults={
            "partner": session.partner,
            "language": text.language,
            "title": text.title,
            "sha256": text.sha256,
            "name": name,
            "capacity": signed_as,
            "address": address,
            "signed_at": clock.now(),
        },
    )
    if not is_new:
        return None
    stored = documents.store_signed(signature, text, session)
    signature.file, signature.file_sha256 = stored.name, stored.sha256
    signature.save(update_fields=["file", "file_sha256"])
    data = {"document": signature.code, "version": signature.version, "sha256": signature.sha256}
    data |= {"language": signature.language}
    record("connectsession.signed", subject=session, partner=session.partner, by=customer(address), data=data)
    return signature


# --- the end


def decline(session: ConnectSession) -> None:
    """The customer does not accept the agreements: the session is closed. A new one can be begun from the link.

    A sign-in at a utility that another tab still has open is over with it. Repeating it has no effect.
    """
    with transaction.atomic():
        hold(session)
        if session.state not in _OPEN:
            return
        session.state = SessionState.CLOSED
        _touch(session, "state")
        note(session.connection, NoteKind.AGREEMENT_DECLINED)
        _tell(session)
        _abandon_what_is_open(session)


def finish(session: ConnectSession) -> None:
    """The customer has done all, or has had enough of utilities. Repeating it has no effect."""
    with transaction.atomic():
        _finish(session)


def _finish(session: ConnectSession) -> None:
    hold(session)
    if session.state == SessionState.COMPLETED:
        return
    session.state, session.step, session.completed_at = SessionState.COMPLETED, Step.DONE, clock.now()
    _touch(session, "state", "step", "completed_at")
    note(session.connection, NoteKind.FINISHED)
    _tell(session)
    if session.link.is_device:
        device_steps().finish(session)
    elif session.link.transmission_region in REGIONS_WITHOUT_UTILITY_SIGN_IN:
        esi_ids.create_meter_of(session)


def close_idle_sessions() -> int:
    """Close the sessions in which nothing happened for 24 hours, and what they left open; returns how many."""
    idle = open_sessions().filter(last_interaction_at__lte=clock.now() - IDLE)
    closed = 0
    for session in idle.select_related("link", "connection", "partner")[:1000]:
        with transaction.atomic():
            is_mine = open_sessions().filter(pk=session.pk).update(state=SessionState.CLOSED)
            if not is_mine:
                continue
            closed += 1
            session.state = SessionState.CLOSED
            if not _is_done_elsewhere(session):
                note(session.connection, NoteKind.LEFT, facts={"step": Step(session.step).label})
            _tell(session)
            _abandon_what_is_open(session)
    return closed


def _is_done_elsewhere(session: ConnectSession) -> bool:
    """Whether the customer only looked once more at a link after finishing: nothing was left there."""
    others = ConnectSession.objects.filter(connection=session.connection_id, state=SessionState.COMPLETED)
    return session.step == Step.WELCOME and session.connection_id is not None and others.exists()


def _abandon_what_is_open(session: ConnectSession) -> None:
    for left in session.authorizations.filter(state=AuthorizationState.INITIATED).select_related("utility"):
        mark_failed(left, FailureReason.ABANDONED)


def mark_failed(authorization: Authorization, reason: FailureReason, *, told: str = "", address: str = "") -> None:
    """The customer's part at the utility did not succeed: one event, one note. The customer can try again.

    told: what the utility said about it, in its own words. The caller holds the session.
    """
    authorization.state, authorization.failure = AuthorizationState.FAILED, reason
    authorization.code_verifier = ""
    authorization.save(update_fields=["state", "failure", "code_verifier"])
    facts = {"utility": authorization.utility.name, "reason": reason.label, "told": storable(told)[:200]}
    note(authorization.connection, NoteKind.NOT_AUTHORIZED, authorization=authorization, facts=facts)
    tell_authorization(authorization, address=address)


# --- what each verb keeps and tells


def hold(session: ConnectSession) -> None:
    """Take the session's row in the caller's transaction, before any of its authorizations, and what another tab or a
    second click has changed."""
    held = ConnectSession.objects.select_for_update().get(pk=session.pk)
    for name in ("state", "step", "answers", "is_without_program", "last_interaction_at", "completed_at"):
        setattr(session, name, getattr(held, name))


def _touch(session: ConnectSession, *fields: str) -> None:
    """Store fields of a session whose customer has just done something."""
    now = clock.now()
    session.last_interaction_at = now
    session.save(update_fields=[*fields, "last_interaction_at"])
    if session.connection_id:
        Connection.objects.filter(pk=session.connection_id).update(last_interaction_at=now)


def touch(session: ConnectSession) -> None:
    """The customer has done something that no other verb tells."""
    _touch(session)


def _tell(session: ConnectSession) -> None:
    """The event that partners' software reads: connect_session.updated (leap.md 3.3)."""
    reference = session.connection.reference if session.connection else ""
    data = {"status": session.state, "partner_reference": reference, "step": session.step}
    by = customer(session.address)
    record("connect_session.updated", subject=session, partner=session.partner, by=by, data=data)


def tell_authorization(authorization: Authorization, *, address: str = "") -> None:
    """The event that partners' software reads: connect_session.authorization_updated (leap.md 3.3).

    The caller holds the session: its events, and those of its authorizations, are in the order in which they were
    committed.
    """
    data = {
        "status": authorization.state,
        "utility_name": authorization.utility.code,
        "partner_reference": authorization.connection.reference if authorization.connection else "",
    }
    data |= {"reason": authorization.failure} if authorization.failure else {}
    record(
        "connect_session.authorization_updated",
        subject=authorization.session,
        partner=authorization.partner,
        by=customer(address),
        data=data,
    )
