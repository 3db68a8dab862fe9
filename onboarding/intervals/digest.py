"""What is missing of days that are over, by deadline: for the partner's page of things to do, and for a daily email.

The email is written in the morning of a partner whose data of the day before yesterday or earlier are missing: a day
is given to send them. A unique row, made in the same transaction as the emails, keeps it from coming twice a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from onboarding.enrollment.models import Activation
from onboarding.intervals.coverage_forms import OVERDUE, due_query
from onboarding.intervals.gaps import DueGaps, current_gaps, due_gaps, present_quarter
from onboarding.intervals.models import IntervalUpload, MissingDataDigest
from onboarding.intervals.notifications import MISSING_DATA
from onboarding.intervals.quarters import hours_text
from portal.jobs.domain import Run, enqueue
from portal.notifications.domain import write_to
from portal.partners.models import Partner, User
from portal.web import clock
from portal.web.clock import local_day
from portal.web.days import deadline_text
from programs.models.programs import IntervalSource

MORNING, NOON = time(7), time(12)  # by the partner's clock
_KEPT = timedelta(days=60)
_REMEMBERED: Final = 15 * 60  # seconds
_DEADLINES_TOLD: Final = 10
DEADLINES_SHOWN: Final = 4
_TOLD_LATE: Final = timedelta(days=1)  # after its deadline


@dataclass(frozen=True, slots=True)
class MissingData:
    """What is missing by one deadline, with the address of the list of it."""

    deadline: datetime
    names: str
    meters: int
    length: str
    path: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MissingSummary:
    """The next deadlines of what is missing, how many more there are, and what is overdue (None without any)."""

    ahead: Sequence[MissingData]
    more: int
    overdue: MissingData | None

    def __bool__(self) -> bool:
        return bool(self.ahead or self.overdue)


def missing_data(partner: Partner, *, grace_days: int = 0) -> list[MissingData]:
    """What is missing of days that ended so many days ago, soonest deadline first.

    Remembered until the next quarter-hour or the partner's next upload.
    """
    now = clock.now()
    until = local_day(now, ZoneInfo(partner.time_zone)) - timedelta(days=grace_days)
    due, _ = _remembered(partner, until, now)
    return [_told(one, until, now) for one in due]


def missing_summary(partner: Partner) -> MissingSummary:
    """What is missing of days that are over, as the page of things to do has it."""
    now = clock.now()
    until = local_day(now, ZoneInfo(partner.time_zone))
    due, overdue_meters = _remembered(partner, until, now)
    ahead = [_told(one, until, now) for one in due if one.deadline > now]
    late = [one for one in due if one.deadline <= now]
    query = urlencode({"deadline": OVERDUE, "until": until.isoformat()})
    overdue = (
        MissingData(
            late[-1].deadline,
            ", ".join(sorted({name for one in late for _, name in one.programs})),
            overdue_meters,
            hours_text(sum(one.quarters for one in late)),
            f"{reverse('interval-gaps')}?{query}",
            True,
        )
        if late
        else None
    )
    return MissingSummary(ahead[:DEADLINES_SHOWN], max(len(ahead) - DEADLINES_SHOWN, 0), overdue)


def _remembered(partner: Partner, until: date, now: datetime) -> tuple[Sequence[DueGaps], int]:
    """What is missing by deadline, and of how many meters it is overdue; from the cache if nothing has come since.

    A partner of whom nothing is expected asks no cache, which may be a table.
    """
    if not _supplying().filter(partner=partner).exists():
        return (), 0
    key = f"missing-data:{partner.pk}:{until}:{present_quarter(now)}:{_uploads(partner)}"
    known: tuple[Sequence[DueGaps], int] | None = cache.get(key)
    if known is None:
        gaps = current_gaps(partner, until=until)
        known = due_gaps(gaps), gaps.due(None, present_quarter(now) + 1).meter_count
        cache.set(key, known, _REMEMBERED)
    return known


def _uploads(partner: Partner) -> str:
    """Another text after each upload that began, was read or ended. One query."""
    rows = IntervalUpload.objects.filter(partner=partner)
    told = rows.aggregate(n=Count("pk"), at=Max("updated_at"), end=Max("finished_at"))
    return ".".join(str(value).replace(" ", "_") for value in told.values())


def _told(due: DueGaps, until: date, now: datetime) -> MissingData:
    query = urlencode({"due": due_query(due.deadline), "until": until.isoformat()})
    path = f"{reverse('interval-gaps')}?{query}"
    return MissingData(due.deadline, due.names, due.meters, hours_text(due.quarters), path, due.deadline <= now)


# --- the email


def queue_missing_data_digests() -> None:
    """Queue the emails of partners in whose morning none was written yet. Repeating it has no effect."""
    now = clock.now()
    MissingDataDigest.objects.filter(day__lt=(now - _KEPT).date()).delete()
    days = {partner: day for partner in _partners() if (day := morning_of(partner, now))}
    looked_at = MissingDataDigest.objects.filter(day__in=set(days.values())).values_list("partner", "day")
    written = set(looked_at)
    for partner, day in days.items():
        if (partner.pk, day) not in written:
            enqueue("intervals.digest", subject_id=partner.pk, partner=partner)


def _partners() -> Iterable[Partner]:
    """Those who supply data of any meter. A sandbox's data are made up, so nobody is to be reminded of them."""
    return Partner.objects.real().filter(is_active=True, pk__in=_supplying().values("partner")).order_by("pk")


