"""Fetches ESPI resources with a token, into a file, through the session that the caller gives."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import BinaryIO, Final, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests

from .limits import MIB

Outcome = Literal["feed", "not_ready", "unchanged", "refused", "gone", "too_large", "failed"]

_CHUNK = 64 * 1024
_LONGEST_WAIT: Final = timedelta(days=1)
_FIRST_WAIT: Final = timedelta(minutes=5)
_MOST_DOUBLINGS = 20
_OUTCOMES: Final[dict[int, Outcome]] = {
    200: "feed",
    202: "not_ready",
    204: "not_ready",
    304: "unchanged",
    401: "refused",
    403: "refused",
    404: "gone",
    410: "gone",
    429: "not_ready",
}


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    """What came of a request. retry_after: how long the utility asks to wait, None when it does not say.

    "feed": the body is in the file. "not_ready": ask again later. "unchanged": nothing new since `etag`. "refused": the
    token is revoked or has expired. "gone": there is no such resource. "too_large": more than the limit; what is in the
    file is of no use. "failed": anything else, redirects among them.
    """

    outcome: Outcome
    status: int
    retry_after: timedelta | None = None
    size_bytes: int = 0
    etag: str = ""


def fetch_resource(
    session: requests.Session,
    url: str,
    *,
    access_token: str,
    into: BinaryIO,
    timeout_seconds: float = 30.0,
    deadline_seconds: float = 600.0,
    max_bytes: int = 1024 * MIB,
    etag: str = "",
    client_certificate: tuple[str, str] | None = None,
) -> FetchAnswer:
    """GET a resource with a bearer token and write its body into a file.

    timeout_seconds: for connecting and for each read; deadline_seconds: for the whole body. Redirects are not followed.
    Connection errors of requests are the caller's; so is vetting the URL.
    """
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/atom+xml, application/xml"}
    if etag:
        headers["If-None-Match"] = etag
    ends_at = time.monotonic() + deadline_seconds
    with session.get(
        url, headers=headers, timeout=timeout_seconds, allow_redirects=False, stream=True, cert=client_certificate
    ) as response:
        outcome = _outcome(response)
        wait, new_etag = _retry_after(response.headers.get("Retry-After", "")), response.headers.get("ETag", "")[:200]
        size = 0
        for chunk in response.iter_content(_CHUNK) if outcome == "feed" else ():
            size += len(chunk)
            if size > max_bytes:
                return FetchAnswer("too_large", response.status_code, None, size)
            if time.monotonic() > ends_at:
                raise requests.Timeout("the body took longer than its deadline")
            into.write(chunk)
        return FetchAnswer(outcome, response.status_code, wait, size, new_etag)


def published_since(url: str, after: datetime) -> str:
    """The URL, asking only for what was published since a moment (ESPI's published-min)."""
    parts = urlsplit(url)
    query = [pair for pair in parts.query.split("&") if pair and not pair.startswith("published-min=")]
    query.append(urlencode({"published-min": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(query), parts.fragment))


def backoff(attempt: int, *, first: timedelta = _FIRST_WAIT, cap: timedelta = timedelta(hours=6)) -> timedelta:
    """How long to wait after so many attempts (from 1): twice as long each time, up to the cap."""
    return min(cap, first * 2 ** min(max(attempt - 1, 0), _MOST_DOUBLINGS))


def _outcome(response: requests.Response) -> Outcome:
    if response.status_code == 503 and "Retry-After" in response.headers:
        return "not_ready"
    return _OUTCOMES.get(response.status_code, "failed")


def _retry_after(text: str) -> timedelta | None:
    """The wait that a header asks for, in seconds or as a date; at most a day."""
    if text.isascii() and text.strip().isdigit():
        return min(timedelta(seconds=int(text.strip()[:9])), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - datetime.now(UTC), timedelta(0)), _LONGEST_WAIT)
