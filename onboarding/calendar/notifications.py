"""Emails about deadlines: once a week, and ten and three days before one that meters would miss.

Periodic work finds the partners to whom an email is due, and a job writes it. Unique rows, which are made in the same
transaction as the emails, keep it from being written twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from onboarding.calendar.models import DeadlineNotice, WeeklyDigest
from onboarding.calendar.queries import Waiting, actions_of, partners_waiting_in, programs_of, waiting_of
from onboarding.enrollment.models import Activation
from portal.jobs.domain import Run, enqueue
from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import write_to
from portal.partners.models import Partner, User
from portal.web import clock
from portal.web.days import begin_text, deadline_text
from programs.models import ActionType, Program
from programs.queries import DeadlineLine, all_periods_of, not_over

WEEKLY = NotificationKind(
    "weekly",
    "Weekly summary",
    "Every Monday morning: what you need to do in each program, upcoming deadlines, and newly active meters.",
)
DEADLINES = NotificationKind(
    "deadlines",
    "Meters at risk of missing a deadline",
    "Ten days before the deadline, and again three days before.",
)
register(WEEKLY, DEADLINES)

MORNING, EVENING = time(7), time(20)  # by the partner's clock; no emails at night
# Days left at which a notice is written: those after the first are for when no worker ran on that day.
STAGES = {10: range(8, 11), 3: range(4)}
_WEEKLY_FOR = timedelta(days=2)
_LOOKS_BACK = timedelta(days=7)
_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Near:
    """A program's next deadline. stage: of the notice that is due now, 0 for none."""

    program: Program
    line: DeadlineLine

    @property
    def stage(self) -> int:
        return next((stage for stage, days in STAGES.items() if self.line.days_left in days), 0)


def queue_notifications() -> None:
    """Queue the emails that are due; delete the marks of those that are long past. Repeating it has no effect."""
    now = clock.now()
    DeadlineNotice.objects.filter(due_at__lt=now - _KEPT).delete()
    WeeklyDigest.objects.filter(monday__lt=(now - _KEPT).date()).delete()
    for partner in _partners_with_a_new_week(now):
        enqueue("calendar.weekly", subject_id=partner.pk, partner=partner)
    to_tell = {
        partner.pk: partner
        for near in next_deadlines(now)
        if near.stage
        for partner in _untold(near)
        if is_daytime(partner, now)
    }
    for partner in to_tell.values():
        enqueue("calendar.deadlines", subject_id=partner.pk, partner=partner)


def _partners_with_a_new_week(now: datetime) -> list[Partner]:
    partners = {partner: week_due(partner, now) for partner in Partner.objects.real().filter(is_active=True)}
    written = set(
        WeeklyDigest.objects.filter(monday__in={day for day in partners.values() if day}).values_list(
            "partner", "monday"
        )
    )
    return [partner for partner, monday in partners.items() if monday and (partner.pk, monday) not in written]


def _untold(near: Near) -> QuerySet[Partner]:
    told = DeadlineNotice.objects.filter(
        partner=OuterRef("pk"), program=near.program, due_at=near.line.accepted_until, days=near.stage
    )
    return partners_waiting_in(near.program).exclude(Exists(told))


def next_deadlines(now: datetime) -> list[Near]:
    """The next deadline of every program that has one, soonest first. Three queries."""
    programs = {program.pk: program for program in not_over()}
    deadlines = [
        Near(programs[pk], line)
        for pk, periods in all_periods_of(list(programs.values()), now).items()
        for period in periods
        for line in period.deadlines
        if line.is_next
    ]
    return sorted(deadlines, key=lambda one: (one.line.accepted_until, one.program.identifier))


def week_due(partner: Partner, now: datetime) -> date | None:
    """The Monday whose email is due: from its morning on by the partner's clock, for two days; None at other times."""
    zone = ZoneInfo(partner.time_zone)
    here = now.astimezone(zone)
    monday = here.date() - timedelta(days=here.weekday())
    begins = datetime.combine(monday, MORNING, zone)
    return monday if begins <= here < begins + _WEEKLY_FOR else None


def is_daytime(partner: Partner, now: datetime) -> bool:
    return MORNING <= now.astimezone(ZoneInfo(partner.time_zone)).time() < EVENING


# --- the email of the week


def write_week(run: Run) -> None:
    """Look at a partner's week, once, and tell its people if meters need them."""
    partner, now = Partner.objects.get(pk=run.job.subject_id), clock.now()
    monday = week_due(partner, now)
    if monday is None or not partner.is_active:
        return
    actions = actions_of(partner)
    subject, text = f"This week: meters need action in {_programs(len(actions))}", ""
    if actions:
        text = _week_text(partner, actions, now)
    with run.chunk():
        digest, is_new = WeeklyDigest.objects.get_or_create(partner=partner, monday=monday)
        if is_new and actions:
            digest.emails_written = _tell(partner, WEEKLY, subject, text)
            digest.save(update_fields=["emails_written"])


