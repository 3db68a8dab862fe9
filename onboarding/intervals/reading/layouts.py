"""Which columns a file of each data type has, and what they mean.

The columns of load are published (an example of the file preview, leap.md 5). Those of runtime and performance are not:
the catalogue says which column has their values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

METER: Final = "meter_id"
START: Final = "interval_start_time_utc"
END: Final = "interval_end_time_utc"
NET: Final = "energy_net_kwh"
CONSUMED: Final = "energy_consumed_kwh"
GENERATED: Final = "energy_generated_kwh"
FINAL: Final = "final"
REGION: Final = "region"
MINUTES: Final = 15  # of each interval


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one data type. value: the one that is stored as `net` where there is no energy to add up.

    limits: the least and the most that this value may be; None is no limit.
    """

    columns: tuple[str, ...]
    value: str = NET
    limits: tuple[float | None, float | None] = (None, None)
    required: frozenset[str] = field(default_factory=lambda: frozenset({METER, START, END}))


ValueColumn = tuple[str, float | None, float | None]  # its name, the least and the most that it may hold
LOAD: Final = Layout((METER, START, END, NET, CONSUMED, GENERATED, FINAL, REGION))


def layouts_of(columns: Mapping[str, ValueColumn]) -> dict[str, Layout]:
    """The layout of each data type, of load and of those whose value column is given."""
    others = {
        kind: Layout((METER, START, END, name, FINAL, REGION), value=name, limits=(least, most))
        for kind, (name, least, most) in columns.items()
    }
    return {"LOAD_DATA": LOAD, **others}


# Codes of a missing column, a value that cannot be read, and one that cannot be (leap.md 5).
MISSING: Final = {METER: "MTR_0001", START: "STM_0001", END: "ETM_0001"}
NOT_PARSABLE: Final = {
    METER: "MTR_0002",
    START: "STM_0002",
    END: "ETM_0002",
    NET: "NET_0002",
    CONSUMED: "CON_0002",
    GENERATED: "GEN_0002",
    FINAL: "FNL_0002",
    REGION: "REG_0002",
}
NOT_CORRECT: Final = {
    START: "STM_0003",
    END: "ETM_0003",
    CONSUMED: "CON_0003",
    GENERATED: "GEN_0003",
    REGION: "REG_0003",
}
LINE_TOO_SHORT: Final = "LIN_0001"
METER_UNKNOWN: Final = "MTR_0003"
NOT_15_MINUTES: Final = "DTR_0003"
NO_ENERGY: Final = "NRG_0001"
CONFLICTING: Final = "NRG_0003"
UNCATEGORISED: Final = "UNCATEGORISED"
EARLIEST_YEAR: Final = 2010  # an interval before this is a clock that was never set
MOST_ENERGY: Final = 1_000_000.0  # kWh in a quarter-hour: 4 GW, more than any meter that participates
ENERGY_TOLERANCE: Final = 0.002  # kWh: three values rounded to whole Wh each differ by up to 1.5 Wh

# What region may hold: the error text says a state, the published example has a market. Both are taken.
STATES: Final = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA PR RI SC SD TN TX UT VT VA WA WV WI WY"
)
MARKETS: Final = "CAISO ERCOT ISONE ISO-NE NYISO PJM MISO SPP AESO IESO"
YES: Final = ("true", "t", "yes", "y", "1")
NO: Final = ("false", "f", "no", "n", "0")
