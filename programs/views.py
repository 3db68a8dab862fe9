"""The catalogue's pages: the program tables, one program, and which way applies."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.partners.access import signed_in
from portal.web import clock
from programs.models import IntervalDataRule, MeterType, Program, Region, Requirement, is_over
from programs.queries import compatible_programs, not_over, periods_of, program_tables, sources_of_dates, statements_of
from programs.schema import Column, schema_for
from programs.ways import summary_of, way_for

ASSETS = [("UTILITY_METER", "Utility meters"), ("DEVICE", "Devices")]


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


@dataclass(frozen=True, slots=True)
class Choice:
    """A region, and what can be enrolled there: label, query string, and whether it is the one that is answered."""

    region: Region
    assets: list[tuple[str, str, bool]]


@require_safe
def which_way(request: HttpRequest) -> HttpResponse:
    """How an asset gets into the programs of a region; ?region= and ?asset= lead to the answer."""
    signed_in(request)
    regions = list(Region.objects.all())
    region = next((one for one in regions if one.code == request.GET.get("region")), None)
    asset = request.GET.get("asset", "") if request.GET.get("asset") in dict(ASSETS) else ""
    choices = [
        Choice(place, [(label, _way_query(place, value), (place, value) == (region, asset)) for value, label in ASSETS])
        for place in regions
    ]
    context: dict[str, object] = {
        "section": "programs",
        "choices": choices,
        "region": region,
        "asset": dict(ASSETS).get(asset),
        "misunderstood": bool(request.GET) and not (region and asset),
    }
    if region and asset:
        programs = list(not_over().filter(region=region).order_by("position"))
        ways = [way_for(program, asset) for program in programs]
        fitting = [way for way in ways if way.fits]
        others = [(label, _way_query(region, value), _fitting(programs, value)) for value, label in ASSETS]
        context |= {
            "ways": fitting,
            "summary": summary_of(fitting),
            "misfits": [way for way in ways if not way.fits],
            "elsewhere": [(label, query, count) for label, query, count in others if count],
        }
    return render(request, "programs/which_way.html", context)


def _way_query(region: Region, asset: str) -> str:
    return urlencode({"region": region.code, "asset": asset})


def _fitting(programs: Iterable[Program], asset: str) -> int:
    return sum(way_for(program, asset).fits for program in programs)
