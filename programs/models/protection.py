"""What cannot be deleted, because the code or other rows rely on it."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from programs.models.conflicts import Conflict
from programs.models.core_fields import CORE_FIELDS
from programs.models.fields import Field, Needed
from programs.models.places import Region, Utility

Use = Callable[[Any], str]  # of a row: in words what uses it, "" for nothing
_uses: dict[type[models.Model], list[Use]] = {}


def register_use(model: type[models.Model], use: Use) -> None:
    """Say what else uses rows of a table: a room above tells what it keeps under a row's code."""
    uses = _uses.setdefault(model, [])
    if use not in uses:
        uses.append(use)


def uses_of(row: models.Model) -> list[str]:
    """In words, what keeps a row from being deleted and its code from being changed."""
    return [words for use in _uses.get(type(row), ()) if (words := use(row))]


def core_faults() -> list[str]:
    """What the catalogue lacks of the fields that the code reads; nothing before it is filled."""
    rows = {path: (kind, needed) for path, kind, needed in Field.objects.values_list("path", "type", "needed")}
    if not rows:
        return []
    faults = [f"The field {path} is missing. The code uses it." for path in CORE_FIELDS if path not in rows]
    for path, core in CORE_FIELDS.items():
        kind, needed = rows.get(path, ("", ""))
        if kind and kind not in core.types:
            expected = " or ".join(sorted(core.types))
            faults.append(f"The field {path} has the type {kind}. The code reads it as {expected}.")
        if kind and core.is_always and needed != Needed.ALWAYS:
            faults.append(f"The field {path} is optional. The code needs it for every meter.")
    return faults


@receiver(pre_delete)
def _refuse_in_use(sender: type[models.Model], instance: models.Model, **_: object) -> None:
    """Raises ProtectedError for a row in use, whoever deletes it."""
    if sender in _uses and (words := uses_of(instance)):
        raise ProtectedError(f"{instance} cannot be deleted: {'; '.join(words)}", {instance})


def _read_by_code(field: Field) -> str:
    return "The code uses this field." if field.path in CORE_FIELDS else ""


def _programs_of_utility(utility: Utility) -> str:
    names = utility.programs.order_by("identifier").values_list("identifier", flat=True)
    return f"Its customers may join {', '.join(names)}." if names else ""


def _conflicts_of_utility(utility: Utility) -> str:
    count = Conflict.objects.filter(utility=utility).count()
    return f"{count} conflict{'s' * (count != 1)} between programs name it." if count else ""


def _programs_of_region(region: Region) -> str:
    names = region.programs.order_by("identifier").values_list("identifier", flat=True)
    return f"These programs belong to it: {', '.join(names)}." if names else ""


register_use(Field, _read_by_code)
register_use(Utility, _programs_of_utility)
register_use(Utility, _conflicts_of_utility)
register_use(Region, _programs_of_region)
