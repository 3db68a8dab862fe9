"""Joins a usage feed and a customer feed: for each usage point its account, agreement, meters and address.

Only links and paths join; and, where there is one of each, that they are the only ones. Everything else stays
unjoined with a warning, because a wrong join gives a customer's data to somebody else.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from . import problems
from .links import Places, key_of, path_to, retail_customer
from .problems import WarningLog
from .records import (
    Address,
    Customer,
    CustomerAccount,
    CustomerAgreement,
    EndDevice,
    Feed,
    FeedWarning,
    Kind,
    Links,
    ServiceLocation,
    UsagePoint,
)

_MOST_WARNINGS = 100
_SEGMENTS: Final = {
    "customer": ("customer",),
    "account": ("customeraccount",),
    "agreement": ("customeragreement",),
    "location": ("servicelocation",),
}
_IDENTIFIER: Final = re.compile(r"[0-9A-Z-]{6,30}\Z", re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{3,30}\Z", re.IGNORECASE)


class Linked(Protocol):
    """A resource of the customer feed."""

    @property
    def links(self) -> Links: ...


T = TypeVar("T", bound=Linked)
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """A usage point with what the customer feed says of it; "" and None for what is not said.

    service_point_id: the utility's identifier of the place. usage_point_id is "" for an agreement that no usage point
    was joined with (`service_points` gives those last).
    """

    usage_point_id: str
    kind: Kind
    account_number: str = ""
    agreement_number: str = ""
    service_point_id: str = ""
    meter_serials: tuple[str, ...] = ()
    customer_name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address: Address | None = None
    tariff: str = ""
    load_zone: str = ""
    agreement_status: str = ""
    usage_point_href: str = ""
    warnings: tuple[FeedWarning, ...] = ()


def service_points(usage: Feed | None, customer: Feed | None) -> tuple[ServicePoint, ...]:
    """One service point per usage point, in the order of the feed, joined with the agreement that belongs to it.

    Usage points of gas or water are among them with their kind and a warning. Agreements that no usage point could be
    joined with follow, with usage_point_id "" and AGREEMENT_NOT_JOINED. Either feed may be missing.
    """
    usage_points = usage.usage_points if usage else ()
    chains = _Chains(customer or Feed()).all()
    joins = _joins(usage_points, chains)
    joined = tuple(_joined(point, *joins.get(index, ([], ""))) for index, point in enumerate(usage_points))
    taken = {id(chain) for group, _ in joins.values() if len(group) == 1 for chain in group}
    return joined + tuple(_unjoined(chain) for chain in chains if id(chain) not in taken)


@dataclass(slots=True, eq=False)
class _Chain:
    """An agreement with everything above and below it. Feeds without agreements have chains of locations."""

    agreement: CustomerAgreement | None
    account: CustomerAccount | None
    customer: Customer | None
    locations: list[ServiceLocation]
    devices: list[EndDevice]

    def links(self) -> Iterator[Links]:
        """The links of the agreement and its locations and devices, which are its own alone."""
        if self.agreement:
            yield self.agreement.links
        yield from (location.links for location in self.locations)
        yield from (device.links for device in self.devices)

    def usage_point_hrefs(self) -> Iterator[str]:
        """What the agreement or its locations name as their usage points."""
        if self.agreement:
            yield from self.agreement.usage_point_hrefs
        for location in self.locations:
            yield from location.usage_point_hrefs
        for links in self.links():
            yield from links.related


class _Chains:
    """The customer feed as chains, by the same rules as the links of a usage feed."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        ancestors = _ancestors(feed)
        self._customers = _Level(feed.customers, _SEGMENTS["customer"], ancestors)
        self._accounts = _Level(feed.accounts, _SEGMENTS["account"], ancestors)
        self._agreements = _Level(feed.agreements, _SEGMENTS["agreement"], ancestors)
        self._locations = _Level(feed.locations, _SEGMENTS["location"], ancestors)
        self._locations_of = _grouped((self._agreements.of(each.links), each) for each in feed.locations)
        self._devices_of = _grouped((self._place_of(each), each) for each in feed.devices)

    def all(self) -> list[_Chain]:
        """Each agreement; without agreements each location; without those each account."""
        chains = [self._chain(each, self._locations_of.get(id(each), [])) for each in self._feed.agreements]
        chains += [self._chain(None, [each]) for each in self._locations_of.get(id(None), [])]
        if not chains:
            chains = [self._account_chain(account) for account in self._feed.accounts]
        return chains

    def _chain(self, agreement: CustomerAgreement | None, locations: list[ServiceLocation]) -> _Chain:
        places = filter(None, (*locations, agreement))
        devices = [device for place in places for device in self._devices_of.get(id(place), [])]
        below = [each.links for each in (agreement, *locations) if each]
        account = next(filter(None, map(self._accounts.of, below)), None)
        above = [account.links, *below] if account else below
        customer = next(filter(None, map(self._customers.of, above)), None)
        return _Chain(agreement, account, customer, locations, devices)

    def _account_chain(self, account: CustomerAccount) -> _Chain:
        return _Chain(None, account, self._customers.of(account.links), [], [])

    def _place_of(self, device: EndDevice) -> ServiceLocation | CustomerAgreement | None:
        return self._locations.of(device.links) or self._agreements.of(device.links)


