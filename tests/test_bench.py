"""Every contestant of `make bench` still runs: the tables that they load into change with the product."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import database
from tests.bench import workbook
from tests.bench.__main__ import in_a_child

ROWS = 60


@pytest.fixture
def run(pytestconfig: pytest.Config) -> Callable[..., dict[str, Any]]:
    """Run a module of the bench on a migrated database of SQLite, also in a run on PostgreSQL."""
    template = database.template_file(pytestconfig.cache.mkdir("database"))  # type: ignore[union-attr]
    return lambda module, *words: in_a_child(None, module, *words, begin_with=template)


@pytest.mark.parametrize(
    ("contestant", "figure"),
    [
        ("floor", "floor_s"),
        ("ours", "ours_s"),
        ("peer_fastest", "peer_fastest_s"),
        ("peer_default", "peer_default_s"),
    ],
)
def test_contestant_runs(run, tmp_path, contestant, figure):
    book = workbook.xlsx(tmp_path, ROWS)

    figures_measured = run("tests.bench.contestants", contestant, str(book), str(ROWS))

    assert figures_measured[figure] > 0


@pytest.mark.parametrize("contestant", ["ours", "peer", "floor"])
def test_green_button_contestants_read_the_same(run, contestant):
    measured = run("tests.bench.green_button", contestant, "0.2")

    assert (measured["intervals"], measured["kwh"]) == (1_536, 592.62)


@pytest.mark.parametrize(("contestant", "deliveries"), [("ours", 100), ("peer", 100), ("floor", 100)])
def test_webhook_contestants_deliver_all(run, contestant, deliveries):
    assert run("tests.bench.webhooks", contestant, str(deliveries))["deliveries"] == deliveries


@pytest.mark.parametrize("contestant", ["ours", "peer", "floor"])
def test_interval_contestants_load_all(run, tmp_path, contestant):
    file = tmp_path / "month.csv"
    run("tests.bench.interval_files", "write", str(file), "3", "2")

    assert run("tests.bench.interval_files", contestant, str(file))["rows"] == 3 * 2 * 96


def test_evaluation_runs(run):
    assert run("tests.bench.enrollment", "200")["meters"] == 200
