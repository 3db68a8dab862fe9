"""Two administrators on one page: what the other changed, beside what this one typed, and the choice between them."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.forms import BaseForm, BaseModelFormSet
from django.http import HttpRequest, QueryDict

from programs.admin import versions
from programs.admin.inputs import put, text_of_value, without_rows
from programs.admin.versions import SHOWN, Meanwhile, key_of, many_of, shown_row

MINE, THEIRS = "mine", "theirs"
TAKE, ROW, ASKED, BEFORE = "_take", "_row", "_asked", "_rows_before"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that two people have given: as the page showed it, as it was typed, as it is stored; and which of the
    two is proposed."""

    name: str
    label: str
    before: str
    mine: str
    theirs: str
    proposed: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that changed while somebody else edited it. row_choice: what is asked about the row as a whole."""

    title: str
    what: str
    who: str
    when: datetime | None
    changes: Sequence[str]
    choices: Sequence[Choice] = ()
    row_choice: str = ""
    row_answers: Sequence[tuple[str, str]] = ()

    @property
    def asked(self) -> list[str]:
        return [choice.name for choice in self.choices] + ([self.row_choice] if self.row_choice else [])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is on the page: its form as it was sent, the formset that has it, and its number there."""

    form: Any
    formset: Any = None
    number: int = 0

    @property
    def is_deleted(self) -> bool:
        return self.formset is not None and bool(self.form.data.get(f"{self.form.prefix}-DELETE"))

    @property
    def name(self) -> str:
        return self.form.prefix or ""

    def form_of(self, row: Model, initial: dict[str, Any] | None = None) -> Any:
        """The form as it would show a state of the row."""
        if self.formset is None:
            return type(self.form)(instance=row, initial=initial)
        more = self.formset.get_form_kwargs(self.number)
        return self.formset.form(instance=row, initial=initial, prefix=self.form.prefix, auto_id=False, **more)


class EditedPage:
    """A form that was sent, with its inlines, and the rows as they are stored now."""

    def __init__(
        self, admin: ModelAdmin, request: HttpRequest, row: Model, formsets: Iterable[tuple[Any, InlineModelAdmin]]
    ) -> None:
        self.places: dict[str, Place] = {}
        self.rows: list[Model] = [row]
        fields = flatten_fieldsets(admin.get_fieldsets(request, row))
        form = admin.get_form(request, row, change=True, fields=fields)
        self.places[key_of(row)] = Place(form(request.POST, instance=copy(row)))
        for formset, inline in formsets:
            self.rows += formset.get_queryset()
            if inline.has_change_permission(request, row):
                self.places.update(_places(formset))

    def conflicts(self, shown: versions.Versions) -> list[Conflict]:
        return [self._conflict(change, shown) for change in versions.meanwhile(shown, self.rows)]

    def _conflict(self, change: Meanwhile, shown: versions.Versions) -> Conflict:
        told = (change.title, change.what, change.who, change.when, change.changes)
        place = self.places.get(change.key)
        if place is None or (change.what == "deleted" and place.is_deleted):
            return Conflict(*told)
        if change.what == "deleted":
            answers = ((THEIRS, "Leave it deleted"), (MINE, "Add it again with my values"))
            choices = [_as_typed(place, name) for name in _visible(place.form)]
            return Conflict(*told[:4], [f"{label}: {words}" for label, words in choices], (), _row(place), answers)
        if place.is_deleted:
            answers = ((THEIRS, "Keep it as it is now"), (MINE, "Delete it"))
            return Conflict(*told, (), _row(place), answers)
        return Conflict(*told, list(_choices(place, change, shown[change.key].record)))


def _places(formset: Any) -> Iterator[tuple[str, Place]]:
    """The rows that were sent, by their keys; those that are deleted by now as well."""
    label = formset.model._meta.label_lower
    for number, form in enumerate(formset.initial_forms):
        key = formset.data.get(f"{form.prefix}-{formset.model._meta.pk.name}", "")
        yield f"{label}:{key}", Place(form, formset, number)


