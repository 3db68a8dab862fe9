"""What each column of a file most likely holds, and whether a person has to be asked."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from onboarding.spreadsheets.addresses import split_address
from onboarding.spreadsheets.cells import BrokenCell, Cell, Row
from onboarding.spreadsheets.headers import (
    BLANK,
    EXACT_ALIAS,
    NORMALIZED,
    UNKNOWN,
    HeaderSpec,
    match_headers,
    normalized,
)
from onboarding.spreadsheets.likeness import LIKELY, Seen, guesses
from onboarding.uploads.columns.assembly import address_prefixes
from onboarding.uploads.layout import ADDRESS, NOT_USED, covers
from portal.problems import shown
from programs.schema import Schema

REMEMBERED: Final = "remembered"
ALIKE: Final = "alike"
VALUES: Final = "values"
_SAMPLES = 3
_JUDGED = 60  # first filled cells of a column that speak for or against a field
_SAMPLE_CHARACTERS = 60
_NAME: Final = "customer.end_customer_name"
_HALF_SCORE = 80


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One column: its header, some of its cells, and the target proposed for it.

    how: "key", "label", "alias", "normalized" (names that we know), "remembered" (the partner said so before), "alike"
    and "values" (a guess, by its name or its cells), "unknown". score: of 100.
    """

    index: int
    header: str
    key: str
    how: str
    score: int = 100
    samples: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.how not in {ALIKE, VALUES, UNKNOWN}

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "samples": list(self.samples)}


def certainty(how: str, score: int) -> tuple[str, str]:
    """How sure a proposal is: its word and tone."""
    if how == UNKNOWN:
        return "Not known", "neutral"
    if how == REMEMBERED:
        return "As last time", "success"
    if how not in {ALIKE, VALUES}:
        return "Sure", "success"
    return ("Likely", "info") if score >= LIKELY else ("Guess", "warning")


def propose(
    header: Sequence[str], rows: Sequence[Row], schema: Schema, remembered: Mapping[str, str]
) -> list[ColumnProposal]:
    """A proposal for every column with a header. rows: the first ones. remembered: normalised header to target."""
    specs = [HeaderSpec(one.key, one.label, one.aliases) for one in schema.columns]
    targets = {column.key for column in schema.columns} | {ADDRESS + prefix for prefix in address_prefixes(schema)}
    found: dict[int, ColumnProposal] = {}
    cells: dict[int, list[Any]] = {}
    for match in match_headers(header, specs):
        if match.how == BLANK:
            continue
        filled = (row.cells[match.index] for row in rows)
        cells[match.index] = [cell for cell in filled if cell is not None and cell != ""][:_JUDGED]
        target, how = match.key or NOT_USED, match.how
        earlier = remembered.get(normalized(match.header))
        if earlier is not None and (earlier in targets or earlier == NOT_USED):
            target, how = earlier, REMEMBERED
        found[match.index] = ColumnProposal(
            match.index, shown(match.header), target, how, samples=_samples(cells[match.index])
        )
    doubtful = _spoken_against(found, cells, schema)
    guessed = _guessed(found | doubtful, cells, schema)
    found |= {index: one for index, one in guessed.items() if index not in doubtful or one.how == VALUES}
    found |= _halves_of_names(found, schema)
    return [_whole_address(one, found, cells[one.index], schema) for one in found.values()]


def _spoken_against(
    found: Mapping[int, ColumnProposal], cells: Mapping[int, list[Any]], schema: Schema
) -> dict[int, ColumnProposal]:
    """The columns whose name, or what it meant in another sheet, does not go with a single one of their cells, as if
    nobody knew them: another field may go with them."""
    return {
        index: replace(one, key=NOT_USED, how=UNKNOWN)
        for index, one in found.items()
        if one.how in {EXACT_ALIAS, NORMALIZED, REMEMBERED}
        and schema.knows(one.key)
        and schema.telling(one.key) == 1
        and cells[index]
        and not any(schema.accepts(one.key, cell) for cell in cells[index])
    }


_FIRST = re.compile(r"\b(?:first|given)\b", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|family)\b|surname", re.IGNORECASE)


