"""From a device that a customer described to its meter, by the verbs that write a sheet's rows; and what the partner
decides where that is not certain."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from onboarding.connect import journey
from onboarding.connect.choices import NoteKind, SessionState
from onboarding.connect.esi_ids import record_signatures
from onboarding.connect.languages import ENGLISH
from onboarding.connect.models import Connection, ConnectSession
from onboarding.connect.notes import note, question_about_device, refresh_needs
from onboarding.device_links.fields import (
    MAKER,
    MODEL,
    TYPE,
    asset_of,
    cells_of,
    device_cells,
    fit_of,
    programs_of,
    takers,
    typed_device,
)
from onboarding.device_links.photos import keep_photo
from onboarding.enrollment.choice import denied_by, joined_unchosen
from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.eligibility import ProgramEligibility
from onboarding.meter_form.domain import begin
from onboarding.meter_form.models import MeterDraft
from onboarding.meter_form.staging import stage_typed_rows
from onboarding.meters.models import Meter
from onboarding.uploads.models import WRITTEN, RowPlan, UploadSource
from onboarding.uploads.pipeline.commit import commit_at_once
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview, RowResult
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from portal.web import clock
from programs.queries import choice_labels


class DeviceDecision(StrEnum):
    """What a partner can decide about a device: the customer's values go into the meter, the meter stays as it is, or
    the partner goes on in the form."""

    UPDATE = "update"
    KEEP = "keep"
    FORM = "form"


def give_device(session: ConnectSession, typed: Mapping[str, str], photo: Iterable[bytes] | None = None) -> None:
    """Keep what the customer says of the device, and the photo of its label, if there is one.

    Refuses, all at once: CONNECT_FIELD_MISSING, CONNECT_VALUE_UNUSABLE; then CONNECT_PHOTO_UNUSABLE, CONNECT_TOO_MANY.
    """
    cells, problems = typed_device(session, typed)
    if problems:
        raise Refused(*problems)
    if photo is not None:
        keep_photo(session, photo)
    journey.give_device(session, cells, told=device_text(cells))


def device_text(cells: Mapping[str, str], language: str = ENGLISH) -> str:
    """A device in a few words: Battery, Volta Home 10."""
    labels = choice_labels([TYPE], language).get(TYPE, {})
    name = " ".join(cells[key] for key in (MAKER, MODEL) if key in cells)
    return ", ".join(filter(None, [labels.get(cells.get(TYPE, ""), ""), name]))


def finish(session: ConnectSession) -> None:
    """What comes of the device when its customer is done: its meter, or something for the partner to decide.

    No meter where no program takes the device, where a meter has the reference and other values, or where the row
    cannot be written. A meter that has the same values already is the customer's. Runs in the caller's transaction.
    """
    Partner.objects.select_for_update(no_key=True).get(pk=session.partner_id)
    answers = fit_of(session)
    fitting = takers(answers)
    if not fitting:
        note(session.connection, NoteKind.DEVICE_FITS_NOTHING, facts={"reasons": _reasons(answers)})
        return
    programs = joined_programs(session, fitting)
    result = _check(session, programs)
    if result.plan is RowPlan.UNCHANGED and result.meter_id:
        _join(session, result.meter_id)
    elif result.plan is RowPlan.UPDATE:
        note(session.connection, NoteKind.DEVICE_REFERENCE_TAKEN, facts={"meter": result.reference})
    elif result.plan is not RowPlan.CREATE:
        _not_created(session, result.problems)
    else:
        _create(session, result, programs)


def joined_programs(session: ConnectSession, fitting: Iterable[ProgramEligibility]) -> list[str]:
    """The programs that the device joins: of two that exclude each other the first, none that the customer denied."""
    asset, rules = asset_of(cells_of(session)), [said.program for said in fitting]
    utility = str(asset.get("utility", {}).get("utility_name", ""))
    classification = session.link.classification
    names = joined_unchosen(rules, utility=utility, classification=classification, at=clock.now())
    names -= denied_by(asset, rules)
    return [program.identifier for program in rules if program.identifier in names]


def _check(session: ConnectSession, programs: Iterable[str]) -> RowResult:
    preview = RowPreview(session.partner, programs=list(programs), update_existing=True)
    return preview.check([CandidateRow(1, cells_of(session))])[0]


def _create(session: ConnectSession, result: RowResult, programs: list[str]) -> None:
    by = journey.customer(session.address)
    try:
        _write(session, result, programs, by=by)
    except Refused as refusal:
        _not_created(session, refusal.problems)
        return
    assert result.meter_id
    note(session.connection, NoteKind.METER_CREATED, facts={"meter": str(result.meter_id)})
    for warning in result.warnings:
        if warning.code == "SERIAL_NUMBER_TWICE":
            note(session.connection, NoteKind.DEVICE_SERIAL_TWICE, facts={"where": str(warning.context["where"])})


def _write(
    session: ConnectSession, result: RowResult, programs: list[str], *, by: Actor, user: User | None = None
) -> None:
    """Write the row, and say whose meter it is. Refuses METER_CHANGED_MEANWHILE, and then nothing is written."""
    began = clock.now()
    try:
        with transaction.atomic():
            upload = stage_typed_rows(
                [(result, cells_of(session))],
                name=f"Connect link: {session.link.title}",
                programs=programs,
                updates=result.plan is RowPlan.UPDATE,
                partner=session.partner,
                by=by,
                user=user,
                source=UploadSource.LINK,
            )
            if not commit_at_once(upload):
                raise Refused(Problem("METER_CHANGED_MEANWHILE"))
    except (IntegrityError, DataError) as error:  # somebody took the reference this very moment
        raise Refused(Problem("METER_CHANGED_MEANWHILE")) from error
    assert result.meter_id
    meter = _belongs(session, result.meter_id)
    re_evaluate([meter.pk], by=by, since=began)


def _belongs(session: ConnectSession, pk: UUID) -> Meter:
    """The meter is the one that the customer's device is, and the customer signed for it."""
    meter = Meter.objects.get(pk=pk, partner=session.partner_id)
    session.meter = meter
    session.save(update_fields=["meter"])
    record_signatures(session, meter)
    return meter


