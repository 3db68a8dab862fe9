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
    HeaderSpec("device.device_model", "Device model", ("model",)),
    HeaderSpec("load_types.0", "Load type"),
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


@pytest.mark.parametrize(
    ("header", "cells", "score", "by"),
    [
        ("City", ("Oakland",), 100, "name"),
        ("Zip", ("94103", "x"), 85, "name"),  # half of the values fit
        ("Zip", ("94103", "x", "y"), None, ""),  # fewer do not
        ("Town", ("yes", "no"), 100, "name"),
        ("City town", ("yes", "no"), None, ""),  # yes and no are values of a name that is sure alone
        ("Home city", (), 75, "name"),
        ("City hall name x", (), 62, "name"),  # one word of four
        ("City a hall name old x", (), 60, "name"),  # of five: the least that is proposed
        ("City hall name old x y", (), None, ""),
        ("Battery capacity", (1, 2), 79, "name"),  # never called likely without the very words
        ("Battery capacity", (1, "a"), 71, "name"),
        ("Capacity", (), 67, "name"),
        ("Emaill", (), 79, "name"),  # mistyped
        ("Twon", (), None, ""),  # too short to be called mistyped
        ("Towns", (), 79, "name"),
        ("Postal area", ("94103", "10001"), 89, "values"),
        ("Postal area", ("94103", "94103"), 80, "values"),  # one value over and over
        ("Postal area", ("94103",), 75, "name"),  # a single value tells nothing
        ("Kontakt", ("a@x", "b@x"), 79, "values"),  # the name does not speak for it
        ("Kontakt", ("a@x", "a@x"), 62, "values"),
        ("Kontakt", ("a@x", "b@x", "c@x", "d"), 60, "values"),
        ("Kontakt", ("a@x", "b@x", "c"), None, ""),
        ("Kontakt", ("a@x",), None, ""),
        ("Customer mail", ("a@x", "b@x"), 95, "values"),
        ("Unit", ("Powerwall 2", "Powerwall 3"), 80, "values"),
        ("Inverter model", (), None, ""),  # of another thing
        ("type", (), 75, "name"),  # of a field whose key ends in the number of a slot
    ],
)
def test_proposal_is_as_sure_as_its_name_and_its_values(
    header: str, cells: tuple[Any, ...], score: int | None, by: str
) -> None:
    proposals = guesses([Seen(0, header, cells)], FIELDS, accepts=accepts, telling=lambda key: TELLING.get(key, 0))

    assert [(guess.score, guess.by) for guess in proposals.values()] == ([(score, by)] if score else [])


def test_of_proposals_that_are_as_sure_the_first_column_has_the_field() -> None:
    columns = [Seen(number, "City", ("Oakland",)) for number in (4, 3)]

    proposals = guesses(columns, FIELDS, accepts=accepts, telling=lambda _: 0)

    assert {index: guess.key for index, guess in proposals.items()} == {3: "customer.city"}


def test_one_field_is_proposed_for_one_column_only() -> None:
    columns = [Seen(0, "Postal", ("94103", "10001")), Seen(1, "Zip+4", ("94103", "10001"))]

    proposals = guesses(columns, FIELDS, accepts=accepts, telling=lambda key: TELLING.get(key, 0))

    assert len({guess.key for guess in proposals.values()}) == len(proposals)
    assert proposals[0].key == "customer.postal_code"


def test_names_are_cut_into_their_words() -> None:
    assert words("Cust. No.") == ("customer", "number")
    assert words("ZipCode") == ("zip",)
    assert words("battery_kWh") == ("battery", "kwh")
    assert words("The city of the city") == ("city",)
    assert words("The of") == ("the", "of")
    assert words(" ".join("bcdefghijklm")) == tuple("bcdefghijklm")
    assert words(" ".join("bcdefghijklmn")) == tuple("bcdefghijklm")


@given(st.text(), st.lists(st.text(max_size=20), max_size=5))
def test_any_header_and_cells_are_answered(header: str, cells: list[str]) -> None:
    assert best(header, *cells) in {None, *(field.key for field in FIELDS)}
