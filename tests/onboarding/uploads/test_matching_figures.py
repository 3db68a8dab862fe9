"""How well columns are matched, on sheets that people labelled."""

import pytest

from programs.schema import schema_for
from tests.bench.matching import NAMES, measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def test_labelled_sheets_are_many() -> None:
    counts = [measure(name, schema_for()).counts for name in NAMES]

    assert sum(count["sheets"] for count in counts) >= 30
    assert sum(count["columns"] for count in counts) >= 600


@pytest.mark.parametrize("name", NAMES)
def test_sure_is_never_wrong_likely_hardly_ever_and_most_columns_are_proposed(name: str) -> None:
    figures = measure(name, schema_for())

    assert figures.counts["wrong Sure"] == 0, figures.wrong
    assert figures.share("wrong Likely", "Likely") <= 0.02, figures.wrong
    assert figures.share("right", "knowable") >= 0.9, figures.wrong
