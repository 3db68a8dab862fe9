"""Fetching a utility's data: asked for by the customer's authorization, by the utility's notification, or by polling.

One job per authorization. It refreshes the token, reads whether the authorization still runs there, fetches both feeds
into files, reads them in a limited process, and makes meters of what they tell. An answer that does not come is asked
for again, later each time.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import BinaryIO, Final

import requests
from django.conf import settings

from onboarding.connect import feeds
from onboarding.connect.absorb import absorb
from onboarding.connect.authorize import endpoints_of, keep_token, session_to
from onboarding.connect.choices import AUTHORIZATION_DAYS, AuthorizationState, DataState, EndReason, NoteKind
from onboarding.connect.ending import end
from onboarding.connect.models import Authorization, ConnectionNote, Feed
from onboarding.connect.notes import note
from onboarding.connect.notifications import tell_overdue, tell_to_decide
from onboarding.connect.points import PointFacts
from onboarding.connect.signals import utility_data_received
from onboarding.green_button import client, oauth
from portal.jobs.domain import Run, enqueue
from portal.jobs.models import Job
from portal.problems import Problem
from portal.security import outbound
from portal.storage.files import Draft, drafted
from portal.storage.ids import uuid7
from portal.web import clock

log = logging.getLogger("onboarding.connect")
_TOKEN_SECONDS: Final = 15  # less than a lease
_FEED_SECONDS: Final = 900
_BEAT_SECONDS: Final = 5
_UNAUTHORIZED: Final = 401
_ONCE_A_DAY: Final = timedelta(days=1)
_OVERDUE: Final = timedelta(days=AUTHORIZATION_DAYS)
_POINTS_AT_ONCE: Final = 25
_SPARE: Final = timedelta(seconds=10)  # a token that ends this soon is refreshed first


class NotReady(Exception):
    """The utility has no data yet, or no answer. after: when to ask again, None for our own backoff."""

    def __init__(self, after: timedelta | None = None, *, is_silent: bool = False) -> None:
        super().__init__("not ready")
        self.after, self.is_silent = after, is_silent


class AccessEnded(Exception):
    """The utility does not let us in any more."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenRefused(AccessEnded):
    """The utility does not take the access token, which may have ended before its time (HTTP 401)."""


def queue_due() -> int:
    """Queue the fetches that are due, and tell of data that is overdue; returns how many were queued."""
    due = (
        Authorization.objects.filter(next_fetch_at__lte=clock.now()).select_related("partner").order_by("next_fetch_at")
    )
    count = 0
    for authorization in due[:1000]:
        enqueue("connect.fetch", subject_id=authorization.pk, partner=authorization.partner)
        count += 1
    return count


def fetch(run: Run) -> None:
    """Fetch and absorb what one authorization's utility has now."""
    authorization = _authorization(run.job.subject_id)
    if authorization is None or not authorization.is_running or authorization.next_fetch_at is None:
        return
    try:
        _refresh(authorization)
        run.beat()
        try:
            usage, customer = _feeds(run, authorization)
        except TokenRefused:
            if not _refresh(authorization, is_refused=True):
                raise
            usage, customer = _feeds(run, authorization)
        _take_in(run, authorization, usage=usage, customer=customer)
    except AccessEnded as ended:
        end(authorization, ended.reason)
    except NotReady as later:
        _ask_later(run, authorization, later)
    except feeds.Unreadable as unreadable:
        _say_unreadable(run, authorization, unreadable)


def _authorization(pk: str) -> Authorization | None:
    rows = Authorization.objects.select_related(
        "partner", "connection", "utility__green_button", "session__link__partner"
    )
    return rows.filter(pk=pk).first()


# --- access


