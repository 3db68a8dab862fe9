"""Whether a column of dates has the day or the month first, decided by the whole column."""

from collections.abc import Mapping, Sequence

from programs.schema import Schema, order_of


def add_votes(
    votes: Mapping[str, Sequence[str]], schema: Schema, rows: Sequence[Mapping[str, object]]
) -> dict[str, list[str]]:
    """Field key to the orders ("mdy", "dmy") that some of its dates can only be read in, with those of these rows.

    rows: cells by field key.
    """
    merged = {key: set(orders) for key, orders in votes.items()}
    for key in schema.date_keys:
        for row in rows:
            cell = row.get(key)
            if isinstance(cell, str) and cell[4:5] != "-" and (order := order_of([cell])):
                merged.setdefault(key, set()).add(order)
    return {key: sorted(orders) for key, orders in merged.items()}


def orders_of(votes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The order of each column whose dates agree on one."""
    return {key: orders[0] for key, orders in votes.items() if len(orders) == 1}
