"""The pages of files of interval data: send one, watch it being read, see what happened, mend what was wrong."""

from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.intervals.columns import column_guide, example_csv, is_published
from onboarding.intervals.domain import change_settings
from onboarding.intervals.downloads import FilePart, part_file, stored_file, upload_of_link
from onboarding.intervals.forms import IntervalSettingsForm, IntervalUploadFilter, IntervalUploadForm
from onboarding.intervals.ingest import keep_good_rows
from onboarding.intervals.models import DataType, IntervalUpload, Way
from onboarding.intervals.queries import can_keep_good_rows, error_groups, open_job, settings_of, uploads_of
from onboarding.intervals.receive import receive_interval_file
from onboarding.intervals.results import preview_of
from portal.events.queries import timeline
from portal.jobs.models import Job
from portal.jobs.time_left import time_left_text
from portal.partners.access import Access, manager, member
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.downloads import attachment
from portal.web.filters import chips_of, without
from portal.web.live import is_poll, takes_whole_page
from portal.web.notices import tell_refusal
from portal.web.pages import newest_first

_SECTION: Final = "intervals"
_PREVIEW_LINES: Final = 20
_WARNINGS: Final = 100


@require_safe
def upload_list(request: HttpRequest) -> HttpResponse:
    access = member(request)
    form = IntervalUploadFilter(request.GET)
    uploads = uploads_of(access.partner)
    if form.is_valid() and form.cleaned_data["state"]:
        uploads = uploads.filter(state=form.cleaned_data["state"])
    context = {
        "section": _SECTION,
        "form": form,
        "page": newest_first(uploads, request.GET, size=25),
        "chips": chips_of(request.GET, form),
        "query": without(request.GET, "page"),
    }
    return render(request, "intervals/uploads.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_new(request: HttpRequest) -> HttpResponse:
    access = member(request)
    corrects = _corrected(request, access)
    initial = {"data_type": corrects.data_type} if corrects else None
    form = IntervalUploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        file: UploadedFile = form.cleaned_data["file"]
        try:
            upload, is_new = receive_interval_file(
                file.chunks(),
                file_name=file.name or "",
                partner=access.partner,
                data_type=DataType(form.cleaned_data["data_type"]),
                way=Way.PAGE,
                by=access.actor,
                user=access.user,
                corrects=corrects,
            )
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error("file", f"{problem.text} {problem.remedy}")
        else:
            if not is_new:
                messages.info(
                    request, "You already sent this file a moment ago. Here’s that upload; nothing was sent twice."
                )
            return redirect("interval-upload", upload.pk)
    return render(
        request, "intervals/new.html", _form_context(access, form, corrects), status=422 if form.errors else 200
    )


def _form_context(access: Access, form: IntervalUploadForm, corrects: IntervalUpload | None) -> dict[str, Any]:
    guides = [
        {"type": kind, "columns": column_guide(kind, access.partner), "is_published": is_published(kind)}
        for kind in DataType
    ]
    return {
        "section": _SECTION,
        "form": form,
        "corrects": corrects,
        "guides": guides,
        "limit": settings.INTERVAL_MAX_BYTES,
        "wishes": settings_of(access.partner),
    }


def _corrected(request: HttpRequest, access: Access) -> IntervalUpload | None:
    """The upload whose lines the new file mends, as the address or the form says. Raises Http404."""
    text = request.POST.get("corrects") or request.GET.get("corrects")
    return get_object_or_404(uploads_of(access.partner), pk=as_uuid(text)) if text else None


@require_safe
def upload_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = member(request)
    upload = get_object_or_404(uploads_of(access.partner).select_related("corrects"), pk=pk)
    if is_poll(request) and upload.status.moving:
        return render(request, "intervals/_live.html", _progress(upload))
    page = render(request, "intervals/upload.html", _page_context(upload))
    return takes_whole_page(page) if is_poll(request) else page


def _progress(upload: IntervalUpload) -> dict[str, Any]:
    """How far the work is: it reads first, until it knows how many rows are good, then stores those."""
    job = open_job(upload) if upload.status.moving else None
    return {
        "upload": upload,
        "job": job,
        "lines": upload.count("lines"),
        "percent": upload.count("percent"),
        "is_read": "good" in upload.counts,
        "good": upload.count("good"),
        "stored": upload.count("stored"),
        "time_left": _time_left(upload, job) if job else "",
    }


def _time_left(upload: IntervalUpload, job: Job) -> str:
    """How fast the step at hand goes and how long it will take. The lines of a file are estimated from what is read."""
    if "good" in upload.counts:
        read_at = upload.count("read_at")
        since = datetime.fromtimestamp(read_at, UTC) if read_at else None
        return time_left_text(upload.count("stored"), upload.count("good"), since)
    lines, percent = upload.count("lines"), upload.count("percent")
    return time_left_text(lines, lines * 100 // percent, job.started_at) if percent else ""


def _page_context(upload: IntervalUpload) -> dict[str, Any]:
    context = {"section": _SECTION, **_progress(upload), "events": timeline(upload)[:20]}
    if upload.status.moving:
        return context
    names = ("new", "changed", "same", "newer", "repeated", "bad", "good", "meters")
    counts = {name: upload.count(name) for name in names}
    first_lines, is_limited = preview_of(upload, _PREVIEW_LINES)
    written = counts["new"] + counts["changed"] + counts["same"] + counts["newer"]
    return context | {
        "counts": counts,
        "changes_nothing": bool(counts["same"]) and written == counts["same"],
        "written": written,
        "kept_some": bool(written) and bool(upload.error_summary),
        "can_keep_good": can_keep_good_rows(upload),
        "problem": Problem.from_json(upload.problem) if upload.problem else None,
        "groups": error_groups(upload),
        "errors": upload.errors_count,
        "warnings": [Problem.from_json(warning) for warning in upload.warnings[:_WARNINGS]],
        "first_lines": first_lines,
        "is_limited": is_limited,
        "mended_by": list(upload.corrected_by.order_by("pk")[:_PREVIEW_LINES]),
    }


@require_POST
def upload_keep_good(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read a file that failed again, and store its good rows."""
    access = member(request)
    upload = get_object_or_404(uploads_of(access.partner), pk=pk)
    try:
        keep_good_rows(upload, by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("interval-upload", upload.pk)


@require_safe
def upload_file(request: HttpRequest, pk: UUID, part: str) -> HttpResponseBase:
    """The original, its lines to fix, its errors, or its feedback."""
    access = member(request)
    upload = get_object_or_404(uploads_of(access.partner), pk=pk)
    stem = PurePath(upload.published_name).stem
    match part:
        case "errors":
            return stored_file(upload.errors_name, f"{stem}.errors.csv")
        case "feedback":
            return stored_file(upload.feedback_name, f"{stem}.feedback.csv")
        case "lines-to-fix":
            return part_file(upload, FilePart.ERRORS)
        case "file":
            return part_file(upload, FilePart.ALL)
    raise Http404


@require_safe
def example_file(request: HttpRequest, schema: str) -> HttpResponse:
    access = member(request)
    kind = next(kind for kind in DataType if kind.schema == schema)
    return attachment(example_csv(kind, access.partner), f"interval-data-{schema}.csv", "text/csv; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def interval_settings(request: HttpRequest) -> HttpResponse:
    """What happens to the good rows of a file with errors."""
    access = manager(request)
    initial = {"keeps_good_rows": "yes" if settings_of(access.partner).keeps_good_rows else "no"}
    form = IntervalSettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        is_kept = form.cleaned_data["keeps_good_rows"] == "yes"
        changed = change_settings(access.partner, keeps_good_rows=is_kept, by=access.actor)
        messages.success(
            request, "Settings saved. They apply to files sent from now on." if changed else "Nothing changed."
        )
        return redirect("interval-settings")
    context = {"section": _SECTION, "form": form}
    return render(request, "intervals/settings.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def linked_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that a presigned link of the API leads to, for whoever has the link."""
    try:
        upload, part = upload_of_link(token)
    except Refused as refusal:
        problem = refusal.problems[0]
        return HttpResponse(f"{problem.text} {problem.remedy}\n", "text/plain; charset=utf-8", status=410)
    return part_file(upload, part)