def _supplying() -> QuerySet[Activation]:
    """Where meters are, or were, active in programs whose data the partner supplies."""
    return Activation.objects.filter(period__program__interval_data_source=IntervalSource.PARTNER)


def morning_of(partner: Partner, now: datetime) -> date | None:
    """The partner's day, while it is morning there."""
    here = now.astimezone(ZoneInfo(partner.time_zone))
    return here.date() if MORNING <= here.time() < NOON else None


def write_digest(run: Run) -> None:
    """Look at what a partner's data lack, once a day, and tell its people if anything is missing."""
    partner, now = Partner.objects.get(pk=run.job.subject_id), clock.now()
    day = morning_of(partner, now)
    if day is None or not partner.is_active:
        return
    missing = [one for one in missing_data(partner, grace_days=1) if one.deadline > now - _TOLD_LATE]
    with run.chunk():
        digest, is_new = MissingDataDigest.objects.get_or_create(partner=partner, day=day)
        if is_new and missing:
            digest.emails_written = _tell(partner, missing, now)
            digest.save(update_fields=["emails_written"])


def _tell(partner: Partner, missing: Sequence[MissingData], now: datetime) -> int:
    people = User.objects.filter(memberships__partner=partner, is_active=True).order_by("pk")
    subject, text = digest_text(missing, now)
    written = [
        write_to(
            user,
            kind=MISSING_DATA.code,
            partner=partner,
            subject=subject,
            text=text,
            action="View missing data",
            path=reverse("interval-gaps"),
        )
        for user in people
    ]
    return sum(message is not None for message in written)


def digest_text(missing: Sequence[MissingData], now: datetime) -> tuple[str, str]:
    """The subject and the text."""
    ahead = [one for one in missing if not one.is_overdue]
    overdue = len(missing) - len(ahead)
    subject = "Interval data is missing"
    if ahead:
        subject += f": submit the first {deadline_text(ahead[0].deadline, now.date()).partition(' (')[0]}"
    parts = ["Meters don’t earn without data. This data is missing, up to the day before yesterday:"]
    parts += [_part(one) for one in (ahead or missing)[:_DEADLINES_TOLD]]
    if ahead and overdue:
        parts.append(f"The deadline for more data has passed ({overdue} deadline{'s' if overdue > 1 else ''}).")
    return subject, "\n\n".join(parts)


def _part(missing: MissingData) -> str:
    meters = f"{missing.meters:,} meter{'s' if missing.meters != 1 else ''}"
    said = deadline_text(missing.deadline)
    when = "The deadline has passed" if missing.is_overdue else f"Submit {said}"
    label = "See what is overdue" if missing.is_overdue else f"See what to submit {said.partition(' (')[0]}"
    return f"{when}: {missing.length} of {meters} in {missing.names}\n{label}:\n{settings.SITE_URL}{missing.path}"
