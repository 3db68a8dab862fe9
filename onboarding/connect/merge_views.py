"""The page on which a partner makes a link's address, or a QR code, for each customer of a list."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from onboarding.connect.choices import LinkState
from onboarding.connect.mail_merge import (
    EXPORTED,
    MOST_ROWS,
    Merge,
    as_text,
    csv_lines,
    qr_archive,
    read_file,
    read_text,
)
from onboarding.connect.models import ConnectLink
from onboarding.connect.queries import links_of
from onboarding.spreadsheets.reader import ENDINGS
from onboarding.spreadsheets.workbook import write_csv
from portal.partners.access import member
from portal.problems import Problem, Refused, storable
from portal.web.downloads import csv_response, download_name

PROBLEMS_SHOWN = 200


class MergeForm(forms.Form):
    """A list of customers: a spreadsheet or pasted lines, and what is made of it."""

    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    pasted = forms.CharField(label="Pasted rows", required=False, strip=False)
    made = forms.ChoiceField(choices=[("csv", "CSV"), ("qr", "QR codes")], required=False)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # a form's own
        self.fields["pasted"].validators = []  # Django's own refuses a NUL; the row that has it says so

    def merge(self) -> Merge:
        """The list. Refuses as `read_file` does, and MERGE_NOTHING_SENT."""
        if file := self.cleaned_data.get("file"):
            return read_file(file.name or "", file.chunks())
        if self.cleaned_data.get("pasted", "").strip():
            return read_text(self.cleaned_data["pasted"])
        raise Refused(Problem("MERGE_NOTHING_SENT", "file"))


@require_http_methods(["GET", "HEAD", "POST"])
def link_merge(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """An address for each customer of a list. Nothing of the list is stored; with a problem nothing is made."""
    access = member(request)
    link = get_object_or_404(links_of(access.partner), pk=pk)
    if request.method != "POST":
        return _page(request, link, MergeForm())
    form = MergeForm(request.POST, request.FILES)
    if link.state == LinkState.ENDED:
        form.add_error(None, _words(Problem("LINK_IS_OVER")))
    if not form.is_valid():
        return _page(request, link, form)
    try:
        merge = form.merge()
    except Refused as refusal:
        for problem in refusal.problems:
            form.add_error("pasted" if form.data.get("pasted", "").strip() else "file", _words(problem))
        return _page(request, link, form)
    if merge.problems:
        return _page(request, link, form, merge)
    if form.cleaned_data["made"] == "qr":
        return _archive(link, merge)
    lines = write_csv(list(EXPORTED), csv_lines(link, merge.customers))
    return csv_response(lines, download_name(link.partner, link.title, "mail merge", suffix="csv"))


def _archive(link: ConnectLink, merge: Merge) -> StreamingHttpResponse:
    response = StreamingHttpResponse(qr_archive(link, merge.customers), content_type="application/zip")
    name = download_name(link.partner, link.title, "qr codes", suffix="zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _words(problem: Problem) -> str:
    return f"{problem.text} {problem.remedy}".strip()


def _page(request: HttpRequest, link: ConnectLink, form: MergeForm, merge: Merge | None = None) -> HttpResponse:
    problems = merge.problems if merge else []
    context = {
        "section": "connections",
        "link": link,
        "form": form,
        "problems": problems[:PROBLEMS_SHOWN],
        "more_problems": len(problems[PROBLEMS_SHOWN:]),
        "rows": len(merge.customers) if merge else 0,
        "pasted": as_text(merge.customers) if merge and form.files else storable(form["pasted"].value() or ""),
        "most": MOST_ROWS,
    }
    return render(request, "connect/mail_merge.html", context, status=422 if form.errors or problems else 200)
