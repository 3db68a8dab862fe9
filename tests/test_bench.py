"""Every contestant of `make bench` still runs: the tables that they load into change with the product."""

import pytest

from tests.bench import workbook
from tests.bench.__main__ import in_a_child

ROWS = 60


@pytest.mark.parametrize(
    ("contestant", "figure"),
    [
        ("floor", "floor_s"),
        ("ours", "ours_s"),
        ("peer_fastest", "peer_fastest_s"),
        ("peer_default", "peer_default_s"),
    ],
)
def test_contestant_runs(tmp_path, contestant, figure):
    book = workbook.xlsx(tmp_path, ROWS)

    found = in_a_child(None, "tests.bench.contestants", contestant, str(book), str(ROWS))

    assert found[figure] > 0


def test_evaluation_runs():
    assert in_a_child(None, "tests.bench.enrollment", "200")["meters"] == 200
