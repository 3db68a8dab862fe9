"""The changes of rows that belong to a row: of a program its periods, their deadlines, its requirements and more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Model

from programs.admin.versions import SYSTEM, differences, title_of

_SHOWN = 100  # the newest


@dataclass(frozen=True, slots=True)
class ChangeBelow:
    """One change of a row that belongs to the row of the page."""

    when: datetime
    who: str
    what: str
    title: str
    changes: str


def changes_below(model: type[Model], pk: object) -> list[ChangeBelow]:
    """The newest changes of everything that belongs to a row, rows that are deleted by now included."""
    if not str(pk).isdecimal():
        return []
    records = sorted(_records(model, [int(str(pk))]), key=lambda record: record.history_date, reverse=True)
    return [_told(record) for record in records[:_SHOWN]]


def _records(model: type[Model], keys: Iterable[int]) -> Iterator[Any]:
    for relation in model._meta.related_objects:
        below: Any = relation.related_model
        if not hasattr(below, "history") or relation.many_to_many or relation.on_delete is not models.CASCADE:
            continue
        rows = below.history.filter(**{f"{relation.field.attname}__in": list(keys)})
        yield from rows.select_related("history_user").order_by("-history_date")[:_SHOWN]
        yield from _records(below, set(rows.values_list(below._meta.pk.attname, flat=True)))


def _told(record: Any) -> ChangeBelow:
    before = record.prev_record if record.history_type == "~" else None
    return ChangeBelow(
        when=record.history_date,
        who=str(record.history_user or SYSTEM),
        what=str(record.get_history_type_display()),
        title=title_of(record.instance),
        changes="; ".join(differences(record, before)) if before else "",
    )
