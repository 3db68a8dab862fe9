"""The drop folder: complete files become uploads once each, whatever they are called and whatever stops the work."""

import gzip
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from onboarding.intervals import drop_folder
from onboarding.intervals.drop_folder import DropFolder, watched
from onboarding.intervals.models import DataType, IntervalSettings, IntervalUpload, Way
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from portal.storage.disk import path_of
from tests.onboarding.enrollment.meters import make_meter
from tests.onboarding.intervals import uploads
from tests.onboarding.intervals.files import line, text, work

Go = Callable[..., int]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def meter(acme: Partner) -> Meter:
    return make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")


@pytest.fixture
def good(meter: Meter) -> bytes:
    return text([line(meter.pk)])


@pytest.fixture
def bad() -> bytes:
    return text([line("nobody")])


@pytest.fixture
def root(tmp_path: Path, acme: Partner) -> Path:
    (tmp_path / "drop" / acme.pk.hex / "interval-data").mkdir(parents=True)
    return tmp_path / "drop"


@pytest.fixture
def inbox(root: Path, acme: Partner) -> Path:
    return root / acme.pk.hex / "interval-data"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def go(root: Path, said: list[str]) -> Iterator[Go]:
    """A round of a new process; the jobs are done after it, unless `jobs` is False."""

    def go(*, quiet: float = 0, jobs: bool = True) -> int:
        moved = DropFolder(root, quiet_seconds=quiet, say=said.append).go_round()
        if jobs:
            work()
        return moved

    with watched(root):
        yield go


def tree(folder: Path) -> list[str]:
    """Every file below the folder; an upload's ID is JOB."""
    pks = [str(pk) for pk in IntervalUpload.objects.values_list("pk", flat=True)]
    names = sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    )
    for pk in pks:
        names = [name.replace(pk, "JOB") for name in names]
    return sorted(names)


# --- the way of a file


def test_a_good_file_ends_among_the_accepted_with_its_feedback(go: Go, inbox: Path, good: bytes, acme: Partner) -> None:
    (inbox / "devices.csv").write_bytes(good)

    go()
    meanwhile = tree(inbox)
    go()

    upload = IntervalUpload.objects.get()
    assert (upload.partner, upload.way, upload.state, upload.file_name) == (
        acme,
        Way.FOLDER,
        "COMPLETED",
        "devices.csv",
    )
    assert meanwhile == []
    assert tree(inbox) == ["accepted/devices.csv/JOB.feedback", "accepted/devices.csv/devices.csv"]
    assert f"/interval-data/{tree(inbox)[1]}" == upload.current_path
    assert (inbox / "accepted/devices.csv/devices.csv").read_bytes() == good
    assert b"new,,,1" in (inbox / f"accepted/devices.csv/{upload.pk}.feedback").read_bytes()
    assert os.listdir(inbox.parent.parent / ".taken" / acme.pk.hex) == []


def test_a_file_with_errors_ends_among_the_failed_with_them(go: Go, inbox: Path, bad: bytes) -> None:
    (inbox / "devices.csv").write_bytes(bad)

    go()
    go()

    upload = IntervalUpload.objects.get()
    folder = "failed/devices.csv"
    names = ["JOB.errors.csv", "JOB.feedback", "JOB.lines-to-fix.csv", "devices.csv"]
    assert tree(inbox) == [f"{folder}/{name}" for name in names]
    assert upload.errors_path == f"/interval-data/{folder}/{upload.pk}.errors.csv"
    assert b"MTR_0002" in (inbox / folder / f"{upload.pk}.errors.csv").read_bytes()


def test_good_rows_that_were_kept_are_accepted_with_the_errors(
    go: Go, inbox: Path, acme: Partner, meter: Meter
) -> None:
    IntervalSettings.objects.create(partner=acme, keeps_good_rows=True)
    (inbox / "devices.csv").write_bytes(text([line(meter.pk), line("nobody")]))

    go()
    go()

    assert "accepted/devices.csv/JOB.errors.csv" in tree(inbox)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("devices.docx", b"words", "INTERVAL_FILE_TYPE"),
        ("devices.csv", b"", "FILE_EMPTY"),
        ("noending", b"x", "INTERVAL_FILE_TYPE"),
    ],
)
def test_a_file_that_cannot_be_taken_comes_back_with_the_reason(
    go: Go, inbox: Path, name: str, content: bytes, code: str
) -> None:
    (inbox / name).write_bytes(content)

    go()

    (reason,) = (inbox / "failed" / name).glob("*.errors.csv")
    assert (inbox / "failed" / name / name).read_bytes() == content
    assert code in reason.read_text()
    assert not IntervalUpload.objects.exists()


