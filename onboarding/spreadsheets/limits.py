"""How much a file may ask of us: the numbers, and nothing that enforces them."""

from dataclasses import asdict, dataclass

MIB = 1024 * 1024
LAST_ROW = 1_048_576  # the grid's own edge: XFD1048576
LAST_COLUMN = 16_384
EXCEL_CELL_CHARACTERS = 32_767


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one reading. The unit is in each name; rows count filled rows below the header.

    `max_rows_whole` holds for the kinds that are in memory as a whole (.xls, .xlsb, .ods). `max_ratio` (unpacked :
    packed) is asked of a part only above `ratio_grace_bytes`, because honest repetitive sheets reach 100:1.
    `wall_seconds` counts the time spent waiting for the child, not the consumer's own work.
    """

    max_bytes: int = 50 * MIB
    max_rows: int = 100_000
    max_rows_whole: int = 20_000
    max_columns: int = 500  # an export of every field and status has more than half of them
    max_cell_characters: int = EXCEL_CELL_CHARACTERS
    max_zip_entries: int = 1_000
    max_unpacked_bytes: int = 1_024 * MIB
    max_ratio: int = 200
    ratio_grace_bytes: int = 50 * MIB
    max_shared_strings: int = 5_000_000
    max_shared_bytes: int = 180 * MIB  # of memory, for the texts that cells share
    memory_bytes: int = 1_024 * MIB
    cpu_seconds: int = 120
    wall_seconds: float = 300.0

    def as_json(self) -> dict[str, object]:
        """Plain numbers, to hand to the child."""
        return asdict(self)
