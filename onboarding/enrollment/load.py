"""Reading what is known of many meters: a few queries for all of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from onboarding.enrollment.evaluate import evaluate, makes
from onboarding.enrollment.facts import Activated, Held, Made, MeterFacts, OutPeriod, Recorded, Since
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment, MadeDeadline, ParticipationPeriod
from onboarding.enrollment.past import MeterPast, meters_at, moved_since
from onboarding.enrollment.rules import ProgramRules, RulesOfMoment, rules_at, rules_moment_of
from onboarding.meters.columns import asset_of
from onboarding.meters.models import EnrollmentStatus, Meter
from programs.deadlines import DeadlineRule
from programs.identifiers import account_key
from programs.models import Program
from programs.schema import Schema

HOLDING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.ELIGIBLE, EnrollmentStatus.PENDING)
Customer = tuple[str, str]  # utility, account number in its normal form
_INSTANT = timedelta(microseconds=1)


def facts_of(
    meters: Collection[Meter],
    rules: Mapping[str, ProgramRules],
    schema: Schema,
    at: datetime,
    *,
    assets: Mapping[UUID, Mapping[str, object]] | None = None,
) -> dict[UUID, MeterFacts]:
    """The facts of meters of one partner, by ID. assets: what some of them are to hold, instead of what they hold.

    A deadline that has passed, of which it is not recorded yet who made it, is looked at here: see `makers_of`.
    """
    facts = _facts_of(meters, rules, schema, at, assets=assets)
    for meter, made in _not_recorded(meters, facts, RulesOfMoment(rules, schema), at).items():
        facts[meter].made = [*facts[meter].made, *made]
    return facts


def facts_then(meters: Collection[Meter], then: RulesOfMoment, at: datetime) -> dict[UUID, MeterFacts]:
    """The facts of meters of one partner at a moment in the past: the values and programs that they had then.

    One that did not exist yet has its first values, and the programs that it is in now.
    """
    facts = _own_facts(meters, then.rules, at, is_past=True)
    partner = next((meter.partner_id for meter in meters), None)
    if partner is not None:
        _add_held_then(partner, meters, facts, then, at)
    return facts


def _facts_of(
    meters: Collection[Meter],
    rules: Mapping[str, ProgramRules],
    schema: Schema,
    at: datetime,
    *,
    assets: Mapping[UUID, Mapping[str, object]] | None = None,
) -> dict[UUID, MeterFacts]:
    facts = _own_facts(meters, rules, at, assets)
    partner = next((meter.partner_id for meter in meters), None)
    if partner is not None and len(excluding_here(partner, rules)) > 1:
        _add_held(partner, meters, facts, rules, schema, at)
    return facts


def _own_facts(
    meters: Collection[Meter],
    rules: Mapping[str, ProgramRules],
    at: datetime,
    assets: Mapping[UUID, Mapping[str, object]] | None = None,
    *,
    is_past: bool = False,
) -> dict[UUID, MeterFacts]:
    """What is known of each meter by itself."""
    keys = [meter.pk for meter in meters]
    wanted, out_periods, made = _wanted(keys, rules), _out_periods(keys), _made(keys)
    records, activations = _records(keys), _activations(keys)
    past = meters_at(meters, at, out_periods) if is_past else {}
    facts_by_meter = {}
    for meter in meters:
        pk, then = meter.pk, past.get(meter.pk)
        programs = wanted.get(pk, {})
        if is_past:
            programs = _wanted_then(meter, programs, then, rules, at)
        facts_by_meter[pk] = MeterFacts(
            then.asset if then else (assets or {}).get(pk) or asset_of(meter),
            pk=pk,
            created_at=meter.created_at,
            wanted=programs,
            out_periods=then.out_periods if then else out_periods.get(pk, ()),
            records=records.get(pk, ()),
            activations=activations.get(pk, ()),
            made=made.get(pk, ()),
            is_archived=then.is_archived if then else is_past and meter.is_archived,
            lost=tuple(then.lost) if then else (),
        )
    return facts_by_meter


def _wanted(keys: Collection[UUID], rules: Mapping[str, ProgramRules]) -> dict[UUID, dict[str, Since]]:
    names = {program.pk: name for name, program in rules.items()}
    wanted: dict[UUID, dict[str, Since]] = {}
    rows = Enrollment.objects.filter(meter__any_of=keys).values_list("meter", "program", "joined_at", "pk")
    for meter, program, joined, number in rows:
        if program in names:
            name = names[program]
            wanted.setdefault(meter, {})[name] = (joined, rules[name].position, number)
    return wanted


def _wanted_then(
    meter: Meter,
    programs: Mapping[str, Since],
    then: MeterPast | None,
    rules: Mapping[str, ProgramRules],
    at: datetime,
) -> dict[str, Since]:
    """The programs that a meter was in at a moment: those that it had joined, and those that it has left since."""
    if meter.created_at > at:
        return dict(programs)
    joined = {name: since for name, since in programs.items() if since[0] <= at}
    left = {name: since for name, since in then.left.items() if name in rules} if then else {}
    return joined | {name: (since, rules[name].position, 0) for name, since in left.items()}


# --- deadlines


def makers_of(
    meters: Collection[Meter], program: str, period: int, deadline: DeadlineRule, then: RulesOfMoment
) -> dict[UUID, bool]:
    """The meters, of one partner, that are in a program at one of its deadlines, and whether each of them makes it.

    A meter makes it that is eligible in the period as the deadline passes: by the values, programs and recorded facts
    of that moment, and by the rules of `then`. A program, period or deadline that was not there then has none.
    """
    at = deadline.accepted_until - _INSTANT
    rules = then.rules.get(program)
    in_period = next((one for one in rules.periods if one.pk == period), None) if rules else None
    facts = facts_then([meter for meter in meters if meter.created_at <= at], then, at)
    inside = {pk: meter for pk, meter in facts.items() if program in meter.wanted}
    if (
        rules is None
        or in_period is None
        or all(one.deadline_at != deadline.deadline_at for one in in_period.deadlines)
    ):
        return dict.fromkeys(inside, False)
    return {pk: makes(meter, rules, then.schema, in_period, deadline) for pk, meter in inside.items()}


def _not_recorded(
    meters: Collection[Meter], facts: Mapping[UUID, MeterFacts], present: RulesOfMoment, at: datetime
) -> dict[UUID, list[Made]]:
    """The deadlines that meters made, of those that have passed and of which it is not recorded yet.

    One that is not in the catalogue's history is only proposed: it is judged by the rules that propose it.
    """
    made: dict[UUID, list[Made]] = {}
    for name, program in present.rules.items():
        for period in program.shown_periods(at):
            for deadline in period.deadlines:
                if deadline.accepted_until > at or period.is_recorded(deadline):
                    continue
                inside = [meter for meter in meters if name in facts[meter.pk].wanted]
                if all(meter.created_at >= deadline.accepted_until for meter in inside):
                    continue
                moment = rules_moment_of(period.pk, deadline)
                then = rules_at(moment) if moment else present
                for pk, is_made in makers_of(inside, name, period.pk, deadline, then).items():
                    if is_made:
                        made.setdefault(pk, []).append(Made(period.pk, deadline))
    return made


def _made(keys: Collection[UUID]) -> dict[UUID, list[Made]]:
    """The deadlines that meters made, in the time of their program, as those of the rules are."""
    made: dict[UUID, list[Made]] = {}
    for row in MadeDeadline.objects.filter(meter__any_of=keys).select_related("deadline__period__program"):
        passed = row.deadline
        moments = (passed.deadline_at, passed.accepted_until, passed.activation_at)
        deadline = DeadlineRule(*(moment.astimezone(passed.period.program.zone) for moment in moments))
        made.setdefault(row.meter_id, []).append(Made(passed.period_id, deadline))
    return made


# --- what people recorded


def _out_periods(keys: Collection[UUID]) -> dict[UUID, list[OutPeriod]]:
    periods: dict[UUID, list[OutPeriod]] = {}
    for row in ParticipationPeriod.objects.filter(meter__any_of=keys).order_by("starts_at"):
        periods.setdefault(row.meter_id, []).append(OutPeriod.of(row))
    return periods


def _records(keys: Collection[UUID]) -> dict[UUID, list[Recorded]]:
    records: dict[UUID, list[Recorded]] = {}
    for row in CheckRecord.objects.filter(meter__any_of=keys).order_by("valid_from", "pk"):
        record = Recorded(
            row.action_type,
            row.holds,
            row.program_id,
            row.period_id,
            row.valid_from,
            row.valid_to,
            row.code,
            row.note,
            row.recorded_by,
        )
        records.setdefault(row.meter_id, []).append(record)
    return records


def _activations(keys: Collection[UUID]) -> dict[UUID, list[Activated]]:
    activations: dict[UUID, list[Activated]] = {}
    for row in Activation.objects.filter(meter__any_of=keys):
        group = (row.market_group_id, row.market_group_name)
        activated = Activated(row.period_id, row.active_from, row.active_to, *group, row.end_reason)
        activations.setdefault(row.meter_id, []).append(activated)
    return activations


def active_in(meters: Collection[UUID]) -> frozenset[tuple[UUID, str]]:
    """The meters that are active in a program, each with its identifier."""
    rows = Enrollment.objects.filter(meter__any_of=meters, status=EnrollmentStatus.ACTIVE)
    return frozenset(rows.values_list("meter", "program__identifier"))


def with_recorded_facts(meters: Iterable[UUID | None]) -> set[UUID]:
    """The meters about which people recorded something: a result, an activation, a time out."""
    keys = [pk for pk in meters if pk]
    recorded: set[UUID] = set()
    for model in (CheckRecord, Activation, ParticipationPeriod):
        recorded |= set(model.objects.filter(meter__any_of=keys).values_list("meter", flat=True))
    return recorded


def _add_held(
    partner: UUID,
    meters: Collection[Meter],
    facts_by_meter: Mapping[UUID, MeterFacts],
    rules: Mapping[str, ProgramRules],
    schema: Schema,
    at: datetime,
) -> None:
    """What the customers of these meters hold: on the meter itself, and on the partner's others of the same account."""
    customers = {customer for meter in meters if (customer := customer_of(meter))}
    shared = held_by(partner, customers, rules, schema, at)
    for meter in meters:
        customer, facts = customer_of(meter), facts_by_meter[meter.pk]
        if customer is None:
            facts.held = _holding([(meter, facts)], rules, schema, at)
        else:
            facts.held = shared.get(customer, ())


