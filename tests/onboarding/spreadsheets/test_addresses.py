"""Whole addresses in one cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.spreadsheets.addresses import Address, Place, split_address, split_place

STATES = {"ca", "california", "ny", "new york", "d.c."}


def is_state(text: str) -> bool:
    return text.casefold() in STATES


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 Main St, San Francisco, CA 94103", ("12 Main St", "", "San Francisco", "CA", "94103")),
        ("12 Elm St, Apt 4, Oakland, CA 94607-1234", ("12 Elm St", "Apt 4", "Oakland", "CA", "94607-1234")),
        ("12 Main St, San Francisco CA 94103", ("12 Main St", "", "San Francisco", "CA", "94103")),
        ("12 Elm St\nOakland, California 94607\nUSA", ("12 Elm St", "", "Oakland", "California", "94607")),
        ("1 Broadway, Floor 2, New York NY 10004", ("1 Broadway", "Floor 2", "New York", "NY", "10004")),
        ("1 Broadway, New York, New York, 10004", ("1 Broadway", "", "New York", "New York", "10004")),
        ("P.O. Box 9, Oakland, CA 94607", ("P.O. Box 9", "", "Oakland", "CA", "94607")),
    ],
)
def test_address_is_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    assert split_address(text, is_state=is_state) == Address(*parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 Main St",
        "San Francisco, CA 94103",
        "12 Main St San Francisco CA 94103",
        "12 Main St, San Francisco, Atlantis 94103",
        "12 Main St, near the mill, San Francisco, CA 94103",
        "12 Main St, San Francisco, CA",
    ],
)
def test_what_cannot_be_told_apart_is_left(text: str) -> None:
    assert split_address(text, is_state=is_state) is None


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    address = split_address(text, is_state=is_state)

    assert address is None or all((address.street_1, address.city, is_state(address.state), address.postal_code))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("San Francisco, CA 94103", ("San Francisco", "CA", "94103")),
        ("San Francisco CA 94103-1234", ("San Francisco", "CA", "94103-1234")),
        ("Oakland, California, 94607, USA", ("Oakland", "California", "94607")),
        ("Oakland, CA", ("Oakland", "CA", "")),
        ("St. Paul, CA 2138", ("St. Paul", "CA", "2138")),
        ("Oakland CA", None),  # nothing tells where the city ends
        ("132 Main Street, Oakland, CA 94607", None),
        ("12 Oaks, CA 94607", None),
        ("Oakland", None),
        ("Oakland, nowhere", None),
        ("CA 94607", None),
        ("", None),
    ],
)
def test_city_state_and_zip_code_in_one_cell(text: str, parts: tuple[str, str, str] | None) -> None:
    assert split_place(text, is_state=is_state) == (Place(*parts) if parts else None)
