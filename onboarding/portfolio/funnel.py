"""A partner's season in one program: how many meters come how far, what they were lost for, what would help."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.partners.models import Partner
from programs.models import ActionType
from programs.schema import schema_for

COUNTED = 10_000
_WIDTH, _STEP_HEIGHT = 600, 46  # of the picture


@dataclass(frozen=True, slots=True)
class Step:
    """How many meters have come so far, and why the others have not."""

    label: str
    count: int
    of: int
    lost: str
    query: str
    top: int

    @property
    def width(self) -> int:
        """Of its bar, in the picture's own units."""
        return round(_WIDTH * self.count / self.of) if self.of else 0

    @property
    def share(self) -> int:
        return round(100 * self.count / self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Help:
    """What would make more meters eligible: filling a field, or settling something else.

    meters: how many it is open for. alone: how many of them need nothing else.
    """

    label: str
    key: str
    action: str
    meters: int
    alone: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """What the page shows. is_whole: whether `helps` counted every meter."""

    steps: list[Step]
    helps: list[Help]
    is_whole: bool
    meters: int


def funnel_of(partner: Partner, program: int) -> Funnel:
    """Counted from the statuses of the last evaluation, without archived meters; three grouped counts."""
    rows = Enrollment.objects.filter(partner=partner, program=program).order_by()
    counts = Counter(dict(rows.values_list("status").annotate(n=Count("pk"))))
    archived = rows.filter(meter__in=Meter.objects.filter(partner=partner, is_archived=True))
    counts.subtract(dict(archived.values_list("status").annotate(n=Count("pk"))))

    def with_status(status: EnrollmentStatus) -> int:
        return counts[status.value]

    every = counts.total()
    out = with_status(EnrollmentStatus.NOT_PARTICIPATING)
    blocked = with_status(EnrollmentStatus.INELIGIBLE)
    waiting = with_status(EnrollmentStatus.PENDING)
    active = with_status(EnrollmentStatus.ACTIVE)
    eligible = with_status(EnrollmentStatus.ELIGIBLE)
    lines = [
        ("Created for this program", every, 0, "", ""),
        ("Taking part", every - out, out, "idle or disenrolled", "NOT_PARTICIPATING"),
        ("Your part is done", every - out - blocked, blocked, "not eligible yet", "INELIGIBLE"),
        ("Eligible", every - out - blocked - waiting, waiting, "pending", "PENDING"),
        ("Active", active, eligible, "waiting for the activation date", "ELIGIBLE"),
    ]
    steps = [
        Step(label, count, every, f"{lost:,} {why}" if lost else "", f"status={status}", place * _STEP_HEIGHT)
        for place, (label, count, lost, why, status) in enumerate(lines)
    ]
    helps, is_whole = _helps(partner, program)
    return Funnel(steps, helps, is_whole, every)


def _helps(partner: Partner, program: int) -> tuple[list[Help], bool]:
    """What is open at how many meters, most first; counted over the first COUNTED of them."""
    waiting = Enrollment.objects.filter(partner=partner, program=program, acts="partner", meter__is_archived=False)
    open_rows = waiting.order_by()
    counted = Enrollment.objects.filter(pk__in=open_rows.values("pk")[:COUNTED])
    meters: Counter[tuple[str, str]] = Counter()
    alone: Counter[tuple[str, str]] = Counter()
    total = 0
    for missing, actions, count in counted.values_list("missing", "partner_actions").annotate(n=Count("pk")):
        total += count
        others = [action for action in actions if action not in _OF_FIELDS]
        needs = [*(("field", key) for key in missing), *(("action", action) for action in others)]
        meters.update(dict.fromkeys(needs, count))
        if len(needs) == 1:
            alone[needs[0]] += count
    labels = {column.key: column.label for column in schema_for().columns}
    helps = [
        Help(
            labels.get(name, name) if kind == "field" else ActionType(name).to_do,
            name if kind == "field" else "",
            "" if kind == "field" else name,
            count,
            alone[kind, name],
        )
        for (kind, name), count in meters.most_common()
    ]
    return sorted(helps, key=lambda one: (-one.alone, -one.meters)), total < COUNTED


_OF_FIELDS = {"NO_MISSING_FIELDS", "GENERATOR"}
