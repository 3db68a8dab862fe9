"""What each column of a file most likely holds, and whether a person has to be asked."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from onboarding.meters.portal_facts import METER_ID, is_portal_fact
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
from onboarding.spreadsheets.plausible import looks_like
from onboarding.uploads.compounds import compounds_of, parts_in
from onboarding.uploads.layout import ADDRESS, ALSO, NOT_USED, PORTAL, SIZES, covers, parts_of
from onboarding.uploads.stored import SheetColumn
from portal.problems import shown
from programs.schema import Schema, reading_of

REMEMBERED: Final = "remembered"
ALIKE: Final = "alike"
VALUES: Final = "values"
_SAMPLES = 3
_LOOKED_AT = 60  # first filled cells of a column that speak for or against a field
_SAMPLE_CHARACTERS = 60
_NAME: Final = "customer.end_customer_name"
_UTILITY: Final = "utility.utility_name"
_REFERENCE: Final = "partner_reference"
_REGION: Final = "transmission_region"
_STATE: Final = "customer.state_or_province_code"
_OTHER_IDS: Final = ("device.device_serial_number", "utility.electric_service_account_number")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HALF_SCORE = 80
_REFERENCE_SCORE = 70
_DOUBTED = 60  # for a known name over cells that do not go with it


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One column: its header, some of its cells, and the target proposed for it.

    how: "key", "label", "alias", "normalized" (names that we know), "remembered" (the partner said so before),
    "portal" (a fact of the portal's own in an export of meters, which no upload sets), "alike" and "values" (a guess,
    by its name or its cells), "unknown". score: of 100. blanks: whether one of the first rows
    has no cell there. earlier: another target, which the partner gave to such a header in another sheet; "" if none.
    """

    index: int
    header: str
    key: str
    how: str
    score: int = 100
    samples: tuple[str, ...] = ()
    blanks: bool = False
    earlier: str = ""

    @property
    def is_sure(self) -> bool:
        return self.is_named and self.score > _DOUBTED

    @property
    def is_named(self) -> bool:
        """Whether the name alone, or an earlier answer, says what the column holds."""
        return self.how not in {ALIKE, VALUES, UNKNOWN}

    def as_json(self) -> SheetColumn:
        return {
            "index": self.index,
            "header": self.header,
            "key": self.key,
            "how": self.how,
            "score": self.score,
            "samples": list(self.samples),
            "blanks": self.blanks,
            "earlier": self.earlier,
        }


def certainty(how: str, score: int) -> tuple[str, str]:
    """How sure a proposal is: its label and tone."""
    if how == UNKNOWN:
        return "Not known", "neutral"
    if how == REMEMBERED:
        return "As last time", "success"
    if how == PORTAL:
        return "Portal’s own", "neutral"
    if how not in {ALIKE, VALUES} and score > _DOUBTED:
        return "Sure", "success"
    return ("Likely", "info") if score >= LIKELY else ("Guess", "warning")


def certainties(
    columns: Iterable[tuple[int, str, str, int]], joined: Collection[str] = ()
) -> dict[int, tuple[str, str]]:
    """Index to how sure each proposal is. columns: index, target, how, score. Of two columns for one field, that nobody
    put together, neither is sure."""
    columns = list(columns)
    contested = set(doubles(target for _, target, _, _ in columns)) - set(joined)
    return {
        index: ("Two columns", "warning") if contested.intersection(parts_of(target)) else certainty(how, score)
        for index, target, how, score in columns
    }


