"""The pages of one meter: choose a program, fill in the form, see what will happen, write it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.enrollment.queries import next_activations
from onboarding.enrollment.results import EnrollmentResult
from onboarding.meter_form import domain
from onboarding.meter_form.forms import MeterForm
from onboarding.meter_form.models import MeterDraft
from onboarding.meter_form.queries import drafts_of, own_first, programs_of, saved_drafts, start_of, texts_of
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.meters.queries import meters_of
from onboarding.portfolio.columns import display_value
from onboarding.portfolio.queries import sections_of
from onboarding.uploads.models import WRITTEN, RowPlan
from onboarding.uploads.pipeline.preview import RowResult
from portal.partners.access import Access, access_of_form, member
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.middleware import when_signed_out
from portal.web.notices import tell_refusal
from portal.web.pages import newest_first
from programs.models import ActionType, Program
from programs.queries import partner_created_programs
from programs.schema import Schema, schema_for

_DRAFTS_SHOWN = 20


def _keep_signed_out(request: HttpRequest) -> str:
    """Keep what was sent after the session had ended as a saved draft of the person for whom the form was made.

    Returns the draft's address, where only the partner's people get in.
    """
    access, place = access_of_form(request, request.POST.get("whose", "")), request.resolver_match
    if access is None or place is None or "resolve" in request.POST:
        return ""
    try:
        match place.url_name:
            case "entry-new":
                draft = _begun(request, access, **place.kwargs)
            case "entry-edit":
                draft = _begun_change(request, access, **place.kwargs)
            case _:
                draft = _kept(request, access, _draft(access, **place.kwargs))
    except (Http404, Refused):
        return ""
    domain.save_for_later(draft)
    return reverse("entry-draft", args=[draft.pk])


def _by_region(program: Program) -> tuple[int, str]:
    return program.region.position if program.region else 0, program.name


@require_safe
def entry_start(request: HttpRequest) -> HttpResponse:
    """Choose the program that the meter is for, or go on with a draft."""
    access = member(request)
    drafts = list(own_first(saved_drafts(access.partner), access.user)[: _DRAFTS_SHOWN + 1])
    context = {
        "section": "meters",
        "programs": sorted(partner_created_programs(), key=_by_region),
        "drafts": drafts[:_DRAFTS_SHOWN],
        "has_more": len(drafts) > _DRAFTS_SHOWN,
    }
    return render(request, "meter_form/start.html", context)


@require_safe
def entry_drafts(request: HttpRequest) -> HttpResponse:
    """Every draft that somebody of the partner saved."""
    access = member(request)
    page = newest_first(saved_drafts(access.partner), request.GET, size=50)
    return render(request, "meter_form/drafts.html", {"section": "meters", "page": page})


@when_signed_out(_keep_signed_out)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, identifier: str) -> HttpResponse:
    """The empty form of a program; with ?like= a meter whose site it shares."""
    access = member(request)
    if request.method == "POST":
        return _answer(request, _begun(request, access, identifier))
    program = _program(identifier)
    like = _meter_named(request, access)
    return _form_page(request, [program], MeterForm([identifier], start_of([identifier], like=like)), like=like)


@when_signed_out(_keep_signed_out)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form with what a meter holds; with ?replace=device all but what its old device was."""
    access = member(request)
    if request.method == "POST":
        return _answer(request, _begun_change(request, access, pk))
    meter = get_object_or_404(meters_of(access.partner), pk=pk)
    programs, held = programs_of(meter), texts_of(meter)
    replaces = request.GET.get("replace") == "device"
    cells = {key: text for key, text in held.items() if not (replaces and key.startswith("device."))}
    return _form_page(request, _named(programs), MeterForm(programs, cells), meter=meter, replaces=replaces)


