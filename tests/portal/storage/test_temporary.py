"""Temporary files: what is uploaded has no name, and what killed processes left behind goes."""

import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from portal.storage.temporary import (
    PREFIX,
    UnnamedFileUploadHandler,
    drop_left_behind,
    named_file,
    scratch_folder,
    scratch_room,
)

DAY = timedelta(days=1)
CONTENT = b"0123456789" * 150_000  # more than what stays in memory


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_an_uploaded_file_has_no_name_and_all_of_its_content(rf: RequestFactory, folder: Path) -> None:
    request = rf.post("/uploads/", {"file": SimpleUploadedFile("meters.csv", CONTENT)})

    upload = request.FILES["file"]

    assert isinstance(request.upload_handlers[1], UnnamedFileUploadHandler)
    assert (upload.name, upload.size) == ("meters.csv", len(CONTENT))
    assert (b"".join(upload.chunks()), b"".join(upload.chunks())) == (CONTENT, CONTENT)
    assert list(folder.iterdir()) == []


def test_what_killed_processes_left_goes_after_a_day_and_nothing_else(folder: Path) -> None:
    old, new, other = (folder / name for name in (f"{PREFIX}old.csv", f"{PREFIX}new.csv", "somebody.csv"))
    for path in (old, new, other):
        path.touch()
    photo = folder / f"{PREFIX}photo"
    photo.mkdir()
    (photo / "sent").touch()
    for path in (old, other, photo):
        os.utime(path, (0, 0))

    assert drop_left_behind(older_than=DAY) == 2

    assert sorted(folder.iterdir()) == sorted([new, other])


def test_a_file_with_a_name_is_one_that_would_be_dropped(folder: Path) -> None:
    file = named_file(".csv")
    os.utime(file.name, (0, 0))

    assert drop_left_behind(older_than=DAY) == 1
    assert list(folder.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        file.close()


def test_a_scratch_folder_is_gone_afterwards_also_after_an_error(folder: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = folder / "files"
    with suppress(RuntimeError), scratch_folder() as scratch:
        (scratch / "part").touch()
        mode = scratch.stat().st_mode & 0o777
        raise RuntimeError("falls")

    assert (mode, list(scratch_room().iterdir())) == (0o700, [])


def test_whoever_uses_the_scratch_room_clears_it_of_what_is_a_day_old(folder: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = folder / "files"
    old, new = (scratch_room() / f"{PREFIX}{name}.partial" for name in ("old", "new"))
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))

    with scratch_folder():
        left = [path.name for path in scratch_room().iterdir() if path.is_file()]

    assert left == [new.name]
