"""Texts that another program garbled: what is proposed instead, and what is left alone."""

import pytest

from onboarding.spreadsheets.garbled import decoded_again, without_entities


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("JosÃ©", "José"),
        ("Ã‰lan Ã‰nergie", "Élan Énergie"),
        ("JosÃƒÂ©", "José"),  # three times
        ("Jos√©", "José"),  # by way of Mac Roman
        ("Oâ€™Brien", "O’Brien"),
        ("Ã\x81ngel", "Ángel"),  # Windows has no character for the second byte
        ("Peña – Ã±", "Peña – ñ"),
        ("Å\x81ukasz", "Łukasz"),
    ],
)
def test_text_that_was_encoded_twice_is_read_again(text: str, mended: str) -> None:
    assert decoded_again(text) == mended


@pytest.mark.parametrize(
    "text",
    [
        "José",
        "SÃO PAULO",
        "São Paulo",
        "Ångström",
        "Voß’s Café",
        "“CAFÉ”",
        "Müller",
        "Â Oak",
        "Ã",
        "plain",
        "",
        "5½ €",
        "Ã©" * 300,
    ],
)
def test_text_that_may_be_meant_is_left(text: str) -> None:
    assert decoded_again(text) is None


@pytest.mark.parametrize("text", ["José Muñoz", "Élan", "Zoë", "Łukasz", "O’Brien", "À la carte", "Šárka"])
@pytest.mark.parametrize("charset", ["cp1252", "mac_roman"])
def test_every_such_name_comes_back(text: str, charset: str) -> None:
    garbled = "".join(bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in text.encode())

    assert decoded_again(garbled) == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("O&#39;Brien", "O'Brien"),
        ("O&#x27;Brien", "O'Brien"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("Smith &amp;amp; Sons", "Smith & Sons"),
        ("Caf&eacute;", "Café"),
        ("&nbsp;Oak&nbsp;St", "Oak St"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_entities_are_read_as_what_they_are(text: str, mended: str) -> None:
    assert without_entities(text) == mended


@pytest.mark.parametrize(
    "text",
    ["A&B", "Smith & Sons", "R&D; lab", "AT&T; x", "&#0;x", "a&#10;b", "&nbsp;", "&foo;", "", "&amp" + "x" * 600],
)
def test_ampersand_that_is_no_entity_is_left(text: str) -> None:
    assert without_entities(text) is None
