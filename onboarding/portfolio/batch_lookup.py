"""Looking up many meters at once: pasted IDs and references, and which of them are unknown."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from programs.identifiers import account_key, reference_key

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
    """Meters by ID, reference, account or serial number, one to a line or separated by commas, semicolons or tabs.

    A reference goes before an account and a serial number. Two queries.

    Refuses: NOTHING_PASTED.
    """
    texts = list(dict.fromkeys(text for part in _SEPARATORS.split(pasted) if (text := " ".join(part.split()))))
    if not texts:
        raise Refused(Problem("NOTHING_PASTED", "pasted"))
    texts, beyond = texts[:MOST_LOOKED_UP], max(0, len(texts) - MOST_LOOKED_UP)
    ids = {text: pk for text in texts if (pk := as_uuid(text))}
    by_id = {meter.pk: meter for meter in meters_of(partner).filter(pk__in=set(ids.values()))}
    by_text: dict[str, list[Meter]] = {}
    forms = {text: (reference_key(text), account_key(text)) for text in texts}
    references = {*texts, *(reference for reference, _ in forms.values())}
    numbers = {number for _, number in forms.values()}
    named = Q(reference_key__any_of=references) | Q(account_key__any_of=numbers) | Q(serial_key__any_of=numbers)
    by_key: dict[str, dict[str, list[Meter]]] = {"reference_key": {}, "account_key": {}, "serial_key": {}}
    for meter in meters_of(partner).filter(named).order_by("pk"):
        for column, holders in by_key.items():
            holders.setdefault(getattr(meter, column), []).append(meter)
    for text, (reference, number) in forms.items():
        by_text[text] = (
            by_key["reference_key"].get(text)
            or by_key["reference_key"].get(reference)
            or [*by_key["account_key"].get(number, []), *by_key["serial_key"].get(number, [])]
        )
    matches: dict[UUID, Meter] = {}
    unknown = []
    for text in texts:
        meters = [*by_text[text], *([by_id[ids[text]]] if ids.get(text) in by_id else [])]
        matches |= {meter.pk: meter for meter in meters}
        if not meters:
            unknown.append(text)
    return LookupResult(list(matches.values()), unknown, beyond)
