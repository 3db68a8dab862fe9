"""Candidates of a search, by the index: it leaves out no match, but may name other meters too."""

from uuid import UUID

from django.db import connection
from django.db.models import Q

from onboarding.meters.search.domain import SEARCHED
from onboarding.meters.search.models import MeterText, TextBacklog
from portal.partners.models import Partner

SHORTEST = 3  # characters: the index holds parts of three
MOST = 2_000  # a search for something so common finds a page of it soonest by walking the list
_TABLE = MeterText._meta.db_table


def search(partner: Partner, value: str) -> Q:
    """The condition on a partner's meters that hold this text in one of the searched columns."""
    holds = Q()
    for column in SEARCHED:
        holds |= Q(**{f"{column}__icontains": value})
    if connection.vendor == "sqlite" and not value.isascii() and "\n" not in value:  # its LIKE folds only ASCII
        holds |= Q(text__text__contains=value.lower())
    candidates = _candidates(partner, value.lower())
    if candidates is None:
        return holds
    possible = Q(pk__in=candidates)
    if backlog := list(TextBacklog.objects.filter(partner=partner).values_list("batch", flat=True)):
        possible |= Q(upload_id__in=backlog)
    return possible & holds


def _candidates(partner: Partner, text: str) -> list[UUID] | None:
    """Meters whose text has this part, and perhaps a few more; None when the index is no help."""
    if len(text) < SHORTEST:
        return None
    texts = MeterText.objects.filter(partner=partner, text__contains=text).values_list("meter_id", flat=True)
    matching = _in_parts(partner, text) if connection.vendor == "sqlite" else list(texts[: MOST + 1])
    return matching if len(matching) <= MOST else None


_IN_PARTS = f"""
SELECT t.meter_id FROM {_TABLE}_parts p CROSS JOIN {_TABLE} t ON t.id = p.rowid
WHERE p.text LIKE %s AND t.partner_id = %s LIMIT %s
"""


def _in_parts(partner: Partner, text: str) -> list[UUID]:
    """SQLite: from the index to the texts, as far as the limit. % and _ match anything, which only names more;
    LIKE with ESCAPE would not use the index."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_PARTS, [f"%{text}%", partner.pk.hex, MOST + 1])
        return [UUID(meter) for (meter,) in cursor.fetchall()]
