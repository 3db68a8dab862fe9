"""The pages of one meter: choose a program, fill in the form, see what will happen, write it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.enrollment.queries import next_activations
from onboarding.entry import domain
from onboarding.entry.forms import MeterForm
from onboarding.entry.models import MeterDraft
from onboarding.entry.queries import drafts_of, open_drafts, programs_of, start_of, texts_of
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.meters.queries import meters_of, sections_of
from onboarding.uploads.dry_run import Verdict
from onboarding.uploads.models import WRITTEN, Plan
from portal.partners.access import Access, member
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.notices import tell_refusal
from programs.models import Program
from programs.queries import partner_created_programs
from programs.schema import schema_for

_DRAFTS_SHOWN = 20


@require_safe
def entry_start(request: HttpRequest) -> HttpResponse:
    """Choose the program that the meter is for, or go on with a draft."""
    access = member(request)
    context = {
        "section": "meters",
        "programs": sorted(partner_created_programs(), key=lambda one: (one.region.position, one.name)),
        "drafts": list(open_drafts(access.partner)[:_DRAFTS_SHOWN]),
    }
    return render(request, "entry/start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, identifier: str) -> HttpResponse:
    """The empty form of a program; with ?like= a meter whose site it shares."""
    access = member(request)
    program = next((one for one in partner_created_programs() if one.identifier == identifier), None)
    if program is None:
        raise Http404
    if request.method == "POST":
        cells = MeterForm([identifier], {}).typed(request.POST)
        draft = domain.begin(access.partner, access.user, programs=[identifier], cells=cells)
        return _answer(request, access, draft)
    like = _meter_named(request, access)
    return _form_page(request, [program], MeterForm([identifier], start_of([identifier], like=like)), like=like)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form with what a meter holds; with ?replace=device all but what its old device was."""
    access = member(request)
    meter = get_object_or_404(meters_of(access.partner), pk=pk)
    programs, held = programs_of(meter), texts_of(meter)
    if request.method == "POST":
        cells = MeterForm(programs, held).typed(request.POST)
        seen = domain.Seen.from_token(request.POST.get("seen", ""))
        draft = domain.begin(access.partner, access.user, programs=programs, cells=cells, meter=meter, seen=seen)
        return _answer(request, access, draft)
    replaces = request.GET.get("replace") == "device"
    cells = {key: text for key, text in held.items() if not (replaces and key.startswith("device."))}
    return _form_page(request, _named(programs), MeterForm(programs, cells), meter=meter, replaces=replaces)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with a draft."""
    access = member(request)
    draft = get_object_or_404(drafts_of(access.partner).select_related("meter", "partner"), pk=pk)
    if draft.written_meter:
        return redirect("meter", draft.written_meter)
    clashes = domain.clashes_of(draft)
    if request.method == "POST" and "settle" in request.POST:
        domain.settle(draft, mine=[clash.key for clash in clashes if request.POST.get(clash.key) == "mine"])
        return redirect("entry-check", draft.pk)
    if request.method == "POST":
        try:
            domain.keep(draft, MeterForm(draft.programs, {**draft.base, **draft.cells}).typed(request.POST))
        except Refused as refusal:
            tell_refusal(request, refusal)
            return redirect("entry-draft", draft.pk)
        return _answer(request, access, draft)
    form = MeterForm(draft.programs, draft.cells)
    return _form_page(request, _named(draft.programs), form, draft=draft, meter=draft.meter)


def _answer(request: HttpRequest, access: Access, draft: MeterDraft) -> HttpResponse:
    """What was typed is kept; now go where the pressed button leads."""
    if request.POST.get("do") == "save":
        messages.success(request, "Saved. You find it under Add a meter, whenever you go on.")
        return redirect("entry-draft", draft.pk)
    if domain.clashes_of(draft):
        return redirect("entry-check", draft.pk)
    verdict = domain.judge(draft)
    if verdict.plan in WRITTEN:
        return redirect("entry-check", draft.pk)
    return _form_with_problems(request, draft, verdict)


def _form_with_problems(request: HttpRequest, draft: MeterDraft, verdict: Verdict) -> HttpResponse:
    form = MeterForm(draft.programs, draft.cells)
    form.tell(verdict.problems)
    return _form_page(request, _named(draft.programs), form, draft=draft, meter=draft.meter, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What will happen; and on a yes, do it."""
    access = member(request)
    draft = get_object_or_404(drafts_of(access.partner).select_related("meter", "partner"), pk=pk)
    if request.method == "POST" and not draft.written_meter:
        try:
            draft = domain.write(draft, by=access.actor, user=access.user)
        except Refused as refusal:
            tell_refusal(request, refusal)
            return redirect("entry-check", draft.pk)
        _tell_written(request, draft)
    if draft.written_meter:
        return redirect("meter", draft.written_meter)
    clashes = domain.clashes_of(draft)
    if clashes:
        return render(request, "entry/clash.html", _clash_context(draft, clashes))
    if draft.meter is not None and draft.meter.version != draft.version:
        domain.settle(draft, mine=())
        messages.info(request, "Somebody changed other fields of this meter meanwhile; those changes stay.")
    verdict = domain.judge(draft)
    if verdict.plan not in WRITTEN:
        return _form_with_problems(request, draft, verdict)
    return render(request, "entry/check.html", _check_context(draft, verdict))


