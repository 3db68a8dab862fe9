"""Idling, disenrolling and taking part again. The only place that writes a meter's participation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import ParticipationPeriod, Preference
from onboarding.meters.models import Meter
from onboarding.meters.published import IDENTITY, identity_of
from onboarding.participation.published import preference_from
from onboarding.participation.rules import ParticipationRequest, after, days_of, overridden, unclear, untimely, window
from onboarding.participation.zones import zones_of
from portal.events.actors import Actor
from portal.events.domain import Happening, record_many
from portal.events.published import PUBLISHED
from portal.problems import Problem, Refused
from portal.storage import bulk
from portal.web import clock
from portal.web.clock import local_day

if TYPE_CHECKING:
    from portal.partners.models import Partner

VERBS = {
    Preference.IDLE: "meter.idled",
    Preference.DISENROLL: "meter.disenrolled",
    Preference.PARTICIPATE: "meter.participating",
}
NEEDED = ("pk", "partner_id", "partner_reference", "postal_code", "state", "updated_at")  # of a meter


@dataclass(frozen=True, slots=True)
class ParticipationResult:
    """What a request does to one meter, or would do: its periods out before and after, or why it cannot be done."""

    request: ParticipationRequest
    zone: ZoneInfo
    before: list[OutPeriod]
    afterwards: list[OutPeriod]
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return not self.problems and self.before != self.afterwards

    @property
    def overridden(self) -> list[OutPeriod]:
        """The periods that this one cut, split or replaced."""
        return overridden(self.before, self.afterwards, self.request) if self.changes else []


class RequestsRefused(Refused):
    """At least one request of several cannot be done, and none was. results: by meter, of those that cannot."""

    def __init__(self, results: Mapping[UUID, ParticipationResult]) -> None:
        super().__init__(*(problem for one in results.values() for problem in one.problems))
        self.results = results


def out_periods_of(meters: Iterable[UUID]) -> dict[UUID, list[OutPeriod]]:
    """When meters are out, in order, by meter."""
    periods: dict[UUID, list[OutPeriod]] = {}
    for row in ParticipationPeriod.objects.filter(meter__in=list(meters)).order_by("starts_at"):
        periods.setdefault(row.meter_id, []).append(OutPeriod.of(row))
    return periods


def preview_requests(
    meters: Collection[Meter], requests: Mapping[UUID, ParticipationRequest], now: datetime | None = None
) -> dict[UUID, ParticipationResult]:
    """What the requests would do to these meters. Reads, never writes: two queries."""
    at = now or clock.now()
    zones, periods = zones_of(meters), out_periods_of(meter.pk for meter in meters)
    results = {}
    for meter in meters:
        request, zone, before = requests[meter.pk], zones[meter.pk], periods.get(meter.pk, [])
        problems = [*unclear(request), *untimely(request, zone, at)]
        afterwards = before if problems else after(before, request, zone, at)
        results[meter.pk] = ParticipationResult(request, zone, before, afterwards, problems)
    return results


def change_participation(
    requests: Mapping[UUID, ParticipationRequest],
    *,
    partner: "Partner",
    by: Actor,
    now: datetime | None = None,
    all_or_none: bool = False,
) -> dict[UUID, ParticipationResult]:
    """Carry out a request for each meter: periods, one event for each meter that changes, and a new evaluation.

    The answer has what became of each; a meter that the partner does not have is not in it. A request
    that cannot be carried out does not stop the others, unless `all_or_none`: then RequestsRefused. One transaction.
    Repeating it has no effect.
    """
    at = now or clock.now()
    with transaction.atomic():
        held = Meter.objects.filter(partner=partner, pk__in=list(requests)).order_by("pk").select_for_update()
        meters = {meter.pk: meter for meter in held.only(*NEEDED, *IDENTITY)}
        results = preview_requests(list(meters.values()), requests, at)
        refused = {pk: one for pk, one in results.items() if one.problems}
        if refused and all_or_none:
            raise RequestsRefused(refused)
        changed = {pk: one for pk, one in results.items() if one.changes}
        if changed:
            happenings = [_happening(meters[pk], result, at) for pk, result in changed.items()]
            _write({pk: (one.before, one.afterwards) for pk, one in changed.items()}, partner, at)
            record_many("meter", happenings, partner=partner, by=by)
            re_evaluate(list(changed), by=by, at=at)
    return results


def remove_idle(meter: Meter, first: date, last: date, *, by: Actor, now: datetime | None = None) -> None:
    """Take back an idle time, named by exactly its first and its last day, with a meter.idle_removed event.

    The days are those that are listed now: also when the meter has moved to another zone since, and the time begins and
    ends at other hours than a day there.

    Refuses: IDLE_NOT_FOUND; then nothing is removed.
    """
    with transaction.atomic():
        held = Meter.objects.select_for_update().get(pk=meter.pk)
        zone = zones_of([held])[held.pk]
        before = out_periods_of([held.pk]).get(held.pk, [])
        gone = [one for one in before if one.preference == Preference.IDLE and days_of(one, zone) == (first, last)]
        if not gone:
            days = {"first": first.isoformat(), "last": last.isoformat()}
            raise Refused(Problem("IDLE_NOT_FOUND", "", "", days))
        afterwards = merge_periods(before, gone[0])
        _write({held.pk: (before, afterwards)}, held.partner, now or clock.now())
        data: dict[str, object] = {**days_as_json(gone[0], zone), "zone": zone.key}
        data |= {PUBLISHED: {**identity_of(held), **_preference_after(gone[0], afterwards)}}
        record_many("meter", [("meter.idle_removed", held.pk, data)], partner=held.partner, by=by)
        re_evaluate([held.pk], by=by, at=now)


def _preference_after(gone: OutPeriod, afterwards: Iterable[OutPeriod]) -> dict[str, str]:
    """What holds from the beginning of an idle time that was taken back: the disenrollment that it had cut, or that
    the meter participates, until the next time out."""
    following = None
    for period in afterwards:
        if period.starts_at <= gone.starts_at and (period.ends_at is None or period.ends_at > gone.starts_at):
            return preference_from(Preference(period.preference), period.starts_at, period.ends_at)
        if period.starts_at > gone.starts_at:
            following = period.starts_at if following is None else min(following, period.starts_at)
    return preference_from(Preference.PARTICIPATE, gone.starts_at, following)


def merge_periods(before: Sequence[OutPeriod], gone: OutPeriod) -> list[OutPeriod]:
    """The periods without an idle one. The period after it takes back the days that the idle one took from it, and a
    disenrollment that was cut in two is one period again."""
    left: list[OutPeriod] = []
    for period in sorted((one for one in before if one != gone), key=lambda one: one.starts_at):
        back = period if period.starts_at != gone.ends_at else _with_days_back(period, gone)
        last = left[-1] if left else None
        is_same = last is not None and (last.preference, last.reason) == (back.preference, back.reason)
        if last is not None and is_same and last.ends_at == back.starts_at == gone.starts_at:
            left[-1] = replace(last, ends_at=back.ends_at)
        else:
            left.append(back)
    return left


def _with_days_back(period: OutPeriod, gone: OutPeriod) -> OutPeriod:
    """The period out that followed an idle one, beginning when it was to, if that was within the idle one or before."""
    if period.wished_from is None:
        return period
    since = max(period.wished_from, gone.starts_at)
    return replace(period, starts_at=since, wished_from=period.wished_from if period.wished_from < since else None)


def _write(changes: Mapping[UUID, tuple[list[OutPeriod], list[OutPeriod]]], partner: "Partner", at: datetime) -> None:
    """Write the periods that meters have afterwards; unchanged ones are not touched."""
    kept = {pk: set(before) & set(afterwards) for pk, (before, afterwards) in changes.items()}
    rows = ParticipationPeriod.objects.filter(meter__in=list(changes))
    old = [row.pk for row in rows if OutPeriod.of(row) not in kept[row.meter_id]]
    ParticipationPeriod.objects.filter(pk__in=old).delete()
    new = [
        (partner.pk, pk, period.preference, period.starts_at, period.ends_at, period.reason, period.wished_from)
        for pk, (_, afterwards) in changes.items()
        for period in afterwards
        if period not in kept[pk]
    ]
    names = ["partner", "meter", "preference", "starts_at", "ends_at", "reason", "wished_from"]
    bulk.insert(ParticipationPeriod, names, new)
    Meter.objects.filter(pk__in=list(changes)).update(updated_at=at)


def days_as_json(out: OutPeriod, zone: ZoneInfo) -> dict[str, str]:
    """A period out in local days, as events and answers have it."""
    first, last = days_of(out, zone)
    return {
        "from": first.isoformat(),
        **({"to": last.isoformat()} if last else {}),
        **({"reason": out.reason} if out.reason else {}),
    }


def _happening(meter: Meter, result: ParticipationResult, now: datetime) -> Happening:
    """The event of a change: the days where the meter is, why, what it overrode, and what programs read."""
    first = result.request.first or local_day(now, result.zone)
    data: dict[str, object] = {"from": first.isoformat(), "zone": result.zone.key}
    told = preference_from(result.request.preference, *window(result.request, result.zone, now))
    data[PUBLISHED] = {**identity_of(meter), **told}
    if result.request.last:
        data["to"] = result.request.last.isoformat()
    if result.request.reason:
        data["reason"] = result.request.reason
    if result.overridden:
        data["gave_way"] = [
            {"preference": out.preference, **days_as_json(out, result.zone)} for out in result.overridden
        ]
    return VERBS[result.request.preference], meter.pk, data
