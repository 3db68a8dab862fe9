"""An event as the audit page and its export show it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from onboarding.bulk.handlers import all_handlers
from onboarding.bulk.models import BulkResult
from onboarding.connect.choices import AuthorizationState, EndReason, FailureReason, SessionState, Step
from onboarding.portfolio.history import changes_in
from onboarding.uploads.models import RowOutcome, RowPlan
from portal.events.models import Event
from portal.events.published import PUBLISHED
from portal.partners.models import Role
from portal.problems import Problem, is_kind
from portal.web.clock import day_text
from portal.web.days import day_or_moment, moment_text, until_text
from programs.schema import Schema, schema_for

EXPORTED = ["id", "at", "who", "kind_of_actor", "from_address", "what", "about", "subject_id", "details"]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line: the event, where its subject is to be seen ("" for nowhere), its details, whether it was altered."""

    event: Event
    url: str
    details: list[str]
    is_altered: bool


def url_of(event: Event) -> str:
    """The page of what the event is about; "" when it has none."""
    if not event.subject.page:
        return ""
    try:
        return reverse(event.subject.page, args=[event.subject_id])
    except NoReverseMatch:
        return ""


def details_of(event: Event, schema: Schema) -> list[str]:
    """What the event says besides, a short text each; old and new values last."""
    facts = [
        f"{_label(key)}: {_moment(key, value) or _text(value, _labels_of(key, value))}"
        for key, value in sorted(event.data.items())
        if key not in _TOLD_APART and _is_told(value)
    ]
    changes = changes_in(event, schema)
    return facts + [
        f"{label}: {_or_empty(new)}" if old == "" else f"{label}: {_or_empty(old)} → {_or_empty(new)}"
        for label, old, new in changes
    ]


_TOLD_APART = {"changes", PUBLISHED}  # old and new values; what programs read of it


def _is_told(value: object) -> bool:
    return value not in (None, "", [], {})


_STEPS = {"totp": "Authenticator app", "webauthn": "Security key", "recovery_codes": "Recovery codes"}
_COUNTED = {**dict(RowOutcome.choices), **dict(RowPlan.choices), **dict(BulkResult.choices)}
_CODES: dict[str, dict[str, str]] = {
    "role": dict(Role.choices),
    "status": {**dict(SessionState.choices), **dict(AuthorizationState.choices)},
    "step": dict(Step.choices),
    "reason": {**dict(FailureReason.choices), **dict(EndReason.choices)},
}
_LABELS = {**_COUNTED, "email": "Email", "sha256": "SHA-256", "code": "Reason"}


def _labels_of(key: str, value: object) -> dict[str, str]:
    """The labels of the codes that are values of this key."""
    if key == "code":
        return {value: Problem(value).group} if isinstance(value, str) and is_kind(value) else {}
    if key == "kind":
        return _STEPS | {handler.kind: handler.label for handler in all_handlers()}
    return _CODES.get(key, {})


def _label(key: str) -> str:
    return _LABELS.get(key) or (key.replace("_", " ").replace(".", " ").capitalize() if key.islower() else key)


def _or_empty(value: object) -> str:
    return "empty" if value is None else str(value)


_ENDS = {"until", "deadline"}
_MOMENTS = {"from", "to", "activation", *_ENDS}


def _moment(key: str, value: object) -> str:
    """From when or until when something holds, as people write it; "" for what is neither."""
    said = day_or_moment(value) if key in _MOMENTS else None
    if not isinstance(said, datetime):
        return day_text(said) if said else ""
    local = timezone.localtime(said)
    return until_text(local) if key in _ENDS else moment_text(local)


def _text(value: object, labels: Mapping[str, str]) -> str:
    """A value as people write it; `labels` for the codes that it may be."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(inner, labels)}" for key, inner in value.items())
    if isinstance(value, list):
        parts = [_text(inner, labels) for inner in value]
        return " → ".join(parts) if len(parts) == 2 else ", ".join(parts)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else labels.get(str(value), str(value))


def export_lines(events: QuerySet[Event]) -> Iterator[list[object]]:
    """Events as lines in the order of EXPORTED, newest first, streamed from the database."""
    schema = schema_for()
    for event in events.order_by("-pk").iterator(chunk_size=2000):
        yield _line(event, schema)


def _line(event: Event, schema: Schema) -> list[object]:
    who = [event.actor_label, event.actor_kind, event.address]
    about = [event.verb_text, event.subject.noun, event.subject_id]
    return [event.pk, event.at.isoformat(), *who, *about, "; ".join(details_of(event, schema))]


def rows_of(events: Iterable[Event], altered: set[int]) -> list[AuditRow]:
    """The events as lines of the page; `altered` holds the IDs of those that are not as they were sealed."""
    schema = schema_for()
    return [AuditRow(event, url_of(event), details_of(event, schema), event.pk in altered) for event in events]
