"""Recording which meters made a deadline, once it has passed. The only place that writes made deadlines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from onboarding.enrollment.load import makers_of
from onboarding.enrollment.models import Enrollment, MadeDeadline
from onboarding.enrollment.past import left_since
from onboarding.enrollment.rules import rules_at, rules_of
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.events.domain import record, record_many
from portal.partners.models import Partner
from portal.partners.queries import of_real_partners
from programs.deadlines import DeadlineRule, accepted_until
from programs.models import Deadline, DeliveryPeriod, PassedDeadline, Program
from programs.models.past import DeadlineState, deadline_states

LOOKED_AT = 20_000  # enrollments, when a person waits for the answer: some seconds
_AT_ONCE = 2_000
_SHOWN = 20


def note_passed_deadlines(at: datetime) -> list[PassedDeadline]:
    """Note the deadlines that have passed by a moment; returns those of which it is not recorded yet who made them.

    A deadline that no meter was there for is done at once. One that was deleted or moved after it had passed counts as
    it was; one that was entered later counts too, and one that a weekend holds open, again when it closes. Repeating it
    has no effect.
    """
    known = set(PassedDeadline.objects.values_list("period", "deadline_at", "accepted_until"))
    states = deadline_states()
    programs = {period.pk: period.program for period in DeliveryPeriod.objects.select_related("program")}
    passed = {key: row for key, row in _passed(states, programs, at).items() if key not in known}
    begun = _first_meters(min((deadline.accepted_until for deadline in passed.values()), default=at))
    entered = _entered(states)
    new = []
    for (period, deadline_at, _), deadline in passed.items():
        first = begun.get(programs[period].identifier)
        is_done = first is None or first >= deadline.accepted_until
        row = PassedDeadline(
            period_id=period,
            deadline_at=deadline_at,
            accepted_until=deadline.accepted_until,
            activation_at=deadline.activation_at,
            rules_at=max(deadline.accepted_until, entered.get((period, deadline_at), deadline.accepted_until)),
            recorded_at=at if is_done else None,
        )
        new.append(row)
    PassedDeadline.objects.bulk_create(new, ignore_conflicts=True)
    return list(PassedDeadline.objects.filter(recorded_at=None, accepted_until__lte=at))


def _first_meters(since: datetime) -> dict[str, datetime]:
    """By program: when the first meter was created that is in it, or that has left it since a moment."""
    rows = Enrollment.objects.order_by().values("program__identifier").annotate(first=Min("meter__created_at"))
    first = dict(rows.values_list("program__identifier", "first"))
    for program, meters in left_since(since).items():
        created = Meter.objects.filter(pk__any_of=meters).aggregate(first=Min("created_at"))["first"]
        first[program] = min(filter(None, (first.get(program), created)), default=None)
    return {program: moment for program, moment in first.items() if moment}


Key = tuple[int, datetime, datetime]  # period, deadline_at, accepted_until


def _passed(states: Iterable[DeadlineState], programs: Mapping[int, Program], at: datetime) -> dict[Key, DeadlineRule]:
    """The deadlines that have passed, as they were then, and those of the present catalogue that lie in the past."""
    passed: dict[Key, DeadlineRule] = {}
    for rules in rules_of().values():
        for period in rules.periods:
            for deadline in period.deadlines:
                if deadline.accepted_until <= at:
                    passed[period.pk, deadline.deadline_at, deadline.accepted_until] = deadline
    for state in states:
        program = programs.get(state.period)
        if program is not None:
            zone = ZoneInfo(program.time_zone)
            last = accepted_until(state.deadline_at, zone, rolls_over=program.weekend_rolls_over)
            if state.since < last <= at and (state.until is None or last <= state.until):
                deadline = DeadlineRule(state.deadline_at, last, state.activation_at)
                passed[state.period, state.deadline_at, last] = deadline
    return passed


def _entered(states: Iterable[DeadlineState]) -> dict[tuple[int, datetime], datetime]:
    entered: dict[tuple[int, datetime], datetime] = {}
    for state in states:
        key = (state.period, state.deadline_at)
        entered[key] = min(state.since, entered.get(key, state.since))
    return entered


def rule_of(passed: PassedDeadline) -> DeadlineRule:
    """A passed deadline as the evaluation has deadlines."""
    return DeadlineRule(passed.deadline_at, passed.accepted_until, passed.activation_at)


@dataclass(frozen=True, slots=True)
class Makers:
    """Of some meters: those that make a deadline and are not recorded, and those that are and do not make it."""

    gain: Sequence[UUID]
    lose: Sequence[UUID]


def compare_makers(passed: PassedDeadline, meters: Collection[Meter], rules_moment: datetime) -> Makers:
    """What recording a deadline by the rules of a moment would change, for meters of one partner. Reads only."""
    program = passed.period.program.identifier
    makes = makers_of(meters, program, passed.period_id, rule_of(passed), rules_at(rules_moment))
    keys = [meter.pk for meter in meters]
    recorded = set(MadeDeadline.objects.filter(deadline=passed, meter__any_of=keys).values_list("meter", flat=True))
    made = {pk for pk, is_made in makes.items() if is_made}
    return Makers([pk for pk in keys if pk in made - recorded], [pk for pk in keys if pk in recorded - made])


def record_makers(passed: PassedDeadline, meters: Collection[Meter], *, by: Actor) -> Makers:
    """Record which meters of one partner made a deadline, with one event for each whose record changes.

    The caller evaluates them. Repeating it has no effect.
    """
    makers = compare_makers(passed, meters, passed.rules_at)
    partner = next((meter.partner_id for meter in meters), None)
    if partner is None:
        return makers
    MadeDeadline.objects.bulk_create(
        (MadeDeadline(partner_id=partner, meter_id=pk, deadline=passed) for pk in makers.gain), ignore_conflicts=True
    )
    MadeDeadline.objects.filter(deadline=passed, meter__any_of=makers.lose).delete()
    told = {
        "program": passed.period.program.identifier,
        "period": passed.period.name,
        "deadline": passed.accepted_until.isoformat(),
        "activation": passed.activation_at.isoformat(),
    }
    happenings = [
        *(("meter.deadline_made", pk, told) for pk in makers.gain),
        *(("meter.deadline_undone", pk, told) for pk in makers.lose),
    ]
    record_many("meter", happenings, partner=Partner(pk=partner), by=by)
    return makers


def record_again(passed: PassedDeadline, *, rules_at: datetime, by: Actor) -> None:
    """Ask for a passed deadline to be recorded again by the rules of another moment, with the dates that it has now.

    A deadline that is not in the catalogue any more is then made by nobody. One passeddeadline.reopened event; the next
    run of the periodic work does it. The meters keep what they made until then.
    """
    with transaction.atomic():
        held = PassedDeadline.objects.select_for_update().get(pk=passed.pk)
        present = Deadline.objects.filter(period=held.period_id, deadline_at=held.deadline_at).first()
        if present is not None:
            held.activation_at = present.activation_at
        held.rules_at, held.recorded_at = rules_at, None
        held.save()
        data = {"deadline": str(held), "rules_at": rules_at.isoformat()}
        record("passeddeadline.reopened", subject=held, partner=None, by=by, data=data)


def forget_later_than(at: datetime) -> None:
    """Forget what was recorded of deadlines after a moment, because the demo's clock was set back to it."""
    later = PassedDeadline.objects.filter(accepted_until__gt=at)
    MadeDeadline.objects.filter(deadline__in=later).delete()
    later.delete()


