"""A stored file is whole or not there."""

import hashlib
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from portal.storage import files
from portal.storage.disk import path_of


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_store_gives_size_hash_and_a_name_of_our_own(media):
    stored = files.store([b"one,", b"", b"two"], folder="uploads", suffix=".csv", limit=7)

    path = path_of(stored.name)
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


def test_draft_appears_under_its_name_once_it_is_kept(media: Path) -> None:
    with files.drafted("made/a.xlsx", mark="1") as draft:
        draft.file.write(b"whole")
        before = path_of("made/a.xlsx").exists()
        size = draft.keep()

    assert (before, size) == (False, 5)
    assert {path.name: path.read_bytes() for path in (media / "made").iterdir()} == {"a.xlsx": b"whole"}


def test_draft_that_is_not_kept_leaves_what_was_there(media: Path) -> None:
    with files.drafted("a.xlsx", mark="1") as draft:
        draft.file.write(b"first")
        draft.keep()

    with suppress(RuntimeError), files.drafted("a.xlsx", mark="2") as draft:
        draft.file.write(b"second")
        raise RuntimeError("falls")

    assert {path.name: path.read_bytes() for path in media.iterdir()} == {"a.xlsx": b"first"}


def test_writer_that_was_overtaken_disturbs_nobody(media: Path) -> None:
    with files.drafted("a.xlsx", mark="1") as late:
        with files.drafted("a.xlsx", mark="2") as draft:
            draft.file.write(b"right")
            late.file.write(b"wrong")
            draft.keep()
        with pytest.raises(FileNotFoundError):
            late.keep()

    assert {path.name: path.read_bytes() for path in media.iterdir()} == {"a.xlsx": b"right"}


def test_discarding_takes_the_file_and_its_drafts_and_no_others(media: Path) -> None:
    media.mkdir()
    for name in ("a.xlsx", "a.xlsx.1.partial", "b.xlsx", "b.xlsx.1.partial"):
        (media / name).touch()

    files.discard("a.xlsx")
    files.discard("a.xlsx")

    assert sorted(path.name for path in media.iterdir()) == ["b.xlsx", "b.xlsx.1.partial"]
