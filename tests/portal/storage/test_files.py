"""A stored file is whole or not there."""

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.storage import files


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_store_gives_size_hash_and_a_name_of_our_own(media):
    stored = files.store([b"one,", b"", b"two"], folder="uploads", suffix=".csv", limit=7)

    path = files.path_of(stored.name)
    assert path.read_bytes() == b"one,two"
    assert (stored.size, stored.sha256) == (7, hashlib.sha256(b"one,two").hexdigest())
    assert everything(media) == [path]
    assert (path.parent, path.suffix) == (media / "uploads", ".csv")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_store_twice_makes_two_files(media):
    first = files.store([b"x"], folder="uploads", suffix=".csv", limit=9)
    second = files.store([b"x"], folder="uploads", suffix=".csv", limit=9)

    assert first.sha256 == second.sha256
    assert len(everything(media)) == 2


def test_store_of_nothing_is_an_empty_file(media):
    stored = files.store([], folder="uploads", suffix=".csv", limit=0)

    assert (stored.size, stored.sha256) == (0, hashlib.sha256().hexdigest())


def test_store_past_the_limit_keeps_nothing_and_stops_reading(media):
    asked = []

    def chunks() -> Iterator[bytes]:
        for number in range(100):
            asked.append(number)
            yield b"12345"

    with pytest.raises(files.TooLarge):
        files.store(chunks(), folder="uploads", suffix=".csv", limit=9)

    assert asked == [0, 1]
    assert everything(media) == []


def test_store_that_breaks_off_keeps_nothing(media):
    seen = []

    def chunks() -> Iterator[bytes]:
        yield b"half"
        seen.extend(path.suffix for path in everything(media))
        raise ConnectionError("the browser went away")

    with pytest.raises(ConnectionError):
        files.store(chunks(), folder="uploads", suffix=".csv", limit=100)

    assert seen == [".partial"]
    assert everything(media) == []


def test_remove_twice_is_harmless(media):
    stored = files.store([b"x"], folder="uploads", suffix=".csv", limit=9)

    files.remove(stored.name)
    files.remove(stored.name)

    assert everything(media) == []