def _join(session: ConnectSession, pk: UUID) -> Meter:
    """The same of a meter that the partner had; a note says so."""
    meter = session.meter if session.meter and session.meter.pk == pk else _belongs(session, pk)
    note(session.connection, NoteKind.DEVICE_JOINED, facts={"meter": meter.partner_reference})
    return meter


def _not_created(session: ConnectSession, problems: Iterable[Problem]) -> None:
    reasons = " ".join(dict.fromkeys(problem.text for problem in problems))
    note(session.connection, NoteKind.DEVICE_NOT_CREATED, facts={"reasons": reasons})


def _reasons(answers: Iterable[ProgramEligibility]) -> str:
    return " ".join(dict.fromkeys(problem.text for said in answers for problem in said.reasons))


# --- the partner decides


def device_session(connection: Connection) -> ConnectSession | None:
    """The newest session of a connection in which a device was described; a finished one goes before others."""
    sessions = connection.sessions.select_related("link__partner", "connection", "partner").order_by("-pk")
    described = [session for session in sessions if device_cells(session.answers)]
    done = [session for session in described if session.state == SessionState.COMPLETED]
    return next(iter([*done, *described]), None)


def decide(connection: Connection, decision: DeviceDecision, *, by: Actor, user: User) -> Meter | MeterDraft | None:
    """The partner decides about a device. Returns the meter that it is, the draft to go on with, or None.

    Refuses: DEVICE_DECIDED_ALREADY, METER_CHANGED_MEANWHILE, and whatever stops the row from being written.
    """
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=connection.partner_id)
        question, session = question_about_device(connection), device_session(connection)
        if question is None or session is None:
            raise Refused(Problem("DEVICE_DECIDED_ALREADY"))
        decided: Meter | MeterDraft | None
        if decision is DeviceDecision.FORM:
            programs = joined_programs(session, takers(fit_of(session))) or programs_of(session)[:1]
            decided = begin(session.partner, user, programs=programs, cells=cells_of(session))
            told = "go on in the form"
        elif decision is DeviceDecision.UPDATE:
            decided = _update(session, by=by, user=user)
            told = f"the customer’s values go into {decided.partner_reference}"
        else:
            decided = _keep(session) if question.kind == NoteKind.DEVICE_REFERENCE_TAKEN else None
            told = "nothing changes"
        note(connection, NoteKind.DEVICE_DECIDED, facts={"who": by.label, "decision": told})
        refresh_needs(connection)
    return decided


def _update(session: ConnectSession, *, by: Actor, user: User) -> Meter:
    programs = joined_programs(session, takers(fit_of(session)))
    result = _check(session, programs)
    if result.plan not in WRITTEN or not result.meter_id:
        raise Refused(*(result.problems or [Problem("METER_CHANGED_MEANWHILE")]))
    if result.plan is not RowPlan.UNCHANGED:
        _write(session, result, programs, by=by, user=user)
    return _join(session, result.meter_id)


def _keep(session: ConnectSession) -> Meter | None:
    """The meter with the reference stays as it is, and is the customer's."""
    result = _check(session, joined_programs(session, takers(fit_of(session))))
    if result.plan not in (RowPlan.UPDATE, RowPlan.UNCHANGED) or result.meter_id is None:
        return None
    return _join(session, result.meter_id)
