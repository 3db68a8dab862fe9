"""What a partner decides about a device that a customer described, and the photo of its label."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from onboarding.connect.models import Connection
from onboarding.device_links.domain import DeviceDecision, decide
from onboarding.device_links.photos import photo_of
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.models import Meter
from portal.partners.access import member
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.downloads import download_name, stored_file
from portal.web.notices import tell_refusal


@require_POST
def connection_device(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the device is: the meter with its reference, a new one, one with its serial number, or none; or go on in the
    form."""
    access = member(request)
    connection = get_object_or_404(Connection, pk=pk, partner=access.partner)
    page = f"{reverse('connection', args=[pk])}#device"
    try:
        meter = as_uuid(request.POST.get("use", ""))
        decision = DeviceDecision.USE if meter else _decision(request.POST.get("decision", ""))
        decided = decide(connection, decision, by=access.actor, user=access.user, meter=meter)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect(page)
    if isinstance(decided, MeterDraft):
        return redirect("entry-draft", decided.pk)
    if isinstance(decided, Meter):
        messages.success(request, f"The device is now {decided.partner_reference}.")
    else:
        messages.success(request, "Decision saved. No meter was created.")
    return redirect(page)


@require_GET
def device_photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The photo of the device's label as a download: a stranger's picture is never shown in our pages."""
    connection = get_object_or_404(Connection, pk=pk, partner=member(request).partner)
    photo = photo_of(connection)
    if photo is None:
        raise Http404
    name = download_name(connection.partner, "device label", suffix="jpg")
    response = stored_file(photo.file, file_name=name, content_type="image/jpeg")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _decision(text: str) -> DeviceDecision:
    """Refuses: DEVICE_NOTHING_CHOSEN."""
    if text not in list(DeviceDecision):
        raise Refused(Problem("DEVICE_NOTHING_CHOSEN"))
    return DeviceDecision(text)
