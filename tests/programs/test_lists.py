"""Several values in one cell are put into the slots of their list, and nothing is lost. No database."""

import pytest

from programs.schema.lists import spread

LISTS = {"load.0": ("load.0", "load.1", "load.2")}
KNOWN = {"A", "B", "C", "D", "A and B", "A/B"}


def accepts(key: str, cell: object) -> bool:
    return key == "load.0" and cell in KNOWN


@pytest.mark.parametrize(
    ("cells", "expected", "typed_under"),
    [
        ({"load.0": "A; B"}, ["A", "B"], ["load.0", "load.0"]),
        ({"load.0": "A,B ;; C"}, ["A", "B", "C"], ["load.0"] * 3),
        ({"load": "A"}, ["A"], ["load.0"]),
        ({"load": "A, B"}, ["A", "B"], ["load.0", "load.0"]),
        ({"load.0": "A and B"}, ["A and B"], ["load.0"]),  # accepted as it is
        ({"load.0": "A/B; C"}, ["A/B", "C"], ["load.0", "load.0"]),
        ({"load.0": "C and D"}, ["C", "D"], ["load.0", "load.0"]),
        ({"load.0": "C | D"}, ["C", "D"], ["load.0", "load.0"]),
        ({"load.0": "C &"}, ["C"], ["load.0"]),
        ({"load.0": ";"}, [], []),
        ({"load.0": "A; B", "load.1": "C"}, ["A", "B", "C"], ["load.0", "load.0", "load.1"]),
        ({"load.0": "A; B", "load.1": "", "load.2": "C"}, ["A", "B", "C"], ["load.0", "load.0", "load.2"]),
        ({"load.0": "A", "load": "B"}, ["B", "A"], ["load.0", "load.0"]),
        ({"load": 5, "load.1": "C; D"}, [5, "C; D"], ["load.0", "load.1"]),  # only the first of them is split
        ({"load.0": "A; B; C"}, ["A", "B", "C"], ["load.0"] * 3),
        ({"load.0": "A; B; C; D"}, ["A", "B", "C; D"], ["load.0"] * 3),  # what does not fit stays together
        ({"load.0": "A; B; C", "load.1": "D"}, ["A", "B", "C; D"], ["load.0"] * 3),
    ],
)
def test_values_of_one_cell_go_into_slots_of_their_own(cells, expected, typed_under):
    result, under = spread(cells | {"city": "A; B"}, LISTS, accepts)

    slots = LISTS["load.0"][: len(expected)]
    assert result == {"city": "A; B"} | dict(zip(slots, expected, strict=True))
    assert under == dict(zip(slots, typed_under, strict=True))


@pytest.mark.parametrize("cells", [{}, {"load.0": "A"}, {"load.0": 5, "load.1": "A; B"}, {"city": "A; B"}])
def test_cells_without_several_values_come_back_as_they_are(cells):
    result, under = spread(cells, LISTS, accepts)

    assert result is cells
    assert under == {}
