"""The meters' pages: the table and its columns, one meter, the export, the filled template."""

from functools import lru_cache
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from onboarding.portfolio.batch_lookup import MOST_LOOKED_UP, batch_lookup
from onboarding.portfolio.columns import (
    ShownColumn,
    columns_named,
    columns_query,
    offered_columns,
    reading,
    usual_columns,
)
from onboarding.portfolio.exports.domain import MOST_DIRECT
from onboarding.portfolio.filters import MeterFilter, chip_names, filters_named, matching, meter_filter
from onboarding.portfolio.panels import panel_context
from onboarding.portfolio.queries import SORTS, export_table
from onboarding.portfolio.saved_views.domain import clean_filters
from onboarding.portfolio.saved_views.queries import default_of, shown_views
from onboarding.portfolio.table_rows import list_heads, list_rows
from onboarding.spreadsheets.workbook import save_template, template_csv_lines, write_csv, write_table
from onboarding.uploads.editing import MOST_IN_WORKBOOK, meters_to_edit, too_many_for_workbook
from portal.partners.access import member
from portal.problems import Refused, storable
from portal.web.downloads import csv_response, download_name, workbook_response
from portal.web.filters import chips_of, joined, without
from portal.web.pages import Page, keyset_page
from programs.queries import program_choices

METERS_PER_PAGE = 50
MOST_COUNTED = 10_000  # of the meters that a list has


@require_safe
def meter_list(request: HttpRequest) -> HttpResponse:
    access = member(request)
    filters, chosen_columns = clean_filters(request.GET), columns_named(request.GET.getlist("columns"))
    columns = chosen_columns or usual_columns(request.GET.get("program", ""))
    columns_part = columns_query(chosen_columns)
    views, own = shown_views(access.partner, access.user, filters=filters, columns=columns_part)
    if not request.GET and (default := default_of(own)):
        return redirect(f"{reverse('meters')}?{default}")
    filtered = meter_filter(request.GET, partner=access.partner, by_page=True)
    sort = request.GET.get("sort", "newest")
    sort = sort if sort in SORTS else "newest"
    meters = filtered.qs if filtered.form.is_valid() else filtered.queryset.none()
    read = reading(meters, columns)
    page = keyset_page(read, request.GET, sort=SORTS[sort][0], size=METERS_PER_PAGE, owner="partner")
    context = {
        "section": "meters",
        "filter_inputs": _filter_inputs(request.GET, sort),
        "search": request.GET.get("q", ""),
        "form": filtered.form,
        "page": page,
        **_extent(meters, page),
        "rows": list_rows(page.rows, columns),
        "heads": list_heads(columns, sort),
        "unsorted": joined(without(request.GET, "page", "sort", "columns"), columns_part),
        "chosen_columns": chosen_columns,
        "list_url": reverse("meters"),
        "clear_url": f"{reverse('meters')}?{columns_part}" if columns_part else reverse("meters"),
        "views": views,
        "own_view": next((view for view in own if view.query == joined(filters, columns_part)), None),
        "chips": chips_of(request.GET, filtered.form, chip_names(request.GET, access.partner)),
        "query": joined(without(request.GET, "page", "columns"), columns_part),
        **panel_context(),
        "has_any": bool(page.rows) or meters_of(access.partner).exists(),
    }
    return render(request, "portfolio/list.html", context)


