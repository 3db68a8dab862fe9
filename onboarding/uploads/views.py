"""The upload pages: send a file, watch its check, see what will happen, confirm, keep the receipt."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from onboarding.enrollment.queries import next_activations
from onboarding.spreadsheets.problems import ENCODING_ASSUMED
from onboarding.spreadsheets.reader import ENDINGS
from onboarding.spreadsheets.workbook import write_csv, write_table
from onboarding.uploads import queries
from onboarding.uploads.columns.encodings import encoding_choices, encoding_label, is_encoding_guessed
from onboarding.uploads.corrections.carrying import corrections_to_carry
from onboarding.uploads.corrections.rows import validate_open_rows
from onboarding.uploads.corrections.workbook import MOST_IN_WORKBOOK
from onboarding.uploads.forms import UploadForm
from onboarding.uploads.models import RowPlan, Upload, UploadProblem, UploadState
from onboarding.uploads.pipeline.check import recheck_upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload, upload_device, upload_sheet
from onboarding.uploads.pipeline.row_faults import NOT_A_METER
from onboarding.uploads.pipeline.withdraw import discard_upload, withdraw_until, withdraw_upload, withdrawal_outlook
from onboarding.uploads.row_list import RowFilter, rows_context
from onboarding.uploads.shown_values import first_values
from onboarding.uploads.stepper import steps
from portal.events.queries import timeline
from portal.partners.access import member
from portal.problems import Problem, Refused
from portal.web.downloads import csv_response, download_name, workbook_response
from portal.web.live import is_poll, leads_on, takes_whole_page
from portal.web.notices import tell_refusal
from portal.web.pages import newest_first
from programs.models import Program
from programs.queries import also_by_customers
from programs.schema import schema_for


@require_safe
def upload_list(request: HttpRequest) -> HttpResponse:
    access = member(request)
    page = newest_first(queries.files_of(access.partner), request.GET, size=25)
    named = {program for upload in page.rows for program in upload.programs}
    names = dict(Program.objects.filter(identifier__in=named).values_list("identifier", "name"))
    rows = [(upload, [names.get(program, program) for program in upload.programs]) for upload in page.rows]
    return render(request, "uploads/list.html", {"page": page, "rows": rows, "section": "uploads"})


def upload_new(request: HttpRequest) -> HttpResponse:
    access = member(request)
    chosen = request.GET.getlist("program")
    form = UploadForm(request.POST or None, request.FILES or None, initial={"programs": chosen})
    if request.method == "POST" and form.is_valid():
        file: UploadedFile = form.cleaned_data["file"]
        try:
            upload, is_new = receive_upload(
                file.chunks(),
                file_name=file.name or "",
                partner=access.partner,
                programs=form.cleaned_data["programs"],
                update_existing=form.cleaned_data["update_existing"],
                by=access.actor,
                user=access.user,
            )
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error("file" if problem.field == "file" else "programs", f"{problem.text} {problem.remedy}")
        else:
            if not is_new:
                messages.info(request, "You sent this file before. This is that upload; nothing was sent twice.")
            return redirect("upload", upload.pk)
    context = {
        "form": form,
        "section": "uploads",
        "max_mb": settings.UPLOAD_MAX_BYTES // 1024 // 1024,
        "max_rows": settings.UPLOAD_MAX_ROWS,
        "max_rows_whole": settings.UPLOAD_MAX_ROWS_WHOLE,
        "by_customers": also_by_customers(chosen) if chosen else [],
    }
    return render(request, "uploads/new.html", context, status=422 if form.errors else 200)


@require_safe
def upload_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    if is_poll(request) and upload.status.moving:
        return render(request, "uploads/_live.html", _page_context(request, upload))
    if upload.state == UploadState.COLUMNS:
        return leads_on(request, reverse("upload-columns", args=[upload.pk]))
    if upload.state == UploadState.MERGED and upload.corrects_id:
        _tell_merged(request, upload)
        return leads_on(request, reverse("upload", args=[upload.corrects_id]))
    page = render(request, "uploads/detail.html", _page_context(request, upload))
    return takes_whole_page(page) if is_poll(request) else page


def _outlook(upload: Upload, labels: dict[str, str]) -> dict[str, Any]:
    """The outlook of the rows in each program: those of the upload, and those that the assets could join besides."""
    ahead = next_activations(list(upload.outlook))
    names = dict(Program.objects.filter(identifier__in=upload.outlook).values_list("identifier", "name"))
    lines = [
        {
            **says,
            "program": name,
            "name": names.get(name, name),
            "next": ahead.get(name),
            "missing": [(labels.get(key, key), n) for key, n in sorted(says["missing"].items())],
        }
        for name, says in sorted(upload.outlook.items())
    ]
    return {
        "outlook": [line for line in lines if not line.get("could_join")],
        "could_join": [line for line in lines if line.get("could_join")],
        "ahead": ahead,
        "program_names": names,
    }


def _tell_merged(request: HttpRequest, correction: Upload) -> None:
    """Show what a workbook of corrected rows did, on the page of the upload that it corrected."""
    counts, left = correction.counts, correction.facts.get("not_taken", [])
    fixed, still, same = (counts.get(name, 0) for name in ("fixed", "still", "unchanged"))
    said = f"{correction.file_name}: rows fixed: {fixed:,}, still not right: {still:,}, as they were: {same:,}."
    messages.success(request, said)
    if left:
        listed = ", ".join(map(str, left[:20]))
        messages.warning(
            request,
            f"Its rows {listed} were not taken: the row key is missing or stands twice, or the row is written already.",
        )


def _page_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    context: dict[str, Any] = {"upload": upload, "section": "uploads", "steps": steps(upload)}
    context["job"] = queries.open_job(upload) if upload.status.moving else None
    context["withdraw_until"] = withdraw_until(upload)
    to_fix = upload.count(RowPlan.NEEDS_FIXING) + upload.count(RowPlan.DUPLICATE)
    context["workbook_holds"] = MOST_IN_WORKBOOK if to_fix > MOST_IN_WORKBOOK else 0
    context["accepted"] = ",".join(ENDINGS)
    context["can_fix"] = upload.state in {UploadState.READY, UploadState.DONE}
    context["receipt"] = queries.receipt_of(upload) if upload.rounds and upload.state in {"ready", "done"} else None
    if upload.state in {"ready", "done", "committing", "withdrawn"} and upload.counts:
        labels = labels_of(upload)
        shown = [(plan, upload.count(plan.value)) for plan in RowPlan]
        context["counts"] = [
            (plan, count) for plan, count in shown if count or plan not in {RowPlan.LEFT_OUT, RowPlan.NOT_A_METER}
        ]
        context["to_write"] = queries.to_write(upload)
        context["good"] = sum(context["to_write"].get(plan.value, 0) for plan in (RowPlan.CREATE, RowPlan.UPDATE))
        context["problem_groups"] = groups = queries.problem_groups(upload)
        context["not_meters"] = [group for group in groups if group.code == NOT_A_METER]
        context["not_meter_rows"] = queries.not_meters(upload) if context["not_meters"] else []
        context["groups"] = [group for group in groups if group.blocks and group.code != NOT_A_METER]
        context["warnings"] = [group for group in groups if not group.blocks]
        context["carried"] = corrections_to_carry(upload)
        context["can_update"] = _can_update(upload)
        context["unknown"] = sum(group.rows for group in groups if group.code == "REFERENCE_UNKNOWN")
        context["first_values"] = first_values(upload, schema_for())
        context |= _outlook(upload, labels)
        can_match = upload.state == UploadState.READY and not upload.confirmed_at and upload.columns
        context["unlisted"] = sum(group.rows for group in groups if group.code == "UNKNOWN_CHOICE") if can_match else 0
        context["unknown_columns"] = queries.unused_columns(upload)
        notes = upload.facts.get("notes", [])
        context["other_sheets"] = queries.other_sheets(upload)
        context["other_devices"] = queries.other_devices(upload)
        context["notes"] = [
            Problem(note["code"], context=note["context"]).text for note in notes if note["code"] != ENCODING_ASSUMED
        ]
        context |= {"encodings": encoding_choices(upload), "is_encoding_guessed": is_encoding_guessed(upload.facts)}
        context["notes"] += queries.reading_notes(upload, labels)
    if upload.state in {"ready", "done", "withdrawn"}:
        names = {(group.code, group.field): group.example.group for group in context.get("problem_groups", [])}
        asked = RowFilter.from_query(request.GET)
        programs = context.get("program_names", {})
        context |= rows_context(upload, asked, schema_for(), context.get("ahead", {}), names, programs)
    context["encoding_label"] = encoding_label(upload.facts.get("encoding", ""))
    context["events"] = timeline(upload)[:20]
    return context


def _can_update(upload: Upload) -> int:
    """How many duplicates would change the meter that has their reference, if the upload were to update meters."""
    if upload.update_existing or upload.confirmed_at or not upload.count(RowPlan.DUPLICATE):
        return 0
    return UploadProblem.objects.filter(upload=upload, code="DUPLICATE_REF_ID").count()


def labels_of(upload: Upload) -> dict[str, str]:
    """Field key to label, for the upload's programs."""
    return {column.key: column.name for column in schema_for(upload.programs).columns}