def held_by(
    partner: UUID,
    customers: Collection[Customer],
    rules: Mapping[str, ProgramRules],
    schema: Schema,
    at: datetime,
) -> dict[Customer, list[Held]]:
    """The programs that customers of one partner hold, by customer. Other partners' meters are never looked at."""
    meters = meters_of_customers(partner, customers, rules).filter(is_archived=False)
    by_customer: dict[Customer, list[Meter]] = {}
    for meter in meters:
        if customer := customer_of(meter):
            by_customer.setdefault(customer, []).append(meter)
    facts = _own_facts([meter for group in by_customer.values() for meter in group], rules, at)
    return {
        customer: _holding([(meter, facts[meter.pk]) for meter in group], rules, schema, at)
        for customer, group in by_customer.items()
    }


def _add_held_then(
    partner: UUID,
    meters: Collection[Meter],
    facts_by_meter: Mapping[UUID, MeterFacts],
    then: RulesOfMoment,
    at: datetime,
) -> None:
    """What the customers of these meters held at a moment: on all meters that had their account then."""
    customers = {customer for facts in facts_by_meter.values() if (customer := _customer_then(facts))}
    had_account = _of_accounts(customers) | Q(pk__in=moved_since(partner, at))
    near = list(Meter.objects.filter(had_account, partner=partner, created_at__lte=at)) if customers else []
    facts_near = _own_facts(near, then.rules, at, is_past=True)
    by_customer: dict[Customer, list[tuple[Meter, MeterFacts]]] = {}
    for meter in near:
        customer = _customer_then(facts_near[meter.pk])
        if customer in customers and not facts_near[meter.pk].is_archived:
            by_customer.setdefault(customer, []).append((meter, facts_near[meter.pk]))
    held = {customer: _holding(group, then.rules, then.schema, at) for customer, group in by_customer.items()}
    for meter in meters:
        facts = facts_by_meter[meter.pk]
        customer = _customer_then(facts)
        alone = [] if customer else _holding([(meter, facts)], then.rules, then.schema, at)
        facts.held = held.get(customer, ()) if customer else alone


