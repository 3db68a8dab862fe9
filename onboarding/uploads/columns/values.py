"""Match values: each text of a file that is not on its field's list, once, and what a person says it means."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from onboarding.uploads.columns.assembly import value_key
from onboarding.uploads.columns.memory import remember
from onboarding.uploads.layout import PERSON, ColumnLayout
from onboarding.uploads.models import Upload, UploadProblem, UploadState
from onboarding.uploads.states import check_anew
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused
from programs.schema import Column, Schema, schema_for

_CODE = "UNKNOWN_CHOICE"
_MOST = 200  # texts on one page


@dataclass(frozen=True, slots=True)
class OpenValue:
    """A text that is not on the list: its field, the state of its rows ("" if none), how many they are, what it may
    mean."""

    column: Column
    text: str
    us_state: str
    rows: int
    likely: tuple[str, ...]

    @property
    def suggestion(self) -> str:
        """The choice that it means for sure enough to be preselected; "" when it may be several."""
        return self.likely[0] if len(self.likely) == 1 else ""

    @property
    def labels(self) -> list[str]:
        """What it may mean, as people say it."""
        return [dict(self.column.choices).get(choice, choice) for choice in self.likely]


def open_values(upload: Upload) -> list[OpenValue]:
    """The texts of an upload that are not on the lists of their fields, those of most rows first."""
    schema = schema_for(upload.programs)
    counts: Counter[tuple[str, str, str]] = Counter()
    lines = UploadProblem.objects.filter(upload=upload, code=_CODE).values_list("field", "value", "context")
    for field, text, context in lines.iterator():
        if schema.knows(field):
            counts[field, text, str(context.get("state", ""))] += 1
    return [
        OpenValue(schema.column(field), text, state, rows, tuple(filter(None, schema.choices_like(field, text, state))))
        for (field, text, state), rows in counts.most_common(_MOST)
    ]


def choose_values(upload: Upload, chosen: Iterable[tuple[OpenValue, str]], *, by: Actor) -> None:
    """A person says what texts mean: remembered with the columns, and the file is checked with it.

    chosen: each text with its choice; "" leaves it open. Refuses: UPLOAD_NOT_READY, VALUE_NOT_A_CHOICE.
    """
    schema = schema_for(upload.programs)
    decided = [(value, choice) for value, choice in chosen if choice]
    _refuse_unknown(decided, schema)
    with transaction.atomic():
        locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
        if locked.confirmed_at or locked.state != UploadState.READY or not locked.columns:
            raise Refused(Problem("UPLOAD_NOT_READY"))
        layout = _with_values(locked.column_layout, decided)
        headers = {column["index"]: column["header"] for column in locked.columns}
        remember(locked.partner, headers, layout, file_name=locked.file_name, by=by)
        check_anew(locked, layout=layout.as_json())
        said = {"values": {f"{value.column.key}: {value.text}": choice for value, choice in decided}}
        record("upload.values_chosen", subject=locked, partner=locked.partner, by=by, data=said)


def _with_values(layout: ColumnLayout, decided: Iterable[tuple[OpenValue, str]]) -> ColumnLayout:
    values = layout.as_json()["values"]
    for value, choice in decided:
        values.setdefault(value.column.key, {}).setdefault(value_key(value.text), {})[value.us_state] = choice
    return replace(layout, values=values, decided_by=PERSON)


def _refuse_unknown(decided: Iterable[tuple[OpenValue, str]], schema: Schema) -> None:
    problems = [
        Problem("VALUE_NOT_A_CHOICE", "main", choice, {"label": value.column.label})
        for value, choice in decided
        if not schema.accepts(value.column.key, choice)
    ]
    if problems:
        raise Refused(*problems)


def posted_values(values: Iterable[OpenValue], data: Mapping[str, str]) -> list[tuple[OpenValue, str]]:
    """Each text with the choice that was sent for it. A text goes by its field, state and itself."""
    return [(value, str(data.get(name_of(value), ""))[:100]) for value in values]


def name_of(value: OpenValue) -> str:
    """The name of the text's input."""
    return f"value-{value.column.key}|{value.us_state}|{value.text}"
