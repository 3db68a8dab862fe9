"""Named reads of the catalogue."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from portal.web import clock
from programs.deadlines import DeadlineRule, accepted_until, days_left, next_deadline, over_at
from programs.models import (
    TRANSMISSION_REGIONS,
    About,
    Agreement,
    Boundary,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Field,
    Footnote,
    Program,
    ProgramType,
    Region,
    RequiredInformation,
    State,
    Utility,
    in_language,
    is_over,
)
from programs.models.base import Sourced
from programs.schema.crossfield.zips import state_of


def not_over() -> QuerySet[Program]:
    """The programs that run or will run; one that has ended keeps its page, but is not offered any more."""
    today = clock.now().date()
    return Program.objects.filter(Q(active_to=None) | Q(active_to__gte=today), is_offered=True)


def program_choices() -> list[tuple[str, str]]:
    """Programs for a select: identifier and label."""
    names = Program.objects.filter(is_offered=True).order_by("name").values_list("identifier", "name")
    return [(identifier, f"{name} ({identifier})") for identifier, name in names]


def region_choices() -> list[tuple[str, str]]:
    """Transmission regions for a select."""
    return TRANSMISSION_REGIONS


def also_by_customers(identifiers: Collection[str]) -> list[Program]:
    """Those of these programs into which customers can come by their authorization as well, by name."""
    programs = not_over().filter(identifier__in=identifiers, is_customer_authorized=True)
    return list(programs.order_by("name"))


def partner_created_programs() -> list[Program]:
    """The programs whose meters come from uploads, forms or the API, by name."""
    return list(not_over().filter(is_partner_created=True).select_related("region").order_by("name"))


def device_programs(region: str) -> list[Program]:
    """The device programs of a transmission region whose meters partners create, by name."""
    programs = not_over().filter(is_partner_created=True, program_type=ProgramType.DEVICE).select_related("region")
    return [program for program in programs.order_by("name") if program.transmission_region == region]


def field_texts(keys: Collection[str], language: str) -> dict[str, tuple[str, str]]:
    """The label and the help of fields in a language, by key; what has no text in that language is in English."""
    rows = Field.objects.filter(path__in=keys)
    return {row.path: (in_language(row, "label", language), in_language(row, "help", language)) for row in rows}


def choice_labels(keys: Collection[str], language: str) -> dict[str, dict[str, str]]:
    """The labels of what fields can be chosen from, in a language: field key to value to label."""
    labels: dict[str, dict[str, str]] = {}
    for path, value, label in _offered_choices(keys, language):
        labels.setdefault(path, {})[value] = label
    return labels


def _offered_choices(keys: Collection[str], language: str) -> Iterator[tuple[str, str, str]]:
    fields = Field.objects.filter(path__in=keys, choice_list__isnull=False).select_related("choice_list")
    for row in fields.prefetch_related("choice_list__choices"):
        for choice in row.choice_list.choices.all():  # type: ignore[union-attr]  # filtered above
            yield row.path, choice.value, in_language(choice, "label", language)


def only_answers(identifiers: Collection[str]) -> dict[str, str]:
    """Fields for which all of these programs accept one value only: field key to that value."""
    programs = list(Program.objects.filter(identifier__in=identifiers))
    possible = {
        "transmission_region": {program.transmission_region for program in programs},
        "meter_type": {kind for program in programs for kind in program.accepted_meter_types},
        "customer.state_or_province_code": {state for program in programs for state in program.states},
    }
    return {key: values.pop() for key, values in possible.items() if len(values) == 1}


def only_utility(identifiers: Collection[str]) -> str:
    """The code of the one utility whose customers all of these programs take; "" when there are several, or any."""
    programs = Program.objects.filter(identifier__in=identifiers).prefetch_related("utilities")
    utilities = [{utility.code for utility in program.utilities.all()} for program in programs]
    possible = set().union(*utilities) if all(utilities) else set()
    return possible.pop() if len(possible) == 1 else ""


def utilities_at(zip_code: str, region: str) -> list[Utility]:
    """The utilities that may serve an address, each with its `green_button`; of several the customer chooses.

    zip_code: five digits, perhaps four more; when no state has it, all utilities of the region; none when its state is
    outside the region. A test utility is among
    them once it has an active connection.
    """
    state = state_of(zip_code[:5]) if zip_code[:5].isascii() and zip_code[:5].isdigit() else None
    rows = Utility.objects.filter(Q(is_offered=True, is_test=False) | Q(is_test=True, green_button__is_active=True))
    rows = rows.filter(transmission_region__in=[region, ""]).select_related("green_button")
    if state and _is_elsewhere(state, region):
        return []
    return [utility for utility in rows.order_by("position", "code") if _may_serve(utility, state, region)]


def utilities_of_region(region: str) -> QuerySet[Utility]:
    """The utilities that may serve somebody in a region, offered or not: those of the region, those of no region that
    are in a state of it, and test utilities of none."""
    regions = State.objects.values_list("code", "transmission_regions")
    elsewhere = {code for code, at in regions if at and region not in at}
    of_none = Utility.objects.filter(transmission_region="")
    here = [row.pk for row in of_none if row.is_test or (row.states and not elsewhere.issuperset(row.states))]
    return Utility.objects.filter(Q(transmission_region=region) | Q(pk__in=here))


def _is_elsewhere(code: str, region: str) -> bool:
    """Whether no part of the state is in the region, as far as its row says."""
    state = State.objects.filter(code=code).first()
    return state is not None and bool(state.transmission_regions) and region not in state.transmission_regions


def _may_serve(utility: Utility, state: str | None, region: str) -> bool:
    """By its states where both are known, else by its region: one of which neither is known serves nobody."""
    return state in utility.states if state and utility.states else utility.transmission_region == region


def agreements_for(
    region: str,
    classification: str,
    programs: Collection[str] = (),
    at: datetime | None = None,
    *,
    for_devices: bool = False,
) -> list[Agreement]:
    """What a customer signs, in its order: of each agreement the version that began last.

    programs: identifiers that the link names; none for all of the region. for_devices: what customers sign who come
    with a device.
    """
    on = (at or clock.now()).date()
    rows = Agreement.objects.filter(
        transmission_region=region, classification__in=["", classification], for_devices=for_devices
    )
    latest: dict[str, Agreement] = {}
    for row in sorted(rows, key=lambda row: (str(row.active_from or ""), row.pk)):
        if row.applies_on(on) and (not row.programs or not programs or set(row.programs) & set(programs)):
            latest[row.code] = row
    return sorted(latest.values(), key=lambda row: (row.position, row.code))


def required_information(region: str, classification: str, *, for_devices: bool = False) -> list[RequiredInformation]:
    """What Connect asks a customer for, in its order; what is said of this kind of customer goes before both kinds.

    for_devices: of a customer who comes with a device.
    """
    rows = RequiredInformation.objects.filter(
        transmission_region=region, classification__in=["", classification], for_devices=for_devices
    )
    by_key = {row.key: row for row in rows.order_by("classification")}
    return sorted(by_key.values(), key=lambda row: (row.position, row.key))


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
        region, methods = program.region, " or ".join(program.methods)
        assert region is not None  # an offered program has one
        source = program.get_interval_data_source_display()
        row = rows.setdefault((region.code, source, methods), TableRow(region, source, methods))
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
class Statement:
    """Something that is said of a program, with the row that has its source. period: the one that it is about."""

    about: str
    text: str
    row: Sourced
    period: str = ""


def statements_of(program: Program) -> list[Statement]:
    """The statements about a program, each with its source; those of its own columns come first."""
    columns = {About.PLACES.value: _places(program), About.LEAVING.value: _leaving(program)}
    onboarding = "Region, meter types, interval data and onboard method are as shown at the top of this page."
    order = list(About.values)
    facts = sorted(program.facts.select_related("period"), key=lambda fact: order.index(fact.about))
    return [
        Statement("How to onboard", onboarding, program),
        *(
            Statement(
                fact.get_about_display(),
                fact.text or columns.get(fact.about, ""),
                fact,
                fact.period.name if fact.period else "",
            )
            for fact in facts
        ),
    ]


def _places(program: Program) -> str:
    """Whose customers may join."""
    names = [utility.name for utility in program.utilities.all()]
    states = f" in {', '.join(program.states)}" if program.states else ""
    return f"Customers of {', '.join(names)}{states}." if names else f"Customers{states or ' in the whole region'}."


def _leaving(program: Program) -> str:
    boundary = "month" if program.leaves_at == Boundary.MONTH else "delivery period"
    return f"After disenrolling, an active meter leaves at the end of the {boundary}."


@dataclass(frozen=True, slots=True)
class Compatibility:
    """Whether other programs can be held beside one, for whom, and why: rows that say the same of several in one."""

    others: list[Program]
    row: Conflict

    @property
    def customers(self) -> str:
        """For whom it holds; "" for all customers."""
        kind = {"RESIDENTIAL": "Homes", "COMMERCIAL": "Businesses"}.get(self.row.classification, "")
        utility = f"{'of' if kind else 'Customers of'} {self.row.utility.name}" if self.row.utility else ""
        return " ".join(filter(None, (kind, utility)))


def compatible_programs(program: Program) -> list[Compatibility]:
    """What the catalogue says of this program and others, by their order; pairs without a row can be held together."""
    today = clock.now().date()
    rows = Conflict.objects.filter(Q(program=program) | Q(other=program))
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=today)).select_related("program", "other", "utility")
    pairs = [(row.other if row.program_id == program.pk else row.program, row) for row in rows]
    alike: dict[tuple[object, ...], Compatibility] = {}
    for other, row in sorted(pairs, key=lambda pair: (pair[0].position, pair[0].identifier, bool(pair[1].path))):
        if other.is_offered and not is_over(other.active_to):
            said = (row.is_allowed, row.utility_id, row.classification, row.path, row.note, row.source, row.verified)
            alike.setdefault(said, Compatibility([], row)).others.append(other)
    return list(alike.values())


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """A deadline as pages show it: local times, whole days left (-1 when passed), whether it is the program's next.

    accepted_until is later than deadline_at when the program lets a weekend roll over; the days are counted to it.
    """

    pk: int
    deadline_at: datetime
    accepted_until: datetime
    activation_at: datetime
    days_left: int
    is_next: bool
    row: Deadline

    @property
    def rolls_over(self) -> bool:
        return self.accepted_until != self.deadline_at


@dataclass(frozen=True, slots=True)
class PeriodLines:
    """A delivery period with its deadlines."""

    period: DeliveryPeriod
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    deadlines: list[DeadlineLine]


def sources_of_dates(periods: Iterable[PeriodLines]) -> list[tuple[str, Sourced]]:
    """Where days and deadlines come from, each source once, with what it is the source of."""
    told: dict[tuple[str, str, bool], Sourced] = {}
    for period in periods:
        for of, row in (("Seasons: ", period.period), *(("Deadlines: ", line.row) for line in period.deadlines)):
            told.setdefault((of, row.source, row.verified), row)
    return [(of, row) for (of, _, _), row in sorted(told.items(), key=lambda item: item[0][0], reverse=True)]


def periods_of(program: Program, now: datetime | None = None) -> list[PeriodLines]:
    """The program's delivery periods that are not over, in local time, with the days left to each deadline."""
    return all_periods_of([program], now)[program.pk]