def _customer_then(facts: MeterFacts) -> Customer | None:
    """Who was behind a meter, by what it held."""
    number = facts.asset.get("utility", {}).get("electric_service_account_number")
    return (facts.utility, account_key(str(number))) if number else None


def _of_accounts(customers: Collection[Customer]) -> Q:
    """The condition that a meter belongs to one of these customers."""
    any_of = Q(pk__in=())
    for utility in {utility for utility, _ in customers}:
        accounts = [number for name, number in customers if name == utility]
        any_of |= Q(utility_name=utility, account_key__any_of=accounts)
    return any_of


def meters_of_customers(
    partner: UUID, customers: Collection[Customer], rules: Mapping[str, ProgramRules]
) -> QuerySet[Meter]:
    """The meters of these customers in programs that exclude others, or are excluded; none for a partner with one."""
    excluding = excluding_here(partner, rules) if customers else set()
    if len(excluding) < 2:
        return Meter.objects.none()
    inside = Enrollment.objects.filter(meter=OuterRef("pk"), program__in=excluding)
    return Meter.objects.filter(_of_accounts(customers), Exists(inside), partner=partner)


def _holding(
    group: Collection[tuple[Meter, MeterFacts]], rules: Mapping[str, ProgramRules], schema: Schema, at: datetime
) -> list[Held]:
    """The programs that one customer holds. A program counts when its own checks allow it and no program before it
    excludes it; active ones come first, then those that were joined first, then those that the catalogue has first."""
    candidates = []
    for meter, facts in group:
        for name, since in facts.wanted.items():
            if rules[name].exclusions:
                status = evaluate(facts, rules[name], schema, at).status
                if status in HOLDING:
                    is_active = status == EnrollmentStatus.ACTIVE
                    about = (facts.classification, rules[name].asked_on(at))
                    candidates.append(Held(name, meter.pk, meter.partner_reference, is_active, since, *about))
    places = {meter.pk: facts for meter, facts in group}
    holding: list[Held] = []
    for candidate in sorted(candidates, key=lambda held: (not held.is_active, held.since)):
        program, facts = rules[candidate.program], places[candidate.meter]
        rows = (
            program.exclusion_of(
                other.program,
                utility=facts.utility,
                classes={candidate.classification, other.classification},
                on=max(candidate.asked_on, other.asked_on),
            )
            for other in holding
            if other.program != candidate.program
        )
        if candidate.is_active or all(row is None or row.is_allowed for row in rows):
            holding.append(candidate)
    return holding


def excluding_here(partner: UUID, rules: Mapping[str, ProgramRules]) -> set[int]:
    """The programs whose status depends on others, and that any meter of a partner is in. One query."""
    excluding = [program.pk for program in rules.values() if program.is_compared]
    inside = Enrollment.objects.filter(partner=partner, program=OuterRef("pk"))
    return set(Program.objects.filter(Exists(inside), pk__in=excluding).values_list("pk", flat=True))


def customer_of(meter: Meter) -> Customer | None:
    """Who is behind a meter: the utility and the account there; None when it does not say."""
    return (meter.utility_name, meter.account_key) if meter.account_key else None
