"""The ESPI scope: one text that says which data, how fine, and how far back (FB=1_3;IntervalDuration=900;…)."""

import re
from dataclasses import dataclass, field
from typing import Final

_LONGEST = 4_000
_MOST_PARTS = 100
_MONTHS_BELOW = 1_000  # nobody keeps 83 years; nobody asks for 16 minutes
_DAYS_PER_MONTH = 31  # rather a few days too many than too few
_KNOWN: Final = {
    "fb": "function_blocks",
    "intervalduration": "interval_durations",
    "blockduration": "block_duration",
    "historylength": "history_length",
    "subscriptionfrequency": "subscription_frequency",
    "accountcollection": "account_collection",
    "br": "bulk_id",
}
_INTEGER: Final = re.compile(r"[0-9]{1,12}\Z")


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope in parts. history_length: months when below 1,000, seconds otherwise; 0: it does not say.

    others: keys that we do not know with their values, in their order. Texts are as they were written.
    """

    function_blocks: tuple[int, ...] = ()
    interval_durations: tuple[int, ...] = ()  # seconds
    block_duration: str = ""
    history_length: int = 0
    subscription_frequency: str = ""
    account_collection: str = ""
    bulk_id: str = ""
    others: tuple[tuple[str, str], ...] = field(default=())

    def __str__(self) -> str:
        return write_scope(self)


def parse_scope(text: str) -> Scope:
    """The scope that a text is. Tolerates blanks, a last `;`, empty parts, any case of keys, repeated keys (the first
    counts). What has no `=` or no number where one belongs is kept among the others. Raises ValueError for more than
    4,000 characters or 100 parts.
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(text) > _LONGEST or len(parts) > _MOST_PARTS:
        raise ValueError("the scope is too long")
    known: dict[str, str] = {}
    others = []
    for part in parts:
        key, _, value = (piece.strip() for piece in part.partition("="))
        name = _KNOWN.get(key.casefold(), "")
        if name and name not in known and _is_usable(name, value):
            known[name] = value
        else:
            others.append((key, value))
    return Scope(
        function_blocks=_numbers(known.get("function_blocks", "")),
        interval_durations=_numbers(known.get("interval_durations", "")),
        block_duration=known.get("block_duration", ""),
        history_length=int(known.get("history_length", "0")),
        subscription_frequency=known.get("subscription_frequency", ""),
        account_collection=known.get("account_collection", ""),
        bulk_id=known.get("bulk_id", ""),
        others=tuple(others),
    )


def write_scope(scope: Scope) -> str:
    """The text of a scope, in the order of the standard's examples, without a last `;`."""
    known = (
        ("FB", "_".join(map(str, scope.function_blocks))),
        ("IntervalDuration", "_".join(map(str, scope.interval_durations))),
        ("BlockDuration", scope.block_duration),
        ("HistoryLength", str(scope.history_length or "")),
        ("SubscriptionFrequency", scope.subscription_frequency),
        ("AccountCollection", scope.account_collection),
        ("BR", scope.bulk_id),
    )
    parts = [f"{key}={value}" for key, value in known if value]
    return ";".join(parts + [f"{key}={value}" if value else key for key, value in scope.others])


def history_days(scope: Scope) -> int:
    """Days of history that the scope asks for, whether it says months or seconds; 0 when it does not say."""
    length = scope.history_length
    return length * _DAYS_PER_MONTH if length < _MONTHS_BELOW else -(-length // 86_400)


def _is_usable(name: str, value: str) -> bool:
    """Whether a value is what its key is for."""
    if name in {"function_blocks", "interval_durations"}:
        return bool(value) and all(_INTEGER.match(part) for part in value.split("_") if part)
    return bool(_INTEGER.match(value)) if name == "history_length" else bool(value)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("_") if part)
