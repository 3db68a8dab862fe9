"""Receiving a file of interval data: keep it safely, make one upload of it, queue its reading."""

import re
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from onboarding.intervals.models import (
    DataType,
    IntervalSettings,
    IntervalSource,
    IntervalUpload,
    IntervalUploadState,
    SourceKind,
    Way,
)
from onboarding.uploads.pipeline.receive import keep_file, plain_file_name
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import enqueue
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from portal.storage import files

ENDINGS: Final = (".csv", ".txt", ".gz", ".parquet", ".xlsx")  # .gz: of a CSV
_NOT_PUBLISHED = re.compile(r"[^A-Za-z0-9._-]+")


def receive_interval_file(
    content: Iterable[bytes],
    *,
    file_name: str,
    partner: Partner,
    data_type: DataType,
    way: Way,
    by: Actor,
    user: User | None = None,
    corrects: IntervalUpload | None = None,
    pk: UUID | None = None,
    also: Callable[[IntervalUpload], object] | None = None,
) -> tuple[IntervalUpload, bool]:
    """Keep a file and queue its reading; returns the upload and whether it is new.

    A person who sends the same bytes again while the first are still being worked on finds the first. Otherwise each
    file is an upload of its own: what it holds may have been corrected meanwhile. corrects: the upload whose bad lines
    the file is said to mend. pk: the ID that the upload gets, where the caller must know it before. also: what is done
    with the upload in the transaction that saves it.
    Refuses (Refused): INTERVAL_FILE_TYPE, FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_STORED; then nothing is kept.
    """
    file_name = plain_file_name(file_name)
    ending = PurePath(file_name).suffix.lower()
    if ending not in ENDINGS:
        raise Refused(Problem("INTERVAL_FILE_TYPE", "file", file_name, {"name": file_name}))
    stored = keep_file(content, folder=f"intervals/{partner.pk}", suffix=ending, limit=settings.INTERVAL_MAX_BYTES)
    upload = IntervalUpload(
        partner=partner,
        way=way,
        actor=by.as_json(),
        user=user,
        file_name=file_name,
        published_name=published_name(file_name),
        stored_name=stored.name,
        size=stored.size,
        sha256=stored.sha256,
        data_type=data_type,
        corrects=corrects,
        **({"pk": pk} if pk else {}),
    )
    try:
        with transaction.atomic():
            earlier = _being_read(upload) if way == Way.PAGE else None
            if earlier is None:
                _begin(upload, by=by)
                if also:
                    also(upload)
    except BaseException:
        files.remove(stored.name)
        raise
    if earlier is not None:
        files.remove(stored.name)
        return earlier, False
    return upload, True


def published_name(file_name: str) -> str:
    """The name as a part of a published path, which takes letters, digits, dots, dashes and underscores alone."""
    return _NOT_PUBLISHED.sub("_", file_name).lstrip(".") or "file"


def _being_read(upload: IntervalUpload) -> IntervalUpload | None:
    same = IntervalUpload.objects.filter(
        partner=upload.partner,
        sha256=upload.sha256,
        data_type=upload.data_type,
        state__in=[IntervalUploadState.QUEUED, IntervalUploadState.PROCESSING],
    )
    return same.order_by("created_at").first()


def _begin(upload: IntervalUpload, *, by: Actor) -> None:
    wishes = IntervalSettings.objects.filter(partner=upload.partner).first()
    upload.keeps_good_rows = bool(wishes and wishes.keeps_good_rows)
    upload.save(force_insert=True)
    # Sources are numbered as they come: a value never gives way to one that came before it, whichever is stored first.
    IntervalSource.objects.create(partner=upload.partner, kind=SourceKind.PARTNER, upload=upload)
    record(
        "intervals.received",
        subject=upload,
        partner=upload.partner,
        by=by,
        data={"file_name": upload.file_name, "size": upload.size, "sha256": upload.sha256},
    )
    enqueue("intervals.ingest", subject_id=upload.pk, partner=upload.partner)
