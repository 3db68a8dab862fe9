"""The pages of a partner about Connect: connections, decisions, links and redirect hosts."""

import io
from collections.abc import Iterable
from uuid import UUID

import qrcode
import qrcode.image.svg
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from onboarding.connect import absorb, esi_ids, languages, ledger, links
from onboarding.connect.choices import REGIONS_WITHOUT_UTILITY_SIGN_IN, LinkState
from onboarding.connect.filters import connection_filter
from onboarding.connect.forms import (
    EmailLinkForm,
    HostForm,
    LinkForm,
    RegionForm,
    hosts_of,
    initial_of,
)
from onboarding.connect.invitations import send_link
from onboarding.connect.models import Connection, ConnectionNote, ConnectLink, RedirectHost, ServicePoint
from onboarding.connect.panels import panels_of_connection, panels_of_link
from onboarding.connect.queries import (
    candidate_of,
    connect_programs,
    connections_of,
    consents_of,
    link_region_choices,
    links_of,
    meters_of_connection,
    supplied_of,
    unsent_emails_of,
)
from onboarding.connect.rows import EXPORTED, consent_lines, export_lines, note_lines, questions_of, row_of
from onboarding.spreadsheets.workbook import write_csv
from portal.partners.access import member
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.downloads import csv_response, download_name
from portal.web.filters import chips_of, without
from portal.web.pages import keyset_page
from programs.models import Utility
from programs.queries import agreements_for, device_programs

PER_PAGE = 50
METERS_SHOWN = 100
NOTES_SHOWN = 200


def _utility_names() -> dict[str, str]:
    return dict(Utility.objects.values_list("code", "name"))


# --- connections


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """One line for each customer that opened a link with a reference ID."""
    access = member(request)
    filtered = connection_filter(request.GET, partner=access.partner)
    rows = filtered.qs if filtered.form.is_valid() else filtered.queryset.none()
    page = keyset_page(rows.order_by(), request.GET, sort="-last_interaction_at", size=PER_PAGE)
    names = _utility_names() if page.rows else {}
    chips = chips_of(request.GET, filtered.form)
    context = {
        "section": "connections",
        "form": filtered.form,
        "page": page,
        "rows": [row_of(connection, names) for connection in page.rows],
        "chips": chips,
        "total": rows.count() if chips and page.rows else None,
        "query": without(request.GET, "page"),
        "has_links": links_of(access.partner).exists(),
    }
    return render(request, "connect/connections.html", context, status=422 if filtered.form.errors else 200)


@require_GET
def connections_export(request: HttpRequest) -> HttpResponseBase:
    """The connections that the list shows, as CSV: all pages of them."""
    access = member(request)
    filtered = connection_filter(request.GET, partner=access.partner)
    if not filtered.form.is_valid():
        return redirect(f"{reverse('connections')}?{request.GET.urlencode()}")
    names = _utility_names()
    matching = filtered.qs.order_by("-last_interaction_at", "-pk")
    rows = (row_of(one, names) for one in matching.iterator(chunk_size=500))
    return csv_response(
        write_csv(list(EXPORTED), export_lines(rows)), download_name(access.partner, "connections", suffix="csv")
    )


def _connection(request: HttpRequest, pk: UUID) -> Connection:
    return get_object_or_404(connections_of(member(request).partner), pk=pk)


