"""Template downloads: the workbook of one program or of several."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from onboarding.spreadsheets.workbook import template_csv, write_template
from onboarding.uploads.templates import template_spec
from portal.partners.access import signed_in
from portal.web.downloads import XLSX, attachment
from programs.models import Program


@require_GET
def program_template(request: HttpRequest, identifier: str, format: str) -> HttpResponse:
    signed_in(request)
    return _template([identifier], format)


@require_GET
def templates(request: HttpRequest, format: str) -> HttpResponse:
    signed_in(request)
    return _template(sorted(set(request.GET.getlist("program"))), format)


def _template(identifiers: list[str], format: str) -> HttpResponse:
    """The template of these programs; 404 when one of them is unknown or not onboarded by upload."""
    programs = [
        program
        for program in Program.objects.filter(identifier__in=identifiers).order_by("identifier")
        if program.is_partner_created
    ]
    if len(programs) != len(identifiers):
        raise Http404
    spec = template_spec(programs)
    name = f"{'-'.join(identifiers) or 'meters'}-template.{format}"
    if format == "csv":
        return attachment(template_csv(spec), name, "text/csv; charset=utf-8")
    return attachment(write_template(spec), name, XLSX)
