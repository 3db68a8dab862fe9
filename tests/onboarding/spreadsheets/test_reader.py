"""The child process: fenced in, killed when it should be, and never trusted."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from onboarding.spreadsheets import frames, problems
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.reader import read_book

from .books import Read, parts, reader_in, row, sheet, strings, zipped
from .hostile.zips import sheet_that_takes_long

Reading = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    return reader_in(tmp_path)


def children() -> list[str]:
    """Command lines of the living (and unburied) children of this process."""
    listing = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False
    )
    return [line for line in listing.stdout.splitlines() if "spreadsheets.child" in line]


def many_rows(path: Path, count: int) -> Path:
    path.write_bytes(b"name,zip\n" + b"anna,00501\n" * count)
    return path


def test_rows_come_in_chunks_while_the_child_still_reads(tmp_path: Path) -> None:
    path = many_rows(tmp_path / "a.csv", 50_000)

    with read_book(path, file_name="a.csv", limits=Limits()) as book:
        chunks = book.rows()
        first = next(chunks)
        running = children()
        rest = sum(len(chunk) for chunk in chunks)

    assert (len(first), rest, len(running)) == (500, 49_500, 1)
    assert children() == []


def test_child_ends_with_the_context_when_the_consumer_leaves_early(tmp_path: Path) -> None:
    path = many_rows(tmp_path / "a.csv", 50_000)

    with read_book(path, file_name="a.csv", limits=Limits()) as book:
        next(book.rows())

    assert children() == []


def test_memory_beyond_the_limit_is_a_coded_refusal(read: Reading) -> None:
    many = "".join(f"<si><t>{number:040}</t></si>" for number in range(300_000))
    content = zipped({**parts(sheet(row(1, "name"), row(2, "a"))), "xl/sharedStrings.xml": strings(many)})

    result = read(content, memory_bytes=50 << 20)

    assert (result.code, result.context["reason"]) == (problems.FILE_READER_DIED, "memory")


def test_processor_time_beyond_the_limit_is_a_coded_refusal(tmp_path: Path, read: Reading) -> None:
    rows = "".join(f'<row r="{number}"><c r="A{number}" cm="1"><v>1</v></c></row>' for number in range(1, 400_000))

    result = read(zipped(parts(sheet(rows))), cpu_seconds=1, max_rows=1_000_000)

    assert (result.code, result.context) == (problems.FILE_READER_DIED, {"reason": "cpu"})


def test_silent_child_is_ended_by_the_clock(tmp_path: Path) -> None:
    path = many_rows(tmp_path / "a.csv", 10)
    began = time.monotonic()

    with pytest.raises(Unreadable) as refusal, read_book(path, file_name="a.csv", limits=Limits(wall_seconds=0.001)):
        pass

    assert (refusal.value.code, refusal.value.context) == (problems.FILE_READER_DIED, {"reason": "wall"})
    assert time.monotonic() - began < 5
    assert children() == []


def test_slow_consumer_is_not_held_against_the_child(tmp_path: Path) -> None:
    path = many_rows(tmp_path / "a.csv", 2_000)

    with read_book(path, file_name="a.csv", limits=Limits(wall_seconds=5)) as book:
        book._child._seconds_left = 2
        count = 0
        for chunk in book.rows():
            count += len(chunk)
            time.sleep(0.6)

    assert count == 2_000


def test_killed_child_is_a_coded_refusal(tmp_path: Path) -> None:
    path = many_rows(tmp_path / "a.csv", 90_000)

    with read_book(path, file_name="a.csv", limits=Limits()) as book:
        chunks = book.rows()
        next(chunks)
        book._child._process.kill()
        with pytest.raises(Unreadable) as refusal:
            list(chunks)

    assert refusal.value.code == problems.FILE_READER_DIED


def test_child_sees_none_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    path = many_rows(tmp_path / "a.csv", 90_000)

    with read_book(path, file_name="a.csv", limits=Limits()) as book:
        environment = Path(f"/proc/{book._child._process.pid}/environ").read_text()

    assert "hush" not in environment
    assert "PYTHONPATH" in environment


def test_child_cannot_open_files() -> None:
    script = (
        "from onboarding.spreadsheets.child import fence; from onboarding.spreadsheets.limits import Limits\n"
        "fence(Limits())\n"
        "try:\n    open('/etc/hostname')\nexcept OSError as error:\n    print(error.errno)\n"
    )

    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, close_fds=True)

    assert child.stdout == "24\n"  # too many open files


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"x",
        b"{}",
        b"[]",
        b'["refused","NO_SUCH_CODE",{}]',
        b'["refused","FILE_EMPTY"]',
    ],
)
def test_frame_that_does_not_fit_is_refused(line: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        frames.decode(line)

    assert (refusal.value.code, refusal.value.context["reason"]) == (problems.FILE_READER_DIED, "protocol")


@pytest.mark.parametrize(
    "rows",
    [
        "x",
        [["1", ["a"], []]],
        [[1, "a", []]],
        [[1, [["a"]], []]],
        [[1, [{}], []]],
        [[1, ["a"], [[5, "d", "2026-01-31"]]]],
        [[1, ["a"], [[0, "d", "31/02/2026"]]]],
        [[1, ["a"], [[0, "x", "NO_SUCH_CODE", ""]]]],
        [[1, ["a"], [[0, "z", ""]]]],
        [[1, ["a", "b"], []]],
    ],
)
def test_row_that_does_not_fit_is_refused(rows: object) -> None:
    with pytest.raises(Unreadable) as refusal:
        frames.decode_rows([rows], width=1)

    assert refusal.value.code == problems.FILE_READER_DIED


def test_wide_rows_are_cut_into_frames_of_bounded_size() -> None:
    gathered = frames.RowFrames()

    made = [gathered.add((number, ["x" * 30_000] * 200, [])) for number in range(1, 4)]

    assert all(frame is not None and len(frame) < frames.LONGEST_FRAME_BYTES for frame in made)
    assert gathered.flush() is None


def test_every_code_is_listed_once() -> None:
    for codes in (problems.FILE_CODES, problems.CELL_CODES, problems.ROW_CODES, problems.NOTE_CODES):
        assert len(set(codes)) == len(codes)
    named = {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}
    assert named == {*problems.FILE_CODES, *problems.CELL_CODES, *problems.ROW_CODES, *problems.NOTE_CODES}


def test_random_damage_to_a_workbook_is_rows_or_a_coded_refusal() -> None:
    import random

    from onboarding.spreadsheets.child import read_frames

    chance = random.Random(7)
    cells = '<c r="A3" t="s"><v>0</v></c><c r="B3" s="1"><f>1</f><v>2</v></c>'
    xml = sheet(row(1, "name", "zip"), row(2, "a", "b"), f'<row r="3">{cells}</row>').encode()
    codes = set()
    for _ in range(400):
        damaged = bytearray(xml)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randint(0, 3)] = bytes(
                chance.choices(b'<>/"&=;rcv01A \x00\xff', k=chance.randint(0, 3))
            )
        content = zipped(parts(bytes(damaged), more={"xl/sharedStrings.xml": strings("<si><t>x</t></si>")}))
        try:
            list(read_frames(io.BytesIO(content), file_name="a.xlsx", limits=Limits(), sheet=None))
        except Unreadable as refusal:
            codes.add(refusal.code)

    assert codes <= set(problems.FILE_CODES)
    assert problems.FILE_BROKEN in codes


def test_whoever_waits_for_a_silent_child_is_called_and_may_end_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_that_takes_long(100 << 20))
    calls: list[float] = []

    def wait() -> None:
        calls.append(time.monotonic())
        if len(calls) == 2:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"), read_book(path, file_name="a.xlsx", on_wait=wait):
        pass

    assert calls[1] - calls[0] > 0.5
    assert children() == []