def _extent(meters: QuerySet[Meter], page: Page[Meter]) -> dict[str, str]:
    """total: how many meters match; pages: how many pages they fill. Both in words, counted up to a bound."""
    is_whole = not (page.next_token or page.previous_token)
    count = len(page.rows) if is_whole else meters.order_by()[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        return {"total": f"More than {MOST_COUNTED:,} meters", "pages": f"more than {MOST_COUNTED // METERS_PER_PAGE}"}
    pages = max(-(-count // METERS_PER_PAGE), page.number)
    return {"total": f"{count:,} meter{'s' * (count != 1)}", "pages": f"{pages:,}"}


@require_safe
def meter_columns(request: HttpRequest) -> HttpResponse:
    """Choose the columns of the list: a form that leads back to the list, with the filters that were there."""
    member(request)
    offered, asked = offered_columns(), set(request.GET.getlist("columns"))
    usual, sections = usual_columns(request.GET.get("program", "")), dict[str, list[ShownColumn]]()
    for column in offered:
        sections.setdefault(column.section, []).append(column)
    filters = clean_filters(request.GET) or "sort=newest"  # without any, the list would begin with the default view
    context = {
        "section": "meters",
        "sections": sections.items(),
        "chosen": asked & {column.key for column in offered} or {column.key for column in usual},
        "filters": QueryDict(filters).items(),
        "usual_query": filters,
        "back_query": joined(filters, columns_query(column for column in offered if column.key in asked)),
    }
    return render(request, "portfolio/columns.html", context)


def _filter_inputs(params: QueryDict, sort: str) -> SafeString:
    """The folded filters, filled in as the query string says."""
    values = tuple((name, params.get(name, "")) for name in MeterFilter.base_filters if name != "q")
    return _rendered_inputs(tuple(program_choices()), values, sort)


@lru_cache(maxsize=256)
def _rendered_inputs(programs: tuple[object, ...], values: tuple[tuple[str, str], ...], sort: str) -> SafeString:
    """Kept, because rendering a dozen inputs takes as long as all rows. They change with the programs on offer."""
    data = QueryDict(urlencode(values))
    form = filters_named(data.keys())(data, queryset=Meter.objects.none()).form
    sorts = [(name, label) for name, (_, label) in SORTS.items()]
    context = {"form": form, "searched": "q", "sort": sort, "sorts": sorts}
    return mark_safe(render_to_string("components/filter_menu.html", context))  # noqa: S308  a template's own output


@require_http_methods(["GET", "HEAD", "POST"])
def meter_batch_lookup(request: HttpRequest) -> HttpResponse:
    """Paste IDs or references; see which are meters, and which are unknown."""
    access = member(request)
    pasted = storable(request.POST.get("pasted", ""))
    context: dict[str, object] = {"section": "meters", "pasted": pasted, "most": MOST_LOOKED_UP}
    if request.method != "POST":
        return render(request, "portfolio/batch_lookup.html", context)
    try:
        result = batch_lookup(access.partner, pasted)
    except Refused as refusal:
        return render(request, "portfolio/batch_lookup.html", context | {"problems": refusal.problems}, status=422)
    context |= {"result": result, **panel_context()}
    return render(request, "portfolio/batch_lookup.html", context)


@require_GET
def meter_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """The filtered meters with the chosen columns. Too many for a direct download go to the page that asks."""
    access = member(request)
    meters = matching(request.GET, partner=access.partner)
    if format == "xlsx" and meters.order_by()[MOST_DIRECT : MOST_DIRECT + 1].exists():
        return redirect(f"{reverse('export-new')}?{without(request.GET, 'page')}")
    name = download_name(access.partner, "meters", suffix=format)
    header, lines = export_table(meters, columns_named(request.GET.getlist("columns")))
    if format == "csv":
        return csv_response(write_csv(header, lines), name)
    return workbook_response(lambda file: write_table(file, title="Meters", header=header, rows=lines), name)


@require_GET
def meter_template(request: HttpRequest, format: str) -> HttpResponseBase:
    """The filtered meters to edit in a spreadsheet. Too many for a workbook: back to the page, which offers csv."""
    access = member(request)
    meters = matching(request.GET, partner=access.partner)
    name = download_name(access.partner, "meters", "to edit", suffix=format)
    if format == "csv":
        return csv_response(template_csv_lines(meters_to_edit(meters)), name)
    if too_many_for_workbook(meters):
        query = without(request.GET, "page")
        messages.error(request, _too_many(reverse("meters-template", args=["csv"]), query))
        return redirect(f"{reverse('meters')}?{query}")
    spec = meters_to_edit(meters)
    return workbook_response(lambda file: save_template(file, spec), name)


def _too_many(path: str, query: str) -> str:
    return format_html(
        "These are more than {} meters, too many for one workbook. Filter them first, or "
        '<a href="{}?{}">download them to edit as CSV</a>, which has no limit.',
        f"{MOST_IN_WORKBOOK:,}",
        path,
        query,
    )
