"""The link graph of a feed: hrefs as keys, and which resource another belongs to."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from .records import Links

_HOST: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_RESOURCE: Final = re.compile(r"(?:^|/)resource/", re.IGNORECASE)
_FEW = 20  # related links that are asked for a path; a meter reading may list thousands of blocks
_UUID: Final = re.compile(r"(?:urn:)?(?:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z", re.IGNORECASE)


def key_of(href: str) -> str:
    """What two hrefs to the same resource have in common: the path below …/resource/, without host and last slash."""
    if uuid := _UUID.match(href.strip()):
        return uuid[1].lower()
    path = unquote(re.split(r"[?#]", _HOST.sub("", href.strip(), count=1), maxsplit=1)[0])
    return _RESOURCE.split(path)[-1].strip("/")


def id_of(text: str, href: str) -> str:
    """The UUID of an Atom id without urn:uuid:, or the text that it is, or else the end of the href."""
    if uuid := _UUID.match(text):
        return uuid[1].lower()
    return text.removeprefix("urn:uuid:") or key_of(href).rpartition("/")[2]


def path_to(key: str, segment: str) -> str:
    """The key up to the id that follows a segment: a/UsagePoint/1/b gives a/UsagePoint/1. "" when it is not there."""
    parts = key.split("/")
    for place, part in enumerate(parts[:-1]):
        if part.casefold() == segment:
            return "/".join(parts[: place + 2])
    return ""


def retail_customer(key: str) -> str:
    """The customer that a key names: RetailCustomer/1 of RetailCustomer/1/UsagePoint/2. "" when it names none."""
    return path_to(key, "retailcustomer").rpartition("/")[2]


class Index:
    """Numbers by key: as written, or else whatever the case, where that is unambiguous."""

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        self._exact: dict[str, int | None] = {}
        self._folded: dict[str, int | None] = {}
        for key, number in pairs:
            if key:
                self._exact[key] = number if self._exact.get(key, number) == number else None
                folded = key.casefold()
                self._folded[folded] = number if self._folded.get(folded, number) == number else None

    def get(self, key: str) -> int | None:
        """The number of a key; None for an unknown or an ambiguous one."""
        return self._exact[key] if key in self._exact else self._folded.get(key.casefold())


class Places:
    """Resources of one type, to which others belong."""

    def __init__(self, resources: Iterable[Links], segments: tuple[str, ...], ancestors: dict[int, int]) -> None:
        """segments: how their hrefs name the type, in lower case. ancestors: by number, in which resource each is."""
        self._all = tuple(resources)
        self._segments = segments
        self._ancestors = ancestors
        self._numbers = {links.number for links in self._all}
        self._keys = {links.number: key_of(links.self_href) for links in self._all}
        self._own = Index(_own_keys(self._all))
        self._related = Index((key_of(href), links.number) for links in self._all for href in links.related)
        self._tails = Index((_tail(key_of(links.self_href)), links.number) for links in self._all)
        self._entries = Index((str(links.entry), links.number) for links in self._all)

    def parent_of(self, child: Links) -> int | None:
        """The number of the resource that the child belongs to, by nesting, links or paths; None when nothing says."""
        nested = self._ancestor(child)
        if nested is not None:
            return nested
        keys = list(filter(None, (key_of(child.self_href), key_of(child.up_href))))
        paths = list(self._paths([*keys, *map(key_of, child.related[:_FEW])]))
        candidates = (
            self._entries.get(str(child.entry)),
            *(self._related.get(key) for key in [*keys, child.id]),
            *(self._own.get(path) for path in paths),
            *(self._own.get(key) for key in keys[1:]),
            *(self._own.get(key_of(href)) for href in child.related),
            *(self._by_tail(path) for path in paths),
        )
        return next((number for number in candidates if number is not None and number != child.number), None)

    def only(self, child: Links) -> int | None:
        """The number of the only resource there is, unless the child's own hrefs name another."""
        keys = key_of(child.self_href), key_of(child.up_href)
        is_free = len(self._all) == 1 and not any(self._paths(keys))
        return self._all[0].number if is_free else None

    def by_href(self, href: str) -> int | None:
        """The number of the resource that an href names."""
        key = key_of(href)
        by_key = self._own.get(key)
        if by_key is not None:
            return by_key
        path = next(self._paths([key]), "")
        return self._by_tail(path) if path else None

    def _by_tail(self, path: str) -> int | None:
        """The resource whose href ends like the path, unless the two name different customers."""
        number = self._tails.get(_tail(path))
        customers = (
            {retail_customer(path), retail_customer(self._keys.get(number, ""))} - {""} if number is not None else ()
        )
        return number if len(customers) <= 1 else None

    def _ancestor(self, child: Links) -> int | None:
        number = child.parent
        while number is not None and number not in self._numbers:
            number = self._ancestors.get(number)
        return number

    def _paths(self, keys: Iterable[str]) -> Iterator[str]:
        return filter(None, (path_to(key, segment) for key in keys for segment in self._segments))


def _own_keys(resources: Iterable[Links]) -> Iterator[tuple[str, int]]:
    for links in resources:
        yield key_of(links.self_href), links.number
        yield links.id, links.number


def _tail(key: str) -> str:
    """The last two segments, which name a resource within its own service."""
    return "/".join(key.split("/")[-2:]) if "/" in key else ""


def unique(resources: Iterable[tuple[Links, str]]) -> dict[int, int]:
    """By number, which resource takes its place: of those with one href (or id), the one that was published last.

    Beside each resource is a text that tells it from others of the same href, "" when the href is enough.
    """
    last: dict[str, Links] = {}
    names = {}
    for links, more in resources:
        name = key_of(links.self_href) or links.id or f"#{links.number}"
        names[links.number] = name = f"{name}#{links.position}#{more}" if links.position or more else name
        last[name] = max(last.get(name, links), links, key=_revision)
    return {number: last[name].number for number, name in names.items()}


def _revision(links: Links) -> tuple[float, int]:
    return links.published_at.timestamp() if links.published_at else 0.0, links.number
