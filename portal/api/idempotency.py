"""Idempotency-Key: a write that is sent again is answered as the first time, and carried out once.

The write is claimed first, in a transaction of its own; then its effect and its answer are stored in one. Whatever
dies in between leaves a claim whose lease runs out, after which the next try carries the write out. What was claimed
and went on past its lease cannot store its answer any more, so its effect is taken back.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock
from portal.api.authentication import partner_of
from portal.api.errors import TITLES, ApiError
from portal.api.models import KeptAnswer
from portal.api.requests import ApiRequest, Claim, claim_of

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
KEPT_FOR: Final = timedelta(hours=24)
LEASE: Final = timedelta(seconds=30)
LONGEST_KEY: Final = 255
_KEY = re.compile(f"[ -~]{{1,{LONGEST_KEY}}}")
_SECONDS_TO_WAIT = 5
_PASSES_BY = {409, 412, 429}  # what the next try may get another answer to


def carried_out_once(
    request: ApiRequest,
    act: Callable[[], Response],
    *,
    explain: Callable[[Exception], Response],
    in_one_transaction: bool,
) -> Response:
    """What the write is answered, now or the first time. ApiError: 400 (key), 409 (in flight), 422 (another request).

    explain: what an exception of `act` is answered. Not in_one_transaction: then `act` calls `keep_answer`. Errors of
    400 to 499 are kept like other answers, without any effect; 409, 412, 429 and errors of ours are not.
    """
    claimed = _claimed(request)
    if isinstance(claimed, Response):
        return claimed
    request.claim = claimed
    try:
        response = _in_one_transaction(claimed, act) if in_one_transaction else act()
    except Exception as error:
        response = explain(error)
    _settle(claimed, response)
    return response


def keep_answer(request: Request, response: Response) -> Response:
    """Store the answer to a write with an Idempotency-Key. Call it in the transaction of the effect, at its end.

    Raises ApiError 409 when another has taken the write over: then the transaction must not be committed. Does nothing
    for requests without a key.
    """
    claim = claim_of(request)
    if claim and not _keep(claim, response):
        raise _in_flight()
    return response


def drop_expired() -> int:
    """Drop the answers that were kept for their 24 hours; returns how many."""
    return KeptAnswer.objects.filter(expires_at__lte=clock.real_now()).delete()[0]


def _in_one_transaction(claim: Claim, act: Callable[[], Response]) -> Response:
    with transaction.atomic():
        response = act()
        if not _is_kept(response):
            transaction.set_rollback(True)
        elif not _keep(claim, response):
            raise _in_flight()
    return response


def _is_kept(response: Response) -> bool:
    return response.status_code < 500 and response.status_code not in _PASSES_BY


def _settle(claim: Claim, response: Response) -> None:
    """Keep an answer that is not kept yet, or let the next try begin at once."""
    if _is_kept(response):
        _keep(claim, response)
    else:
        KeptAnswer.objects.filter(pk=claim.pk, token=claim.token, status=None).delete()


def _keep(claim: Claim, response: Response) -> bool:
    """Whether the answer was stored: only the holder of the claim can do that, and once."""
    held = KeptAnswer.objects.filter(pk=claim.pk, token=claim.token, status=None)
    content = JSONRenderer().render(response.data) if response.data is not None else b""
    return bool(held.update(status=response.status_code, headers=dict(response.headers), body=content.decode()))


def _claimed(request: ApiRequest) -> Claim | Response:
    """The claim, or the answer that is kept."""
    mine = KeptAnswer(
        partner=partner_of(request),
        key=_key_of(request),
        fingerprint=_fingerprint(request),
        token=uuid.uuid4(),
        lease_until=clock.real_now() + LEASE,
        expires_at=clock.real_now() + KEPT_FOR,
    )
    while True:
        KeptAnswer.objects.bulk_create([mine], ignore_conflicts=True)
        theirs = KeptAnswer.objects.filter(partner=mine.partner, key=mine.key).first()
        if theirs is None:  # it was dropped this very moment
            continue
        if theirs.token == mine.token or _taken_over(theirs, mine):
            return Claim(theirs.pk, mine.token)
        theirs.refresh_from_db()
        if (answer := _answer_of(theirs, mine)) is not None:
            return answer


def _taken_over(theirs: KeptAnswer, mine: KeptAnswer) -> bool:
    """Whether a claim that was left behind, or an answer that was kept long enough, is ours now."""
    now = clock.real_now()
    is_left_behind = theirs.status is None and theirs.lease_until <= now and theirs.fingerprint == mine.fingerprint
    if not is_left_behind and theirs.expires_at > now:
        return False
    same = KeptAnswer.objects.filter(pk=theirs.pk, token=theirs.token, status=theirs.status)
    names = ("fingerprint", "token", "lease_until", "expires_at")
    return bool(same.update(**{name: getattr(mine, name) for name in names}, status=None, headers={}, body=""))


def _answer_of(theirs: KeptAnswer, mine: KeptAnswer) -> Response | None:
    """The answer that is kept; None when it has expired meanwhile. Raises ApiError 409 or 422."""
    if theirs.expires_at <= clock.real_now():
        return None
    if theirs.fingerprint != mine.fingerprint:
        said = "This key was already used for a different request. Use a new key for each new request."
        raise ApiError(TITLES[422], status_code=422, details={HEADER: said})
    if theirs.status is None:
        if theirs.lease_until <= clock.real_now():
            return None
        raise _in_flight()
    data = json.loads(theirs.body) if theirs.body else None
    return Response(data, status=theirs.status, headers={**theirs.headers, REPLAYED: "true"})


def _in_flight() -> ApiError:
    said = "The request with this key is still in progress. Try again shortly."
    return ApiError(
        TITLES[409], status_code=409, details={HEADER: said}, headers={"Retry-After": str(_SECONDS_TO_WAIT)}
    )


def _key_of(request: Request) -> str:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        said = f"The key must be 1 to {LONGEST_KEY} printable ASCII characters."
        raise ApiError("The request is not valid", details={HEADER: said})
    return key


def _fingerprint(request: ApiRequest) -> str:
    query, body = request.META.get("QUERY_STRING", ""), request.body_received.digest if request.body_received else ""
    said = [request.method or "", request.path, query, request.content_type or "", body]
    return hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()