def all_periods_of(programs: Collection[Program], now: datetime | None = None) -> dict[int, list[PeriodLines]]:
    """The same for many programs, by their primary keys; two queries however many there are."""
    now = now or clock.now()
    periods_by_program: dict[int, list[DeliveryPeriod]] = {program.pk: [] for program in programs}
    # A period runs through its last day, and is published with the midnight that begins it.
    periods = DeliveryPeriod.objects.filter(program__in=periods_by_program, ends_at__gt=now - timedelta(days=1))
    for period in periods.prefetch_related("deadlines"):
        periods_by_program[period.program_id].append(period)
    return {program.pk: _lines(program, periods_by_program[program.pk], now) for program in programs}


def _lines(program: Program, periods: Iterable[DeliveryPeriod], now: datetime) -> list[PeriodLines]:
    """The next deadline is that of the first period that can still be joined, as the evaluation has it."""
    zone, lines, has_next = ZoneInfo(program.time_zone), [], False
    for period in periods:
        rules = [(line, _rule(line, zone, program)) for line in period.deadlines.all()]
        following = None if has_next else next_deadline([rule for _, rule in rules], now)
        has_next = has_next or following is not None
        lines.append(
            PeriodLines(
                period=period,
                starts_at=period.starts_at.astimezone(zone),
                ends_at=period.ends_at.astimezone(zone),
                is_over=over_at(period.ends_at, zone) <= now,
                deadlines=[
                    DeadlineLine(
                        pk=line.pk,
                        row=line,
                        deadline_at=rule.deadline_at,
                        accepted_until=rule.accepted_until,
                        activation_at=rule.activation_at,
                        days_left=days_left(rule.accepted_until, now),
                        is_next=rule is following,
                    )
                    for line, rule in rules
                ],
            )
        )
    return lines


def _rule(line: Deadline, zone: ZoneInfo, program: Program) -> DeadlineRule:
    return DeadlineRule(
        line.deadline_at.astimezone(zone),
        accepted_until(line.deadline_at, zone, rolls_over=program.weekend_rolls_over),
        line.activation_at.astimezone(zone),
    )
