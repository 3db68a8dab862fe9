"""Records of the resources of a feed: what each shape of ESPI says, in one shape of ours."""

from decimal import Decimal
from typing import Final

from . import problems
from .collector import Resource
from .problems import WarningLog
from .records import (
    ApplicationInformation,
    Authorization,
    Customer,
    CustomerAccount,
    CustomerAgreement,
    EndDevice,
    ReadingType,
    ServiceLocation,
    ServiceSupplier,
    UsageSummary,
)
from .times import end_of, integer
from .units import POWERS, UNITS, UNKNOWN_UNIT, converted

_NUMBERS: Final = ("name", "accountId", "accountNumber", "agreementId", "names/name", "Names/name", "mRID")
_ZONES: Final = ("loadZone", "load_zone", "zone", "subLAP")
_TARIFFS: Final = ("tariffProfile", "rateCode", "tariff")
_USAGE_POINTS: Final = ("UsagePoints/UsagePoint", "UsagePoints/href", "usagePoints/usagePoint")
_LONGEST_URI = 2_000
_LONGEST_INTERVAL = 2**31
_CURRENCY_UNIT = Decimal(100_000)  # ESPI publishes money in hundred-thousandths


def reading_type(resource: Resource, log: WarningLog) -> ReadingType:
    """Unit and meaning of values. A power of ten that cannot be is left out with a warning."""
    fields, where = resource.fields, resource.links.self_href or resource.links.id
    return ReadingType(
        links=resource.links,
        uom=fields.text("uom"),
        power_of_ten=power_of_ten(fields.raw("powerOfTenMultiplier"), log, where),
        flow_direction=fields.text("flowDirection"),
        commodity=fields.text("commodity"),
        kind=fields.text("kind"),
        accumulation=fields.text("accumulationBehaviour", "accumulationBehavior"),
        qualifier=fields.text("dataQualifier"),
        interval_seconds=_seconds(fields.raw("intervalLength")),
        default_quality=fields.text("defaultQuality"),
    )


def power_of_ten(text: str, log: WarningLog, where: str) -> int:
    """The exponent that a text is; 0 when there is none, and, with a warning, when it cannot be."""
    power = integer(text) if text else 0
    if power is None or power not in POWERS:
        log.add(problems.MULTIPLIER_UNKNOWN, where, text)
        return 0
    return power


def usage_summary(resource: Resource, log: WarningLog) -> UsageSummary:
    """A billing period with the published total in kWh, or the native unit."""
    fields, where = resource.fields, resource.links.self_href or resource.links.id
    total, unit = _amount(resource, "overallConsumptionLastPeriod", log)
    current, current_unit = _amount(resource, "currentBillingPeriodOverAllConsumption", log)
    cost = fields.number("billLastPeriod", log, where)
    start, duration = fields.raw("billingPeriod/start"), fields.raw("billingPeriod/duration")
    return UsageSummary(
        id=resource.links.id,
        start_at=fields.moment("billingPeriod/start", log, where),
        end_at=end_of(start, duration),
        total=total,
        unit=unit,
        current_total=current,
        current_unit=current_unit,
        cost=None if cost is None else cost / _CURRENCY_UNIT,
        currency=fields.text("currency"),
        quality=fields.text("qualityOfReading"),
        tariff=fields.text("tariffProfile"),
    )


def _amount(resource: Resource, path: str, log: WarningLog) -> tuple[Decimal | None, str]:
    """A SummaryMeasurement with its unit."""
    fields, where = resource.fields, resource.links.self_href or resource.links.id
    raw = fields.number(f"{path}/value", log, where)
    if raw is None:
        return None, ""
    uom = fields.text(f"{path}/uom")
    unit = UNITS.get(uom)
    if unit is None:
        log.add(problems.UNIT_UNKNOWN, where, uom or "(none)")
    power = power_of_ten(fields.raw(f"{path}/powerOfTenMultiplier"), log, where)
    divisor = unit.divisor if unit else 1
    return converted(raw, power_of_ten=power, divisor=divisor), unit.name if unit else UNKNOWN_UNIT


