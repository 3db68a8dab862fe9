"""Two thousand damaged files: each is read or refused by name, soon, and nothing else ever comes out.

MUTATION_SEED repeats a run; MUTATIONS makes a longer one.
"""

import io
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import FrameType

import pytest

from onboarding.spreadsheets import frames
from onboarding.spreadsheets.cells import Row
from onboarding.spreadsheets.child import read_frames
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import FILE_CODES, Unreadable

from .books import reader_in, rows_here
from .mutations import both_ways, good_text, good_workbook, texts, workbooks

pytestmark = pytest.mark.timeout(300)
MUTATIONS = int(os.environ.get("MUTATIONS", "1000"))  # of each kind
SECONDS = 5.0  # of processor time, for any one of them
LIMITS = Limits(max_unpacked_bytes=64 << 20)
MAKERS: dict[str, tuple[Callable[[random.Random], Iterator[bytes]], str]] = {
    "workbook": (workbooks, "a.xlsx"),
    "text": (texts, "a.csv"),
}


class TooSlow(BaseException):
    """Out of the reader's reach: it catches exceptions broadly."""


def _too_slow(_: int, frame: FrameType | None) -> None:
    raise TooSlow(frame)


@pytest.fixture
def seed() -> int:
    number = int(os.environ.get("MUTATION_SEED") or random.randrange(10**9))
    print("MUTATION_SEED", number)
    return number


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, _too_slow)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def answer(content: bytes, file_name: str) -> str:
    """The code that refuses the file, "" if it is read; whatever else the reader raises comes out of here."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    width = 0
    try:
        for line in read_frames(io.BytesIO(content), file_name=file_name, limits=LIMITS, sheet=None):
            word, rest = frames.decode(line)
            if word == "facts":
                frames.decode_facts(rest[0])
                width = len(rest[1])
            elif word == "rows":
                frames.decode_rows(rest, width=width)
            else:
                frames.decode_notes(rest[0])
    except Unreadable as refusal:
        return refusal.code
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


@pytest.mark.parametrize("kind", list(MAKERS))
def test_damaged_file_is_rows_or_a_coded_refusal(kind: str, seed: int) -> None:
    make, file_name = MAKERS[kind]
    answers: Counter[str] = Counter()

    for number, content in enumerate(islice(make(random.Random(seed)), MUTATIONS)):
        try:
            answers[answer(content, file_name)] += 1
        except BaseException as error:
            raise AssertionError(f"{kind} {number} of seed {seed} ended in {error!r}") from error

    print(dict(answers))
    assert set(answers) <= {"", *FILE_CODES}
    assert "FILE_READER_DIED" not in answers, "a frame did not fit"
    assert answers[""] > MUTATIONS // 20, "too few came through to say anything about reading"
    assert answers["FILE_BROKEN" if kind == "workbook" else "FILE_UNREADABLE_TEXT"] > MUTATIONS // 50


@pytest.mark.parametrize("kind", list(MAKERS))
def test_damaged_file_in_a_child_of_its_own_is_rows_or_a_coded_refusal(kind: str, seed: int, tmp_path: Path) -> None:
    make, file_name = MAKERS[kind]
    read = reader_in(tmp_path)

    for number, content in enumerate(islice(make(random.Random(seed)), 30)):
        result = read(content, file_name)

        assert result.code in {"", *FILE_CODES}, f"{kind} {number} of seed {seed}"
        assert (result.code, result.context.get("reason")) != ("FILE_READER_DIED", "abort"), (
            f"{kind} {number} of {seed}"
        )
        assert result.code == answer(content, file_name), f"{kind} {number} of seed {seed}"


def rows_or_code(content: bytes) -> list[Row] | str:
    try:
        return rows_here(content)
    except Unreadable as refusal:
        return refusal.code


def test_patterns_and_expat_read_damaged_sheets_alike(seed: int) -> None:
    answers: Counter[str] = Counter()

    for number, (plain, odd) in enumerate(islice(both_ways(random.Random(seed)), MUTATIONS // 2)):
        by_patterns = rows_or_code(plain)

        assert by_patterns == rows_or_code(odd), f"workbook {number} of seed {seed}"
        answers[by_patterns if isinstance(by_patterns, str) else ""] += 1

    print(dict(answers))
    assert answers[""] > MUTATIONS // 40


def test_files_are_good_before_they_are_damaged() -> None:
    assert (answer(good_workbook(), "a.xlsx"), answer(good_text(), "a.csv")) == ("", "")
