"""The pages of the columns: match them for one upload; see, change and forget what is remembered."""

from collections.abc import Iterable, Mapping
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
from onboarding.uploads.columns.choices import (
    constant_inputs,
    label_of,
    options_of,
    places_of,
    posted_columns,
    posted_constants,
    posted_joined,
)
from onboarding.uploads.columns.domain import ask_again, choose_columns, choose_encoding, look_elsewhere
from onboarding.uploads.columns.encodings import encoding_choices
from onboarding.uploads.columns.memory import change_memory, forget, memories_of
from onboarding.uploads.columns.propose import (
    ALIKE,
    REMEMBERED,
    VALUES,
    certainties,
    doubles,
    lacking,
    missing,
)
from onboarding.uploads.columns.values import OpenValue, choose_values, name_of, open_values, posted_values
from onboarding.uploads.devices import columns_of_devices
from onboarding.uploads.layout import covers, parts_of
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.stepper import steps
from portal.partners.access import member
from portal.problems import Refused
from portal.web.notices import tell_refusal
from portal.web.pages import newest_first
from programs.queries import only_answers
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
    joined, encoding = posted_joined(request.POST), request.POST.get("encoding", "")
    choose = choose_encoding if request.POST.get("do") == "read-again" else choose_columns
    try:
        choose(upload, columns=columns, constants=constants, joined=joined, encoding=encoding, by=access.actor)
    except Refused as refusal:
        context = _columns_context(upload, columns, constants)
        context |= {"problems": refusal.problems, "joined": joined, "encoding": encoding or context["encoding"]}
        return render(request, "uploads/columns.html", context, status=422)
    return redirect("upload", upload.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_values(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what each text means that is not on its field's list."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    if upload.state != UploadState.READY or upload.confirmed_at:
        return redirect("upload", upload.pk)
    values = open_values(upload)
    context: dict[str, Any] = {"upload": upload, "section": "uploads"}
    if request.method == "POST":
        chosen = posted_values(values, request.POST)
        try:
            choose_values(upload, chosen, by=access.actor)
        except Refused as refusal:
            context |= {"problems": refusal.problems, "lines": _value_lines(chosen)}
            return render(request, "uploads/values.html", context, status=422)
        return redirect("upload", upload.pk)
    context["lines"] = _value_lines((value, value.suggestion) for value in values)
    return render(request, "uploads/values.html", context)


def _value_lines(chosen: Iterable[tuple[OpenValue, str]]) -> list[dict[str, Any]]:
    return [{"name": name_of(value), "value": value, "selected": choice} for value, choice in chosen]


@require_POST
def upload_columns_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the columns of an upload that was checked without asking, or read another sheet or header row of it, or in
    another encoding."""
    access = member(request)
    upload = get_object_or_404(queries.uploads_of(access.partner), pk=pk)
    sheet, row = request.POST.get("sheet", ""), request.POST.get("header_row", "")
    by = access.actor
    try:
        if encoding := request.POST.get("encoding", ""):
            choose_encoding(upload, encoding, by=by)
        elif sheet or row:
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
    chosen = columns if columns is not None else {column["index"]: column["key"] for column in upload.columns}
    lines: list[dict[str, Any]] = []
    sure = certainties(
        [(c["index"], chosen.get(c["index"], ""), c["how"], c.get("score", 100)) for c in upload.columns], layout.joined
    )
    for column in upload.columns:
        word, tone = sure[column["index"]]
        letter = column_letters(column["index"])
        earlier = " and ".join(label_of(part, schema) for part in parts_of(column.get("earlier", "")))
        texts = {"letter": letter, "word": word, "tone": tone, "earlier": earlier}
        lines.append({**column, **_selected(chosen.get(column["index"], "")), **texts})
    lines.sort(key=lambda line: _DOUBTFUL_FIRST.get(line["how"], len(_DOUBTFUL_FIRST)))  # else in the sheet's order
    targets = list(chosen.values())
    places = places_of(chosen)
    held = dict(layout.constants) | (constants or {})
    needed = missing(targets, (), schema, updates=upload.update_existing)
    asked = [] if upload.update_existing else lacking(places, schema)
    blanks = [] if upload.update_existing else _implied_blanks(upload, chosen)
    keys = list(dict.fromkeys([*needed, *asked, *blanks, *held]))
    return {
        "upload": upload,
        "section": "uploads",
        "steps": steps(upload),
        "lines": lines,
        "options": options_of(schema, targets),
        "constants": constant_inputs(schema, keys, held, upload.programs, places),
        "needed": set(needed),
        "devices": list(columns_of_devices(queries.headers_of(upload))),
        "joined": layout.joined,
        "doubled": _doubled(upload, chosen, schema),
        "remembered": any(line["how"] == REMEMBERED for line in lines),
        "guesses": sum(1 for line in lines if line["key"] and line["how"] in {ALIKE, VALUES}),
        "unused": sum(1 for line in lines if not line["key"]),
        "sheets": [sheet["name"] for sheet in upload.facts.get("sheets", []) if not sheet["hidden"]],
        "alike": upload.facts.get("alike", []),
        "top": upload.facts.get("top", []),
        "encodings": encoding_choices(upload),
        "encoding": upload.facts.get("encoding", ""),
        "no_names": layout.header_row == NO_HEADER,
        "looks_like_row": layout.header_row is None and looks_like_row([line["header"] for line in lines]),
    }


def _selected(target: str) -> dict[str, Any]:
    """What the selects of a column show: the field that it holds, and the others that it fills too."""
    key, *also = parts_of(target) or [""]
    return {"key": key, "also": also}


def _implied_blanks(upload: Upload, chosen: Mapping[int, str]) -> list[str]:
    """The fields of which the programs take one value only, and whose column has blank cells."""
    blanks = {column["index"] for column in upload.columns if column.get("blanks")}
    filled = {key for index in blanks for key in covers(chosen.get(index, ""))}
    return [key for key in only_answers(upload.programs) if key in filled]


def _doubled(upload: Upload, chosen: Mapping[int, str], schema: Schema) -> list[dict[str, Any]]:
    """The fields that several columns claim: key, label, columns, whether their texts can be joined, an example."""
    groups = []
    for key in doubles(chosen.values()):
        columns = [column for column in upload.columns if key in parts_of(chosen.get(column["index"], ""))]
        between = schema.joins(key) if schema.knows(key) else ""
        samples = [column["samples"][0] for column in columns if column.get("samples")]
        groups.append(
            {
                "key": key,
                "label": label_of(key, schema),
                "columns": " and ".join(f"{column_letters(c['index'])} ({c['header']})" for c in columns),
                "example": between.join(samples) if between else "",
            }
        )
    return groups


@require_safe
def memory_list(request: HttpRequest) -> HttpResponse:
    access = member(request)
    page = newest_first(memories_of(access.partner), request.GET, size=25)
    return render(request, "uploads/memories.html", {"page": page, "section": "people"})


@require_http_methods(["GET", "HEAD", "POST"])
def memory_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """See and change what is remembered for one set of headers."""
    access = member(request)
    memory = get_object_or_404(memories_of(access.partner), pk=pk)
    schema = schema_for()
    names = [normalized(header) for header in memory.headers]
    if request.method == "POST":
        posted = posted_columns(request.POST)
        known = {value for _, options in options_of(schema, ()) for value, _ in options} | {
            part for target in memory.columns.values() for part in parts_of(target)
        }
        columns = {
            name: posted[index] if known.issuperset(parts_of(posted[index])) else ""
            for index, name in enumerate(names)
            if name and index in posted
        }
        held = {key: text for key, text in posted_constants(request.POST).items() if text.strip() and schema.knows(key)}
        change_memory(memory, columns, held, by=access.actor)
        messages.success(request, "Saved. The next sheet with these headers is read this way.")
        return redirect("column-memories")
    lines = [
        {"index": index, "header": header, **_selected(memory.columns.get(name, ""))}
        for index, (header, name) in enumerate(zip(memory.headers, names, strict=True))
    ]
    places = places_of({index: memory.columns.get(name, "") for index, name in enumerate(names)})
    context = {
        "memory": memory,
        "section": "people",
        "lines": lines,
        "options": options_of(schema, list(memory.columns.values())),
        "constants": constant_inputs(schema, list(memory.constants), memory.constants, (), places),
    }
    return render(request, "uploads/memory.html", context)


@require_POST
def memory_forget(request: HttpRequest, pk: int) -> HttpResponse:
    access = member(request)
    memory = get_object_or_404(memories_of(access.partner), pk=pk)
    forget(memory, by=access.actor)
    messages.success(request, "Forgotten. The next sheet with these headers is matched anew.")
    return redirect("column-memories")
