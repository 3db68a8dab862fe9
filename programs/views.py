"""The catalogue's pages: the program tables, one program, and which way applies."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.partners.access import signed_in
from portal.web import clock
from programs.models import IntervalDataRule, MeterType, Program, Region, Requirement, is_over
from programs.queries import compatible_programs, not_over, periods_of, program_tables, sources_of_dates, statements_of
from programs.schema import Column, schema_for
from programs.ways import way_for

ASSETS = [("UTILITY_METER", "A utility meter"), ("DEVICE", "A device (battery, thermostat, charger, …)")]


@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    signed_in(request)
    tables, footnotes = program_tables()
    return render(request, "programs/list.html", {"section": "programs", "tables": tables, "footnotes": footnotes})


@require_safe
def program_detail(request: HttpRequest, identifier: str) -> HttpResponse:
    _, access = signed_in(request)
    programs = Program.objects.filter(is_offered=True).select_related("region")
    programs = programs.prefetch_related("utilities", "footnotes")
    program = get_object_or_404(programs, identifier=identifier)
    periods = periods_of(program)
    context = {
        "section": "programs",
        "program": program,
        "is_over": is_over(program.active_to),
        "meter_types": [dict(MeterType.choices).get(one, one) for one in program.accepted_meter_types],
        "interval_data_rule": IntervalDataRule.objects.filter(program=program).first(),
        "access": access,
        "periods": periods,
        "sources": sources_of_dates(periods),
        "guide": column_guide(program),
        "requirements": sources_of(program),
        "statements": statements_of(program),
        "compatible": compatible_programs(program),
        "unknown_seasons": [season for season in program.unknown_seasons.all() if season.ends_on >= clock.now().date()],
    }
    return render(request, "programs/detail.html", context)


def column_guide(program: Program) -> list[tuple[str, list[Column]]]:
    """The program's columns by section, in sheet order."""
    sections: dict[str, list[Column]] = {}
    for column in schema_for([program.identifier]).columns:
        if not column.hidden:
            sections.setdefault(column.section, []).append(column)
    return list(sections.items())


def sources_of(program: Program) -> list[Requirement]:
    """The rows behind what the program requires, for the reader who asks why."""
    rows = Requirement.objects.filter(program=program, level="required").select_related("field", "condition_field")
    return list(rows.order_by("field__position"))


@require_safe
def which_way(request: HttpRequest) -> HttpResponse:
    signed_in(request)
    regions = list(Region.objects.all())
    region = next((one for one in regions if one.code == request.GET.get("region")), None)
    asset = next((value for value, _ in ASSETS if value == request.GET.get("asset")), "")
    programs = list(not_over().filter(region=region).order_by("position")) if region else []
    chosen = [one for one in request.GET.getlist("program") if one in {program.identifier for program in programs}]
    context: dict[str, object] = {
        "section": "programs",
        "regions": regions,
        "region": region,
        "assets": ASSETS,
        "asset": asset,
        "programs": programs,
        "chosen": chosen,
        "asked": bool(request.GET),
    }
    if region and asset:
        wanted = [program for program in programs if not chosen or program.identifier in chosen]
        context["ways"] = [way_for(program, asset) for program in wanted]
    return render(request, "programs/which_way.html", context)
