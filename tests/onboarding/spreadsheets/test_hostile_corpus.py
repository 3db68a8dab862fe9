"""Every hostile or damaged file ends with its answer, in bounded memory and time, and harms nobody after it."""

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onboarding.spreadsheets.problems import FILE_CODES

from .books import Read, reader_in
from .hostile import CORPUS, Case
from .hostile.file_types import good

Reading = Callable[..., Read]
# One case for each answer: after it, a good file is read. Every case is besides the next file of another one.
FIRST_OF_ITS_ANSWER = {case.answer: case.name for case in reversed(CORPUS)}.values()


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


class Watch:
    """The most memory that any reading child of this process was seen to hold."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._over = threading.Event()

    def watch(self) -> None:
        while not self._over.wait(0.005):
            for pid in _children():
                self.peak_mib = max(self.peak_mib, _held_mib(pid))

    def end(self) -> None:
        self._over.set()


def _children() -> set[str]:
    children: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        try:
            children.update((task / "children").read_text().split())
        except OSError:
            continue  # the thread is gone
    return children


def _held_mib(pid: str) -> float:
    """The child's high-water mark, by the kernel; 0 for other children and before it has become the reader."""
    try:
        if b"spreadsheets.child" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0.0
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def _processor_seconds() -> float:
    """Of all children that have ended: how busy the machine is besides changes nothing."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    thread = threading.Thread(target=watch.watch)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_hostile_file_gets_its_answer_and_leaves_nothing_to_the_next(case: Case, read: Reading) -> None:
    content = case.make()
    before, open_files = _processor_seconds(), len(os.listdir("/proc/self/fd"))
    others = _children()

    with watched() as watch:
        result = read(content, case.file_name, **case.limits)
    lasted = _processor_seconds() - before

    assert (result.code, result.context if result.code != case.answer else None) == (case.answer, None)
    if case.cells is not None:
        assert result.cells == case.cells
    if case.count is not None:
        assert len(result.rows) == case.count
    if not case.answer:
        assert tuple(result.notes) == case.notes
    assert watch.peak_mib < case.memory_mib
    assert lasted < case.seconds
    assert _children() - others == set()
    assert len(os.listdir("/proc/self/fd")) <= open_files  # fewer, when an earlier test left some
    if case.name in FIRST_OF_ITS_ANSWER:
        assert read(good()).cells == [["a", "b"]]


def test_corpus_is_as_large_as_it_says_and_every_answer_is_a_code() -> None:
    names = [case.name for case in CORPUS]

    assert len(set(names)) == len(names) >= 200
    assert {case.answer for case in CORPUS} <= {"", *FILE_CODES}


def test_every_way_of_refusing_a_file_stands_in_the_corpus() -> None:
    assert set(FILE_CODES) - {case.answer for case in CORPUS} == set()
