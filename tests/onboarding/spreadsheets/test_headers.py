"""Which column is which field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.spreadsheets.headers import HeaderMatch, HeaderSpec, duplicates, match_headers, normalized

COLUMNS = [
    HeaderSpec("partner_reference", "Partner reference", ("Reference ID", "Customer ID")),
    HeaderSpec("customer.street_1", "Street", ("Address",)),
    HeaderSpec("customer.zip", "ZIP code"),
    HeaderSpec("load_types", "Load types"),
    HeaderSpec("site.site_devices.0.device_type", "Device type"),
    HeaderSpec("site.name", "Name"),
    HeaderSpec("customer.name", "Name", ("Customer ID",)),
]


@pytest.mark.parametrize(
    ("header", "key", "how"),
    [
        ("partner_reference", "partner_reference", "key"),
        ("data.customer.street_1", "customer.street_1", "key"),
        ("load_types.0", "load_types", "key"),
        ("data.load_types[0]", "load_types", "key"),
        ("site.site_devices[0].device_type", "site.site_devices.0.device_type", "key"),
        ("Street", "customer.street_1", "label"),
        ("Street *", "customer.street_1", "label"),
        ("ZIP code (required)", "customer.zip", "label"),
        (" ZIP\u00a0code\n", "customer.zip", "label"),
        ("Address", "customer.street_1", "alias"),
        ("REFERENCE-ID", "partner_reference", "normalized"),
        ("PartnerReference", "partner_reference", "normalized"),
        ("Customer_Zip", "customer.zip", "normalized"),
        ("3. Customer Zip*", "customer.zip", "normalized"),
        ("b) Customer Zip", "customer.zip", "normalized"),
        ("Data.Customer.Zip", "customer.zip", "normalized"),
        ("Name", None, "unknown"),
        ("Customer ID", None, "unknown"),
        ("load_types.1", None, "unknown"),
        ("My notes", None, "unknown"),
        ("***", None, "unknown"),
        ("", None, "blank"),
        ("\u00a0 ", None, "blank"),
    ],
)
def test_header_is_matched(header: str, key: str | None, how: str) -> None:
    assert match_headers([header], COLUMNS) == [HeaderMatch(0, header, key, how)]


def test_two_columns_for_one_field_are_reported() -> None:
    matches = match_headers(["Street", "x", "customer.street_1", "y", "Address"], COLUMNS)

    assert duplicates(matches) == [(matches[0], matches[2]), (matches[0], matches[4])]
    assert duplicates(match_headers(["a", "b", "", ""], COLUMNS)) == []


@given(st.text())
def test_normalizing_again_changes_nothing(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)


@given(st.sampled_from(COLUMNS[:5]), st.sampled_from([" ", "\u00a0", "_", "-", "  "]), st.booleans())
def test_retyped_label_is_still_known(column: HeaderSpec, blank: str, loud: bool) -> None:
    typed = column.label.replace(" ", blank)

    assert match_headers([typed.upper() if loud else typed.lower()], COLUMNS)[0].key == column.key
