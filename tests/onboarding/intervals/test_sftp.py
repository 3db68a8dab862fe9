"""The drop folder behind a real OpenSSH server, set up as docs/sftp.md says: put and list, and nothing else."""

import grp
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onboarding.intervals.drop_folder import DropFolder, watched
from onboarding.intervals.models import IntervalUpload
from portal.partners.models import Partner
from tests.onboarding.enrollment.meters import make_meter
from tests.onboarding.intervals.files import line, text, work
from tests.ports import free_port

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "sftp.md").read_text()
WHY_NOT = "" if SSHD and os.geteuid() == 0 else "it needs sshd (Debian: apt-get install openssh-server), and root"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("catalogue"),
    pytest.mark.skipif(bool(WHY_NOT) and not os.environ.get("CI"), reason=f"the SFTP test did NOT run: {WHY_NOT}"),
]
REFUSED = re.compile(r"denied|not found|No such file|Operation unsupported|not support", re.IGNORECASE)
Sftp = Callable[..., str]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder of which sshd believes that nobody but root can change it: /tmp is none."""
    folder = Path(tempfile.mkdtemp(prefix="portal-drop-", dir="/srv"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def user(root: Path, acme: Partner) -> Iterator[str]:
    """The partner's user, with its folder."""
    name = acme.pk.hex
    run("useradd", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", "--password", "*", name)
    try:
        inbox = root / name / "interval-data"
        inbox.mkdir(parents=True)
        os.chown(inbox, 0, grp.getgrnam(name).gr_gid)
        inbox.chmod(0o3770)
        yield name
    finally:
        run("userdel", name)


def run(*words: str, **more: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, check=True, capture_output=True, text=True, **more)


def server_settings(root: Path) -> str:
    """What docs/sftp.md writes into sshd_config, for this folder and without the group, which is the machine's."""
    block = re.search(r"```\n(Match Group .*?)```", DOCS, re.DOTALL)
    assert block
    here = block[1].replace("/srv/drop", str(root)).replace("/etc/ssh/partners", str(root / ".keys"))
    return here.replace("Match Group partners", "Match All")


@pytest.fixture
def sftp(root: Path, user: str, tmp_path: Path) -> Iterator[Sftp]:
    """sftp("put a", "ls") as the partner: what it printed, errors as well."""
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "partner"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name))
    keys = root / ".keys"
    keys.mkdir(mode=0o755)
    shutil.copy(tmp_path / "partner.pub", keys / user)
    port = free_port()
    lines = [
        *(f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {tmp_path / 'host'}", "PidFile none", "UsePAM no"),
        *("PasswordAuthentication no", "KbdInteractiveAuthentication no"),
        *("Subsystem sftp internal-sftp", server_settings(root)),
    ]
    (tmp_path / "sshd_config").write_text("\n".join(lines))
    log = (tmp_path / "sshd.log").open("wb")
    server = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(tmp_path / "sshd_config")], stderr=log)
    options = [
        *("-P", str(port), "-i", str(tmp_path / "partner"), "-o", "StrictHostKeyChecking=no"),
        *("-o", f"UserKnownHostsFile={tmp_path / 'known'}", "-o", "BatchMode=yes", "-o", "ConnectionAttempts=20"),
    ]

    def sftp(*commands: str) -> str:
        batch = "\n".join(f"-{command}" for command in commands)  # goes on after an error
        done = subprocess.run(
            ["sftp", *options, "-b", "-", f"{user}@127.0.0.1"],
            input=batch,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr + (tmp_path / "sshd.log").read_text()
        return done.stdout + done.stderr

    yield sftp
    server.terminate()
    server.wait(10)
    log.close()


@pytest.fixture
def file(acme: Partner, tmp_path: Path) -> Path:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    path = tmp_path / "devices.csv"
    path.write_bytes(text([line(meter.pk)]))
    return path


def go(root: Path) -> int:
    with watched(root):
        moved = DropFolder(root, quiet_seconds=0, say=print).go_round()
    work()
    return moved


def taken(root: Path) -> None:
    """Wait until the server has closed the file, and take it."""
    until = time.monotonic() + 30
    while not go(root):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_file_is_put_taken_and_comes_back_with_its_results(sftp: Sftp, root: Path, user: str, file: Path) -> None:
    put = sftp("cd interval-data", f"put {file} devices.csv.part", "rename devices.csv.part devices.csv", "ls -l")
    taken(root)
    taken(root)
    back = file.with_name("back.csv")
    listed = sftp(
        "cd interval-data/accepted/devices.csv", "ls -1", f"get devices.csv {back}", "get *.feedback /dev/null"
    )

    upload = IntervalUpload.objects.get()
    assert (upload.state, upload.partner.pk.hex) == ("COMPLETED", user)
    assert " devices.csv" in put
    assert f"{upload.pk}.feedback" in listed
    assert "denied" not in listed
    assert back.read_bytes() == file.read_bytes()


def test_nothing_can_be_deleted_or_linked_and_nothing_else_seen(
    sftp: Sftp, root: Path, user: str, borealis: Partner, file: Path
) -> None:
    (root / borealis.pk.hex / "interval-data").mkdir(parents=True)
    refused = ["rm interval-data/devices.csv", "mkdir interval-data/mine", "rmdir interval-data/accepted"]
    refused += ["symlink /etc/passwd interval-data/link.csv", "ln interval-data/devices.csv interval-data/two.csv"]
    refused += [f"put {file} here.csv", "get /etc/passwd", f"ls ../{borealis.pk.hex}"]
    go(root)
    sftp(f"put {file} interval-data/devices.csv")

    answers = {command: sftp(command) for command in refused}
    seen = sftp("ls -1 /")

    unlike = {command: said for command, said in answers.items() if not REFUSED.search(said)}
    assert unlike == {}
    assert (root / user / "interval-data" / "devices.csv").exists()
    assert seen.splitlines()[1:] == ["/interval-data"]


def test_results_cannot_be_changed(sftp: Sftp, root: Path, user: str, file: Path) -> None:
    sftp(f"put {file} interval-data/devices.csv")
    taken(root)
    taken(root)
    folder = root / user / "interval-data" / "accepted" / "devices.csv"
    before = sorted(os.listdir(folder))

    sftp(
        f"put {file} interval-data/accepted/devices.csv/{before[0]}",
        "rename interval-data/accepted/devices.csv interval-data/mine",
        "rename interval-data/accepted interval-data/mine",
        "rm interval-data/accepted/devices.csv/*",
    )

    assert sorted(os.listdir(folder)) == before
    assert "what,column" in (folder / before[0]).read_text()
    assert pwd.getpwuid(folder.stat().st_uid).pw_uid == 0
