"""The encoding of a text whose bytes leave it open: what a person can choose, and how the names read in each."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from onboarding.spreadsheets.charsets import CHARSETS
from onboarding.spreadsheets.problems import ENCODING_ASSUMED
from onboarding.uploads.models import Upload
from onboarding.uploads.stored import UploadFacts
from portal.problems import Problem, shown
from programs.schema import Schema

LABELS: Final = {
    "cp1252": "Windows-1252 (Western European)",
    "mac_roman": "Mac Roman (CSV made on a Mac)",
    "cp1250": "Windows-1250 (Central European)",
    "iso8859_2": "Latin-2 (Central European)",
    "cp850": "DOS, code page 850",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
}


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """One encoding that the file may be in, with some of its texts as they read in it."""

    encoding: str
    label: str
    samples: tuple[str, ...]


def encoding_label(encoding: str) -> str:
    """What people call an encoding."""
    return LABELS.get(encoding, encoding)


def encoding_choices(upload: Upload) -> list[EncodingChoice]:
    """The encodings that the file may be in and that read its names differently, the one in use first; else none."""
    read = upload.facts.get("readings", [])
    return [EncodingChoice(name, encoding_label(name), tuple(texts)) for name, texts in read] if len(read) > 1 else []


def is_encoding_guessed(facts: UploadFacts) -> bool:
    """Whether the file could be read differently and nobody has said how."""
    return any(note["code"] == ENCODING_ASSUMED for note in facts.get("notes", []))


def warnings_of_guess(cells: Mapping[str, object], encoding: str, schema: Schema) -> list[Problem]:
    """A warning for each cell that would read differently in another encoding. cells: by field key."""
    return [
        Problem(
            "ENCODING_GUESSED",
            key,
            shown(cell),
            {"label": schema.column(key).label, "encoding": encoding_label(encoding)},
        )
        for key, cell in cells.items()
        if isinstance(cell, str) and not cell.isascii() and schema.knows(key)
    ]


def encoding_named(charset: str) -> str | None:
    """The encoding that a name in a Content-Type header means; None for one that a text shows by itself, or unknown."""
    name = _codec(charset)
    name = "cp1252" if name == "iso8859_1" else name  # as browsers take it: Latin-1 and more
    return name if name in CHARSETS else None


def is_readable(charset: str) -> bool:
    """Whether a sheet in the encoding that a Content-Type header names can be read."""
    return encoding_named(charset) is not None or _codec(charset) == "ascii" or _codec(charset).startswith("utf_")


def _codec(charset: str) -> str:
    """Python's name of an encoding, "" for one that it does not know."""
    try:
        return codecs.lookup(charset).name.replace("-", "_") if charset.isascii() else ""
    except (LookupError, ValueError):
        return ""
