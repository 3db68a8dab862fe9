"""Reading what is known of many meters: a few queries for all of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from onboarding.enrollment.evaluate import evaluate
from onboarding.enrollment.facts import Activated, Held, MeterFacts, OutPeriod, Recorded
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment, ParticipationPeriod
from onboarding.enrollment.rules import ProgramRules
from onboarding.meters.columns import asset_of
from onboarding.meters.models import EnrollmentStatus, Meter
from programs.models import Program
from programs.schema import Schema

KEEPING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.ELIGIBLE)  # what makes a deadline
HOLDING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.ELIGIBLE, EnrollmentStatus.PENDING)
Customer = tuple[str, str]  # utility, account number in its normal form


def facts_of(
    meters: Collection[Meter],
    rules: Mapping[str, ProgramRules],
    schema: Schema,
    at: datetime,
    *,
    assets: Mapping[UUID, Mapping[str, object]] | None = None,
) -> dict[UUID, MeterFacts]:
    """The facts of meters of one partner, by ID. assets: what some of them are to hold, instead of what they hold."""
    facts = _own_facts(meters, rules, assets)
    partner = next((meter.partner_id for meter in meters), None)
    if partner is not None and len(excluding_here(partner, rules)) > 1:
        _add_held(partner, meters, facts, rules, schema, at)
    return facts


def _own_facts(
    meters: Collection[Meter],
    rules: Mapping[str, ProgramRules],
    assets: Mapping[UUID, Mapping[str, object]] | None = None,
) -> dict[UUID, MeterFacts]:
    """What is known of each meter by itself."""
    keys = [meter.pk for meter in meters]
    facts_by_meter = {
        meter.pk: MeterFacts((assets or {}).get(meter.pk) or asset_of(meter), pk=meter.pk, created_at=meter.created_at)
        for meter in meters
    }
    names = {program.pk: name for name, program in rules.items()}
    wanted: dict[UUID, dict[str, tuple[datetime, int]]] = {}
    eligible: dict[UUID, dict[str, datetime]] = {}
    for meter, program, joined, number, status, since in Enrollment.objects.filter(meter__in=keys).values_list(
        "meter", "program", "joined_at", "pk", "status", "eligible_since"
    ):
        if program in names:
            wanted.setdefault(meter, {})[names[program]] = (joined, number)
            if status in KEEPING:
                eligible.setdefault(meter, {})[names[program]] = since or joined
    for pk, programs in wanted.items():
        facts_by_meter[pk].wanted, facts_by_meter[pk].eligible_since = programs, eligible.get(pk, {})
    out_periods, records, activations = _out_periods(keys), _records(keys), _activations(keys)
    for pk, facts in facts_by_meter.items():
        facts.out_periods, facts.records = out_periods.get(pk, ()), records.get(pk, ())
        facts.activations = activations.get(pk, ())
    return facts_by_meter


def _out_periods(keys: Collection[UUID]) -> dict[UUID, list[OutPeriod]]:
    periods: dict[UUID, list[OutPeriod]] = {}
    for row in ParticipationPeriod.objects.filter(meter__in=keys).order_by("starts_at"):
        periods.setdefault(row.meter_id, []).append(OutPeriod.of(row))
    return periods


def _records(keys: Collection[UUID]) -> dict[UUID, list[Recorded]]:
    records: dict[UUID, list[Recorded]] = {}
    for row in CheckRecord.objects.filter(meter__in=keys).order_by("valid_from", "pk"):
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
    for row in Activation.objects.filter(meter__in=keys):
        group = (row.market_group_id, row.market_group_name)
        activated = Activated(row.period_id, row.active_from, row.active_to, *group, row.end_reason)
        activations.setdefault(row.meter_id, []).append(activated)
    return activations


def active_in(meters: Collection[UUID]) -> frozenset[tuple[UUID, str]]:
    """The meters that are active in a program, each with its identifier."""
    rows = Enrollment.objects.filter(meter__in=meters, status=EnrollmentStatus.ACTIVE)
    return frozenset(rows.values_list("meter", "program__identifier"))


def with_recorded_facts(meters: Iterable[UUID | None]) -> set[UUID]:
    """The meters about which people recorded something: a result, an activation, a time out."""
    keys = [pk for pk in meters if pk]
    recorded: set[UUID] = set()
    for model in (CheckRecord, Activation, ParticipationPeriod):
        recorded |= set(model.objects.filter(meter__in=keys).values_list("meter", flat=True))
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
    shared = held_by(partner, {customer for meter in meters if (customer := customer_of(meter))}, rules, schema, at)
    for meter in meters:
        customer, facts = customer_of(meter), facts_by_meter[meter.pk]
        if customer is None:
            facts.held = _holding([(meter, facts)], rules, schema, at)
        else:
            facts.held = shared.get(customer, ())


def held_by(
    partner: UUID, customers: Collection[Customer], rules: Mapping[str, ProgramRules], schema: Schema, at: datetime
) -> dict[Customer, list[Held]]:
    """The programs that customers of one partner hold, by customer. Other partners' meters are never looked at."""
    meters = meters_of_customers(partner, customers, rules).filter(is_archived=False)
    by_customer: dict[Customer, list[Meter]] = {}
    for meter in meters:
        if customer := customer_of(meter):
            by_customer.setdefault(customer, []).append(meter)
    facts = _own_facts([meter for group in by_customer.values() for meter in group], rules)
    return {
        customer: _holding([(meter, facts[meter.pk]) for meter in group], rules, schema, at)
        for customer, group in by_customer.items()
    }


def meters_of_customers(
    partner: UUID, customers: Collection[Customer], rules: Mapping[str, ProgramRules]
) -> QuerySet[Meter]:
    """The meters of these customers in programs that exclude others, or are excluded; none for a partner with one."""
    excluding = excluding_here(partner, rules) if customers else set()
    if len(excluding) < 2:
        return Meter.objects.none()
    any_of = Q()
    for utility in {utility for utility, _ in customers}:
        accounts = [number for name, number in customers if name == utility]
        any_of |= Q(utility_name=utility, account_key__any_of=accounts)
    inside = Enrollment.objects.filter(meter=OuterRef("pk"), program__in=excluding)
    return Meter.objects.filter(any_of, Exists(inside), partner=partner)


def _holding(
    group: Collection[tuple[Meter, MeterFacts]], rules: Mapping[str, ProgramRules], schema: Schema, at: datetime
) -> list[Held]:
    """The programs that one customer holds. A program counts when its own checks allow it and no program before it
    excludes it; active ones come first, then those that were joined first."""
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
    """The programs that exclude others, or are excluded, and that any meter of a partner is in. One query."""
    excluding = [program.pk for program in rules.values() if program.excluded]
    inside = Enrollment.objects.filter(partner=partner, program=OuterRef("pk"))
    return set(Program.objects.filter(Exists(inside), pk__in=excluding).values_list("pk", flat=True))


def customer_of(meter: Meter) -> Customer | None:
    """Who is behind a meter: the utility and the account there; None when it does not say."""
    return (meter.utility_name, meter.account_key) if meter.account_key else None
