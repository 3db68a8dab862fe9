"""Units of ESPI (UomType), powers of ten, flow directions and service kinds."""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from .records import Direction, Kind

EXACT: Final = Context(prec=80)  # more digits than sums of 64-bit numbers can have

WATT: Final = "38"
UNKNOWN_UNIT: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Unit:
    """The name of a unit as we give amounts, and how much of it the feed's own unit is: times / divisor."""

    name: str
    divisor: int = 1


# UomType of ESPI: codes of IEC 61968-9.
UNITS: Final = {
    "72": Unit("kWh", 1_000),
    "31": Unit("kWh", 3_600_000),  # joule
    "38": Unit("kW", 1_000),
    "42": Unit("m3"),
    "119": Unit("ft3"),
    "120": Unit("ft3"),  # compensated for temperature and pressure
    "121": Unit("ft3"),  # not compensated
    "128": Unit("US gal"),
    "130": Unit("imp gal"),
    "132": Unit("BTU"),
    "134": Unit("L"),
    "166": Unit("m3"),  # compensated
    "167": Unit("m3"),  # not compensated
    "169": Unit("therm"),
    "5": Unit("A"),
    "6": Unit("K"),
    "23": Unit("°C"),
    "29": Unit("V"),
    "33": Unit("Hz"),
    "61": Unit("VA"),
    "63": Unit("var"),
    "65": Unit("power factor"),
    "67": Unit("V²"),
    "69": Unit("A²"),
    "71": Unit("VAh"),
    "73": Unit("varh"),
    "106": Unit("Ah"),
    "122": Unit("ft3/h"),
    "125": Unit("m3/h"),
    "129": Unit("US gal/h"),
    "131": Unit("imp gal/h"),
    "133": Unit("BTU/h"),
    "137": Unit("L/h"),
    "140": Unit("Pa"),
    "155": Unit("Pa"),
}
POWERS: Final = frozenset(range(-24, 25))

DIRECTIONS: Final[dict[str, Direction]] = {"1": "delivered", "19": "received", "4": "net"}
KNOWN_DIRECTIONS: Final = frozenset(
    map(str, range(22))
)  # FlowDirectionKind; those without a name of ours are "unknown"
KINDS: Final[dict[str, Kind]] = {"0": "electricity", "1": "gas", "2": "water"}
KNOWN_KINDS: Final = frozenset(map(str, range(10)))  # ServiceKind
KIND_BY_COMMODITY: Final[dict[str, Kind]] = {"1": "electricity", "2": "electricity", "7": "gas", "9": "water"}
QUALITIES: Final = frozenset(["0", *map(str, range(7, 20))])  # QualityOfReading

CUMULATIVE: Final = frozenset({"1", "3"})  # AccumulationKind: bulk quantity, cumulative
EXTREMES: Final = frozenset({"8", "9"})  # DataQualifierKind: maximum, minimum


def converted(raw: Decimal, *, power_of_ten: int, divisor: int) -> Decimal:
    """raw × 10^power / divisor; exact unless the quotient has no end."""
    scaled = EXACT.scaleb(raw, power_of_ten)
    return scaled if divisor == 1 else EXACT.divide(scaled, Decimal(divisor))


def plain(amount: Decimal) -> str:
    """Digits without exponent and without zeros at the end."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
