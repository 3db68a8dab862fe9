"""Candidates of a search, by the index: it leaves out no match, but may name other meters too."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from onboarding.meters.models import Meter
from onboarding.meters.search.domain import COLUMNS
from onboarding.meters.search.folding import folded
from onboarding.meters.search.models import MeterText, TextBacklog
from portal.partners.models import Partner

SHORTEST = 3  # characters: the index holds parts of three
MOST = 2_000  # a search for something so common finds a page of it soonest by walking the list
_ID_BEGINS = re.compile("[0-9a-f]{8,32}")
_TABLE = MeterText._meta.db_table


def search(partner: Partner, value: str) -> Q:
    """The condition on a partner's meters that hold this text in what is searched, or whose ID begins with it."""
    text = folded(value)
    # 0.2.0 wrote texts with their separators: until the job `meters.complete` has folded them, they are found so.
    texts = {text, value.lower().replace("\n", " ")}
    holds = _holding(partner, texts) if text else Q(pk__in=[] if value else Meter.objects.values("pk"))
    if text and (backlog := list(TextBacklog.objects.filter(partner=partner).values_list("batch", flat=True))):
        holds |= Q(upload_id__in=backlog) & _in_columns(value)
    if digits := _ID_BEGINS.fullmatch(value.replace("-", "").lower()):
        holds |= Q(pk__range=[UUID(digits[0].ljust(32, fill)) for fill in "0f"])
    return holds


def _holding(partner: Partner, texts: set[str]) -> Q:
    """The condition on meters whose text holds any of these."""
    holds = Q(Exists(MeterText.objects.filter(_containing(texts), meter=OuterRef("pk"))))
    candidates = _candidates(partner, texts)
    return holds if candidates is None else Q(pk__in=candidates) & holds


def _containing(texts: Iterable[str]) -> Q:
    return reduce(or_, (Q(text__contains=text) for text in texts))


def _in_columns(value: str) -> Q:
    """The condition on meters that have no text yet: their columns hold the value as it is written."""
    holds = Q()
    for column in COLUMNS:
        holds |= Q(**{f"{column}__icontains": value})
    return holds


def _candidates(partner: Partner, texts: set[str]) -> list[UUID] | None:
    """Meters whose text has one of these parts, and perhaps a few more; None when the index is no help."""
    if min(map(len, texts)) < SHORTEST:
        return None
    lines = MeterText.objects.filter(_containing(texts), partner=partner).values_list("meter_id", flat=True)
    matching = _in_parts(partner, texts) if connection.vendor == "sqlite" else list(lines[: MOST + 1])
    return matching if len(matching) <= MOST else None


_IN_PARTS = f"""
SELECT t.meter_id FROM {_TABLE}_parts p CROSS JOIN {_TABLE} t ON t.id = p.rowid
WHERE p.text LIKE %s AND t.partner_id = %s LIMIT %s
"""


def _in_parts(partner: Partner, texts: Iterable[str]) -> list[UUID]:
    """SQLite: from the index to the texts, as far as the limit. % and _ match anything, which only names more;
    LIKE with ESCAPE would not use the index."""
    matching: list[UUID] = []
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute(_IN_PARTS, [f"%{text}%", partner.pk.hex, MOST + 1])
            matching += [UUID(meter) for (meter,) in cursor.fetchall()]
    return matching
