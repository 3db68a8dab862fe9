"""Temporary files, which hold what people sent: without a name where nobody else opens them, else found and deleted."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

PREFIX: Final = "portal_read_"
_LONGEST: Final = timedelta(days=1)  # much longer than any reader of a file may take


class UnnamedFileUploadHandler(FileUploadHandler):
    """Takes an uploaded file into a temporary file without a name: nothing is left, however the process ends."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = UploadedFile(
            tempfile.TemporaryFile(),  # noqa: SIM115  the request closes it
            *(self.file_name, self.content_type, 0, self.charset, self.content_type_extra),
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


def named_file(suffix: str) -> IO[bytes]:
    """A temporary file that another process opens by its name; gone once it is closed."""
    return tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=suffix)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder in the scratch room, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=scratch_room()) as folder:
        yield Path(folder)


def scratch_room() -> Path:
    """Where this machine keeps large temporary files: on the disk of stored files, where those are on one, so that
    moving is renaming. Each machine clears up its own: what killed processes left goes when it is next used."""
    room = Path(settings.MEDIA_ROOT) / "tmp"
    room.mkdir(parents=True, exist_ok=True)
    drop_left_behind(older_than=_LONGEST, within=room)
    return room


def drop_left_behind(*, older_than: timedelta, within: Path | None = None) -> int:
    """Delete what killed processes of ours left in the temporary folder, or `within` another one; returns how many
    files and folders."""
    before = time.time() - older_than.total_seconds()
    left = [path for path in (within or Path(tempfile.gettempdir())).glob(f"{PREFIX}*") if _is_ours_since(path, before)]
    for path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(left)


def _is_ours_since(path: Path, before: float) -> bool:
    try:
        entry = path.lstat()
    except FileNotFoundError:
        return False
    return entry.st_uid == os.geteuid() and entry.st_mtime < before
