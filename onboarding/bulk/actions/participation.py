"""Idling, disenrolling and taking part again: chosen meters alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from onboarding.bulk.handlers import ActionResult, BulkHandler, register
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow, BulkState
from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import NEEDED, ParticipationResult, change_participation, preview_requests
from onboarding.participation.rules import ParticipationRequest
from portal.events.actors import Actor
from portal.web.clock import day_text


def store_request(action: BulkAction, request: ParticipationRequest) -> None:
    """Store dates and reason of an action that nobody has confirmed yet. The last call counts."""
    BulkAction.objects.filter(pk=action.pk, state=BulkState.ASKED).update(details=request.as_json())


def result_of(outcome: ParticipationResult) -> BulkResult:
    if outcome.problems:
        return BulkResult.REFUSED
    if not outcome.changes:
        return BulkResult.SAME
    return BulkResult.REPLACED if outcome.overridden else BulkResult.CHANGED


def apply_requests(
    action: BulkAction, requests: Mapping[UUID, ParticipationRequest], meters: Mapping[UUID, Meter]
) -> dict[UUID, ActionResult]:
    """Carry out a request for each meter. One that was changed since it was seen is left."""
    previews = preview_requests(list(meters.values()), requests)
    left = {pk for pk, preview in previews.items() if preview.changes and meters[pk].updated_at > action.seen_at}
    todo = {pk: request for pk, request in requests.items() if pk not in left}
    done = change_participation(todo, partner=action.owner, by=Actor.from_json(action.actor))
    results = {pk: ActionResult(result_of(outcome), outcome.problems) for pk, outcome in done.items()}
    return results | {pk: ActionResult(BulkResult.MEANWHILE) for pk in left}


class _ParticipationHandler(BulkHandler):
    """What the action's details say, for each meter."""

    preference: ClassVar[Preference]
    details_page = "participation-of-many"
    reads = NEEDED

    def facts(self, action: BulkAction) -> Sequence[tuple[str, str]]:
        """From when, until when and why."""
        request = ParticipationRequest.from_json(action.details or {})
        first = "Day" if request.preference == Preference.DISENROLL else "First day"
        facts = [(first, day_text(request.first) if request.first else "Date")]
        if request.last:
            facts.append(("Last day", day_text(request.last)))
        if request.reason:
            facts.append(("Reason", request.reason))
        return [*facts, ("Days are in time zone", "Each meter’s own time zone")]

    def outlook(self, action: BulkAction, meters: Sequence[Meter]) -> Mapping[str, object]:
        """How many would change, stay or be refused, and why."""
        request = ParticipationRequest.from_json(action.details or {})
        outcomes = preview_requests(meters, {meter.pk: request for meter in meters})
        counts = Counter(result_of(outcome) for outcome in outcomes.values())
        problems = [problem for outcome in outcomes.values() for problem in outcome.problems]
        why = Counter(f"{problem.text} {problem.remedy}" for problem in problems)
        return {
            "outlook": [(result, counts[result]) for result in BulkResult if counts[result]],
            "why": why.most_common(5),
        }

    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        request = ParticipationRequest.from_json(action.details or {})
        results = apply_requests(action, dict.fromkeys(meters, request), meters)
        return [results[row.meter] for row in rows]


class IdleHandler(_ParticipationHandler):
    """Idle for some days."""

    kind = "idle"
    label = "Idle temporarily"
    preference = Preference.IDLE

    def sentence(self, action: BulkAction) -> str:
        return "Idle"


class DisenrollHandler(_ParticipationHandler):
    """Leave all programs for good."""

    kind = "disenroll"
    label = "Disenroll"
    preference = Preference.DISENROLL


class ParticipateHandler(_ParticipationHandler):
    """End every idle time and disenrollment."""

    kind = "participate"
    label = "Resume participation"
    preference = Preference.PARTICIPATE

    def sentence(self, action: BulkAction) -> str:
        return "Resume participation for"


_HANDLERS = {handler.kind: handler for handler in (IdleHandler(), DisenrollHandler(), ParticipateHandler())}
for _handler in _HANDLERS.values():
    register(_handler)


def preference_of(action: BulkAction) -> Preference | None:
    """What the meters of an action are to do; None for an action of another kind."""
    handler = _HANDLERS.get(action.kind)
    return handler.preference if handler else None
