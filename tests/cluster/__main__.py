"""`make cluster`: the portal on two hosts with one database, broker and file store, on a bad day.

`make cluster TRIALS="frozen fair"` for some of the trials: other, frozen, killed, cut, broker, fair.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from .hosts import Host, Site, site
from .trials import Trials

PARTNERS = 20
HEAD = ["what was done", "what was looked at", "expected", "found", ""]


def main(words: list[str]) -> int:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        print("make cluster makes network namespaces, which needs Linux, root and the command ip (Debian: iproute2).")
        return 1
    folder, began = Path(tempfile.mkdtemp(prefix="cluster-")), time.monotonic()
    try:
        with site(folder) as place:
            rows = _tried(_prepared(place), words)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{PARTNERS} partners, two hosts, {(time.monotonic() - began) / 60:.1f} minutes\n")
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    for row in [HEAD, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return int(any(row[-1] for row in rows))


def _prepared(place: Site) -> Trials:
    for command in ("migrate", "seed_catalogue"):  # minutes on a busy machine, for which an act does not wait
        assert place.outside.start("manage.py", command, "--verbosity", "0").wait() == 0, place.outside.said()
    place.outside.act("prepare")
    keys = place.outside.act("make_partners", str(PARTNERS))
    place.a.start_web()
    place.b.start_web()
    return Trials(place, keys)


def _tried(trials: Trials, wanted: list[str]) -> list[list[str]]:
    """A row for each finding. A trial that does not come to its end is a row, too, and the last one."""
    rows: list[list[str]] = []
    for name, trial in (trials.all()[word] for word in wanted or trials.all()):
        print(f"== {name} ==", flush=True)
        try:
            for what, expected, actual in trial():
                rows.append([name, what, str(expected), str(actual), "" if expected == actual else "DIFFERENT"])
        except Exception as error:
            rows.append([name, "comes to its end", "yes", f"{type(error).__name__}: {error}"[:300], "DIFFERENT"])
            _tell(trials.site.a, trials.site.b)
            break
    return rows


def _tell(*hosts: Host) -> None:
    for host in hosts:
        print(f"-- {host.namespace}: {host.said()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
