"""The drop folder: files that partners put there by SFTP become uploads, once each, and come back with their results.

A partner sees DIR/<account ID>/interval-data/. What it puts there is taken by renaming it to
DIR/.taken/<account ID>/<ID>/<its name>, and that ID becomes the upload's: so whatever stops the work, the next round
knows whether the upload was made. When its job has ended, feedback and errors are written to accepted/<name>/ or
failed/<name>/ as published, and at last the file itself is renamed to there.

Everything in a partner's folder is hostile: no link is followed, no special file opened, and every step is relative to
a folder that is held open, so that nobody can put another one in its place meanwhile.
"""

import errno
import fcntl
import io
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from onboarding.intervals.columns import layouts
from onboarding.intervals.folders import made_folder, open_folder, put_file, result_folder, write_file
from onboarding.intervals.models import PUBLISHED_FOLDER, DataType, IntervalUpload, IntervalUploadState, Way
from onboarding.intervals.queries import uploads_of
from onboarding.intervals.receive import published_name, receive_interval_file
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem, Refused, shown
from portal.storage import files
from portal.storage.ids import as_uuid, uuid7

TAKEN: Final = ".taken"
INBOX: Final = PUBLISHED_FOLDER.strip("/")
ACCEPTED, FAILED = "accepted", "failed"
LOCK: Final = ".lock"
# How programs call what they have not sent to its end; they rename it then.
UNFINISHED: Final = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".upload")
_AT_ONCE: Final = 20  # files of one partner, so that the others' do not wait
_MOST_TOLD: Final = 1_000
_EMPTY_WAITS: Final = 10  # times as long: many programs make an empty file first
_OURS: Final = {"FILE_NOT_STORED"}  # refusals that are no fault of the file: it is tried again
_ACTOR: Final = Actor.system("SFTP")
_PIECE: Final = 1024 * 1024
_HEADER: Final = 4096  # bytes of a file in which its first line is looked for
_WORKING: Final = [IntervalUploadState.QUEUED, IntervalUploadState.PROCESSING]
_LONGEST_NAME: Final = 240
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class WatchedAlready(Exception):
    """Another process watches this folder."""


class StillWritten(Exception):
    """Somebody wrote into the file while it was read: it is read again."""


@dataclass(frozen=True, slots=True)
class Account:
    """A partner's folder: its name, whose it is, and the open folders that files go through."""

    name: str
    partner: Partner
    inbox: int
    taken: int


