"""Choices by code, label or synonym, and yes or no."""

import re

from rapidfuzz import fuzz, process

from programs.models import Field
from programs.schema.coerce.plain import EMPTY, Coercer, cached, fail, plain_text

_YES = frozenset({"yes", "y", "true", "t", "1", "on", "x", "sí", "si", "✓", "✔", "☑"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "none"})
_ALIKE = 72  # of 100: below, a suggestion would be a guess
_LISTED = 20


def boolean(cell: object) -> object:
    if cell is True or cell is False:
        return cell
    if cell.__class__ in {int, float} and cell in {0, 1}:
        return bool(cell)
    text = plain_text(cell).casefold()
    if not text:
        return EMPTY
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise fail("NOT_YES_NO")


def folded(text: str) -> str:
    """A choice without case, spaces, punctuation and accents' composition; & is "and"."""
    return re.sub(r"[\W_]+", "", text.replace("&", "and")).casefold() or text.casefold()


def choice(field: Field) -> Coercer:
    choices = field.choice_list.options if field.choice_list else []
    values: dict[str, str] = {}
    for option in choices:
        for spelling in (*option.synonyms, option.label, option.value):
            values[folded(spelling)] = option.value
    offered = [one.value for one in choices if one.is_offered]
    listed = ", ".join(offered[:_LISTED]) + (" and others" if len(offered) > _LISTED else "")

    def coerce(cell: object) -> object:
        text = plain_text(cell)
        if not text:
            return EMPTY
        value = values.get(folded(text))
        if value is None:
            near = process.extractOne(folded(text), values.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            suggestion = values[near[0]] if near else ""
            suggested = f" Did you mean {suggestion}?" if suggestion else ""
            raise fail("UNKNOWN_CHOICE", choices=listed, suggestion=suggestion, suggested=suggested)
        return value

    return cached(coerce)
