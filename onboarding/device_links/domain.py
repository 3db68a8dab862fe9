"""From a device that a customer described to its meter, by the verbs that write a sheet's rows; and what the partner
decides where that is not certain."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.dispatch import receiver

from onboarding.connect import journey
from onboarding.connect.absorb import reference_of
from onboarding.connect.choices import NoteKind, SessionState
from onboarding.connect.esi_ids import record_signatures
from onboarding.connect.languages import ENGLISH
from onboarding.connect.models import Connection, ConnectSession
from onboarding.connect.notes import note, question_about_device, refresh_needs
from onboarding.connect.queries import DEVICE_TYPE
from onboarding.device_links.fields import (
    MAKER,
    MODEL,
    SERIAL,
    asset_of,
    cells_of,
    device_cells,
    fit_of,
    programs_of,
    reasons_of,
    takers,
    typed_device,
)
from onboarding.device_links.models import DeviceDraft
from onboarding.device_links.photos import keep_photo
from onboarding.enrollment.choice import denied_by, joined_unchosen
from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.eligibility import ProgramEligibility
from onboarding.meter_form.domain import begin, save_for_later
from onboarding.meter_form.models import MeterDraft
from onboarding.meter_form.signals import draft_written
from onboarding.meter_form.staging import stage_typed_rows
from onboarding.meters.models import Meter
from onboarding.uploads.models import WRITTEN, RowPlan, UploadSource
from onboarding.uploads.pipeline.commit import commit_at_once
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview, RowResult
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from portal.web import clock
from programs.identifiers import serial_key
from programs.queries import choice_labels


class DeviceDecision(StrEnum):
    """What a partner can decide about a device: the customer's values go into the meter with the reference (update), or
    become a new one (create), or are a meter with the serial number (use); nothing changes (keep), or the partner goes
    on in the form, and the question stays until there is a meter."""

    UPDATE = "update"
    CREATE = "create"
    USE = "use"
    KEEP = "keep"
    FORM = "form"


def give_device(
    session: ConnectSession,
    typed: Mapping[str, str],
    photo: Iterable[bytes] | None = None,
    *,
    is_incomplete: bool = False,
) -> None:
    """Keep what the customer says of the device, and the photo of its label, if there is one: a photo that can be used
    is kept whatever else is wrong. is_incomplete: something that a program needs is not at hand.

    Refuses, all at once: CONNECT_FIELD_MISSING, CONNECT_FIELD_NEEDED, CONNECT_VALUE_UNUSABLE, CONNECT_DATE_TO_COME,
    CONNECT_PHOTO_UNUSABLE, CONNECT_TOO_MANY.
    """
    cells, problems = typed_device(session, typed, is_incomplete=is_incomplete)
    if photo is not None:
        try:
            keep_photo(session, photo)
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        raise Refused(*problems)
    journey.give_device(session, cells, device_type=cells[DEVICE_TYPE], told=device_text(cells))


def device_text(cells: Mapping[str, str], language: str = ENGLISH) -> str:
    """A device in a few words: Battery, Volta Home 10."""
    labels = choice_labels([DEVICE_TYPE], language).get(DEVICE_TYPE, {})
    name = " ".join(cells[key] for key in (MAKER, MODEL) if key in cells)
    return ", ".join(filter(None, [labels.get(cells.get(DEVICE_TYPE, ""), ""), name]))


def finish(session: ConnectSession) -> None:
    """What comes of the device when its customer is done: its meter, or something for the partner to decide.

    No meter where no program takes the device, where a meter has the reference and other values, or the serial number,
    or where the row cannot be written. A meter that has the same values already is the customer's. Runs in the caller's
    transaction.
    """
    Partner.objects.select_for_update(no_key=True).get(pk=session.partner_id)
    answers = fit_of(session)
    fitting = takers(answers)
    if not fitting:
        _ask(session, NoteKind.DEVICE_FITS_NOTHING, reasons=reasons_of(answers))
        return
    programs = joined_programs(session, fitting)
    result = _check(session, programs)
    if result.plan is RowPlan.UNCHANGED and result.meter_id:
        _join(session, result.meter_id, by=journey.customer(session.address))
    elif result.plan is RowPlan.UPDATE:
        _ask(session, NoteKind.DEVICE_REFERENCE_TAKEN, meter=result.reference)
    elif result.plan is not RowPlan.CREATE:
        _not_created(session, result.problems)
    elif twins := list(meters_with_serial(session)):
        _ask(session, NoteKind.DEVICE_SERIAL_TAKEN, meter=", ".join(meter.partner_reference for meter in twins))
    else:
        _create(session, result, programs)


def meters_with_serial(session: ConnectSession) -> QuerySet[Meter]:
    """The partner's meters, but the customer's own, whose device has the serial number in its normal form. What people
    type as the maker varies too much to tell devices apart by it."""
    key = serial_key(cells_of(session).get(SERIAL, ""))
    meters = Meter.objects.filter(partner=session.partner_id, serial_key=key).exclude(serial_key="")
    return (meters.exclude(pk=session.meter_id) if session.meter_id else meters).order_by("pk")


def is_certain(session: ConnectSession) -> bool:
    """Whether the device becomes a meter without the partner's decision, as far as that is known before the end."""
    result = _check(session, joined_programs(session, takers(fit_of(session))))
    return result.plan is RowPlan.UNCHANGED or (
        result.plan is RowPlan.CREATE and not meters_with_serial(session).exists()
    )


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


