"""What is in a Green Button feed, as plain data. Times are UTC; amounts are Decimal."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["electricity", "gas", "water", "other"]
Direction = Literal["delivered", "received", "net", "unknown"]


@dataclass(frozen=True, slots=True)
class FeedWarning:
    """Something to mention. where: the id or href of the first resource that it is about; count: how often."""

    code: str
    text: str
    where: str
    count: int


@dataclass(frozen=True, slots=True)
class Links:
    """Who a resource is and what it refers to. id: UUID text without urn:uuid:, or the end of its href."""

    id: str
    self_href: str = ""
    up_href: str = ""
    related: tuple[str, ...] = ()
    parent: int | None = field(default=None, compare=False)  # number of the resource in which it is nested
    number: int = field(default=-1, compare=False)  # its place in the file
    entry: int = field(default=-1, compare=False)  # the number of its Atom entry
    position: int = 0  # among those of its type in one entry
    published_at: datetime | None = None


NO_LINKS: Final = Links("")


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without intervals between two that are there."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class ReadingType:
    """What the values of a meter reading mean; codes of ESPI as published, "" when absent."""

    links: Links
    uom: str = ""
    power_of_ten: int = 0
    flow_direction: str = ""
    commodity: str = ""
    kind: str = ""
    accumulation: str = ""
    qualifier: str = ""
    interval_seconds: int = 0  # 0: it does not say
    default_quality: str = ""


@dataclass(frozen=True, slots=True)
class ReadingSummary:
    """One meter reading, summed. total: in `unit` ("kWh" for electric energy, whatever the feed's own unit was).

    interval_seconds: the most frequent length, 0 without intervals. gap_count: all gaps; gaps: the first of them.
    """

    id: str
    direction: Direction
    unit: str
    interval_seconds: int
    first_at: datetime | None
    last_end_at: datetime | None
    count: int
    total: Decimal
    gaps: tuple[Gap, ...] = ()
    gap_count: int = 0
    missing_seconds: int = 0
    raw_total: Decimal = Decimal(0)  # the same in the feed's own numbers, without its power of ten
    uom: str = ""
    flow_direction: str = ""
    accumulation: str = ""
    reading_kind: str = ""
    interval_lengths: tuple[int, ...] = ()
    qualities: tuple[str, ...] = ()
    usage_point_id: str = ""  # of an unlinked reading: what its href names, though the file does not have it


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """A billing period as the utility published it. total: overallConsumptionLastPeriod; None when absent.

    cost: billLastPeriod in the currency (ESPI publishes hundred-thousandths). currency: ISO 4217 number as published.
    """

    id: str
    start_at: datetime | None
    end_at: datetime | None
    total: Decimal | None
    unit: str
    current_total: Decimal | None = None
    current_unit: str = ""
    cost: Decimal | None = None
    currency: str = ""
    quality: str = ""
    tariff: str = ""


@dataclass(frozen=True, slots=True)
class UsagePoint:
    """A place where a service is delivered and measured."""

    id: str
    self_href: str
    kind: Kind
    service_kind_raw: str
    status: str
    readings: tuple[ReadingSummary, ...]
    summaries: tuple[UsageSummary, ...]
    title: str = ""
    tariff: str = ""
    utc_offset_seconds: int | None = None  # standard time; of LocalTimeParameters
    service_point_id: str = ""
    load_zone: str = ""
    links: Links = NO_LINKS


@dataclass(frozen=True, slots=True)
class Address:
    """Parts of an address as published; "" for what is not said."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.city or self.state or self.postal_code)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who has accounts at the utility."""

    links: Links
    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """What the utility bills."""

    links: Links
    number: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    contact_name: str = ""
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class CustomerAgreement:
    """A service agreement of an account."""

    links: Links
    number: str
    status: str = ""
    tariff: str = ""
    load_zone: str = ""
    sign_at: datetime | None = None
    usage_point_hrefs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceLocation:
    """Where a service is delivered."""

    links: Links
    name: str = ""
    address: Address | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    usage_point_hrefs: tuple[str, ...] = ()
    load_zone: str = ""


@dataclass(frozen=True, slots=True)
class EndDevice:
    """A meter of the utility (EndDevice or Meter)."""

    links: Links
    serial: str = ""
    type: str = ""
    interval_seconds: int = 0


@dataclass(frozen=True, slots=True)
class ServiceSupplier:
    """Who supplies the service."""

    links: Links
    name: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a customer authorized, as the utility publishes it. status: "1" is active."""

    links: Links
    status: str = ""
    scope: str = ""
    expires_at: datetime | None = None
    authorized_from: datetime | None = None
    authorized_until: datetime | None = None  # None: no end, or one beyond the calendar
    published_from: datetime | None = None
    published_until: datetime | None = None
    resource_uri: str = ""
    authorization_uri: str = ""
    customer_resource_uri: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationInformation:
    """What the utility knows of a third party's application. Its secrets are not read."""

    links: Links
    client_id: str = ""
    name: str = ""
    status: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """Everything in a file but its single intervals."""

    usage_points: tuple[UsagePoint, ...] = ()
    customers: tuple[Customer, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    warnings: tuple[FeedWarning, ...] = ()
    unlinked_readings: tuple[ReadingSummary, ...] = ()
    accounts: tuple[CustomerAccount, ...] = ()
    agreements: tuple[CustomerAgreement, ...] = ()
    locations: tuple[ServiceLocation, ...] = ()
    devices: tuple[EndDevice, ...] = ()
    suppliers: tuple[ServiceSupplier, ...] = ()
    applications: tuple[ApplicationInformation, ...] = ()
    batch_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntervalReading:
    """One interval. value: in `unit`, kWh for electric energy; quality: ESPI's codes, separated by blanks."""

    usage_point_id: str
    reading_id: str
    direction: Direction
    start_at: datetime
    duration_seconds: int
    value: Decimal
    unit: str
    quality: str
