"""The catalogue as it was at a moment, read from the history of its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Max, Min, Model, Value

from programs.models.base import CatalogueRow
from programs.models.checks import CheckKind, ProgramCheck
from programs.models.conflicts import Conflict
from programs.models.facts import UnknownSeason
from programs.models.fields import ChoiceList, Field
from programs.models.places import Utility
from programs.models.programs import Deadline, DeliveryPeriod, Program
from programs.models.requirements import Requirement

Row = TypeVar("Row", bound=CatalogueRow)

# The reason of the states with which the history begins anew after upgrades that left none.
CARRIED_OVER = "as an upgrade left it"
DECIDING = (Field, Requirement, Program, DeliveryPeriod, Deadline, CheckKind, ProgramCheck, Conflict, UnknownSeason)


@dataclass(frozen=True, slots=True)
class ProgramRows:
    """A program with what belongs to it: utilities by code, periods with their deadlines, checks with their kind, and
    the seasons that nobody published."""

    program: Program
    utilities: Sequence[str]
    periods: Sequence[tuple[DeliveryPeriod, Sequence[Deadline]]]
    checks: Sequence[ProgramCheck]
    unknown_seasons: Sequence[UnknownSeason]


@dataclass(frozen=True, slots=True)
class PastCatalogue:
    """What decided about enrollment at a moment; requirements have their program and fields at hand.

    Lists of values are those of the present: no evaluation depends on which of them are on offer.
    """

    fields: Sequence[Field]
    requirements: Sequence[Requirement]
    programs: Sequence[ProgramRows]
    kinds: Sequence[CheckKind]
    conflicts: Sequence[Conflict]


def catalogue_at(at: datetime) -> PastCatalogue:
    """The catalogue's rows as they were; before `recorded_since` there are none. Some ten queries."""
    fields = _wired(_rows(Field, at), choice_list=ChoiceList.objects.prefetch_related("choices").in_bulk())
    by_pk = {field.pk: field for field in fields}
    kinds = _rows(CheckKind, at)
    programs = _programs(at, kinds)
    only = {rows.program.pk: rows.program for rows in programs}
    requirements = _wired(_rows(Requirement, at), program=only, field=by_pk, condition_field=by_pk)
    conflicts = _wired(_rows(Conflict, at), program=only, other=only, utility=Utility.objects.in_bulk(), said_by=by_pk)
    return PastCatalogue(
        fields=sorted(fields, key=lambda field: (field.position, field.path)),
        requirements=sorted(requirements, key=lambda row: (row.program.identifier, row.field.position)),
        programs=programs,
        kinds=kinds,
        conflicts=sorted(conflicts, key=lambda row: row.pk),
    )


def _programs(at: datetime, kinds: Sequence[CheckKind]) -> list[ProgramRows]:
    states = _states(Program, at)
    utilities = _utilities_of(states)
    periods, deadlines, checks = _rows(DeliveryPeriod, at), _rows(Deadline, at), _rows(ProgramCheck, at)
    checks = _wired(checks, kind={kind.pk: kind for kind in kinds})
    of_period = _grouped(sorted(deadlines, key=lambda row: row.deadline_at), "period_id")
    of_program = _grouped(sorted(periods, key=lambda row: (row.starts_at, row.name)), "program_id")
    seasons_of = _grouped(sorted(_rows(UnknownSeason, at), key=lambda row: row.starts_on), "program_id")
    checks_of = _grouped(sorted(checks, key=lambda row: row.kind_id), "program_id")
    rows = [
        ProgramRows(
            state.instance,
            utilities.get(state.pk, []),
            [(period, of_period.get(period.pk, [])) for period in of_program.get(state.id, [])],
            checks_of.get(state.id, []),
            seasons_of.get(state.id, []),
        )
        for state in states
    ]
    return sorted(rows, key=lambda row: (row.program.position, row.program.identifier))