def _grouped(pairs: Iterable[tuple[object, E]]) -> dict[int, list[E]]:
    """What belongs to each resource, by its id(); records of equal content are different resources."""
    groups: dict[int, list[E]] = {}
    for owner, each in pairs:
        groups.setdefault(id(owner), []).append(each)
    return groups


class _Level(Generic[T]):
    """The resources of one type, by number."""

    def __init__(self, resources: Iterable[T], segments: tuple[str, ...], ancestors: dict[int, int]) -> None:
        self._by_number = {each.links.number: each for each in resources}
        self._places = Places((each.links for each in self._by_number.values()), segments, ancestors)

    def of(self, links: Links) -> T | None:
        """The resource that another belongs to: by links, or because it is the only one."""
        number = self._places.parent_of(links)
        number = self._places.only(links) if number is None else number
        return None if number is None else self._by_number[number]


def _ancestors(feed: Feed) -> dict[int, int]:
    groups = (feed.customers, feed.accounts, feed.agreements, feed.locations, feed.devices)
    links = (each.links for group in groups for each in group)
    return {each.number: each.parent for each in links if each.parent is not None}


def _joins(usage_points: tuple[UsagePoint, ...], chains: list[_Chain]) -> dict[int, tuple[list[_Chain], str]]:
    """For each usage point (by index) the chains that are joined with it, and a warning about how."""
    joins: dict[int, tuple[list[_Chain], str]] = {}
    places = Places((_numbered(point, index) for index, point in enumerate(usage_points)), ("usagepoint",), {})
    for chain in chains:
        hrefs = {*chain.usage_point_hrefs(), *_paths(chain.links())}
        named = {(places.by_href(href), _subscription_of(href)) for href in hrefs}
        for index in sorted({index for index, within in named if _is_within(usage_points, index, within)}, key=str):
            assert index is not None
            joins.setdefault(index, ([], ""))[0].append(chain)
    by_key = _by_key(chains)
    for index, point in enumerate(usage_points):
        if index not in joins and (pointing := _pointed_at(point, by_key)):
            joins[index] = (pointing, "")
    _join_by_retail_customer(usage_points, chains, joins)
    _join_by_identifier(usage_points, chains, joins)
    if len(usage_points) == 1 and len(chains) == 1 and not joins and _may_join(usage_points[0], chains[0]):
        joins[0] = (chains, problems.JOINED_AS_THE_ONLY)
    return joins


def _is_within(usage_points: tuple[UsagePoint, ...], index: int | None, subscription: str) -> bool:
    """Whether there is a usage point, and not of another subscription than the href that names it."""
    return index is not None and len({_subscription_of(usage_points[index].self_href), subscription} - {""}) <= 1


