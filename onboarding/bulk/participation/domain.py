"""Participation of many meters: the kinds of bulk action that this room carries out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from onboarding.bulk.deeds import Deed, Done, register
from onboarding.bulk.models import BulkAction, BulkKind, BulkResult, BulkRow, BulkState
from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import ParticipationResult, change_participation, preview_requests
from onboarding.participation.rules import ParticipationRequest
from portal.events.actors import Actor
from portal.web.clock import day_text

KINDS = {
    BulkKind.IDLE: Preference.IDLE,
    BulkKind.DISENROLL: Preference.DISENROLL,
    BulkKind.PARTICIPATE: Preference.PARTICIPATE,
}


def say_how(action: BulkAction, wish: ParticipationRequest) -> None:
    """Keep from when, until when and why, while nobody has said yes yet. Said again, the last one counts."""
    BulkAction.objects.filter(pk=action.pk, state=BulkState.ASKED).update(details=wish.as_json())


def carry_out(action: BulkAction, meters: Sequence[Meter], rows: Mapping[UUID, BulkRow]) -> dict[UUID, Done]:
    """What the action, or each meter's row, asks for. A meter that was changed since it was seen is left."""
    wishes = _wishes(action, meters, rows)
    looked_at = preview_requests(meters, wishes)
    seen = {meter.pk: meter.updated_at <= action.seen_at for meter in meters}
    left = {pk for pk, one in looked_at.items() if one.changes and not seen[pk]}
    todo = {pk: wish for pk, wish in wishes.items() if pk not in left}
    done = change_participation(todo, partner=action.partner, by=Actor.from_json(action.actor))
    return {
        pk: Done(BulkResult.MEANWHILE) if pk in left else Done(result_of(done[pk]), done[pk].problems) for pk in wishes
    }


def _wishes(
    action: BulkAction, meters: Sequence[Meter], rows: Mapping[UUID, BulkRow]
) -> dict[UUID, ParticipationRequest]:
    if action.is_by_rows:
        return {meter.pk: ParticipationRequest.from_json((rows[meter.pk].details or {})["wish"]) for meter in meters}
    wish = ParticipationRequest.from_json(action.details or {})
    return {meter.pk: wish for meter in meters}


def result_of(outcome: ParticipationResult) -> BulkResult:
    if outcome.problems:
        return BulkResult.REFUSED
    if not outcome.changes:
        return BulkResult.SAME
    return BulkResult.REPLACED if outcome.overridden else BulkResult.CHANGED


def says(action: BulkAction) -> list[tuple[str, str]]:
    """From when, until when and why."""
    wish = ParticipationRequest.from_json(action.details or {})
    first = "Day" if wish.preference == Preference.DISENROLL else "First day"
    found = [(first, day_text(wish.first) if wish.first else "The day on which it is done")]
    if wish.last:
        found.append(("Last day", day_text(wish.last)))
    return [*found, *([("Reason", wish.reason)] if wish.reason else []), ("Days are those of", "Each meter’s own zone")]


def outlook(action: BulkAction, meters: Sequence[Meter]) -> dict[str, Any]:
    """How many would change, stay or be refused, and why; when that is known beforehand."""
    outcomes = preview_requests(meters, _wishes(action, meters, {}))
    counts = Counter(result_of(one) for one in outcomes.values())
    told = Counter(f"{problem.text} {problem.remedy}" for one in outcomes.values() for problem in one.problems)
    return {
        "outlook": [(result, counts[result]) for result in BulkResult if counts[result]],
        "why": told.most_common(5),
    }


for _kind in KINDS:
    register(_kind, Deed(carry_out, asked_at="participation-of-many", says=says, outlook=outlook))
register(BulkKind.PARTICIPATION, Deed(carry_out))
