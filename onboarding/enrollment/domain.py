"""Writing the results of evaluations. Whatever changes a meter, a rule or a recorded fact comes here afterwards."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.dispatch import receiver

from onboarding.enrollment.evaluate import Evaluator
from onboarding.enrollment.facts import MeterFacts
from onboarding.enrollment.load import customer_of, excluding_here, facts_of, meters_of_customers
from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.published import Told, record_published
from onboarding.enrollment.results import (
    COLUMNS,
    EnrollmentResult,
    best,
    first_to_act,
    without_misfit_actions,
)
from onboarding.enrollment.rules import ProgramRules, RulesOfMoment, rules_now, rules_of
from onboarding.meters.columns import ASSET_COLUMNS
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.meters.signals import meters_archived
from portal.events.actors import Actor
from portal.events.domain import record_many, record_staged
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.storage import bulk, json_sql
from portal.storage.staging import Given, Staged, insert_from
from portal.web import clock
from programs.models import Program

_LISTS = ("missing", "reasons", "partner_actions", "leap_actions")
_STORED = ("pk", "meter", "program", "partner", "reconsider_at", *COLUMNS)  # of an Enrollment
_READ = ("id", "partner_id", "created_at", "is_archived", "utility_name", "account_key", "enrollment_status", "acts")


@dataclass(frozen=True, slots=True)
class Change:
    """The status of a meter in a program is another one than before."""

    meter: UUID
    program: str
    was: str
    now: str
    partner: UUID


# --- joining and leaving


def enroll(staged: Staged, *, partner: Partner, ignore_conflicts: bool = False) -> int:
    """Write the results of staged rows (r.meter_id, r.programs) as enrollments; returns how many were written.

    A program that a meter only could join is left out. ignore_conflicts: one that exists already is not touched.
    """
    vendor = staged.vendor
    results = staged.joined(
        f"CROSS JOIN {json_sql.each(vendor, 'r.programs', 'entry')} "
        f"JOIN {_table(Program)} p ON p.identifier = entry.key"
    ).narrowed(f"{json_sql.text_at(vendor, 'entry.value', ['could_join'])} IS NULL")
    now = clock.now()
    columns = {
        name: (json_sql.json_at if name in _LISTS else json_sql.text_at)(vendor, "entry.value", [name])
        for name in COLUMNS
    }
    return insert_from(
        results,
        Enrollment,
        {
            "partner": Given(partner.pk),
            "meter": "r.meter_id",
            "program": "p.id",
            "joined_at": Given(now),
            "evaluated_at": Given(now),
            **columns,
        },
        ignore_conflicts=ignore_conflicts,
    )


def record_joined(staged: Staged, *, place: Sequence[tuple[str, str]], partner: Partner, by: Actor) -> None:
    """One meter.program_joined event for each program of staged rows (r.meter_id, r.joins) that the meter is not in
    yet. place: what else the event says, as names and SQL expressions over r."""
    vendor = staged.vendor
    joining = staged.joined(
        f"CROSS JOIN {json_sql.each(vendor, 'r.joins', 'entry')} JOIN {_table(Program)} p ON p.identifier = entry.key"
    ).narrowed(
        f"NOT EXISTS (SELECT 1 FROM {_table(Enrollment)} e WHERE e.meter_id = r.meter_id AND e.program_id = p.id)"
    )
    record_staged(
        joining,
        "meter.program_joined",
        subject_type="meter",
        subject_id=json_sql.uuid_text(vendor, "r.meter_id"),
        data=json_sql.object_of(vendor, [*place, ("program", "entry.key")]),
        partner=partner,
        by=by,
    )


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def join_program(meter: Meter, program: ProgramRules, *, by: Actor) -> None:
    """Put a meter into one more program, whose fields its form asks for from now on. Repeating it has no effect."""
    with transaction.atomic():
        _hold(meter)
        defaults = {"status": "INELIGIBLE", "joined_at": clock.now()}
        _, is_new = Enrollment.objects.get_or_create(
            partner_id=meter.partner_id, meter=meter, program_id=program.pk, defaults=defaults
        )
        if is_new:
            happening = ("meter.program_joined", meter.pk, {"program": program.identifier})
            record_many("meter", [happening], partner=meter.partner, by=by)
            re_evaluate([meter.pk], by=by, quietly=True)


def _hold(meter: Meter) -> None:
    """Take the meter's row before its events are written, so that they are in the order in which they are committed."""
    Meter.objects.select_for_update().only("pk").get(pk=meter.pk)


def join_programs(joins: Mapping[UUID, Collection[ProgramRules]], *, partner: Partner, by: Actor) -> None:
    """Put meters of a partner into programs, by meter, with a meter.program_joined event for each that is new.

    A fixed number of statements. The caller evaluates them.
    """
    wanted = {(meter, rules.pk): rules.identifier for meter, programs in joins.items() for rules in programs}
    known = Enrollment.objects.filter(partner=partner, meter__any_of=joins).values_list("meter", "program")
    new = {key: name for key, name in wanted.items() if key not in set(known)}
    if not new:
        return
    now = clock.now()
    rows = (
        Enrollment(partner=partner, meter_id=meter, program_id=program, status="INELIGIBLE", joined_at=now)
        for meter, program in new
    )
    Enrollment.objects.bulk_create(rows, ignore_conflicts=True)
    happenings = (("meter.program_joined", meter, {"program": name}) for (meter, _), name in new.items())
    record_many("meter", happenings, partner=partner, by=by)


