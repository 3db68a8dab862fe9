"""Times of a file as minutes since 1970-01-01 UTC."""

from typing import Final

import polars as pl

_SHAPE: Final = r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(0*)\d*)?)?\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?$"
_SECONDS: Final = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:(\d{2}(?:\.\d+)?)"
_DAY_MINUTES: Final = 1440


def times_of(texts: pl.Series) -> pl.DataFrame:
    """`minutes` (Int64, null where a text is no time) and `is_whole` (no seconds) of each text.

    Taken: 2026-01-31T00:15:00Z, with a blank for the T, without seconds, with an offset. Without Z or offset it is UTC,
    as the column's name says.
    """
    different = texts.unique()
    parsed = _parsed(different)
    frame = pl.DataFrame({"text": texts}).join(parsed, on="text", how="left", nulls_equal=True, maintain_order="left")
    return frame.select("minutes", "is_whole")


def _parsed(texts: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({"text": texts})
    part = pl.col("text").str.extract_groups(_SHAPE).struct
    frame = frame.with_columns(
        day=part.field("1").str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Int64),
        hour=part.field("2").cast(pl.Int64),
        minute=part.field("3").cast(pl.Int64),
        offset=part.field("6").fill_null("Z").str.replace(":", "", literal=True),
        second=pl.col("text").str.extract(_SECONDS).cast(pl.Float64).fill_null(0.0),
    )
    ahead = (
        pl.when(pl.col("offset").str.contains(r"^[+-]"))
        .then(
            (
                pl.col("offset").str.slice(1, 2).cast(pl.Int64, strict=False) * 60
                + pl.col("offset").str.slice(3, 2).cast(pl.Int64, strict=False)
            )
            * pl.when(pl.col("offset").str.starts_with("-")).then(-1).otherwise(1)
        )
        .otherwise(0)
    )
    is_time = (pl.col("hour") < 24) & (pl.col("minute") < 60) & (pl.col("second") < 60)
    minutes = pl.col("day") * _DAY_MINUTES + pl.col("hour") * 60 + pl.col("minute") - ahead
    return frame.select("text", minutes=pl.when(is_time).then(minutes), is_whole=pl.col("second") == 0)
