"""A partner's season in one program: how many meters come how far, what they were lost for, what would help."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.rules import ProgramRules
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.partners.models import Partner
from portal.web.charts import Bar, Bars, Tone, bar_parts
from programs.models import ActionType
from programs.schema import schema_for

COUNTED = 10_000


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

    picture: Bars
    helps: list[Help]
    is_whole: bool
    meters: int


def funnel_of(partner: Partner, program: ProgramRules) -> Funnel:
    """Counted from the statuses of the last evaluation, without archived meters; three grouped counts."""
    rows = Enrollment.objects.filter(partner=partner, program=program.pk).order_by()
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
        ("Participating", every - out, out, "idle or disenrolled", "NOT_PARTICIPATING"),
        ("Information complete", every - out - blocked, blocked, "not eligible yet", "INELIGIBLE"),
        ("Eligible", every - out - blocked - waiting, waiting, "pending review", "PENDING"),
        ("Active", active, eligible, "waiting for the activation date", "ELIGIBLE"),
    ]
    path = f"{reverse('meters')}?{urlencode({'program': program.identifier})}"
    bars = [
        Bar(
            label,
            f"{count:,} ({count / every:.0%})" if every else "0",
            bar_parts(every, [(Tone.ACCENT, count, "")]),
            note=f"{lost:,} {why}" if lost else "",
            note_url=f"{path}&status={status}" if lost else "",
        )
        for label, count, lost, why, status in lines
    ]
    text = f"{active:,} of {every:,} meters created for this program {'is' if active == 1 else 'are'} active."
    helps, is_whole = _helps(partner, program)
    return Funnel(Bars("Enrollment progress", text, bars, []), helps, is_whole, every)


def _helps(partner: Partner, program: ProgramRules) -> tuple[list[Help], bool]:
    """What is open at how many meters, most first; counted over the first COUNTED of them."""
    waiting = Enrollment.objects.filter(partner=partner, program=program.pk, acts="partner", meter__is_archived=False)
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
    labels = {column.key: column.name for column in schema_for().columns}
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
