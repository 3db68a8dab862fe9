"""The kinds of email that somebody may switch off; the rooms that write them register them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """One kind. label: its name on the page of emails. meaning: when it comes, in one sentence."""

    code: str
    label: str
    meaning: str


_KINDS: dict[str, NotificationKind] = {}


def register(*kinds: NotificationKind) -> None:
    """Add kinds; registering one again with other texts is a programming error."""
    for kind in kinds:
        if _KINDS.setdefault(kind.code, kind) != kind:
            raise ValueError(f"kind of notification registered twice: {kind.code}")


def notification_kind(code: str) -> NotificationKind:
    """The registered kind; KeyError for a code that nobody registered."""
    return _KINDS[code]


def notification_kinds() -> list[NotificationKind]:
    """Every kind, in the order of their labels."""
    return sorted(_KINDS.values(), key=lambda kind: kind.label)
