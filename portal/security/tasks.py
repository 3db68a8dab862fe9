"""The work of security behind pages: dropping counts whose window is over, and files that killed processes left behind;
encrypting what version 0.2.0 did not."""

from datetime import timedelta
from typing import Final

from portal.jobs.domain import Run
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register
from portal.jobs.upgrades import upgrade_step
from portal.security.limits import drop_ended
from portal.security.rotation import rotate_second_steps
from portal.storage.temporary import drop_left_behind

_LEFT_BEHIND_KEPT: Final = timedelta(days=1)


@upgrade_step("security.encrypt")
def encrypt_second_steps(run: Run) -> None:
    """Encrypt the secrets of authenticator apps and the recovery codes that version 0.2.0 stored as they are."""
    rotate_second_steps()


@periodic(hours=1)
def drop_ended_limits() -> None:
    """Drop the counts of limits whose window is over."""
    drop_ended()


@periodic(hours=1)
def drop_temporary_files() -> None:
    """Delete the temporary files of processes that were killed; the longest reading of a file takes less than a day."""
    drop_left_behind(older_than=_LEFT_BEHIND_KEPT)


register(Retention("Temporary files of killed processes", _LEFT_BEHIND_KEPT, "they were made", drop_temporary_files))
