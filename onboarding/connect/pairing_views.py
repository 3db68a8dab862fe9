"""Pairing codes: the partner makes and revokes them, and whoever has one types it."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.connect import pairing
from onboarding.connect.customer_frame import frame, going_on, public, session_of_browser, stopped
from onboarding.connect.customer_views import begin
from onboarding.connect.journey import is_over
from onboarding.connect.mail_merge import read_text, row_text
from onboarding.connect.models import ConnectLink, ConnectSession, PairingCode
from onboarding.connect.queries import links_of
from onboarding.spreadsheets.workbook import write_csv
from portal.partners.access import address_of, member
from portal.problems import Problem, Refused
from portal.web import clock
from portal.web.clock import local_day
from portal.web.downloads import csv_response, download_name
from portal.web.pages import newest_first

PER_PAGE = 100
_EXPORTED = ("reference", "pairing_code", "expires")


class PairingForm(forms.Form):
    """For which reference IDs codes are made, or how many, and how long they work."""

    pasted = forms.CharField(
        label="Reference IDs",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=f"One per line, up to {pairing.MOST_AT_ONCE}. Leave empty to generate them.",
    )
    count = forms.IntegerField(
        label="Number of codes",
        required=False,
        initial=20,
        min_value=1,
        max_value=pairing.MOST_AT_ONCE,
        help_text=f"If you enter no reference IDs: 1 to {pairing.MOST_AT_ONCE}.",
    )
    days = forms.IntegerField(
        label="Expire after (days)", initial=pairing.DAYS, min_value=1, max_value=pairing.MOST_DAYS
    )

    def references(self, link: ConnectLink) -> list[str]:
        """The reference IDs. Refuses a list that cannot be read; raises ValidationError for rows of it."""
        if not self.cleaned_data["pasted"].strip():
            return pairing.generated_references(link, self.cleaned_data["count"] or 0)
        merge = read_text(self.cleaned_data["pasted"])
        if merge.problems:
            raise forms.ValidationError([row_text(number, problem) for number, problem in merge.problems[:10]])
        return list(dict.fromkeys(customer.reference for customer in merge.customers))


@require_http_methods(["GET", "HEAD", "POST"])
def link_codes(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The pairing codes of a link. Making some answers with them as CSV: they are shown once."""
    access = member(request)
    link = get_object_or_404(links_of(access.partner), pk=pk)
    form = PairingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            references = form.references(link)
            codes = pairing.create_codes(link, references, days=form.cleaned_data["days"], by=access.actor)
        except forms.ValidationError as error:
            form.add_error("pasted", error)
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error("pasted", f"{problem.text} {problem.remedy}".strip())
        else:
            last = clock.now() + timedelta(days=form.cleaned_data["days"])
            ends = local_day(last, ZoneInfo(access.partner.time_zone)).isoformat()
            lines = ([code.reference, code.text, ends] for code in codes)
            name = download_name(link.partner, link.title, "pairing codes", suffix="csv")
            return csv_response(write_csv(list(_EXPORTED), lines), name)
    page = newest_first(pairing.codes_of(link), request.GET, size=PER_PAGE)
    context = {"section": "connections", "link": link, "form": form, "page": page, "now": clock.now()}
    context["address"] = settings.SITE_URL + reverse("connect-pair")
    return render(request, "connect/pairing.html", context, status=422 if form.errors else 200)


@require_POST
def code_revoke(request: HttpRequest, pk: UUID, code: UUID) -> HttpResponse:
    """Let a code lead nowhere any more."""
    access = member(request)
    codes = PairingCode.objects.filter(partner=access.partner).select_related("link", "partner")
    row = get_object_or_404(codes, pk=code, link=pk)
    pairing.revoke(row, by=access.actor)
    messages.success(request, f"The code for {row.reference} no longer works.")
    return redirect("connect-link-codes", pk=pk)


@public(most=600, name="pair")
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest) -> HttpResponseBase:
    """One field for a pairing code, which begins the journey of its link for its reference ID."""
    if request.method != "POST":
        return render(request, "connect/public/pair.html", {**frame(None), "typed": ""})
    typed = request.POST.get("code", "")[:40]
    try:
        code = pairing.code_typed(typed, address=address_of(request))
        session = _session_of(request, code)
    except Refused as refusal:
        if any(problem.code == "CONNECT_TOO_MANY" for problem in refusal.problems):
            return stopped(request, *refusal.problems, status=429)
        context = {**frame(None), "typed": typed, "problems": refusal.problems}
        return render(request, "connect/public/pair.html", context, status=422)
    return redirect("connect-session", pk=session.pk)


def _session_of(request: HttpRequest, code: PairingCode) -> ConnectSession:
    """The session of this browser that the code began, else a new one. Refuses: CONNECT_CODE_USED."""
    mine = session_of_browser(request, code.session.pk) if code.session else None
    if mine and not is_over(mine):
        return mine
    if pairing.is_used_up(code):
        raise Refused(Problem("CONNECT_CODE_USED", "code"))
    session = going_on(request, code.link, code.reference) or begin(request, code.link, code.reference, {})
    pairing.use(code, session)
    return session
