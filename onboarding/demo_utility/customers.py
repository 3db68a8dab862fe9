"""Who the customers of the played utilities are: made from utility and user name, the same every time. Pure.

A test that wants a meter to match a customer reads its account, service point or serial number here.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from onboarding.demo_utility.registration import UTILITIES


@dataclass(frozen=True, slots=True)
class Address:
    """A street address; `number` and `street` apart, since utilities differ in how they write them."""

    number: str
    street: str
    city: str
    state: str
    zip_code: str

    @property
    def line(self) -> str:
        return f"{self.number} {self.street}"


@dataclass(frozen=True, slots=True)
class Meter:
    """A usage point with its numbers. `feed_address` is what the utility says, `address` where the meter really is.

    Without interval data `interval_seconds` is 0; `exports` says that energy flows both ways; `homes` is how many homes
    use as much.
    """

    account: str
    agreement: str
    service_point: str
    serial: str
    address: Address
    feed_address: Address
    interval_seconds: int
    exports: bool
    homes: int


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of a utility with all meters, in a fixed order. `number` is the retail customer's in addresses."""

    code: str
    user_name: str
    number: str
    name: str
    is_business: bool
    meters: tuple[Meter, ...]

    @property
    def address(self) -> Address:
        return self.meters[0].address

    @property
    def account(self) -> str:
        return self.meters[0].account

    @property
    def agreement(self) -> str:
        return self.meters[0].agreement

    @property
    def service_point(self) -> str:
        return self.meters[0].service_point

    @property
    def serials(self) -> tuple[str, ...]:
        return tuple(meter.serial for meter in self.meters)


_FIRST: Final = ("Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal")
_LAST: Final = ("Alvarez", "Brooks", "Chen", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jones")
_STREETS: Final = ("Oak St", "Harbor Rd", "Mission St", "Elm St", "Cedar Ln", "Lake Ave", "Hill St", "Park Blvd")
_PLACES: Final = {
    "LEAP_TEST_CAISO": ("Oakland", "CA", "94612"),
    "DEMO2": ("Irvine", "CA", "92614"),
    "LEAP_TEST_NYISO": ("Brooklyn", "NY", "11201"),
    "PJM_DEMO": ("Philadelphia", "PA", "19103"),
}
_ELSEWHERE: Final = {
    "LEAP_TEST_CAISO": Address("77", "Far Away Rd", "Fresno", "CA", "93721"),
    "DEMO2": Address("77", "Far Away Rd", "Palm Springs", "CA", "92262"),
    "LEAP_TEST_NYISO": Address("77", "Far Away Rd", "Buffalo", "NY", "14201"),
    "PJM_DEMO": Address("77", "Far Away Rd", "Pittsburgh", "PA", "15222"),
}
_INTERVALS: Final = {"LEAP_TEST_CAISO": 900, "DEMO2": 3600, "LEAP_TEST_NYISO": 900, "PJM_DEMO": 3600}
_SAME_AS: Final = {"duplicate": "success"}  # one customer with two user names


def normal(user_name: str) -> str:
    """A user name as it is compared: case and spaces around it do not matter."""
    return user_name.strip().lower()[:64]


def customer(code: str, user_name: str) -> Customer:
    """The customer behind a user name at a utility; `code` is a key of UTILITIES."""
    name = normal(user_name)
    identity = _SAME_AS.get(name, name)
    is_business = name == "commercial"
    count = 2 if name in {"two_meters", "commercial"} else 1
    meters = tuple(_meter(code, identity, index, has_own_account=is_business) for index in range(count))
    number = _digits(f"{code}/{identity}/customer", 8)
    return Customer(code, name, number, _name(code, identity, is_business), is_business, meters)


def _meter(code: str, identity: str, index: int, *, has_own_account: bool) -> Meter:
    seed = f"{code}/{identity}/{index}"
    account = seed if has_own_account else f"{code}/{identity}/0"
    address = _address(code, seed)
    return Meter(
        account=_account(code, account),
        agreement=_agreement(code, seed),
        service_point=_digits(f"{seed}/point", 10),
        serial=_serial(code, seed),
        address=address,
        feed_address=_ELSEWHERE[code] if identity == "address_mismatch" else address,
        interval_seconds=0 if identity == "no_smart_meter" else _INTERVALS[code],
        exports=code == "DEMO2",
        homes=25 if has_own_account else 1,
    )


def _address(code: str, seed: str) -> Address:
    number = str(100 + _number(f"{seed}/number") % 8900)
    return Address(number, _pick(_STREETS, f"{seed}/street"), *_PLACES[code])


def _name(code: str, identity: str, is_business: bool) -> str:
    last = _pick(_LAST, f"{code}/{identity}/last")
    return f"{last} Cold Storage LLC" if is_business else f"{_pick(_FIRST, f'{code}/{identity}/first')} {last}"


def _account(code: str, seed: str) -> str:
    digits = _digits(f"{seed}/account", 11)
    match UTILITIES[code].shape:
        case "SCE":
            return f"2-{digits[:2]}-{digits[2:5]}-{digits[5:9]}"
        case "PGE":
            return digits[:10]
    return digits


def _agreement(code: str, seed: str) -> str:
    digits = _digits(f"{seed}/agreement", 10)
    return f"3-001-{digits[:4]}-{digits[4:6]}" if UTILITIES[code].shape == "SCE" else digits


def _serial(code: str, seed: str) -> str:
    digits = _digits(f"{seed}/serial", 10)
    match UTILITIES[code].shape:
        case "SCE":
            return f"1.3.6.1.4.1.{digits[:5]}.{digits[5:]}"  # as object identifiers look
        case "PGE":
            return digits
    return f"AMI{digits[:8]}"


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])


def _digits(seed: str, width: int) -> str:
    """A number of so many digits that does not begin with 0."""
    return str(10 ** (width - 1) + _number(seed) % (9 * 10 ** (width - 1)))


def _pick(names: tuple[str, ...], seed: str) -> str:
    return names[_number(seed) % len(names)]