def test_a_file_over_the_limit_comes_back(go: Go, inbox: Path, settings: Any) -> None:
    settings.INTERVAL_MAX_BYTES = 10
    (inbox / "devices.csv").write_bytes(b"x" * 11)

    go()

    assert (inbox / "failed/devices.csv/devices.csv").exists()


def test_a_second_file_of_the_same_name_takes_none_away(go: Go, inbox: Path, good: bytes) -> None:
    for content in (good, good + b"\n", good):
        (inbox / "devices.csv").write_bytes(content)
        go()
    go()

    folder = inbox / "accepted/devices.csv"
    assert IntervalUpload.objects.count() == 3
    assert [(folder / f"devices.csv{end}").read_bytes() for end in ("", ".1", ".2")] == [good, good, good + b"\n"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("column", "data_type"),
    [("energy_net_kwh", "LOAD_DATA"), ("runtime_minutes", "RUNTIME_DATA"), ("performance_kwh", "PERFORMANCE_DATA")],
)
def test_the_header_says_the_type_of_data(go: Go, inbox: Path, column: str, data_type: str, packed: bool) -> None:
    content = f"meter_id,{column}\n".encode()
    name = "a.csv.gz" if packed else "a.csv"
    (inbox / name).write_bytes(gzip.compress(content) if packed else content)

    go()

    assert IntervalUpload.objects.get().data_type == DataType(data_type)


def test_an_upload_of_the_folder_is_the_systems_and_its_partners(go: Go, inbox: Path, good: bytes) -> None:
    (inbox / "devices.csv").write_bytes(good)

    go()

    assert IntervalUpload.objects.get().actor["label"] == "SFTP"


# --- complete files only


def test_a_file_that_was_changed_just_now_waits(go: Go, inbox: Path, good: bytes) -> None:
    path = inbox / "devices.csv"
    path.write_bytes(good)
    os.utime(path, (0, 0))  # as a program that keeps the time of modification does

    first = go(quiet=0.5)
    time.sleep(0.6)

    assert [first, go(quiet=0.5)] == [0, 1]


def test_an_empty_file_waits_longer(go: Go, inbox: Path) -> None:
    (inbox / "devices.csv").write_bytes(b"")
    time.sleep(0.3)

    assert go(quiet=0.2) == 0
    time.sleep(1.8)
    assert go(quiet=0.2) == 1


def test_a_file_that_is_open_for_writing_waits(go: Go, inbox: Path, good: bytes) -> None:
    with (inbox / "devices.csv").open("wb") as file:
        file.write(good)
        file.flush()
        assert go() == 0
    assert go() == 1


@pytest.mark.parametrize(
    "name", ["devices.csv.part", "devices.csv.filepart", "devices.csv.TMP", ".devices.csv", ".devices.csv.Xy12"]
)
def test_unfinished_files_wait_until_they_are_renamed(go: Go, inbox: Path, good: bytes, name: str) -> None:
    (inbox / name).write_bytes(good)

    first = go()
    (inbox / name).rename(inbox / "devices.csv")

    assert [first, go()] == [0, 1]


def test_a_file_that_is_written_while_it_is_read_is_read_again(
    go: Go, inbox: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "devices.csv").write_bytes(good)
    later = (inbox / "devices.csv").open("ab")  # what has it open still writes to it once it was taken
    monkeypatch.setattr(drop_folder, "_is_written", lambda *_: False)
    content = drop_folder._content

    def written_meanwhile(file: Any) -> Iterator[bytes]:
        for piece in content(file):
            yield piece
            if not later.closed:
                later.write(b"\n")
                later.close()

    monkeypatch.setattr(drop_folder, "_content", written_meanwhile)
    go()
    assert not IntervalUpload.objects.exists()
    assert not list(path_of("intervals").rglob("*.csv"))
    go()

    upload = IntervalUpload.objects.get()
    assert path_of(upload.stored_name).read_bytes() == good + b"\n"


# --- hostile content


