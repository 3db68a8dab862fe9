"""A write with an Idempotency-Key has one effect, whoever dies between effect and answer, and however many hurry."""

import pytest

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
ONE = {"uploads": 1, "jobs": 1, "told": 1}
NONE = dict.fromkeys(ONE, 0)


def test_process_that_is_killed_before_it_commits_leaves_nothing_but_a_claim(world: World) -> None:
    assert world.act("post_job", "1", "before") == [9, False]
    assert world.act("api_jobs") == NONE
    assert world.act("post_job", "1") == [409, False]

    world.act("end_leases")

    assert world.act("post_job", "1") == [201, False]
    assert world.act("post_job", "1") == [201, True]
    assert world.act("api_jobs") == ONE


def test_process_that_is_killed_after_it_committed_is_answered_for(world: World) -> None:
    assert world.act("post_job", "1", "after") == [9, False]

    assert world.act("post_job", "1") == [201, True]
    assert world.act("post_job", "2") == [422, False]
    assert world.act("api_jobs") == ONE


def test_many_at_once_have_one_effect(world: World) -> None:
    outcomes = world.act("post_job_at_once", "24")

    assert world.act("api_jobs") == ONE
    assert outcomes.count([201, False]) == 1
    assert all(outcome in ([201, False], [201, True], [409, False]) for outcome in outcomes)