def propose(
    header: Sequence[str],
    rows: Sequence[Row],
    schema: Schema,
    remembered: Mapping[str, str],
    elsewhere: Mapping[str, str] | None = None,
) -> list[ColumnProposal]:
    """A proposal for every column with a header. rows: the first ones. remembered: normalised header to target, for
    this set of headers; elsewhere: the same for other sheets, which is no proposal."""
    specs = [HeaderSpec(column.key, column.label, column.aliases, column.unit) for column in schema.columns]
    compounds = compounds_of(schema)
    targets = {column.key for column in schema.columns} | set(compounds)
    is_export = _REFERENCE in header
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
        if earlier is not None and targets.issuperset(parts_of(earlier)):
            target, how = earlier, REMEMBERED
        other = (elsewhere or {}).get(normalized(match.header), "")
        if is_export and not earlier and _is_portal_fact(match.header, cells[match.index]):
            target, how, other = NOT_USED, PORTAL, ""
        proposals[match.index] = ColumnProposal(
            match.index,
            shown(match.header),
            target,
            how,
            samples=_samples(cells[match.index]),
            blanks=len(filled) < len(rows),
            earlier=other if other != target and how != REMEMBERED and targets.issuperset(parts_of(other)) else "",
        )
    proposals |= _regions_that_are_states(proposals, cells, schema)
    doubtful = _contradicted(proposals, cells, schema)
    guessed = _guessed(proposals | doubtful, cells, schema)
    proposals |= {
        index: replace(proposals[index], score=_DOUBTED) for index in doubtful if proposals[index].how != REMEMBERED
    }
    proposals |= {
        index: proposal for index, proposal in guessed.items() if index not in doubtful or proposal.how == VALUES
    }
    proposals |= _halves_of_names(proposals, schema)
    return [
        _several_fields(proposal, proposals, cells[proposal.index], schema, compounds)
        for proposal in proposals.values()
    ]


def _is_portal_fact(header: str, cells: Sequence[Cell]) -> bool:
    """Whether a column of an export is the portal's own. Another sheet may have meter IDs too, which are not ours."""
    return is_portal_fact(header) and (header != METER_ID or all(_UUID.fullmatch(str(cell)) for cell in cells))


def _contradicted(
    proposals: Mapping[int, ColumnProposal], cells: Mapping[int, list[Cell]], schema: Schema
) -> dict[int, ColumnProposal]:
    """The columns whose name, or what it meant in another sheet, does not go with their cells, as if nobody knew them:
    another field may go with them."""
    return {
        index: replace(proposal, key=NOT_USED, how=UNKNOWN)
        for index, proposal in proposals.items()
        if proposal.how in {EXACT_ALIAS, NORMALIZED, REMEMBERED}
        and schema.knows(proposal.key)
        and cells[index]
        and (
            not any(_goes_with(schema, proposal.key, cell) for cell in cells[index])
            or (proposal.key == _NAME and proposal.how != REMEMBERED and _is_mostly_one(cells[index]))
        )
    }


def _is_mostly_one(cells: Sequence[Cell]) -> bool:
    """Whether most cells are the same, as the names of installers are and those of customers are not."""
    ((_, most),) = Counter(map(str, cells)).most_common(1)
    return len(cells) >= _SAMPLES and most * 2 > len(cells)


def _regions_that_are_states(
    proposals: Mapping[int, ColumnProposal], cells: Mapping[int, list[Cell]], schema: Schema
) -> dict[int, ColumnProposal]:
    """A column called region whose cells are states, in a sheet that has no other states."""
    if not schema.knows(_STATE) or any(_STATE in covers(proposal.key) for proposal in proposals.values()):
        return {}
    return {
        index: replace(proposal, key=_STATE, how=VALUES, score=LIKELY)
        for index, proposal in proposals.items()
        if proposal.key == _REGION
        and proposal.how in {EXACT_ALIAS, NORMALIZED}
        and cells[index]
        and all(schema.accepts(_STATE, cell) for cell in cells[index])
    }


def _goes_with(schema: Schema, key: str, cell: Cell) -> bool:
    """Whether a field takes a cell, and the cell looks like what the field holds."""
    if key == _NAME and schema.knows(_UTILITY) and schema.accepts(_UTILITY, cell):
        return False
    if isinstance(cell, str) and schema.column(key).type == "date" and reading_of(cell):
        return True  # which of two days it is, the whole column tells
    return schema.accepts(key, cell) and looks_like(key, cell)


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
    best = guesses(open_columns, fields, accepts=partial(_goes_with, schema), telling=schema.telling)
    return {
        index: replace(proposals[index], key=guess.key, how=ALIKE if guess.by == "name" else VALUES, score=guess.score)
        for index, guess in best.items()
    }


