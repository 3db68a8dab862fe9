"""What a place for stored files can do: a disk, or a bucket. The portal uses it through files.py alone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

TRY_AGAIN_SECONDS: Final = 60  # after which a caller may look whether it is there again


class StorageAway(OSError):
    """The place of stored files does not answer, refuses us, or gives back other bytes than it was given."""


class Storage(Protocol):
    """Files by name, a path relative to the place. Every method raises OSError; where a file is missing,
    FileNotFoundError. alive: called now and then during what may take long."""

    def partial(self, name: str, mark: str) -> Path:
        """Where on this machine a file is written before it is placed; its folder is there. mark: as of a draft."""
        ...

    def place(self, path: Path, name: str, *, alive: Callable[[], object]) -> None:
        """Move a finished file of this machine into its place, whole or not at all."""
        ...

    def open(self, name: str) -> BinaryIO:
        """The file for reading, once, from its beginning."""
        ...

    def local_copy(self, name: str, *, alive: Callable[[], object]) -> AbstractContextManager[Path]:
        """A path of this machine under which the file can be read meanwhile; its suffix is that of the name."""
        ...

    def size(self, name: str) -> int:
        """In bytes."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file, if it is there."""
        ...

    def remove_partials(self, name: str) -> None:
        """Remove what is left where the file was written."""
        ...

    def remove_folder(self, name: str) -> None:
        """Remove every file whose name begins with this one and a slash."""
        ...
