"""The form of one meter, made from the catalogue: one input for each field that the programs offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import escape

from onboarding.meter_form.queries import form_columns
from portal.problems import Problem, storable
from programs.schema import Column, schema_for

_INPUT_MODES = {"number": "decimal", "integer": "numeric", "phone": "tel", "email": "email"}
_INPUT_TYPES = {"phone": "tel", "email": "email"}
_REMEDIES = {"DUPLICATE_REF_ID": "Use a different reference, or open that meter and change it."}


@dataclass(slots=True)
class Line:
    """One input with what the page needs to know of it."""

    bound: Any
    column: Column

    @property
    def target(self) -> str:
        """The ID of the input, or of the first box of a group."""
        return (
            f"{self.bound.auto_id}_0" if isinstance(self.bound.field, forms.MultipleChoiceField) else self.bound.auto_id
        )

    @property
    def when(self) -> str:
        """The condition under which it is asked, for the script: key, operator, value, separated by line ends."""
        return "\n\n".join(f"{one.key}\n{one.operator}\n{one.value}" for one in self.column.needed_when)


@dataclass(slots=True)
class Section:
    """The fields under one heading: those that are asked for, and those that may be given besides."""

    name: str
    asked: list[Line] = field(default_factory=list)
    more: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [*self.asked, *self.more]

    @property
    def shows_more(self) -> bool:
        """Whether the further fields are open from the start: one of them is filled in, or wrong."""
        return any(line.bound.errors or line.bound.value() for line in self.more)


class MeterForm(forms.Form):
    """Shows `cells` (field key to text). Checks nothing by itself: the catalogue's validator does, and `tell` puts its
    problems beside the fields.

    A list of values (load_types.0, load_types.1, …) is one group of boxes, named after its first key.
    """

    def __init__(self, programs: Sequence[str], cells: Mapping[str, str]) -> None:
        columns = form_columns(programs, cells)
        keys = {column.key for column in columns}
        schema = schema_for(programs)
        self._always = frozenset(schema.always)
        self._slots = {first: slots for first, slots in schema.value_lists.items() if first in keys}
        further = {key for slots in self._slots.values() for key in slots[1:]}
        self._columns = {column.key: column for column in columns if column.key not in further}
        chosen = {first: [cells[key] for key in slots if key in cells] for first, slots in self._slots.items()}
        super().__init__(initial={**cells, **chosen}, label_suffix="")
        for key, column in self._columns.items():
            if key in self._slots:
                self.fields[key] = _boxes(column, chosen[key])
            else:
                self.fields[key] = _field(column, cells.get(key, ""))

    def typed(self, data: QueryDict, held: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
        """What was sent: field key to text, empty ones left out.

        held: what the form was about before. Boxes come in the page's order; values of it keep theirs, and go first.
        """
        cells: dict[str, str] = {}
        for key in self._columns:
            texts = [storable(text).strip() for text in data.getlist(key)]
            slots = self._slots.get(key, (key,))
            if len(slots) > 1:
                before = [held[slot] for slot in slots if held.get(slot) in texts]
                texts = [*before, *(text for text in texts if text not in before)]
            cells |= {slot: text for slot, text in zip(slots, texts, strict=False) if text}
        return cells

    def tell(self, problems: Sequence[Problem]) -> None:
        """Put the validator's problems beside their fields, with the same texts as for the cells of a sheet."""
        first_of = {key: first for first, keys in self._slots.items() for key in keys}
        self.full_clean()
        for problem in problems:
            key = first_of.get(problem.field, problem.field)
            label = {"label": self.fields[key].label} if key in self._slots else {}
            text = replace(problem, context={**problem.context, **label}).text
            remedy = _REMEDIES.get(problem.code, problem.remedy)
            self.add_error(key if key in self.fields else None, f"{text} {remedy}".strip())

    def sections(self) -> list[Section]:
        """The form under its headings, in the catalogue's order."""
        sections: dict[str, Section] = {}
        deciding = {when.key for column in self._columns.values() for when in column.needed_when}
        for key, column in self._columns.items():
            section = sections.setdefault(column.section, Section(column.section))
            is_asked = key in self._always or column.required_by or key in deciding
            (section.asked if is_asked else section.more).append(Line(self[key], column))
        return list(sections.values())

    def full_clean(self) -> None:
        """Nothing here: no value is refused before the catalogue's validator has seen it."""
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


def _boxes(column: Column, chosen: Sequence[str]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=column.label.removesuffix(" 1"),
        required=False,
        choices=_choices(column, *chosen),
        widget=forms.CheckboxSelectMultiple,
        help_text="Select all that apply.",
    )


def _choices(column: Column, *held: str) -> list[tuple[str, str]]:
    """The field's choices, and what is held besides them, so that no value gets lost."""
    offered = list(column.choices) or ([("yes", "Yes"), ("no", "No")] if column.type == "boolean" else [])
    known = {value for value, _ in offered}
    return offered and [*offered, *((text, text) for text in held if text and text not in known)]


def _field(column: Column, held: str) -> forms.Field:
    """One input. Never required for the browser: what is missing is said with everything else."""
    choices = _choices(column, held)
    label = f"{column.label} ({column.unit})" if column.unit else column.label
    attributes: dict[str, Any] = {"autocomplete": "off"}
    if choices:
        widget: forms.Widget = forms.Select(choices=[("", "Choose …"), *choices], attrs=attributes)
    else:
        if mode := _INPUT_MODES.get(column.type):
            attributes["inputmode"] = mode
        if column.type in {"identifier", "code", "zip"}:
            attributes |= {"spellcheck": "false", "autocapitalize": "off"}
        widget = forms.TextInput(attrs=attributes)
        widget.input_type = _INPUT_TYPES.get(column.type, "text")
    return forms.CharField(label=label, required=False, widget=widget, help_text=_help(column))


def _help(column: Column) -> str:
    """The text below the label: what it is, when it is needed, an example."""
    parts = [column.help, *column.notes]
    if column.type == "date":  # typed, not picked: a browser's own input drops a day that does not exist without a word
        parts.append("YYYY-MM-DD, for example 2026-05-31.")
    if column.needed_when:
        parts.append(f"Required when {' or when '.join(one.words for one in column.needed_when)}.")
    if column.example and column.type not in {"choice", "boolean", "date"}:
        parts.append(f"Example: {column.example}")
    return escape(" ".join(part for part in parts if part))  # crispy writes it as it is
