"""Which of the partner's meters a text names."""

from pathlib import Path
from typing import Final

import polars as pl

_UUID: Final = r"^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
_REMEMBERED: Final = 200_000
NOT_AN_ID: Final = -2
UNKNOWN: Final = -1


class Meters:
    """The partner's meters by their number: that of their line in a file of IDs (32 hexadecimal digits each)."""

    def __init__(self, path: Path) -> None:
        ids = pl.Series(path.read_text().split(), dtype=pl.String)
        self._known = pl.DataFrame({"id": ids, "number": pl.int_range(len(ids), dtype=pl.Int32, eager=True)})
        self._seen = pl.DataFrame(schema={"text": pl.String, "number": pl.Int32})

    @property
    def count(self) -> int:
        """How many meters the partner has."""
        return self._known.height

    def numbers(self, texts: pl.Series) -> pl.Series:
        """The number for each text; UNKNOWN where no meter of the partner has this ID, NOT_AN_ID where it is none."""
        frame = pl.DataFrame({"text": texts.fill_null("")})
        new = frame.unique().join(self._seen, on="text", how="anti")
        if new.height:
            if self._seen.height > _REMEMBERED:
                self._seen = self._seen.clear()
                new = frame.unique()
            # Texts of their own: a slice of the block's would hold all of them.
            own = pl.DataFrame({"text": pl.Series(new["text"].to_list(), dtype=pl.String)})
            self._seen = pl.concat([self._seen, self._looked_up(own)])
        return frame.join(self._seen, on="text", how="left", maintain_order="left")["number"]

    def _looked_up(self, texts: pl.DataFrame) -> pl.DataFrame:
        plain = pl.col("text").str.to_lowercase().str.strip_prefix("{").str.strip_suffix("}")
        texts = texts.with_columns(is_id=plain.str.contains(_UUID), id=plain.str.replace_all("-", "", literal=True))
        known = self._known.join(texts.select("id"), on="id", how="semi")
        number = pl.when("is_id").then(pl.col("number").fill_null(UNKNOWN)).otherwise(NOT_AN_ID).cast(pl.Int32)
        return texts.join(known, on="id", how="left").select("text", number=number)
