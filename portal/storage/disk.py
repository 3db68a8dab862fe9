"""Stored files on the disk, below MEDIA_ROOT."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


class Disk:
    """A file is written beside its place, then renamed."""

    def partial(self, name: str, mark: str) -> Path:
        path = path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f"{path.name}.{mark}.partial" if mark else f"{path.name}.partial")

    def place(self, path: Path, name: str, *, alive: Callable[[], object]) -> None:
        target = path_of(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)

    def open(self, name: str) -> BinaryIO:
        return path_of(name).open("rb")

    @contextmanager
    def local_copy(self, name: str, *, alive: Callable[[], object]) -> Iterator[Path]:
        """The file itself."""
        path = path_of(name)
        path.stat()
        yield path

    def size(self, name: str) -> int:
        return path_of(name).stat().st_size

    def remove(self, name: str) -> None:
        path_of(name).unlink(missing_ok=True)

    def remove_partials(self, name: str) -> None:
        path = path_of(name)
        for left in path.parent.glob(f"{path.name}.*.partial"):
            left.unlink(missing_ok=True)

    def remove_folder(self, name: str) -> None:
        shutil.rmtree(path_of(name), ignore_errors=True)
