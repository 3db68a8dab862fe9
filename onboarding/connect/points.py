"""Which meter a utility's service point is: compared by identifiers and address, never guessed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Func, Q, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Replace, Upper

from onboarding.connect.models import ServicePoint
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from portal.problems import Problem
from programs.identifiers import account_key, reference_key
from programs.models import Utility

SERIAL: Final = "data__utility__utility_meter_serial_number"
_SEPARATORS: Final = (" ", "-", ".", "/", "_")
_SHORTEST_KEY: Final = 4  # a shorter identifier says nothing
_STREET_NUMBER: Final = re.compile(r"\D{0,3}(\d+(?:-\d+)?)")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Place:
    """An address as it is compared: the street number and the five digits of the ZIP code; "" for what is unknown."""

    number: str
    zip_code: str

    @classmethod
    def of(cls, street: str, postal_code: str) -> "Place":
        match = _STREET_NUMBER.match(street)
        return cls(match.group(1).replace("-", "") if match else "", postal_code.strip()[:5])

    @property
    def is_known(self) -> bool:
        return bool(self.number and self.zip_code)


@dataclass(frozen=True, slots=True)
class Match:
    """What a service point is: the one meter, or the meters that it may be with the reason, or none of them."""

    meter: Meter | None = None
    candidates: Sequence[Meter] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class PointIdentity:
    """What tells which meter a service point is. reference: of the connection, "" without one.

    serials: the utility's meters there, as it writes them; their keys are among the keys.
    """

    keys: frozenset[str]
    street: str
    postal_code: str
    utility: Utility
    reference: str = ""
    serials: Sequence[str] = ()

    @property
    def place(self) -> Place:
        return Place.of(self.street, self.postal_code)


def keys_of(identifiers: Iterable[str]) -> frozenset[str]:
    """The normal forms of identifiers, less those that are too short to tell anything."""
    return frozenset(key for text in identifiers if len(key := account_key(text)) >= _SHORTEST_KEY)


def is_same_point(point: ServicePoint, like: ServicePoint) -> bool:
    """Whether two rows with the same name of a usage point are one point of their utility.

    Few utilities make names that are unique, and many call the first of each customer 1: their own numbers decide.
    """
    ours, theirs = _own_keys(point), _own_keys(like)
    return bool(ours & theirs) or (has_unique_name(point) and not (ours and theirs))


def has_same_numbers(point: ServicePoint, like: ServicePoint) -> bool:
    """Whether two rows share a number that names a point alone, whatever the utility calls the point."""
    return bool(_own_keys(point) & _own_keys(like))


def has_unique_name(point: ServicePoint) -> bool:
    """Whether the utility's name of the usage point is a UUID, which no two have."""
    return bool(_UUID.fullmatch(point.usage_point.lower()))


def _own_keys(point: ServicePoint) -> frozenset[str]:
    """What names this point alone; the account, which may have several, only where there is nothing else."""
    own = keys_of([point.agreement_number, point.service_point_number, *point.meter_serials])
    return own or keys_of([point.account_number])


def match_of(point: PointIdentity, *, partner: Partner) -> Match:
    """The partner's meter that a service point is.

    An identifier within the same utility and the address must agree. Where only one of them does, or several meters do,
    the partner is asked.
    """
    meters = list(_near(point, partner))
    agreeing = [meter for meter in meters if _agrees(meter, point)]
    sure = [meter for meter in agreeing if meter.utility_name == point.utility.code and _same_place(meter, point)]
    if len(sure) == 1 and len(agreeing) == 1:
        return Match(meter=sure[0])
    if len(agreeing) > 1:
        said = {"count": len(agreeing), "utility": point.utility.name}
        return Match(candidates=agreeing, problem=Problem("POINT_SEVERAL_METERS", context=said))
    if agreeing:
        return Match(candidates=agreeing, problem=_disagreement(agreeing[0], point))
    unclear = [meter for meter in meters if _is_unclear(meter, point)]
    if unclear:
        said = {"reference": unclear[0].partner_reference, "utility": point.utility.name}
        return Match(candidates=unclear, problem=Problem("POINT_UNCLEAR", context=said))
    return Match()