@contextmanager
def watched(root: Path) -> Iterator[None]:
    """Hold the folder for this process. Raises WatchedAlready, and OSError when it cannot be prepared."""
    taken = root / TAKEN
    taken.mkdir(mode=0o700, exist_ok=True)
    with (taken / LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WatchedAlready from None
        yield


class DropFolder:
    """A folder with one folder for each partner. quiet_seconds: for how many seconds a file must have been left alone.

    say: told what an operator should know, each text once.
    """

    def __init__(self, root: Path, *, quiet_seconds: float, say: Callable[[str], object]) -> None:
        self._root, self._quiet_seconds = root, quiet_seconds
        self._tell, self._told = say, set[str]()
        self._not_before: dict[str, float] = {}  # when to read again what was written meanwhile, by claim

    def go_round(self) -> int:
        """Bring back what has ended, and take what is complete; returns how many files that were. One at a time."""
        moved = 0
        with open_folder(str(self._root)) as root, open_folder(TAKEN, root) as taken:
            for name in sorted(os.listdir(root)):
                try:
                    with self._account(name, root, taken) as account:
                        moved += self._go_through(account) if account else 0
                except OSError as error:
                    self._say(f"{shown(name)}: {error.strerror}")
        return moved

    def _say(self, text: str) -> None:
        if len(self._told) > _MOST_TOLD:
            self._told.clear()
        if text not in self._told:
            self._told.add(text)
            self._tell(text)

    @contextmanager
    def _account(self, name: str, root: int, taken: int) -> Iterator[Account | None]:
        """The partner's folder, None where there is nothing to do."""
        if name.startswith(".") or not stat.S_ISDIR(os.stat(name, dir_fd=root, follow_symlinks=False).st_mode):
            yield None
            return
        partner = partner_named(name)
        if partner is None:
            self._say(f"{shown(name)} is the account ID of no active partner. It is left alone.")
            yield None
            return
        with ExitStack() as opened:
            outer = opened.enter_context(open_folder(name, root))
            try:
                inbox = opened.enter_context(open_folder(INBOX, outer))
            except FileNotFoundError:
                self._say(f"{name} has no folder {INBOX}. Make it as docs/sftp.md says.")
                yield None
                return
            own = opened.enter_context(made_folder(name, taken, mode=0o700))
            yield Account(name, partner, inbox, own)

    def _go_through(self, account: Account) -> int:
        for verdict in (ACCEPTED, FAILED):
            with result_folder(verdict, account.inbox, like=account.inbox):
                pass  # there before the partner could put anything else in its place
        return self._bring_back_all(account) + self._take_some(account)

    def _bring_back_all(self, account: Account) -> int:
        """Go on with all that was taken and no job works on."""
        keys = {key: pk for key in os.listdir(account.taken) if (pk := as_uuid(key))}
        working = uploads_of(account.partner).filter(pk__in=keys.values(), state__in=_WORKING)
        waiting = {str(pk) for pk in working.values_list("pk", flat=True)}
        return sum(self._go_on(key, pk, account) for key, pk in sorted(keys.items()) if key not in waiting)

    def _take_some(self, account: Account) -> int:
        names = (name for name in sorted(os.listdir(account.inbox)) if self._is_complete(name, account))
        return sum(self._take(name, account) for name in islice(names, _AT_ONCE))

    # --- taking

    def _take(self, name: str, account: Account) -> bool:
        """Take a file, and make it an upload; whether it was still there."""
        pk = uuid7()
        with made_folder(str(pk), account.taken, mode=0o700) as claim:
            try:
                os.rename(name, name, src_dir_fd=account.inbox, dst_dir_fd=claim)
            except OSError as error:
                os.rmdir(str(pk), dir_fd=account.taken)
                if error.errno != errno.ENOENT:  # the partner renamed it just now
                    self._say(f"{account.name}: {shown(name)} cannot be taken: {error.strerror}")
                return False
        self._go_on(str(pk), pk, account)
        return True

    def _is_complete(self, name: str, account: Account) -> bool:
        if name in {ACCEPTED, FAILED} or name.startswith(".") or name.lower().endswith(UNFINISHED):
            return False
        try:
            facts = os.stat(name, dir_fd=account.inbox, follow_symlinks=False)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(facts.st_mode):
            self._say(f"{account.name}: {shown(name)} is no file. It is left alone.")
            return False
        # The time of change, which nobody can set, unlike the time of modification that some programs keep.
        wait = self._quiet_seconds if facts.st_size else self._quiet_seconds * _EMPTY_WAITS
        if time.time() - facts.st_ctime < wait:
            return False
        try:
            return not _is_written(name, account.inbox)
        except PermissionError:
            self._say(f"{account.name}: {shown(name)} cannot be read. Let the portal's user read it.")
            return False

    def _go_on(self, key: str, pk: UUID, account: Account) -> bool:
        """Go on with a file that was taken, from wherever it is; whether it is back in the partner's folder."""
        if self._not_before.get(key, 0) > time.monotonic():
            return False
        try:
            with open_folder(key, account.taken) as claim:
                if not self._is_through(pk, claim, account):
                    return False
            os.rmdir(key, dir_fd=account.taken)
        except StillWritten:
            self._not_before[key] = time.monotonic() + self._quiet_seconds
            return False
        except OSError as error:
            self._say(f"{account.name}: {key}: {error.strerror}")
            return False
        self._not_before.pop(key, None)
        return True

    def _is_through(self, pk: UUID, claim: int, account: Account) -> bool:
        """Whether nothing is left in the claim, now that the next step is done. Raises StillWritten, OSError."""
        name = next(iter(os.listdir(claim)), "")
        upload = uploads_of(account.partner).filter(pk=pk).first()
        if upload is None and name:
            try:
                upload = _received(name, claim, pk, account.partner)
            except Refused as refusal:
                if not self._is_fault_of_file(refusal.problems[0], account):
                    return False
                _bring_back_refused(name, claim, pk, account, refusal.problems)
        if upload is not None:
            if upload.status.moving:
                return False
            _bring_back(upload, name, claim, account)
        return True

    def _is_fault_of_file(self, problem: Problem, account: Account) -> bool:
        if problem.code in _OURS:
            self._say(f"{account.name}: {problem.text} The file waits.")
        return problem.code not in _OURS


def _received(name: str, claim: int, pk: UUID, partner: Partner) -> IntervalUpload:
    """The upload that the file becomes. Raises Refused, StillWritten."""
    with _opened(name, claim) as file:
        upload, _ = receive_interval_file(
            _content(file),
            file_name=os.fsencode(name).decode(errors="replace"),
            partner=partner,
            data_type=_data_type_of(file),
            way=Way.FOLDER,
            by=_ACTOR,
            pk=pk,
        )
    return upload


def partner_named(name: str) -> Partner | None:
    """The active partner with this account ID, with or without dashes: the name of a user has no room for them."""
    pk = as_uuid(name)
    if pk is None or name not in {str(pk), pk.hex}:
        return None
    return Partner.objects.filter(pk=pk, is_active=True).first()


def _data_type_of(file: BinaryIO) -> DataType:
    """Which type of data the first line names, load where it names none: SFTP has no other place to say it."""
    begin = os.pread(file.fileno(), _HEADER, 0)
    if begin.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            begin = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(begin, _HEADER)
    header = begin.partition(b"\n")[0].lower()
    kinds = (DataType(kind) for kind, layout in layouts().items() if layout.value.encode() in header)
    return next(kinds, DataType.LOAD)


def _is_written(name: str, within: int) -> bool:
    """Whether somebody has the file open for writing, where the system tells us."""
    number = os.open(name, _FILE, dir_fd=within)
    try:
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN  # others: the file is another user's, or its disk has no leases
    finally:
        os.close(number)
    return False


def _opened(name: str, within: int) -> BinaryIO:
    """The file. Raises Refused for what is none after all: a link, a pipe, a folder."""
    try:
        number = os.open(name, _FILE, dir_fd=within)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise _no_file(name) from None
        raise
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _no_file(name)
    return open(number, "rb", buffering=0)


def _no_file(name: str) -> Refused:
    return Refused(Problem("INTERVAL_FILE_TYPE", "file", shown(name), {"name": shown(name)}))


def _content(file: BinaryIO) -> Iterator[bytes]:
    """The content. Raises StillWritten at its end when it is not the content from before."""
    before, size = _state(file), 0
    while piece := file.read(_PIECE):
        size += len(piece)
        yield piece
    if _state(file) != before or size != before[0]:
        raise StillWritten


def _state(file: BinaryIO) -> tuple[int, int, int]:
    facts = os.fstat(file.fileno())
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


# --- bringing back


def _bring_back(upload: IntervalUpload, name: str, claim: int, account: Account) -> None:
    """Put the results and the file where the API says that they are. Doing it again does no harm."""
    results = {
        upload.feedback_path: upload.feedback_name,
        upload.errors_path: upload.errors_name,
        f"{upload.pk}.lines-to-fix.csv": upload.bad_lines_name,
    }
    verdict = upload.current_path.split("/")[-3]
    with _results(verdict, upload.published_name, account) as folder:
        for path, stored in results.items():
            if stored and path:
                with suppress(FileNotFoundError), files.open_file(stored) as content:
                    write_file(path.rpartition("/")[2], folder, content, like=account.inbox)
        put_file(name, claim, upload.published_name, folder)


def _bring_back_refused(name: str, claim: int, pk: UUID, account: Account, problems: tuple[Problem, ...]) -> None:
    """Put back a file that did not become an upload, with the reason."""
    plain = published_name(name)[:_LONGEST_NAME]
    with _results(FAILED, plain, account) as folder:
        lines = ["line,column,code,message", *(f'1,,{one.code},"{_quoted(one)}"' for one in problems)]
        with io.BytesIO("\n".join([*lines, ""]).encode()) as content:
            write_file(f"{pk}.errors.csv", folder, content, like=account.inbox)
        put_file(name, claim, plain, folder)


def _quoted(problem: Problem) -> str:
    return f"{problem.text} {problem.remedy}".replace('"', '""')


@contextmanager
def _results(verdict: str, name: str, account: Account) -> Iterator[int]:
    with (
        result_folder(verdict, account.inbox, like=account.inbox) as outer,
        result_folder(name, outer, like=account.inbox) as folder,
    ):
        yield folder
