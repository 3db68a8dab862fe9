"""Making links, changing them, and finding the one that an address names."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from onboarding.connect import logos
from onboarding.connect.choices import AGREEMENTS_ONLY_REGIONS, CONNECT_REGIONS, LinkState, Variant
from onboarding.connect.languages import PARAMETER
from onboarding.connect.models import ConnectLink, RedirectHost
from onboarding.connect.queries import connected_utilities, programs_of_variant
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Partner
from portal.problems import Problem, Refused, shown
from portal.web import clock
from programs.queries import device_programs

# What an address of ours says itself (leap.md 3.1); everything else in it is the partner's own.
RESERVED: Final = frozenset(
    {"transmissionRegion", "account", "variant", "program", "refId", "requestedUtilities", "link"}
)
MOST_PARAMETERS: Final = 20
_LONGEST_NAME, _LONGEST_VALUE = 64, 500
_REFERENCE: Final = re.compile(r"[^/\\?\]\[{}!#$%^&*()<>|\x00-\x1f\x7f]{3,256}")
_HOST: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?"
)
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")
_CONTRAST: Final = 3.0  # of a button with the page around it (WCAG 2.2, 1.4.11)


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """What a partner chooses for a link."""

    title: str
    region: str
    variant: str = Variant.RESIDENTIAL
    programs: Collection[str] = ()
    utilities: Collection[str] = ()
    final_redirect: str = ""
    display_name: str = ""
    color: str = ""
    welcome: str = ""
    welcome_es: str = ""
    support_contact: str = ""


def create_link(partner: Partner, spec: LinkSpec, *, by: Actor, logo: bytes | None = None) -> ConnectLink:
    """Make a link that takes customers at once; one connectlink.created event.

    Refuses, all at once: LINK_REGION_WITHOUT_CONNECT, LINK_VARIANT_UNAVAILABLE, LINK_PROGRAM_UNAVAILABLE,
    LINK_UTILITY_UNAVAILABLE, LINK_DEVICE_WITHOUT_UTILITY, LINK_REDIRECT_NOT_ALLOWED, LINK_REDIRECT_UNUSABLE,
    LINK_COLOR_UNUSABLE, LINK_COLOR_TOO_LIGHT, LINK_LOGO_UNUSABLE, LINK_TITLE_TAKEN.
    """
    problems = problems_of(partner, spec)
    if ConnectLink.objects.filter(partner=partner, title=spec.title).exists():
        problems.append(Problem("LINK_TITLE_TAKEN", "title", context={"title": spec.title}))
    if problems:
        raise Refused(*problems)
    try:
        with transaction.atomic():
            link = ConnectLink.objects.create(
                partner=partner,
                title=spec.title,
                transmission_region=spec.region,
                created_by=by.label[:200],
                logo=logos.store_logo(logo) if logo else "",
                **_looks_of(spec),
            )
            record("connectlink.created", subject=link, partner=partner, by=by, data={"title": link.title})
    except IntegrityError as error:  # the same title, this very moment
        raise Refused(Problem("LINK_TITLE_TAKEN", "title", context={"title": spec.title})) from error
    return link


def change_link(link: ConnectLink, spec: LinkSpec, *, by: Actor, logo: bytes | None = None) -> None:
    """Give a link other contents; its title and region stay, since its address is with customers.

    What customers began through it goes on. One connectlink.changed event that says which. Refuses as create_link
    does, and LINK_IS_OVER.
    """
    if link.state == LinkState.ENDED:
        raise Refused(Problem("LINK_IS_OVER"))
    problems = problems_of(link.partner, spec)
    if problems:
        raise Refused(*problems)
    fields = _looks_of(spec) | ({"logo": logos.store_logo(logo)} if logo else {})
    changed = {name: [getattr(link, name), new] for name, new in fields.items() if getattr(link, name) != new}
    if not changed:
        return
    for name, new in fields.items():
        setattr(link, name, new)
    link.updated_at = clock.now()
    with transaction.atomic():
        link.save(update_fields=[*fields, "updated_at"])
        record("connectlink.changed", subject=link, partner=link.partner, by=by, data={"changes": changed})


def set_state(link: ConnectLink, state: LinkState, *, by: Actor) -> None:
    """Pause a link, let it go on, or end it for good. Repeating it has no effect. Refuses: LINK_IS_OVER."""
    with transaction.atomic():
        held = ConnectLink.objects.select_for_update().get(pk=link.pk)
        if held.state == state:
            return
        if held.state == LinkState.ENDED:
            raise Refused(Problem("LINK_IS_OVER"))
        held.state, held.updated_at = state, clock.now()
        held.save(update_fields=["state", "updated_at"])
        verb = {LinkState.ACTIVE: "resumed", LinkState.PAUSED: "paused", LinkState.ENDED: "ended"}[state]
        record(f"connectlink.{verb}", subject=held, partner=link.partner, by=by, data={"title": held.title})


def allow_host(partner: Partner, text: str, *, by: Actor) -> RedirectHost:
    """Let customers be sent to pages on a host at the end. Repeating it has no effect.

    Refuses: REDIRECT_HOST_UNUSABLE.
    """
    host = text.strip().lower().removeprefix("https://").rstrip("/")
    if not _HOST.fullmatch(host):
        raise Refused(Problem("REDIRECT_HOST_UNUSABLE", "host", shown(text)))
    with transaction.atomic():
        row, is_new = RedirectHost.objects.get_or_create(partner=partner, host=host)
        if is_new:
            record("redirecthost.allowed", subject=row, partner=partner, by=by, data={"host": host})
    return row


def disallow_host(row: RedirectHost, *, by: Actor) -> int:
    """Send no customer to a host any more; links that name it end on our own page. Returns how many links those are."""
    with transaction.atomic():
        record("redirecthost.removed", subject=row, partner=row.partner, by=by, data={"host": row.host})
        links = ConnectLink.objects.filter(partner=row.partner).exclude(final_redirect="")
        touched = [link for link in links if urlsplit(link.final_redirect).netloc.lower() == row.host]
        row.delete()
    return len(touched)


def final_redirect_of(link: ConnectLink, parameters: Iterable[Sequence[str]], *, reference: str = "") -> str:
    """Where a customer goes at the end, with what the partner's link carried; "" when there is no such page.

    A host that is not allowed any more gets nobody: what was allowed when the link was made does not count.
    """
    if not link.final_redirect or _redirect_problem(link.partner, link.final_redirect):
        return ""
    carried = [*([("refId", reference)] if reference else []), *((name, value) for name, value in parameters)]
    if not carried:
        return link.final_redirect
    address, mark, fragment = link.final_redirect.partition("#")
    joined = "&" if "?" in address else "?"
    return f"{address}{joined}{urlencode(carried)}{mark}{fragment}"


def address_of(link: ConnectLink, *, reference: str = "", language: str = "", site: str = "") -> str:
    """The address of a link as a partner sends it (leap.md 3.1); with a refId and a language when there are any."""
    said = {"transmissionRegion": link.transmission_region, "account": link.partner.slug, "variant": link.variant}
    said |= {"link": link.title} | ({"refId": reference} if reference else {})
    said |= {PARAMETER: language} if language else {}
    return f"{site or settings.SITE_URL}{reverse('connect')}?{urlencode(said)}"


def link_of(parameters: Mapping[str, str]) -> ConnectLink:
    """The link that an address names: by account and title, or the oldest one of the account, region and variant.

    The oldest, so that an address that was sent keeps its meaning when links are added. It may be paused. Refuses:
    CONNECT_LINK_UNKNOWN, whatever is unknown about it.
    """
    links = ConnectLink.objects.filter(partner__slug=parameters.get("account", ""), partner__is_active=True)
    links = links.exclude(state=LinkState.ENDED).select_related("partner").order_by("pk")
    if title := parameters.get("link", ""):
        link = links.filter(title=title).first()
    else:
        region, variant = parameters.get("transmissionRegion", ""), parameters.get("variant") or Variant.RESIDENTIAL
        program = parameters.get("program", "")
        fitting = links.filter(transmission_region=region, variant=variant)
        link = next((one for one in fitting if not program or not one.programs or program in one.programs), None)
    if link is None or not _agrees(link, parameters):
        raise Refused(Problem("CONNECT_LINK_UNKNOWN"))
    return link


def _agrees(link: ConnectLink, parameters: Mapping[str, str]) -> bool:
    """Whether an address that names a link says nothing else about its region and variant."""
    said = (("transmissionRegion", link.transmission_region), ("variant", link.variant))
    return all(parameters.get(name) in (None, "", value) for name, value in said)


def reference_of(parameters: Mapping[str, str]) -> str:
    """The refId of an address, "" without one. Refuses: CONNECT_LINK_UNKNOWN for one that cannot be a reference."""
    reference = parameters.get("refId", "").strip()
    if reference and not _REFERENCE.fullmatch(reference):
        raise Refused(Problem("CONNECT_LINK_UNKNOWN"))
    return reference


def own_parameters(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What in an address is the partner's own, in its order: at most 20 parameters, kept short."""
    own = [(name, value) for name, value in pairs if name not in RESERVED and name]
    kept = [(name, value) for name, value in own if len(name) <= _LONGEST_NAME and len(value) <= _LONGEST_VALUE]
    return kept[:MOST_PARAMETERS]


