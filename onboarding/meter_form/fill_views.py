"""The screen that fills one missing field in many meters."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from onboarding.enrollment.rules import rules_of
from onboarding.meter_form.fill import AT_ONCE, Filled, fill, lacking
from onboarding.meters.models import Meter
from portal.partners.access import Access, member
from portal.problems import Problem, Refused, storable
from portal.web.notices import tell_refusal
from programs.schema import Column, schema_for

_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def fill_field(request: HttpRequest, identifier: str, field: str) -> HttpResponse:
    """The meters that lack a field: an input for each, or one value for all."""
    access = member(request)
    program, schema = rules_of([identifier]).get(identifier), schema_for([identifier])
    if program is None or not schema.knows(field):
        raise Http404
    column = schema.column(field)
    to_fill = lacking(access.partner, program=identifier, field=field)
    wrong: dict[UUID, tuple[Problem, ...]] = {}
    typed: dict[UUID, str] = {}
    if request.method == "POST":
        meters, typed = _typed(request, list(to_fill[:AT_ONCE]))
        filled = _fill(request, access, meters, typed, identifier, field)
        if filled is not None and not filled.problems:
            return redirect(_next(request, to_fill, identifier))
        wrong = dict(filled.problems) if filled else {}
    meters = list(to_fill[: AT_ONCE + 1])
    rows = [(meter, storable(typed.get(meter.pk, "")), wrong.get(meter.pk, ())) for meter in meters]
    rows.sort(key=lambda row: not row[2])
    context = {
        "section": "home",
        "program": program,
        "column": column,
        "choices": _choices(column),
        "rows": rows[:_SHOWN],
        "total": min(len(meters), AT_ONCE),
        "is_more": len(meters) > AT_ONCE,
        "has_problems": bool(wrong),
        "edit_query": urlencode({"program": identifier, "action": "NO_MISSING_FIELDS"}),
    }
    return render(request, "meter_form/fill.html", context, status=422 if wrong else 200)


def _choices(column: Column) -> list[tuple[str, str]]:
    return list(column.choices) or ([("yes", "Yes"), ("no", "No")] if column.type == "boolean" else [])


def _typed(request: HttpRequest, meters: list[Meter]) -> tuple[list[Meter], dict[UUID, str]]:
    """What was typed for which meters: each its own, or (do=all) one value for all of them."""
    if request.POST.get("do") == "all":
        value = request.POST.get("all", "").strip()
        texts = {meter.pk: value for meter in meters if value}
    else:
        given = {meter.pk: request.POST.get(str(meter.pk), "").strip() for meter in meters}
        texts = {pk: text for pk, text in given.items() if text}
    return [meter for meter in meters if meter.pk in texts], texts


def _fill(
    request: HttpRequest, access: Access, meters: list[Meter], typed: dict[UUID, str], program: str, field: str
) -> Filled | None:
    if not meters:
        messages.error(request, "You haven’t filled anything in. Enter a value next to a meter, or one for all.")
        return None
    try:
        filled = fill(
            meters, typed, program=program, field=field, partner=access.partner, by=access.actor, user=access.user
        )
    except Refused as refusal:
        tell_refusal(request, refusal)
        return None
    if filled.written:
        messages.success(request, f"Filled in {filled.written:,} meter{'s' if filled.written != 1 else ''}.")
    return filled


def _next(request: HttpRequest, to_fill: Any, identifier: str) -> str:
    """On with what still lacks the field; when nothing does, back to what needs the partner."""
    return request.path if to_fill.exists() else reverse("home")
