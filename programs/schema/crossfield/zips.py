"""The state and the time zone of every zip code of the United States, in 300 kB.

The package with the data keeps 38 MB in memory in every process that uses it. So a child process is asked once, and
answers with two letters and one byte for each of the 100,000 possible codes.
"""

import functools
import logging
import re
import subprocess
import sys
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

logger = logging.getLogger(__name__)
_FIVE_DIGITS = re.compile(r"[0-9]{5}")

_LIST = """
import sys, zipcodes
states, zones, names = [b"  "] * 100_000, bytearray(100_000), [""]
for prefix in range(100):
    for entry in zipcodes.similar_to(f"{prefix:02}"):
        code, zone = int(entry["zip_code"]), entry["timezone"]
        states[code] = entry["state"].encode("ascii")[:2].ljust(2)
        if zone not in names:
            names.append(zone)
        zones[code] = names.index(zone)
sys.stdout.buffer.write(b"".join(states) + bytes(zones) + "\\n".join(names).encode("ascii"))
"""


class _Zips(NamedTuple):
    """Two letters for each zip code, in order; the number of its zone for each; the zones by number."""

    states: str
    zones: bytes
    names: tuple[str, ...]


def state_of(code: str) -> str | None:
    """The state that a zip code (five digits, perhaps four more) belongs to; "" for a code that does not exist, and for
    any other text, such as a postal code of Canada.

    None when the list could not be read: then nothing can be said.
    """
    states = _zips().states
    if not states:
        return None
    if not _FIVE_DIGITS.match(code):
        return ""
    place = 2 * int(code[:5])
    return states[place : place + 2].strip()


def zone_of(code: str) -> ZoneInfo | None:
    """The time zone that a zip code (five digits, perhaps four more) lies in; None when that is not known."""
    zips = _zips()
    if not zips.zones or not _FIVE_DIGITS.match(code):
        return None
    try:
        return ZoneInfo(zips.names[zips.zones[int(code[:5])]])
    except (ZoneInfoNotFoundError, ValueError):
        return None


@functools.lru_cache(maxsize=64)
def zones_of_state(state: str) -> tuple[ZoneInfo, ...]:
    """The time zones of a state's zip codes (two capital letters), by name; none for what is no state."""
    zips = _zips()
    if len(state) != 2:
        return ()
    codes = [code for code in range(len(zips.zones)) if zips.states[2 * code : 2 * code + 2] == state]
    return tuple(ZoneInfo(name) for name in sorted({zips.names[zips.zones[code]] for code in codes} - {""}))


@functools.lru_cache(maxsize=1)
def _zips() -> _Zips:
    """Takes half a second, once in a process. All is empty when the list could not be read."""
    try:
        answer = subprocess.run([sys.executable, "-I", "-c", _LIST], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        logger.exception("The list of zip codes could not be read; zip codes tell neither states nor time zones.")
        return _Zips("", b"", ())
    states, zones, names = answer.stdout[:200_000], answer.stdout[200_000:300_000], answer.stdout[300_000:]
    return _Zips(states.decode("ascii"), zones, tuple(names.decode("ascii").split("\n")))
