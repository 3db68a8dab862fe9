"""Storing a file under a name that we make, whole or not at all: an uploaded one, or a draft that we write."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from portal.storage.ids import uuid7


class TooLarge(Exception):
    """The content went past the limit; nothing was kept."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on disk: its path relative to MEDIA_ROOT, size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str


def store(chunks: Iterable[bytes], *, folder: str, suffix: str, limit: int) -> StoredFile:
    """Write the chunks to a new file and return it once it is safely on disk.

    Raises TooLarge past `limit` bytes, OSError when the disk refuses; either way nothing is left behind.
    """
    name = f"{folder}/{uuid7()}{suffix}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".partial")
    digest = hashlib.sha256()
    size = 0
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return StoredFile(name, size, digest.hexdigest())


class Draft:
    """A file that is being written. `file` is open for writing; `keep` puts it in its place."""

    def __init__(self, path: Path, *, mark: str) -> None:
        self._path, self._partial = path, path.with_name(f"{path.name}.{mark}.partial")
        self.file = open(os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")  # noqa: SIM115  close() does

    def keep(self) -> int:
        """Put the file in its place, whole and safely on disk; returns its size in bytes."""
        self.file.flush()
        os.fsync(self.file.fileno())
        os.replace(self._partial, self._path)
        return self._path.stat().st_size

    def close(self) -> None:
        self.file.close()
        self._partial.unlink(missing_ok=True)


@contextmanager
def drafted(name: str, *, mark: str) -> Iterator[Draft]:
    """A draft of the file of that name (a path below MEDIA_ROOT); gone afterwards, unless it was kept.

    mark: tells writers apart, so that one that should have stopped does not write into another's draft. Drafts that a
    dead one left behind are removed.
    """
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_drafts(path)
    draft = Draft(path, mark=mark)
    try:
        yield draft
    finally:
        draft.close()


def discard(name: str) -> None:
    """Remove a file and all drafts of it."""
    remove(name)
    _remove_drafts(path_of(name))


def _remove_drafts(path: Path) -> None:
    for left in path.parent.glob(f"{path.name}.*.partial"):
        left.unlink(missing_ok=True)


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)
