"""The partner's pages of consents that it collected elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.connect.forms import RegionForm
from onboarding.connect.models import Connection, SuppliedConsent
from onboarding.connect.queries import link_region_choices
from onboarding.connect.supplied import supply_consent, supply_for_new_customer, withdraw_consent
from onboarding.connect.supplied_forms import NewCustomerForm, SuppliedConsentForm
from portal.partners.access import member
from portal.problems import Refused
from portal.web.downloads import stored_file

_ADDED = "Leap will review the consent. You’ll get an email when it’s confirmed or rejected."
_IN_SANDBOX = "Consent saved. Leap doesn’t review consents in a sandbox."


@require_http_methods(["GET", "HEAD", "POST"])
def consent_new(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A consent of a customer who is among the connections."""
    access = member(request)
    connection = get_object_or_404(Connection.objects.select_related("partner"), pk=pk, partner=access.partner)
    form = SuppliedConsentForm(
        request.POST or None,
        request.FILES or None,
        partner=access.partner,
        region=connection.transmission_region,
    )
    if request.method == "POST" and form.is_valid():
        try:
            supply_consent(connection, form.facts, form.chunks, by=access.actor)
        except Refused as refusal:
            _add_problems(form, refusal)
        else:
            messages.success(request, _IN_SANDBOX if access.partner.is_sandbox else _ADDED)
            return redirect("connection", pk=pk)
    return _page(request, form, connection.transmission_region, connection=connection)


@require_http_methods(["GET", "HEAD", "POST"])
def customer_new(request: HttpRequest) -> HttpResponseBase:
    """A customer who has opened no link, with a consent: first the region, on which the utilities depend."""
    access = member(request)
    region = request.POST.get("region") or request.GET.get("region", "")
    if region not in dict(link_region_choices()):
        regions = RegionForm(request.GET if "region" in request.GET else None)
        return render(request, "connect/supplied_region.html", {"section": "connections", "form": regions})
    form = NewCustomerForm(request.POST or None, request.FILES or None, partner=access.partner, region=region)
    if request.method == "POST" and form.is_valid():
        reference = form.cleaned_data["reference"]
        try:
            supplied = supply_for_new_customer(
                access.partner, reference, region, form.facts, form.chunks, by=access.actor
            )
        except Refused as refusal:
            _add_problems(form, refusal)
        else:
            messages.success(request, _IN_SANDBOX if access.partner.is_sandbox else _ADDED)
            return redirect("connection", pk=supplied.connection_id)
    return _page(request, form, region)


def _add_problems(form: SuppliedConsentForm, refusal: Refused) -> None:
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, f"{problem.text} {problem.remedy}")


def _page(
    request: HttpRequest, form: SuppliedConsentForm, region: str, *, connection: Connection | None = None
) -> HttpResponse:
    context = {
        "section": "connections",
        "form": form,
        "region": region,
        "region_label": dict(link_region_choices()).get(region, region),
        "connection": connection,
    }
    return render(request, "connect/supplied_form.html", context, status=422 if form.errors else 200)


def _consent(request: HttpRequest, pk: UUID, consent: UUID) -> SuppliedConsent:
    partner = member(request).partner
    return get_object_or_404(SuppliedConsent, pk=consent, connection=pk, partner=partner)


@require_safe
def consent_file(request: HttpRequest, pk: UUID, consent: UUID) -> HttpResponseBase:
    """The document, to download."""
    return document_response(_consent(request, pk, consent))


def document_response(supplied: SuppliedConsent) -> FileResponse:
    """The document as a download: never shown in the portal's pages, and under a name that we make."""
    name = f"{supplied.kind.lower().replace('_', '-')}-{supplied.signed_on.isoformat()}-{supplied.sha256[:8]}.pdf"
    response = stored_file(supplied.file, file_name=name, content_type="application/pdf")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def consent_withdraw(request: HttpRequest, pk: UUID, consent: UUID) -> HttpResponseBase:
    """Withdraw a consent, which is asked about first."""
    access, supplied = member(request), _consent(request, pk, consent)
    if "confirmed" not in request.POST:
        context = {"section": "connections", "consent": supplied}
        return render(request, "connect/supplied_withdraw.html", context)
    if withdraw_consent(supplied, by=access.actor):
        messages.success(request, "Consent withdrawn.")
    return redirect(f"{reverse('connection', args=[pk])}#supplied-heading")
