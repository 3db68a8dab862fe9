"""Likeness of column names and values to fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.spreadsheets.headers import HeaderSpec
from onboarding.spreadsheets.likeness import Seen, guesses, words

FIELDS = [
    HeaderSpec("customer.postal_code", "Zip code", ("zip", "postal code")),
    HeaderSpec("customer.billing.postal_code", "Billing zip code", ("billing zip",)),
    HeaderSpec("customer.end_customer_email", "Customer e-mail", ("email",)),
    HeaderSpec("device.battery_energy_capacity_kwh", "Battery energy capacity", ("battery kwh",)),
    HeaderSpec("customer.city", "City", ("town",)),
]
TELLING = {"customer.end_customer_email": 1.0, "customer.postal_code": 0.5, "customer.billing.postal_code": 0.5}


def accepts(key: str, cell: Any) -> bool:
    text = str(cell)
    if "email" in key:
        return "@" in text
    if "postal" in key:
        return text.isdigit() and len(text) == 5
    return "kwh" not in key or text.replace(".", "").isdigit()


def best(header: str, *cells: Any) -> str | None:
    proposals = guesses([Seen(0, header, cells)], FIELDS, accepts=accepts, telling=lambda key: TELLING.get(key, 0))
    return proposals[0].key if proposals else None


@pytest.mark.parametrize(
    ("header", "cells", "key"),
    [
        ("Postal", ("94103", "10001"), "customer.postal_code"),
        ("Zipp code", ("94103", "10001"), "customer.postal_code"),
        ("Bill. Zip", ("94103", "10001"), "customer.billing.postal_code"),
        ("Kontakt", ("a@x.com", "b@y.org"), "customer.end_customer_email"),
        ("Batt kWh", (13.5, 10), "device.battery_energy_capacity_kwh"),
        ("battery_kWh", (13.5, 10), "device.battery_energy_capacity_kwh"),
        ("Town/City", ("Oakland",), "customer.city"),
        ("Email", ("yes", "no"), None),
        ("Remarks", ("vip", "call first"), None),
        ("", ("94103",), None),
    ],
)
def test_column_is_like_a_field(header: str, cells: tuple[Any, ...], key: str | None) -> None:
    assert best(header, *cells) == key


def test_one_field_is_proposed_for_one_column_only() -> None:
    columns = [Seen(0, "Postal", ("94103", "10001")), Seen(1, "Zip+4", ("94103", "10001"))]

    proposals = guesses(columns, FIELDS, accepts=accepts, telling=lambda key: TELLING.get(key, 0))

    assert len({guess.key for guess in proposals.values()}) == len(proposals)
    assert proposals[0].key == "customer.postal_code"


def test_names_are_cut_into_their_words() -> None:
    assert words("Cust. No.") == ("customer", "number")
    assert words("ZipCode") == ("zip",)
    assert words("battery_kWh") == ("battery", "kwh")


@given(st.text(), st.lists(st.text(max_size=20), max_size=5))
def test_any_header_and_cells_are_answered(header: str, cells: list[str]) -> None:
    assert best(header, *cells) in {None, *(field.key for field in FIELDS)}
