"""How long each kind of data is kept: declared beside the periodic work that deletes it."""

from dataclasses import dataclass
from datetime import timedelta

from portal.jobs.periodic import Verb


@dataclass(frozen=True, slots=True)
class Retention:
    """How long one kind of data is kept.

    what: the data, in words. period: from `since`, which says in words when it begins. verb: the periodic work that
    deletes it. setting: the environment variable that changes the period; "" when it is a constant of the room.
    """

    what: str
    period: timedelta
    since: str
    verb: Verb
    setting: str = ""

    @property
    def task(self) -> str:
        """The name of the periodic work."""
        return self.verb.__name__

    @property
    def period_text(self) -> str:
        """The period in the words of people: "30 days", "24 hours"."""
        hours = int(self.period.total_seconds()) // 3600
        return f"{hours // 24} days" if hours > 24 else f"{hours} hours"


_RETENTIONS: dict[str, Retention] = {}


def register(retention: Retention) -> None:
    """Add a kind of data. ValueError when it is there already."""
    if _RETENTIONS.setdefault(retention.what, retention) is not retention:
        raise ValueError(f"registered twice: {retention.what}")


def retentions() -> list[Retention]:
    """Every registered kind of data, by its words."""
    return sorted(_RETENTIONS.values(), key=lambda retention: retention.what.lower())
