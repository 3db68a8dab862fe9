"""Memory does not grow with the file: what is remembered of a block does not hold the block."""

import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

ROOT: Final = Path(__file__).resolve().parents[4]
BLOCKS: Final = 120  # of about 3 MB; a hundred of them are read between the two measures
MOST_MB: Final = 60
READ: Final = """
import sys
from pathlib import Path
import polars as pl
from onboarding.intervals.reading.checks import check_lines
from onboarding.intervals.reading.faults import Faults
from onboarding.intervals.reading.header import read_header
from onboarding.intervals.reading.layouts import layouts_of
from onboarding.intervals.reading.meters import Meters

def used_mb():
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1]) // 1024

path, bad = Path(sys.argv[1]), sys.argv[2]
meters, faults, ids = Meters(path), Faults(), path.read_text().split()
names = "meter_id,interval_start_time_utc,interval_end_time_utc,energy_net_kwh"
header = read_header(names, "LOAD_DATA", layouts_of({}))
for number, meter in enumerate(ids):
    good = f"{meter},2026-03-02T00:00:00Z,2026-03-02T00:15:00Z,1.25"
    lines = pl.Series(["\\n".join([good] * 30_000 + [bad] * bool(bad))]).str.split("\\n").explode()
    check_lines(lines, 2, header, meters=meters, now=30_000_000, faults=faults, is_cut=False)
    if number == 20:
        before = used_mb()
print(used_mb() - before, faults.bad)
"""


@pytest.mark.parametrize("bad", ["", "x,2026-03-02T00:00:00Z,2026-03-02T00:15:00Z,1.25", "short"])
def test_a_hundred_blocks_more_need_no_more_memory(tmp_path: Path, bad: str) -> None:
    ids = tmp_path / "meters.txt"
    ids.write_text("\n".join(uuid4().hex for _ in range(BLOCKS)))

    told = subprocess.run(
        [sys.executable, "-c", READ, str(ids), bad], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    more_mb, bad_lines = map(int, told.split())
    assert bad_lines == (BLOCKS if bad else 0)
    assert more_mb < MOST_MB
