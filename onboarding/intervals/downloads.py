"""The files of an upload as downloads: the original, its bad lines, its errors; and links that need no sign-in."""

from datetime import timedelta
from pathlib import PurePath
from typing import Any, Final

from django.core import signing
from django.db import models
from django.http import FileResponse, Http404
from django.urls import reverse

from onboarding.intervals.models import IntervalUpload
from portal.problems import Problem, Refused
from portal.web import downloads

LINK_WORKS_FOR: Final = timedelta(minutes=5)
NO_STORE: Final = "no-cache, no-store, must-revalidate, private"
_SALT: Final = "onboarding.intervals.downloads"


class FilePart(models.TextChoices):
    """Which lines of the original file."""

    ALL = "all", "The original file"
    ERRORS = "errors", "The header and the lines with errors"


def name_of_part(upload: IntervalUpload, part: FilePart) -> str:
    """The stored file that has these lines; "" where there is none."""
    return upload.bad_lines_name if part == FilePart.ERRORS else upload.stored_name


def stored_file(name: str, shown_name: str) -> FileResponse:
    """A stored file as a download that nobody keeps. Raises Http404 when there is none.

    It is text and nothing else, whatever a browser would make of it: a partner's own words may be in it.
    """
    if not name:
        raise Http404
    response = downloads.stored_file(name, file_name=shown_name, content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = NO_STORE
    return response


def part_file(upload: IntervalUpload, part: FilePart) -> FileResponse:
    """The lines as a download. Raises Http404."""
    stem = PurePath(upload.file_name).stem
    shown = f"{stem}-lines-to-fix.csv" if part == FilePart.ERRORS else upload.file_name
    return stored_file(name_of_part(upload, part), shown)


def signed_link(upload: IntervalUpload, part: FilePart) -> str:
    """A path that gives the lines to whoever has it, for LINK_WORKS_FOR. It names the partner and the upload."""
    named = {"partner": str(upload.partner_id), "upload": str(upload.pk), "part": part.value}
    return reverse("interval-file", kwargs={"token": signing.dumps(named, salt=_SALT)})


def upload_of_link(token: str) -> tuple[IntervalUpload, FilePart]:
    """What a link leads to. Raises Http404 for one that is not ours, or whose partner is not active.

    Refuses INTERVAL_LINK_EXPIRED.
    """
    try:
        named: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=LINK_WORKS_FOR)
    except signing.SignatureExpired:
        minutes = LINK_WORKS_FOR // timedelta(minutes=1)
        raise Refused(Problem("INTERVAL_LINK_EXPIRED", context={"minutes": minutes})) from None
    except signing.BadSignature:
        raise Http404 from None
    uploads = IntervalUpload.objects.filter(partner_id=named["partner"], partner__is_active=True)
    upload = uploads.filter(pk=named["upload"]).first()
    if upload is None:
        raise Http404
    return upload, FilePart(named["part"])
