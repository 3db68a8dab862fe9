"""ESPI's BatchList: what a utility posts to say that data is ready, as URIs to be fetched."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from . import problems
from .limits import DEFAULT_LIMITS, MIB
from .parser import parse
from .problems import FeedRefused
from .texts import shown
from .times import moment_of, published

_NAMESPACE: Final = "http://naesb.org/espi"
_LONGEST_URI = 2_000
_MOST_BYTES = MIB


@dataclass(frozen=True, slots=True)
class BatchList:
    """URIs as the utility wrote them: whoever fetches one vets it first. Times are UTC, None when not said."""

    uris: tuple[str, ...]
    published_min: datetime | None = None
    published_max: datetime | None = None


def read_batch_list(data: bytes, *, max_resources: int = 1_000) -> BatchList:
    """The list in the body of a notification. Refuses with FeedRefused what is no BatchList, and more than so many."""
    limits = replace(DEFAULT_LIMITS, max_bytes=_MOST_BYTES, max_depth=10, max_text_characters=_LONGEST_URI)
    handler = _Handler(max_resources)
    parse(io.BytesIO(data), handler, limits)
    if not handler.is_list:
        raise FeedRefused(problems.NOT_GREEN_BUTTON, root=f"<{shown(handler.root, 60)}>")
    return BatchList(tuple(dict.fromkeys(handler.uris)), handler.published_min, handler.published_max)


def write_batch_list(uris: Sequence[str]) -> bytes:
    """A notification that these resources are ready."""
    resources = "".join(f"<resources>{escape(uri)}</resources>" for uri in uris)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<BatchList xmlns="{_NAMESPACE}">{resources}</BatchList>'.encode()


class _Handler:
    """Collects the URIs, wherever the list is nested."""

    def __init__(self, most: int) -> None:
        self.root = ""
        self.is_list = False
        self.uris: list[str] = []
        self.published_min: datetime | None = None
        self.published_max: datetime | None = None
        self._most = most

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self.is_list |= name == "BatchList"

    def end(self, name: str, text: str) -> None:
        if not self.is_list or not text:
            return
        if name in {"resources", "resource"}:
            self._add(text)
        elif name == "published-min":
            self.published_min = moment_of(text) or published(text)
        elif name == "published-max":
            self.published_max = moment_of(text) or published(text)

    def _add(self, uri: str) -> None:
        if len(self.uris) >= self._most:
            raise FeedRefused(problems.TOO_MANY, limit=self._most, what="resources in the list")
        self.uris.append(shown(uri, _LONGEST_URI))
