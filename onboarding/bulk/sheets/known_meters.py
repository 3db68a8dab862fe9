"""Which of a partner's meters a row of a sheet means: by its ID, by its reference, or by either."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from onboarding.bulk.sheets.reading import SheetRow
from onboarding.meters.models import CreatedBy, Meter
from onboarding.meters.queries import meters_of
from portal.partners.models import Partner
from portal.problems import Problem, shown
from portal.storage.ids import as_uuid
from programs.identifiers import reference_key

_KEY = "partner_reference"
READ = ("pk", "partner_reference", "reference_key", "created_by")
_NAMED = 10  # rows, in a message
_AT_ONCE = 5_000  # values in one condition


class KnownMeter(NamedTuple):
    """The facts of a meter that rows are checked against."""

    pk: UUID
    reference: str
    key: str
    created_by: str

    @classmethod
    def of(cls, meter: Meter) -> "KnownMeter":
        return cls(meter.pk, meter.partner_reference, meter.reference_key, meter.created_by)

    @property
    def is_unique(self) -> bool:
        """Of the meters that the partner created, only one may have a reference."""
        return self.created_by == CreatedBy.PARTNER


class KnownMeters:
    """The partner's meters that rows speak of, by ID and by reference; others: more references to know.

    Two queries, or a few more for thousands of meter IDs.
    """

    def __init__(self, partner: Partner, rows: Iterable[SheetRow], others: Iterable[str] = ()) -> None:
        ids, references = set(), set(others)
        for row in rows:
            ids |= {pk for text in (row.meter_id, row.either) if (pk := as_uuid(text))}
            references |= {row.reference, row.either}
        keys = references | {reference_key(text) for text in references}
        self.by_id: dict[UUID, KnownMeter] = {}
        self._by_key: dict[str, list[KnownMeter]] = {}
        wanted = sorted(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            self._know(partner, pk__in=wanted[start : start + _AT_ONCE])
        self._know(partner, reference_key__any_of=keys - {""})
        for meter in self.by_id.values():
            self._by_key.setdefault(meter.key, []).append(meter)

    def _know(self, partner: Partner, **condition: object) -> None:
        for meter in meters_of(partner).filter(**condition).only(*READ):
            self.by_id[meter.pk] = KnownMeter.of(meter)

    def holders(self) -> dict[str, UUID]:
        """Who has each reference, in its normal form, of the meters that must have their own."""
        return {meter.key: meter.pk for meter in self.by_id.values() if meter.is_unique}

    def named(self, row: SheetRow) -> tuple[KnownMeter | None, list[Problem]]:
        """The row's meter, or why there is none."""
        pk = as_uuid(row.meter_id or row.either)
        meter = self.by_id.get(pk) if pk else None
        if meter is None and not row.meter_id:
            return self._by_its_reference(row)
        if meter is None:
            return None, [Problem("METER_UNKNOWN", "meter_id", shown(row.meter_id), {"what": "ID"})]
        if row.reference and meter.key not in (row.reference, reference_key(row.reference)):
            facts = {"meter": str(meter.pk), "held": meter.reference}
            return meter, [Problem("ID_AND_REFERENCE_DIFFER", _KEY, shown(row.reference), facts)]
        return meter, []

    def _by_its_reference(self, row: SheetRow) -> tuple[KnownMeter | None, list[Problem]]:
        reference = row.reference or row.either
        meters = self._by_key.get(reference) or self._by_key.get(reference_key(reference), [])
        if len(meters) == 1:
            return meters[0], []
        if meters:
            return None, [Problem("REFERENCE_OF_SEVERAL_METERS", _KEY, shown(reference), {"count": len(meters)})]
        if reference:
            facts = {"what": "reference" if row.reference else "ID or reference"}
            return None, [Problem("METER_UNKNOWN", _KEY, shown(reference), facts)]
        return None, [Problem("METER_NOT_NAMED")]


def repeated(code: str, column: str, value: str, numbers: Sequence[int]) -> Problem:
    """The problem of rows that contradict each other, with their numbers."""
    texts = [str(number) for number in numbers]
    named = texts if len(texts) <= _NAMED else [*texts[:_NAMED], f"{len(texts) - _NAMED} more"]
    return Problem(code, column, value, {"rows": f"{', '.join(named[:-1])} and {named[-1]}"})
