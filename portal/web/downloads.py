"""Answers that are files."""

import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from typing import IO

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.utils.text import slugify

from portal.partners.models import Partner
from portal.storage import files
from portal.web import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download_name(partner: Partner, *words: str, suffix: str, day: date | None = None) -> str:
    """A file name that says whose, what and of which day, which is today unless given."""
    on = (day or clock.now().date()).isoformat()
    return f"{'-'.join(slugify(word) for word in (partner.slug, *words, on) if word)}.{suffix}"


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def stored_file(name: str, *, file_name: str, content_type: str, as_attachment: bool = True) -> FileResponse:
    """A stored file as an answer. Raises Http404 when it is not there.

    Wherever it is stored, it goes through us: who may have it is decided in one place, and our headers go with it.
    """
    try:
        file = files.open_file(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, as_attachment=as_attachment, filename=file_name, content_type=content_type)
    if "Content-Length" not in response:  # a file that is cut off is then seen to be
        response["Content-Length"] = files.size_of(name)
    return response


def workbook_response(write: Callable[[IO[bytes]], object], name: str) -> FileResponse:
    """A workbook that `write` puts into a temporary file, however large."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def csv_response(lines: Iterable[bytes], name: str) -> StreamingHttpResponse:
    """CSV text, streamed as it is made."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