def _utilities_of(states: Sequence[Any]) -> dict[int, list[str]]:
    """The codes of the utilities that belong to states of programs, by the ID of the state."""
    rows = Program.history.model._meta.apps.get_model("programs", "HistoricalProgram_utilities").objects
    codes: dict[int, list[str]] = {}
    for state, code in rows.filter(history__in=states, utility__isnull=False).values_list("history", "utility__code"):
        codes.setdefault(state, []).append(code)
    return codes


def _grouped(rows: Iterable[Row], name: str) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups


@dataclass(frozen=True, slots=True)
class HistoryVersion:
    """Which history it is: another one after every change, also one that leaves the catalogue as it was before.

    last_change: when the catalogue last changed in what decides about enrollment; None when it has no history.
    """

    states: tuple[object, ...]
    last_change: datetime | None


def history_version() -> HistoryVersion:
    """The version of the history as it is now. One query."""
    told = {"count": Count("history_id"), "last": Max("history_id"), "at": Max("history_date")}
    first, *rest = (
        model.history.order_by().values(n=Value(number)).annotate(**told) for number, model in enumerate(DECIDING)
    )
    rows = list(first.union(*rest, all=True))
    states = sorted((row["n"], row["count"], row["last"], str(row["at"])) for row in rows)
    return HistoryVersion(tuple(states), max((row["at"] for row in rows), default=None))


def recorded_since() -> datetime | None:
    """From when on the history tells what the catalogue was: its beginning, or the last upgrade that had to fill it."""
    filled = [model.history.filter(history_change_reason=CARRIED_OVER) for model in DECIDING]
    upgrades = [rows.aggregate(at=Max("history_date"))["at"] for rows in filled]
    known = [at for at in upgrades if at is not None]
    first: datetime | None = Program.history.aggregate(at=Min("history_date"))["at"]
    return max(known) if known else first


def entered_at(period: int, deadline_at: datetime) -> datetime | None:
    """When a deadline was entered that is one, or was; None for none. One query."""
    states = Deadline.history.filter(period=period, deadline_at=deadline_at).exclude(history_type="-")
    first: datetime | None = states.aggregate(at=Min("history_date"))["at"]
    return first


@dataclass(frozen=True, slots=True)
class DeadlineState:
    """A deadline as it was from a moment on, until its next state if there is one."""

    period: int
    deadline_at: datetime
    activation_at: datetime
    since: datetime
    until: datetime | None


def deadline_states() -> list[DeadlineState]:
    """Every state that a deadline ever had, deleted ones too. One query."""
    names = ("id", "period_id", "deadline_at", "activation_at", "history_date", "history_type")
    rows = list(Deadline.history.order_by("id", "history_date", "history_id").values_list(*names))
    states = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        pk, period, deadline_at, activation_at, since, kind = row
        until = following[4] if following and following[0] == pk else None
        if kind != "-":
            states.append(DeadlineState(period, deadline_at, activation_at, since, until))
    return states


def _rows(model: type[Row], at: datetime) -> list[Row]:
    return [state.instance for state in _states(model, at)]


def _states(model: type[CatalogueRow], at: datetime) -> list[Any]:
    """The state of each row that was there: of several at one moment the last."""
    states: dict[int, Any] = {}
    for state in model.history.filter(history_date__lte=at).order_by("history_date", "history_id"):
        states[state.id] = state
    return [state for state in states.values() if state.history_type != "-"]


def _wired(rows: Iterable[Row], **targets: Mapping[int, Model]) -> list[Row]:
    """The rows with what they point to; those of which something did not exist are left out."""
    wired = []
    for row in rows:
        keys = {name: getattr(row, f"{name}_id") for name in targets}
        if all(key is None or key in targets[name] for name, key in keys.items()):
            for name, key in keys.items():
                setattr(row, name, targets[name][key] if key is not None else None)
            wired.append(row)
    return wired
