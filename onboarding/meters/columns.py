"""Which facts of an asset are columns of the meter: the one mapping, for Python and for the database.

The rest of the asset is the column `data`, shaped like the published contract.
"""

from collections.abc import Callable, Mapping
from typing import Any

from onboarding.meters.models import Meter
from portal.storage import json_sql
from programs.identifiers import account_key, reference_key, serial_key

Asset = dict[str, Any]

# Column: where the asset has it. Those with one step are taken out of `data`, since they are in no object.
PLACES: Mapping[str, tuple[str, ...]] = {
    "partner_reference": ("partner_reference",),
    "transmission_region": ("transmission_region",),
    "customer_classification": ("customer_classification",),
    "meter_type": ("meter_type",),
    "load_types": ("load_types",),
    "customer_group": ("customer_group",),
    "device_type": ("device", "device_type"),
    "serial_number": ("device", "device_serial_number"),
    "customer_name": ("customer", "end_customer_name"),
    "street": ("customer", "street_1"),
    "city": ("customer", "city"),
    "state": ("customer", "state_or_province_code"),
    "postal_code": ("customer", "postal_code"),
    "utility_name": ("utility", "utility_name"),
    "account_number": ("utility", "electric_service_account_number"),
}
# Column of a normal form: the column that it is the form of, and how it is made.
KEYS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "reference_key": ("partner_reference", reference_key),
    "serial_key": ("serial_number", serial_key),
    "account_key": ("account_number", account_key),
}
_OUT_OF_DATA = tuple(path[0] for path in PLACES.values() if len(path) == 1)
ASSET_COLUMNS = (*_OUT_OF_DATA, "data")  # all that `asset_of` reads
_LISTS = frozenset({"load_types"})


def columns_of(asset: Asset) -> dict[str, object]:
    """The meter's columns and data for one checked asset (CreateMeter shape): every column, every time."""
    columns = {column: _at(asset, path, [] if column in _LISTS else "") for column, path in PLACES.items()}
    return (
        columns | keys_of(asset) | {"data": {part: value for part, value in asset.items() if part not in _OUT_OF_DATA}}
    )


def keys_of(asset: Asset) -> dict[str, str]:
    """The normal forms of what identifies an asset, "" for what it has not."""
    return {key: form(str(_at(asset, PLACES[column], ""))) for key, (column, form) in KEYS.items()}


def _at(asset: Asset, path: tuple[str, ...], otherwise: object) -> object:
    value: Any = asset
    for part in path:
        value = value.get(part)
        if value is None:
            return otherwise
    return value


def asset_of(meter: Meter) -> Asset:
    """The asset that a meter holds: the inverse of `columns_of`."""
    asset: Asset = {
        "partner_reference": meter.partner_reference,
        "transmission_region": meter.transmission_region,
        "customer_classification": meter.customer_classification,
        "load_types": meter.load_types,
        "meter_type": meter.meter_type,
        **meter.data,
    }
    if meter.customer_group:
        asset["customer_group"] = meter.customer_group
    return asset


def columns_sql(vendor: str, asset: str) -> dict[str, str]:
    """`columns_of` for the database, less the normal forms: column name to an SQL expression over a JSON column."""
    expressions = {
        column: json_sql.json_at(vendor, asset, path)
        if column in _LISTS
        else f"COALESCE({json_sql.text_at(vendor, asset, path)}, '')"
        for column, path in PLACES.items()
    }
    return expressions | {"data": json_sql.without(vendor, asset, _OUT_OF_DATA)}