def _join(session: ConnectSession, pk: UUID, *, by: Actor) -> Meter:
    """The same of a meter that the partner had; a note says so."""
    meter = session.meter
    if meter is None or meter.pk != pk:
        began = clock.now()
        meter = _belongs(session, pk)
        re_evaluate([meter.pk], by=by, since=began)
    note(session.connection, NoteKind.DEVICE_JOINED, facts={"meter": meter.partner_reference})
    return meter


def _not_created(session: ConnectSession, problems: Iterable[Problem]) -> None:
    reasons = " ".join(dict.fromkeys(problem.text for problem in problems))
    _ask(session, NoteKind.DEVICE_NOT_CREATED, reasons=reasons)


def _ask(session: ConnectSession, kind: NoteKind, **facts: str) -> None:
    """Something for the partner to decide, also where the customer came without a refId."""
    connection = journey.name_session(session, reference_of(session))
    device_type = str(session.answers.get(DEVICE_TYPE, ""))
    Connection.objects.filter(pk=connection.pk).update(device_type=device_type)
    note(connection, kind, facts=facts)


# --- the partner decides


def device_session(connection: Connection) -> ConnectSession | None:
    """The newest session of a connection in which a device was described; a finished one goes before others."""
    sessions = connection.sessions.select_related("link__partner", "connection", "partner").order_by("-pk")
    described = [session for session in sessions if device_cells(session.answers)]
    done = [session for session in described if session.state == SessionState.COMPLETED]
    return next(iter([*done, *described]), None)


def open_draft(connection: Connection) -> MeterDraft | None:
    """The draft in which the partner goes on with the device, while it is not written."""
    begun = DeviceDraft.objects.filter(session__connection=connection, draft__written_meter=None)
    newest = begun.select_related("draft").order_by("-pk").first()
    return newest.draft if newest else None


