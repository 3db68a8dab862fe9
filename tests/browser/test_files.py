"""`make run` keeps what it writes to its user."""

import stat
from pathlib import Path

import pytest

from .conftest import Portal

pytestmark = pytest.mark.browser


def test_files_of_the_demo_are_for_their_user_alone(portal: Portal) -> None:
    data = Path(portal.env["DATA_DIR"])
    files = {path.name: path.stat().st_mode for path in data.rglob("*") if path.is_file()}
    files.pop("portal.sqlite3", 0)  # a copy of the tests', which SQLite's other files follow

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {"demo_signins.json", "encryption_key", "secret_key"} <= files.keys()
    assert [name for name, mode in files.items() if mode & 0o077 and not name.startswith("portal.sqlite3-")] == []
