"""Steps within folders that others can write to: each relative to a folder that is held open, following no link."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

_PIECE: Final = 1024 * 1024
_LONGEST_NAME: Final = 240
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def open_folder(name: str, within: int | None = None) -> Iterator[int]:
    """The folder, open. OSError for what is none: a link to one is none."""
    number = os.open(name, _FOLDER, dir_fd=within)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def made_folder(name: str, within: int, *, mode: int) -> Iterator[int]:
    with suppress(FileExistsError):
        os.mkdir(name, mode, dir_fd=within)
    with open_folder(name, within) as folder:
        yield folder


@contextmanager
def result_folder(name: str, within: int, *, like: int) -> Iterator[int]:
    """A folder that whoever can read the other one (`like`) can read; made if there is none."""
    with made_folder(name, within, mode=0o700) as folder:
        if not os.fstat(folder).st_mode & 0o077:  # new, or made by a process that did not live to the next line
            os.fchmod(folder, os.fstat(like).st_mode & 0o2055 | 0o700)
        yield folder


def write_file(name: str, folder: int, content: BinaryIO, *, like: int) -> None:
    """Write a file, whole or not at all, over the one that is there."""
    partial = f".{name}.partial"
    with suppress(FileNotFoundError):
        os.unlink(partial, dir_fd=folder)
    number = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    with open(number, "wb") as file:
        shutil.copyfileobj(content, file, _PIECE)
        os.fchmod(number, os.fstat(like).st_mode & 0o044 | 0o600)
        file.flush()
        os.fsync(number)
    os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)


def put_file(name: str, claim: int, new_name: str, folder: int) -> None:
    """Rename a file to its last place. An earlier one of that name gets a number."""
    if not name:
        return
    with suppress(FileNotFoundError):
        os.stat(new_name, dir_fd=folder, follow_symlinks=False)
        os.rename(new_name, _free_name(new_name, folder), src_dir_fd=folder, dst_dir_fd=folder)
    os.rename(name, new_name, src_dir_fd=claim, dst_dir_fd=folder)
    os.fsync(folder)


def _free_name(name: str, folder: int) -> str:
    there = set(os.listdir(folder))
    number = 1
    while (free := f"{name[:_LONGEST_NAME]}.{number}") in there:
        number += 1
    return free
