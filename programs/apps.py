"""The programs app."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks
from django.db import DatabaseError

from portal.autodiscover import autodiscover


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "Program catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover(self.name)
        checks.register(core_fields_are_there, checks.Tags.database)


def core_fields_are_there(databases: Sequence[str] | None = None, **_: object) -> list[checks.CheckMessage]:
    """At start, with the migrations: what the catalogue lacks of the fields that the code reads."""
    from programs.models import core_faults

    try:
        faults = core_faults() if databases else []
    except DatabaseError:  # before the first migration
        return []
    return [
        checks.Warning(fault, hint="Add or correct it in the admin, Fields.", id="programs.W001") for fault in faults
    ]
