"""What one process counts, another one knows."""

import pytest

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


def test_tries_to_sign_in_are_counted_over_all_processes(world: World) -> None:
    person, password = "ana@acme.example", "correct horse battery staple"
    world.act("make_person", person, password)

    assert world.act("sign_in", person, password) == ["in"]
    assert world.act("sign_in", person, *["x"] * 5) == ["wrong"] * 5
    assert world.act("sign_in", person, password) == ["too many"]
    assert world.act("sign_in", "somebody@acme.example", "x") == ["wrong"]