def _refresh(authorization: Authorization, *, is_refused: bool = False) -> bool:
    """A new access token when the old one ends, or is refused; returns whether there is one.

    The utility's new refresh token is stored before anything else. Not every utility says when a token ends.
    """
    ends = authorization.token_expires_at
    if not is_refused and (ends is None or ends > clock.now() + _SPARE):
        return False
    if not authorization.refresh_token:
        if is_refused:
            return False
        raise AccessEnded(EndReason.ACCESS_REFUSED)
    connection = authorization.utility.green_button
    try:
        with session_to(connection, seconds=_TOKEN_SECONDS) as session:
            token = oauth.refresh(
                session, endpoints_of(connection), refresh_token=authorization.refresh_token, now=clock.now()
            )
    except oauth.OAuthRefused as refusal:
        if refusal.code != "invalid_grant":
            raise NotReady(is_silent=True) from refusal
        if is_refused:
            return False
        raise AccessEnded(_why_refused(authorization)) from refusal
    except (oauth.OAuthError, requests.RequestException, outbound.OutboundRefused) as error:
        raise NotReady(is_silent=True) from error
    keep_token(authorization, token)
    if not Authorization.objects.filter(pk=authorization.pk, ended_at=None).exists():
        # The customer has revoked it while the utility answered: these tokens are given up as well.
        enqueue("connect.revoke", subject_id=authorization.pk, partner=authorization.partner)
        raise AccessEnded(EndReason.BY_CUSTOMER)
    return True


def _why_refused(authorization: Authorization) -> EndReason:
    return EndReason.EXPIRED if _is_over(authorization) else EndReason.ACCESS_REFUSED


def _why_ended(authorization: Authorization) -> EndReason:
    return EndReason.EXPIRED if _is_over(authorization) else EndReason.AT_UTILITY


def _is_over(authorization: Authorization) -> bool:
    return authorization.ends_at is not None and authorization.ends_at <= clock.now()


def _read_authorization(authorization: Authorization) -> None:
    """Until when the authorization runs at the utility, and whether it is still there."""
    if not authorization.authorization_url:
        return
    try:
        content = feeds.read_small(_get(authorization, authorization.authorization_url, most_bytes=1_000_000))
    except AccessEnded:  # some utilities show it to other tokens only; whether we may have the data, the data tells
        return
    if content is None:
        return
    changes = {}
    if content.ends_at and content.ends_at != authorization.ends_at:
        changes["ends_at"] = content.ends_at
    if content.starts_at and content.starts_at < (authorization.starts_at or content.starts_at):
        changes["starts_at"] = content.starts_at
    for name, value in changes.items():
        setattr(authorization, name, value)
    if changes:
        authorization.save(update_fields=[*changes])
    if content.is_revoked:
        raise AccessEnded(EndReason.AT_UTILITY)
    if _is_over(authorization):
        raise AccessEnded(EndReason.EXPIRED)


def _get(authorization: Authorization, url: str, *, most_bytes: int) -> bytes:
    """A small resource in memory."""
    file = feeds.Memory()
    _fetch_into(authorization, url, file, seconds=_TOKEN_SECONDS, most_bytes=most_bytes)
    return file.getvalue()