def _subscription_of(href: str) -> str:
    return path_to(key_of(href), "subscription").rpartition("/")[2]


def _join_by_retail_customer(
    usage_points: tuple[UsagePoint, ...], chains: list[_Chain], joins: dict[int, tuple[list[_Chain], str]]
) -> None:
    """Join what is alone, on both sides, under one RetailCustomer/… of the hrefs."""
    by_customer: dict[str, tuple[list[int], list[_Chain]]] = {}
    for index, point in enumerate(usage_points):
        by_customer.setdefault(retail_customer(key_of(point.self_href)), ([], []))[0].append(index)
    for chain in chains:
        by_customer.setdefault(_retail_customer_of(chain), ([], []))[1].append(chain)
    for name, (indexes, group) in by_customer.items():
        if name and len(indexes) == len(group) == 1 and indexes[0] not in joins and not _names_usage_point(group[0]):
            joins[indexes[0]] = (group, "")


def _join_by_identifier(
    usage_points: tuple[UsagePoint, ...], chains: list[_Chain], joins: dict[int, tuple[list[_Chain], str]]
) -> None:
    """Join a usage point and a service location whose hrefs end with one identifier, when no others do."""
    by_name: dict[str, tuple[list[int], list[_Chain]]] = {}
    for index, point in enumerate(usage_points):
        by_name.setdefault(_identifier(point.self_href), ([], []))[0].append(index)
    for chain in chains:
        for name in {_identifier(location.links.self_href) for location in chain.locations}:
            by_name.setdefault(name, ([], []))[1].append(chain)
    taken = {id(chain) for group, _ in joins.values() for chain in group}
    for name, (indexes, group) in by_name.items():
        if not name or len(indexes) != 1 or len(group) != 1 or indexes[0] in joins or id(group[0]) in taken:
            continue
        if _may_join(usage_points[indexes[0]], group[0]):
            joins[indexes[0]] = (group, "")


def _may_join(point: UsagePoint, chain: _Chain) -> bool:
    """Whether nothing says that a usage point and an agreement are of two customers."""
    customers = {retail_customer(key_of(point.self_href)), _retail_customer_of(chain)} - {""}
    return len(customers) <= 1 and not _names_usage_point(chain)


def _retail_customer_of(chain: _Chain) -> str:
    above = [each.links for each in (chain.account, chain.customer) if each]
    hrefs = (key_of(links.self_href) for links in (*chain.links(), *above))
    return next(filter(None, map(retail_customer, hrefs)), "")


def _numbered(point: UsagePoint, index: int) -> Links:
    return Links(point.id, point.self_href, number=index)


def _paths(links: Iterable[Links]) -> Iterator[str]:
    """The paths of usage points inside of hrefs."""
    for each in links:
        yield from filter(None, (path_to(key_of(href), "usagepoint") for href in (each.self_href, each.up_href)))


def _by_key(chains: list[_Chain]) -> dict[str, list[_Chain]]:
    by_key: dict[str, list[_Chain]] = {}
    for chain in chains:
        for key in {key for links in chain.links() for key in _keys(links)}:
            by_key.setdefault(key, []).append(chain)
    return by_key


def _pointed_at(point: UsagePoint, by_key: dict[str, list[_Chain]]) -> list[_Chain]:
    """The chains whose agreement, location or device the usage point's own links name."""
    named = (chain for href in point.links.related for chain in by_key.get(key_of(href), []))
    return list(dict.fromkeys(named))


def _keys(links: Links) -> set[str]:
    return {key for key in (key_of(links.self_href), links.id) if key}


def _names_usage_point(chain: _Chain) -> bool:
    """Whether the chain names a usage point, which then is none of those there are."""
    hrefs = [*chain.usage_point_hrefs(), *_paths(chain.links())]
    return any(path_to(key_of(href), "usagepoint") for href in hrefs)


