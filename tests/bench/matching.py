"""How well columns are matched, measured on sheets that people labelled.

python -m tests.bench.matching, with an empty data directory in DATA_DIR.
Files of made-up sheets: one that was tuned on, one that was held out, and two that somebody else made later, whose
names were taken in after they were first measured (0.88 and 0.91 of the knowable columns were right). The figures: how
many proposals called "Sure" and "Likely" are wrong, and how many of the columns that hold a field are proposed rightly.
"""

import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django first

from onboarding.spreadsheets.cells import Row  # noqa: E402  Django first
from onboarding.uploads.columns.propose import certainties, propose  # noqa: E402  Django first
from onboarding.uploads.layout import covers  # noqa: E402  Django first
from programs.schema import Schema, schema_for  # noqa: E402  Django first

SHEETS = Path(__file__).parent.parent / "onboarding" / "uploads" / "labelled"
NAMES = ("tuned", "held_out", "second_look", "third_look")
_CUSTOMER, _DEVICE, _UTILITY = "customer.", "device.", "utility."
KEYS = {
    "ref": "partner_reference",
    "region": "transmission_region",
    "class": "customer_classification",
    "group": "customer_group",
    "load": "load_types.0",
    "name": _CUSTOMER + "end_customer_name",
    "title": _CUSTOMER + "end_customer_title",
    "email": _CUSTOMER + "end_customer_email",
    "phone": _CUSTOMER + "end_customer_phone_number",
    "company": _CUSTOMER + "end_customer_company_name",
    "street": _CUSTOMER + "street_1",
    "street2": _CUSTOMER + "street_2",
    "city": _CUSTOMER + "city",
    "state": _CUSTOMER + "state_or_province_code",
    "zip": _CUSTOMER + "postal_code",
    "country": _CUSTOMER + "country_code",
    "address": "address:customer",
    "offerdate": _CUSTOMER + "partner_offering_date",
    "fcm": _CUSTOMER + "is_in_wholesale_capacity_market",
    "billstreet": _CUSTOMER + "billing.street_1",
    "billcity": _CUSTOMER + "billing.city",
    "billstate": _CUSTOMER + "billing.state_or_province_code",
    "billzip": _CUSTOMER + "billing.postal_code",
    "billcountry": _CUSTOMER + "billing.country_code",
    "devtype": _DEVICE + "device_type",
    "serial": _DEVICE + "device_serial_number",
    "maker": _DEVICE + "device_manufacturer",
    "model": _DEVICE + "device_model",
    "install": _DEVICE + "install_date",
    "pto": _DEVICE + "permission_to_operate_date",
    "kw": _DEVICE + "battery_power_capacity_kw",
    "kwh": _DEVICE + "battery_energy_capacity_kwh",
    "duration": _DEVICE + "battery_duration_hours",
    "minsoc": _DEVICE + "battery_min_state_of_charge_percentage",
    "maxsoc": _DEVICE + "battery_max_state_of_charge_percentage",
    "chargerate": _DEVICE + "battery_max_charge_rate_kw",
    "dischargerate": _DEVICE + "battery_max_discharge_rate_kw",
    "installer": _DEVICE + "installer",
    "solar": _DEVICE + "is_connected_to_solar",
    "zone": "site.load_zone",
    "count": "site.number_of_devices",
    "generator": "site.on_site_fossil_generator",
    "utility": _UTILITY + "utility_name",
    "account": _UTILITY + "electric_service_account_number",
    "lse": _UTILITY + "load_serving_entity",
    "tariff": _UTILITY + "tariff",
    "voltage": _UTILITY + "voltage",
    "meterno": _UTILITY + "utility_meter_serial_number",
    "sgip": "caiso.is_receiving_sgip_funding",
    "nem": "caiso.nem_type",
    "cbl": "nyiso.cbl_method",
    "resource": "nyiso.existing_nyiso_resource_id",
}


@dataclass(frozen=True, slots=True)
class LabelledColumn:
    """One column: its header, the fields that are right (none for a column that holds none), some values."""

    header: str
    right: frozenset[str]
    values: tuple[str, ...]


@dataclass(slots=True)
class Figures:
    """What was counted over some sheets. wrong: lines that say which proposals were wrong or absent."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def share(self, part: str, whole: str) -> float:
        return self.counts[part] / max(1, self.counts[whole])


def sheets(name: str) -> Iterator[tuple[str, list[LabelledColumn]]]:
    """Each sheet of a file: its title and its columns."""
    title, columns = "", list[LabelledColumn]()
    for line in (SHEETS / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            if columns:
                yield title, columns
            title, columns = line.strip("[]"), []
        elif " | " in line and not line.startswith("# "):
            header, labels, values = line.split(" | ", 2)
            right = frozenset(KEYS[label] for label in labels.split("/") if label != "-")
            columns.append(LabelledColumn(header, right, tuple(value.strip() for value in values.split(";"))))
    yield title, columns


def measure(name: str, schema: Schema) -> Figures:
    """The figures of one file."""
    figures = Figures()
    for title, columns in sheets(name):
        figures.counts["sheets"] += 1
        longest = max(len(column.values) for column in columns)
        padded = [column.values + ("",) * (longest - len(column.values)) for column in columns]
        rows = [Row(number, [values[number] or None for values in padded]) for number in range(longest)]
        proposals = propose([column.header for column in columns], rows, schema, {})
        sure = certainties((item.index, item.key, item.how, item.score) for item in proposals)
        for column, proposal in zip(columns, proposals, strict=True):
            _count(figures, title, column, proposal.key, sure[proposal.index][0])
    return figures


def _count(figures: Figures, title: str, column: LabelledColumn, key: str, word: str) -> None:
    keys = {key, *covers(key)} - {""}
    is_right = bool(keys & column.right)
    figures.counts.update(columns=1, knowable=bool(column.right), right=bool(column.right) and is_right)
    if key:
        figures.counts.update({word: 1, f"wrong {word}": not is_right})
    if (key and not is_right) or (column.right and not key):
        wanted = "/".join(sorted(column.right)) or "none"
        figures.wrong.append(f"{title}: {column.header} is {wanted}, proposed {key or 'none'} ({word})")


def summary(figures: Figures) -> dict[str, object]:
    """The figures as `make bench` prints them."""
    return {**dict(sorted(figures.counts.items())), "right_of_knowable": round(figures.share("right", "knowable"), 3)}


def main() -> None:
    """Print the figures of each file as one line of JSON; with -v, what is wrong in the tuned one before it."""
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    measured = {name: measure(name, schema_for()) for name in NAMES}
    if "-v" in sys.argv:
        print("\n".join(measured["tuned"].wrong))
    print(json.dumps({name: summary(figures) for name, figures in measured.items()}))


if __name__ == "__main__":
    main()