@require_POST
def entry_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = member(request)
    draft = get_object_or_404(drafts_of(access.partner), pk=pk)
    domain.discard(draft)
    messages.success(request, "The draft is gone.")
    return redirect("meter", draft.meter_id) if draft.meter_id else redirect("entry-start")


def _tell_written(request: HttpRequest, draft: MeterDraft) -> None:
    if draft.upload_id is None:
        messages.info(request, "The meter holds these values already; nothing was changed.")
    elif draft.meter_id is None:
        messages.success(request, f"Meter created. Its Leap meter ID is {draft.written_meter}.")
    else:
        messages.success(request, "Meter changed.")


def _meter_named(request: HttpRequest, access: Access) -> Meter | None:
    """The partner's meter that ?like= names."""
    pk = as_uuid(request.GET.get("like", ""))
    return meters_of(access.partner).filter(pk=pk).first() if pk else None


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
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "meters",
        "programs": programs,
        "form": form,
        "sections": form.sections(),
        "draft": draft,
        "meter": meter,
        "like": like,
        "replaces": replaces,
        "seen": domain.Seen.of(meter, [one.identifier for one in programs]).as_token() if meter and not draft else "",
        "action": reverse("entry-draft", args=[draft.pk]) if draft else request.path,
    }
    return render(request, "entry/form.html", context, status=status)


def _check_context(draft: MeterDraft, verdict: Verdict) -> dict[str, Any]:
    labels = {column.key: column.label for column in schema_for().columns}
    ahead = next_activations(list(verdict.programs))
    lines = [_program_line(name, says, labels) | {"next": ahead.get(name)} for name, says in verdict.programs.items()]
    names = dict(Program.objects.values_list("identifier", "name"))
    for line in lines:
        line["name"] = names.get(line["program"], line["program"])
    return {
        "section": "meters",
        "draft": draft,
        "meter": draft.meter,
        "verdict": verdict,
        "is_new": verdict.plan == Plan.CREATE,
        "is_unchanged": verdict.plan == Plan.UNCHANGED,
        "programs": [line for line in lines if not line.get("could_join")],
        "could_join": [line for line in lines if line.get("could_join")],
        "warnings": verdict.warnings,
        "changes": [(labels.get(key, key), old, new) for key, (old, new) in (verdict.changes or {}).items()],
        "sections": sections_of(verdict.asset or {}),
    }


def _program_line(name: str, says: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        **says,
        "program": name,
        "status": EnrollmentStatus(says["status"]),
        "missing": [labels.get(key, key) for key in says["missing"]],
        "reasons": [Problem.from_json(reason) for reason in says["reasons"]],
    }


def _clash_context(draft: MeterDraft, clashes: Sequence[domain.Clash]) -> dict[str, Any]:
    labels = {column.key: column.label for column in schema_for().columns}
    return {
        "section": "meters",
        "draft": draft,
        "meter": draft.meter,
        "clashes": [(labels.get(clash.key, clash.key), clash) for clash in clashes],
    }
