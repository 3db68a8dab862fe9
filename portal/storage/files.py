"""Stored files: kept under a name, whole or not at all. The rest of the portal knows neither a disk nor a bucket.

A name is a path relative to the place of stored files: the disk's MEDIA_ROOT, or the bucket of STORAGE_URL.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from portal.storage.disk import Disk
from portal.storage.ids import uuid7
from portal.storage.interface import Storage
from portal.storage.objects import bucket_of

_BEAT_SECONDS: Final = 2


class TooLarge(Exception):
    """The content went past the limit; nothing was kept."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is stored: its name, size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str


def _storage() -> Storage:
    return bucket_of(settings.STORAGE_URL) if settings.STORAGE_URL else Disk()


def _now_and_then(alive: Callable[[], object] | None = None) -> Callable[[], None]:
    """Calls `alive`, if there is one, every few seconds, however often it is called itself."""
    called_at = time.monotonic()

    def call() -> None:
        nonlocal called_at
        if alive and time.monotonic() - called_at >= _BEAT_SECONDS:
            alive()
            called_at = time.monotonic()

    return call


def store(chunks: Iterable[bytes], *, folder: str, suffix: str, limit: int) -> StoredFile:
    """Write the chunks to a new file and return it once it is safely stored.

    Raises TooLarge past `limit` bytes, OSError when the storage refuses; either way nothing is left behind.
    """
    name = f"{folder}/{uuid7()}{suffix}"
    storage = _storage()
    partial = storage.partial(name, "")
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
        storage.place(partial, name, alive=_now_and_then())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return StoredFile(name, size, digest.hexdigest())


class Draft:
    """A file that is being written. `file` is open for writing; `keep` puts it in its place."""

    def __init__(self, name: str, *, mark: str) -> None:
        self._storage, self._name = _storage(), name
        self._partial = self._storage.partial(name, mark)
        self.file = open(os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")  # noqa: SIM115  close() does

    def keep(self, *, alive: Callable[[], object] | None = None) -> int:
        """Put the file in its place, whole and safely stored; returns its size in bytes.

        alive: called every few seconds meanwhile; what it raises ends it.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        size = os.fstat(self.file.fileno()).st_size
        self._storage.place(self._partial, self._name, alive=_now_and_then(alive))
        return size

    def close(self) -> None:
        self.file.close()
        self._partial.unlink(missing_ok=True)


@contextmanager
def drafted(name: str, *, mark: str) -> Iterator[Draft]:
    """A draft of the file of that name; gone afterwards, unless it was kept.

    mark: tells writers apart, so that one that should have stopped does not write into another's draft. Drafts that a
    dead one left behind are removed.
    """
    _storage().remove_partials(name)
    draft = Draft(name, mark=mark)
    try:
        yield draft
    finally:
        draft.close()


def put(path: Path, name: str, *, alive: Callable[[], object] | None = None) -> None:
    """Move a finished file, made in a `scratch_folder`, into the place of that name. alive: as in `Draft.keep`."""
    _storage().place(path, name, alive=_now_and_then(alive))


def open_file(name: str) -> BinaryIO:
    """A stored file for reading from its beginning to its end. Raises FileNotFoundError, OSError."""
    return _storage().open(name)


@contextmanager
def local_copy(name: str, *, alive: Callable[[], object] | None = None) -> Iterator[Path]:
    """A path under which another process of this machine can read a stored file meanwhile; its suffix is kept.

    alive: called every few seconds while the copy is made. Raises FileNotFoundError, OSError.
    """
    with _storage().local_copy(name, alive=_now_and_then(alive)) as path:
        yield path


def size_of(name: str) -> int:
    """In bytes. Raises FileNotFoundError, OSError."""
    return _storage().size(name)


def exists(name: str) -> bool:
    try:
        size_of(name)
    except FileNotFoundError:
        return False
    return True


def remove(name: str) -> None:
    """Remove a file, if it is there."""
    _storage().remove(name)


def discard(name: str) -> None:
    """Remove a file and all drafts of it."""
    remove(name)
    _storage().remove_partials(name)


def remove_folder(name: str) -> None:
    """Remove every file whose name begins with this one and a slash."""
    _storage().remove_folder(name)
