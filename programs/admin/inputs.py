"""What a form's inputs would send, and how their values read. A choice between two people's values is made of this."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms import BoundField
from django.http import QueryDict

from portal.security.keyring import SecretFormField

_NOTHING, _HIDDEN_FROM_VIEW = "nothing", "a secret"


@dataclass(frozen=True, slots=True)
class Input:
    """One value that a form would send, and how people read it."""

    name: str
    value: str
    shown: str


def inputs_of(bound: BoundField) -> list[Input]:
    """What the field would send as it is: nothing for a box without a tick, several for days with times."""
    widget: Any = bound.field.widget
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
        widget.choices = bound.field.choices  # type: ignore[attr-defined]  # such a field chooses
    context = widget.get_context(bound.html_name, bound.value(), {})
    return list(_inputs(context["widget"]))


def _inputs(widget: Mapping[str, Any]) -> Iterator[Input]:
    if "subwidgets" in widget:
        for part in widget["subwidgets"]:
            yield from _inputs(part)
    elif "optgroups" in widget:
        options = [option for _, options, _ in widget["optgroups"] for option in options if option["selected"]]
        yield from (Input(widget["name"], str(option["value"]), str(option["label"])) for option in options)
    elif widget.get("type") == "checkbox":
        yield from [Input(widget["name"], "on", "yes")] if widget["attrs"].get("checked") else []
    else:
        value = "" if widget["value"] is None else str(widget["value"])
        yield Input(widget["name"], value, value)


def text_of_value(bound: BoundField) -> str:
    """The field's value as people read it. A secret is never shown."""
    if isinstance(bound.field, SecretFormField):
        return _HIDDEN_FROM_VIEW
    inputs = inputs_of(bound)
    if isinstance(bound.field, forms.BooleanField):
        return "yes" if inputs else "no"
    separator = " " if isinstance(bound.field.widget, forms.MultiWidget) else ", "
    return separator.join(part.shown for part in inputs if part.value) or _NOTHING


def put(data: QueryDict, mine: BoundField, theirs: BoundField) -> None:
    """Replace what one form sent for a field by what another form would send for it."""
    for sent in (*inputs_of(mine), *inputs_of(theirs)):
        data.setlist(sent.name, [])
    for sent in inputs_of(theirs):
        data.appendlist(sent.name, sent.value)


def without_rows(data: QueryDict, prefix: str, *, gone: Sequence[int], again: Sequence[int]) -> None:
    """Leave out rows of a formset, and send others as new ones: the numbers that rows have follow from their order."""
    total, initial = (int(str(data[f"{prefix}-{name}_FORMS"])) for name in ("TOTAL", "INITIAL"))
    kept = [number for number in range(initial) if number not in {*gone, *again}]
    order = [*kept, *again, *range(initial, total)]
    rows = [_taken(data, f"{prefix}-{number}-") for number in range(total)]
    for place, number in enumerate(order):
        for start, name, values in rows[number]:
            is_key = number in again and name == "id"
            data.setlist(f"{start}{prefix}-{place}-{name}", [""] if is_key else values)
    data[f"{prefix}-TOTAL_FORMS"], data[f"{prefix}-INITIAL_FORMS"] = str(len(order)), str(len(kept))


def _taken(data: QueryDict, row: str) -> list[tuple[str, str, list[str]]]:
    """Take the inputs of one row out. Another formset may have the row's name as its own: its inputs stay."""
    inputs = re.compile(rf"(initial-|){re.escape(row)}(?![0-9]|__prefix__|[A-Z_]+_FORMS$)(.+)")
    matches = [match for name in data if (match := inputs.fullmatch(name))]
    return [(match[1], match[2], data.pop(match[0])) for match in matches]
