"""The shape in which good rows wait on disk."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# meter: its number among the partner's meters. start: minutes since 1970. Energy in kWh, NaN where not given (runtime:
# minutes, as net). final: 1, 0, -1 not said. line: of the file.
ROW: Final = np.dtype(
    [
        ("meter", "<i4"),
        ("start", "<i4"),
        ("net", "<f8"),
        ("generated", "<f8"),
        ("consumed", "<f8"),
        ("final", "i1"),
        ("line", "<i4"),
    ]
)
VALUES: Final = ("net", "generated", "consumed", "final")


def differ(rows: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Where rows have other values than those beside them; what neither has is the same."""
    differs = np.zeros(len(rows), bool)
    for name in VALUES:
        is_nothing = (rows[name] != rows[name]) & (others[name] != others[name])
        differs |= (rows[name] != others[name]) & ~is_nothing
    return differs
