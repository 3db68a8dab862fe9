"""Which column of a sheet is which field: exact names first, then names as people retype them. Pure matching."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .units import measures_the_same, names_without_unit, unit_in

EXACT_KEY: Final = "key"
EXACT_LABEL: Final = "label"
EXACT_ALIAS: Final = "alias"
NORMALIZED: Final = "normalized"
UNKNOWN: Final = "unknown"
BLANK: Final = "blank"

GROUP_MARK: Final = " › "  # between the name of a group of columns and a column's own: Utility › Name
# What groups of columns are called. Those of the meter itself say nothing that the column's own name does not say.
_OF_THE_METER: Final = frozenset(
    re.findall(
        r"\w+",
        """address asset assets battery customer device devices home location meter meters premise program programs
        property service site storage system""",
    )
)
_OF_OTHERS: Final = frozenset(
    re.findall(
        r"\w+",
        """account accounts billing charger client company contact contract dates details ev generator generation
        homeowner info information installation installer inverter mailing manufacturer owner panel partner pv shipping
        solar specs technical thermostat utility vendor""",
    )
)
_OF_ANYTHING: Final = frozenset(
    re.findall(r"\w+", "account address company contact date email id name no number phone reference status type")
)
_REQUIRED_MARK = re.compile(r"(?:\s*\*+|\s*\((?:required|optional)\))+\s*$", re.IGNORECASE)
_NUMBERING = re.compile(r"^\s*(?:\d{1,3}[.)]|[a-z]\))\s+(?=\S{2})", re.IGNORECASE)  # 3. Street, b) City
_NOT_WORD = re.compile(r"[\W_]+")
_FIRST_ITEM = re.compile(r"\.0$")
_BRACKETS = re.compile(r"\[(\d+)\]")
_DATA = "data."


@dataclass(frozen=True, slots=True)
class HeaderSpec:
    """A field that a column may hold: its key (dot path), its label, other names that it goes by, and its unit."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """One column of the sheet.

    index: 0-based column. header: its text. key: the field, None when unknown or blank. how: "key", "label",
    "alias" (all exact), "normalized" (the same but for case, blanks, punctuation, unit), "unknown", "blank".
    """

    index: int
    header: str
    key: str | None
    how: str


def match_headers(header: Sequence[str], columns: Sequence[HeaderSpec]) -> list[HeaderMatch]:
    """One HeaderMatch for each text of the header, in its order.

    A key may be written with `data.` before it, `[0]` for `.0`, and a list's first item (`load_types.0`) means the list
    and the other way round. A normalised name that two fields share is nobody's. Two columns may come out with one key:
    see duplicates().
    """
    tables = _Tables(columns)
    return [_match(tables, index, text) for index, text in enumerate(header)]


def in_group(group: str, header: str) -> str:
    """A column's name with the name of its group before it; a column without a name has none."""
    return f"{group}{GROUP_MARK}{header}" if group and header else header


def is_group(text: str) -> bool:
    """Whether a text is what groups of columns are called: Site, Battery details, Utility."""
    words = text.casefold().replace("/", " ").replace("&", " ").split()
    return 0 < len(words) <= 3 and not _OF_THE_METER.union(_OF_OTHERS).isdisjoint(words)


def own_name(header: str) -> str:
    """A column's name without its group."""
    return header.rpartition(GROUP_MARK)[2]


def without_group_of_meter(header: str) -> str:
    """A column's name without its group when that is of the meter itself: it tells nothing more."""
    group, _, own = header.rpartition(GROUP_MARK)
    return own if group and _OF_THE_METER.issuperset(group.casefold().split()) else header


def duplicates(matches: Iterable[HeaderMatch]) -> list[tuple[HeaderMatch, HeaderMatch]]:
    """Pairs of columns that claim one field: the first that did, and each later one."""
    first: dict[str, HeaderMatch] = {}
    pairs: list[tuple[HeaderMatch, HeaderMatch]] = []
    for match in matches:
        if match.key is None:
            continue
        if match.key in first:
            pairs.append((first[match.key], match))
        else:
            first[match.key] = match
    return pairs


def normalized(text: str) -> str:
    """A name as people retype it: no case, accents' composition, blanks (NBSP too), underscores, punctuation, marks,
    numbering."""
    folded = _NUMBERING.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", _REQUIRED_MARK.sub("", folded)))


def names_of(columns: Iterable[HeaderSpec]) -> set[str]:
    """Every name that these fields go by, normalised: what tells a header row from a title."""
    return {normalized(name) for one in columns for name in (one.key, one.label, *one.aliases)} - {""}


class _Tables:
    """The key of each name, from the surest kind of match to the loosest."""

    def __init__(self, columns: Sequence[HeaderSpec]) -> None:
        self.keys = {column.key: column.key for column in columns}
        self.labels = _unique((column.label.strip(), column.key) for column in columns)
        self.aliases = _unique((alias.strip(), column.key) for column in columns for alias in column.aliases)
        self.loose_keys = _unique((normalized(column.key), column.key) for column in columns)
        self.loose_labels = _unique((normalized(column.label), column.key) for column in columns)
        self.loose_aliases = _unique((normalized(alias), column.key) for column in columns for alias in column.aliases)
        self.units = {column.key: column.unit for column in columns if column.unit}

    def by_key(self, text: str) -> str | None:
        plain = _BRACKETS.sub(r".\1", text)
        for name in (plain, plain.removeprefix(_DATA)):
            for variant in (name, _FIRST_ITEM.sub("", name), f"{name}.0"):
                if variant in self.keys:
                    return variant
        return None

    def loosely(self, text: str) -> str | None:
        for name in (text, _BRACKETS.sub(r".\1", text).strip()):
            lowered = name.casefold()
            without = name[len(_DATA) :] if lowered.startswith(_DATA) else name
            for variant in (normalized(name), normalized(without), normalized(_FIRST_ITEM.sub("", without.strip()))):
                for table in (self.loose_keys, self.loose_labels, self.loose_aliases):
                    if variant and variant in table:
                        return table[variant]
        return None

    def without_group(self, text: str) -> str | None:
        """The field of a column's own name, when its group is of the meter: Address › Street, no Battery › Name."""
        own = without_group_of_meter(text)
        if own == text or normalized(own) in _OF_ANYTHING:
            return None
        return self.loosely(own) or self.by_unit(own)

    def by_unit(self, text: str) -> str | None:
        """The field of a name with a unit that measures what the field does: "Battery power (W)"."""
        for name in names_without_unit(text):
            key = self.loosely(name)
            if key is not None and measures_the_same(unit_in(text)[1], self.units.get(key, "")):
                return key
        return None


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that mean one key only."""
    key_by_name: dict[str, str] = {}
    shared: set[str] = set()
    for name, key in pairs:
        if name and key_by_name.setdefault(name, key) != key:
            shared.add(name)
    return {name: key for name, key in key_by_name.items() if name and name not in shared}


def _match(tables: _Tables, index: int, header: str) -> HeaderMatch:
    text = " ".join(header.split())
    if not text:
        return HeaderMatch(index, header, None, BLANK)
    bare = _REQUIRED_MARK.sub("", text)
    for how, key in (
        (EXACT_KEY, tables.by_key(text)),
        (EXACT_LABEL, tables.labels.get(text) or tables.labels.get(bare)),
        (EXACT_ALIAS, tables.aliases.get(text) or tables.aliases.get(bare)),
        (NORMALIZED, tables.loosely(text) or tables.by_unit(text) or tables.without_group(text)),
    ):
        if key is not None:
            return HeaderMatch(index, header, key, how)
    return HeaderMatch(index, header, None, UNKNOWN)
