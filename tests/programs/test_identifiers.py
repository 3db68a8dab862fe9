"""Normal forms of identifiers: what looks alike has one, what differs has its own."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.identifiers import account_key, reference_key, serial_key


@pytest.mark.parametrize(
    "text",
    [
        "home-1",
        " home-1 ",
        "home-1\N{ZERO WIDTH SPACE}",
        "home-\N{SOFT HYPHEN}1",
        "\N{ZERO WIDTH NO-BREAK SPACE}home-1",
        "ho\N{WORD JOINER}me-1",
        "ho\N{ZERO WIDTH JOINER}me-1",
        "\N{LEFT-TO-RIGHT MARK}home-1\N{RIGHT-TO-LEFT MARK}",
        "\N{RIGHT-TO-LEFT OVERRIDE}home-1",
        "home\N{VARIATION SELECTOR-16}-1",
        "home\N{COMBINING GRAPHEME JOINER}-1",
        "home\N{NON-BREAKING HYPHEN}1",
        "home\N{EN DASH}1",
        "home\N{MINUS SIGN}1",
        "home-\N{FULLWIDTH DIGIT ONE}",
        "\N{FULLWIDTH LATIN SMALL LETTER H}ome\N{FULLWIDTH HYPHEN-MINUS}1",
        "home-\N{ARABIC-INDIC DIGIT ONE}",
        "\N{NO-BREAK SPACE}home-1\t",
    ],
)
def test_references_that_look_alike_have_one_normal_form(text: str) -> None:
    assert reference_key(text) == "home-1"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("7700123.0", "7700123"),
        ("7700123.000", "7700123"),
        ("7700123", "7700123"),
        ("12.0", "12.0"),
        ("v1.0", "v1.0"),
        ("Site  7", "Site 7"),
        ("Site\N{IDEOGRAPHIC SPACE}7", "Site 7"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "Café"),
        ("", ""),
    ],
)
def test_normal_forms_of_references(text: str, key: str) -> None:
    assert reference_key(text) == key


def test_references_that_differ_to_the_eye_stay_apart() -> None:
    texts = ["home-1", "home1", "Home-1", "home 1", "home.1", "home_1", "home-01", "höme-1"]

    assert len({reference_key(text) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    "text", ["52345678901", "5-234-567-8901", "5 234 567 8901", "5234.567.8901", "5/234/5678901", "52345678901.0"]
)
def test_separators_of_accounts_and_serials_do_not_count(text: str) -> None:
    assert account_key(text) == serial_key(text) == "52345678901"


@pytest.mark.parametrize(("text", "key"), [("r01-abc", "R01ABC"), ("---", "---"), ("", ""), ("0052", "0052")])
def test_normal_forms_of_accounts(text: str, key: str) -> None:
    assert account_key(text) == key


@given(st.text(max_size=40))
def test_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    for form in (reference_key, account_key):
        key = form(text)
        assert form(key) == key
        assert not any(unicodedata.category(char) in {"Cf", "Cc", "Cs"} for char in key)
