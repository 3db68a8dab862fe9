"""Partners beside each other, and one partner's files beside each other: nobody waits for long, nothing is mixed up."""

import pytest

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


def test_hostile_file_does_not_keep_a_neighbour_waiting(world: World) -> None:
    world.env["UPLOAD_READER_SECONDS"] = "25"
    world.start_worker()
    world.wait_for(world.act("send", "300", "1001", "borealis", "meters.xlsx"), "ready")  # the worker is warm
    hostile = world.act("send_hostile", "acme")
    reading = f"SELECT count(*) FROM portal_job WHERE state = 'running' AND subject_id = '{hostile}'"
    world.until(lambda: bool(world.ask(reading)), seconds=30, why="the hostile file is being read")

    neighbour = world.act("send", "300", "1", "borealis", "meters.xlsx")
    world.until(lambda: world.status(neighbour) == "ready", seconds=60, why="the neighbour's file is ready")

    assert bool(world.ask(reading)), "the neighbour waited until the hostile file was through"
    assert world.status(hostile) in {"received", "checking"}
    upload = world.wait_for(hostile, "failed")
    assert (upload["problem"], upload["staged"], upload["claims"]) == ("FILE_READER_DIED", 0, 1)


def test_same_references_of_two_partners_are_meters_of_each(world: World) -> None:
    pks = [world.act("send", "1000", "1", slug) for slug in ("acme", "borealis")]
    world.start_worker()
    for pk in pks:
        world.wait_for(pk, "ready")

    world.act("confirm", *pks)
    uploads = [world.wait_for(pk, "done") for pk in pks]

    assert [one["counts"] for one in uploads] == [
        {"create": 1000, "rows": 1000, "METER_CREATED": 1000, "failed": 0}
    ] * 2
    assert (uploads[1]["meters"], uploads[1]["references"], uploads[1]["events"]) == (2000, 2000, 2000)
    assert world.ask("SELECT count(DISTINCT partner_reference) FROM onboarding_meter") == 1000


def test_files_that_overlap_confirmed_at_once_are_their_union(world: World) -> None:
    """Four files of 1,000 rows, each sharing 500 with the next one; all were checked before any was written."""
    world.env |= {"JOB_COMMIT_ROWS": "100", "JOB_SLICE_SECONDS": "0"}
    pks = [world.act("send", "1000", str(1 + 500 * number)) for number in range(4)]
    world.start_worker(concurrency=4)
    for pk in pks:
        assert world.wait_for(pk, "ready")["counts"] == {"create": 1000, "rows": 1000}

    world.act("confirm", *pks)
    uploads = [world.wait_for(pk, "done") for pk in pks]

    last = uploads[-1]
    assert (last["meters"], last["references"], last["events"], last["told"]) == (2500, 2500, 2500, 2500)
    for upload in uploads:
        counts = {"METER_CREATED": 0, **upload["counts"]}  # none, when its neighbours were faster with every row
        assert counts["METER_CREATED"] + counts.get("DUPLICATE_REF_ID", 0) == counts["rows"] == 1000
        assert counts["failed"] == counts.get("DUPLICATE_REF_ID", 0)
    assert sum(one["counts"].get("METER_CREATED", 0) for one in uploads) == 2500
