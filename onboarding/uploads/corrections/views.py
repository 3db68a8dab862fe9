"""The pages that correct rows: one problem at a time in the page, or all of them in a workbook."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from onboarding.spreadsheets.workbook import write_rows_to_fix
from onboarding.uploads import queries
from onboarding.uploads.corrections import page
from onboarding.uploads.corrections.carrying import carry_over
from onboarding.uploads.corrections.row import form_of, save
from onboarding.uploads.corrections.rows import CorrectionResult, correct_rows, is_open, leave_out
from onboarding.uploads.corrections.workbook import fix_columns, fix_rows
from onboarding.uploads.forms import UploadForm
from onboarding.uploads.models import RowPlan, Upload, UploadProblem, UploadRow, UploadState
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.row_faults import AS_IT_IS, ROW
from portal.events.actors import Actor
from portal.partners.access import member
from portal.problems import Refused
from portal.web.downloads import download_name, workbook_response
from portal.web.notices import tell_refusal
from programs.schema import Column, schema_for

_OPEN = {UploadState.READY, UploadState.DONE}


@require_http_methods(["GET", "HEAD", "POST"])
def upload_fix(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mend the rows with one problem: cell by cell, all with one value, from a pasted column, or as suggested.

    Whatever button is pressed, everything that was typed is taken. Values that are wrong again come back with the page.
    """
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    code, field = request.GET.get("code", "")[:40], request.GET.get("field", "")[:128]
    schema = schema_for(upload.programs)
    problems, total = page.problems_of(upload, code, field) if upload.state in _OPEN else ([], 0)
    if not schema.knows(field) or (not problems and request.method != "POST"):
        return redirect("upload", upload.pk)
    wrong: list[UploadProblem] = []
    if request.method == "POST":
        try:
            wrong = page.still_wrong(upload, _correct(request, upload, problems, code, field, by=access.actor), field)
        except Refused as refusal:
            tell_refusal(request, refusal)
        problems, total = page.problems_of(upload, code, field)
        total += len({line.row_number for line in wrong} - {line.row_number for line in problems})
        if not wrong:
            return redirect(_further(request) if problems else reverse("upload", args=[upload.pk]))
    context = _fix_context(request, upload, problems, wrong, schema.column(field)) | {"total": total}
    return render(request, "uploads/fix.html", context, status=422 if wrong else 200)


def _further(request: HttpRequest) -> str:
    """The page to go on with: the next rows when they were asked for, else this one."""
    after = request.POST.get("do", "").removeprefix("next-")
    if after.isascii() and after.isdigit() and len(after) < 10:
        place = {name: request.GET.get(name, "") for name in ("code", "field")}
        return f"?{urlencode(place | {'after': after})}"
    return request.get_full_path()


def _correct(
    request: HttpRequest, upload: Upload, problems: list[UploadProblem], code: str, field: str, *, by: Actor
) -> list[int]:
    """Take everything that was typed, do what the pressed button asks for, and show what came of it.

    What was typed into a row goes before a pasted line, that before the one value for all, and that before what a
    button does to the other rows. Returns the rows that something was written into.
    """
    numbers = list(dict.fromkeys(line.row_number for line in problems))
    way = request.POST.get("do", "save")
    shown = {row.number: row.now for row in page.open_rows_of(upload, page.sent(upload, request.POST, field), field)}
    changes, clashes = page.typed(request.POST, shown, field)
    taken: page.Changes = dict(page.accepted(upload, problems, field, way[7:])) if way.startswith("accept-") else {}
    if fill := request.POST.get("fill", "").strip():
        taken |= page.filled(fill, numbers, field)
    elif way == "fill":
        messages.error(request, "Write the value that all rows are to have.")
    lines, beyond = page.pasted(request.POST.get("paste", ""), numbers, field)
    taken |= lines | changes
    for number in clashes:
        taken.pop(number, None)
    if taken:
        understood = page.taken_apart(taken, code, field, schema_for(upload.programs))
        _tell(request, correct_rows(upload, understood, by=by))
    if way == "leave-out":
        rest = [number for number in numbers if number not in taken and number not in clashes]
        _tell(request, leave_out(upload, rest, by=by), "left out")
    elif not taken and not clashes and way == "save":
        messages.info(request, "Nothing was changed.")
    if beyond:
        messages.warning(request, f"Pasted lines without a row, which were not used: {beyond}.")
    if clashes:
        listed = ", ".join(map(str, clashes[:20]))
        messages.warning(request, f"Somebody else changed these rows meanwhile, so they were left: {listed}.")
    return list(taken)


def _tell(request: HttpRequest, corrected: CorrectionResult, word: str = "fixed") -> None:
    if corrected.fixed:
        messages.success(request, f"{_rows(corrected.fixed)} {word}.")
    if corrected.still:
        messages.warning(request, f"{_rows(corrected.still)} changed, but still not right.")
    if not corrected.fixed and not corrected.still:
        messages.info(request, "Nothing was changed.")


def _rows(count: int) -> str:
    return f"{count:,} row" + ("" if count == 1 else "s")


