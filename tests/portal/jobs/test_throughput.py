"""How background work shares a machine."""

import gc

from portal.jobs.throughput import collecting_by_hand


def test_collector_runs_as_before_afterwards() -> None:
    with collecting_by_hand() as collect:
        assert not gc.isenabled()
        collect()

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
