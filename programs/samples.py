"""The sample row that a program's page tries: an example place and customer that the program takes."""

from collections.abc import Iterable
from typing import Final

from django.db.models import F

from programs.models import Program, Utility
from programs.schema import Column

_STATE_KEY: Final = "customer.state_or_province_code"
_COMPANY_KEY: Final = "customer.end_customer_company_name"
# City, zip code and load zone by state; the first state of a region is the one for programs that name none.
_PLACES: Final = {
    "CA": ("CAISO", "San Francisco", "94103", "PGAE"),
    "NY": ("NYISO", "New York", "10001", "J"),
    "PA": ("PJM", "Philadelphia", "19103", "PECO"),
    "TX": ("ERCOT", "Dallas", "75202", "LZ_NORTH"),
    "MA": ("ISONE", "Worcester", "01608", "WCMA"),
    "RI": ("ISONE", "Providence", "02903", "RI"),
}
_BUSINESSES: Final = {"NYISO", "PJM", "ERCOT"}  # where programs are mostly for commercial customers
_UTILITY_OF_ACCOUNTS: Final = {"ERCOT": "SMT"}  # which has the ESI IDs of all who deliver there


def is_needed(column: Column) -> bool:
    return column.required != "optional" or bool(column.needed_when)


def sample_of(program: Program, columns: Iterable[Column]) -> dict[str, str]:
    """The sample's cells by key: the needed columns with their examples, and what fits this program instead."""
    examples = {column.key: column.example for column in columns if is_needed(column)}
    utility = program.utilities.filter(is_test=False).first()
    fitting = _kind(program) | _place(program) | ({"utility.utility_name": utility.code} if utility else {})
    account = _account(utility.code if utility else _UTILITY_OF_ACCOUNTS.get(program.transmission_region, ""))
    better = {"utility.electric_service_account_number": account, "site.site_devices.0.power_capacity_kw": "75"}
    return examples | {key: value for key, value in better.items() if value and key in examples} | fitting


def _kind(program: Program) -> dict[str, str]:
    kind = {"transmission_region": program.transmission_region, "customer_classification": "RESIDENTIAL"}
    kind[_COMPANY_KEY] = ""  # only a business has one
    if program.transmission_region in _BUSINESSES:
        kind |= {"customer_classification": "COMMERCIAL", _COMPANY_KEY: "Rivera Foods Inc."}
    if program.accepted_meter_types:
        kind["meter_type"] = str(program.accepted_meter_types[0])
    return kind


def _place(program: Program) -> dict[str, str]:
    region_states = [state for state, place in _PLACES.items() if place[0] == program.transmission_region]
    state = next(iter([*program.states, *region_states]), "")
    if state not in _PLACES:
        return {_STATE_KEY: state} if state else {}
    _, city, zip_code, zone = _PLACES[state]
    return {_STATE_KEY: state, "customer.city": city, "customer.postal_code": zip_code, "site.load_zone": zone}


def _account(code: str) -> str:
    """An account number in the newest form of the utility's that is still in use; "" when none is known."""
    forms = Utility.objects.filter(code=code, account_formats__valid_to=None)
    newest = forms.order_by(F("account_formats__valid_from").desc(nulls_last=True), "account_formats__pk")
    return newest.values_list("account_formats__example", flat=True).first() or ""