def decide(
    connection: Connection, decision: DeviceDecision, *, by: Actor, user: User, meter: UUID | None = None
) -> Meter | MeterDraft | None:
    """The partner decides about a device. Returns the meter that it is, the draft to go on with, or None.

    meter: the one that it is, of those with its serial number. With the form nothing is decided yet: a second time
    leads to the same draft. Refuses: DEVICE_DECIDED_ALREADY, DEVICE_METER_UNAVAILABLE, METER_CHANGED_MEANWHILE, and
    whatever stops the row from being written.
    """
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=connection.partner_id)
        question, session = question_about_device(connection), device_session(connection)
        if question is None or session is None:
            raise Refused(Problem("DEVICE_DECIDED_ALREADY"))
        if decision is DeviceDecision.FORM:
            return open_draft(connection) or _begin_draft(session, by=by, user=user)
        decided: Meter | None
        match decision:
            case DeviceDecision.UPDATE:
                decided = _update(session, by=by, user=user)
                told = f"the customer’s values go into {decided.partner_reference}"
            case DeviceDecision.CREATE:
                decided = _create_anyway(session, by=by, user=user)
                told = "a new meter"
            case DeviceDecision.USE:
                decided = _use(session, meter, by=by)
                told = f"the device is {decided.partner_reference}"
            case _:
                decided = _keep(session, by=by) if question.kind == NoteKind.DEVICE_REFERENCE_TAKEN else None
                told = "nothing changes" if decided else "no meter"
        note(connection, NoteKind.DEVICE_DECIDED, facts={"who": by.label, "decision": told})
        refresh_needs(connection)
    return decided


def _begin_draft(session: ConnectSession, *, by: Actor, user: User) -> MeterDraft:
    """A saved draft with what the customer said."""
    programs = joined_programs(session, takers(fit_of(session))) or programs_of(session)[:1]
    draft = begin(session.partner, user, programs=programs, cells=cells_of(session))
    save_for_later(draft)
    DeviceDraft.objects.create(session=session, draft=draft)
    note(session.connection, NoteKind.DEVICE_IN_FORM, facts={"who": by.label})
    return draft


@receiver(draft_written)
def _draft_became_meter(draft: MeterDraft, by: Actor, **_: object) -> None:
    """The meter that a partner made of a device in the form is the customer's, and answers the question."""
    begun = DeviceDraft.objects.select_related("session__connection", "session__partner").filter(draft=draft).first()
    if begun is None or begun.session.meter_id or draft.written_meter is None:
        return
    began, session = clock.now(), begun.session
    meter = _belongs(session, draft.written_meter)
    re_evaluate([meter.pk], by=by, since=began)
    note(session.connection, NoteKind.METER_CREATED, facts={"meter": str(meter.pk)})
    if session.connection:
        refresh_needs(session.connection)


def _update(session: ConnectSession, *, by: Actor, user: User) -> Meter:
    programs = joined_programs(session, takers(fit_of(session)))
    result = _check(session, programs)
    if result.plan not in WRITTEN or not result.meter_id:
        raise Refused(*(result.problems or [Problem("METER_CHANGED_MEANWHILE")]))
    if result.plan is not RowPlan.UNCHANGED:
        _write(session, result, programs, by=by, user=user)
    return _join(session, result.meter_id, by=by)


def _create_anyway(session: ConnectSession, *, by: Actor, user: User) -> Meter:
    """A new meter, though others have its serial number."""
    programs = joined_programs(session, takers(fit_of(session)))
    result = _check(session, programs)
    if result.plan is not RowPlan.CREATE or not result.meter_id:
        raise Refused(*(result.problems or [Problem("METER_CHANGED_MEANWHILE")]))
    _write(session, result, programs, by=by, user=user)
    note(session.connection, NoteKind.METER_CREATED, facts={"meter": str(result.meter_id)})
    return Meter.objects.get(pk=result.meter_id, partner=session.partner_id)


def _use(session: ConnectSession, pk: UUID | None, *, by: Actor) -> Meter:
    """A meter with the device's serial number is the customer's; it stays as it is."""
    meter = meters_with_serial(session).filter(pk=pk).first() if pk else None
    if meter is None:
        raise Refused(Problem("DEVICE_METER_UNAVAILABLE"))
    return _join(session, meter.pk, by=by)


def _keep(session: ConnectSession, *, by: Actor) -> Meter | None:
    """The meter with the reference stays as it is, and is the customer's."""
    result = _check(session, joined_programs(session, takers(fit_of(session))))
    if result.plan not in (RowPlan.UPDATE, RowPlan.UNCHANGED) or result.meter_id is None:
        return None
    return _join(session, result.meter_id, by=by)
