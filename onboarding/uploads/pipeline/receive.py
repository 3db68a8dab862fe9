"""Receiving a file: keep it safely, make one upload of it, queue its check."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import PurePath

from django.conf import settings
from django.db import IntegrityError, transaction

from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.reader import TEXT_ENDINGS, refuse_by_name
from onboarding.uploads.devices import device_layout
from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import Upload, UploadSource, UploadState
from onboarding.uploads.queries import headers_of, other_devices, other_sheets
from onboarding.uploads.stored import SheetColumn
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import enqueue
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused, shown
from portal.storage import files
from programs.models import Program, core_faults

_PIECE_BYTES = 1024 * 1024


def receive_upload(
    content: Iterable[bytes],
    *,
    file_name: str,
    partner: Partner,
    programs: Collection[str],
    update_existing: bool,
    by: Actor,
    user: User | None = None,
    corrects: Upload | None = None,
) -> tuple[Upload, bool]:
    """Keep a file that a person sent and queue its check; returns the upload and whether it is new.

    corrects: the upload whose corrected rows the file is said to hold.

    The same content with the same choices finds the earlier upload, also when sent many times at once.
    Refuses (Refused): CATALOGUE_INCOMPLETE, FILE_WRONG_TYPE, FILE_NUMBERS, FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_STORED,
    PROGRAM_UNKNOWN, PROGRAM_NOT_BY_UPLOAD; then nothing is kept.
    """
    file_name = plain_file_name(file_name)
    try:
        refuse_by_name(file_name)
    except Unreadable as error:
        raise Refused(Problem(error.code, "file", file_name, dict(error.context))) from None
    refuse_incomplete_catalogue()
    refuse_unsuitable(programs)
    ending = PurePath(file_name).suffix.lower()
    suffix = ".csv" if ending in TEXT_ENDINGS else ending  # text with tabs is read as text with commas is
    stored = _store(content, partner=partner, suffix=suffix)
    upload = Upload(
        partner=partner,
        source=UploadSource.PAGE,
        actor=by.as_json(),
        user=user,
        file_name=file_name,
        stored_name=stored.name,
        size=stored.size,
        sha256=stored.sha256,
        programs=sorted(set(programs)),
        update_existing=update_existing,
        corrects=corrects,
    )
    return _begin_once(upload, by=by)


def upload_sheet(upload: Upload, sheet: str, *, by: Actor, user: User | None = None) -> tuple[Upload, bool]:
    """Another sheet of a workbook that was sent, as an upload of its own with the same choices; and whether it is new.

    Refuses: SHEET_UNKNOWN, FILE_GONE, FILE_NOT_STORED.
    """
    if sheet not in other_sheets(upload):
        raise Refused(Problem("SHEET_UNKNOWN", "sheet", shown(sheet)))
    same = Upload.objects.filter(partner=upload.partner, sha256=upload.sha256, update_existing=upload.update_existing)
    for sent in same.exclude(state__in=[UploadState.FAILED, UploadState.WITHDRAWN]).order_by("pk"):
        if sent.programs == upload.programs and sheet == (sent.column_layout.sheet or sent.facts.get("sheet")):
            return sent, False
    return _sent_again(upload, ColumnLayout(sheet=sheet), by=by, user=user)


def upload_device(upload: Upload, device: str, *, by: Actor, user: User | None = None) -> tuple[Upload, bool]:
    """The same sheet, read for another device of each row, as an upload of its own; and whether it is new.

    Refuses: DEVICE_UNKNOWN, FILE_GONE, FILE_NOT_STORED.
    """
    if device not in other_devices(upload):
        raise Refused(Problem("DEVICE_UNKNOWN", "device", shown(device)))
    layout = device_layout(upload.column_layout, headers_of(upload), device)
    return _sent_again(upload, layout, columns=upload.columns, by=by, user=user)


def _sent_again(
    upload: Upload, layout: ColumnLayout, *, columns: Sequence[SheetColumn] = (), by: Actor, user: User | None
) -> tuple[Upload, bool]:
    """The file of an upload with the same choices, to be read in another way. Refuses: FILE_GONE, FILE_NOT_STORED."""
    try:
        if not upload.stored_name:
            raise FileNotFoundError
        with files.open_file(upload.stored_name) as file:
            suffix = PurePath(upload.stored_name).suffix
            stored = _store(iter(partial(file.read, _PIECE_BYTES), b""), partner=upload.partner, suffix=suffix)
    except FileNotFoundError:
        raise Refused(Problem("FILE_GONE", "file")) from None
    other = Upload(
        partner=upload.partner,
        source=UploadSource.PAGE,
        actor=by.as_json(),
        user=user,
        file_name=upload.file_name,
        stored_name=stored.name,
        size=stored.size,
        sha256=stored.sha256,
        programs=upload.programs,
        update_existing=upload.update_existing,
        layout=layout.as_json(),
        columns=list(columns),
    )
    return _begin_once(other, by=by)


def _begin_once(upload: Upload, *, by: Actor) -> tuple[Upload, bool]:
    upload.fingerprint = fingerprint_of(upload)
    try:
        _begin(upload, by=by)
    except IntegrityError:
        same = Upload.objects.filter(partner=upload.partner, fingerprint=upload.fingerprint)
        return same.exclude(state=UploadState.FAILED).get(), False
    return upload, True


def fingerprint_of(upload: Upload) -> str:
    """One text for the same content sent with the same choices."""
    suffix = PurePath(upload.stored_name).suffix
    parts = [upload.sha256, str(upload.update_existing), suffix, *upload.programs]
    layout = upload.column_layout
    parts += [f"{name} {text}" for name, text in (("sheet", layout.sheet), ("device", layout.device)) if text]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def receive_by_api(
    content: Iterable[bytes],
    *,
    file_name: str,
    suffix: str,
    partner: Partner,
    update_existing: bool,
    by: Actor,
    encoding: str | None = None,
    also: Callable[[Upload], object] | None = None,
) -> Upload:
    """Keep a request body and queue it as a job that commits its good rows itself.

    encoding: the one that the request names for a text whose bytes leave it open.
    also: what is done with the upload in the transaction that saves it.

    As published, sending it again makes a second job. Refuses as `receive_upload` does.
    """
    refuse_incomplete_catalogue()
    stored = _store(content, partner=partner, suffix=suffix)
    upload = Upload(
        partner=partner,
        source=UploadSource.API,
        actor=by.as_json(),
        file_name=file_name,
        stored_name=stored.name,
        size=stored.size,
        sha256=stored.sha256,
        update_existing=update_existing,
        commits_itself=True,
        layout=ColumnLayout(encoding=encoding).as_json(),
    )
    if not file_name:
        upload.file_name = f"{upload.pk}{suffix}"
    _begin(upload, by=by, also=also)
    return upload


def refuse_incomplete_catalogue() -> None:
    """Refuse every row while the catalogue lacks a field that every meter needs: its cells would be dropped unseen."""
    if core_faults():
        raise Refused(Problem("CATALOGUE_INCOMPLETE"))


def refuse_unsuitable(programs: Collection[str]) -> None:
    """Refuse programs that do not exist or that meters do not reach by upload."""
    known = {
        program.identifier: program.is_partner_created for program in Program.objects.filter(identifier__in=programs)
    }
    problems = [Problem("PROGRAM_UNKNOWN", "programs", name) for name in programs if name not in known]
    problems += [Problem("PROGRAM_NOT_BY_UPLOAD", "programs", name) for name, suits in known.items() if not suits]
    if problems:
        raise Refused(*problems)


def plain_file_name(name: str) -> str:
    """The last part of the name as the partner sent it, printable, at most 255 characters; only ever shown."""
    last = PurePath(name.replace("\\", "/")).name or "file"
    kept = "".join(char for char in last if char.isprintable())
    stem, suffix = PurePath(kept).stem, PurePath(kept).suffix
    return (stem[: 255 - len(suffix)] + suffix) or "file"


def keep_file(content: Iterable[bytes], *, folder: str, suffix: str, limit: int) -> files.StoredFile:
    """Keep what somebody sent, of at most `limit` bytes. Refuses: FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_STORED."""
    try:
        stored = files.store(content, folder=folder, suffix=suffix, limit=limit)
    except files.TooLarge:
        told = f"{limit // 1024 // 1024} MB"
        raise Refused(Problem("FILE_TOO_LARGE", "file", "", {"limit": told})) from None
    except OSError as error:
        raise Refused(Problem("FILE_NOT_STORED", "file")) from error
    if stored.size == 0:
        files.remove(stored.name)
        raise Refused(Problem("FILE_EMPTY", "file"))
    return stored


def _store(content: Iterable[bytes], *, partner: Partner, suffix: str) -> files.StoredFile:
    return keep_file(content, folder=f"uploads/{partner.pk}", suffix=suffix, limit=settings.UPLOAD_MAX_BYTES)


def _begin(upload: Upload, *, by: Actor, also: Callable[[Upload], object] | None = None) -> None:
    """Save the upload, its event and its check job together; without them the file goes."""
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
            record(
                "upload.received",
                subject=upload,
                partner=upload.partner,
                by=by,
                data={"file_name": upload.file_name, "size": upload.size, "sha256": upload.sha256},
            )
            enqueue("uploads.check", subject_id=upload.pk, partner=upload.partner)
            if also:
                also(upload)
    except BaseException:
        files.remove(upload.stored_name)
        raise
