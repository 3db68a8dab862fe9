"""The customer feed: who the customer is, with accounts, agreements, service locations and meters."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from onboarding.demo_utility.customers import Address, Customer, Meter
from onboarding.demo_utility.feeds.dialects import CUSTOMER, Dialect, Tree, closing, entry, opening, xml
from onboarding.demo_utility.feeds.usage import usage_point_id


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """Whose feed is asked for, with the meters that were shared."""

    base: str
    subscription: str
    dialect: Dialect
    customer: Customer
    meters: tuple[Meter, ...]
    at: datetime


def customer_feed(asked: CustomerRequest) -> Iterator[str]:
    """The feed, one entry at a time; service locations come before their agreements, as in real files."""
    number = asked.customer.number
    yield opening(asked.dialect, f"{asked.base}Batch/RetailCustomer/{number}", "Green Button Customer Feed", asked.at)
    href = f"{asked.base}RetailCustomer/{number}/Customer/{b64encode(number.encode()).decode()}"
    yield _entry(asked, href, ("Customer", [("name", asked.customer.name)]), f"{href}/CustomerAccount")
    for account in dict.fromkeys(meter.account for meter in asked.meters):
        place = f"{href}/CustomerAccount/{_segment(account)}"
        yield _entry(asked, place, ("CustomerAccount", _account(asked, account)), f"{place}/CustomerAgreement")
        for meter in asked.meters:
            if meter.account == account:
                yield from _agreement(asked, f"{place}/CustomerAgreement/{_segment(meter.agreement)}", meter)
    yield closing(asked.dialect)


def _agreement(asked: CustomerRequest, href: str, meter: Meter) -> Iterator[str]:
    location = f"{href}/ServiceLocation/{usage_point_id(asked.dialect, meter)}"
    device = f"{location}/{asked.dialect.meter_element}"
    links = [device, _usage_point(asked, meter)] if asked.dialect.in_milliseconds else [device]
    yield _entry(asked, location, ("ServiceLocation", _location(asked, meter)), *links)
    signed: list[Tree] = [("name", meter.agreement), ("type", "AGR"), ("docStatus", [("value", "Active")])]
    yield _entry(asked, href, ("CustomerAgreement", [*signed, ("signDate", 1376550000)]), f"{href}/ServiceLocation")
    length: list[Tree] = [("intervalLength", meter.interval_seconds)] if meter.interval_seconds else []
    about: list[Tree] = [("type", "Electric meter"), ("serialNumber", meter.serial), *length]
    yield _entry(asked, f"{device}/{_segment(meter.serial)}", (asked.dialect.meter_element, about))


def _account(asked: CustomerRequest, account: str) -> list[Tree]:
    """PG&E has the account's number as its name; others have it as its accountId."""
    return [("name", account)] if asked.dialect.in_milliseconds else [("accountId", account), ("name", account)]


def _usage_point(asked: CustomerRequest, meter: Meter) -> str:
    return f"{asked.base}Subscription/{asked.subscription}/UsagePoint/{usage_point_id(asked.dialect, meter)}"


def _location(asked: CustomerRequest, meter: Meter) -> list[Tree]:
    """Which usage point is there is an element, or (PG&E) a link of the entry."""
    return [
        ("type", "Service"),
        ("mainAddress", _address(asked.dialect, meter.feed_address)),
        *([] if asked.dialect.in_milliseconds else [("UsagePoints", [("UsagePoint", _usage_point(asked, meter))])]),
    ]


def _address(dialect: Dialect, address: Address) -> list[Tree]:
    """PG&E has the ZIP code in the town's code, the street in one piece and all in capitals."""
    town: list[Tree] = [("name", address.city), ("stateOrProvince", address.state)]
    if dialect.in_milliseconds:
        street: list[Tree] = [("addressGeneral", address.line.upper())]
        return [("streetDetail", street), ("townDetail", [("code", address.zip_code), *town])]
    parts: list[Tree] = [("number", address.number), ("name", address.street)]
    whole: list[Tree] = [("addressGeneral", address.line)]
    street = parts if dialect.is_street_split else whole
    return [("streetDetail", street), ("townDetail", town), ("postalCode", address.zip_code)]


def _entry(asked: CustomerRequest, href: str, tree: Tree, *related: str) -> str:
    return entry(asked.dialect, href, xml(tree, namespace=CUSTOMER), asked.at, related=related)


def _segment(text: str) -> str:
    return text.replace("/", "-").replace(" ", "-")
