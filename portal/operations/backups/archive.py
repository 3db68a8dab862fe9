"""The archive: a tar of the database's copy, the stored files, and a manifest with the digest of each."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from pydantic import BaseModel, ValidationError

from portal.operations.backups.contents import Contents
from portal.operations.backups.databases import BackupError

FORMAT: Final = 1
DATABASE: Final = "database"
_MANIFEST: Final = "manifest.json"
_FILES: Final = "files/"
_PIECE_BYTES: Final = 1024 * 1024


class Manifest(BaseModel):
    """What an archive holds. digests: the SHA-256 of each of its other members, by name. missing: the files that rows
    named and that were not there. made_at: RFC 3339."""

    format: int
    made_at: str
    engine: str
    contents: Contents
    digests: dict[str, str]
    missing: list[str]

    @property
    def files(self) -> list[str]:
        """The names of the stored files."""
        return [member.removeprefix(_FILES) for member in self.digests if member.startswith(_FILES)]


class Digested:
    """A file for reading that adds up its SHA-256."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._sha256.update(piece)
        return piece

    @property
    def digest(self) -> str:
        return self._sha256.hexdigest()


class ArchiveWriter:
    """Writes members; `finish` adds the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self.digests = tar, dict[str, str]()

    def add_database(self, path: Path) -> None:
        with path.open("rb") as file:
            self._add(DATABASE, file, path.stat().st_size)

    def add_file(self, name: str, file: IO[bytes], size: int) -> None:
        self._add(f"{_FILES}{name}", file, size)

    def finish(self, manifest: Manifest) -> None:
        text = manifest.model_dump_json(indent=1).encode()
        self._tar.addfile(_member(_MANIFEST, len(text)), io.BytesIO(text))

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        digested = Digested(file)
        self._tar.addfile(_member(name, size), digested)
        self.digests[name] = digested.digest


class Archive:
    """An archive for reading, whose manifest was read."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        try:
            with self._open(_MANIFEST) as file:
                self.manifest = Manifest.model_validate_json(file.read())
        except (KeyError, ValidationError) as error:
            raise BackupError("This is no backup of the portal: its manifest is missing or of another form.") from error
        if self.manifest.format != FORMAT:
            raise BackupError("This backup is of a newer version. Install that version, and restore with it.")
        if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in self.manifest.files):
            raise BackupError("The manifest names files outside of the place of stored files.")

    def faults(self) -> list[str]:
        """The members that are missing or not as the manifest says, a sentence each. Reads the whole archive."""
        return [
            f"{name} is missing or was changed."
            for name, digest in self.manifest.digests.items()
            if not self._is(name, digest)
        ]

    def open_file(self, name: str) -> IO[bytes]:
        """One of the stored files."""
        return self._open(f"{_FILES}{name}")

    def copy_database(self, path: Path) -> None:
        with self._open(DATABASE) as file, path.open("xb") as copy:
            for piece in pieces(file):
                copy.write(piece)

    def _is(self, name: str, digest: str) -> bool:
        try:
            with self._open(name) as file:
                digested = Digested(file)
                for _ in pieces(digested):
                    pass
        except (KeyError, tarfile.ReadError):
            return False
        return digested.digest == digest

    def _open(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(name)
        if file is None:
            raise KeyError(name)
        return file


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Raises BackupError, OSError."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield Archive(tar)
    except tarfile.TarError as error:
        raise BackupError(f"{path} is no whole archive: {error}") from error


def pieces(file: Any) -> Iterator[bytes]:
    """The content of a file, piece by piece."""
    return iter(lambda: file.read(_PIECE_BYTES), b"")


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