def _joined(point: UsagePoint, chains: list[_Chain], how: str) -> ServicePoint:
    """The service point of a usage point, with its chain when there is exactly one."""
    log = WarningLog(_MOST_WARNINGS)
    where = point.self_href or point.id
    if point.kind != "electricity":
        log.add(problems.NOT_ELECTRICITY, where, point.kind)
    if len(chains) > 1:
        log.add(problems.SEVERAL_AGREEMENTS, where, count=len(chains))
    elif not chains:
        log.add(problems.USAGE_POINT_NOT_JOINED, where)
    elif how:
        log.add(how, where)
    return _service_point(point, chains[0] if len(chains) == 1 else None, log)


def _unjoined(chain: _Chain) -> ServicePoint:
    log = WarningLog(_MOST_WARNINGS)
    links = next(chain.links(), None)
    log.add(problems.AGREEMENT_NOT_JOINED, (links.self_href or links.id) if links else "")
    return _service_point(None, chain, log)


def _service_point(point: UsagePoint | None, chain: _Chain | None, log: WarningLog) -> ServicePoint:
    chain = chain or _Chain(None, None, None, [], [])
    agreement, account, customer = chain.agreement, chain.account, chain.customer
    people = [each for each in (customer, account, *chain.locations) if each is not None]
    emails = [email for each in people for email in each.emails]
    phones = [phone for each in people for phone in each.phones]
    return ServicePoint(
        usage_point_id=point.id if point else "",
        kind=point.kind if point else "electricity",
        account_number=account.number if account else "",
        agreement_number=agreement.number if agreement else "",
        service_point_id=_service_point_id(point, chain.locations),
        meter_serials=tuple(dict.fromkeys(each.serial for each in chain.devices if each.serial)),
        customer_name=(customer.name if customer else "") or (account.contact_name if account else ""),
        emails=tuple(dict.fromkeys(emails)),
        phones=tuple(dict.fromkeys(phones)),
        address=_address(chain, log),
        tariff=(agreement.tariff if agreement else "") or _tariff(point),
        load_zone=next(filter(None, _zones(point, chain)), ""),
        agreement_status=agreement.status if agreement else "",
        usage_point_href=point.self_href if point else "",
        warnings=log.all(),
    )


def _address(chain: _Chain, log: WarningLog) -> Address | None:
    """Where the service is: never where the bill goes."""
    addresses = list(dict.fromkeys(filter(None, (location.address for location in chain.locations))))
    if len(addresses) > 1:
        log.add(problems.SEVERAL_LOCATIONS, chain.locations[0].links.self_href, count=len(addresses))
    return addresses[0] if len(addresses) == 1 else None


def _zones(point: UsagePoint | None, chain: _Chain) -> Iterator[str]:
    if chain.agreement:
        yield chain.agreement.load_zone
    yield from (location.load_zone for location in chain.locations)
    if point:
        yield point.load_zone


def _tariff(point: UsagePoint | None) -> str:
    """The usage point's tariff, unless it is the path of a document."""
    return "" if point is None or "/" in point.tariff else point.tariff


def _service_point_id(point: UsagePoint | None, locations: list[ServiceLocation]) -> str:
    """The delivery point's name, or the identifier of the only service location: its name, or the end of its href."""
    if point and point.service_point_id:
        return point.service_point_id
    if len(locations) != 1:
        return ""
    location = locations[0]
    if _DIGITS.match(location.name) and any(map(str.isdigit, location.name)):
        return location.name
    return _identifier(location.links.self_href)


def _identifier(href: str) -> str:
    """The utility's identifier at the end of an href, out of its base64; "" for a mere number of a row."""
    segment = key_of(href).rpartition("/")[2]
    text = _decoded(segment) or segment
    return text if _IDENTIFIER.match(text) and any(map(str.isdigit, text)) else ""


def _decoded(segment: str) -> str:
    """The number that a segment is in base64 (as PG&E writes it); "" for any other segment."""
    try:
        text = base64.b64decode(segment, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return text if text.isdigit() and len(text) >= 4 else ""
