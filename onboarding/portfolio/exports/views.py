"""The pages of large exports: how much and a yes, how far, the file, and those of the last days."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.portfolio.columns import columns_named, columns_query
from onboarding.portfolio.exports.domain import KEPT, ask_export, plan_of
from onboarding.portfolio.exports.models import Export, ExportState
from onboarding.portfolio.filters import chip_names, meter_filter
from portal import clock
from portal.jobs.models import Job, JobState
from portal.partners.access import member
from portal.partners.models import Partner
from portal.problems import Refused
from portal.web.downloads import XLSX, download_name, stored_file
from portal.web.filters import chips_of, joined, without
from portal.web.live import is_poll, takes_whole_page
from portal.web.notices import tell_refusal

_SHOWN = 50


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    access = member(request)
    recent = Export.objects.filter(partner=access.partner, created_at__gte=clock.real_now() - KEPT)
    exports = recent.select_related("user").order_by("-pk")[:_SHOWN]
    return render(request, "portfolio/exports.html", {"section": "meters", "exports": exports, "kept": KEPT})


@require_http_methods(["GET", "HEAD", "POST"])
def export_new(request: HttpRequest) -> HttpResponse:
    """How many meters and columns, and a yes; or that they are too many for a workbook, and what to do."""
    access = member(request)
    columns = columns_named(request.GET.getlist("columns"))
    query = joined(without(request.GET, "page", "columns"), columns_query(columns))
    if request.method == "POST":
        try:
            export = ask_export(access.partner, access.user, query=query, by=access.actor)
        except Refused as refusal:
            tell_refusal(request, refusal)
            return redirect(f"{reverse('export-new')}?{query}")
        return redirect("export", export.pk)
    context = {
        "section": "meters",
        "query": query,
        "plan": plan_of(access.partner, query),
        "chips": _chips(access.partner, request.GET),
        "chosen_columns": columns,
        "kept": KEPT,
    }
    return render(request, "portfolio/export_new.html", context)


def _chips(partner: Partner, params: QueryDict) -> list[dict[str, str]]:
    return chips_of(params, meter_filter(params, partner=partner).form, chip_names(params, partner))


@require_safe
def export_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is; then the file; or that it was not made, or is gone."""
    access = member(request)
    export = get_object_or_404(Export, partner=access.partner, pk=pk)
    context: dict[str, object] = {"section": "meters", "export": export}
    if export.status.moving:
        open_states = [JobState.QUEUED, JobState.RUNNING]
        context["job"] = Job.objects.filter(subject_id=str(export.pk), state__in=open_states).first()
    if is_poll(request) and export.status.moving:
        return render(request, "portfolio/_export_live.html", context)
    context["chips"] = _chips(access.partner, QueryDict(export.query))
    page = render(request, "portfolio/export.html", context)
    return takes_whole_page(page) if is_poll(request) else page


@require_safe
def export_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The workbook; 404 once it is deleted."""
    access = member(request)
    export = get_object_or_404(Export, partner=access.partner, pk=pk)
    if export.status != ExportState.DONE or export.finished_at is None:
        raise Http404
    name = download_name(access.partner, "meters", suffix="xlsx", day=export.finished_at.date())
    return stored_file(export.file, file_name=name, content_type=XLSX)
