"""The published events of enrollment: global status and required actions. Writes their events, and makes the payloads.

The events keep what programs are told as it was: statuses, and actions as codes. Only the words of an action and its
published code are those of the present catalogue.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Max

from onboarding.enrollment.evaluate import ActionFinder, RequiredAction, action_definition
from onboarding.enrollment.facts import MeterFacts
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.results import StoredResult, results_from_json
from onboarding.enrollment.rules import ActionDefinition, ProgramRules, RulesOfMoment, rules_now, rules_of
from onboarding.meters.models import Meter
from onboarding.meters.published import EXAMPLE, about_meters, identity_of, identity_sql
from portal.events.actors import Actor
from portal.events.domain import Happening, record_many
from portal.events.models import Event
from portal.events.published import PUBLISHED, EventType, Payload, published_time, register
from portal.partners.models import Partner
from portal.storage.staging import Staged
from portal.web import clock
from programs.models import ActionType, Acts
from programs.schema import schema_for

STATUS_CHANGED: Final = "meter.global_status_changed"
ACTIONS_CHANGED: Final = "meter.required_actions_changed"
_STATUS: Final = "global_enrollment_status"


@dataclass(slots=True)
class Told:
    """What an evaluation of meters may have changed for programs: global statuses (from, to), and the meters whose
    partner may be asked for something else than before; asked_before: those of which it was asked for anything.

    facts: of each meter; fitting: the programs that it fits.
    """

    statuses: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    candidates: set[UUID] = field(default_factory=set)
    asked_before: set[UUID] = field(default_factory=set)
    facts: dict[UUID, MeterFacts] = field(default_factory=dict)
    fitting: dict[UUID, list[str]] = field(default_factory=dict)


class _Asked:
    """What partners are asked for, of meters at one moment; the periods of a program are looked up once for all."""

    def __init__(self, present: RulesOfMoment, at: datetime) -> None:
        self._rules, self._schema, self._at = present.rules, present.schema, at
        self._finders: dict[str, ActionFinder] = {}

    def of(self, facts: MeterFacts, programs: Iterable[str]) -> list[dict[str, object]]:
        """The required actions of a meter in programs that it fits, as an event keeps them."""
        actions = []
        for name in sorted(programs, key=lambda one: self._rules[one].name):
            if name not in self._finders:
                self._finders[name] = ActionFinder(self._rules[name], self._schema, self._at)
            actions += self._finders[name].actions_of(facts)
        return [_kept(action) for action in actions if action.definition.acts == Acts.PARTNER]


def _kept(action: RequiredAction) -> dict[str, object]:
    return {
        "program": action.program.identifier,
        "period": action.period.name,
        "due": published_time(action.due_at),
        "type": action.definition.action_type,
        "fields": list(action.fields),
    }


def record_published(meters: Sequence[Meter], told: Told, present: RulesOfMoment, at: datetime, *, by: Actor) -> None:
    """One event for each meter whose global status changed, and one for each whose required actions are others than
    those that were told last. The caller holds the meters, which have their new status."""
    asked, newest = _Asked(present, at), _newest_told(told.candidates)
    by_partner: dict[UUID, list[Happening]] = {}
    for meter in meters:
        change = told.statuses.get(meter.pk)
        if change is None and meter.pk not in told.candidates:
            continue
        happenings = by_partner.setdefault(meter.partner_id, [])
        kept = {**identity_of(meter), _STATUS: meter.enrollment_status}
        if change:
            data = {"changes": {"enrollment_status": list(change)}, PUBLISHED: kept}
            happenings.append((STATUS_CHANGED, meter.pk, data))
        if meter.pk in told.candidates:
            facts = told.facts.get(meter.pk)
            actions = asked.of(facts, told.fitting.get(meter.pk, ())) if facts else []
            before = newest.get(str(meter.pk), _UNKNOWN if meter.pk in told.asked_before else [])
            if before is _UNKNOWN or _codes(before) != _codes(actions):
                happenings.append((ACTIONS_CHANGED, meter.pk, {PUBLISHED: {**kept, "actions": actions}}))
    for partner, group in by_partner.items():
        if group:
            record_many("meter", group, partner=Partner(pk=partner), by=by)


_UNKNOWN: Final[list[dict[str, Any]]] = [{}]  # what was told is not known any more, or was never told


def _newest_told(meters: Collection[UUID]) -> dict[str, list[dict[str, Any]]]:
    """The actions that were told last, of the meters of which any were. Two queries at most."""
    if not meters:
        return {}
    events = Event.objects.filter(subject_type="meter", subject_id__any_of=[*map(str, meters)], verb=ACTIONS_CHANGED)
    newest = events.order_by().values("subject_id").annotate(newest=Max("pk")).values_list("newest", flat=True)
    told = Event.objects.filter(pk__in=list(newest)).values_list("subject_id", "data")
    return {meter: data.get(PUBLISHED, {}).get("actions", _UNKNOWN) for meter, data in told}


def _codes(actions: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """What tells actions apart; that one is due later, or in another period, is no change."""
    return [(action["program"], action["type"], action["fields"]) for action in actions]


def record_first_actions(staged: Staged, *, passed_over: Collection[UUID], partner: Partner, by: Actor) -> None:
    """One meter.required_actions_changed event for each new meter of staged rows (r.meter_id, r.programs, r.asset,
    r.status, r.acts) that asks its partner for something, except those that an evaluation has told of already.

    Most rows of a sheet share one result: the actions are found once for each.
    """
    asking = staged.narrowed("r.acts = %s", Acts.PARTNER.value)
    identity = f"CAST({identity_sql(staged.vendor)} AS text)"
    alike: dict[str, list[tuple[UUID, dict[str, object]]]] = {}
    for meter, programs, status, who in asking.select("r.meter_id", "CAST(r.programs AS text)", "r.status", identity):
        kept = {**orjson.loads(str(who)), _STATUS: status}
        if (pk := UUID(str(meter))) not in passed_over:
            alike.setdefault(str(programs), []).append((pk, kept))
    if not alike:
        return
    now, present = clock.now(), rules_now()
    asked, first = _Asked(present, now), {programs: group[0][0] for programs, group in alike.items()}
    meters = Meter.objects.filter(partner=partner, pk__in=first.values())
    facts = facts_of(meters, present.rules, present.schema, now)
    happenings: list[Happening] = []
    for programs, group in alike.items():
        if actions := asked.of(facts[first[programs]], _fitting(orjson.loads(programs))):
            happenings += ((ACTIONS_CHANGED, pk, {PUBLISHED: {**kept, "actions": actions}}) for pk, kept in group)
    record_many("meter", happenings, partner=partner, by=by)


def _fitting(programs: Mapping[str, StoredResult]) -> list[str]:
    """The programs that a new meter is in and fits, of its staged results."""
    results = results_from_json(programs)
    return [name for name, result in results.items() if not (result.could_join or result.is_misfit)]


# --- payloads


def published_labels() -> dict[str, str]:
    """Fields as published descriptions name them."""
    return {column.key: column.published_name or column.label for column in schema_for().columns}


def published_action(action: RequiredAction, labels: Mapping[str, str]) -> dict[str, str]:
    """A required action as the published contract has it."""
    return _published(_kept(action), action.definition, labels)


def _published(kept: Mapping[str, Any], definition: ActionDefinition, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        "program_identifier": kept["program"],
        "delivery_period": kept["period"],
        "enrollment_deadline_date_time": kept["due"],
        "action_type": kept["type"],
        "action_description": definition.described(kept["fields"], labels),
        "action_code": definition.code,
    }


def _definition_of(kept: Mapping[str, Any], rules: Mapping[str, ProgramRules]) -> ActionDefinition:
    """The words of an action in the present catalogue; its own type, once the program is gone."""
    if program := rules.get(kept["program"]):
        return action_definition(program, kept["type"])
    return ActionDefinition(kept["type"], Acts.PARTNER.value, "", ActionType(kept["type"]).label)


def _required_actions(events: Sequence[Event]) -> dict[int, Payload]:
    """Payloads whose actions have their words. One query at most, beside the catalogue's."""
    rules, labels, payloads = rules_of(), published_labels(), {}
    for pk, payload in about_meters(events).items():
        kept: Any = payload.pop("actions", None)
        if kept is not None:  # blanked: what was asked is not known any more
            actions = [_published(action, _definition_of(action, rules), labels) for action in kept]
            payloads[pk] = payload | {"required_actions": {"partner": actions}}
    return payloads


