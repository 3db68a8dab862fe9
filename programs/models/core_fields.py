"""The fields that the code itself reads. They stay, keep their types, and the needed ones stay needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CoreField:
    """What the code expects of a field: one of these types, and whether every meter has it."""

    types: frozenset[str]
    is_always: bool = False


def _core(*types: str, always: bool = False) -> CoreField:
    return CoreField(frozenset(types), always)


_WORDS: Final = ("text", "code", "identifier")
CORE_FIELDS: Final[Mapping[str, CoreField]] = {
    "partner_reference": _core(*_WORDS, always=True),
    "transmission_region": _core("choice", always=True),
    "customer_classification": _core("choice", always=True),
    "meter_type": _core("choice", always=True),
    "load_types[]": _core("choices", always=True),
    "customer_group": _core(*_WORDS, "choice"),
    "customer.end_customer_name": _core(*_WORDS),
    "customer.end_customer_company_name": _core(*_WORDS),
    "customer.end_customer_title": _core(*_WORDS),
    "customer.street_1": _core(*_WORDS),
    "customer.city": _core(*_WORDS),
    "customer.state_or_province_code": _core("choice", always=True),
    "customer.postal_code": _core("zip", always=True),
    "customer.billing.state_or_province_code": _core("choice"),
    "customer.billing.postal_code": _core("zip"),
    "device.device_type": _core("choice"),
    "device.device_serial_number": _core(*_WORDS),
    "device.install_date": _core("date"),
    "device.permission_to_operate_date": _core("date"),
    "site.number_of_devices": _core("integer"),
    "site.on_site_fossil_generator": _core("boolean"),
    "site.renewable_generator": _core("boolean"),
    "utility.utility_name": _core("choice"),
    "utility.electric_service_account_number": _core(*_WORDS),
    "caiso.nem_type": _core("choice"),
}