@require_safe
def connection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One customer: each utility, what was signed, the notes, the meters, and what to decide."""
    return _connection_page(request, _connection(request, pk))


def _connection_page(
    request: HttpRequest, held: Connection, *problems: Problem, typed: str = "", status: int = 200
) -> HttpResponse:
    names = _utility_names()
    context = {
        "section": "connections",
        "row": row_of(held, names),
        "connection": held,
        "notes": note_lines(ConnectionNote.objects.filter(connection=held)[:NOTES_SHOWN]),
        "meters": list(meters_of_connection(held)[:METERS_SHOWN]),
        "questions": questions_of(held),
        "needs_esi_id": _needs_esi_id(held),
        "asks_no_utility": held.transmission_region in REGIONS_WITHOUT_UTILITY_SIGN_IN,
        "is_device": _is_with_device(held),
        "consents": consent_lines(consents_of(held), names),
        "unsent_emails": unsent_emails_of(held) if member(request).partner.is_sandbox else (),
        "problems": problems,
        "typed": typed,
        "supplied": supplied_of(held),
        "panels": panels_of_connection(held),
    }
    return render(request, "connect/connection.html", context, status=status)


def _is_with_device(held: Connection) -> bool:
    newest = next(reversed(held.sessions.all()), None)
    return newest is not None and newest.link.is_device


def _needs_esi_id(held: Connection) -> bool:
    return held.needs_partner and held.transmission_region == esi_ids.REGION


@require_POST
def connection_decide(request: HttpRequest, pk: UUID, point: int) -> HttpResponse:
    """The partner says which meter a service point is, or that it is a new one."""
    access = member(request)
    held = _connection(request, pk)
    asked = get_object_or_404(ServicePoint, pk=point, authorization__connection=held, partner=access.partner)
    chosen = request.POST.get("meter", "")
    meter = candidate_of(asked, as_uuid(chosen))
    if meter is None and chosen != "new":
        return _connection_page(request, held, Problem("POINT_NOTHING_CHOSEN", f"point-{point}"), status=422)
    try:
        joined = absorb.decide(asked, meter, by=access.actor)
    except Refused as refusal:
        return _connection_page(request, held, *refusal.problems, status=409)
    messages.success(request, f"The authorization belongs to {joined.partner_reference} from now on.")
    return redirect("connection", pk=pk)


@require_POST
def connection_esi_id(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The partner enters the ESI ID that the customer did not have at hand."""
    access = member(request)
    held = _connection(request, pk)
    text = request.POST.get("esi_id", "")[:64]
    if not _needs_esi_id(held):
        return redirect("connection", pk=pk)
    try:
        meter = esi_ids.enter_esi_id(held, text, by=access.actor)
    except Refused as refusal:
        return _connection_page(request, held, *refusal.problems, typed=text, status=422)
    messages.success(request, f"Meter {meter.pk} is in your portfolio.")
    return redirect("connection", pk=pk)


