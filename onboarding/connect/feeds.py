"""Reading what a utility sent, in a process of its own that is limited in memory, processor time and disk."""

import hashlib
import io
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from onboarding.connect.children import ChildDied, ask_child
from onboarding.connect.models import Authorization, Feed
from onboarding.connect.points import PointFacts
from onboarding.green_button.problems import FeedRefused
from onboarding.green_button.reader import read_feed
from portal.problems import Problem, storable
from portal.storage.files import local_copy

_CHILD: Final = "onboarding.green_button.child"
_MEMORY_MB: Final = 512
_CPU_SECONDS: Final = 600
_LONGEST: Final = 128  # characters of one text of a feed that become part of a meter
_ENDED: Final = frozenset({"0", "2"})  # of ESPI's AuthorizationStatus: revoked, denied
_SUBSCRIPTION: Final = re.compile(r"/Subscription/([^/?#]+)", re.IGNORECASE)
_PIECE: Final = 1024 * 1024


class Unreadable(Exception):
    """A feed cannot be read: the problem, and the feed that has it when it was kept."""

    def __init__(self, problem: Problem, feed: Feed | None = None) -> None:
        super().__init__(problem.code)
        self.problem, self.feed = problem, feed


class Memory(io.BytesIO):
    """A small answer in memory."""


@dataclass(frozen=True, slots=True)
class AuthorizationFacts:
    """What the utility says of an authorization."""

    starts_at: datetime | None
    ends_at: datetime | None
    is_revoked: bool


def read_small(content: bytes) -> AuthorizationFacts | None:
    """What an Authorization resource says (domain facts B1); None when it says nothing. Raises Unreadable."""
    try:
        feed = read_feed(io.BytesIO(content))
    except FeedRefused as refusal:
        raise Unreadable(Problem("FEED_UNREADABLE", context={"reason": str(refusal)})) from refusal
    if not feed.authorizations:
        return None
    told = feed.authorizations[0]
    return AuthorizationFacts(told.authorized_from, told.authorized_until, is_revoked=told.status in _ENDED)


def points_of(
    authorization: Authorization, *, usage: Feed | None, customer: Feed | None, alive: Callable[[], None]
) -> list[PointFacts]:
    """The service points of both feeds, joined. alive: called every few seconds meanwhile.

    Raises Unreadable; also for a feed that holds another subscription's usage points than the one that was asked for.
    """
    sent = {"usage": usage, "customer": customer}
    try:
        with ExitStack() as copies:
            paths = {
                which: str(copies.enter_context(local_copy(feed.file, alive=alive))) if feed else ""
                for which, feed in sent.items()
            }
            order = {**paths, "memory_mb": _MEMORY_MB, "cpu_seconds": _CPU_SECONDS}
            answer = ask_child(_CHILD, order, alive=alive, seconds=_CPU_SECONDS * 2)
    except ChildDied:
        reason = "reading it took too much memory or time."
        raise Unreadable(Problem("FEED_UNREADABLE", context={"reason": reason})) from None
    if "refused" in answer:
        feed = usage if answer.get("which") == "usage" else customer
        raise Unreadable(Problem("FEED_UNREADABLE", context={"reason": storable(str(answer["refused"]))[:300]}), feed)
    mine = _subscription_in(authorization.resource_url)
    named = {_subscription_in(point.pop("href")) for point in answer["points"]} - {""}
    if (mine and named - {mine}) or len(named) > 1:  # an address of many customers' data names none of them
        raise Unreadable(Problem("FEED_OF_ANOTHER"), usage)
    return [_facts(point) for point in answer["points"] if point["usage_point"]]


def _subscription_in(url: str) -> str:
    """The subscription that an address of ESPI is in; "" when it names none."""
    match = _SUBSCRIPTION.search(url)
    return match.group(1) if match else ""


def _facts(point: dict[str, Any]) -> PointFacts:
    texts = {name: _short(value) for name, value in point.items() if isinstance(value, str)}
    serials = tuple(filter(None, map(_short, point["meter_serials"])))
    return PointFacts(**texts, meter_serials=serials[:20], has_intervals=point["has_intervals"])


def _short(text: str) -> str:
    """A text of a feed as a meter can hold it: one line, printable, of a sane length."""
    plain = "".join(char if char.isprintable() else " " for char in storable(text))
    return " ".join(plain.split())[:_LONGEST]


def sha256_of(file: BinaryIO) -> str:
    """The digest of what was written into a file, which is left at its end."""
    file.flush()
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def is_below(url: str, base: str) -> bool:
    """Whether an address is on the host and below the path of another one."""
    ours, theirs = urlsplit(base), urlsplit(url)
    same = (theirs.scheme, theirs.netloc.lower()) == (ours.scheme, ours.netloc.lower())
    return same and ".." not in theirs.path and f"{theirs.path}/".startswith(f"{ours.path.rstrip('/')}/")


def plain(url: str) -> str:
    """An address as it is compared: without its query and a slash at its end."""
    return url.partition("?")[0].rstrip("/")
