"""Which utility a text may mean in a row: by name, by where utilities serve, and by the ESI ID. No database."""

from typing import Any

import pytest

from programs.schema.crossfield.facts import Facts, UtilityFacts
from programs.schema.crossfield.places import REGION, STATE, ZIP
from programs.schema.utilities import ACCOUNT, UtilityNames, suggestion_for


def utility(code: str, region: str = "CAISO", states: tuple[str, ...] = ("CA",), eia_number: str = "") -> UtilityFacts:
    return UtilityFacts(code, code, region, frozenset(states), eia_number, eia_number_confirmed=True, formats=())


UTILITIES = [
    utility("PGE"),
    utility("SCE"),
    utility("NORTH", "ERCOT", ("TX",), "44372"),
    utility("SOUTH", "ERCOT", ("TX",), "08901"),
    utility("ANYWHERE", "", ("CA",)),
]
NAMES = UtilityNames(
    Facts({}, {one.code: one for one in UTILITIES}),
    {
        "PGE": ("PGE", "Pacific Gas & Electric"),
        "SCE": ("SCE", "Southern California Edison"),
        "NORTH": ("NORTH", "Lone Star North Electric"),
        "SOUTH": ("SOUTH", "Lone Star South Electric"),
        "ANYWHERE": ("Anywhere Light",),
        "GONE": ("Gone Power",),  # which has no row
    },
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("PGE", ["PGE"]),
        ("Pacific Gas and Electric Company", ["PGE"]),
        ("PACIFIC GAS", ["PGE"]),
        ("Pacfic Gas Electrc", ["PGE"]),
        ("Edison", ["SCE"]),
        ("Cal Edison", []),
        ("Gas", []),  # a word of three letters is too short to be a name
        ("Electric", ["NORTH", "PGE", "SOUTH"]),
        ("Lone Star", ["NORTH", "SOUTH"]),
        ("Lone Star North", ["NORTH"]),
        ("Lone Star Noth Electric", ["NORTH"]),
        ("Gone Power", []),
        ("The Company", []),
        ("", []),
    ],
)
def test_utilities_whose_names_are_alike_are_meant(text, codes):
    assert NAMES.likeliest(text, {}) == codes


def likeliest(text: str, **spellings: str) -> list[str]:
    facts = Facts({}, {code: utility(code) for code in spellings})
    return UtilityNames(facts, {code: (name,) for code, name in spellings.items()}).likeliest(text, {})


@pytest.mark.parametrize(
    ("name", "text", "is_meant"),
    [
        ("abcdefghijklmnopqrst", "abcdefghijklmnopqxyz", True),  # 17 of 20 letters are the same: 85 of 100
        ("abcdefghijklm", "abcdefghijkxy", False),  # 11 of 13: 84.6
    ],
)
def test_name_has_to_be_alike_enough(name, text, is_meant):
    assert likeliest(text, PGE=name) == (["PGE"] if is_meant else [])


@pytest.mark.parametrize(("length", "codes"), [(25, ["PGE", "SCE"]), (24, ["PGE"])])
def test_names_that_are_almost_as_alike_are_equally_likely(length, codes):
    """One letter of 25 is four points of 100, one of 24 is more."""
    name = "abcdefghijklmnopqrstuvwxyz"[:length]

    assert likeliest(name, SCE=f"{name[:-1]}é", PGE=name) == codes


@pytest.mark.parametrize(
    ("row", "is_there"),
    [
        ({}, True),
        ({STATE: "TX"}, True),
        ({STATE: "CA"}, False),
        ({ZIP: "75001"}, True),
        ({ZIP: "75001-1234"}, True),
        ({ZIP: "94103"}, False),
        ({ZIP: "7500"}, True),  # no ZIP code: nobody says where it is
        ({ZIP: "9410a"}, True),
        ({STATE: "TX", ZIP: "94103"}, True),  # the state is said
        ({REGION: "ERCOT"}, True),
        ({REGION: "CAISO"}, False),
        ({STATE: "TX", REGION: "CAISO"}, True),
        ({STATE: False, REGION: "CAISO"}, False),
    ],
)
def test_utility_is_one_of_the_place_of_the_row(row, is_there):
    assert NAMES.likeliest("Lone Star North", row) == (["NORTH"] if is_there else [])


def test_utility_of_no_region_serves_any():
    assert NAMES.likeliest("Anywhere Light", {REGION: "ERCOT"}) == ["ANYWHERE"]
    assert NAMES.likeliest("Anywhere Light", {STATE: "TX"}) == []


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        ("10443720000000000", ["NORTH"]),
        ("10-44372-0000000000", ["NORTH"]),
        ("1008901000000000000000", ["SOUTH"]),  # 22 digits
        ("1044372000000000", ["NORTH", "SOUTH"]),  # 16 digits: no ESI ID
        ("10999990000000000", ["NORTH", "SOUTH"]),
        (None, ["NORTH", "SOUTH"]),
    ],
)
def test_esi_id_decides_between_utilities_of_one_name(account, codes):
    assert NAMES.likeliest("Lone Star", {ACCOUNT: account}) == codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Edison", {"suggestion": "SCE", "suggested": " Did you mean SCE?"}),
        (
            "Lone Star",
            {"suggestion": "", "suggested": " It may be NORTH or SOUTH; check the ESI ID or account number."},
        ),
        ("Atlantis", {"suggestion": "", "suggested": ""}),
    ],
)
def test_likely_utility_is_suggested_and_several_are_named(text, expected):
    row: dict[str, Any] = {}

    assert suggestion_for(NAMES, text, row) == expected
