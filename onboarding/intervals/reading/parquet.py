"""A Parquet file as the CSV that it would be, written as a stream."""

from pathlib import Path
from typing import Final

import polars as pl

from .refusals import unreadable

_NESTED: Final = (pl.List, pl.Array, pl.Struct, pl.Object)
_TIME: Final = "%Y-%m-%dT%H:%M:%S%.fZ"


def as_csv(path: Path, to: Path) -> None:
    """Write the file's columns as text. What the file says of its own rows (statistics) is not believed.

    Raises FileRefused.
    """
    try:
        rows = pl.scan_parquet(path, use_statistics=False, hive_partitioning=False, glob=False)
        rows.select(_as_text(name, kind) for name, kind in rows.collect_schema().items()).sink_csv(to)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise unreadable(f"the Parquet file is damaged ({type(error).__name__}).") from None


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, _NESTED):
        return pl.lit("").alias(name)
    if isinstance(kind, pl.Datetime):
        column = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return column.dt.strftime(_TIME)
    if kind == pl.Binary:
        return column.bin.encode("hex")
    return column.cast(pl.String)
