"""What a program asks of a meter, compiled from the catalogue: the evaluation reads this and never the database."""

import hashlib
import json
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal.web.clock import local_day, midnight
from programs.deadlines import DeadlineRule, accepted_until, next_deadline, over_at
from programs.models import (
    ActionType,
    Boundary,
    CheckKind,
    Conflict,
    Deadline,
    DeliveryPeriod,
    PassedDeadline,
    Program,
    ProgramCheck,
    UnknownSeason,
    is_over,
)
from programs.models.past import HistoryVersion, ProgramRows, catalogue_at, entered_at, history_version, recorded_since
from programs.schema import Schema, catalogue_version, schema_for, schema_of_past

_NOT_DIGESTED = frozenset({"holds", "depends_on"})
_YEAR_DAYS = 366


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: its ID for people, the document, whether it was confirmed, when it holds; its link."""

    rule: str
    source: str = ""
    verified: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    url: str = ""

    def applies(self, on: date) -> bool:
        return not ((self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to))


@dataclass(frozen=True, slots=True)
class ActionDefinition:
    """One type of action as it is published: who acts, its texts, and the status of a meter while it is open."""

    action_type: str
    acts: str
    code: str
    description: str
    while_open: str = "INELIGIBLE"

    def described(self, fields: Iterable[str], labels: Mapping[str, str]) -> str:
        """The description, with the fields that it is about."""
        return self.description.replace("{fields}", ", ".join(labels.get(key, key) for key in fields))


@dataclass(frozen=True, slots=True)
class RecordedRule:
    """Something that Leap finds out by hand before a meter is in the program."""

    action: ActionDefinition
    source: Source


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Whether a customer of the program can be in another one too. utility, classification, path: "" for any.

    said_by: the key of the program's own yes-or-no field that says whether the other is held too; "" for none.
    """

    other: str
    utility: str
    classification: str
    path: str
    is_allowed: bool
    note: str
    source: Source
    said_by: str = ""

    def applies_to(self, utility: str, classes: Collection[str], on: date) -> bool:
        fits = self.utility in ("", utility) and self.classification in ("", *classes)
        return fits and not self.path and self.source.applies(on)


@dataclass(frozen=True, slots=True)
class UnknownSeasonRules:
    """A time in which the program may run, and of which no delivery period is published; aware datetimes.

    classification: the kind of customer that it is about, "" for both.
    """

    starts_at: datetime
    over_at: datetime
    classification: str
    note: str
    source: Source


@dataclass(frozen=True, slots=True)
class PeriodRules:
    """A delivery period; aware datetimes in the program's zone.

    ends_at is what is published: the midnight with which its last day begins. Until over_at it runs. recorded: of
    its deadlines that have passed, those of which it is recorded which meters made them: deadline_at, accepted_until.
    """

    pk: int
    name: str
    starts_at: datetime
    ends_at: datetime
    over_at: datetime
    deadlines: tuple[DeadlineRule, ...]
    recorded: frozenset[tuple[datetime, datetime]] = field(default=frozenset(), compare=False)

    def is_recorded(self, deadline: DeadlineRule) -> bool:
        """Whether it is recorded which meters made a deadline."""
        return (deadline.deadline_at, deadline.accepted_until) in self.recorded

    def next_deadline(self, at: datetime) -> DeadlineRule | None:
        """The deadline that can still be made and activates soonest."""
        return next_deadline(self.deadlines, at)

    def is_closed(self, at: datetime) -> bool:
        """Whether it has deadlines, and all of them have passed."""
        return bool(self.deadlines) and self.next_deadline(at) is None


