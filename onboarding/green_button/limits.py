"""How much a feed may ask of us: the numbers, and nothing that enforces them."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """The bounds of one reading; the unit is in each name.

    Intervals are not among them: they are in a temporary file on disk, never in memory. `max_resources` counts all
    others that are kept (usage points, readings, summaries, customers …), `max_links` the links of those,
    `max_kept_characters` their texts and hrefs together.
    """

    max_bytes: int = 4096 * MIB
    max_depth: int = 64
    max_text_characters: int = 64 * 1024
    max_token_bytes: int = MIB
    max_fields: int = 2_000
    max_resources: int = 20_000
    max_links: int = 200_000
    max_kept_characters: int = 32 * MIB
    max_href_characters: int = 2_000
    max_distinct_warnings: int = 100
    max_listed_gaps: int = 20
    max_shown_characters: int = 256
    chunk_bytes: int = 64 * 1024
    store_cache_kib: int = 8 * 1024


DEFAULT_LIMITS = FeedLimits()
