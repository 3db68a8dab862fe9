"""What has been decided about reading one file: which sheet, which column is which field, what holds for every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypedDict

ADDRESS, PLACE, SIZES = "address", "place", "sizes"  # kinds of targets that fill several fields: address:customer
ALSO: Final = "+"  # between the targets of a column that feeds several fields
FROM_ZIP: Final = "from:zip"  # instead of a state that holds for every row: the state of each row's zip code
NOT_USED: Final = ""
_FIELDS: Final = {
    ADDRESS: ("street_1", "street_2", "city", "state_or_province_code", "postal_code"),
    PLACE: ("city", "state_or_province_code", "postal_code"),
    SIZES: ("battery_power_capacity_kw", "battery_energy_capacity_kwh"),
}
PERSON, MEMORY, NAMES = "person", "memory", "names"
PORTAL: Final = "portal"  # how a column of an export was recognized that no upload sets

# Field key to a text of its cells to a state to the choice that is meant there; under "" whatever the state.
ChosenValues = Mapping[str, Mapping[str, Mapping[str, str]]]


class StoredLayout(TypedDict, total=False):
    """A ColumnLayout as Upload.layout keeps it: its columns by index as text. Earlier uploads lack some of it."""

    sheet: str | None
    header_row: int | None
    encoding: str | None
    columns: dict[str, str] | None
    constants: dict[str, str]
    joined: list[str]
    values: dict[str, dict[str, dict[str, str]]]
    date_orders: dict[str, str]
    decided_by: str
    asks: bool
    device: str
    suffix: str


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """How a file is read.

    encoding: of a text whose bytes leave it open, as somebody said it. columns: index to target: a field key, several
    fields in one cell (address:customer, see compounds), several of these with ALSO between them, or NOT_USED; None
    while undecided. constants: field key to the text that holds for every row, or for the blank cells of the field's
    column; FROM_ZIP for a state. joined: fields that several columns fill together because a person said so. values:
    what a person said that texts mean which are no choice. date_orders: field key to "mdy" or "dmy" for columns of
    dates that could be read both ways. decided_by: PERSON, MEMORY or NAMES. asks: whether a person wants to see the
    columns, however sure the match is; those that are known by then are shown as chosen.
    device: which of several devices in each row is read ("Battery 2"); "" for the one whose columns are matched.
    suffix: what is put behind each reference, so that the meters of that device have their own.
    """

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    columns: Mapping[int, str] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    joined: Sequence[str] = ()
    values: ChosenValues = field(default_factory=dict)
    date_orders: Mapping[str, str] = field(default_factory=dict)
    decided_by: str = ""
    asks: bool = False
    device: str = ""
    suffix: str = ""

    @classmethod
    def of(cls, stored: StoredLayout) -> "ColumnLayout":
        """From the JSON of Upload.layout."""
        columns = stored.get("columns")
        return cls(
            sheet=stored.get("sheet"),
            header_row=stored.get("header_row"),
            encoding=stored.get("encoding"),
            columns=None if columns is None else {int(index): key for index, key in columns.items()},
            constants=stored.get("constants", {}),
            joined=tuple(stored.get("joined", ())),
            values=stored.get("values", {}),
            date_orders=stored.get("date_orders", {}),
            decided_by=stored.get("decided_by", ""),
            asks=stored.get("asks", False),
            device=stored.get("device", ""),
            suffix=stored.get("suffix", ""),
        )

    def as_json(self) -> StoredLayout:
        columns = None if self.columns is None else {str(index): key for index, key in self.columns.items()}
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "encoding": self.encoding,
            "columns": columns,
            "constants": dict(self.constants),
            "joined": list(self.joined),
            "values": {key: {text: dict(by) for text, by in texts.items()} for key, texts in self.values.items()},
            "date_orders": dict(self.date_orders),
            "decided_by": self.decided_by,
            "asks": self.asks,
            "device": self.device,
            "suffix": self.suffix,
        }

    def undecided(self) -> "ColumnLayout":
        """The same sheet and header row, with the columns to be matched anew, unless a person chose them."""
        return self if self.decided_by == PERSON else replace(self, columns=None, date_orders={}, decided_by="")


def parts_of(target: str) -> list[str]:
    """The single targets of a column: field keys, and those of several fields in one cell."""
    return [part for part in target.split(ALSO) if part]


def covers(target: str) -> list[str]:
    """The field keys that a target fills."""
    return [key for part in parts_of(target) for key in _covered(part)]


def is_compound(part: str) -> bool:
    """Whether a single target fills several fields, whose values its cells hold together."""
    return ":" in part


def _covered(part: str) -> list[str]:
    kind, _, owner = part.partition(":")
    return [f"{owner}.{name}" for name in _FIELDS.get(kind, ())] if owner else [part]
