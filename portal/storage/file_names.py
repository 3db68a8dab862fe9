"""The columns that name stored files, so that whoever copies or looks for files finds all of them."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models


class FileNameField(models.CharField):
    """The name of a stored file; "" for none. In the database and in migrations it is a plain CharField."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def file_name_fields() -> Iterator[tuple[type[models.Model], FileNameField]]:
    """Every column that names stored files, with its model."""
    for model in apps.get_models():
        yield from ((model, field) for field in model._meta.local_concrete_fields if isinstance(field, FileNameField))


def named_files() -> set[str]:
    """The names of all stored files that rows name. One query for each column."""
    names: set[str] = set()
    for model, field in file_name_fields():
        rows: models.QuerySet = models.QuerySet(model).exclude(**{field.name: ""})
        names.update(rows.values_list(field.name, flat=True).iterator())
    return names