@dataclass(frozen=True, slots=True)
class ProgramRules:
    """All that the evaluation asks of a program."""

    pk: int
    identifier: str
    name: str
    transmission_region: str
    meter_types: frozenset[str]
    states: frozenset[str]
    utilities: frozenset[str]
    needs_authorization: bool
    is_partner_created: bool
    leaves_at: str
    periods_ahead: int
    zone: ZoneInfo
    source: Source
    periods: tuple[PeriodRules, ...]
    recorded: tuple[RecordedRule, ...]
    exclusions: tuple[Exclusion, ...]
    actions: dict[str, ActionDefinition]
    unknown_seasons: tuple[UnknownSeasonRules, ...] = ()
    position: int = 0
    is_offered: bool = True

    @property
    def takes_forms(self) -> bool:
        """Whether a form for a new meter of it can be opened: partners create its meters, and it is not over."""
        return self.is_offered and self.is_partner_created and not is_over(self.source.valid_to)

    def takes(self, region: str, meter_type: str) -> bool:
        """Whether meters of a region and type are looked at for it at all."""
        return self.is_offered and region == self.transmission_region and meter_type in self.meter_types

    def shown_periods(self, at: datetime) -> tuple[PeriodRules, ...]:
        """The periods that are evaluated: the running one and the next, within a year (periods_ahead in all)."""
        ahead = [one for one in self.periods if one.over_at > at and (one.starts_at - at).days < _YEAR_DAYS]
        return tuple(ahead[: self.periods_ahead])

    def leading_period(self, at: datetime) -> PeriodRules | None:
        """The period that a meter can be activated in next; without one, the first that is not over."""
        shown = self.shown_periods(at)
        return next((one for one in shown if one.next_deadline(at)), shown[0] if shown else None)

    def unknown_before(
        self, period: PeriodRules | None, at: datetime, classification: str
    ) -> UnknownSeasonRules | None:
        """The unpublished season in which meters may become active before a period begins, or while it runs."""
        for season in self.unknown_seasons:
            begins_before = period is None or season.starts_at <= period.starts_at
            if season.over_at > at and begins_before and season.classification in ("", classification):
                return season
        return None

    def asked_on(self, at: datetime) -> date:
        """The local day whose requirements count for a meter that wants to join now."""
        period = self.leading_period(at)
        return self.day_of(max(at, period.starts_at) if period else at)

    def day_of(self, at: datetime) -> date:
        """The program's local day of a moment."""
        return local_day(at, self.zone)

    @property
    def excluded(self) -> frozenset[str]:
        """The programs that somebody cannot hold beside it."""
        return frozenset(one.other for one in self.exclusions if not one.is_allowed)

    @property
    def is_compared(self) -> bool:
        """Whether its status depends on what else a customer holds."""
        return any(not one.is_allowed or one.said_by for one in self.exclusions)

    def exclusion_of(self, other: str, *, utility: str, classes: Collection[str], on: date) -> Exclusion | None:
        """The row that decides about another program for one customer: the most specific one, of those the strictest.

        classes: those of the two meters. on: a day when both are held, so that both programs find the same row.
        """
        rows = [one for one in self.exclusions if one.other == other and one.applies_to(utility, classes, on)]
        return max(
            rows, key=lambda one: (bool(one.utility), bool(one.classification), not one.is_allowed), default=None
        )

    def depends_on_utility(self, other: str, *, classes: Collection[str], on: date) -> Exclusion | None:
        """A row about another program that holds at one utility only, when rows of other utilities say otherwise or
        nothing is said of any utility: then nobody can tell for a customer whose utility is not known."""
        rows = [one for one in self.exclusions if one.other == other and one.utility]
        rows = [one for one in rows if one.applies_to(one.utility, classes, on)]
        if self.exclusion_of(other, utility="", classes=classes, on=on) or all(one.is_allowed for one in rows):
            return None
        return next(one for one in rows if not one.is_allowed)

    def digest(self, schema: Schema, at: datetime) -> str:
        """A text that changes when the rules change, or when time makes them apply to another period or day."""
        period, on = self.leading_period(at), self.asked_on(at)
        running = [one.pk for one in self.periods if one.starts_at <= at < one.over_at]
        told: list[Any] = [self, period and period.pk, running, period and period.next_deadline(at)]
        told += _without_functions(schema, self.identifier, on)
        told += [one.over_at > at for one in self.unknown_seasons]
        told += [one.source.applies(on) for one in self.recorded] + [one.source.applies(on) for one in self.exclusions]
        return hashlib.sha256(json.dumps(told, default=_as_json, sort_keys=True).encode()).hexdigest()


def _without_functions(schema: Schema, program: str, on: date) -> Iterable[dict[str, Any]]:
    for rule in schema.rules_of(program):
        if rule.applies(on):
            yield {part.name: getattr(rule, part.name) for part in fields(rule) if part.name not in _NOT_DIGESTED}