def _fix_context(
    request: HttpRequest, upload: Upload, problems: list[UploadProblem], wrong: list[UploadProblem], column: Column
) -> dict[str, Any]:
    """The rows to correct; those that came out wrong first, if any."""
    others = {line.row_number for line in wrong}
    problems = [*wrong, *(line for line in problems if line.row_number not in others)]
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    later = [line for line in problems if line.row_number > start or line.row_number in others]
    numbers = list(dict.fromkeys(line.row_number for line in later))
    shown = set(numbers[: page.ROWS_PER_PAGE])
    more = len(numbers) > page.ROWS_PER_PAGE
    place: dict[str, str | int] = {"code": request.GET.get("code", ""), "field": column.key}
    choices = list(column.choices) or ([("yes", "Yes"), ("no", "No")] if column.type == "boolean" else [])
    example = problems[0].problem
    return {
        "upload": upload,
        "section": "uploads",
        "column": column,
        "choices": choices,
        "example": example,
        "blocks": problems[0].blocks,
        "at_once": len({line.row_number for line in problems}),
        "rows": page.open_rows_of(upload, [line for line in later if line.row_number in shown], column.key),
        "suggestions": page.suggestions_of(problems, column.key, schema_for(upload.programs)),
        "next_after": max(shown) if more and shown else 0,
        "wrong": others,
        "place": urlencode(place),
    }


@require_POST
def upload_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide for all rows with the same problem of the row as a whole, or for one of them: take them as they are, or
    leave them out."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    problems, _ = page.problems_of(upload, request.POST.get("code", "")[:40], ROW)
    numbers = list(dict.fromkeys(line.row_number for line in problems))
    if only := request.POST.get("row", ""):
        numbers = [number for number in numbers if str(number) == only]
    try:
        if request.POST.get("do") == "leave-out":
            _tell(request, leave_out(upload, numbers, by=access.actor), "left out")
        else:
            taken = {number: {ROW: AS_IT_IS} for number in numbers}
            _tell(request, correct_rows(upload, taken, by=access.actor), "taken as they are")
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("upload", upload.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_row(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One row as a form. htmx gets the form alone, to put it into the list of rows.

    The query string is that of the list: there it goes back to.
    """
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    row = get_object_or_404(UploadRow, upload=upload, number=number)
    back = f"{reverse('upload', args=[upload.pk])}?{request.GET.urlencode()}#rows"
    if not is_open(row, upload):
        messages.info(request, f"Row {number} cannot be changed any more.")
        return HttpResponseClientRefresh() if request.htmx else redirect(back)  # type: ignore[attr-defined]  # set by django-htmx
    clashes: list[str] = []
    if request.method == "POST":
        try:
            clashes = save(upload, row, request.POST, by=access.actor)
        except Refused as refusal:
            tell_refusal(request, refusal)
            return redirect(back)
        if clashes:
            listed = ", ".join(clashes)
            messages.warning(request, f"Somebody else changed these fields meanwhile, so they were left: {listed}.")
        row = UploadRow.objects.get(upload=upload, number=number)
    form = form_of(upload, row)
    if request.method == "POST" and not form.wrong and not clashes:
        messages.success(request, f"Row {number} was saved and checked.")
        return redirect(back)
    context = {"upload": upload, "section": "uploads", "row": row, "form": form, "back": back}
    context |= {"is_error": request.method == "POST", "list_query": request.GET.urlencode()}
    template = "uploads/_row_form.html" if request.htmx else "uploads/row.html"  # type: ignore[attr-defined]  # set by django-htmx
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@require_POST
def upload_carry_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Use the corrections that were made to an earlier upload of the same file."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    try:
        carried = carry_over(upload, source=request.POST.get("from", ""), by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect("upload", upload.pk)
    used = f"{carried.count:,} correction" + ("" if carried.count == 1 else "s")
    messages.success(request, f"{used} of {carried.source.file_name} used.")
    if carried.unfit:
        listed = ", ".join(map(str, carried.unfit[:20]))
        left = f"{_rows(len(carried.unfit))} of {carried.source.file_name} could not be corrected here"
        messages.warning(request, f"{left}, because the row is another one or is missing: {listed}.")
    return redirect("upload", upload.pk)


@require_POST
def upload_take_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the rows that were left out in again."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    numbers = UploadRow.objects.filter(upload=upload, plan=RowPlan.LEFT_OUT).values_list("number", flat=True)
    try:
        corrected = leave_out(upload, list(numbers[:5000]), left_out=False, by=access.actor)
        messages.success(request, f"{_rows(corrected.fixed + corrected.still)} taken in again.")
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("upload", upload.pk)


@require_GET
def upload_to_fix(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The workbook of the rows that need fixing."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    name = download_name(access.partner, "rows-to-fix", upload.pk.hex[-8:], suffix="xlsx")
    columns = fix_columns(upload)
    return workbook_response(
        lambda file: write_rows_to_fix(
            cast(BinaryIO, file),
            title=f"Rows to fix of {upload.file_name}",
            columns=[column.as_written for column in columns],
            rows=fix_rows(upload, columns),
        ),
        name,
    )


@require_POST
def upload_fixed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the corrected workbook back: each of its rows replaces the row that it came from."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    form = UploadForm({}, request.FILES)
    form.is_valid()
    file: UploadedFile | None = form.cleaned_data.get("file")
    if file is None:
        messages.error(request, "Select the workbook with the fixed rows.")
        return redirect("upload", upload.pk)
    try:
        correction, is_new = receive_upload(
            file.chunks(),
            file_name=file.name or "",
            partner=access.partner,
            programs=upload.programs,
            update_existing=upload.update_existing,
            by=access.actor,
            user=access.user,
            corrects=upload,
        )
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect("upload", upload.pk)
    if not is_new:
        messages.info(request, "You sent this workbook before; this is what it did then.")
    return redirect("upload", correction.pk)
