"""What each column of a file most likely holds, and whether a person has to be asked."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

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
    without_group_of_meter,
)
from onboarding.spreadsheets.likeness import LIKELY, Seen, guesses
from onboarding.uploads.columns.assembly import address_prefixes
from onboarding.uploads.layout import ADDRESS, NOT_USED, covers
from onboarding.uploads.stored import SheetColumn
from portal.problems import shown
from programs.schema import Schema

REMEMBERED: Final = "remembered"
ALIKE: Final = "alike"
VALUES: Final = "values"
_SAMPLES = 3
_LOOKED_AT = 60  # first filled cells of a column that speak for or against a field
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

    def as_json(self) -> SheetColumn:
        return {
            "index": self.index,
            "header": self.header,
            "key": self.key,
            "how": self.how,
            "score": self.score,
            "samples": list(self.samples),
        }


def certainty(how: str, score: int) -> tuple[str, str]:
    """How sure a proposal is: its label and tone."""
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
    specs = [HeaderSpec(column.key, column.label, column.aliases, column.unit) for column in schema.columns]
    targets = {column.key for column in schema.columns} | {ADDRESS + prefix for prefix in address_prefixes(schema)}
    proposals: dict[int, ColumnProposal] = {}
    cells: dict[int, list[Cell]] = {}
    for match in match_headers(header, specs):
        if match.how == BLANK:
            continue
        column = (row.cells[match.index] for row in rows)
        filled: list[Cell] = [cell for cell in column if cell is not None and cell != ""]
        cells[match.index] = filled[:_LOOKED_AT]
        target, how = match.key or NOT_USED, match.how
        earlier = remembered.get(normalized(match.header))
        if earlier is not None and (earlier in targets or earlier == NOT_USED):
            target, how = earlier, REMEMBERED
        proposals[match.index] = ColumnProposal(
            match.index, shown(match.header), target, how, samples=_samples(cells[match.index])
        )
    doubtful = _contradicted(proposals, cells, schema)
    guessed = _guessed(proposals | doubtful, cells, schema)
    proposals |= {
        index: proposal for index, proposal in guessed.items() if index not in doubtful or proposal.how == VALUES
    }
    proposals |= _halves_of_names(proposals, schema)
    return [_whole_address(proposal, proposals, cells[proposal.index], schema) for proposal in proposals.values()]


def _contradicted(
    proposals: Mapping[int, ColumnProposal], cells: Mapping[int, list[Cell]], schema: Schema
) -> dict[int, ColumnProposal]:
    """The columns whose name, or what it meant in another sheet, does not go with a single one of their cells, as if
    nobody knew them: another field may go with them."""
    return {
        index: replace(proposal, key=NOT_USED, how=UNKNOWN)
        for index, proposal in proposals.items()
        if proposal.how in {EXACT_ALIAS, NORMALIZED, REMEMBERED}
        and schema.knows(proposal.key)
        and schema.telling(proposal.key) == 1
        and cells[index]
        and not any(schema.accepts(proposal.key, cell) for cell in cells[index])
    }


_FIRST = re.compile(r"\b(?:first|given)\b", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|family)\b|surname", re.IGNORECASE)


def _halves_of_names(proposals: Mapping[int, ColumnProposal], schema: Schema) -> dict[int, ColumnProposal]:
    """A first and a last name that are not known by their names, side by side: both are the customer's name."""
    unsure = [proposal for proposal in proposals.values() if not proposal.is_sure]
    firsts = [proposal for proposal in unsure if _FIRST.search(proposal.header)]
    lasts = [proposal for proposal in unsure if _LAST.search(proposal.header)]
    held = {proposal.key for proposal in proposals.values() if proposal not in firsts and proposal not in lasts}
    if len(firsts) != 1 or len(lasts) != 1 or not schema.knows(_NAME) or _NAME in held:
        return {}
    return {
        proposal.index: replace(proposal, key=_NAME, how=ALIKE, score=_HALF_SCORE) for proposal in (*firsts, *lasts)
    }


def _samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    texts = (cell.shown if isinstance(cell, BrokenCell) else str(cell) for cell in cells)
    return tuple(shown(text)[:_SAMPLE_CHARACTERS] for text in list(dict.fromkeys(texts))[:_SAMPLES])


def _guessed(
    proposals: Mapping[int, ColumnProposal], cells: Mapping[int, list[Cell]], schema: Schema
) -> dict[int, ColumnProposal]:
    """Proposals by likeness for the columns whose names nobody knows."""
    taken = {key for proposal in proposals.values() for key in covers(proposal.key)}
    fields = [
        HeaderSpec(column.key, column.label, column.aliases)
        for column in schema.columns
        if column.key not in taken and not column.hidden
    ]
    open_columns = [
        Seen(
            proposal.index,
            without_group_of_meter(proposal.header),
            [cell for cell in cells[proposal.index] if not isinstance(cell, BrokenCell)],
        )
        for proposal in proposals.values()
        if proposal.how == UNKNOWN
    ]
    best = guesses(open_columns, fields, accepts=schema.accepts, telling=schema.telling)
    return {
        index: replace(proposals[index], key=guess.key, how=ALIKE if guess.by == "name" else VALUES, score=guess.score)
        for index, guess in best.items()
    }


def _whole_address(
    proposal: ColumnProposal, proposals: Mapping[int, ColumnProposal], cells: Sequence[Cell], schema: Schema
) -> ColumnProposal:
    """A column of streets whose cells are whole addresses, while no column holds the city, is proposed as such."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if (
        proposal.how == REMEMBERED
        or not texts
        or not (proposal.key.endswith(".street_1") or proposal.how in {UNKNOWN, ALIKE})
    ):
        return proposal
    prefix = proposal.key.removesuffix(".street_1") if proposal.key.endswith(".street_1") else "customer"
    state = f"{prefix}.state_or_province_code"
    if not schema.knows(state) or any(other.key == f"{prefix}.city" for other in proposals.values()):
        return proposal
    apart = sum(split_address(text, is_state=lambda word: schema.accepts(state, word)) is not None for text in texts)
    if apart * 10 < len(texts) * 6:
        return proposal
    return replace(proposal, key=ADDRESS + prefix, how=VALUES, score=round(100 * apart / len(texts)))


def missing(targets: Collection[str], constants: Collection[str], schema: Schema, *, updates: bool) -> list[str]:
    """The keys that every row needs and that neither a column nor a constant holds. An update needs the reference."""
    held = {key for target in targets for key in covers(target)} | set(constants)
    needed = ["partner_reference"] if updates else schema.always
    return [key for key in needed if key not in held and not schema.held_elsewhere(key, held)]


def doubled(proposals: Sequence[ColumnProposal]) -> list[list[ColumnProposal]]:
    """Columns that claim the same target, together; those that a person matched so before are no question."""
    counts = Counter(proposal.key for proposal in proposals if proposal.key)
    groups = [[proposal for proposal in proposals if proposal.key == key] for key, count in counts.items() if count > 1]
    return [group for group in groups if not all(proposal.how == REMEMBERED for proposal in group)]


def must_ask(proposals: Sequence[ColumnProposal], constants: Collection[str], schema: Schema, *, updates: bool) -> bool:
    """Whether a person has to look: a guess, two columns for one field, or a needed field in no column."""
    if any(proposal.key and not proposal.is_sure for proposal in proposals) or doubled(proposals):
        return True
    return bool(missing([proposal.key for proposal in proposals], constants, schema, updates=updates))
