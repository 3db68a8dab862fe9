"""The steps of the customer's journey that ask for the device and show which programs take it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from onboarding.connect import device_steps, journey
from onboarding.connect.choices import NoteKind, Step
from onboarding.connect.models import ConnectionNote, ConnectSession
from onboarding.device_links import domain
from onboarding.device_links.fields import (
    cells_of,
    device_cells,
    fields_of,
    fit_of,
    problems_of_details,
    takers,
    texts_of,
)
from onboarding.device_links.models import DevicePhoto
from onboarding.enrollment.eligibility import EligibilityStatus, ProgramEligibility
from portal.problems import Problem
from programs.models import Utility


@dataclass(frozen=True, slots=True)
class ProgramFit:
    """What a program says of the device, as customers read it.

    missing, unknown: labels of fields. because: the code of what rules the device out, with what the program takes
    instead, where that is told. is_checked_later: something is left to do once there is a meter.
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
        values = device_cells(session.answers) if typed is None else typed
        return {
            "fields": fields_of(session, problems, values),
            "has_photo": DevicePhoto.objects.filter(session=session).exists(),
            "photo_error": " ".join(f"{one.text} {one.remedy}" for one in problems if one.field == "photo"),
        }
    answers = fit_of(session)
    return {
        "fits": list(_fits(session, answers)),
        "takes_none": not takers(answers),
        "device": domain.device_text(cells_of(session), session.language),
    }


def _fits(session: ConnectSession, answers: Sequence[ProgramEligibility]) -> Iterator[ProgramFit]:
    keys = {key for said in answers for key in (*said.missing, *said.unknown, *said.may_be_needed)}
    labels = {key: label for key, (label, _) in texts_of(keys, session.language).items()}
    utilities = dict(Utility.objects.values_list("code", "name"))
    for said in answers:
        reason = said.reasons[0] if said.reasons else None
        yield ProgramFit(
            name=said.program.name,
            status=said.status,
            active_from=said.deadline.activation_at.date() if said.deadline else None,
            missing=[labels.get(key, key) for key in (*said.missing, *said.may_be_needed)],
            unknown=[labels.get(key, key) for key in said.unknown],
            is_checked_later=bool(said.open_items),
            because=reason.code if reason else "",
            wanted=_names(reason.context.get("wanted", ""), utilities) if reason else "",
        )


def _names(wanted: object, utilities: Mapping[str, str]) -> str:
    """Codes of utilities by their names; what is none stays as it is."""
    parts = wanted if isinstance(wanted, list | tuple) else str(wanted).split(", ")
    return ", ".join(utilities.get(str(part), str(part)) for part in parts)


def _send(session: ConnectSession, step: Step, data: QueryDict, files: Mapping[str, UploadedFile]) -> None:
    if step == Step.DEVICE:
        photo = files.get("photo")
        typed = {key: value for key, value in data.items() if isinstance(value, str)}
        domain.give_device(session, typed, photo.chunks() if photo else None)
        return
    journey.accept_fit(session, is_without_program=not takers(fit_of(session)))


def _result(session: ConnectSession) -> dict[str, object]:
    """What the last page says: whether the device is registered, and whether the partner looks at it again."""
    is_doubted = session.connection_id is not None and (
        ConnectionNote.objects.filter(connection=session.connection_id, kind=NoteKind.DEVICE_SERIAL_TWICE).exists()
    )
    return {
        "device": domain.device_text(cells_of(session), session.language),
        "is_registered": session.meter_id is not None,
        "is_looked_at": session.meter_id is None or is_doubted,
    }


device_steps.register(device_steps.DeviceSteps(problems_of_details, _content, _send, domain.finish, _result))
