"""The fields that the code itself relies on: they stay, keep their types, and the needed ones stay needed.

Rules about several fields of a row are not among them: each is silent about a field that the catalogue does not have.
"""

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
    "customer.street_1": _core(*_WORDS),
    "customer.city": _core(*_WORDS),
    "customer.state_or_province_code": _core("choice", always=True),
    "customer.postal_code": _core("zip", always=True),
    "device.device_type": _core("choice"),
    "device.device_serial_number": _core(*_WORDS),
    "utility.utility_name": _core("choice"),
    "utility.electric_service_account_number": _core(*_WORDS),
}
