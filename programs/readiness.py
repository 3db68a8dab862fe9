"""What is still missing before meters can be enrolled in a program, as far as the catalogue knows. Reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, Q, QuerySet

from portal.web import clock
from portal.web.clock import day_text
from programs.deadlines import over_at
from programs.models import (
    Agreement,
    Conflict,
    DeliveryPeriod,
    Level,
    Program,
    RequiredInformation,
    Requirement,
    Utility,
    core_faults,
)
from programs.models.programs import is_over


class State(StrEnum):
    """How far one item of the checklist is."""

    DONE = "done"
    WARNING = "look"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a program's checklist. model and pk say which row is to be edited; no pk: one is to be added."""

    state: State
    text: str
    model: str
    pk: int | None = None
    preset: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is the same for all programs: faults of the core fields; the transmission regions that have agreements and
    required information; the utilities that can be reached, each with its region."""

    faults: list[str]
    agreements: frozenset[str]
    information: frozenset[str]
    reached: dict[int, str]


def checklist(program: Program) -> list[Item]:
    """Everything that a program needs, in the order in which it is set up."""
    [(read, needed)] = _needed_by(Program.objects.filter(pk=program.pk))
    return [*needed, *_conflicts(read)]


def missing_by_program(programs: QuerySet[Program]) -> dict[int, int]:
    """How many things each program misses, by its key, in as many queries for many programs as for one."""
    return {program.pk: missing_in(needed) for program, needed in _needed_by(programs)}


def missing_in(items: Iterable[Item]) -> int:
    return sum(1 for item in items if item.state == State.MISSING)


def _needed_by(programs: QuerySet[Program]) -> Iterator[tuple[Program, list[Item]]]:
    """What each of these programs needs of its own; about other programs, nothing is ever missing."""
    shared = _shared()
    periods = DeliveryPeriod.objects.order_by("starts_at").prefetch_related("deadlines")
    requirements = Requirement.objects.select_related("field").order_by("field__position")
    utilities = Utility.objects.filter(is_test=False).annotate(formats=Count("account_formats"))
    related = (
        Prefetch("delivery_periods", periods),
        "unknown_seasons",
        Prefetch("requirements", requirements),
        Prefetch("utilities", utilities),
    )
    for program in programs.prefetch_related(*related):
        parts = (_program(program, shared), _season(program), _requirements(program), _utilities(program))
        yield program, [*chain(*parts), *_customers(program, shared)]


def _shared() -> _Shared:
    connected = Utility.objects.filter(is_test=False, green_button__is_active=True)
    return _Shared(
        core_faults(),
        frozenset(Agreement.objects.values_list("transmission_region", flat=True)),
        frozenset(RequiredInformation.objects.values_list("transmission_region", flat=True)),
        dict(connected.values_list("pk", "transmission_region")),
    )


def _program(program: Program, shared: _Shared) -> Iterator[Item]:
    for fault in shared.faults:
        yield Item(State.MISSING, fault, "field")
    if not program.is_offered:
        yield Item(State.MISSING, "The program is not offered, so meters can’t join.", "program", program.pk)
    if is_over(program.active_to):
        yield Item(State.MISSING, f"The program ended on {program.active_to}.", "program", program.pk)
    if not program.accepted_meter_types:
        yield Item(State.MISSING, "The program doesn’t accept any meter type.", "program", program.pk)
    if not program.summary:
        yield Item(State.WARNING, "The program’s page has no summary.", "program", program.pk)
    yield _sourced("The program", program.source, program.verified, "program", program.pk)


def _sourced(what: str, source: str, verified: bool, model: str, pk: int) -> Item:
    if not source:
        return Item(State.MISSING, f"{what} has no source.", model, pk)
    if not verified:
        return Item(State.WARNING, f"{what} is not verified. Its source: {source}", model, pk)
    return Item(State.DONE, f"{what} is verified.", model, pk)


def _season(program: Program) -> Iterator[Item]:
    now, zone = clock.now(), ZoneInfo(program.time_zone)
    preset = (("program", program.pk),)
    periods = [period for period in program.delivery_periods.all() if over_at(period.ends_at, zone) > now]
    if not periods:
        yield Item(State.MISSING, "There are no current or upcoming delivery periods.", "deliveryperiod", None, preset)
    for period in periods:
        yield from _period(period, now)
    for season in program.unknown_seasons.all():
        days = f"{day_text(season.starts_on)} to {day_text(season.ends_on)}"
        yield Item(State.WARNING, f"No delivery periods are published for {days}.", "unknownseason", season.pk)
    if periods and not any(deadline.deadline_at > now for period in periods for deadline in period.deadlines.all()):
        yield Item(
            State.MISSING,
            "There are no upcoming deadlines, so new meters can’t be activated.",
            "deliveryperiod",
            periods[-1].pk,
        )


def _period(period: DeliveryPeriod, now: datetime) -> Iterator[Item]:
    deadlines = list(period.deadlines.all())
    if not deadlines:
        yield Item(State.MISSING, f"{period.name} has no deadlines.", "deliveryperiod", period.pk)
    else:
        count = sum(1 for deadline in deadlines if deadline.deadline_at > now)
        yield Item(
            State.DONE,
            f"{period.name} has {_counted(len(deadlines))}, {count} upcoming.",
            "deliveryperiod",
            period.pk,
        )
        if not all(deadline.source for deadline in deadlines):
            yield Item(State.MISSING, f"A deadline of {period.name} has no source.", "deliveryperiod", period.pk)
        elif not all(deadline.verified for deadline in deadlines):
            yield Item(State.WARNING, f"Deadlines of {period.name} are not verified.", "deliveryperiod", period.pk)
    yield _sourced(period.name, period.source, period.verified, "deliveryperiod", period.pk)


def _counted(deadlines: int) -> str:
    return "1 deadline" if deadlines == 1 else f"{deadlines} deadlines"


def _requirements(program: Program) -> Iterator[Item]:
    rows = list(program.requirements.all())
    required = [row for row in rows if row.level == Level.REQUIRED]
    if required:
        yield Item(State.DONE, f"{len(required)} required fields.", "program", program.pk)
    elif program.is_customer_authorized:
        text = "The program has no required fields. Customers join by authorizing."
        yield Item(State.DONE, text, "program", program.pk)
    else:
        yield Item(State.MISSING, "The program has no required fields.", "program", program.pk)
    for row in rows:
        if row.level != Level.HIDDEN and not row.source:
            yield Item(State.MISSING, f"{_named(row)} has no source.", "requirement", row.pk)
        elif row.level != Level.HIDDEN and not row.verified:
            yield Item(State.WARNING, f"{_named(row)} is not verified.", "requirement", row.pk)
        if row.field.deprecated and row.level == Level.REQUIRED:
            yield Item(State.MISSING, f"{row.field.label} is required but no longer offered.", "requirement", row.pk)


def _named(row: Requirement) -> str:
    return f"{row.field.label} ({row.get_level_display().lower()})"


def _utilities(program: Program) -> Iterator[Item]:
    named = program.utilities.all()
    if not named:
        text = "Customers of any utility may join." if not program.states else "Any utility in its states may join."
        yield Item(State.DONE, text, "program", program.pk)
    for utility in named:
        yield from _utility(utility, program)


def _utility(utility: Utility, program: Program) -> Iterator[Item]:
    if not utility.is_offered:
        yield Item(State.MISSING, f"{utility.name} may join but isn’t offered in lists.", "utility", utility.pk)
    if utility.transmission_region not in ("", program.transmission_region):
        text = f"{utility.name} is in {utility.transmission_region}, the program in {program.transmission_region}."
        yield Item(State.MISSING, text, "utility", utility.pk)
    if not utility.formats:  # type: ignore[attr-defined]  # annotated above
        yield Item(
            State.WARNING,
            f"We don’t know the account format of {utility.name}, so its account numbers aren’t checked.",
            "utility",
            utility.pk,
        )


def _customers(program: Program, shared: _Shared) -> Iterator[Item]:
    """What Connect needs before customers can come by their authorization."""
    if not program.is_customer_authorized:
        return
    preset = (("transmission_region", program.transmission_region),)
    for model, what, regions in (
        ("agreement", "agreement", shared.agreements),
        ("requiredinformation", "required information", shared.information),
    ):
        if program.transmission_region in regions:
            yield Item(State.DONE, f"Connect has {what} for {program.transmission_region}.", model)
        else:
            text = f"Connect has no {what} for {program.transmission_region}."
            yield Item(State.MISSING, text, model, None, preset)
    if program.needs_utility_authorization:
        yield from _connections(program, shared.reached)


def _connections(program: Program, reached: dict[int, str]) -> Iterator[Item]:
    named = {utility.pk for utility in program.utilities.all()}
    if named & reached.keys() if named else program.transmission_region in reached.values():
        yield Item(State.DONE, "Customers can authorize at least one of its utilities.", "utility")
    else:
        yield Item(
            State.MISSING,
            "Customers can’t authorize any of its utilities: no Green Button connection is active.",
            "utility",
        )


def _conflicts(program: Program) -> Iterator[Item]:
    """Programs of the region about which nothing is said: two such programs count as compatible."""
    rows = Conflict.objects.filter(Q(program=program) | Q(other=program))
    known = {key for pair in rows.values_list("program", "other") for key in pair}
    others = Program.objects.filter(region=program.region_id, is_offered=True).exclude(pk__in=[*known, program.pk])
    for other in others.order_by("position"):
        preset = (("program", program.pk), ("other", other.pk))
        text = f"There’s no rule about {other.name}, so it counts as compatible."
        yield Item(State.WARNING, text, "conflict", None, preset)
    yield Item(State.DONE, f"{rows.count()} rules about other programs.", "conflict")
