"""Every change of the catalogue, read-only: who, when, old and new. Deleted rows are found here too."""

from datetime import datetime
from typing import Any, Protocol

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from portal.admin.base import TableAdmin
from portal.partners.models import User
from programs.admin.versions import SYSTEM, differences, name_of
from programs.models import (
    AccountFormat,
    Agreement,
    CheckKind,
    Choice,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Field,
    Program,
    ProgramCheck,
    ProgramFact,
    RequiredInformation,
    Requirement,
    State,
    UnknownSeason,
    Utility,
    UtilityConnection,
)


class HistoricalRecord(Protocol):
    """One state of a row, as django-simple-history keeps it; its models are made at run time."""

    history_date: datetime
    history_type: str
    history_user: User | None
    instance: Model
    prev_record: "HistoricalRecord | None"

    def get_history_type_display(self) -> str: ...


class ChangeAdmin(TableAdmin, admin.ModelAdmin):
    """One line for each change of a table."""

    history_of: type[Model]

    list_display = ["when", "who", "what", "row", "changes"]
    list_display_links = None
    list_filter = ["history_date", "history_type"]
    list_select_related = ["history_user"]
    list_per_page = 50
    ordering = ["-history_date", "-history_id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.display(description="when", ordering="history_date")
    def when(self, record: HistoricalRecord) -> str:
        return f"{record.history_date:%Y-%m-%d %H:%M:%S} UTC"

    @admin.display(description="who")
    def who(self, record: HistoricalRecord) -> str:
        return str(record.history_user or SYSTEM)

    @admin.display(description="what", ordering="history_type")
    def what(self, record: HistoricalRecord) -> str:
        return record.get_history_type_display()

    @admin.display(description="row")
    def row(self, record: HistoricalRecord) -> str:
        return name_of(record.instance)

    @admin.display(description="old → new")
    def changes(self, record: HistoricalRecord) -> str:
        before = record.prev_record
        if before is None or record.history_type != "~":
            return "–"
        return "; ".join(differences(record, before))


_WATCHED = (
    *(Program, DeliveryPeriod, Deadline, Field, Choice, Requirement, Utility, AccountFormat, State),
    *(Conflict, ProgramCheck, CheckKind, UtilityConnection, Agreement, RequiredInformation),
    *(ProgramFact, UnknownSeason),
)
for _model in _WATCHED:
    _historical: Any = _model.history.model
    _historical._meta.verbose_name_plural = f"changes of {_model._meta.verbose_name_plural}"
    admin.site.register(_historical, type(f"{_model.__name__}ChangeAdmin", (ChangeAdmin,), {"history_of": _model}))