def _week_text(partner: Partner, actions: Mapping[int, Mapping[str, int]], now: datetime) -> str:
    waiting, deadlines = waiting_of(partner), next_deadlines(now)
    programs = {program.pk: program for program in Program.objects.filter(pk__in=actions)}
    parts = ["This is what meters need from you this week. A meter can wait for several things."]
    for program in sorted(programs.values(), key=lambda one: one.identifier):
        total = waiting.get(program.pk, Waiting())
        lines = [f"{program.name} ({program.identifier}): {_meters(total.meters)}"]
        ordered = sorted(actions[program.pk].items(), key=lambda one: (-one[1], one[0]))
        lines += [f"- Not yet “{_label(action)}”: {count:,}" for action, count in ordered]
        parts.append("\n".join([*lines, *_links(program, total)]))
    theirs = {program.pk for program in programs_of(partner)}
    ahead = [f"- {_deadline(near)}" for near in deadlines if near.program.pk in theirs]
    if ahead:
        parts.append("\n".join(["Next deadlines:", *ahead]))
    active = [f"- {name}: {_meters(count)}" for name, count in became_active(partner, now)]
    if active:
        parts.append("\n".join(["Active since last week:", *active]))
    return "\n\n".join(parts)


def became_active(partner: Partner, now: datetime) -> list[tuple[str, int]]:
    """By program identifier, how many meters became active in the last seven days."""
    since = Activation.objects.filter(partner=partner, active_from__gt=now - _LOOKS_BACK, active_from__lte=now)
    counted = since.order_by().values_list("period__program__identifier").annotate(n=Count("*"))
    return sorted(counted)


# --- the email before a deadline


def write_notices(run: Run) -> None:
    """Tell a partner's people of the deadlines that are near, each once for ten days and once for three."""
    partner, now = Partner.objects.get(pk=run.job.subject_id), clock.now()
    if not partner.is_active or not is_daytime(partner, now):
        return
    waiting = waiting_of(partner)
    near = [one for one in next_deadlines(now) if one.stage and one.program.pk in waiting]
    if not near:
        return
    with run.chunk():
        new = [one for one in near if _is_first(partner, one, waiting[one.program.pk])]
        if new:
            _tell(partner, DEADLINES, *_notice_text(new, waiting))


def _is_first(partner: Partner, near: Near, waiting: Waiting) -> bool:
    """Mark a notice as written; False when it was before."""
    return DeadlineNotice.objects.get_or_create(
        partner=partner,
        program=near.program,
        due_at=near.line.accepted_until,
        days=near.stage,
        defaults={"meters": waiting.meters},
    )[1]


def _notice_text(near: list[Near], waiting: Mapping[int, Waiting]) -> tuple[str, str]:
    """The subject and the text."""
    first = near[0]
    if len(near) == 1:
        subject = f"{first.program.identifier} closes {_in_days(first.line.days_left)}: meters need action"
    else:
        subject = f"{_programs(len(near))} close soon, the first {_in_days(first.line.days_left)}: meters need action"
    parts = []
    for deadline in near:
        mine = waiting[deadline.program.pk]
        lines = [_deadline(deadline), f"{_meters(mine.meters)} will miss it as they are now."]
        parts.append("\n".join([*lines, *_links(deadline.program, mine)]))
    return subject, "\n\n".join(parts)


# --- texts


def _tell(partner: Partner, kind: NotificationKind, subject: str, text: str) -> int:
    """Write to every member who wants this kind; returns how many emails that were."""
    people: Iterable[User] = User.objects.filter(memberships__partner=partner, is_active=True).order_by("pk")
    written = [
        write_to(
            user,
            kind=kind.code,
            partner=partner,
            subject=subject,
            text=text,
            action="See all dates",
            path=reverse("calendar"),
        )
        for user in people
    ]
    return sum(message is not None for message in written)


def _deadline(near: Near) -> str:
    line = near.line
    return (
        f"{near.program.identifier} closes {_in_days(line.days_left)}: {deadline_text(line.accepted_until)}. "
        f"Meters that are eligible by then are active from {begin_text(line.activation_at)}."
    )


def _in_days(days: int) -> str:
    return {0: "in less than a day", 1: "in 1 day"}.get(days, f"in {days} days")


def _meters(count: int) -> str:
    return f"{count:,} meter" if count == 1 else f"{count:,} meters"


def _programs(count: int) -> str:
    return f"{count} program" if count == 1 else f"{count} programs"


def _label(action: str) -> str:
    return ActionType(action).label if action in ActionType.values else action


def _links(program: Program, waiting: Waiting) -> list[str]:
    """The lists of the meters, by the status with which they are found."""
    statuses = {
        ("INELIGIBLE", "not eligible yet"): waiting.ineligible,
        ("PENDING", "pending review"): waiting.pending,
    }
    address = f"{settings.SITE_URL}{reverse('meters')}"
    return [
        f"See {_meters(count)} {said}:\n{address}?{urlencode({'program': program.identifier, 'status': status})}"
        for (status, said), count in statuses.items()
        if count
    ]