def _looks_of(spec: LinkSpec) -> dict[str, object]:
    return {
        "variant": spec.variant,
        "programs": list(spec.programs),
        "utilities": list(spec.utilities),
        "final_redirect": spec.final_redirect,
        "display_name": spec.display_name,
        "color": spec.color.lower(),
        "welcome": spec.welcome,
        "welcome_es": spec.welcome_es,
        "support_contact": spec.support_contact,
    }


def problems_of(partner: Partner, spec: LinkSpec) -> list[Problem]:
    """What is wrong with a link's contents, all at once; whether its title is free is another question."""
    region, variant = {"region": spec.region}, Variant(spec.variant)
    if spec.region not in CONNECT_REGIONS and not device_programs(spec.region):
        return [Problem("LINK_REGION_WITHOUT_CONNECT", "region", spec.region, region)]
    problems = []
    if not is_available(variant, spec.region):
        said = region | {"variant": variant.label}
        problems.append(Problem("LINK_VARIANT_UNAVAILABLE", "variant", spec.variant, said))
    programs = {program.identifier for program in programs_of_variant(spec.region, variant)}
    problems += [
        Problem("LINK_PROGRAM_UNAVAILABLE", "programs", name, region | {"program": name, "variant": variant.label})
        for name in spec.programs
        if name not in programs
    ]
    if variant.is_device and spec.utilities:
        problems.append(Problem("LINK_DEVICE_WITHOUT_UTILITY", "utilities"))
    utilities = {utility.code for utility in connected_utilities(spec.region, partner)}
    problems += [
        Problem("LINK_UTILITY_UNAVAILABLE", "utilities", code, region | {"utility": code})
        for code in spec.utilities
        if code not in utilities
    ]
    checks = (_redirect_problem(partner, spec.final_redirect), _color_problem(spec.color))
    return [*problems, *(problem for problem in checks if problem)]