def _visible(form: Any) -> list[str]:
    return [field.name for field in form.visible_fields() if field.name != "DELETE"]


def _row(place: Place) -> str:
    return f"{ROW}:{place.formset.prefix}:{place.number}"


def _as_typed(place: Place, name: str) -> tuple[str, str]:
    bound = place.form[name]
    return str(bound.label), text_of_value(bound)


def _choices(place: Place, change: Meanwhile, record: int) -> Iterator[Choice]:
    """The fields in which what was typed differs from what is stored."""
    theirs = place.form_of(change.row)
    before = shown_row(change.key, record)
    shown = place.form_of(before, many_of(type(change.row), record)) if before is not None else None
    for name in _visible(place.form):
        bound = place.form[name]
        if bound.field.disabled or not bound.field.has_changed(bound.initial, bound.data):
            continue
        told = [text_of_value(form[name]) for form in (place.form, theirs)]
        was = text_of_value(shown[name]) if shown is not None else ""
        proposed = "" if shown is None else _proposed(was, told[0], told[1])
        yield Choice(f"{TAKE}:{place.name}:{name}", str(bound.label), was, told[0], told[1], proposed)


def _proposed(before: str, mine: str, theirs: str) -> str:
    """Whose value is meant when only one of the two changed it."""
    if mine == before:
        return THEIRS
    return MINE if theirs == before else ""


def is_answered(data: QueryDict) -> bool:
    """Whether each question of the page that asks has an answer."""
    return all(data.get(name) in {MINE, THEIRS} for name in data.getlist(ASKED))


def take_answers(data: QueryDict, page: EditedPage) -> QueryDict:
    """What was typed, with the other person's values wherever they were chosen, and without the questions."""
    taken = data.copy()
    for place in page.places.values():
        for name in _visible(place.form):
            answer = data.get(f"{TAKE}:{place.name}:{name}")
            if answer == THEIRS:
                _put_theirs(taken, place, [name])
            elif answer == MINE and place.form[name].field.show_hidden_initial:
                taken.pop(place.form[name].html_initial_name, None)  # what the page showed is not what is stored now
    for formset, places in _by_formset(page.places.values()):
        gone: list[int] = []
        again: list[int] = []
        for place in places:
            answer = data.get(_row(place))
            if answer == THEIRS and place.form.instance.pk is not None:
                taken.pop(f"{place.form.prefix}-DELETE", None)
                _put_theirs(taken, place, _visible(place.form))
            elif place.form.instance.pk is None:
                (again if answer == MINE else gone).append(place.number)
        if gone or again:
            without_rows(taken, str(formset.prefix), gone=gone, again=again)
    return without_questions(taken)


def without_questions(data: QueryDict) -> QueryDict:
    kept = data.copy()
    for name in data:
        if name in {ASKED, BEFORE} or name.startswith((f"{TAKE}:", f"{ROW}:")):
            del kept[name]
    return kept


def _put_theirs(data: QueryDict, place: Place, names: Iterable[str]) -> None:
    theirs = place.form_of(place.form.instance)
    for name in names:
        put(data, place.form[name], theirs[name])


def _by_formset(places: Iterable[Place]) -> list[tuple[BaseModelFormSet, list[Place]]]:
    grouped: dict[int, tuple[Any, list[Place]]] = {}
    for place in places:
        if place.formset is not None:
            grouped.setdefault(id(place.formset), (place.formset, []))[1].append(place)
    return list(grouped.values())


def as_new(data: QueryDict) -> QueryDict:
    """What was typed about a row that is gone, as a new row with new inlines."""
    new = without_questions(data)
    new.pop(SHOWN, None)
    for name in data:
        if name.endswith("-INITIAL_FORMS"):
            prefix = name.removesuffix("-INITIAL_FORMS")
            without_rows(new, prefix, gone=(), again=range(int(str(data[name]))))
    return new


def typed_in(form: BaseForm) -> list[tuple[str, str]]:
    """Every field's label and what was typed there."""
    return [(str(form[name].label), text_of_value(form[name])) for name in _visible(form)]
