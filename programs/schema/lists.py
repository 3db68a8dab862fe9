"""Several values in one cell: "BATTERY_STORAGE; HVAC" under load_types or load_types.0 becomes one value a slot."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Flat = Mapping[str, Any]
_SPLITS = re.compile(r"[;,|/&+]| and ")


def spread(
    cells: Flat, lists: Mapping[str, Sequence[str]], accepts: Callable[[str, object], bool]
) -> tuple[Flat, Mapping[str, str]]:
    """The cells with every list's values in slots of their own, and for each slot the key that it was typed under.

    `lists` maps a list's first slot to all of its slots. Values are split at ; and , and where a value is not accepted
    as it is, at | / & + and "and" too. Without a cell to split, the cells come back as they are.
    """
    typed_under: dict[str, str] = {}
    for first, slots in lists.items():
        cell, name = cells.get(first), first[:-2]
        if name in cells or (cell.__class__ is str and _SPLITS.search(cell)):
            parts = _parts(cells, name, slots, accepts)
            others = {key: other for key, other in cells.items() if key != name and key not in slots}
            cells = others | {slot: part for slot, (_, part) in zip(slots, parts, strict=False)}
            typed_under |= {slot: key for slot, (key, _) in zip(slots, parts, strict=False)}
    return cells, typed_under


def _parts(
    cells: Flat, name: str, slots: Sequence[str], accepts: Callable[[str, object], bool]
) -> list[tuple[str, object]]:
    """Each value with its key. What does not fit stays together in the last slot, so that nothing is lost unseen."""
    parts: list[tuple[str, object]] = []
    for key in (name, *slots):
        cell = cells.get(key)
        if cell.__class__ is str and key in {name, slots[0]}:
            for word in filter(None, (word.strip() for word in cell.replace(",", ";").split(";"))):
                inner = [word] if accepts(slots[0], word) else [part.strip() for part in _SPLITS.split(word)]
                parts += [(slots[0], part) for part in inner if part]
        elif cell is not None and cell != "":
            parts.append((key if key != name else slots[0], cell))
    if len(parts) > len(slots):
        kept, rest = parts[: len(slots) - 1], parts[len(slots) - 1 :]
        parts = [*kept, (rest[0][0], "; ".join(str(part) for _, part in rest))]
    return parts