def _several_fields(
    proposal: ColumnProposal,
    proposals: Mapping[int, ColumnProposal],
    cells: Sequence[Cell],
    schema: Schema,
    compounds: Iterable[str],
) -> ColumnProposal:
    """A column most of whose cells hold several fields, of which no other column holds the telling one."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if proposal.how == REMEMBERED or not texts:
        return proposal
    is_open = proposal.how in {UNKNOWN, ALIKE}
    for target in compounds:
        kind, _, owner = target.partition(":")
        keys = covers(target)
        is_named = proposal.key in (keys[:1] if kind == ADDRESS else keys)
        if not is_named and not (is_open and owner in {"customer", "device"}):
            continue
        telling = keys if kind == SIZES else [f"{owner}.city"]
        if any(key in telling for other in proposals.values() if other is not proposal for key in covers(other.key)):
            continue
        apart = sum(len(parts_in(target, text, schema)) > 1 for text in texts)
        if apart * 10 >= len(texts) * 6:
            return replace(proposal, key=target, how=VALUES, score=round(100 * apart / len(texts)))
    return proposal


def with_reference(proposals: Sequence[ColumnProposal], rows: Sequence[Row], schema: Schema) -> list[ColumnProposal]:
    """The proposals, in which the account or serial number is the reference too when no column holds one.

    Only of a column whose cells are all filled and all different; a person is asked.
    """
    held = {key for proposal in proposals for key in covers(proposal.key)}
    if _REFERENCE in held or any(proposal.how == REMEMBERED for proposal in proposals):
        return list(proposals)
    for key in _OTHER_IDS:
        for proposal in proposals:
            cells = [str(row.cells[proposal.index] or "") for row in rows]
            if proposal.key == key and cells and all(cells) and len(set(cells)) == len(cells):
                both = replace(proposal, key=f"{key}{ALSO}{_REFERENCE}", how=VALUES, score=_REFERENCE_SCORE)
                return [both if other is proposal else other for other in proposals]
    return list(proposals)


def missing(targets: Collection[str], constants: Collection[str], schema: Schema, *, updates: bool) -> list[str]:
    """The keys that every row needs and that neither a column nor a constant holds. An update needs the reference."""
    held = {key for target in targets for key in covers(target)} | set(constants)
    needed = ["partner_reference"] if updates else schema.always
    return [key for key in needed if key not in held and not schema.held_elsewhere(key, held)]


def lacking(held: Collection[str], schema: Schema) -> list[str]:
    """The keys that a chosen program needs and no column holds, those of a list's or an object's first slot."""
    return [
        column.key
        for column in schema.columns
        if column.required == "program" and column.key not in held and not schema.held_elsewhere(column.key, held)
    ]


def doubled(proposals: Sequence[ColumnProposal], joined: Collection[str] = ()) -> list[list[ColumnProposal]]:
    """Columns that claim the same field, together; those that a person put together before (joined) are no question."""
    counts = doubles(proposal.key for proposal in proposals)
    return [
        [proposal for proposal in proposals if key in parts_of(proposal.key)] for key in counts if key not in joined
    ]


def doubles(targets: Iterable[str]) -> list[str]:
    """The single targets that several columns claim, in the order of the columns."""
    counts = Counter(part for target in targets for part in parts_of(target))
    return [part for part, count in counts.items() if count > 1]


def must_ask(
    proposals: Sequence[ColumnProposal],
    constants: Collection[str],
    schema: Schema,
    *,
    updates: bool,
    joined: Collection[str] = (),
) -> bool:
    """Whether a person has to look: a guess, a header that meant something else in another sheet, two columns for one
    field, or a needed field in no column."""
    if any(proposal.key and not proposal.is_sure for proposal in proposals) or doubled(proposals, joined):
        return True
    if any(proposal.earlier for proposal in proposals):
        return True
    return bool(missing([proposal.key for proposal in proposals], constants, schema, updates=updates))