def _near(point: PointIdentity, partner: Partner) -> Iterable[Meter]:
    """The partner's utility meters that have one of the identifiers, or are at the ZIP code and not joined yet."""
    meters = Meter.objects.filter(partner=partner, is_archived=False).exclude(meter_type="DEVICE")
    at_utility = Q(utility_name__in=["", point.utility.code])
    by_key = Q(account_key__in=point.keys)
    zip_code = point.place.zip_code
    by_place = Q(postal_code__startswith=zip_code) if zip_code else Q(pk__in=[])
    serial = by_place & Q(**{f"{SERIAL}__isnull": False})
    if keys := keys_of(point.serials):  # at another address it is a disagreement, which the partner is asked about
        meters = meters.alias(serial_form=_serial_form())
        serial |= at_utility & Q(serial_form__in=keys)
    bare = by_place & at_utility & (Q(account_key="") if point.keys else Q())
    same_reference = Q(reference_key=reference_key(point.reference)) if point.reference else Q(pk__in=[])
    known = ServicePoint.objects.filter(partner=partner, meter__isnull=False, utility=point.utility).values("meter")
    near = meters.filter(by_key | serial | ((bare | same_reference) & ~Q(pk__in=known)))
    return near.select_related("partner").order_by("pk")


def _serial_form() -> Func | Upper:
    """The serial number of a meter as account_key has it, as far as the database can."""
    form: Func | Upper = Upper(KT(SERIAL), output_field=TextField())
    for separator in _SEPARATORS:
        form = Replace(form, Value(separator), Value(""), output_field=TextField())
    return form


def _keys_of_meter(meter: Meter) -> frozenset[str]:
    utility = meter.data.get("utility") or {}
    return keys_of(filter(None, [meter.account_number, str(utility.get("utility_meter_serial_number") or "")]))


def _same_place(meter: Meter, point: PointIdentity) -> bool:
    return point.place.is_known and Place.of(meter.street, meter.postal_code) == point.place


def _agrees(meter: Meter, point: PointIdentity) -> bool:
    """Whether an identifier agrees. A like number of another utility at another address is somebody else's."""
    if not _keys_of_meter(meter) & point.keys:
        return False
    return meter.utility_name in ("", point.utility.code) or _same_place(meter, point)


def _is_unclear(meter: Meter, point: PointIdentity) -> bool:
    """A meter at the same address, with nothing to compare it by: it may be this one."""
    return not (_keys_of_meter(meter) and point.keys) and _same_place(meter, point)


def _disagreement(meter: Meter, point: PointIdentity) -> Problem:
    said: dict[str, object] = {"reference": meter.partner_reference, "utility": point.utility.name}
    if meter.utility_name != point.utility.code:
        return Problem("POINT_OTHER_UTILITY", context=said)
    ours = ", ".join(filter(None, [meter.street, meter.postal_code])) or "no address"
    theirs = ", ".join(filter(None, [point.street, point.postal_code])) or "none"
    return Problem("POINT_ADDRESS_DISAGREES", context=said | {"ours": ours, "theirs": theirs})


@dataclass(frozen=True, slots=True)
class PointFacts:
    """A service point as the utility's feeds tell of it: plain texts, made short and printable."""

    usage_point: str
    kind: str
    account_number: str = ""
    agreement_number: str = ""
    service_point_number: str = ""
    meter_serials: tuple[str, ...] = ()
    customer_name: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    tariff: str = ""
    load_zone: str = ""
    has_intervals: bool = True

    @property
    def identifiers(self) -> tuple[str, ...]:
        numbers = (self.account_number, self.agreement_number, self.service_point_number)
        return tuple(filter(None, (*numbers, *self.meter_serials)))
