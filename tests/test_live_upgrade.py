"""The last release's web and worker go on while this version migrates. `make upgrade-check` is the long form."""

import pytest

from tests import database

pytestmark = [
    pytest.mark.skipif(not database.SERVER, reason="SQLite has one writer: an upgrade stops the processes first"),
    pytest.mark.timeout(1800),
]


def test_last_release_goes_on_while_this_one_migrates() -> None:
    from tests.upgrades.live import base, is_at_hand, run

    if not is_at_hand(base()):
        pytest.skip(f"git has no commit {base()}: the upgrade was NOT tried (fetch the whole history)")

    outcome = run(500, database.SERVER)

    assert (outcome["old"]["wrong"], outcome["old"]["in_words"]) == ({}, [])
    assert (outcome["new"]["wrong"], outcome["new"]["in_words"]) == ({}, [])
    assert outcome["old"]["after_migrate"] > 0
    assert outcome["written"].pop("meters") > 500
    assert outcome["written"] == {
        "meters_with_other_keys": 0,
        "rows_with_other_keys": 0,
        "meters_with_another_text": 0,
        "work_left": [],
    }
    assert outcome["columns_that_old_code_cannot_fill"] == []
    assert outcome["columns_that_old_code_misses"] == []