@require_POST
def upload_other_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read another sheet of the workbook, as an upload of its own."""
    return _read_also(request, pk, "sheet", upload_sheet)


@require_POST
def upload_other_device(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make meters of another device of each row, in an upload of its own."""
    return _read_also(request, pk, "device", upload_device)


def _read_also(request: HttpRequest, pk: UUID, what: str, read: Callable[..., tuple[Upload, bool]]) -> HttpResponse:
    """Read another part of the file, which the form names."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    try:
        other, is_new = read(upload, request.POST.get(what, ""), by=access.actor, user=access.user)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect("upload", upload.pk)
    if not is_new:
        messages.info(request, f"This {what} was read before. This is that upload; nothing was sent twice.")
    return redirect("upload", other.pk)


@require_POST
def upload_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    try:
        confirm_upload(upload, by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("upload", upload.pk)


@require_POST
def upload_recheck(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    try:
        if upload.rounds:
            validate_open_rows(upload, by=access.actor, only_refused=request.POST.get("rows") == queries.REFUSED)
        else:
            chosen = {name: True for name in ("update_existing", "creates_unknown") if request.POST.get(name) == "yes"}
            recheck_upload(upload, by=access.actor, **chosen)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("upload", upload.pk)


@require_POST
def upload_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    try:
        discard_upload(upload, by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("upload", upload.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, with what it would do; then take the upload back."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    if request.method == "POST":
        try:
            withdraw_upload(upload, by=access.actor)
        except Refused as refusal:
            tell_refusal(request, refusal)
        return redirect("upload", upload.pk)
    until = withdraw_until(upload)
    if until is None:
        return redirect("upload", upload.pk)
    context = {"upload": upload, "section": "uploads", "until": until, "would": withdrawal_outlook(upload)}
    return render(request, "uploads/withdraw.html", context)


@require_safe
def upload_receipt_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt as a document to print; 404 until a confirmation has been written."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    if not upload.rounds:
        raise Http404
    names = Program.objects.filter(identifier__in=upload.programs).order_by("name").values_list("name", flat=True)
    context = {"section": "uploads", "upload": upload, "receipt": queries.receipt_of(upload), "programs": list(names)}
    return render(request, "uploads/receipt.html", context)


@require_GET
def upload_receipt(request: HttpRequest, pk: UUID, format: str) -> HttpResponseBase:
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    name = download_name(access.partner, "receipt", upload.pk.hex[-8:], suffix=format)
    lines = queries.receipt_lines(upload)
    if format == "csv":
        return csv_response(write_csv(queries.RECEIPT_HEADER, lines), name)
    return workbook_response(
        lambda file: write_table(file, title="Receipt", header=queries.RECEIPT_HEADER, rows=lines), name
    )
