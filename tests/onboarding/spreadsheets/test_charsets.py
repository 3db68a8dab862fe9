"""Texts that are not UTF-8: which character sets they can be in, which is likeliest, how they read in each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from onboarding.spreadsheets.charsets import CHARSETS, Places, readings
from tests.onboarding.spreadsheets.books import Read, reader_in

Reading = Callable[..., Read]

WESTERN = [
    "José Muñoz", "Zoë Brontë", "Cañon City", "François Lefèvre", "Björn Åström", "Nuñez", "Peña", "Ángel Ibáñez",
    "Groß", "Señor Müller", "Élan Énergie", "MUÑOZ", "JOSÉ GARCÍA", "Renée", "Café Olé", "Jørgen Sæther", "São Paulo",
    "Núria Gómez", "PEÑA BLANCA", "Beyoncé", "Zoë", "Ñandú", "Iñaki", "O’Brien’s", "“Élan”",
]  # fmt: skip
CENTRAL = ["Łukasz Żółć", "Dvořák Šárka", "Kovács Ödön, Őszi", "Čapek Václav", "Wiśniewska Żaneta"]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def likeliest(text: str, charset: str) -> str:
    """A text written in a set, as it reads in the one that is found likeliest."""
    places, written = Places(), text.encode(charset)
    places.add(written)
    return written.decode(places.possible()[0])


@pytest.mark.parametrize("name", WESTERN)
@pytest.mark.parametrize("charset", ["cp1252", "mac_roman"])
def test_one_western_name_is_enough(charset: str, name: str) -> None:
    line = f"h3-1,{name},Oakland\n"

    assert likeliest(line, charset) == line


@pytest.mark.parametrize("charset", ["cp1252", "mac_roman", "cp850"])
def test_sheet_of_western_names_in_each_set(charset: str) -> None:
    names = [name for name in WESTERN if name.encode(charset, "ignore").decode(charset) == name]
    sheet = "\n".join(f"h3-{number},{name},Oakland" for number, name in enumerate(names))

    assert likeliest(sheet, charset) == sheet


@pytest.mark.parametrize("charset", ["cp1250", "iso8859_2"])
def test_sheet_of_central_european_names(charset: str) -> None:
    sheet = "\n".join(f"h3-{number},{name},Oakland" for number, name in enumerate(CENTRAL))

    assert likeliest(sheet, charset) == sheet


def test_sets_that_read_every_byte_alike_are_one_choice() -> None:
    places = Places()

    places.add("é á ö".encode("cp1252"))  # the same bytes in Windows-1250 and Latin-2

    assert places.possible() == ["cp1252", "cp850", "mac_roman"]


def test_set_with_controls_that_nobody_types_is_impossible() -> None:
    places = Places()

    places.add("“Łódź”".encode("cp1250"))  # Latin-2 has controls where the quotes are

    assert places.possible()[0] == "cp1250"
    assert "iso8859_2" not in places.possible()


def test_readings_are_the_same_bytes_in_each_set() -> None:
    assert readings(["Peña"], "mac_roman", ["mac_roman", "cp1252"]) == [("mac_roman", ["Peña"]), ("cp1252", ["Pe–a"])]


@pytest.mark.parametrize("charset", CHARSETS)
def test_places_are_bounded_however_long_the_text(charset: str) -> None:
    places = Places()

    for _ in range(40):
        places.add(b"a\xe9b," * 1000)

    assert 0 <= places.misfit(charset) <= 1


# --- through the child


def test_mac_roman_is_read_with_its_line_ends_and_the_other_readings(read: Reading) -> None:
    result = read("name,town\rJosé Muñoz,Cañon\rZoë,x\r".encode("mac_roman"), "a.csv")

    assert result.cells == [["José Muñoz", "Cañon"], ["Zoë", "x"]]
    assert result.notes == {"ENCODING_ASSUMED": {"encoding": "mac_roman"}}
    assert result.facts is not None
    assert result.facts.readings == (
        ("mac_roman", ("José Muñoz", "Zoë")),
        ("cp850", ("JosÄ Muûoz", "Zoæ")),
        ("cp1252", ("JosŽ Mu–oz", "Zo‘")),
    )


def test_set_that_somebody_chose_is_used_without_a_note(read: Reading) -> None:
    result = read("name,town\nJosé,x\n".encode("mac_roman"), "a.csv", charset="cp1252")

    assert (result.cells, result.notes) == ([["JosŽ", "x"]], {})
    assert result.facts is not None
    assert [name for name, _ in result.facts.readings] == ["cp1252", "mac_roman", "cp850"]


@pytest.mark.parametrize("charset", ["cp1252", "mac_roman", "rot13", "utf-7"])
@pytest.mark.parametrize("content", ["name,town\nJosé,x\n".encode(), b"name,town\nJose,x\n"])
def test_choice_does_not_count_where_the_bytes_tell(read: Reading, content: bytes, charset: str) -> None:
    result = read(content, "a.csv", charset=charset)

    assert (result.cells, result.notes) == ([[content.decode()[10:-3], "x"]], {})
    assert result.facts is not None
    assert result.facts.readings == ()


def test_set_that_is_no_choice_is_passed_over(read: Reading) -> None:
    assert read("name,town\nJosé,x\n".encode("cp1252"), "a.csv", charset="rot13").cells == [["José", "x"]]


@pytest.mark.parametrize(
    ("charset", "line"),
    [
        ("shift_jis", "東京都,太陽光発電"), ("gb18030", "北京市,太阳能"),
        ("euc_kr", "서울,태양광"),
        ("cp1251", "Иван Петров,Москва"), ("koi8_r", "Иван Петров,Москва"), ("cp1253", "Γιάννης,Αθήνα"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [1, 20])
def test_text_in_another_alphabet_is_refused(read: Reading, charset: str, line: str, times: int) -> None:
    content = "name,town\n" + f"{line}\n" * times

    assert read(content.encode(charset), "a.csv").code == "FILE_UNREADABLE_TEXT"


@pytest.mark.parametrize("text", ["ÄÖÜ Heizung", "———", "5½ kWh", "•", "a — b", "Zoë ÄÖÜ"])
def test_texts_of_few_signs_or_capitals_are_read(read: Reading, text: str) -> None:
    assert read(f"name,town\n{text},x\nZoë,é\n".encode("cp1252"), "a.csv").cells[0] == [text, "x"]
