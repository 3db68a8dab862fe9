"""Filters that say a date of a program as people do. Each takes a moment in the program's own time.

`|deadline`: until when; `|last_day` and `|period_end`: a delivery period's end; `|begins`: the day on which something
begins; `|until`: the end of what lasts until a moment; `|moment`: day and time. `|season`: the months of a period
(its starts_at and ends_at). `|zone`: the name of a time zone.
"""

from collections.abc import Callable
from datetime import datetime

from django import template

from portal.web.days import (
    begin_text,
    deadline_text,
    last_day_text,
    moment_text,
    period_end_text,
    season_text,
    until_text,
    zone_text,
)

register = template.Library()


def _filter(name: str, said: Callable[[datetime], str]) -> None:
    register.filter(name, lambda at: said(at) if at else "")


register.filter("zone", zone_text)
register.filter("season", lambda period: season_text(period.starts_at, period.ends_at))
_filter("deadline", deadline_text)
_filter("last_day", last_day_text)
_filter("period_end", period_end_text)
_filter("begins", begin_text)
_filter("until", until_text)
_filter("moment", moment_text)
