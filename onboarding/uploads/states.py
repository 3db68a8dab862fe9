"""The states of an upload: which one may follow which, and the one function that moves an upload on."""

from collections.abc import Mapping
from typing import Final

from onboarding.uploads.models import Upload, UploadProblem, UploadRow, UploadState
from portal.jobs.domain import enqueue
from portal.problems import Problem, Refused
from portal.web import clock

S = UploadState
TRANSITIONS: Final[Mapping[UploadState, frozenset[UploadState]]] = {
    S.RECEIVED: frozenset({S.CHECKING, S.COLUMNS, S.MERGED, S.FAILED}),
    # A check begins anew when the dates of a column turn out to be day first, and after a crash.
    S.CHECKING: frozenset({S.CHECKING, S.READY, S.COMMITTING, S.FAILED}),
    S.COLUMNS: frozenset({S.RECEIVED, S.DISCARDED}),
    S.READY: frozenset({S.RECEIVED, S.COMMITTING, S.WITHDRAWING, S.DISCARDED}),
    S.COMMITTING: frozenset({S.DONE, S.READY}),  # back to READY when the commit is given up
    S.DONE: frozenset({S.READY, S.WITHDRAWING}),  # READY again when corrected rows wait to be written
    S.FAILED: frozenset({S.RECEIVED, S.DISCARDED}),
    S.DISCARDED: frozenset({S.RECEIVED}),  # taken up again
    S.WITHDRAWING: frozenset({S.WITHDRAWN, S.DONE}),  # back to DONE when the withdrawal is given up
    S.WITHDRAWN: frozenset(),
    S.MERGED: frozenset(),
}


def move(upload: Upload, to: UploadState, **fields: object) -> bool:
    """Move an upload to another state and give it these fields, in one UPDATE; returns whether it moved.

    It moves when TRANSITIONS allows it and the upload is stored in the state that `upload` has: of two callers at the
    same time one wins. Otherwise nothing is changed, neither in the database nor in `upload`.
    """
    if to not in TRANSITIONS[upload.status]:
        return False
    values: dict[str, object] = {"state": to, "updated_at": clock.now(), **fields}
    if not Upload.objects.filter(pk=upload.pk, state=upload.state).update(**values):
        return False
    for name, value in values.items():
        setattr(upload, name, value)
    return True


def move_or_refuse(upload: Upload, to: UploadState, **fields: object) -> None:
    """The same for what a person asks for. Refuses: UPLOAD_NOT_READY."""
    if not move(upload, to, **fields):
        raise Refused(Problem("UPLOAD_NOT_READY"))


def create_confirmed(**fields: object) -> Upload:
    """An upload of rows that somebody typed, looked at and confirmed before they became an upload."""
    return Upload.objects.create(state=UploadState.COMMITTING, **fields)


def check_anew(upload: Upload, **fields: object) -> None:
    """Drop what the last check found, give the upload these fields and queue its check. Refuses: UPLOAD_NOT_READY."""
    move_or_refuse(upload, UploadState.RECEIVED, problem={}, counts={}, **fields)
    drop_rows(upload)
    enqueue("uploads.check", subject_id=upload.pk, partner=upload.partner)


def drop_rows(upload: Upload) -> None:
    """Delete the staged rows and their problems. What people wrote into rows (UploadEdit) stays."""
    UploadRow.objects.filter(upload=upload).delete()
    UploadProblem.objects.filter(upload=upload).delete()