def _fetch_into(authorization: Authorization, url: str, file: BinaryIO, *, seconds: float, most_bytes: int) -> None:
    """Write what a resource holds into a file. Raises NotReady or AccessEnded when it holds nothing for us."""
    if not feeds.is_below(url, authorization.utility.green_button.resource_url):
        raise feeds.Unreadable(Problem("FEED_OF_OTHER_HOST"))
    try:
        with session_to(authorization.utility.green_button, seconds=seconds, most_bytes=most_bytes) as session:
            answer = client.fetch_resource(
                session,
                url,
                access_token=authorization.access_token,
                into=file,
                timeout_seconds=_TOKEN_SECONDS,
                deadline_seconds=seconds,
                max_bytes=most_bytes,
            )
    except outbound.OutboundRefused as refusal:
        if refusal.code == "TOO_BIG":
            problem = Problem("FEED_TOO_LARGE", context={"limit": most_bytes // 1_000_000})
            raise feeds.Unreadable(problem) from refusal
        raise NotReady(is_silent=True) from refusal
    except requests.RequestException as error:
        raise NotReady(is_silent=True) from error
    match answer.outcome:
        case "feed" | "unchanged":
            return
        case "not_ready":
            raise NotReady(answer.retry_after)
        case "too_large":
            raise feeds.Unreadable(Problem("FEED_TOO_LARGE", context={"limit": most_bytes // 1_000_000}))
        case "refused" | "gone":
            if answer.status == _UNAUTHORIZED:
                raise TokenRefused(_why_ended(authorization))
            raise AccessEnded(_why_ended(authorization))
        case _:
            raise NotReady(is_silent=True)


# --- feeds


class _Beating:
    """A file that renews the job's lease while a long feed is written into it."""

    def __init__(self, file: BinaryIO, run: Run) -> None:
        self._file, self._run, self._at = file, run, time.monotonic()

    def write(self, data: bytes) -> int:
        if time.monotonic() - self._at > _BEAT_SECONDS:
            self._run.beat()
            self._at = time.monotonic()
        return self._file.write(data)


def _feeds(run: Run, authorization: Authorization) -> tuple[Feed | None, Feed | None]:
    """The usage feed and the customer feed, after a look whether the authorization still runs at the utility.

    A customer feed that the utility does not give us is left out: the usage feed tells whether we may have data.
    """
    _read_authorization(authorization)
    run.beat()
    customer = None
    with suppress(AccessEnded):
        customer = _feed(run, authorization, "customer", authorization.customer_url)
    return _feed(run, authorization, "usage", authorization.resource_url), customer


def _feed(run: Run, authorization: Authorization, kind: str, url: str) -> Feed | None:
    """Fetch one feed into a file of its own; None where the utility named no address for it."""
    if not url:
        return None
    if kind == "usage" and authorization.last_fetched_at:
        url = client.published_since(url, authorization.last_fetched_at - _ONCE_A_DAY)
    name = f"green_button/{authorization.pk}/{uuid7()}.xml"
    with drafted(name, mark=str(run.job.fence)) as draft:
        _fetch_into(
            authorization,
            url,
            _Beating(draft.file, run),  # type: ignore[arg-type]  # only written to
            seconds=_FEED_SECONDS,
            most_bytes=settings.GREEN_BUTTON_MAX_BYTES,
        )
        return _kept(run, authorization, kind, name, draft)


def _kept(run: Run, authorization: Authorization, kind: str, name: str, draft: Draft) -> Feed:
    digest = feeds.sha256_of(draft.file)
    size = draft.keep(alive=run.beat)
    return Feed.objects.create(
        authorization=authorization, kind=kind, file=name, size=size, sha256=digest, received_at=clock.now()
    )


def _take_in(run: Run, authorization: Authorization, *, usage: Feed | None, customer: Feed | None) -> None:
    """Read both feeds in a limited process, and make meters of their usage points: some at a time, each once."""
    run.beat()
    points = feeds.points_of(authorization, usage=usage, customer=customer, alive=run.beat)
    if not points and authorization.data_received_at is None:
        raise NotReady  # an empty feed is how some utilities say that they are not ready
    new = 0
    for part in batched(points, _POINTS_AT_ONCE):
        with run.chunk():
            if not _still_runs(authorization):
                return
            new += len(absorb(authorization, part))
    with run.chunk():
        if _still_runs(authorization):
            _mark_received(authorization, len(points))
    log.info("authorization %s: %s points, %s new meters", authorization.pk, len(points), new)


def _still_runs(authorization: Authorization) -> bool:
    """Whether the customer has not revoked it meanwhile; nobody can until the chunk is over."""
    return Authorization.objects.select_for_update(of=("self",)).get(pk=authorization.pk).is_running


def _mark_received(authorization: Authorization, points: int) -> None:
    now, is_first = clock.now(), authorization.data_received_at is None
    authorization.data_state, authorization.data_received_at = DataState.RECEIVED, authorization.data_received_at or now
    authorization.last_fetched_at, authorization.next_fetch_at = now, now + _ONCE_A_DAY
    authorization.fetch_attempts = 0
    authorization.save(
        update_fields=["data_state", "data_received_at", "last_fetched_at", "next_fetch_at", "fetch_attempts"]
    )
    utility_data_received.send(Authorization, authorization=authorization)
    if not is_first:
        return
    said = {"utility": authorization.utility.name, "points": f"{points} service point{'s' * (points != 1)}"}
    note(authorization.connection, NoteKind.DATA_ARRIVED, authorization=authorization, facts=said)
    if authorization.service_points.filter(meter=None).exclude(candidates=[]).exists():
        tell_to_decide(authorization)


def batched(points: Sequence[PointFacts], size: int) -> Iterator[list[PointFacts]]:
    """The points, so many at a time."""
    rest = iter(points)
    while part := list(islice(rest, size)):
        yield part


# --- waiting


def _ask_later(run: Run, authorization: Authorization, later: NotReady) -> None:
    """Ask again after the utility's own time, or ours, which grows; at least once a day. Tell once when it is late."""
    attempt = authorization.fetch_attempts + 1
    wait = min(later.after or client.backoff(attempt), _ONCE_A_DAY)
    now = clock.now()
    is_late = authorization.data_received_at is None and now - (authorization.authorized_at or now) >= _OVERDUE
    with run.chunk():
        if not _still_runs(authorization):
            return
        authorization.fetch_attempts = attempt
        authorization.next_fetch_at = now + max(wait, timedelta(seconds=settings.GREEN_BUTTON_LEAST_SECONDS))
        fields = ["fetch_attempts", "next_fetch_at"]
        if is_late and authorization.data_state == DataState.WAITING:
            authorization.data_state = DataState.OVERDUE
            fields.append("data_state")
            facts = {"utility": authorization.utility.name}
            expected = now + _ONCE_A_DAY
            note(
                authorization.connection,
                NoteKind.DATA_OVERDUE,
                authorization=authorization,
                facts=facts,
                expected_by=expected,
            )
            tell_overdue(authorization)
        elif later.is_silent and attempt == 1:
            facts = {"utility": authorization.utility.name}
            note(authorization.connection, NoteKind.UTILITY_SILENT, authorization=authorization, facts=facts)
        authorization.save(update_fields=fields)


def give_up(job: Job) -> None:
    """A fetch stopped three times for a reason of ours: say so, and try again a day later."""
    authorization = _authorization(job.subject_id)
    if authorization is None or not _still_runs(authorization):
        return
    authorization.next_fetch_at = clock.now() + _ONCE_A_DAY
    authorization.save(update_fields=["next_fetch_at"])
    facts = {"utility": authorization.utility.name}
    expected = authorization.next_fetch_at
    note(
        authorization.connection, NoteKind.FETCH_FAILED, authorization=authorization, facts=facts, expected_by=expected
    )


def _say_unreadable(run: Run, authorization: Authorization, unreadable: feeds.Unreadable) -> None:
    """Keep why a feed could not be read, tell it once, and ask again once a day."""
    with run.chunk():
        if unreadable.feed:
            Feed.objects.filter(pk=unreadable.feed.pk).update(problem=unreadable.problem.as_json())
        if not _still_runs(authorization):
            return
        authorization.next_fetch_at = clock.now() + _ONCE_A_DAY
        authorization.fetch_attempts += 1
        authorization.save(update_fields=["next_fetch_at", "fetch_attempts"])
        facts = {"utility": authorization.utility.name, "reason": unreadable.problem.text}
        told = ConnectionNote.objects.filter(
            authorization=authorization, kind=NoteKind.FEED_UNREADABLE, facts=facts
        ).exists()
        if not told:
            note(
                authorization.connection,
                NoteKind.FEED_UNREADABLE,
                authorization=authorization,
                facts=facts,
                expected_by=authorization.next_fetch_at,
            )


# --- what utilities send us


def notified(uris: list[str], *, code: str) -> int:
    """A utility says that resources have news: those of running authorizations are fetched now; returns how many.

    What it names is never dialled: only the addresses that it gave with the tokens are.
    """
    wanted = {feeds.plain(uri) for uri in uris}
    running = Authorization.objects.filter(
        utility__code=code, state=AuthorizationState.COMPLETED, ended_at=None
    ).select_related("partner")
    count = 0
    for authorization in running.iterator(chunk_size=500):
        named = (authorization.resource_url, authorization.customer_url, authorization.authorization_url)
        if not wanted.isdisjoint(map(feeds.plain, filter(None, named))):
            Authorization.objects.filter(pk=authorization.pk, ended_at=None).update(next_fetch_at=clock.now())
            enqueue("connect.fetch", subject_id=authorization.pk, partner=authorization.partner)
            count += 1
    return count