@when_signed_out(_keep_signed_out)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with a draft."""
    access = member(request)
    draft = _draft(access, pk)
    if draft.written_meter:
        return redirect("meter", draft.written_meter)
    if request.method == "POST" and "resolve" in request.POST:
        conflicts = domain.conflicts_of(draft)
        domain.resolve_conflicts(
            draft, mine=[conflict.key for conflict in conflicts if request.POST.get(conflict.key) == "mine"]
        )
        return redirect("entry-check", draft.pk)
    if request.method == "POST":
        try:
            kept = _kept(request, access, draft)
        except Refused as refusal:
            tell_refusal(request, refusal)
            return redirect("entry-draft", draft.pk)
        return _answer(request, kept, theirs=draft if kept.pk != draft.pk else None)
    form = MeterForm(draft.programs, draft.cells)
    return _form_page(request, _named(draft.programs), form, draft=draft, meter=draft.meter)


def _program(identifier: str) -> Program:
    program = next((one for one in partner_created_programs() if one.identifier == identifier), None)
    if program is None:
        raise Http404
    return program


def _begun(request: HttpRequest, access: Access, identifier: str) -> MeterDraft:
    """The draft of what was sent about a new meter."""
    programs = [_program(identifier).identifier]
    cells = MeterForm(programs, {}).typed(request.POST)
    return domain.begin(access.partner, access.user, programs=programs, cells=cells)


def _begun_change(request: HttpRequest, access: Access, pk: UUID) -> MeterDraft:
    """The draft of what was sent about a change of a meter."""
    meter = get_object_or_404(meters_of(access.partner), pk=pk)
    programs, held = programs_of(meter), texts_of(meter)
    seen = domain.MeterSnapshot.from_token(request.POST.get("seen", ""))
    cells = MeterForm(programs, held).typed(request.POST, seen.base if seen else held)
    return domain.begin(access.partner, access.user, programs=programs, cells=cells, meter=meter, seen=seen)


def _kept(request: HttpRequest, access: Access, draft: MeterDraft) -> MeterDraft:
    """Where what was sent about a draft is kept. Refuses: DRAFT_IS_OVER."""
    cells = MeterForm(draft.programs, {**draft.base, **draft.cells}).typed(request.POST, draft.base)
    return domain.keep(draft, cells, user=access.user, etag=request.POST.get("mark", ""))


def _draft(access: Access, pk: UUID) -> MeterDraft:
    return get_object_or_404(drafts_of(access.partner).select_related("meter", "partner"), pk=pk)


def _answer(request: HttpRequest, draft: MeterDraft, *, theirs: MeterDraft | None = None) -> HttpResponse:
    """What was typed is kept; now go where the pressed button leads.

    theirs: the draft that somebody else changed meanwhile, so that this one was begun.
    """
    if request.POST.get("do") == "save":
        domain.save_for_later(draft)
        if theirs is None:
            messages.success(request, "Draft saved. Continue any time from Add a meter.")
    elif not domain.conflicts_of(draft):
        result = domain.check_draft(draft)
        if result.plan not in WRITTEN:
            return _form_with_problems(request, draft, result.problems, theirs=theirs)
    if theirs is not None:
        messages.warning(request, _kept_apart(theirs))
    return redirect("entry-draft" if request.POST.get("do") == "save" else "entry-check", draft.pk)


def _kept_apart(theirs: MeterDraft) -> SafeString:
    return format_html(
        "Someone else changed this draft in the meantime. We saved your entries in a separate draft. "
        '<a href="{}">Their draft</a> is unchanged.',
        reverse("entry-draft", args=[theirs.pk]),
    )


def _form_with_problems(
    request: HttpRequest, draft: MeterDraft, problems: Sequence[Problem], *, theirs: MeterDraft | None = None
) -> HttpResponse:
    form = MeterForm(draft.programs, draft.cells)
    form.tell(problems)
    apart = _kept_apart(theirs) if theirs else ""
    return _form_page(request, _named(draft.programs), form, draft=draft, meter=draft.meter, apart=apart, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What will happen; and on a yes, do it."""
    access = member(request)
    draft = _draft(access, pk)
    if request.method == "POST" and not draft.written_meter:
        try:
            draft = domain.write(draft, by=access.actor, user=access.user, etag=request.POST.get("mark", ""))
        except Refused as refusal:
            moved = [problem for problem in refusal.problems if problem.code == "DRAFT_CHANGED_MEANWHILE"]
            return _looked_at(request, _draft(access, pk), moved)  # the page itself says whatever else stops it
        _tell_written(request, draft)
    if draft.written_meter:
        return redirect("meter", draft.written_meter)
    return _looked_at(request, draft)


