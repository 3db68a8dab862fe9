"""The chunks of a large file checked in several processes at once, with the results of one.

The process that has the job reads the file and hands out its chunks; the others validate and stage them, each with a
connection of its own. What depends on the chunks before is asked of the first process, which answers in the order of
the chunks: which earlier row has a name, and when it is a chunk's turn to be counted and committed.
"""

import gc
import os
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Protocol, cast

from django.conf import settings
from django.db import connection, connections

from onboarding.uploads.pipeline.first_rows import FirstRows
from onboarding.uploads.pipeline.source import Packed
from portal.jobs.domain import Run, YieldToOthers

KINDS: Final = ("references", "letters", "serials")  # of names, in the order in which each chunk asks for their rows
_CHUNKS_A_COLLECTION: Final = 10
_SILENT_SECONDS: Final = 300  # far longer than a chunk takes
_END_SECONDS: Final = 5

Chunk = list[Packed]


class Check(Protocol):
    """Validates a chunk, asks `firsts` of each kind for earlier rows, writes the rows, and calls `turn` before it
    counts and commits them."""

    def __call__(self, chunk: Chunk, *, firsts: Mapping[str, FirstRows], turn: Callable[[], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of a chunk with the first of its rows each; the answer is which of them have earlier rows."""

    kind: str
    first: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Written:
    """A chunk's rows are written but not committed; the answer is how far the job is."""


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far the job is; sent back once the chunk is committed."""

    checkpoint: dict[str, Any]
    done: int


@dataclass(frozen=True, slots=True)
class _Failure:
    error: BaseException
    cause: BaseException | None


def processes() -> int:
    """In how many processes large files are checked; 1 when it is this one alone.

    In a transaction no other would see its rows, and SQLite has one writer.
    """
    can_share = connection.vendor == "postgresql" and not connection.in_atomic_block
    return settings.CHECK_PROCESSES if can_share else 1


class ChunksInProcesses:
    """Checks the chunks of one upload, once. firsts: what knows the staged rows of names, by kind."""

    def __init__(self, run: Run, check: Check, firsts: Mapping[str, FirstRows]) -> None:
        self._run, self._check, self._firsts = run, check, firsts
        self._chunk_of: dict[Connection, int] = {}  # what each process has
        self._asked: dict[tuple[str, int], tuple[Connection, Mapping[str, int]]] = {}
        self._answered = dict.fromkeys(KINDS, 0)  # for how many chunks
        self._unstaged: dict[str, dict[int, dict[str, int]]] = {kind: {} for kind in KINDS}  # first rows, by chunk
        self._written: dict[int, Connection] = {}
        self._staged = 0  # how many chunks
        self._heard = time.monotonic()

    def check_all(self, chunks: Iterator[Chunk | None], *, processes: int) -> None:
        """Check all chunks; an iterator that yields None has none yet. Leaves no process behind.

        Raises what a process raised, and YieldToOthers when it is another partner's turn.
        """
        handed, is_over, yields = 0, False, False
        waiting: deque[Chunk] = deque()
        with _started(processes, self._work) as pipes:
            idle = deque(pipes)
            while not is_over or waiting or self._staged < handed:
                reads = not is_over and not yields and len(waiting) < processes
                idle += self._listen(pipes, seconds=0 if reads else 1)
                if reads and (chunk := next(chunks, [])) is not None:
                    waiting += [chunk] if chunk else []
                    is_over = not chunk
                while idle and waiting and not yields:
                    pipe = idle.popleft()
                    self._chunk_of[pipe] = handed
                    pipe.send(waiting.popleft())
                    handed += 1
                self._run.beat_now_and_then()
                yields = yields or self._run.owes_others()
                if yields and self._staged == handed:
                    raise YieldToOthers

    def _listen(self, pipes: Sequence[Connection], *, seconds: float) -> list[Connection]:
        """Take what the processes say, and answer. Returns those that have staged their chunks."""
        speaking = [cast(Connection, ready) for ready in wait(pipes, seconds)]
        if speaking:
            self._heard = time.monotonic()
        elif self._chunk_of and time.monotonic() - self._heard > _SILENT_SECONDS:
            raise RuntimeError("no process of the check says anything")
        free = [pipe for pipe in speaking if self._has_staged(pipe)]
        self._answer()
        return free

    def _has_staged(self, pipe: Connection) -> bool:
        """Take what a process says; whether it is that its chunk is staged."""
        try:
            said = pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise RuntimeError("a process of the check has died") from error
        chunk = self._chunk_of[pipe]
        match said:
            case _Names():
                self._asked[said.kind, chunk] = pipe, said.first
            case _Written():
                self._written[chunk] = pipe
            case _Progress():
                self._run.job.checkpoint, self._run.job.done = said.checkpoint, said.done
                del self._chunk_of[pipe]
                self._staged += 1
                for unstaged in self._unstaged.values():  # from now on its rows are found in the database
                    del unstaged[chunk]
                return True
            case _Failure():
                raise said.error from said.cause
        return False

    def _answer(self) -> None:
        """Answer what can be answered by now, in the order of the chunks."""
        for kind in KINDS:
            while asked := self._asked.pop((kind, self._answered[kind]), None):
                pipe, names = asked
                pipe.send(self._earlier(kind, names))
                self._answered[kind] += 1
        if self._staged in self._written:
            progress = _Progress(self._run.job.checkpoint, self._run.job.done)
            self._written.pop(self._staged).send(progress)

    def _earlier(self, kind: str, names: Mapping[str, int]) -> dict[str, int]:
        """Which of a chunk's names have earlier rows: those that are staged, and those on their way."""
        earlier = self._firsts[kind].before(names)
        unstaged = self._unstaged[kind]
        for firsts in unstaged.values():
            for name in firsts.keys() & names.keys():
                earlier.setdefault(name, firsts[name])
        unstaged[self._answered[kind]] = {**names, **earlier}
        return earlier

    def _work(self, pipe: Connection) -> None:
        """What each process does, until the pipe is closed."""

        def turn() -> None:
            pipe.send(_Written())
            progress = pipe.recv()
            self._run.job.checkpoint, self._run.job.done = progress.checkpoint, progress.done

        firsts = {kind: _Asked(kind, pipe) for kind in KINDS}
        checked = 0
        while True:
            try:
                self._check(pipe.recv(), firsts=firsts, turn=turn)
                pipe.send(_Progress(self._run.job.checkpoint, self._run.job.done))
            except (EOFError, ConnectionError):
                return  # nobody is there any more: what is not committed is undone
            except BaseException as error:
                _send_failure(pipe, error)
                return
            checked += 1
            if checked % _CHUNKS_A_COLLECTION == 0:
                gc.collect()


class _Asked(FirstRows):
    """First rows that another process knows."""

    def __init__(self, kind: str, pipe: Connection) -> None:
        super().__init__()
        self._kind, self._pipe = kind, pipe

    def before(self, names: Collection[str]) -> dict[str, int]:
        self._pipe.send(_Names(self._kind, cast(Mapping[str, int], names)))
        return cast(dict[str, int], self._pipe.recv())


def _send_failure(pipe: Connection, error: BaseException) -> None:
    cause = error.__cause__
    try:
        pickle.loads(pickle.dumps((error, cause)))  # noqa: S301  our own, to see whether it can be sent
    except Exception:
        error, cause = RuntimeError(f"{type(error).__name__}: {error}"), None
    with suppress(ConnectionError):
        pipe.send(_Failure(error, cause))


@contextmanager
def _started(number: int, work: Callable[[Connection], None]) -> Iterator[list[Connection]]:
    """So many processes that do `work`, each at the other end of a pipe. None is left when the context ends."""
    connections.close_all()  # each process opens its own
    pipes: list[Connection] = []
    started: list[int] = []
    try:
        for _ in range(number):
            ours, theirs = Pipe()
            pipes.append(ours)
            started.append(_forked(work, theirs, pipes))
            theirs.close()
        yield pipes
    except BaseException:
        for process in started:
            os.kill(process, signal.SIGKILL)
        raise
    finally:
        for pipe in pipes:
            pipe.close()
        for process in started:
            _wait_for(process)


def _forked(work: Callable[[Connection], None], pipe: Connection, of_the_first: Sequence[Connection]) -> int:
    """Start a process; returns its id. (Celery lets its workers start none by multiprocessing.)

    The process that has the job says when this one ends: by closing the pipe, or by its own end.
    """
    if process := os.fork():
        return process
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for other in of_the_first:
            other.close()
        work(pipe)
        connections.close_all()
    finally:
        os._exit(0)


def _wait_for(process: int) -> None:
    """Wait for the end of a process, which has nothing left to do; of one that does not end, make one."""
    for _ in range(_END_SECONDS * 100):
        if os.waitpid(process, os.WNOHANG)[0]:
            return
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