def _halves_of_names(found: Mapping[int, ColumnProposal], schema: Schema) -> dict[int, ColumnProposal]:
    """A first and a last name that are not known by their names, side by side: both are the customer's name."""
    open_ones = [one for one in found.values() if not one.is_sure]
    firsts = [one for one in open_ones if _FIRST.search(one.header)]
    lasts = [one for one in open_ones if _LAST.search(one.header)]
    held = {one.key for one in found.values() if one not in firsts and one not in lasts}
    if len(firsts) != 1 or len(lasts) != 1 or not schema.knows(_NAME) or _NAME in held:
        return {}
    return {one.index: replace(one, key=_NAME, how=ALIKE, score=_HALF_SCORE) for one in (*firsts, *lasts)}


def _samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    texts = (cell.shown if isinstance(cell, BrokenCell) else str(cell) for cell in cells)
    return tuple(shown(text)[:_SAMPLE_CHARACTERS] for text in list(dict.fromkeys(texts))[:_SAMPLES])


def _guessed(
    found: Mapping[int, ColumnProposal], cells: Mapping[int, list[Any]], schema: Schema
) -> dict[int, ColumnProposal]:
    """Proposals by likeness for the columns whose names nobody knows."""
    taken = {key for one in found.values() for key in covers(one.key)}
    fields = [
        HeaderSpec(one.key, one.label, one.aliases) for one in schema.columns if one.key not in taken and not one.hidden
    ]
    open_columns = [
        Seen(one.index, one.header, [cell for cell in cells[one.index] if not isinstance(cell, BrokenCell)])
        for one in found.values()
        if one.how == UNKNOWN
    ]
    best = guesses(open_columns, fields, accepts=schema.accepts, telling=schema.telling)
    return {
        index: replace(found[index], key=guess.key, how=ALIKE if guess.by == "name" else VALUES, score=guess.score)
        for index, guess in best.items()
    }


def _whole_address(
    one: ColumnProposal, found: Mapping[int, ColumnProposal], cells: Sequence[Cell], schema: Schema
) -> ColumnProposal:
    """A column of streets whose cells are whole addresses, while no column holds the city, is proposed as such."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if one.how == REMEMBERED or not texts or not (one.key.endswith(".street_1") or one.how in {UNKNOWN, ALIKE}):
        return one
    prefix = one.key.removesuffix(".street_1") if one.key.endswith(".street_1") else "customer"
    state = f"{prefix}.state_or_province_code"
    if not schema.knows(state) or any(other.key == f"{prefix}.city" for other in found.values()):
        return one
    apart = sum(split_address(text, is_state=lambda word: schema.accepts(state, word)) is not None for text in texts)
    if apart * 10 < len(texts) * 6:
        return one
    return replace(one, key=ADDRESS + prefix, how=VALUES, score=round(100 * apart / len(texts)))


def missing(targets: Collection[str], constants: Collection[str], schema: Schema, *, updates: bool) -> list[str]:
    """The keys that every row needs and that neither a column nor a constant holds. An update needs the reference."""
    held = {key for target in targets for key in covers(target)} | set(constants)
    needed = ["partner_reference"] if updates else schema.always
    return [key for key in needed if key not in held and not schema.held_elsewhere(key, held)]


def doubled(proposals: Sequence[ColumnProposal]) -> list[list[ColumnProposal]]:
    """Columns that claim the same target, together; those that a person matched so before are no question."""
    counts = Counter(one.key for one in proposals if one.key)
    groups = [[one for one in proposals if one.key == key] for key, count in counts.items() if count > 1]
    return [group for group in groups if not all(one.how == REMEMBERED for one in group)]


def must_ask(proposals: Sequence[ColumnProposal], constants: Collection[str], schema: Schema, *, updates: bool) -> bool:
    """Whether a person has to look: a guess, two columns for one field, or a needed field in no column."""
    if any(one.key and not one.is_sure for one in proposals) or doubled(proposals):
        return True
    return bool(missing([one.key for one in proposals], constants, schema, updates=updates))