def _global_status(events: Sequence[Event]) -> dict[int, Payload]:
    """Payloads with the status; an event that was blanked has none any more."""
    return {pk: payload for pk, payload in about_meters(events).items() if _STATUS in payload}


register(
    EventType(
        name="meter.enrollment.global-status.updated",
        meaning="The best status of a meter in its programs has changed. A new meter’s first status is no change.",
        verbs=(STATUS_CHANGED,),
        build=_global_status,
        example={**EXAMPLE, _STATUS: "ACTIVE"},
    ),
    EventType(
        name="meter.enrollment.required-actions.updated",
        meaning=(
            "What you are asked to do about a meter has changed; the list is empty once nothing is left. "
            "A new meter that asks for something is told once."
        ),
        verbs=(ACTIONS_CHANGED,),
        build=_required_actions,
        example={
            **EXAMPLE,
            "required_actions": {
                "partner": [
                    {
                        "program_identifier": "CEC-DSGS",
                        "delivery_period": "CEC-DSGS_2025_AUG_OCT",
                        "enrollment_deadline_date_time": "2024-07-29T00:00:00Z",
                        "action_type": "NO_MISSING_FIELDS",
                        "action_description": "There are missing fields: fieldname",
                        "action_code": "SERV_0002",
                    }
                ]
            },
            _STATUS: "INELIGIBLE",
        },
    ),
)