def _as_json(value: object) -> object:
    """What JSON has no form for: the same text in every process. TypeError for what has none, such as a function."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: getattr(value, part.name) for part in fields(value) if part.compare}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (ZoneInfo, Decimal)):
        return str(value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


# --- compiling

_kept: dict[str, dict[str, ProgramRules]] = {}
_lock = threading.Lock()


def rules_of(identifiers: Collection[str] = ()) -> dict[str, ProgramRules]:
    """The rules of the named programs by identifier, of every program when none is named; kept until they change."""
    compiled = _rules_of(catalogue_version())
    return {name: compiled[name] for name in identifiers if name in compiled} if identifiers else compiled


def _rules_of(version: str) -> dict[str, ProgramRules]:
    compiled = _kept.get(version)
    if compiled is None:
        compiled = _present()
        with _lock:
            _kept.clear()
            _kept[version] = compiled
    return dict(compiled)


@dataclass(frozen=True, slots=True)
class RulesOfMoment:
    """The rules of all programs as they were at a moment, with the validator that goes with them."""

    rules: Mapping[str, ProgramRules]
    schema: Schema


def rules_now() -> RulesOfMoment:
    """The rules of all programs as the catalogue has them, also in a transaction that is taken back. One query."""
    version = catalogue_version()
    rules = _rules_of(version)
    return RulesOfMoment(rules, schema_for(rules, version=version))


_kept_past: dict[tuple[HistoryVersion, str, datetime], RulesOfMoment] = {}
_PAST_KEPT = 8


def rules_at(at: datetime) -> RulesOfMoment:
    """The rules as the catalogue's history has them; before its beginning, the first that it has.

    Two queries; some ten more for a moment before the last change of the catalogue, kept until it changes again.
    """
    version = history_version()
    if version.last_change is None or version.last_change <= at:
        return rules_now()
    key = (version, catalogue_version(), at)
    kept = _kept_past.get(key)
    if kept is None:
        kept = _rules_at(at)
        with _lock:
            if len(_kept_past) >= _PAST_KEPT:
                _kept_past.clear()
            _kept_past[key] = kept
    return kept


def _rules_at(at: datetime) -> RulesOfMoment:
    first = recorded_since()
    past = catalogue_at(max(at, first) if first else at)
    rules = _compiled(past.programs, past.kinds, past.conflicts)
    return RulesOfMoment(rules, schema_of_past(past, rules, at.date()))


def rules_moment_of(period: int, deadline: DeadlineRule) -> datetime | None:
    """The moment whose rules decide who made a deadline: its own, or when it was entered if that was later; None for
    one that never was in the catalogue."""
    entered = entered_at(period, deadline.deadline_at)
    return max(entered, deadline.accepted_until) if entered else None


def _present() -> dict[str, ProgramRules]:
    programs = [
        ProgramRows(
            program,
            [utility.code for utility in program.utilities.all()],
            [(period, list(period.deadlines.all())) for period in program.delivery_periods.all()],
            list(program.checks.all()),
            list(program.unknown_seasons.all()),
        )
        for program in Program.objects.prefetch_related(
            "utilities", "delivery_periods__deadlines", "checks__kind", "unknown_seasons"
        )
    ]
    conflicts = Conflict.objects.select_related("program", "other", "utility", "said_by").order_by("pk")
    return _compiled(programs, CheckKind.objects.all(), conflicts)


def _compiled(
    programs: Iterable[ProgramRows], kinds: Iterable[CheckKind], conflicts: Iterable[Conflict]
) -> dict[str, ProgramRules]:
    actions = {
        kind.action_type: ActionDefinition(kind.action_type, kind.acts, kind.code, kind.description, kind.while_open)
        for kind in kinds
    }
    for kind in ActionType:  # one that an admin deleted is still said
        actions.setdefault(kind.value, ActionDefinition(kind.value, "partner", "", kind.label, "INELIGIBLE"))
    exclusions, recorded = _exclusions(conflicts), _recorded_deadlines()
    return {
        rows.program.identifier: _rules(rows, actions, exclusions.get(rows.program.identifier, ()), recorded)
        for rows in programs
    }


Recorded = dict[int, frozenset[tuple[datetime, datetime]]]


def _recorded_deadlines() -> Recorded:
    """By period: the deadlines of which it is known which meters made them."""
    recorded: dict[int, set[tuple[datetime, datetime]]] = {}
    rows = PassedDeadline.objects.exclude(recorded_at=None).values_list("period", "deadline_at", "accepted_until")
    for period, deadline_at, until in rows:
        recorded.setdefault(period, set()).add((deadline_at, until))
    return {period: frozenset(moments) for period, moments in recorded.items()}


def _rules(
    rows: ProgramRows,
    actions: dict[str, ActionDefinition],
    exclusions: Collection[Exclusion],
    recorded: Recorded,
) -> ProgramRules:
    program = rows.program
    zone = ZoneInfo(program.time_zone)
    return ProgramRules(
        pk=program.pk,
        identifier=program.identifier,
        name=program.name,
        transmission_region=program.transmission_region,
        meter_types=frozenset(program.accepted_meter_types),
        states=frozenset(program.states),
        utilities=frozenset(rows.utilities),
        needs_authorization=program.needs_utility_authorization,
        is_partner_created=program.is_partner_created,
        is_offered=program.is_offered,
        position=program.position,
        leaves_at=program.leaves_at,
        periods_ahead=program.periods_ahead,
        zone=zone,
        source=Source(
            f"program {program.identifier}",
            program.source,
            program.verified,
            program.active_from,
            program.active_to,
            program.source_url,
        ),
        periods=tuple(
            _period(period, deadlines, recorded.get(period.pk, frozenset()), program)
            for period, deadlines in rows.periods
        ),
        unknown_seasons=tuple(_unknown_season(season, zone) for season in rows.unknown_seasons),
        recorded=tuple(_recorded(check, actions) for check in rows.checks),
        exclusions=tuple(exclusions),
        actions=actions,
    )


def _period(
    period: DeliveryPeriod,
    deadlines: Iterable[Deadline],
    recorded: frozenset[tuple[datetime, datetime]],
    program: Program,
) -> PeriodRules:
    zone = ZoneInfo(program.time_zone)
    return PeriodRules(
        pk=period.pk,
        name=period.name,
        starts_at=period.starts_at.astimezone(zone),
        ends_at=period.ends_at.astimezone(zone),
        over_at=over_at(period.ends_at, zone),
        deadlines=tuple(
            DeadlineRule(
                line.deadline_at.astimezone(zone),
                accepted_until(line.deadline_at, zone, rolls_over=program.weekend_rolls_over),
                line.activation_at.astimezone(zone),
            )
            for line in deadlines
        ),
        recorded=recorded,
    )


def _unknown_season(season: UnknownSeason, zone: ZoneInfo) -> UnknownSeasonRules:
    return UnknownSeasonRules(
        starts_at=midnight(season.starts_on, zone),
        over_at=midnight(season.ends_on + timedelta(days=1), zone),
        classification=season.classification,
        note=season.note,
        source=Source(f"season {season.pk}", season.source, season.verified, url=season.source_url),
    )


def _recorded(check: ProgramCheck, actions: dict[str, ActionDefinition]) -> RecordedRule:
    usual = actions[check.kind.action_type]
    action = ActionDefinition(
        usual.action_type,
        usual.acts,
        usual.code,
        check.description or usual.description,
        check.while_open or usual.while_open,
    )
    source = Source(
        f"check {check.pk}", check.source, check.verified, check.valid_from, check.valid_to, check.source_url
    )
    return RecordedRule(action, source)


def _exclusions(conflicts: Iterable[Conflict]) -> dict[str, list[Exclusion]]:
    """By program; every conflict is listed under both of its programs."""
    exclusions: dict[str, list[Exclusion]] = {}
    for row in conflicts:
        about = (row.source, row.verified, row.valid_from, row.valid_to, row.source_url)
        for program, other in ((row.program, row.other), (row.other, row.program)):
            exclusion = Exclusion(
                other=other.identifier,
                utility=row.utility.code if row.utility else "",
                classification=row.classification,
                path=row.path,
                is_allowed=row.is_allowed,
                note=row.note,
                source=Source(f"conflict {row.pk}", *about),
                said_by=row.said_by.path if row.said_by and program == row.program else "",
            )
            exclusions.setdefault(program.identifier, []).append(exclusion)
    return exclusions


def is_month(rules: ProgramRules) -> bool:
    """Whether active meters leave at the end of a month rather than of the period."""
    return rules.leaves_at == Boundary.MONTH
