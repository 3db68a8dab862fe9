"""Every change of the catalogue, read-only: who, when, old and new. Deleted rows are found here too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, OuterRef, Subquery, prefetch_related_objects
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
    IntervalColumn,
    IntervalDataRule,
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
    row: Model  # as it was then; this and the next are added for a page of the list
    before: "HistoricalRecord | None"

    def get_history_type_display(self) -> str: ...


class ChangeAdmin(TableAdmin, admin.ModelAdmin):
    """One line for each change of a table."""

    history_of: type[Model]

    list_display = ["when", "who", "what", "row", "changes"]
    list_display_links = None
    list_filter = ["history_date", "history_type"]
    list_select_related = ["history_user"]
    named_by: tuple[str, ...] = ()  # what the names of its rows are made of, besides their own columns
    list_per_page = 50
    ordering = ["-history_date", "-history_id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list with what its lines tell of other rows, read for all lines at once."""
        changes = super().get_changelist_instance(request)
        records: list[Any] = list(changes.result_list)
        rows = [record.instance for record in records]
        prefetch_related_objects(rows, *self.named_by)
        before = _records_before(self.model, [record.pk for record in records if record.history_type == "~"])
        for record, row in zip(records, rows, strict=True):
            record.row, record.before = row, before.get(record.pk)
        changes.result_list = records
        return changes

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
        return name_of(record.row)

    @admin.display(description="old → new")
    def changes(self, record: HistoricalRecord) -> str:
        return "; ".join(differences(record, record.before)) if record.before else "–"


def _records_before(model: type[Model], changes: Sequence[int]) -> dict[int, Any]:
    """The record before each of these, by the key of the later one."""
    table, key = model._default_manager, model.instance_type._meta.pk.attname  # type: ignore[attr-defined]  # of a history
    earlier = table.filter(**{key: OuterRef(key)}, history_date__lt=OuterRef("history_date"))
    last = Subquery(earlier.order_by("-history_date", "-pk").values("pk")[:1])
    pairs = dict(table.filter(pk__in=changes).values_list("pk", last))
    records = table.in_bulk([before for before in pairs.values() if before])
    return {change: records[before] for change, before in pairs.items() if before}


_WATCHED = (
    *(Program, DeliveryPeriod, Deadline, Field, Choice, Requirement, Utility, AccountFormat, State),
    *(Conflict, ProgramCheck, CheckKind, UtilityConnection, Agreement, RequiredInformation),
    *(ProgramFact, UnknownSeason, IntervalDataRule, IntervalColumn),
)
_ALSO: dict[type[Model], tuple[str, ...]] = {Deadline: ("period__program",)}
for _model in _WATCHED:
    _historical: Any = _model.history.model
    _historical._meta.verbose_name_plural = f"changes of {_model._meta.verbose_name_plural}"
    _references = (field.name for field in _model._meta.fields if field.many_to_one or field.one_to_one)
    _own = {"history_of": _model, "named_by": (*_references, *_ALSO.get(_model, ()))}
    admin.site.register(_historical, type(f"{_model.__name__}ChangeAdmin", (ChangeAdmin,), _own))
