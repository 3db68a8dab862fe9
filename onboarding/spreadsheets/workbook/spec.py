"""The nouns of a template: what its columns are and what it is for."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

CHOICES_SHEET: Final = "Choices"
READ_ME_SHEET: Final = "Read me"
FORMATS: Final = ("text", "number", "integer", "date", "choice", "boolean")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column to fill in.

    required: always needed. required_by: names of the programs that need it. choices: (value, label). format: one of
    FORMATS. minimum, maximum: of a number, in `unit`. max_length: in characters, of a text.
    """

    key: str
    label: str
    type: str = ""
    unit: str = ""
    required: bool = False
    required_by: Sequence[str] = ()
    choices: Sequence[tuple[str, str]] = ()
    help: str = ""
    example: str = ""
    format: str = "text"
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateSpec:
    """All that goes into a template.

    programs: (identifier, name). steps: how to fill it in, other than the usual ones. rows: prefilled ones, key ->
    value, taken once, while they are written.
    """

    title: str
    programs: Sequence[tuple[str, str]]
    version: str
    catalogue_version: str
    generated_on: datetime.date
    columns: Sequence[TemplateColumn]
    notes: Sequence[str] = ()
    steps: Sequence[str] = ()
    rows: Iterable[Mapping[str, object]] = ()
    max_rows: int = 100_000
