"""The pages of the columns: match them for one upload; see, change and forget what is remembered."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.spreadsheets.cells import column_letters
from onboarding.spreadsheets.headers import UNKNOWN, normalized
from onboarding.spreadsheets.table import NO_HEADER, looks_like_row
from onboarding.uploads import queries
from onboarding.uploads.columns.choices import constant_inputs, options_of, posted_columns, posted_constants
from onboarding.uploads.columns.domain import ask_again, choose_columns, look_elsewhere
from onboarding.uploads.columns.memory import change_memory, forget, memories_of
from onboarding.uploads.columns.propose import ALIKE, VALUES, certainty, missing
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.stepper import steps
from portal.partners.access import member
from portal.problems import Refused
from portal.web.notices import tell_refusal
from portal.web.pages import newest_first
from programs.schema import Schema, schema_for

_DOUBTFUL_FIRST = {VALUES: 0, ALIKE: 0, UNKNOWN: 1}


@require_http_methods(["GET", "HEAD", "POST"])
def upload_columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Match each column with a field."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    if upload.state != UploadState.COLUMNS:
        return redirect("upload", upload.pk)
    if request.method != "POST":
        return render(request, "uploads/columns.html", _columns_context(upload))
    columns, constants = posted_columns(request.POST), posted_constants(request.POST)
    try:
        choose_columns(upload, columns, constants, by=access.actor)
    except Refused as refusal:
        context = _columns_context(upload, columns, constants) | {"problems": refusal.problems}
        return render(request, "uploads/columns.html", context, status=422)
    return redirect("upload", upload.pk)


@require_POST
def upload_columns_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the columns of an upload that was checked without asking, or read another sheet or header row of it."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    sheet, row = request.POST.get("sheet", ""), request.POST.get("header_row", "")
    by = access.actor
    try:
        if sheet or row:
            names = {sheet["name"] for sheet in upload.facts.get("sheets", [])}
            header_row = int(row) if row.isascii() and row.isdigit() and len(row) < 8 else None
            look_elsewhere(upload, sheet=sheet if sheet in names else None, header_row=header_row, by=by)
        else:
            ask_again(upload, by=by)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("upload", upload.pk)


def _columns_context(
    upload: Upload, columns: dict[int, str] | None = None, constants: dict[str, str] | None = None
) -> dict[str, Any]:
    """The page's content; `columns` and `constants` are what a person just sent, when that is to be shown again."""
    schema, layout = schema_for(upload.programs), upload.column_layout
    chosen = {column["index"]: column["key"] for column in upload.columns} | (columns or {})
    lines: list[dict[str, Any]] = []
    for column in upload.columns:
        word, tone = certainty(column["how"], column.get("score", 100))
        letter = column_letters(column["index"])
        lines.append({**column, "key": chosen[column["index"]], "letter": letter, "word": word, "tone": tone})
    lines.sort(key=lambda line: _DOUBTFUL_FIRST.get(line["how"], len(_DOUBTFUL_FIRST)))  # else in the sheet's order
    targets = list(chosen.values())
    needed = missing(targets, (), schema, updates=upload.update_existing)
    held = dict(layout.constants) | (constants or {})
    counted = [target for target in targets if target]
    return {
        "upload": upload,
        "section": "uploads",
        "steps": steps(upload),
        "lines": lines,
        "options": options_of(schema, targets),
        "constants": constant_inputs(schema, [*needed, *(key for key in held if key not in needed)], held, upload),
        "doubled": sorted({_label(schema, key) for key in counted if counted.count(key) > 1}),
        "guesses": sum(1 for line in lines if line["key"] and line["how"] in {ALIKE, VALUES}),
        "unused": sum(1 for line in lines if not line["key"]),
        "sheets": [sheet["name"] for sheet in upload.facts.get("sheets", []) if not sheet["hidden"]],
        "alike": upload.facts.get("alike", []),
        "top": upload.facts.get("top", []),
        "no_names": layout.header_row == NO_HEADER,
        "looks_like_row": layout.header_row is None and looks_like_row([line["header"] for line in lines]),
    }


def _label(schema: Schema, key: str) -> str:
    return str(schema.column(key).label) if schema.knows(key) else "Whole address"


@require_safe
def memory_list(request: HttpRequest) -> HttpResponse:
    access = member(request)
    page = newest_first(memories_of(access.partner), request.GET, size=25)
    return render(request, "uploads/memories.html", {"page": page, "section": "uploads"})


@require_http_methods(["GET", "HEAD", "POST"])
def memory_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """See and change what is remembered for one set of headers."""
    access = member(request)
    memory = get_object_or_404(memories_of(access.partner), pk=pk)
    schema = schema_for()
    names = [normalized(header) for header in memory.headers]
    if request.method == "POST":
        posted = posted_columns(request.POST)
        known = {value for _, options in options_of(schema, ()) for value, _ in options} | set(memory.columns.values())
        columns = {
            name: posted[index] if posted.get(index, "") in known else ""
            for index, name in enumerate(names)
            if name and index in posted
        }
        held = {key: text for key, text in posted_constants(request.POST).items() if text.strip() and schema.knows(key)}
        change_memory(memory, columns, held, by=access.actor)
        messages.success(request, "Saved. The next sheet with these headers is read this way.")
        return redirect("column-memories")
    lines = [
        {"index": index, "header": header, "letter": "", "key": memory.columns.get(name, "")}
        for index, (header, name) in enumerate(zip(memory.headers, names, strict=True))
    ]
    context = {
        "memory": memory,
        "section": "uploads",
        "lines": lines,
        "options": options_of(schema, list(memory.columns.values())),
        "constants": constant_inputs(schema, list(memory.constants), memory.constants, None),
    }
    return render(request, "uploads/memory.html", context)


@require_POST
def memory_forget(request: HttpRequest, pk: int) -> HttpResponse:
    access = member(request)
    memory = get_object_or_404(memories_of(access.partner), pk=pk)
    forget(memory, by=access.actor)
    messages.success(request, "Forgotten. The next sheet with these headers is matched anew.")
    return redirect("column-memories")
