"""Storing an uploaded file: under a name that we make, whole or not at all, with its SHA-256."""

import hashlib
import os
from collections.abc import Iterable
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


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)
