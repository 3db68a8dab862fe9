"""Which state of its rows a page showed, and what other people have changed since. Compared under the rows' locks."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max, Model, prefetch_related_objects

SHOWN = "_rows_shown"  # the input in which a page sends back what it showed
_KEY = re.compile(r"([a-z_]+\.[a-z_]+):([0-9]+)=([0-9a-f]{16})\.([0-9]+)")
SYSTEM = "the seed or the system"


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a row: a digest of its stored values, and its latest record in the history (0: none)."""

    digest: str
    record: int


Versions = Mapping[str, Version]  # by "programs.program:7"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A row that somebody else changed, deleted or added since a page was shown."""

    key: str
    what: str
    row: Model
    title: str
    who: str
    when: datetime | None
    changes: Sequence[str]


def key_of(row: Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def versions_of(rows: Iterable[Model]) -> dict[str, Version]:
    """The versions of rows as they were read. Rows without a history are left out."""
    kept: dict[type[Model], list[Model]] = {}
    for row in rows:
        if row.pk is not None and hasattr(type(row), "history"):
            kept.setdefault(type(row), []).append(row)
    versions: dict[str, Version] = {}
    for model, alike in kept.items():
        prefetch_related_objects(alike, *(field.name for field in model._meta.many_to_many))
        latest = _latest_records(model, [row.pk for row in alike])
        versions |= {key_of(row): Version(_digest(row), latest.get(row.pk, 0)) for row in alike}
    return versions


def written(versions: Versions) -> str:
    """The versions as one text for an input. It needs no escaping."""
    return " ".join(f"{key}={version.digest}.{version.record}" for key, version in sorted(versions.items()))


def read(text: str) -> dict[str, Version]:
    """The versions in such a text; what is not one is left out."""
    matches = (_KEY.fullmatch(part) for part in text.split())
    return {f"{match[1]}:{match[2]}": Version(match[3], int(match[4])) for match in matches if match}


def locked(keys: Iterable[str]) -> dict[str, Model]:
    """The rows with these keys as they are stored now, locked until the transaction ends; deleted ones are missing."""
    by_model: dict[str, list[int]] = {}
    for key in keys:
        label, _, pk = key.partition(":")
        by_model.setdefault(label, []).append(int(pk))
    rows: dict[str, Model] = {}
    for label, pks in sorted(by_model.items()):
        table = apps.get_model(label)._default_manager
        # Weaker than a lock on the key: a row that refers to this one can be saved beside it.
        for row in table.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"):
            rows[key_of(row)] = row
    return rows


def meanwhile(shown: Versions, now: Iterable[Model]) -> list[Meanwhile]:
    """What differs between the rows that a page showed and those that are stored now. A row that the page did not show
    was added."""
    rows = {key_of(row): row for row in now}
    versions = versions_of(rows.values())
    changes: list[Meanwhile] = []
    for key, version in shown.items():
        if key not in versions:
            changes.append(_deleted(key))
        elif versions[key].digest != version.digest:
            changes.append(_told(key, "changed", rows[key], version.record))
    changes += [_told(key, "added", rows[key], 0) for key in versions if key not in shown]
    return changes


def shown_row(key: str, record: int) -> Model | None:
    """The row as the page showed it, from the history; None when the history does not have it."""
    model = apps.get_model(key.partition(":")[0])
    entry = _history(model).filter(history_id=record).first()
    return entry.instance if entry else None


def many_of(model: type[Model], record: int) -> dict[str, list[int]]:
    """The values of a row's relations to many rows, as a record of the history has them."""
    entry = _history(model).filter(history_id=record).first()
    names = [field.name for field in model._meta.many_to_many] if entry else []
    related = {field.name: field.related_model for field in model._meta.many_to_many}
    return {
        name: [getattr(line, f"{related[name]._meta.model_name}_id") for line in getattr(entry, name).all()]
        for name in names
    }


def _deleted(key: str) -> Meanwhile:
    label, _, pk = key.partition(":")
    model = apps.get_model(label)
    entry = _history(model).filter(**{model._meta.pk.attname: pk}).order_by("-history_id").first()
    if entry is None:
        return Meanwhile(key, "deleted", model(pk=pk), f"{model._meta.verbose_name} {pk}", SYSTEM, None, ())
    who = str(entry.history_user or SYSTEM)
    return Meanwhile(key, "deleted", entry.instance, title_of(entry.instance), who, entry.history_date, ())


def _told(key: str, what: str, row: Model, since: int) -> Meanwhile:
    records = _history(type(row)).filter(**{row._meta.pk.attname: row.pk}).select_related("history_user")
    last = records.order_by("-history_id").first()
    before = records.filter(history_id=since).first() if since else None
    who = str(last.history_user or SYSTEM) if last else SYSTEM
    changes = tuple(differences(last, before)) if last and before else ()
    return Meanwhile(key, what, row, title_of(row), who, last.history_date if last else None, changes)


def title_of(row: Model) -> str:
    """The kind and name of a row."""
    kind = str(row._meta.verbose_name)
    return f"{kind[:1].upper()}{kind[1:]} {name_of(row)}"


def name_of(row: Model) -> str:
    """The name of a row; its number when it names another row that is gone."""
    try:
        return str(row)
    except Exception:  # the row names another that was deleted since; its number still says which
        return f"number {row.pk}"


def differences(record: Any, before: Any) -> Iterator[str]:
    """Each field in which two records of a row differ, old and new."""
    delta = record.diff_against(before, foreign_keys_are_objs=False, excluded_fields=["updated_at"])
    for change in delta.changes:
        yield f"{change.field}: {_words(change.old)} → {_words(change.new)}"


def _words(value: object) -> str:
    return "nothing" if value in (None, "", []) else str(value)


def _history(model: type[Model]) -> Any:
    return model.history  # type: ignore[attr-defined]  # what django-simple-history adds to catalogue rows


def _latest_records(model: type[Model], keys: Sequence[int]) -> dict[int, int]:
    name = model._meta.pk.attname
    rows = _history(model).filter(**{f"{name}__in": keys}).values(name).annotate(last=Max("history_id"))
    return {row[name]: row["last"] for row in rows.order_by()}


def _digest(row: Model) -> str:
    """Of the values as the database gave them: a secret counts as its token, and is not decrypted for this."""
    fields = [field for field in row._meta.concrete_fields if field.attname != "updated_at"]
    values: list[object] = [(field.attname, row.__dict__.get(field.attname)) for field in fields]
    for many in row._meta.many_to_many:
        values.append((many.name, sorted(other.pk for other in getattr(row, many.name).all())))
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]
