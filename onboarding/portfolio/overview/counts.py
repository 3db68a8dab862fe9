"""How many meters a partner has in which status, altogether and by program: counted now, from indexes alone.

Archived meters are left out, as they are from the list of meters. They are few, and are counted apart and taken away:
looking at each meter for whether it is archived would take longer than all the rest.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, Q, QuerySet

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.partners.models import Partner
from programs.models import Acts

_FEW: Final = 1_000


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """Meters by status. to_complete: those that wait for the partner."""

    by_status: Counter[str] = field(default_factory=Counter)
    to_complete: int = 0

    @property
    def created(self) -> int:
        return self.by_status.total()

    @property
    def eligible(self) -> int:
        return self.by_status[EnrollmentStatus.ELIGIBLE.value]

    @property
    def active(self) -> int:
        return self.by_status[EnrollmentStatus.ACTIVE.value]

    def share(self, status: EnrollmentStatus) -> str:
        return f"{self.by_status[status.value] / self.created:.0%}" if self.created else "0%"


@dataclass(frozen=True, slots=True)
class Counts:
    """All meters of a partner by their status in all programs, and those in each program by their status there."""

    whole: StatusCounts
    programs: Mapping[int, StatusCounts]  # by the program's primary key


def counts_of(partner: Partner) -> Counts:
    """A partner's meters; at most six grouped counts.

    That somebody acts is said beside who, so that SQLite recognizes the partial index.
    """
    meters = Meter.objects.filter(partner=partner).order_by()
    rows = Enrollment.objects.filter(partner=partner).order_by()
    whole = Counter(dict(meters.values_list("enrollment_status").annotate(n=Count("pk"))))
    programs: dict[int, Counter[str]] = {}
    for program, status, count in rows.values_list("program", "status").annotate(n=Count("pk")):
        programs.setdefault(program, Counter())[status] += count
    waiting = rows.filter(~Q(acts=""), acts=Acts.PARTNER).values_list("program").annotate(n=Count("pk"))
    to_complete = Counter(dict(waiting))
    if archived := _archived(partner):
        whole.subtract(archived.whole)
        for (program, status, acts), count in archived.programs.items():
            programs[program][status] -= count
            to_complete[program] -= count if acts == Acts.PARTNER else 0
    counted = {
        program: StatusCounts(+counts, to_complete[program]) for program, counts in programs.items() if counts.total()
    }
    return Counts(StatusCounts(+whole), counted)


def of_kept_meters(rows: QuerySet[Enrollment], partner: Partner) -> QuerySet[Enrollment]:
    """A partner's enrollments without those of archived meters, of which few are named one by one. One query."""
    few = list(_few_archived(partner).values_list("pk", flat=True))
    if len(few) > _FEW:
        return rows.filter(meter__is_archived=False)
    return rows.exclude(meter__in=few) if few else rows


def _few_archived(partner: Partner) -> QuerySet[Meter]:
    """A partner's archived meters, and one more than are few. In any other order than their index's, SQLite looks at
    each meter."""
    return Meter.objects.filter(partner=partner, is_archived=True).order_by("partner", "pk")[: _FEW + 1]


@dataclass(frozen=True, slots=True)
class _Archived:
    """Archived meters by status, and their enrollments by program, status and who acts."""

    whole: Counter[str]
    programs: Counter[tuple[int, str, str]]


def _archived(partner: Partner) -> _Archived | None:
    """A partner's archived meters; None without any."""
    few = dict(_few_archived(partner).values_list("pk", "enrollment_status"))
    if not few:
        return None
    archived = Meter.objects.filter(partner=partner, is_archived=True).order_by()
    here = Enrollment.objects.filter(partner=partner).order_by()
    if len(few) <= _FEW:
        whole, here = Counter(few.values()), here.filter(meter__in=few)
    else:
        counted = archived.values_list("enrollment_status").annotate(n=Count("pk"))
        whole, here = Counter(dict(counted)), here.filter(meter__in=archived.values("pk"))
    grouped = here.values_list("program", "status", "acts").annotate(n=Count("pk"))
    return _Archived(whole, Counter({(program, status, acts): count for program, status, acts, count in grouped}))
