"""Looking up many meters at once: pasted IDs and references, and which of them are unknown."""

import re
from dataclasses import dataclass
from uuid import UUID

from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid

MOST_LOOKED_UP = 5000
_SEPARATORS = re.compile(r"[\r\n\t;,]+")


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What was found: meters in the order of what was pasted, and the texts that are no meter of the partner.

    beyond: how many texts were too many to look at.
    """

    matches: list[Meter]
    unknown: list[str]
    beyond: int = 0


def batch_lookup(partner: Partner, pasted: str) -> LookupResult:
    """Meters by ID or reference, one to a line or separated by commas, semicolons or tabs. Two queries.

    Refuses: NOTHING_PASTED.
    """
    texts = list(dict.fromkeys(text for part in _SEPARATORS.split(pasted) if (text := " ".join(part.split()))))
    if not texts:
        raise Refused(Problem("NOTHING_PASTED", "pasted"))
    texts, beyond = texts[:MOST_LOOKED_UP], max(0, len(texts) - MOST_LOOKED_UP)
    ids = {text: pk for text in texts if (pk := as_uuid(text))}
    by_id = {meter.pk: meter for meter in meters_of(partner).filter(pk__in=set(ids.values()))}
    by_reference: dict[str, list[Meter]] = {}
    for meter in meters_of(partner).filter(partner_reference__any_of=texts).order_by("pk"):
        by_reference.setdefault(meter.partner_reference, []).append(meter)
    matches: dict[UUID, Meter] = {}
    unknown = []
    for text in texts:
        meters = [*by_reference.get(text, []), *([by_id[ids[text]]] if ids.get(text) in by_id else [])]
        matches |= {meter.pk: meter for meter in meters}
        if not meters:
            unknown.append(text)
    return LookupResult(list(matches.values()), unknown, beyond)
