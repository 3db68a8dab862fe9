"""The parts of an email's text. Rooms write the text; the HTML beside it is made of these parts and of nothing else.

Blank lines separate blocks. In a block, at the beginning of a line:

- `- ` begins an item of a list. A list whose items all have the form `label: value` is a table of facts.
- An address below SITE_URL is a link; the line before it, if that ends with a colon, is its label.
- Any other line is text. The last one before a list is its heading.

The first block that is a label and an address alone is the email's button. A line of two dashes begins the footer.
Texts of partners go through `prose`, so that none of their lines is read as anything but text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final

from django.conf import settings

FOOTER: Final = "--"
_ITEM: Final = "- "
_FACT: Final = re.compile(r"([^:]{1,60}): (\S.{0,39})")
_GREETING_ENDS: Final = (",", ":")
_LONGEST_PREHEADER: Final = 140


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text."""

    kind: ClassVar[str] = "paragraph"
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list is about."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    kind: ClassVar[str] = "items"
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Values with their labels."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the portal, and what is there."""

    kind: ClassVar[str] = "link"
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Button(Link):
    """The link of the email's one action."""

    kind: ClassVar[str] = "button"


Part = Paragraph | Heading | Items | Facts | Link


@dataclass(frozen=True, slots=True)
class Parts:
    """An email by its blocks: each is the parts that belong together."""

    body: tuple[tuple[Part, ...], ...]
    footer: tuple[tuple[Part, ...], ...]

    @property
    def preheader(self) -> str:
        """What an inbox shows beside the subject: the first words after the greeting."""
        paragraphs = [part for block in self.body for part in block if isinstance(part, Paragraph)]
        texts = [" ".join(part.lines) for part in paragraphs]
        if len(texts) > 1 and texts[0].endswith(_GREETING_ENDS):
            texts = texts[1:]
        text = texts[0] if texts else ""
        return text if len(text) <= _LONGEST_PREHEADER else f"{text[:_LONGEST_PREHEADER].rsplit(' ', 1)[0]}…"


def read_parts(text: str) -> Parts:
    """The parts of an email's text."""
    body, _, footer = f"\n{text.strip()}\n".partition(f"\n{FOOTER}\n")
    blocks: list[tuple[Part, ...]] = []
    has_button = False
    for block in _blocks(body):
        match block:
            case (Link(label=label, address=address),) if label and not has_button:
                blocks.append((Button(label, address),))
                has_button = True
            case _:
                blocks.append(block)
    return Parts(tuple(blocks), tuple(_blocks(footer)))


def prose(text: str) -> str:
    """A text of somebody else, whose lines are read as text whatever they begin with."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(f" {line}" if _is_mark(line) else line for line in lines)


def _is_mark(line: str) -> bool:
    return line == FOOTER or line.startswith(_ITEM) or _is_address(line)


def _is_address(line: str) -> bool:
    return line.startswith(f"{settings.SITE_URL}/") and not re.search(r"\s", line)


def _blocks(text: str) -> Iterator[tuple[Part, ...]]:
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if parts := tuple(_parts([line.rstrip() for line in block.split("\n") if line.strip()])):
            yield parts


def _parts(lines: list[str]) -> Iterator[Part]:
    texts: list[str] = []  # those that wait for what follows them
    for kind, group in groupby(lines, _kind):
        if kind == "items":
            if texts:
                *before, heading = texts
                if before:
                    yield Paragraph(tuple(before))
                yield Heading(heading)
            yield _list([line.removeprefix(_ITEM).strip() for line in group])
            texts = []
        elif kind == "address":
            for address in group:
                label = texts.pop().removesuffix(":") if texts and texts[-1].endswith(":") else ""
                if texts:
                    yield Paragraph(tuple(texts))
                yield Link(label, address)
                texts = []
        else:
            texts = [line.strip() for line in group]
    if texts:
        yield Paragraph(tuple(texts))


def _kind(line: str) -> str:
    if line.startswith(_ITEM):
        return "items"
    return "address" if _is_address(line) else "text"


def _list(texts: list[str]) -> Items | Facts:
    facts = [_FACT.fullmatch(text) for text in texts]
    rows = [(fact[1], fact[2]) for fact in facts if fact]
    return Facts(tuple(rows)) if len(rows) == len(texts) else Items(tuple(texts))
