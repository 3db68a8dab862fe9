"""Writers are killed and change their minds while programs read: each gets what was committed, all of it, each once.

CHAOS_EVENT_KILLS makes a longer campaign.
"""

import os
import random
from pathlib import Path

import pytest

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
KILLS = int(os.environ.get("CHAOS_EVENT_KILLS", "40"))


def test_readers_get_each_committed_event_once_and_in_order(
    world: World, chance: random.Random, tmp_path: Path
) -> None:
    outcome = world.act("write_and_read", str(chance.randrange(10**6)), str(KILLS), str(tmp_path))

    committed = outcome["committed"]
    assert len(committed) > KILLS, "hardly anything was written; the test proved nothing"
    assert outcome["got"] == [committed, committed]
    assert outcome["ids"] == [len(committed)] * 2
    assert outcome["whole"]
