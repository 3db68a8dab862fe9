"""What is known of a meter when it is evaluated. Plain values; `onboarding.enrollment.load` reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from onboarding.enrollment.rules import PeriodRules, ProgramRules, is_month
from programs.deadlines import DeadlineRule, end_of_month
from programs.schema import flatten

if TYPE_CHECKING:
    from onboarding.enrollment.models import ParticipationPeriod


# When a meter joined a program; of those joined at once, by the catalogue's order, then by the row's number.
Since = tuple[datetime, int, int]


@dataclass(frozen=True, slots=True)
class OutPeriod:
    """A time in which the meter takes no part (see ParticipationPeriod); ends_at is None when it has no end.

    wished_from: when it would begin, had an idle time not taken its first days; None when nothing was taken.
    """

    preference: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    wished_from: datetime | None = field(default=None, compare=False)

    @classmethod
    def of(cls, row: "ParticipationPeriod") -> "OutPeriod":
        """As a row of ParticipationPeriod has it."""
        return cls(row.preference, row.starts_at, row.ends_at, row.reason, row.wished_from)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What Leap found out about an item of the checklist (see CheckRecord)."""

    action_type: str
    holds: bool
    program: int | None
    period: int | None
    valid_from: datetime
    valid_to: datetime | None
    code: str
    note: str
    recorded_by: str

    def covers(self, program: int, period: int | None, at: datetime) -> bool:
        if self.program not in (None, program) or self.period not in (None, period):
            return False
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Activated:
    """The meter is enrolled in a period (see Activation)."""

    period: int
    active_from: datetime
    active_to: datetime | None
    market_group_id: UUID | None
    market_group_name: str
    end_reason: str = ""

    def covers(self, at: datetime) -> bool:
        return self.active_from <= at and (self.active_to is None or at < self.active_to)


@dataclass(frozen=True, slots=True)
class Made:
    """The meter was eligible in a period when a deadline passed (see MadeDeadline)."""

    period: int
    deadline: DeadlineRule


@dataclass(frozen=True, slots=True)
class Held:
    """A program that the same customer holds, on this meter or another: which excludes which is decided by `since`.

    asked_on: the day whose requirements count in it.
    """

    program: str
    meter: UUID
    reference: str
    is_active: bool
    since: Since
    classification: str
    asked_on: date


@dataclass(slots=True)
class MeterFacts:
    """One meter, or an asset that is to become one: what it holds, and what people recorded about it.

    wanted: the programs that it is meant for, and when it joined each of them. lost: of a moment in the past, what
    cannot be told any more (see MeterPast).
    """

    asset: Mapping[str, Any]
    pk: UUID | None = None
    created_at: datetime | None = None
    wanted: Mapping[str, Since] = field(default_factory=dict)
    out_periods: Sequence[OutPeriod] = ()
    records: Sequence[Recorded] = ()
    activations: Sequence[Activated] = ()
    made: Sequence[Made] = ()
    held: Sequence[Held] = ()
    is_archived: bool = False
    lost: Sequence[str] = ()
    _flat: dict[str, object] | None = None

    @property
    def flat(self) -> dict[str, object]:
        """The asset by field key."""
        if self._flat is None:
            self._flat = flatten(self.asset)
        return self._flat

    @property
    def utility(self) -> str:
        return str(self.asset.get("utility", {}).get("utility_name") or "")

    @property
    def classification(self) -> str:
        return str(self.asset.get("customer_classification") or "")

    @property
    def state(self) -> str:
        """Two letters; "" for a meter of utility data that has no address."""
        return str(self.asset.get("customer", {}).get("state_or_province_code") or "")

    def place(self) -> tuple[object, ...]:
        """What decides about the fit to a program, besides fields: assets alike in this have the same result."""
        return (
            self.asset["transmission_region"],
            self.state,
            self.asset["meter_type"],
            self.utility,
            self.classification,
        )

    def record(self, action_type: str, program: int, period: int | None, at: datetime) -> Recorded | None:
        """The newest record of an item at a moment; one for the period or the program goes before a general one."""
        records = [one for one in self.records if one.action_type == action_type and one.covers(program, period, at)]
        return max(
            records,
            key=lambda one: (one.period is not None, one.program is not None, one.valid_from),
            default=None,
        )

    def activation(self, period: int, at: datetime | None = None) -> Activated | None:
        """The activation in a period: the one that covers a moment if any does, else the last."""
        mine = sorted((one for one in self.activations if one.period == period), key=lambda one: one.active_from)
        covering = [one for one in mine if at is not None and one.covers(at)]
        return next(reversed(covering or mine), None)

    def out_at(self, program: ProgramRules, at: datetime) -> OutPeriod | None:
        """The period out that covers a moment. An active meter that disenrolls is not out before the boundary."""
        for period in self.out_periods:
            if self.out_from(program, period) <= at and (period.ends_at is None or at < period.ends_at):
                return period
        return None

    def is_out_until(self, program: ProgramRules, start: datetime, end: datetime) -> bool:
        """Whether the meter is out from one moment to another without a gap."""
        while start < end:
            out = self.out_at(program, start)
            if out is None:
                return False
            start = out.ends_at or end
        return True

    def out_from(self, program: ProgramRules, out: OutPeriod) -> datetime:
        """When a period out begins in a program: at once, or for an active meter that disenrolls at the boundary."""
        if out.preference == "DISENROLL":
            for period in program.periods:
                active = self.activation(period.pk, out.starts_at)
                if active is not None and active.covers(out.starts_at) and out.starts_at < period.over_at:
                    return boundary(program, period, out.starts_at)
        return out.starts_at

    def deadline_made(self, period: PeriodRules, at: datetime) -> DeadlineRule | None:
        """Of the deadlines of a period that the meter has made by a moment, the one that activates it first
        (leap.md 4.5). None once an activation is recorded, which says more."""
        if self.activation(period.pk) is not None:
            return None
        made = [one.deadline for one in self.made if one.period == period.pk and one.deadline.accepted_until <= at]
        return min(made, key=lambda one: (one.activation_at, one.accepted_until), default=None)

    def turns(self, program: ProgramRules) -> Iterable[datetime]:
        """The moments at which these facts begin or end to count in a program."""
        for out in self.out_periods:
            yield from (out.starts_at, self.out_from(program, out), *([out.ends_at] if out.ends_at else ()))
        for record in self.records:
            yield from (record.valid_from, *([record.valid_to] if record.valid_to else ()))
        for active in self.activations:
            yield from (active.active_from, *([active.active_to] if active.active_to else ()))


def boundary(program: ProgramRules, period: PeriodRules, at: datetime) -> datetime:
    """When an active meter that wants to leave at a moment is out: the end of the month, or of the period."""
    return min(end_of_month(at, program.zone), period.over_at) if is_month(program) else period.over_at
