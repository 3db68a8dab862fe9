"""Evaluating many meters in the background: because time passed, or because the rules changed."""

from uuid import UUID

from django.dispatch import receiver

from onboarding.enrollment.deadlines import by_partner, forget_later_than, note_passed_deadlines, record_makers
from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.models import Enrollment, Evaluated
from onboarding.enrollment.past import left_since
from onboarding.enrollment.rules import rules_now
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.jobs.domain import Run, enqueue, job_handler
from portal.jobs.periodic import periodic
from portal.partners.models import Partner
from portal.web import clock
from portal.web.clock import clock_moved
from programs.models import PassedDeadline

_AT_ONCE = 1000  # enrollments


@receiver(clock_moved)
def _reconsider_all(is_back: bool, **_: object) -> None:
    """A demo's clock that was set back makes every result one of the future; set forward, the periodic work sees it."""
    if is_back:
        forget_later_than(clock.now())
        Enrollment.objects.update(reconsider_at=clock.now())


@periodic(minutes=10)
def record_deadlines() -> None:
    """Queue the deadlines that have passed and of which it is not recorded yet which meters made them."""
    for passed in note_passed_deadlines(clock.now()):
        enqueue("enrollment.deadline", subject_id=passed.pk, partner=None)


@job_handler("enrollment.deadline")
def record_deadline(run: Run) -> None:
    """Find out for all meters of a program, of every partner, whether they made a deadline, and record it.

    They are evaluated again where that changes, and once all are through, those of programs whose rules tell now that
    it has passed.
    """
    passed = PassedDeadline.objects.select_related("period__program").filter(pk=int(run.job.subject_id)).first()
    if passed is None:
        return
    by = Actor.system("Deadline")
    rows = Enrollment.objects.filter(program=passed.period.program_id).order_by("pk")
    while True:
        with run.chunk() as chunk:
            after = chunk.checkpoint.get("after", 0)
            page = list(rows.filter(pk__gt=after).values_list("pk", "meter")[:_AT_ONCE])
            if not page:
                _record_those_who_left(passed, by)
                now = clock.now()
                asked = PassedDeadline.objects.filter(pk=passed.pk, rules_at=passed.rules_at)
                asked.update(recorded_at=now, updated_at=now)  # by other rules meanwhile: then it is done again
                break
            held = Meter.objects.filter(pk__any_of=[meter for _, meter in page]).order_by("pk").select_for_update()
            for meters in by_partner(held):
                makers = record_makers(passed, meters, by=by)
                re_evaluate([*makers.gain, *makers.lose], by=by)
            chunk.checkpoint, chunk.done = {"after": page[-1][0]}, chunk.done + len(page)
        run.yield_to_other_partners()
    queue_changed_programs()


def _record_those_who_left(passed: PassedDeadline, by: Actor) -> None:
    """The meters that made a deadline and have left the program since: they may join it again."""
    left = left_since(passed.accepted_until).get(passed.period.program.identifier, ())
    inside = Enrollment.objects.filter(program=passed.period.program_id, meter__in=left).values("meter")
    gone = Meter.objects.filter(pk__in=left).exclude(pk__in=inside).order_by("pk").select_for_update()
    for meters in by_partner(gone):
        record_makers(passed, meters, by=by)


@periodic(minutes=10)
def reconsider() -> None:
    """Queue what time has made old: meters whose own facts begin or end to count, and programs with other rules."""
    due = Enrollment.objects.filter(reconsider_at__lte=clock.now()).order_by()
    for partner in Partner.objects.filter(pk__in=due.values("partner").distinct()):
        enqueue("enrollment.reconsider", subject_id=partner.pk, partner=partner)
    queue_changed_programs()


def queue_changed_programs() -> None:
    """Queue the programs whose enrollments were evaluated by other rules, or for another period, than now count."""
    known = dict(Evaluated.objects.values_list("program", "digest"))
    present, at = rules_now(), clock.now()
    for program in present.rules.values():
        if known.get(program.pk) != program.digest(present.schema, at):
            enqueue("enrollment.restate", subject_id=program.pk, partner=None)


@job_handler("enrollment.reconsider")
def reconsider_partner(run: Run) -> None:
    """The meters of one partner for which the time has come."""
    due = Enrollment.objects.filter(partner=run.job.partner)
    while True:
        with run.chunk() as chunk:
            now = clock.now()
            meters = set(due.filter(reconsider_at__lte=now).values_list("meter", flat=True)[:_AT_ONCE])
            if not meters:
                return
            re_evaluate(meters, by=Actor.system(), at=now)
            chunk.done += len(meters)
        run.yield_to_other_partners()


@job_handler("enrollment.restate")
def re_evaluate_program(run: Run) -> None:
    """All meters of one program, of every partner, by the rules as they are when it begins."""
    program = int(run.job.subject_id)
    present = rules_now()
    rules = next((one for one in present.rules.values() if one.pk == program), None)
    if rules is None:
        return
    digest = rules.digest(present.schema, clock.now())
    rows = Enrollment.objects.filter(program=program).order_by("pk")
    while True:
        with run.chunk() as chunk:
            after = chunk.checkpoint.get("after", 0)
            page = list(rows.filter(pk__gt=after).values_list("pk", "partner", "meter")[:_AT_ONCE])
            if not page:
                Evaluated.objects.update_or_create(program_id=program, defaults={"digest": digest})
                return
            by_partner: dict[UUID, list[UUID]] = {}
            for _, partner, meter in page:
                by_partner.setdefault(partner, []).append(meter)
            for meters in by_partner.values():
                re_evaluate(meters, by=Actor.system("Program rules"))
            chunk.checkpoint, chunk.done = {"after": page[-1][0]}, chunk.done + len(page)
        run.yield_to_other_partners()
