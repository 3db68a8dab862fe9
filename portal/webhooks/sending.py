"""One attempt: a signed request to a receiver, and what came of it. Touches no database, so that threads can do it."""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Final
from uuid import UUID

from django.conf import settings

from portal import clock
from portal.problems import storable
from portal.security.keyring import SecretUnreadable
from portal.security.outbound import OutboundRefused
from portal.security.posting import Answer, Poster, failure_of
from portal.webhooks import receivers, signing
from portal.webhooks.models import WebhookEndpoint

SECONDS: Final = 10.0  # for the whole request
MOST_BYTES: Final = 65_536  # of an answer are read
KEPT_CHARACTERS: Final = 1024  # of it are kept in the log
UNREADABLE: Final = "SECRET_UNREADABLE"
SANDBOX_HEADER: Final = "webhook-sandbox"
_AGENT = "partner-portal-webhooks/1"
_MOST_HEADERS_KEPT = 40
_LONGEST_HEADER_KEPT = 500
_SHORTEST_SECRET = 4  # characters; shorter ones are in any answer
_SHORTEST_PART = 8  # of several words: longer than Bearer

log = logging.getLogger("portal.webhooks")

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint as a thread needs it: where to, signed how, with which headers."""

    endpoint: UUID
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    is_sandbox: bool = False

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "Target":
        """Raises SecretUnreadable."""
        secrets = [endpoint.secret, *([endpoint.previous_secret] if endpoint.has_previous_secret else [])]
        headers = {header["name"].lower(): header["value"] for header in endpoint.headers}
        is_sandbox = endpoint.partner.is_sandbox
        return cls(endpoint.pk, endpoint.receiver_url, tuple(map(str, secrets)), headers, is_sandbox)

    def poster(self) -> Poster:
        return Poster(
            self.url, seconds=SECONDS, most_bytes=MOST_BYTES, allows_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK
        )


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent: the delivery's key, the event's ID, what it is about, and the exact bytes."""

    delivery: int
    event_id: str
    subject: str
    body: bytes


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What came of one request. status: None when nothing was answered, and error says why."""

    delivery: int
    at: datetime
    duration_ms: int
    request_headers: Pairs
    status: int | None = None
    error: str = ""
    response_headers: Pairs = ()
    response_text: str = ""
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(target: Target, parcel: Parcel, poster: Poster) -> AttemptResult:
    """Sign and send; never raises for what a receiver does."""
    at, began = clock.now(), time.monotonic()
    # The demo's clock may be ahead, and receivers refuse signatures of another time: these count real seconds.
    signed = signing.signed_headers(
        target.secrets, event_id=parcel.event_id, timestamp=int(clock.real_now().timestamp()), body=parcel.body
    )
    ours = {"content-type": "application/json", "user-agent": _AGENT, **signed}
    ours |= {SANDBOX_HEADER: "true"} if target.is_sandbox else {}  # payloads are as published, which knows no sandbox
    answer, error = _posted(poster, parcel.body, {**ours, **target.headers})
    shown = [*ours.items(), *((name, receivers.HIDDEN) for name in target.headers)]
    duration_ms = round((time.monotonic() - began) * 1000)
    if answer is None:
        return AttemptResult(parcel.delivery, at, duration_ms, shown, error=error)
    return AttemptResult(
        parcel.delivery,
        at,
        duration_ms,
        shown,
        status=answer.status,
        response_headers=_kept_headers(answer.headers, target),
        response_text=_kept_text(answer.body, target),
        retry_after=_retry_after({name.lower(): value for name, value in answer.headers}),
    )


def unreadable(delivery: int) -> AttemptResult:
    """The attempt that was none, since the portal cannot read what to sign with."""
    return AttemptResult(delivery, clock.now(), 0, [], error=UNREADABLE)


def _posted(poster: Poster, body: bytes, headers: Mapping[str, str]) -> tuple[Answer | None, str]:
    try:
        return poster.post(body, headers), ""
    except (OutboundRefused, OSError, HTTPException, SecretUnreadable) as error:
        return None, failure_of(error)
    except Exception as error:  # a fault of ours must not look like a delivery, nor end the thread
        log.exception("an attempt stopped")
        return None, failure_of(OSError(str(error)))


def _kept_headers(headers: Pairs, target: Target) -> list[tuple[str, str]]:
    return [
        (
            storable(_without_secrets(name, target))[:128],
            storable(_without_secrets(value, target))[:_LONGEST_HEADER_KEPT],
        )
        for name, value in headers[:_MOST_HEADERS_KEPT]
    ]


def _kept_text(body: bytes, target: Target) -> str:
    """The beginning of an answer. What is hidden in it may be longer than what is kept."""
    beginning = body[: KEPT_CHARACTERS * 4 + receivers.LONGEST_VALUE].decode("utf-8", "replace")
    return storable(_without_secrets(beginning, target))[:KEPT_CHARACTERS]


def _without_secrets(text: str, target: Target) -> str:
    """What a receiver answered, which may repeat the partner's headers to everybody who reads the log: hidden there."""
    values = [value for value in target.headers.values() if len(value) >= _SHORTEST_SECRET]
    parts = [part for value in values for part in value.split() if len(part) >= _SHORTEST_PART]
    for value in sorted({*values, *parts}, key=len, reverse=True):
        for written in (value, json.dumps(value)[1:-1]):
            text = text.replace(written, receivers.HIDDEN)
    return text


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """What Retry-After says, in seconds or as a date; None when it says nothing that is understood."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal() and said.isascii():
        return timedelta(seconds=min(int(said[:9]), 86_400))
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - datetime.now(UTC), timedelta())
