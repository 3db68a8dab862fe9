"""Reading what is known of many meters: a few queries for all of them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from onboarding.enrollment.facts import Activated, Held, MeterFacts, Recorded, TimeOut
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment, ParticipationPeriod
from onboarding.enrollment.rules import ProgramRules
from onboarding.meters.columns import asset_of
from onboarding.meters.models import EnrollmentStatus, Meter
from programs.models import Program

HOLDING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.ELIGIBLE, EnrollmentStatus.PENDING)
Customer = tuple[str, str]  # utility, account number


def facts_of(
    meters: Collection[Meter],
    rules: Mapping[str, ProgramRules],
    *,
    assets: Mapping[UUID, Mapping[str, Any]] | None = None,
) -> dict[UUID, MeterFacts]:
    """The facts of meters of one partner, by ID. assets: what some of them are to hold, instead of what they hold."""
    keys = [meter.pk for meter in meters]
    found = {
        meter.pk: MeterFacts((assets or {}).get(meter.pk) or asset_of(meter), pk=meter.pk, created_at=meter.created_at)
        for meter in meters
    }
    names = {program.pk: name for name, program in rules.items()}
    wanted: dict[UUID, dict[str, Any]] = {}
    for meter, program, since, number in Enrollment.objects.filter(meter__in=keys).values_list(
        "meter", "program", "joined_at", "pk"
    ):
        if program in names:
            wanted.setdefault(meter, {})[names[program]] = (since, number)
    for pk, programs in wanted.items():
        found[pk].wanted = programs
    outs, records, activations = _outs(keys), _records(keys), _activations(keys)
    for pk, facts in found.items():
        facts.outs, facts.records = outs.get(pk, ()), records.get(pk, ())
        facts.activations = activations.get(pk, ())
    _add_held(meters, found, rules)
    return found


def _outs(keys: Collection[UUID]) -> dict[UUID, list[TimeOut]]:
    found: dict[UUID, list[TimeOut]] = {}
    for row in ParticipationPeriod.objects.filter(meter__in=keys).order_by("starts_at"):
        found.setdefault(row.meter_id, []).append(TimeOut(row.preference, row.starts_at, row.ends_at, row.reason))
    return found


def _records(keys: Collection[UUID]) -> dict[UUID, list[Recorded]]:
    found: dict[UUID, list[Recorded]] = {}
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
        found.setdefault(row.meter_id, []).append(record)
    return found


def _activations(keys: Collection[UUID]) -> dict[UUID, list[Activated]]:
    found: dict[UUID, list[Activated]] = {}
    for row in Activation.objects.filter(meter__in=keys):
        activated = Activated(row.period_id, row.active_from, row.active_to, row.market_group_id, row.market_group_name)
        found.setdefault(row.meter_id, []).append(activated)
    return found


def with_recorded_facts(meters: Iterable[Any]) -> set[UUID]:
    """The meters about which people recorded something: a result, an activation, a time out."""
    keys = [pk for pk in meters if pk]
    found: set[UUID] = set()
    for model in (CheckRecord, Activation, ParticipationPeriod):
        found |= set(model.objects.filter(meter__in=keys).values_list("meter", flat=True))
    return found


def _add_held(meters: Collection[Meter], found: Mapping[UUID, MeterFacts], rules: Mapping[str, ProgramRules]) -> None:
    """What the customers of these meters hold: on the meter itself, and on the partner's others of the same account."""
    if not meters or not any(rules[name].exclusions for facts in found.values() for name in facts.wanted):
        return
    partner = next(iter(meters)).partner_id
    if len(excluding_here(partner, rules)) < 2:
        return
    customers = {customer: meter for meter in meters if (customer := customer_of(meter))}
    by_customer = held_by(partner, customers, rules) if customers else {}
    own: dict[UUID, list[Held]] = {}
    rows = Enrollment.objects.filter(meter__in=[pk for pk, facts in found.items() if len(facts.wanted) > 1])
    for held in _held(rows, rules):
        own.setdefault(held[1].meter, []).append(held[1])
    for meter in meters:
        customer = customer_of(meter)
        shared = by_customer.get(customer, ()) if customer else ()
        found[meter.pk].held = [*shared, *(one for one in own.get(meter.pk, ()) if one not in shared)]


def excluding_here(partner: Any, rules: Mapping[str, ProgramRules]) -> set[int]:
    """The programs that exclude others, or are excluded, and that any meter of a partner is in. One query."""
    excluding = [program.pk for program in rules.values() if program.excluded]
    inside = Enrollment.objects.filter(partner=partner, program=OuterRef("pk"))
    return set(Program.objects.filter(Exists(inside), pk__in=excluding).values_list("pk", flat=True))


def customer_of(meter: Meter) -> Customer | None:
    """Who is behind a meter: the utility and the account there; None when it does not say."""
    return (meter.utility_name, meter.account_number) if meter.account_number else None


def held_by(
    partner: Any, customers: Iterable[Customer], rules: Mapping[str, ProgramRules]
) -> dict[Customer, list[Held]]:
    """The programs that customers of one partner hold, by customer. Nothing is told of another partner's meters."""
    wanted, excluding = set(customers), excluding_here(partner, rules)
    if not excluding:
        return {}
    rows = Enrollment.objects.filter(
        partner=partner,
        program__in=excluding,
        meter__partner=partner,
        meter__account_number__any_of={number for _, number in wanted},
        meter__is_archived=False,
    )
    found: dict[Customer, list[Held]] = {}
    for customer, held in _held(rows, rules):
        if customer in wanted:
            found.setdefault(customer, []).append(held)
    return found


def _held(rows: Any, rules: Mapping[str, ProgramRules]) -> Iterable[tuple[Customer, Held]]:
    names = {program.pk: name for name, program in rules.items()}
    columns = ("program", "meter", "meter__partner_reference", "status", "joined_at", "pk")
    for program, meter, reference, status, since, number, utility, account in rows.filter(
        Q(status__in=HOLDING)
    ).values_list(*columns, "meter__utility_name", "meter__account_number"):
        is_active = status == EnrollmentStatus.ACTIVE
        yield (utility, account), Held(names.get(program, ""), meter, reference, is_active, (since, number))
