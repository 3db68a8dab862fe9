"""What a request would do to one meter, program by program, before it is confirmed."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from onboarding.enrollment.evaluate import evaluate, first_deadline
from onboarding.enrollment.facts import MeterFacts, OutPeriod
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.models import Preference
from onboarding.enrollment.rules import ProgramRules, is_month, rules_now
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.participation.domain import ParticipationResult
from onboarding.participation.rules import days_of, window
from portal.web import clock
from portal.web.clock import day_text, last_day_before, local_day
from portal.web.days import begin_text, deadline_text
from programs.schema import Schema


@dataclass(frozen=True, slots=True)
class ProgramForecast:
    """One program: the status of the meter there now, and a sentence about what will happen."""

    program: ProgramRules
    status: EnrollmentStatus
    words: str


def outlook_of(meter: Meter, result: ParticipationResult, now: datetime | None = None) -> list[ProgramForecast]:
    """Every program that the meter is meant for, by name. Reads, never writes."""
    at = now or clock.now()
    present = rules_now()
    rules, schema = present.rules, present.schema
    facts = facts_of([meter], rules, schema, at)[meter.pk]
    later = replace(facts, out_periods=result.afterwards)
    lines = []
    for program in sorted((rules[name] for name in facts.wanted), key=lambda one: one.name):
        status = evaluate(facts, program, schema, at).status
        said = (_words(later, program, result, at), _activation(facts, later, program, schema, at))
        words = " ".join(filter(None, said))
        if result.request.preference == Preference.PARTICIPATE:
            start, _ = window(result.request, result.zone, at)
            then = evaluate(later, program, schema, max(start, at)).status
            words = f"{words} New status: {then.label.lower()}."
        lines.append(ProgramForecast(program, status, words))
    return lines


def _activation(before: MeterFacts, later: MeterFacts, program: ProgramRules, schema: Schema, at: datetime) -> str:
    """What becomes of the activation that the meter can expect; "" when it expects none, before or after."""
    was, then = (first_deadline(facts, program, schema, at) for facts in (before, later))
    if was is None:
        return f"Expected to be active from {begin_text(then.activation_at)}." if then else ""
    if was == then:
        return f"Still expected to be active from {begin_text(was.activation_at)}."
    misses = f"Misses the deadline {deadline_text(was.accepted_until)}"
    if then is None:
        return f"{misses}, and no later deadline is known."
    dates = begin_text(then.activation_at), begin_text(was.activation_at)
    return f"{misses}: expected to be active from {dates[0]} instead of {dates[1]}."


def _words(later: MeterFacts, program: ProgramRules, result: ParticipationResult, now: datetime) -> str:
    request = result.request
    start, end = window(request, result.zone, now)
    if request.preference == Preference.PARTICIPATE:
        return f"Participates from {day_text(local_day(start, result.zone))}."
    out = next(
        period
        for period in later.out_periods
        if period.starts_at <= start and (period.ends_at is None or start < period.ends_at)
    )
    if request.preference == Preference.IDLE and request.last and end:
        back = _after(later, program, end, result.zone)
        return f"Out of the program from {_first(out, result.zone)} to {day_text(request.last)}. {back}"
    leaves = later.out_from(program, out)
    if leaves == out.starts_at:
        return f"Out of the program from {_first(out, result.zone)}."
    until = "of the month" if is_month(program) else "of the delivery period"
    return f"Stays active until the end {until}: leaves on {day_text(last_day_before(leaves, program.zone))}."


def _after(later: MeterFacts, program: ProgramRules, end: datetime, zone: ZoneInfo) -> str:
    """What comes after an idle time."""
    following = later.out_at(program, end)
    day = day_text(local_day(end, zone))
    if following is None:
        return f"Participates again from {day}."
    return f"Then {'idle' if following.preference == Preference.IDLE else 'disenrolled'} from {day}, as before."


def _first(out: OutPeriod, zone: ZoneInfo) -> str:
    return day_text(days_of(out, zone)[0])