def test_what_is_no_file_is_left_alone(
    go: Go, inbox: Path, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"secret")
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "dangling.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "folder.csv").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(inbox)  # the whole path would be too long for a socket
        listener.bind("socket.csv")

    assert go() == 0
    assert not IntervalUpload.objects.exists()
    assert secret.exists()
    assert len(said) == 5


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_what_takes_a_files_place_at_the_last_moment_is_not_read(
    go: Go, inbox: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.csv").write_bytes(b"secret")
    path = inbox / "devices.csv"
    make = {
        "link": lambda: path.symlink_to(tmp_path / "secret.csv"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[what]()
    monkeypatch.setattr(DropFolder, "_is_complete", lambda _, name, __: name == "devices.csv")

    go()

    assert not IntervalUpload.objects.exists()
    assert os.path.lexists(inbox / "failed/devices.csv/devices.csv")
    assert (tmp_path / "secret.csv").read_bytes() == b"secret"


@pytest.mark.parametrize(
    "name",
    [
        b"..csv",
        b"-rf.csv",
        b"a b\n'\";$(x).csv",
        b"\xff\xfe.csv",
        "Straße 🌞.csv".encode(),
        b"%2e%2e%2f.csv",
        b"n" * 251 + b".csv",
        b"accepted.csv",
    ],
)
def test_any_name_is_taken_and_comes_back_under_its_published_one(
    go: Go, inbox: Path, root: Path, good: bytes, name: bytes
) -> None:
    (inbox / os.fsdecode(name)).write_bytes(good)

    taken = go()
    go()

    if name.startswith(b"."):
        assert taken == 0
        return
    upload = IntervalUpload.objects.get()
    path = root / inbox.parent / upload.current_path.strip("/")
    assert path.read_bytes() == good
    assert path.is_relative_to(inbox / "accepted")
    assert [stat.S_ISDIR(path.lstat().st_mode) for path in inbox.iterdir()] == [True, True]


def test_results_do_not_follow_a_link_that_stands_in_their_place(
    go: Go, inbox: Path, good: bytes, tmp_path: Path, said: list[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (inbox / "accepted").symlink_to(tmp_path / "elsewhere")
    (inbox / "devices.csv").write_bytes(good)

    assert go() == 0
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert len(said) == 1
    (inbox / "accepted").unlink()
    assert [go(), go()] == [1, 1]


def test_an_inbox_that_is_a_link_is_not_entered(
    root: Path, borealis: Partner, good: bytes, go: Go, inbox: Path
) -> None:
    (root / borealis.pk.hex).mkdir()
    (root / borealis.pk.hex / "interval-data").symlink_to(inbox)
    (inbox / "devices.csv").write_bytes(good)

    go()

    assert [upload.partner.slug for upload in IntervalUpload.objects.all()] == ["acme"]


def test_folders_that_are_no_active_partners_are_left_alone(
    go: Go, root: Path, acme: Partner, good: bytes, inbox: Path, said: list[str]
) -> None:
    for name in ("acme", "00000000000000000000000000000000", acme.pk.hex.upper()):
        (root / name / "interval-data").mkdir(parents=True)
        (root / name / "interval-data" / "devices.csv").write_bytes(good)
    (inbox / "devices.csv").write_bytes(good)
    Partner.objects.filter(pk=acme.pk).update(is_active=False)

    assert go() == 0
    assert len(said) == 4
    assert (inbox / "devices.csv").exists()


def test_an_account_id_with_dashes_is_one_too(go: Go, root: Path, acme: Partner, good: bytes) -> None:
    inbox = root / str(acme.pk) / "interval-data"
    inbox.mkdir(parents=True)
    (inbox / "devices.csv").write_bytes(good)

    go()
    go()

    assert "accepted/devices.csv/devices.csv" in tree(inbox)


def test_a_claim_with_another_partners_upload_shows_nothing_of_it(
    go: Go, root: Path, borealis: Partner, inbox: Path, bad: bytes
) -> None:
    (inbox / "devices.csv").write_bytes(bad)
    go()
    go()
    (root / borealis.pk.hex / "interval-data").mkdir(parents=True)
    (root / ".taken" / borealis.pk.hex / str(IntervalUpload.objects.get().pk)).mkdir(parents=True)

    go()

    assert tree(root / borealis.pk.hex / "interval-data") == []


def test_a_partner_with_very_many_files_does_not_hold_up_the_others(
    go: Go, inbox: Path, root: Path, borealis: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_folder, "_AT_ONCE", 2)
    other = root / borealis.pk.hex / "interval-data"
    other.mkdir(parents=True)
    for number in range(5):
        (inbox / f"{number}.csv").write_bytes(b"x")
    (other / "theirs.csv").write_bytes(b"x")

    go(jobs=False)

    assert IntervalUpload.objects.filter(partner=borealis).count() == 1
    assert IntervalUpload.objects.exclude(partner=borealis).count() == 2
    assert [go(jobs=False) for _ in range(3)] == [2, 1, 0]


def test_a_disk_without_room_loses_nothing(
    go: Go, inbox: Path, good: bytes, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    (inbox / "devices.csv").write_bytes(good)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        go()
    waits = IntervalUpload.objects.count()
    go()
    go()

    assert waits == 0
    assert "The file waits." in said[0]
    assert "accepted/devices.csv/devices.csv" in tree(inbox)


# --- killed at any point


class Killed(BaseException):
    """The process is gone."""


# Every step that changes something outside of this process.
STEPS = ["mkdir", "rename", "rmdir", "open", "fsync", "replace", "unlink", "fchmod"]


def killed_after(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is gone at its step number `step`: before or behind the call, in turn."""
    left = [step]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            answer = call(*args, **more)
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return answer

        return counting

    for name in STEPS:
        monkeypatch.setattr(f"os.{name}", counted(getattr(os, name)))


@pytest.mark.parametrize("is_good", [True, False])
def test_a_process_that_is_killed_at_any_step_loses_nothing_and_takes_nothing_twice(
    go: Go, inbox: Path, acme: Partner, is_good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at its first step, begun again; killed at its second step, begun again; and so on."""
    content, verdict = uploads.CONTENT, "accepted" if is_good else "failed"
    step, was_killed = 0, True
    while was_killed:
        step, was_killed = step + 1, False
        IntervalUpload.objects.all().delete()
        for old in inbox.iterdir():
            old.rename(inbox.parent / f"{step} {old.name}")
        (inbox / "devices.csv").write_bytes(content)
        for _ in range(2):
            with monkeypatch.context() as patched:
                killed_after(step, patched)
                try:
                    go(jobs=False)
                except Killed:
                    was_killed = True
            end_jobs(is_good=is_good)
        for _ in range(3):
            go(jobs=False)
            end_jobs(is_good=is_good)

        folder = inbox / verdict / "devices.csv"
        assert IntervalUpload.objects.count() == 1, step
        assert (folder / "devices.csv").read_bytes() == content, step
        assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == sorted(
            ["devices.csv", *(f"{IntervalUpload.objects.get().pk}.{end}" for end in endings(is_good=is_good))]
        ), step
        assert os.listdir(inbox.parent.parent / ".taken" / acme.pk.hex) == [], step
    assert step > 40


def end_jobs(*, is_good: bool) -> None:
    """What the jobs do, in no time."""
    for upload in IntervalUpload.objects.filter(state="QUEUED"):
        (uploads.complete if is_good else uploads.fail)(upload)


def endings(*, is_good: bool) -> list[str]:
    return ["feedback"] if is_good else ["feedback", "errors.csv", "lines-to-fix.csv"]


# --- the command


def test_the_command_goes_round_once(root: Path, inbox: Path, good: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (inbox / "devices.csv").write_bytes(good)

    call_command("watch_drop_folder", str(root), "--once", "--wait", "0")
    work()
    call_command("watch_drop_folder", str(root), "--once", "--wait", "0")

    assert "accepted/devices.csv/devices.csv" in tree(inbox)
    assert capsys.readouterr().out == "Files that were taken or brought back: 1.\n" * 2


def test_two_do_not_watch_one_folder(root: Path) -> None:
    with watched(root), pytest.raises(CommandError, match="Another process watches this folder"):
        call_command("watch_drop_folder", str(root), "--once")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("watch_drop_folder", str(tmp_path / "nowhere"), "--once")


def test_the_accounts_are_named(root: Path, acme: Partner, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("watch_drop_folder", str(root), "--accounts")

    assert capsys.readouterr().out == f"{acme.pk.hex}  Acme Energy\n"
