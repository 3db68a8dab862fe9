"""The shape in which good rows wait on disk."""

from typing import Final

import numpy as np

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