def customer(resource: Resource) -> Customer:
    """Name and contacts; PG&E has `name`, others the parts of an Organisation."""
    fields = resource.fields
    organisations = (text for _, text in fields.ends_with("customerName", "organisationName"))
    name = fields.text("customerName", "name", "Organisation/name") or next(organisations, "")
    return Customer(resource.links, name, fields.emails(), fields.phones(), fields.text("kind"))


def account(resource: Resource) -> CustomerAccount:
    fields = resource.fields
    return CustomerAccount(
        links=resource.links,
        number=fields.text("accountId", "accountNumber", *_NUMBERS),
        emails=fields.emails(),
        phones=fields.phones(),
        contact_name=fields.text("contactInfo/name", "contactInfo/organisation/name", "contactInfo/Organisation/name"),
        address=fields.address(),
    )


def agreement(resource: Resource, log: WarningLog) -> CustomerAgreement:
    fields, where = resource.fields, resource.links.self_href or resource.links.id
    tariffs = [text for _, text in fields.ends_with(*_TARIFFS)]
    structures = [text for path, text in fields.ends_with("code", "name") if "PricingStructure" in path]
    return CustomerAgreement(
        links=resource.links,
        number=fields.text("agreementId", *_NUMBERS),
        status=fields.text("docStatus/value", "status/value", "status"),
        tariff=next(iter(tariffs + structures), ""),
        load_zone=_load_zone(resource),
        sign_at=fields.moment("signDate", log, where),
        usage_point_hrefs=fields.all(*_USAGE_POINTS),
    )


def location(resource: Resource) -> ServiceLocation:
    fields = resource.fields
    return ServiceLocation(
        links=resource.links,
        name=fields.text("name", "names/name"),
        address=fields.address(),
        emails=fields.emails(),
        phones=fields.phones(),
        usage_point_hrefs=fields.all(*_USAGE_POINTS),
        load_zone=_load_zone(resource),
    )


def device(resource: Resource) -> EndDevice:
    fields = resource.fields
    length = _seconds(fields.raw("intervalLength"))
    return EndDevice(resource.links, fields.text("serialNumber", "utcNumber", "name"), fields.text("type"), length)


def supplier(resource: Resource) -> ServiceSupplier:
    return ServiceSupplier(
        resource.links, resource.fields.text("name", "Organisation/name"), resource.fields.text("kind")
    )


def authorization(resource: Resource, log: WarningLog) -> Authorization:
    """Epochs may be in seconds or milliseconds, both in one resource."""
    fields, where = resource.fields, resource.links.self_href or resource.links.id
    authorized = fields.raw("authorizedPeriod/start"), fields.raw("authorizedPeriod/duration")
    published = fields.raw("publishedPeriod/start"), fields.raw("publishedPeriod/duration")
    return Authorization(
        links=resource.links,
        status=fields.text("status"),
        scope=fields.whole("scope"),
        expires_at=fields.moment("expires_at", log, where),
        authorized_from=fields.moment("authorizedPeriod/start", log, where),
        authorized_until=end_of(*authorized),
        published_from=fields.moment("publishedPeriod/start", log, where),
        published_until=end_of(*published),
        resource_uri=fields.whole("resourceURI")[:_LONGEST_URI],
        authorization_uri=fields.whole("authorizationURI")[:_LONGEST_URI],
        customer_resource_uri=fields.whole("customerResourceURI")[:_LONGEST_URI],
    )


def application(resource: Resource) -> ApplicationInformation:
    fields = resource.fields
    return ApplicationInformation(
        links=resource.links,
        client_id=fields.text("client_id"),
        name=fields.text("client_name", "thirdPartyApplicationName"),
        status=fields.text("thirdPartyApplicationStatus", "dataCustodianApplicationStatus"),
        scopes=fields.all("scope"),
    )


def batch_uris(resource: Resource) -> tuple[str, ...]:
    return tuple(uri[:_LONGEST_URI] for uri in resource.fields.whole_all("resources"))


def _load_zone(resource: Resource) -> str:
    return next((text for _, text in resource.fields.ends_with(*_ZONES)), "")


def _seconds(text: str) -> int:
    """A length of time; 0 for none, and for one that cannot be."""
    seconds = integer(text) or 0
    return seconds if 0 < seconds <= _LONGEST_INTERVAL else 0