@require_GET
def connection_consents(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The consent ledger of one customer, as CSV."""
    held = _connection(request, pk)
    lines = ledger.export_lines(consents_of(held))
    return csv_response(write_csv(list(ledger.EXPORTED), lines), download_name(held.partner, "consents", suffix="csv"))


# --- links


@require_safe
def link_list(request: HttpRequest) -> HttpResponse:
    """The partner's links, and where customers may be sent at the end."""
    access = member(request)
    context = {"section": "connections", "links": list(links_of(access.partner)), "hosts": hosts_of(access.partner)}
    return render(request, "connect/links.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def link_new(request: HttpRequest) -> HttpResponse:
    """The builder: first the region, then everything that depends on it."""
    access = member(request)
    region = request.POST.get("region") or request.GET.get("region", "")
    if region not in dict(link_region_choices()):
        regions = RegionForm(request.GET if "region" in request.GET else None)
        return render(request, "connect/link_region.html", {"section": "connections", "form": regions})
    form_data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = LinkForm(
        *form_data, partner=access.partner, region=region, initial={"programs": request.GET.getlist("program")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            link = links.create_link(access.partner, form.spec, by=access.actor, logo=form.logo_content)
        except Refused as refusal:
            _add_problems(form, refusal.problems)
        else:
            messages.success(request, "Link created. Copy it, print its QR code, or email it.")
            return redirect("connect-link", pk=link.pk)
    elif request.method == "POST":
        _add_problems(form, links.problems_of(access.partner, form.spec))
    context = {
        "section": "connections",
        "form": form,
        "region": region,
        "region_label": dict(link_region_choices())[region],
        "hosts": hosts_of(access.partner),
        "asks_no_utility": region in REGIONS_WITHOUT_UTILITY_SIGN_IN,
        "has_device_variants": bool(device_programs(region)),
        "by_partner": [program for program in connect_programs(region) if program.is_partner_created],
    }
    return render(request, "connect/link_form.html", context, status=422 if form.errors else 200)


def _add_problems(form: LinkForm, problems: Iterable[Problem]) -> None:
    for problem in problems:
        form.add_error(problem.field if problem.field in form.fields else None, f"{problem.text} {problem.remedy}")


def _link(request: HttpRequest, pk: UUID) -> ConnectLink:
    return get_object_or_404(links_of(member(request).partner), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def link_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A link: its address, QR code and contents; here it is emailed."""
    access = member(request)
    link = _link(request, pk)
    form = EmailLinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            to = send_link(
                link,
                to=form.cleaned_data["email"],
                reference=form.cleaned_data["reference"],
                by=access.actor,
                sender=access.user.email,
                language=form.cleaned_data["language"] or languages.ENGLISH,
            )
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field or None, f"{problem.text} {problem.remedy}")
        else:
            why = " Sandboxes don’t email customers." if access.partner.is_sandbox else ""
            messages.success(request, f"The link is on its way to {to}.{why}")
            return redirect("connect-link", pk=pk)
    address, spanish = links.address_of(link), links.address_of(link, language="es")
    context = {
        "section": "connections",
        "link": link,
        "state": LinkState(link.state),
        "form": form,
        "address": address,
        "with_reference": f"{address}&refId=YOUR-CUSTOMER-ID",
        "spanish": spanish,
        "older": request.build_absolute_uri(reverse("connect-by-title", args=[link.partner.slug, link.title])),
        "utilities": list(Utility.objects.filter(code__in=link.utilities).order_by("name")),
        "sessions": link.sessions.count(),
        "redirects": bool(links.final_redirect_of(link, [])),
        "agreements": agreements_for(
            link.transmission_region, link.classification, link.programs, for_devices=link.is_device
        ),
        "panels": panels_of_link(link),
    }
    return render(request, "connect/link.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def link_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is behind a link; its address stays."""
    access = member(request)
    link = _link(request, pk)
    if request.method == "POST":
        form = LinkForm(request.POST, request.FILES, partner=link.partner, region=link.transmission_region, link=link)
    else:
        form = LinkForm(initial=initial_of(link), partner=link.partner, region=link.transmission_region, link=link)
    if request.method == "POST" and form.is_valid():
        try:
            links.change_link(link, form.spec, by=access.actor, logo=form.logo_content)
        except Refused as refusal:
            _add_problems(form, refusal.problems)
        else:
            messages.success(request, "Link updated. Customers see the changes right away.")
            return redirect("connect-link", pk=pk)
    elif request.method == "POST":
        _add_problems(form, links.problems_of(access.partner, form.spec))
    context = {
        "section": "connections",
        "form": form,
        "link": link,
        "region": link.transmission_region,
        "region_label": dict(link_region_choices()).get(link.transmission_region, link.transmission_region),
        "hosts": hosts_of(access.partner),
    }
    return render(request, "connect/link_form.html", context, status=422 if form.errors else 200)


@require_POST
def link_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pause a link, resume it, or end it for good, which is asked about first."""
    access = member(request)
    link = _link(request, pk)
    wanted = request.POST.get("state", "")
    if wanted not in LinkState.values:
        return redirect("connect-link", pk=pk)
    if wanted == LinkState.ENDED and "confirmed" not in request.POST:
        return render(request, "connect/link_end.html", {"section": "connections", "link": link})
    try:
        links.set_state(link, LinkState(wanted), by=access.actor)
    except Refused as refusal:
        messages.error(request, f"{refusal.problems[0].text} {refusal.problems[0].remedy}")
    else:
        done = {LinkState.ACTIVE: "is active again", LinkState.PAUSED: "is paused", LinkState.ENDED: "has ended"}
        messages.success(request, f"The link {done[LinkState(wanted)]}.")
    return redirect("connect-link", pk=pk)


@require_GET
def link_qr(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The address as a QR code, to print: an SVG file. `lang` is of the pages to which it leads."""
    link, language = _link(request, pk), languages.known(request.GET.get(languages.PARAMETER, ""))
    address = links.address_of(link, language=language)
    picture = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, box_size=12)
    file = io.BytesIO()
    picture.save(file)
    response = HttpResponse(file.getvalue(), content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    if "download" in request.GET:
        name = f"{link.title}-{language}" if language else link.title
        response.headers["Content-Disposition"] = f'attachment; filename="connect-{name}.svg"'
    return response


@require_POST
def host_allow(request: HttpRequest) -> HttpResponse:
    """Allow a host of the partner's own pages as the end of the journey."""
    access = member(request)
    form = HostForm(request.POST)
    if form.is_valid():
        try:
            row = links.allow_host(access.partner, form.cleaned_data["host"], by=access.actor)
        except Refused as refusal:
            form.add_error("host", f"{refusal.problems[0].text} {refusal.problems[0].remedy}")
        else:
            messages.success(request, f"You can now send customers to {row.host}.")
            return redirect("connect-links")
    context = {
        "section": "connections",
        "links": list(links_of(access.partner)),
        "hosts": hosts_of(access.partner),
        "form": form,
    }
    return render(request, "connect/links.html", context, status=422)


@require_POST
def host_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Allow a host no more."""
    access = member(request)
    row = get_object_or_404(RedirectHost, partner=access.partner, pk=pk)
    touched = links.disallow_host(row, by=access.actor)
    links_end = "1 link that named it now ends" if touched == 1 else f"{touched} links that named it now end"
    more = f" {links_end} on our own page." if touched else ""
    messages.success(request, f"We no longer send customers to {row.host}.{more}")
    return redirect("connect-links")
