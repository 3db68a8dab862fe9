"""Named reads of the calendar: the dates of programs, and how many meters would miss a deadline."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus
from portal.partners.models import Partner
from portal.web.days import Reading, day_of, season_text
from programs.models import Acts, DeliveryPeriod, Program
from programs.queries import DeadlineLine, all_periods_of, not_over

# Who is active, eligible or taken out misses no deadline.
_NOT_IN = (EnrollmentStatus.INELIGIBLE, EnrollmentStatus.PENDING)
# As the index enrollment_waiting has it.
WAITS = ~Q(partner_actions=[])
# Nobody but Leap acts next; by the index enrollment_to_act.
AT_LEAP = Q(acts=Acts.LEAP.value)


class Kind(Enum):
    """What happens on a day. The value names it in the feed, for good."""

    DEADLINE = "deadline"
    ACTIVATION = "activation"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Happening:
    """One date of a program, in its local time. For a deadline it is the moment until which it is accepted.

    key: the same for the same happening for ever, also when its date is moved.
    """

    key: str
    kind: Kind
    at: datetime
    program: Program
    period: DeliveryPeriod
    deadline: DeadlineLine | None = None

    @property
    def season(self) -> str:
        """The months of its period, by the program's clock."""
        zone = ZoneInfo(self.program.time_zone)
        return season_text(self.period.starts_at.astimezone(zone), self.period.ends_at.astimezone(zone))

    @property
    def on(self) -> date:
        """Its day; that of a deadline at 00:00 is the one that ends then."""
        reading = Reading.CLOSES if self.kind is Kind.DEADLINE else Reading.BEGINS
        return day_of(self.at, self.at.tzinfo or UTC, reading)


def programs_of(partner: Partner) -> QuerySet[Program]:
    """The programs that are not over and that meters of the partner are meant for; one look at an index for each."""
    meant = Enrollment.objects.filter(partner=partner, program=OuterRef("pk"))
    return not_over().filter(Exists(meant)).order_by("identifier")


def happenings(programs: Collection[Program], now: datetime) -> list[Happening]:
    """All known dates of the periods that are not over, also those that have passed, by local day. Two queries."""
    by_pk = {program.pk: program for program in programs}
    all_happenings: list[Happening] = []
    for pk, periods in all_periods_of(programs, now).items():
        for lines in periods:
            all_happenings += _of_period(by_pk[pk], lines.period, lines.starts_at, lines.ends_at, lines.deadlines)
    return sorted(all_happenings, key=lambda one: (one.on, one.at, one.program.identifier, one.kind.value))


def _of_period(
    program: Program, period: DeliveryPeriod, starts_at: datetime, ends_at: datetime, deadlines: Iterable[DeadlineLine]
) -> Iterable[Happening]:
    yield Happening(f"begins-{period.pk}", Kind.BEGINS, starts_at, program, period)
    activated = set()
    for line in deadlines:
        yield Happening(f"deadline-{line.pk}", Kind.DEADLINE, line.accepted_until, program, period, line)
        if line.activation_at not in activated:  # two deadlines can lead to one activation
            activated.add(line.activation_at)
            yield Happening(f"activation-{line.pk}", Kind.ACTIVATION, line.activation_at, program, period, line)
    yield Happening(f"ends-{period.pk}", Kind.ENDS, ends_at, program, period)


def is_ahead(happening: Happening, now: datetime) -> bool:
    """Whether it is still to come; what happens on a whole day is not past while the day lasts."""
    return (
        happening.at > now
        if happening.kind is Kind.DEADLINE
        else happening.on >= now.astimezone(happening.at.tzinfo).date()
    )


@dataclass(slots=True)
class Day:
    """What happens in one program on one of its days. waiting: how many meters of the program wait for the partner."""

    on: date
    program: Program
    waiting: "Waiting | None" = None
    happenings: list[Happening] = field(default_factory=list)

    @property
    def deadline(self) -> DeadlineLine | None:
        """The deadline of this day, if one falls on it."""
        return next((one.deadline for one in self.happenings if one.kind is Kind.DEADLINE), None)


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its days."""

    first: date
    days: Sequence[Day]


def months_of(happenings: Iterable[Happening], waiting: Mapping[int, "Waiting"]) -> list[Month]:
    """Happenings, sorted by local day, as months of days; one line for each program and day."""
    days: dict[tuple[date, int], Day] = {}
    for happening in happenings:
        day = days.setdefault(
            (happening.on, happening.program.pk),
            Day(happening.on, happening.program, waiting.get(happening.program.pk)),
        )
        day.happenings.append(happening)
    return [Month(first, list(mine)) for first, mine in groupby(days.values(), key=lambda day: day.on.replace(day=1))]


# --- how many meters would miss a deadline


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many meters of a program would miss a deadline, by the status that the list of meters finds them with."""

    ineligible: int = 0
    pending: int = 0

    @property
    def meters(self) -> int:
        return self.ineligible + self.pending


def waiting_of(partner: Partner, *, for_leap: bool = False) -> dict[int, Waiting]:
    """By program: meters that are not in it because of something that the partner has to do. Two queries.

    for_leap: and those for which only Leap has to do something, which would miss a deadline too. Four queries.
    """
    counts: dict[int, Counter[str]] = {}
    for (program, status), count in _counted(partner, "status").items():
        counts.setdefault(program, Counter())[status] += count
    for (program, status), count in _counted(partner, "status", AT_LEAP).items() if for_leap else ():
        counts.setdefault(program, Counter())[status] += count
    return {
        program: Waiting(mine[EnrollmentStatus.INELIGIBLE], mine[EnrollmentStatus.PENDING])
        for program, mine in counts.items()
    }


def actions_of(partner: Partner) -> dict[int, Counter[str]]:
    """By program: how many meters wait for each item of the checklist. Two queries."""
    counts: dict[int, Counter[str]] = {}
    for (program, actions), count in _counted(partner, "partner_actions").items():
        counts.setdefault(program, Counter()).update(dict.fromkeys(actions, count))
    return counts


def _counted(partner: Partner, by: str, who: Q = WAITS) -> Counter[tuple[int, Any]]:
    """Waiting meters by program and one column of the index that holds nothing else: the count reads only that index.

    Those in the archive are taken off again, so that the index suffices; they are few.
    """
    waiting = Enrollment.objects.filter(who, partner=partner, status__in=_NOT_IN).order_by()
    archived = waiting.filter(meter__is_archived=True, meter__partner=partner)
    counts: Counter[tuple[int, object]] = Counter()
    for sign, rows in ((1, waiting), (-1, archived)):
        for program, value, count in rows.values_list("program", by).annotate(n=Count("*")):
            counts[program, tuple(value) if isinstance(value, list) else value] += sign * count
    return +counts


def partners_waiting_in(program: Program) -> QuerySet[Partner]:
    """The real partners with at least one meter that waits for them in a program; each is found by one look at the
    index."""
    waiting = Enrollment.objects.filter(WAITS, partner=OuterRef("pk"), program=program, status__in=_NOT_IN)
    return Partner.objects.real().filter(Exists(waiting), is_active=True)
