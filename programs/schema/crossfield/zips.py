"""The state of every zip code of the United States, in 200 kB.

The package with the data keeps 38 MB in memory in every process that uses it. So a child process is asked once, and
answers with two letters for each of the 100,000 possible codes.
"""

import functools
import logging
import subprocess
import sys

logger = logging.getLogger(__name__)

_LIST = """
import sys, zipcodes
states = [b"  "] * 100_000
for prefix in range(100):
    for one in zipcodes.similar_to(f"{prefix:02}"):
        states[int(one["zip_code"])] = one["state"].encode("ascii")[:2].ljust(2)
sys.stdout.buffer.write(b"".join(states))
"""


def state_of(code: str) -> str | None:
    """The state that a zip code (five digits, perhaps four more) belongs to; "" for a code that does not exist.

    None when the list could not be read: then nothing can be said.
    """
    states = _states()
    if not states:
        return None
    place = 2 * int(code[:5])
    return states[place : place + 2].strip()


@functools.lru_cache(maxsize=1)
def _states() -> str:
    """Two letters for each zip code, in order. Takes half a second, once in a process."""
    try:
        answer = subprocess.run([sys.executable, "-I", "-c", _LIST], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        logger.exception("The list of zip codes could not be read; zip codes are not compared with states.")
        return ""
    return answer.stdout.decode("ascii")
