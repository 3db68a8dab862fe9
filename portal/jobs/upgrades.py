"""Work that an upgrade leaves to the new version's workers: a job that runs once in every database.

It is for what takes long, and for what pages of the version before would not understand. They are restarted before the
new version's first worker (docs/operations.md).
"""

from collections.abc import Callable
from functools import wraps

from portal.jobs.domain import Handler, Run, enqueue_all, job_handler
from portal.jobs.models import UpgradeStep

_KINDS: set[str] = set()


def upgrade_step(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a job that runs once. Repeating it does no harm, and it works in chunks."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def run_once(run: Run) -> None:
            handler(run)
            UpgradeStep.objects.get_or_create(kind=kind)

        _KINDS.add(kind)
        return job_handler(kind)(run_once)

    return register


def steps_left() -> list[str]:
    """The kinds of the steps that are not done in this database. One query."""
    return sorted(_KINDS - set(UpgradeStep.objects.values_list("kind", flat=True)))


def begin_steps() -> None:
    """Queue the steps that are left; one that waits or runs already stays as it is."""
    for kind in steps_left():
        enqueue_all(kind, [("all", None)])
