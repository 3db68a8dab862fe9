"""The drawing in docs/architecture.md is that of the imports as they are."""

from tests import house


def test_drawing_of_the_house_is_fresh() -> None:
    page = house.PAGE.read_text()

    assert house.page_with(house.drawing(), page) == page, "Run `make house`, and commit docs/architecture.md."


def test_arrows_are_left_out_where_a_longer_way_says_them() -> None:
    edges = {"roof": {"hall", "cellar"}, "hall": {"cellar"}}

    assert house.reduced(edges) == {"roof": {"hall"}, "hall": {"cellar"}}
