"""Whether what is said of the customer and of the site's generator agrees."""

from collections.abc import Iterable, Sequence
from datetime import date

from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.lists import Flat

CLASS = "customer_classification"
COMPANY, TITLE = "customer.end_customer_company_name", "customer.end_customer_title"
FOSSIL, RENEWABLE = "site.on_site_fossil_generator", "site.renewable_generator"
DEVICE_TYPE = "device.device_type"
_OLD = ("capacity_kw", "fuel_type", "manufacturer", "model_year", "serial_number")  # of the deprecated generator fields
_NOT_FOSSIL = {"ENERGY_STORAGE", "OTHER"}


def customer_rules(keys: Iterable[str]) -> list[CrossCheckRule]:
    """The rules about the customer and the generator. `keys` are all keys of the catalogue."""
    slots = sorted({key.rpartition(".")[0] for key in keys if key.startswith("site.site_devices.")})
    facts = tuple(f"{slot}.{name}" for slot in slots for name in ("device_type", "fuel_type"))
    old = tuple(f"site.generator_{name}" for name in _OLD)
    return [
        CrossCheckRule((CLASS,), (CLASS, COMPANY, TITLE), only_for_businesses, repeats=False),
        CrossCheckRule((FOSSIL,), (FOSSIL, RENEWABLE, DEVICE_TYPE, *old, *facts), generator_as_said),
    ]


def only_for_businesses(row: Flat, _on: date) -> Sequence[RowFinding]:
    """A company name and a title belong to commercial customers, and every one of those has a company."""
    if row[CLASS] == "RESIDENTIAL":
        return [RowFinding("ONLY_FOR_BUSINESSES", key) for key in (COMPANY, TITLE) if key in row]
    if row[CLASS] == "COMMERCIAL" and COMPANY not in row:
        return (RowFinding("COMPANY_MISSING", COMPANY),)
    return ()


def generator_as_said(row: Flat, _on: date) -> Sequence[RowFinding]:
    """There are facts about a fossil generator exactly when there is said to be one."""
    fuels = _fuels_of_generators(row)
    if row[FOSSIL] and not fuels and row.get(DEVICE_TYPE) != "GENERATOR":
        return (RowFinding("GENERATOR_NOT_DESCRIBED", FOSSIL),)
    is_fossil = any(fuel not in _NOT_FOSSIL and (fuel or not row.get(RENEWABLE)) for fuel in fuels)
    return (RowFinding("GENERATOR_DENIED", FOSSIL),) if not row[FOSSIL] and is_fossil else ()


def _fuels_of_generators(row: Flat) -> list[str]:
    """The fuel of each generator of the site that has facts; "" where it is not said."""
    fuels = [
        str(row.get(f"{key.rpartition('.')[0]}.fuel_type", ""))
        for key, value in row.items()
        if value == "GENERATOR" and key.endswith(".device_type") and key != DEVICE_TYPE
    ]
    old = [f"site.generator_{name}" for name in _OLD]
    return [*fuels, str(row.get("site.generator_fuel_type", ""))] if any(key in row for key in old) else fuels