def leave_program(meter: Meter, program: ProgramRules, *, by: Actor) -> None:
    """Take a meter out of a program. Repeating it has no effect. Refuses: PROGRAM_HOLDS_ACTIVE.

    The customer's other meters are evaluated again, because a program that was excluded may be open to them now.
    """
    with transaction.atomic():
        _hold(meter)
        row = Enrollment.objects.select_for_update().filter(meter=meter, program=program.pk).first()
        if row is None:
            return
        if row.status == EnrollmentStatus.ACTIVE:
            raise Refused(Problem("PROGRAM_HOLDS_ACTIVE", context={"program": program.identifier}))
        others = _neighbours([meter.pk], rules_of())
        row.delete()
        happening = ("meter.program_left", meter.pk, {"program": program.identifier})
        record_many("meter", [happening], partner=meter.partner, by=by)
        re_evaluate({meter.pk, *others}, by=by, left=[meter.pk] if row.partner_actions else ())


def leave_programs(leaving: Mapping[UUID, Collection[str]], *, partner: Partner, by: Actor) -> set[UUID]:
    """Take meters out of programs, by meter, with a meter.program_left event each. The caller evaluates them again;
    returned are those of them of which a program that they left asked for something.

    A fixed number of statements. An active meter stays: the caller leaves those out.
    """
    if not leaving:
        return set()
    names = {name for programs in leaving.values() for name in programs}
    rows = Enrollment.objects.filter(meter__any_of=leaving, program__identifier__in=names, partner=partner)
    left = [row for row in rows.select_related("program") if row.program.identifier in leaving[row.meter_id]]
    Enrollment.objects.filter(pk__in=[row.pk for row in left]).delete()
    happenings = (("meter.program_left", row.meter_id, {"program": row.program.identifier}) for row in left)
    record_many("meter", happenings, partner=partner, by=by)
    return {row.meter_id for row in left if row.partner_actions}


# --- evaluating again


def re_evaluate(
    meters: Collection[UUID],
    *,
    by: Actor,
    at: datetime | None = None,
    quietly: bool = False,
    since: datetime | None = None,
    left: Collection[UUID] = (),
) -> list[Change]:
    """Evaluate meters of one partner again in the programs that they are meant for, and write what changed.

    The other meters of their customers are evaluated too, where one program excludes another. Each changed status is a
    meter.enrollment_changed event, unless `quietly`, when the caller's own event tells it. What programs read is told
    in any case, once for each meter: another global status, other required actions of the partner.

    since: when the caller's work began; a meter that was created since then has no status that changes, only its first
    actions, and a program that was joined since then asked for nothing before. left: the meters that have left a
    program which asked for something.

    One transaction, which locks the meters, so that two evaluations at the same time do not mix old facts with new
    ones, and events of one meter are in the order in which they were committed.
    """
    if not meters:
        return []
    now = at or clock.now()
    with transaction.atomic():
        present = rules_now()
        held = _meters({*meters, *_neighbours(meters, present.rules)})
        changes, told = _write(held, present, now, since=since)
        told.candidates.update(left)
        told.asked_before.update(left)
        if changes and not quietly:
            _tell(changes, by=by)
        record_published(held, told, present, now, by=by)
    return changes


def _meters(keys: Collection[UUID]) -> list[Meter]:
    held = Meter.objects.filter(pk__any_of=keys).order_by("pk").select_for_update()
    return list(held.only(*ASSET_COLUMNS, *_READ))


def evaluate_all(
    meters: Collection[Meter], present: RulesOfMoment, now: datetime
) -> Iterable[tuple[MeterFacts, str, EnrollmentResult]]:
    """The results of one partner's meters in each program that they are meant for. Reads, never writes."""
    rules, schema = present.rules, present.schema
    evaluators: dict[str, Evaluator] = {}
    for facts in facts_of(meters, rules, schema, now).values():
        for name in facts.wanted.keys() - evaluators.keys():
            evaluators[name] = Evaluator(rules[name], schema, now)
        results = {name: evaluators[name].evaluate(facts) for name in facts.wanted}
        for name, result in (without_misfit_actions(results) if len(results) > 1 else results).items():
            yield facts, name, result


