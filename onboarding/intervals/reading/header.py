"""The first line of a file: which column is where."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from .layouts import CONSUMED, GENERATED, METER, MISSING, NET, NO_ENERGY, UNCATEGORISED, Layout

SEPARATORS: Final = (",", ";", "\t", "|")
_LONGEST_SHOWN: Final = 60
_MEANT: Final = {
    "energy_net_kw": "It is power in kW. Send energy in kWh: kW divided by 4.",
    "energy_consumed_kw": "It is power in kW. Send energy in kWh: kW divided by 4.",
    "energy_generated_kw": "It is power in kW. Send energy in kWh: kW divided by 4.",
    "energy_net_wh": "It is in Wh. Send kWh: Wh divided by 1,000.",
    "energy_consumed_wh": "It is in Wh. Send kWh: Wh divided by 1,000.",
    "energy_generated_wh": "It is in Wh. Send kWh: Wh divided by 1,000.",
    "interval_start_time_local": "It is in local time. Send times in UTC.",
    "interval_end_time_local": "It is in local time. Send times in UTC.",
    "interval_start_time": "Send times in UTC, in a column named interval_start_time_utc.",
    "interval_end_time": "Send times in UTC, in a column named interval_end_time_utc.",
}


@dataclass(frozen=True, slots=True)
class HeaderFault:
    """Something that is wrong with the first line: no row can be read."""

    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Header:
    """separator, how many columns, where each of the layout's columns is, names that the layout does not have."""

    layout: Layout
    separator: str
    width: int
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    faults: tuple[HeaderFault, ...]


def read_header(line: str, data_type: str, layouts: Mapping[str, Layout]) -> Header:
    """The header that a first line is, in a file of a data type. layouts: of all data types."""
    layout = layouts[data_type]
    others = [other.value for other in layouts.values() if other is not layout]
    separator = max(SEPARATORS, key=line.count)
    given = next(csv.reader([line], delimiter=separator), [])
    names = [_plain(name) for name in given]
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in layout.columns:
            places.setdefault(name, place)
    unknown = tuple(name[:_LONGEST_SHOWN] for name in names if name and name not in layout.columns)
    faults = [*_twice(names, layout), *_missing(names, places, layout, others)]
    return Header(layout, separator, len(names), places, unknown, tuple(faults))


def _plain(name: str) -> str:
    return "_".join(name.strip().strip('"').lower().replace("-", " ").replace("_", " ").split())


def _twice(names: list[str], layout: Layout) -> list[HeaderFault]:
    return [
        HeaderFault(name, UNCATEGORISED, f"The column {name} appears more than once.")
        for name in layout.columns
        if names.count(name) > 1
    ]


def _missing(names: list[str], places: Mapping[str, int], layout: Layout, others: Sequence[str]) -> list[HeaderFault]:
    hint = "" if places else f" The first line must be: {','.join(layout.columns)}"
    near = "".join(f" There is {name}: {_MEANT[name]}" for name in names if name in _MEANT)
    faults = [
        HeaderFault(name, code, f"The column {name} is missing.{_about(name, near)}{hint}")
        for name, code in MISSING.items()
        if name not in places
    ]
    if not _has_values(places, layout):
        faults.append(HeaderFault(layout.value, NO_ENERGY, f"{_no_values(names, layout, others)}{near}{hint}"))
    return faults


def _no_values(names: list[str], layout: Layout, others: Sequence[str]) -> str:
    """That there are no values; others: the value columns of other data types."""
    if layout.value == NET:
        other = next((other for other in others if other in names), "")
        like = f" The column {other} belongs to another type of data." if other else ""
        return f"The energy columns must be {NET}, or {GENERATED} and {CONSUMED}, or all three.{like}"
    is_load = {NET, GENERATED, CONSUMED} & set(names)
    like = " The file has load data columns. Upload it as load." if is_load else ""
    return f"The column {layout.value} is missing.{like}"


def _about(name: str, near: str) -> str:
    return near if name != METER and "UTC" in near else ""


def _has_values(places: Mapping[str, int], layout: Layout) -> bool:
    if layout.value != NET:
        return layout.value in places
    has_parts = GENERATED in places and CONSUMED in places
    has_one_part = GENERATED in places or CONSUMED in places
    return has_parts or (NET in places and not has_one_part)


def fields_of(lines: pl.Series, header: Header) -> pl.DataFrame:
    """One text column for each of the layout's columns that is there, null where the line ends before it; and how many
    values the line has: `is_short`, `is_long`."""
    split = _unquoted(lines, header.separator).str.split_exact(header.separator, header.width).struct.unnest()
    columns = {name: split[f"field_{place}"].str.strip_chars() for name, place in header.places.items()}
    last, beyond = split[f"field_{header.width - 1}"], split[f"field_{header.width}"]
    return pl.DataFrame({**columns, "is_short": last.is_null(), "is_long": beyond.fill_null("") != ""})


def _unquoted(lines: pl.Series, separator: str) -> pl.Series:
    """The lines without quotation marks. A separator inside of them becomes one that looks like it, and stays."""
    has_quotes = lines.str.contains('"', literal=True)
    if not has_quotes.any():
        return lines
    bare = lines.str.replace_all(f'"([^"{separator}]*)"', "$1")
    is_odd = bare.str.contains('"', literal=True)
    if is_odd.any():
        odd = pl.Series([_parsed(line, separator) for line in lines.filter(is_odd)], dtype=pl.String)
        bare = bare.scatter(is_odd.arg_true(), odd)
    return bare


def _parsed(line: str, separator: str) -> str:
    try:
        values = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return line.replace('"', "")
    alike = {",": "\N{SINGLE LOW-9 QUOTATION MARK}"}.get(separator, " ")
    return separator.join(value.replace(separator, alike) for value in values)
