"""The one registry of coded problems: what is wrong, in plain words, and what to do about it.

Sheet, form and API read their texts from here. A room registers the codes that it raises; nobody writes the sentence a
second time.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

SHOWN_CHARACTERS = 120
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One code of the registry.

    `text` and `remedy` are sentences with {placeholders} that a Problem's context fills; `group` is the
    heading under which rows with this problem are listed ("{label} is missing").
    """

    code: str
    group: str
    text: str
    remedy: str


_KINDS: dict[str, ProblemKind] = {}


def register(*kinds: ProblemKind) -> None:
    """Add kinds to the registry; registering a code again with other texts is a programming error."""
    for kind in kinds:
        if _KINDS.setdefault(kind.code, kind) != kind:
            raise ValueError(f"problem code registered twice: {kind.code}")


def problem_kind(code: str) -> ProblemKind:
    """The registered kind; KeyError for a code nobody registered."""
    return _KINDS[code]


def is_kind(code: object) -> bool:
    return code in _KINDS


def problem_kinds() -> tuple[ProblemKind, ...]:
    return tuple(_KINDS.values())


def storable(text: str) -> str:
    """The text with what no database takes (NUL, halves of characters) shown as a replacement character."""
    return _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def storable_json(value: object) -> Any:
    """JSON with storable texts and keys."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list | tuple):
        return [storable_json(inner) for inner in value]
    if isinstance(value, dict):
        return {storable(str(key)): storable_json(inner) for key, inner in value.items()}
    return value


def shown(value: object) -> str:
    """A supplied value as it is quoted in a message: one line, at most 120 characters, no control characters."""
    text = "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value)[: SHOWN_CHARACTERS + 1]
    )
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


class _Blanks(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its code, the field (dot path; "" for a whole row or file), the value, the facts.

    `context` holds JSON values only, so that a problem can be stored and shown later with the same text.
    """

    code: str
    field: str = ""
    value: str = ""
    context: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def _fill(self, sentence: str) -> str:
        facts = {
            name: ", ".join(map(str, fact)) if isinstance(fact, list | tuple) else fact
            for name, fact in self.context.items()
        }
        sentence = gettext(sentence) if sentence else ""  # gettext's text of "" is the catalogue's own header
        return sentence.format_map(_Blanks({"field": self.field, "label": self.field, "value": self.value, **facts}))

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "field": self.field, "value": self.value, "context": dict(self.context)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Problem":
        return cls(data["code"], data.get("field", ""), data.get("value", ""), data.get("context", {}))

    @property
    def group(self) -> str:
        return self._fill(problem_kind(self.code).group)

    @property
    def text(self) -> str:
        return self._fill(problem_kind(self.code).text)

    @property
    def remedy(self) -> str:
        return self._fill(problem_kind(self.code).remedy)


class Refused(Exception):
    """A verb says no: the problems that stopped it, at least one. Pages and API turn it into their own answer."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = problems