def is_available(variant: Variant, region: str) -> bool:
    """Whether links of a variant can be made in a region."""
    if variant.is_device:
        return bool(device_programs(region))
    return region in (AGREEMENTS_ONLY_REGIONS if variant.is_agreements_only else CONNECT_REGIONS)


def _redirect_problem(partner: Partner, address: str) -> Problem | None:
    if not address:
        return None
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return Problem("LINK_REDIRECT_UNUSABLE", "final_redirect", shown(address))
    netloc = f"{host}:{port}" if port else host
    is_plain = parts.username is None and parts.password is None and address.isascii() and "\\" not in address
    secure = parts.scheme == "https" or (parts.scheme == "http" and settings.DEMO)
    if not host or not secure or not is_plain or any(char.isspace() or not char.isprintable() for char in address):
        return Problem("LINK_REDIRECT_UNUSABLE", "final_redirect", shown(address))
    if RedirectHost.objects.filter(partner=partner, host=netloc).exists():
        return None
    return Problem("LINK_REDIRECT_NOT_ALLOWED", "final_redirect", shown(address), {"host": netloc})


def _color_problem(color: str) -> Problem | None:
    if not color:
        return None
    if not _COLOR.fullmatch(color.lower()):
        return Problem("LINK_COLOR_UNUSABLE", "color", shown(color))
    contrast = contrast_with_white(color)
    if contrast < _CONTRAST:
        return Problem("LINK_COLOR_TOO_LIGHT", "color", color, {"contrast": f"{contrast:.1f}"})
    return None


def contrast_with_white(color: str) -> float:
    """The contrast of a color (#rrggbb) with white, 1 to 21 (WCAG 2.2, relative luminance)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05)


def text_color_on(color: str) -> str:
    """White or black: whichever can be read on a color."""
    return "#ffffff" if contrast_with_white(color) >= 4.5 else "#000000"
