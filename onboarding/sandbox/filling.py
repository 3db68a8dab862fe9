"""Filling a sandbox, one step after the other: through the same code as everybody's data."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from onboarding.connect import journey
from onboarding.connect.authorize import begin
from onboarding.connect.choices import FailureReason, SignedAs, Variant
from onboarding.connect.links import LinkSpec, create_link
from onboarding.connect.models import ConnectLink, ConnectSession
from onboarding.connect.queries import offered_utilities
from onboarding.intervals.models import IntervalUpload
from onboarding.meters.models import Meter
from onboarding.sandbox import made_up
from onboarding.sandbox.made_up import Sheet
from onboarding.sandbox.made_up_intervals import WEEKS, interval_files, send_intervals
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.pipeline.commit import confirm_upload
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Refused

BY: Final = Actor.system("Sandbox")
log = logging.getLogger("onboarding.sandbox")


class NotYet(Exception):
    """A step waits for a job that other steps have queued."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, for the log, and what it does. It is done again when it was not committed."""

    name: str
    act: Callable[[Partner], object]


def steps() -> list[Step]:
    """All steps, in their order."""
    files = made_up.sheets()
    return [
        *(Step(f"send {sheet.name}", _sending(sheet)) for sheet in files),
        *(Step(f"confirm {sheet.name}", _confirming(sheet)) for sheet in files if sheet.is_confirmed),
        *(Step(f"wait for {sheet.name}", _waiting(sheet)) for sheet in files),
        Step("start in Massachusetts", _starting_in_massachusetts),
        Step("send interval data", _measuring),
        Step("wait for interval data", _measured),
        Step("start in Texas", lambda sandbox: made_up.start(sandbox, "ERCOT-ERS", 3)),
        Step("stay out", lambda sandbox: made_up.stay_out(sandbox, by=BY)),
        *(Step(f"link {spec.title}", _linking(spec)) for spec in _LINKS),
        *(Step(f"customer {reference}", _walking(title, reference, walk)) for title, reference, walk in _CUSTOMERS),
    ]


def take(step: Step, sandbox: Partner) -> bool:
    """Do a step, in the caller's transaction; whether it was done. What the catalogue, as it is now, refuses is left
    out: an admin may have changed it so that the made-up data does not fit it. Raises NotYet."""
    try:
        step.act(sandbox)
    except Refused as refusal:
        log.warning("left out of a sandbox: %s: %s", step.name, refusal)
        return False
    return True


# --- uploads


def _sending(sheet: Sheet) -> Callable[[Partner], object]:
    return lambda sandbox: made_up.send(sandbox, sheet, by=BY)


def _upload_of(sandbox: Partner, sheet: Sheet) -> Upload | None:
    """The upload of a file, once no job works on it; None when the catalogue refused it. Raises NotYet."""
    upload = Upload.objects.filter(partner=sandbox, file_name=sheet.name).first()
    if upload is not None and upload.status.moving:
        raise NotYet
    return upload


def _confirming(sheet: Sheet) -> Callable[[Partner], object]:
    def act(sandbox: Partner) -> None:
        upload = _upload_of(sandbox, sheet)
        if upload is not None and upload.state == UploadState.READY:
            confirm_upload(upload, by=BY)

    return act


def _waiting(sheet: Sheet) -> Callable[[Partner], object]:
    return lambda sandbox: _upload_of(sandbox, sheet)


# --- interval data


def _starting_in_massachusetts(sandbox: Partner) -> None:
    made_up.start(sandbox, "MA_DOER-CPS", 8, nominated=True, weeks=WEEKS)


def _measuring(sandbox: Partner) -> None:
    """The files of meters that take part: with gaps, and a correction."""
    meters = Meter.objects.filter(partner=sandbox, activations__period__program__identifier="MA_DOER-CPS")
    for name, content in interval_files(list(meters.order_by("pk"))):
        send_intervals(sandbox, name, content, by=BY)


def _measured(sandbox: Partner) -> None:
    uploads = IntervalUpload.objects.filter(partner=sandbox)
    if any(upload.status.moving for upload in uploads.only("state")):
        raise NotYet


# --- Connect

_WELCOME: Final = {"welcome": "Thank you for joining.", "welcome_es": "Gracias por participar."}
_LINKS: Final = (
    LinkSpec(title="california-homes", region="CAISO", variant=Variant.RESIDENTIAL, **_WELCOME),
    LinkSpec(title="texas-businesses", region="ERCOT", variant=Variant.COMMERCIAL, **_WELCOME),
)
_ANSWERS: Final = {
    "customer_name": "Ada Alvarez",
    "email": "ada.alvarez@example.com",
    "street": "12 Oak Street",
    "city": "Oakland",
    "state": "CA",
    "postal_code": "94607",
    "phone": "512 555 0100",
}
_IN_TEXAS: Final = {
    "company_name": "Lone Star Storage 7",
    "title": "Owner",
    "has_generator": "no",
    "city": "Houston",
    "state": "TX",
    "postal_code": "77002",
}


def _linking(spec: LinkSpec) -> Callable[[Partner], object]:
    return lambda sandbox: create_link(sandbox, spec, by=BY)


def _walking(title: str, reference: str, walk: Callable[[ConnectSession], None]) -> Callable[[Partner], object]:
    """A customer opens a link, if it could be made, and goes as far as `walk` does."""

    def act(sandbox: Partner) -> None:
        link = ConnectLink.objects.filter(partner=sandbox, title=title).select_related("partner").first()
        if link is None:
            return
        session, _ = journey.open_session(
            link, reference=reference, utilities=[], programs=[], parameters=[], address=""
        )
        walk(session)

    return act


def _looks(session: ConnectSession) -> None:
    """Only opens the link."""


def _tells(session: ConnectSession) -> None:
    """Answers what is asked, and stops before the agreements."""
    answers = _ANSWERS | (_IN_TEXAS if session.link.transmission_region == "ERCOT" else {})
    journey.go_on(session, after=journey.steps_of(session)[0])
    if journey.information_of(session):
        journey.give_details(session, answers)


def _signs(session: ConnectSession) -> None:
    """Goes on to the utility, or to the end where none is asked for."""
    _tells(session)
    if agreements := journey.agreements_of(session):
        accepted = [agreement.code for agreement in agreements]
        journey.sign(session, accepted=accepted, name="Ada Alvarez", signed_as=SignedAs.CUSTOMER, address="")


def _declines(session: ConnectSession) -> None:
    """Does not accept the agreements."""
    _tells(session)
    journey.decline(session)


def _fails(session: ConnectSession) -> None:
    """Signs, and does not get past the sign-in of a utility, where one can be tried."""
    _signs(session)
    if utilities := offered_utilities(session):
        begin(session, utilities[0].code, address="")
        for authorization in session.authorizations.select_related("utility", "connection", "session", "partner"):
            journey.mark_failed(authorization, FailureReason.BAD_CREDENTIALS)


_CUSTOMERS: Final = (
    ("california-homes", "home-101", _looks),
    ("california-homes", "home-102", _tells),
    ("california-homes", "home-103", _declines),
    ("california-homes", "home-104", _signs),
    ("california-homes", "home-105", _fails),
    ("texas-businesses", "store-7", _signs),
)
