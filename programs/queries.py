"""Named reads of the catalogue."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from programs.models import TRANSMISSION_REGIONS, DeliveryPeriod, Footnote, Program, ProgramType, Region


def not_over() -> QuerySet[Program]:
    """The programs that run or will run; one that has ended keeps its page, but is not offered any more."""
    today = timezone.now().date()
    return Program.objects.filter(Q(active_to=None) | Q(active_to__gte=today))


def program_choices() -> list[tuple[str, str]]:
    """Programs for a select: identifier and words."""
    names = Program.objects.order_by("name").values_list("identifier", "name")
    return [(identifier, f"{name} ({identifier})") for identifier, name in names]


def region_choices() -> list[tuple[str, str]]:
    """Transmission regions for a select."""
    return TRANSMISSION_REGIONS


def partner_created_programs() -> list[Program]:
    """The programs whose meters come from uploads, forms or the API, by name."""
    return list(not_over().filter(is_partner_created=True).select_related("region").order_by("name"))


def only_answers(identifiers: Collection[str]) -> dict[str, str]:
    """What these programs leave no choice about: field key to the one value that they all take."""
    programs = list(Program.objects.filter(identifier__in=identifiers))
    possible = {
        "transmission_region": {program.transmission_region for program in programs},
        "meter_type": {kind for program in programs for kind in program.accepted_meter_types},
        "customer.state_or_province_code": {state for program in programs for state in program.states},
    }
    return {key: values.pop() for key, values in possible.items() if len(values) == 1}


@dataclass(slots=True)
class Family:
    """A family of programs in one row of a table: its name, its programs, its footnote numbers."""

    name: str
    programs: list[Program] = field(default_factory=list)
    footnotes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class TableRow:
    """A row of a program table: one region, one data source, one set of ways, and the families that share them."""

    region: Region
    interval_data_source: str
    methods: str
    families: dict[str, Family] = field(default_factory=dict)


@dataclass(slots=True)
class ProgramTable:
    """One of the two program tables."""

    type: ProgramType
    rows: list[TableRow]


def program_tables() -> tuple[list[ProgramTable], list[Footnote]]:
    """The two tables as the overview has them, and their footnotes in the order of their numbers."""
    programs = list(
        not_over().select_related("region").prefetch_related("footnotes").order_by("region__position", "position")
    )
    footnotes: list[Footnote] = []
    tables = [_table(kind, programs, footnotes) for kind in (ProgramType.UTILITY_METER, ProgramType.DEVICE)]
    return tables, footnotes


def _table(kind: ProgramType, programs: Iterable[Program], footnotes: list[Footnote]) -> ProgramTable:
    rows: dict[tuple[str, str, str], TableRow] = {}
    for program in programs:
        if program.program_type != kind:
            continue
        source, methods = program.get_interval_data_source_display(), " or ".join(program.methods)
        row = rows.setdefault((program.region.code, source, methods), TableRow(program.region, source, methods))
        family = row.families.setdefault(program.family, Family(program.family))
        family.programs.append(program)
        for footnote in program.footnotes.all():
            if footnote not in footnotes:
                footnotes.append(footnote)
            number = footnotes.index(footnote) + 1
            if number not in family.footnotes:
                family.footnotes.append(number)
    return ProgramTable(kind, list(rows.values()))


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """A deadline as the page shows it: local times, whole days left (-1 when passed), whether it is the next."""

    deadline_at: datetime
    activation_at: datetime
    days_left: int
    is_next: bool


@dataclass(frozen=True, slots=True)
class PeriodLines:
    """A delivery period with its deadlines."""

    period: DeliveryPeriod
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    deadlines: list[DeadlineLine]


def periods_of(program: Program, now: datetime | None = None) -> list[PeriodLines]:
    """The program's delivery periods that are not over, in local time, with the days left to each deadline."""
    now = now or timezone.now()
    zone = ZoneInfo(program.time_zone)
    periods = list(program.delivery_periods.filter(ends_at__gte=now).prefetch_related("deadlines"))
    ahead = [line.deadline_at for period in periods for line in period.deadlines.all() if line.deadline_at > now]
    next_at = min(ahead, default=None)
    return [
        PeriodLines(
            period=period,
            starts_at=period.starts_at.astimezone(zone),
            ends_at=period.ends_at.astimezone(zone),
            is_over=period.ends_at < now,
            deadlines=[
                DeadlineLine(
                    deadline_at=line.deadline_at.astimezone(zone),
                    activation_at=line.activation_at.astimezone(zone),
                    days_left=_days_left(line.deadline_at.astimezone(zone), now.astimezone(zone)),
                    is_next=line.deadline_at == next_at,
                )
                for line in period.deadlines.all()
            ],
        )
        for period in periods
    ]


def _days_left(deadline: datetime, now: datetime) -> int:
    """Whole days by the local clock, so that the change to daylight saving time takes none away; -1 when passed."""
    if deadline <= now:
        return -1
    return (deadline.replace(tzinfo=None) - now.replace(tzinfo=None)).days
