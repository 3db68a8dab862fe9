"""A web server that is killed leaves nothing of what people sent, and its files are for nobody else."""

import os
import re
import socket
import stat
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port

from .world import World

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
MIB = 1024 * 1024


def start_web(world: World, temporary: Path) -> int:
    """A real web server, whose temporary files are in that folder; returns its port once it answers."""
    port = free_port()
    world.env["TMPDIR"] = str(temporary)
    world.start("-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket")
    world.until(lambda: answers(port), seconds=120, why="the web server answers")
    return port


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def begin_upload(port: int) -> socket.socket:
    """Send the first 8 MiB of a form with a file of 16 MiB."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="meters.csv"\r\n\r\n'
    asked = [
        "POST /accounts/login/ HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: csrftoken={'a' * 32}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {16 * MIB}",
    ]
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall("\r\n".join([*asked, "", ""]).encode() + head + b"x" * 8 * MIB)
    return connection


def processes_of(group: int) -> list[Path]:
    """The folders below /proc of a group's processes."""
    return [process for process in Path("/proc").glob("[0-9]*") if group_of(process) == group]


def group_of(process: Path) -> int:
    try:
        return os.getpgid(int(process.name))
    except ProcessLookupError:  # ended meanwhile
        return 0


def bytes_in_unnamed_files(folder: Path, group: int) -> int:
    """What the processes of a group hold in files of that folder that have no name."""
    return sum(size_if_unnamed(file, folder) for process in processes_of(group) for file in (process / "fd").iterdir())


def size_if_unnamed(file: Path, folder: Path) -> int:
    try:
        target = os.readlink(file)
        is_unnamed = target.startswith(f"{folder}/") and target.endswith("(deleted)")
        return file.stat().st_size if is_unnamed else 0
    except FileNotFoundError:  # closed meanwhile
        return 0


def test_web_server_killed_during_an_upload_leaves_no_file(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    port = start_web(world, folder)
    [server] = world.workers

    with begin_upload(port):
        world.until(
            lambda: bytes_in_unnamed_files(folder, server.pid) > 4 * MIB, seconds=30, why="half of the file is on disk"
        )
        world.kill(server)

    assert list(folder.iterdir()) == []


def test_what_a_web_server_and_a_worker_write_is_for_their_user_alone(world: World, tmp_path: Path) -> None:
    world.data.mkdir(exist_ok=True)
    world.data.chmod(0o755)  # as earlier versions made it
    start_web(world, tmp_path)
    world.start("manage.py", "work")
    world.wait_for(world.act("send", "10"), "ready")

    assert stat.S_IMODE(world.data.stat().st_mode) == 0o700
    states = [process / "status" for worker in world.workers for process in processes_of(worker.pid)]
    assert len(states) >= 3  # the server, its process, and the worker
    assert {re.search(r"^Umask:\s+(\d+)$", state.read_text(), re.MULTILINE)[1] for state in states} == {"0077"}