def by_partner(meters: Iterable[Meter]) -> list[list[Meter]]:
    """Meters in groups of one partner each."""
    groups: dict[UUID, list[Meter]] = {}
    for meter in meters:
        groups.setdefault(meter.partner_id, []).append(meter)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class RecordedAgain:
    """What recording a deadline again would do: how many meters make it then and do not now, how many the other way
    round, and some of both with their partner. is_whole: whether all meters were looked at."""

    gain: int
    lose: int
    examples: Sequence[tuple[str, str, bool]]
    looked_at: int
    is_whole: bool


def measure_again(passed: PassedDeadline, rules_moment: datetime) -> RecordedAgain:
    """What `record_again` would do by the rules of a moment; of many meters the newest are looked at. Reads only."""
    rows = of_real_partners(Enrollment.objects.filter(program=passed.period.program_id)).order_by("-pk")
    keys = list(rows.values_list("meter", flat=True)[: LOOKED_AT + 1])
    gain = lose = 0
    examples: list[tuple[str, str, bool]] = []
    for start in range(0, min(len(keys), LOOKED_AT), _AT_ONCE):
        held = Meter.objects.filter(pk__in=keys[start : start + _AT_ONCE][:LOOKED_AT]).select_related("partner")
        for meters in by_partner(held):
            makers = compare_makers(passed, meters, rules_moment)
            gain, lose = gain + len(makers.gain), lose + len(makers.lose)
            by_pk = {meter.pk: meter for meter in meters}
            for pk in [*makers.gain, *makers.lose]:
                examples.append((by_pk[pk].partner.name, by_pk[pk].partner_reference, pk in makers.gain))
    return RecordedAgain(gain, lose, examples[:_SHOWN], min(len(keys), LOOKED_AT), len(keys) <= LOOKED_AT)
