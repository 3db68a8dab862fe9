"""What a receiver may be: its address, the event types it gets, and the headers it is sent. No writes."""

import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from portal.events.published import event_types
from portal.problems import Problem, shown
from portal.security.outbound import is_public

HIDDEN: Final = "********"  # what is shown instead of a header's value; sent back, it keeps that value
PORTS: Final = (443, 8443, 8843)
MOST_HEADERS: Final = 20
LONGEST_VALUE: Final = 4096  # of a header
_LONGEST_URL = 2048
_URL = re.compile(r"[!-~]+")  # printable ASCII without blanks: what goes into a request line as it is
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")  # a token of RFC 9110
_VALUE = re.compile(r"(?:[!-~](?:[ \t!-~]{0,4094}[!-~])?)?")  # nor blanks at its ends, which HTTP takes away
_RESERVED = frozenset(
    {
        *("host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection"),
        *("keep-alive", "te", "trailer", "upgrade", "expect", "accept-encoding", "user-agent"),
        *("http2-settings", "forwarded", "via", "date"),
    }
)
_RESERVED_PREFIXES = ("webhook-", "proxy-", "sec-", "x-forwarded-")
_OWN_NAMES = ("localhost", "local", "internal", "localdomain")  # never in the public DNS

Header = Mapping[str, str]


def url_problems(url: str) -> list[Problem]:
    """What speaks against this address of a receiver; its name is not looked up, which every delivery does."""
    if not url:
        return [Problem("WEBHOOK_URL_MISSING", "receiver_url")]
    if len(url) > _LONGEST_URL:
        return [Problem("WEBHOOK_URL_TOO_LONG", "receiver_url")]
    parts = _parsed(url)
    if parts is None:
        return [Problem("WEBHOOK_URL_NOT_READ", "receiver_url", shown(url))]
    problems = [] if parts.scheme == "https" or _is_own_http(parts) else [Problem("WEBHOOK_URL_NOT_HTTPS")]
    if parts.username is not None or parts.password is not None:
        problems.append(Problem("WEBHOOK_URL_CREDENTIALS"))
    if "#" in url:
        problems.append(Problem("WEBHOOK_URL_FRAGMENT"))
    if (parts.port or 443) not in PORTS and not settings.WEBHOOKS_ALLOW_LOOPBACK:
        problems.append(Problem("WEBHOOK_URL_PORT", context={"port": parts.port}))
    host = parts.hostname or ""
    if not _may_be_public(host) and not (settings.WEBHOOKS_ALLOW_LOOPBACK and _is_loopback(host)):
        problems.append(Problem("WEBHOOK_URL_NOT_PUBLIC", context={"host": shown(host)}))
    return [Problem(problem.code, "receiver_url", context=problem.context) for problem in problems]


def _parsed(url: str) -> SplitResult | None:
    """The parts of the address; None when it is none."""
    try:
        parts = urlsplit(url) if _URL.fullmatch(url) else None
        if parts is None or parts.port == 0 or "\\" in url:
            return None
        (parts.hostname or "").encode("idna")  # an empty label, or one of more than 63 characters
    except (ValueError, UnicodeError):
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _is_own_http(parts: SplitResult) -> bool:
    return settings.WEBHOOKS_ALLOW_LOOPBACK and parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that the host is, in any of the forms that a resolver reads (127.1, 0x7f000001); None for a name."""
    try:
        [answer, *_] = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return ipaddress.ip_address(str(answer[4][0]))
    except (OSError, ValueError, UnicodeError):
        return None


def _is_loopback(host: str) -> bool:
    address = _address_of(host)
    return address.is_loopback if address else host == "localhost"


def _may_be_public(host: str) -> bool:
    address = _address_of(host)
    if address is not None:
        return is_public(address)
    labels = host.rstrip(".").split(".")
    return len(labels) > 1 and labels[-1] not in _OWN_NAMES


def type_problems(types: Sequence[str]) -> list[Problem]:
    """What speaks against these event types: none at all, unknown ones, repeated ones."""
    known = [kind.name for kind in event_types()]
    if not types:
        return [Problem("WEBHOOK_TYPES_MISSING", "event_types")]
    unknown = [
        Problem("WEBHOOK_TYPE_UNKNOWN", "event_types", shown(name), {"known": known})
        for name in types
        if name not in known
    ]
    repeated = sorted({name for name in types if name in known and types.count(name) > 1})
    return unknown[:5] + [Problem("WEBHOOK_TYPE_REPEATED", "event_types", name) for name in repeated]


def header_problems(headers: Sequence[Header], *, kept: Sequence[Header] = ()) -> list[Problem]:
    """What speaks against these headers. kept: those that are stored, whose hidden values may be sent back."""
    if len(headers) > MOST_HEADERS:
        return [Problem("WEBHOOK_HEADERS_TOO_MANY", "headers", context={"count": len(headers), "most": MOST_HEADERS})]
    stored, seen, problems = {header["name"].lower() for header in kept}, set(), []
    for place, header in enumerate(headers):
        name, value, field = header["name"], header["value"], f"headers.{place}"
        if not _NAME.fullmatch(name):
            problems.append(Problem("WEBHOOK_HEADER_NAME", f"{field}.name", shown(name)))
        elif name.lower() in _RESERVED or name.lower().startswith(_RESERVED_PREFIXES):
            problems.append(Problem("WEBHOOK_HEADER_RESERVED", f"{field}.name", name))
        elif name.lower() in seen:
            problems.append(Problem("WEBHOOK_HEADER_REPEATED", f"{field}.name", name))
        elif value == HIDDEN and name.lower() not in stored:
            problems.append(Problem("WEBHOOK_HEADER_HIDDEN", f"{field}.value", context={"name": name}))
        elif not _VALUE.fullmatch(value):
            problems.append(Problem("WEBHOOK_HEADER_VALUE", f"{field}.value", context={"name": name}))
        seen.add(name.lower())
    return problems


def with_kept_values(headers: Sequence[Header], *, kept: Sequence[Header]) -> list[dict[str, str]]:
    """The headers as they are stored: a hidden value is the one that is stored under this name."""
    values = {header["name"].lower(): header["value"] for header in kept}
    return [
        {
            "name": header["name"],
            "value": values[header["name"].lower()] if header["value"] == HIDDEN else header["value"],
        }
        for header in headers
    ]


def hidden(headers: Sequence[Header]) -> list[dict[str, str]]:
    """The headers as they may be shown."""
    return [{"name": header["name"], "value": HIDDEN} for header in headers]