def _looked_at(request: HttpRequest, draft: MeterDraft, moved: Sequence[Problem] = ()) -> HttpResponse:
    """What a draft would do. moved: that it is not what somebody said yes to."""
    conflicts = domain.conflicts_of(draft)
    if conflicts:
        return render(request, "meter_form/clash.html", _conflict_context(draft, conflicts))
    is_behind = draft.meter is not None and draft.meter.version != draft.version
    if is_behind:
        domain.resolve_conflicts(draft, mine=())
    result = domain.check_draft(draft)
    if result.plan not in WRITTEN:
        return _form_with_problems(request, draft, [*moved, *result.problems])
    if is_behind and not moved:
        messages.info(request, "Someone changed other fields of this meter in the meantime. Those changes are kept.")
    context = _check_context(draft, result) | {"moved": moved}
    return render(request, "meter_form/check.html", context, status=422 if moved else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away, after a question."""
    access = member(request)
    draft = _draft(access, pk)
    if draft.written_meter:
        return redirect("meter", draft.written_meter)
    if request.method != "POST":
        return render(request, "meter_form/discard.html", {"section": "meters", "draft": draft, "meter": draft.meter})
    domain.discard(draft)
    messages.success(request, "Draft deleted.")
    return redirect("meter", draft.meter_id) if draft.meter_id else redirect("entry-start")


def _tell_written(request: HttpRequest, draft: MeterDraft) -> None:
    if draft.upload_id is None:
        messages.info(request, "The meter already has these values, so nothing changed.")
    elif draft.meter_id is None:
        messages.success(request, f"Meter created. Its Leap meter ID is {draft.written_meter}.")
    else:
        messages.success(request, "Meter updated.")


def _meter_named(request: HttpRequest, access: Access) -> Meter | None:
    """The partner's meter that ?like= names; 404 when it names none."""
    named = request.GET.get("like", "")
    return get_object_or_404(meters_of(access.partner), pk=as_uuid(named)) if named else None


def _named(identifiers: Sequence[str]) -> list[Program]:
    return list(Program.objects.filter(identifier__in=identifiers).order_by("name"))


def _form_page(
    request: HttpRequest,
    programs: Sequence[Program],
    form: MeterForm,
    *,
    draft: MeterDraft | None = None,
    meter: Meter | None = None,
    like: Meter | None = None,
    replaces: bool = False,
    apart: str = "",
    status: int = 200,
) -> HttpResponse:
    names = [program.identifier for program in programs]
    snapshot = domain.MeterSnapshot.of(meter, names) if meter and not draft else None
    context = {
        "section": "meters",
        "programs": programs,
        "form": form,
        "sections": form.sections(),
        "draft": draft,
        "meter": meter,
        "like": like,
        "replaces": replaces,
        "apart": apart,
        "mark": domain.etag_of(draft) if draft else "",
        "whose": member(request).as_token(),
        "seen": snapshot.as_token() if snapshot else "",
        "action": reverse("entry-draft", args=[draft.pk]) if draft else request.path,
    }
    return render(request, "meter_form/form.html", context, status=status)


def _check_context(draft: MeterDraft, result: RowResult) -> dict[str, Any]:
    schema = schema_for()
    labels = {column.key: column.label for column in schema.columns}
    ahead = next_activations(list(result.programs))
    lines = [
        _program_line(name, program, labels) | {"next": ahead.get(name)} for name, program in result.programs.items()
    ]
    names = dict(Program.objects.values_list("identifier", "name"))
    for line in lines:
        line["name"] = names.get(line["program"], line["program"])
    return {
        "section": "meters",
        "draft": draft,
        "mark": domain.etag_of(draft),
        "meter": draft.meter,
        "result": result,
        "is_new": result.plan == RowPlan.CREATE,
        "is_unchanged": result.plan == RowPlan.UNCHANGED,
        "programs": [line for line in lines if not line.get("could_join")],
        "could_join": [line for line in lines if line.get("could_join")],
        "warnings": result.warnings,
        "changes": [
            (labels.get(key, key), *(_display_value(schema, key, value) for value in values))
            for key, values in (result.changes or {}).items()
        ]
        + [(f"Program {name}", "none", EnrollmentStatus(status).label) for name, status in result.joins.items()],
        "sections": sections_of(result.asset or {}),
    }


def _program_line(name: str, result: EnrollmentResult, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "program": name,
        "status": result.status,
        "could_join": result.could_join,
        "missing": [labels.get(key, key) for key in result.missing],
        "reasons": result.reasons,
        "leap": [ActionType(kind).label for kind in result.leap_actions] if not result.reasons else [],
    }


def _conflict_context(draft: MeterDraft, conflicts: Sequence[domain.FieldConflict]) -> dict[str, Any]:
    schema = schema_for()
    return {
        "section": "meters",
        "draft": draft,
        "meter": draft.meter,
        "conflicts": [
            {
                "key": conflict.key,
                "label": _label(schema, conflict.key),
                "was": _display_texts(schema, conflict.key, conflict.was),
                "now": _display_texts(schema, conflict.key, conflict.now),
                "mine": _display_texts(schema, conflict.key, conflict.mine),
            }
            for conflict in conflicts
        ],
    }


def _display_value(schema: Schema, key: str, value: Any) -> Any:
    return display_value(schema.column(key), value) if value is not None and schema.knows(key) else value


def _label(schema: Schema, key: str) -> str:
    if not schema.knows(key):
        return key
    label = schema.column(key).name
    return label.removesuffix(" 1") if key in schema.value_lists else label


def _display_texts(schema: Schema, key: str, texts: Sequence[str]) -> str:
    """Typed texts of a field as people read them; what is no choice of it stays as it was typed."""
    choices = dict(schema.column(key).choices) if schema.knows(key) else {}
    return ", ".join(choices.get(text, text) for text in texts)
