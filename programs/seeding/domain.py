"""Bringing the seed file into the database, without overwriting what an admin changed or deleted.

For every row that the seed wrote, a SeedRecord keeps the values it had then. A row that still has them follows the
seed file, also when the file has it no longer; a row that has others was changed by an admin and stays; a row that is
gone was deleted and stays gone.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from django.db import models, transaction

from programs.models import DeliveryPeriod, SeedRecord
from programs.models.base import in_one_moment
from programs.seeding.rows import SeedRow, Values, rows_of
from programs.seeding.tables import KINDS, SeedKind, natural_key

SEED = Path(__file__).parents[1] / "seed" / "catalogue.yaml"
Records = Mapping[tuple[str, str], SeedRecord]  # by kind and key
# What a later seed takes back, in this order.
_WITHDRAWN: Final = (
    "fact",
    "unknown_season",
    "interval_data_rule",
    "conflict",
    "program_check",
    "requirement",
    "period",
    "deadline",
)


def seed_catalogue(path: Path = SEED) -> dict[str, int]:
    """Bring the seed file into the database; returns how many rows were created, updated, left and withdrawn.

    One transaction.
    """
    done = {"created": 0, "updated": 0, "left": 0, "withdrawn": 0}
    with transaction.atomic(), in_one_moment():
        records = {(record.kind, record.key): record for record in SeedRecord.objects.all()}
        rows = list(rows_of(yaml.safe_load(path.read_text(encoding="utf-8"))))
        done["withdrawn"] = _withdraw(records, {(row.kind, row.key) for row in rows})
        for row in rows:
            done[_seed(row, records.get((row.kind, row.key)))] += 1
    return done


def _withdraw(records: Records, kept: Collection[tuple[str, str]]) -> int:
    """Delete what an earlier seed wrote and this one has no longer, unless an admin changed it or something needs it.

    A delivery period goes with its deadlines or not at all.
    """
    gone = {place: record for place, record in records.items() if place not in kept and place[0] in _WITHDRAWN}
    count = 0
    for kind in _WITHDRAWN:
        for key, record in [(key, record) for (name, key), record in gone.items() if name == kind]:
            if kind == "deadline" and ("period", key.rpartition("/")[0]) in gone:
                continue
            stored = _untouched(record)
            if stored is None or (isinstance(stored, DeliveryPeriod) and not _goes_whole(stored, gone)):
                continue
            if _delete(stored):
                SeedRecord.objects.filter(kind=kind, key=key).delete()
                if kind == "period":
                    SeedRecord.objects.filter(kind="deadline", key__startswith=f"{key}/").delete()
                count += 1
    return count


def _delete(row: models.Model) -> bool:
    """Delete a row; False when something that partners or Leap recorded needs it."""
    try:
        with transaction.atomic():
            row.delete()
    except models.ProtectedError:
        return False
    return True


def _goes_whole(period: DeliveryPeriod, gone: Records) -> bool:
    """Whether all that belongs to a delivery period is the earlier seed's too."""
    for line in period.deadlines.all():
        at = line.deadline_at.astimezone(ZoneInfo("UTC")).isoformat()
        record = gone.get(("deadline", f"{natural_key(period)}/{at}"))
        if record is None or _untouched(record) is None:
            return False
    return not period.facts.exists()


def _untouched(record: SeedRecord) -> models.Model | None:
    """The row of a record, if it still has the values that the seed wrote."""
    kind = KINDS[record.kind]
    stored = kind.find(record.key)
    return stored if stored is not None and _values_of(kind, stored, record.values) == record.values else None


def _seed(row: SeedRow, record: SeedRecord | None) -> str:
    kind = KINDS[row.kind]
    if record is None:
        if kind.find(row.key) is not None:
            return "left"
        if not _save(kind, kind.model(), row.values):
            return "left"
        SeedRecord.objects.create(kind=row.kind, key=row.key, values=row.values)
        return "created"
    if record.values == row.values:
        return "left"
    stored = _untouched(record)
    if stored is None:
        return "left"
    _save(kind, stored, row.values)
    record.values = row.values
    record.save(update_fields=["values"])
    return "updated"


def _save(kind: SeedKind, instance: models.Model, values: Values) -> bool:
    """Write the values; False when a row that they point to is gone (an admin deleted it)."""
    many: dict[str, list[models.Model]] = {}
    for name, value in values.items():
        if name in kind.many:
            many[name] = [other for other in (kind.many[name](key) for key in value) if other is not None]
        elif name in kind.related:
            other = kind.related[name](value) if value else None
            if value and other is None:
                return False
            setattr(instance, name, other)
        else:
            setattr(instance, name, _typed(instance, name, value))
    instance.save()
    for name, others in many.items():
        getattr(instance, name).set(others)
    return True


def _typed(instance: models.Model, name: str, value: Any) -> object:
    field = instance._meta.get_field(name)
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value and isinstance(field, models.DateField) else value


def _values_of(kind: SeedKind, instance: models.Model, like: Values) -> Values:
    """The instance's values in the seed's form, for the columns that `like` has."""
    values: Values = {}
    for name in like:
        value = getattr(instance, name)
        if name in kind.many:
            value = [natural_key(other) for other in value.all()]
            value = like[name] if sorted(value) == sorted(like[name]) else value
        elif name in kind.related:
            value = natural_key(value) if value else ""
        elif isinstance(value, datetime):
            value = like[name] if value == datetime.fromisoformat(like[name]) else value.isoformat()
        elif isinstance(value, date):
            value = value.isoformat()
        values[name] = value
    return values
