"""The words of reminders: which ones there are, what became of each, and why one was not sent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import models

MOST_PER_WINDOW: Final = 3  # reminders to a customer, however often the clock starts again
WINDOW: Final = timedelta(days=30)
LATEST: Final = timedelta(days=1)  # after it was due, a reminder is out of date
RENEWAL_AHEAD: Final = timedelta(days=30)


class Touchpoint(models.TextChoices):
    """Which email it is: one of the three after the last interaction (leap.md 3.5), or the way to a renewal."""

    FIRST = "FIRST", "First reminder"
    SECOND = "SECOND", "Second reminder"
    THIRD = "THIRD", "Third reminder"
    RENEWAL = "RENEWAL", "Renewal link"


REMINDERS: Final = (Touchpoint.FIRST, Touchpoint.SECOND, Touchpoint.THIRD)


@dataclass(frozen=True, slots=True)
class Span:
    """The delays after the last interaction that a partner chooses from, in their unit (minutes or hours)."""

    counts: tuple[int, ...]
    default: int
    unit: str

    def delay(self, count: int) -> timedelta:
        """A count of the unit as a time."""
        return timedelta(minutes=count) if self.unit == "minutes" else timedelta(hours=count)

    def text(self, count: int) -> str:
        """A count of the unit as people say it: "30 minutes", "1 day"."""
        if self.unit == "hours" and count % 24 == 0:
            return f"{count // 24} day{'s' * (count > 24)}"
        return f"{count} {self.unit}"


SPANS: Final = {
    Touchpoint.FIRST: Span((5, 10, 15, 30, 45, 60), 30, "minutes"),
    Touchpoint.SECOND: Span((6, 12, 18, 24), 24, "hours"),
    Touchpoint.THIRD: Span((36, 48, 60, 72), 72, "hours"),
}


class ReminderState(models.TextChoices):
    """What became of a reminder."""

    PLANNED = "PLANNED", "Planned"
    SENDING = "SENDING", "Being sent"
    SENT = "SENT", "Sent"
    SKIPPED = "SKIPPED", "Not sent"
    UNCLEAR = "UNCLEAR", "Unclear"

    @property
    def tone(self) -> str:
        return {"SENT": "success", "PLANNED": "info", "SENDING": "info", "UNCLEAR": "warning"}.get(
            self.value, "neutral"
        )


class SkipReason(models.TextChoices):
    """Why a reminder was not sent."""

    FINISHED = "FINISHED", "The customer finished."
    AUTHORIZED = "AUTHORIZED", "The customer authorized a utility."
    DECLINED = "DECLINED", "The customer didn’t accept the agreements."
    CAME_BACK = "CAME_BACK", "The customer came back in the meantime."
    LATER_DUE = "LATER_DUE", "A later reminder was due by then."
    OPTED_OUT = "OPTED_OUT", "The customer opted out."
    BOUNCED = "BOUNCED", "The address is unreachable."
    NO_ADDRESS = "NO_ADDRESS", "We don’t have an email address."
    LIMIT = "LIMIT", "The customer got three reminders within 30 days."
    STOPPED = "STOPPED", "You stopped reminders for this customer."
    SWITCHED_OFF = "SWITCHED_OFF", "The reminder was turned off."
    LINK_CLOSED = "LINK_CLOSED", "The link is paused or has ended."
    RENEWED = "RENEWED", "The authorization was renewed."
    REVOKED = "REVOKED", "The customer revoked the authorization."
    SANDBOX = "SANDBOX", "Sandboxes don’t email customers."
    TOO_LATE = "TOO_LATE", "It was out of date."
    REFUSED = "REFUSED", "The mail server rejected it."