def _write(
    meters: Sequence[Meter], present: RulesOfMoment, now: datetime, *, since: datetime | None
) -> tuple[list[Change], Told]:
    stored = Enrollment.objects.filter(meter__any_of=[meter.pk for meter in meters])
    rows = {(row.meter, row.program): row for row in stored.values_list(*_STORED, named=True)}
    results: dict[UUID, list[EnrollmentResult]] = {meter.pk: [] for meter in meters}
    changes, updates, told = [], [], Told()
    for facts, name, result in evaluate_all(meters, present, now):
        assert facts.pk is not None
        row = rows[facts.pk, present.rules[name].pk]
        turn = min((one for one in facts.turns(present.rules[name]) if one > now), default=None)
        results[facts.pk].append(result)
        told.facts[facts.pk] = facts
        if not result.is_misfit:
            told.fitting.setdefault(facts.pk, []).append(name)
        if row.status != result.status:
            changes.append(Change(facts.pk, name, row.status, result.status.value, row.partner))
        is_other = [*row[-len(COLUMNS) :]] != result.columns
        if turn != row.reconsider_at or is_other:
            updates.append([row.pk, *result.columns, now, turn])
        joined_at, *_ = facts.wanted[name]
        is_new = since is not None and joined_at >= since
        if row.partner_actions and not is_new:
            told.asked_before.add(facts.pk)
        if (is_other or is_new) and (row.partner_actions or result.partner_actions):
            told.candidates.add(facts.pk)
    bulk.update(Enrollment, [*COLUMNS, "evaluated_at", "reconsider_at"], updates)
    new = {meter.pk for meter in meters if since and meter.created_at >= since}
    told.statuses = {pk: change for pk, change in _write_global(meters, results).items() if pk not in new}
    return changes, told


def _write_global(
    meters: Iterable[Meter], results: Mapping[UUID, Sequence[EnrollmentResult]]
) -> dict[UUID, tuple[str, str]]:
    """Set each meter's global status to the best of its programs, and who acts next in any of them; returns the
    statuses that changed, from and to."""
    alike: dict[tuple[str, str], list[UUID]] = {}
    changed = {}
    for meter in meters:
        status = best(result.status for result in results[meter.pk])
        acts = first_to_act(result.acts for result in results[meter.pk])
        if status != meter.enrollment_status:
            changed[meter.pk] = (meter.enrollment_status, status)
        if (status, acts) != (meter.enrollment_status, meter.acts):
            alike.setdefault((status, acts), []).append(meter.pk)
            meter.enrollment_status, meter.acts = status, acts
    for (status, acts), group in alike.items():
        Meter.objects.filter(pk__any_of=group).update(enrollment_status=status, acts=acts)
    return changed


@contextmanager
def making_room(meters: Collection[UUID], *, by: Actor) -> Iterator[None]:
    """A context for work that removes meters or moves them to other customers: the other meters of their old customers
    are evaluated again afterwards, because programs that were excluded may be open to them now."""
    others = _neighbours(meters, rules_of()) - set(meters) if meters else set()
    yield
    re_evaluate(others, by=by)


@receiver(meters_archived)
def _evaluate_beside(meters: Collection[UUID], by: Actor, **_: object) -> None:
    """An archived meter holds its programs no more, and one that is taken out of the archive holds them again."""
    others = _neighbours(meters, rules_of())
    if others:
        re_evaluate({*meters, *others}, by=by)


def _neighbours(meters: Collection[UUID], rules: Mapping[str, ProgramRules]) -> set[UUID]:
    """The meters of the same customers in programs that exclude others, or are excluded."""
    partner = Meter.objects.filter(pk__any_of=meters).values_list("partner", flat=True).first()
    if partner is None or len(excluding_here(partner, rules)) < 2:
        return set()
    named = Meter.objects.filter(pk__any_of=meters).exclude(account_key="").only("utility_name", "account_key")
    customers = {customer for meter in named if (customer := customer_of(meter))}
    return set(meters_of_customers(partner, customers, rules).values_list("pk", flat=True))


def _tell(changes: Iterable[Change], *, by: Actor) -> None:
    """One event for each change, in the log of the meter's partner."""
    by_partner: dict[UUID, list[Change]] = {}
    for change in changes:
        by_partner.setdefault(change.partner, []).append(change)
    for partner, group in by_partner.items():
        happenings = (
            (
                "meter.enrollment_changed",
                change.meter,
                {"program": change.program, "changes": {"enrollment_status": [change.was, change.now]}},
            )
            for change in group
        )
        record_many("meter", happenings, partner=Partner(pk=partner), by=by)


def re_evaluate_sharing(meters: Collection[UUID], *, partner: Partner, by: Actor, since: datetime) -> set[UUID]:
    """Evaluate those of these new meters again whose customers hold a program that excludes theirs; returns them.

    Rows of one sheet can exclude each other, which is seen only once they are meters. since: when they began to be
    created (see re_evaluate).
    """
    excluding = excluding_here(partner.pk, rules_of())
    if len(excluding) < 2:
        return set()
    here = Enrollment.objects.filter(partner=partner, meter__any_of=meters, program__in=excluding)
    accounts = set(here.exclude(meter__account_key="").values_list("meter__account_key", flat=True))
    others = Meter.objects.filter(
        partner=partner, account_key__any_of=accounts, enrollments__program__in=excluding
    ).values_list("account_key", "enrollments__program")
    programs: dict[str, set[int]] = {}
    for account, program in others:
        programs.setdefault(account, set()).add(program)
    shared = [account for account, found in programs.items() if len(found) > 1]
    keys = set(here.filter(meter__account_key__any_of=shared).values_list("meter", flat=True)) if shared else set()
    re_evaluate(keys, by=by, quietly=True, since=since)
    return keys
