"""The steps of the customer's journey that ask for the device and show which programs take it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import get_language

from onboarding.connect import device_steps, journey
from onboarding.connect.choices import SessionState, Step
from onboarding.connect.models import ConnectSession
from onboarding.device_links import domain
from onboarding.device_links.fields import (
    SERIAL,
    Need,
    cells_of,
    device_cells,
    fields_of,
    fit_of,
    takers,
    texts_of,
    wanted_by,
)
from onboarding.device_links.models import DevicePhoto
from onboarding.enrollment.eligibility import EligibilityStatus, ProgramEligibility
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus
from portal.problems import Problem

INCOMPLETE: Final = "incomplete"  # the name of the box "I do not have everything at hand"


@dataclass(frozen=True, slots=True)
class ProgramFit:
    """What a program says of the device, as customers read it.

    missing: labels of fields; unknown: of those on which it depends. because: the code of what rules the device out,
    with what the program takes instead, where that is told. is_checked_later: something is left to do once there is a
    meter.
    """

    name: str
    status: EligibilityStatus
    active_from: date | None
    missing: Sequence[str]
    unknown: Sequence[str]
    is_checked_later: bool = False
    because: str = ""
    wanted: str = ""


def _content(
    session: ConnectSession, step: Step, problems: Sequence[Problem], typed: Mapping[str, str] | None
) -> dict[str, object]:
    if step == Step.DEVICE:
        return _device_content(session, problems, typed)
    answers = fit_of(session)
    is_certain = not takers(answers) or domain.is_certain(session)
    return {
        "fits": list(_fits(session, answers, is_certain=is_certain)),
        "takes_none": not takers(answers),
        "is_certain": is_certain,
        "device": domain.device_text(cells_of(session), session.language),
    }


def _device_content(
    session: ConnectSession, problems: Sequence[Problem], typed: Mapping[str, str] | None
) -> dict[str, object]:
    kept = device_cells(session.answers)
    values = kept if typed is None else typed
    fields = fields_of(session, problems, values)
    needed = [field for field in fields if field.need is Need.PROGRAM]
    came_back = typed is None and bool(kept)
    return {
        "fields": fields,
        "can_be_incomplete": bool(needed) or INCOMPLETE in values,
        "is_incomplete": INCOMPLETE in values or (came_back and not all(field.value for field in needed)),
        "has_photo": DevicePhoto.objects.filter(session=session).exists(),
        "photo_error": " ".join(f"{one.text} {one.remedy}" for one in problems if one.field == "photo"),
    }


def _fits(session: ConnectSession, answers: Sequence[ProgramEligibility], *, is_certain: bool) -> Iterator[ProgramFit]:
    """What each program says; where the partner decides first, none promises to take the device."""
    keys = {key for said in answers for key in (*said.missing, *said.unknown, *_deciding(said))}
    labels = {key: label for key, (label, _) in texts_of(keys, session.language).items()}
    for said in answers:
        reason = said.reasons[0] if said.reasons else None
        is_promise = said.status is EligibilityStatus.ELIGIBLE and not is_certain
        yield ProgramFit(
            name=said.program.name,
            status=EligibilityStatus.NOT_KNOWN_YET if is_promise else said.status,
            active_from=said.deadline.activation_at.date() if said.deadline else None,
            missing=[labels.get(key, key) for key in said.missing],
            unknown=[labels.get(key, key) for key in dict.fromkeys((*said.unknown, *_deciding(said)))],
            is_checked_later=bool(said.open_items),
            because=reason.code if reason else "",
            wanted=wanted_by(reason) if reason else "",
        )


def _deciding(said: ProgramEligibility) -> list[str]:
    """The fields that decide whether a program needs more."""
    return [key for keys in said.may_be_needed.values() for key in keys]


def _send(session: ConnectSession, step: Step, data: QueryDict, files: Mapping[str, UploadedFile]) -> None:
    if step == Step.DEVICE:
        photo = files.get("photo")
        typed = {key: value for key, value in data.items() if isinstance(value, str)}
        domain.give_device(session, typed, photo.chunks() if photo else None, is_incomplete=INCOMPLETE in typed)
        return
    journey.accept_fit(session, is_without_program=not takers(fit_of(session)))


@dataclass(frozen=True, slots=True)
class JoinedProgram:
    """A program of the device's meter at the end. missing: labels of fields."""

    name: str
    is_ready: bool
    is_under_review: bool
    missing: Sequence[str]


def _result(session: ConnectSession) -> dict[str, object]:
    """What the last page says: whether the device is registered, how far it is in its programs, and whether the partner
    looks at it again."""
    programs = _joined(session)
    return {
        "device": domain.device_text(cells_of(session), session.language),
        "is_registered": session.meter_id is not None,
        "programs": programs,
        "is_ready": session.meter_id is not None and all(program.is_ready for program in programs),
        "is_without_program": session.is_without_program,
    }


def _joined(session: ConnectSession) -> list[JoinedProgram]:
    rows = Enrollment.objects.filter(meter=session.meter_id, meter__isnull=False).select_related("program")
    enrollments = list(rows.order_by("program__position"))
    labels = texts_of({key for row in enrollments for key in row.missing}, session.language)
    return [
        JoinedProgram(
            name=row.program.name,
            is_ready=row.status in (EnrollmentStatus.ELIGIBLE, EnrollmentStatus.ACTIVE),
            is_under_review=row.status == EnrollmentStatus.PENDING,
            missing=[labels.get(key, (key, ""))[0] for key in row.missing],
        )
        for row in enrollments
    ]


def _described(session: ConnectSession) -> device_steps.DescribedDevice | None:
    cells = device_cells(session.answers)
    if not cells or session.state != SessionState.COMPLETED:
        return None
    return device_steps.DescribedDevice(domain.device_text(cells, get_language() or ""), cells.get(SERIAL, ""))


device_steps.register(device_steps.DeviceSteps(_content, _send, domain.finish, _result, _described))
