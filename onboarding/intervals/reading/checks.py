"""Every rule about a line, for all lines of a block at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .faults import Faults
from .header import Header, fields_of
from .layouts import (
    CONFLICTING,
    CONSUMED,
    EARLIEST_YEAR,
    END,
    ENERGY_TOLERANCE,
    FINAL,
    GENERATED,
    LINE_TOO_SHORT,
    MARKETS,
    METER,
    METER_UNKNOWN,
    MINUTES,
    MOST_ENERGY,
    NET,
    NO,
    NO_ENERGY,
    NOT_15_MINUTES,
    NOT_CORRECT,
    NOT_PARSABLE,
    REGION,
    START,
    STATES,
    UNCATEGORISED,
    YES,
)
from .meters import NOT_AN_ID, UNKNOWN, Meters
from .rows import ROW
from .times import times_of

_SHOWN: Final = 60  # characters of a value in a message
_EARLIEST: Final = int((np.datetime64(f"{EARLIEST_YEAR}-01-01", "m") - np.datetime64(0, "m")).astype(int))
_DECIMAL_COMMA: Final = r"^[+-]?\d+[,\x{201A}]\d+$"
_THOUSANDS: Final = r"^[+-]?\d{1,3}([,\x{201A}]\d{3})+(\.\d+)?$"
_DAY_FIRST: Final = r"^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"


class BlockCheck:
    """One block of lines: `faulty` gathers which of them have an error."""

    def __init__(self, lines: pl.Series, numbers: pl.Series, header: Header, faults: Faults) -> None:
        self.header = header
        self.numbers = numbers
        self.lines = lines
        self.faults = faults
        self.frame = fields_of(lines, header)
        self.faulty = pl.repeat(False, len(lines), dtype=pl.Boolean, eager=True)

    def text(self, column: str) -> pl.Series:
        """The texts of a column, "" where there is none."""
        if column not in self.frame.columns:
            return pl.repeat("", self.frame.height, dtype=pl.String, eager=True)
        return self.frame[column].fill_null("")

    def refuse(self, mask: pl.Series, column: str, code: str, message: str | pl.Series) -> None:
        """Lines of the mask have this error. message: {} is filled with the column's text, shortened."""
        if not mask.any():
            return
        if isinstance(message, str):
            value = self.text(column).filter(mask).str.slice(0, _SHOWN) if column else None
            messages = pl.select(pl.format(message, value)).to_series() if "{}" in message else message
        else:
            messages = message.filter(mask)
        lines = self.numbers.filter(mask)
        if isinstance(messages, str):
            messages = pl.repeat(messages, len(lines), dtype=pl.String, eager=True)
        self.faults.add(lines, column, code, messages)
        self.faulty |= mask


def check_lines(
    lines: pl.Series, first: int, header: Header, *, meters: Meters, now: int, faults: Faults, is_cut: bool = False
) -> NDArray[np.void]:
    """The good rows (ROW) of some lines, of which the first has this number. now: minutes since 1970.

    is_cut: the last line is the file's last and has no line end, so that a short one was cut off.
    """
    numbers = pl.int_range(first, first + len(lines), dtype=pl.Int64, eager=True)
    is_blank = lines.str.strip_chars(" \t,;|") == ""
    if is_blank.any():
        lines, numbers = lines.filter(~is_blank), numbers.filter(~is_blank)
    if not len(lines):
        return np.empty(0, ROW)
    block = BlockCheck(lines, numbers, header, faults)
    _check_widths(block, is_cut=is_cut and not is_blank[-1])
    sound = ~block.faulty
    meter = _check_meters(block, sound, meters)
    start = _check_times(block, sound, now)
    energy = _check_energy(block, sound)
    final = _check_final(block, sound)
    _check_region(block, sound)
    faults.add_bad_lines(block.numbers.filter(block.faulty).to_numpy())
    good = (~block.faulty).to_numpy()
    rows = np.empty(int(good.sum()), ROW)
    rows["line"] = block.numbers.to_numpy()[good]
    rows["meter"], rows["start"] = meter.to_numpy()[good], start.fill_null(0).to_numpy()[good]
    rows["final"] = final.to_numpy()[good]
    for name, values in zip(("net", "generated", "consumed"), energy, strict=True):
        rows[name] = values.fill_null(float("nan")).to_numpy()[good]
    return rows


def _check_widths(block: BlockCheck, *, is_cut: bool) -> None:
    short, long = block.frame["is_short"], block.frame["is_long"]
    wanted = block.header.width
    if is_cut and short[-1]:
        last = pl.Series([False] * (len(short) - 1) + [True])
        block.refuse(last, "", LINE_TOO_SHORT, "The file ends in the middle of this line.")
        short = short & ~last
    block.refuse(short, "", LINE_TOO_SHORT, f"The line is too short: the first line has {wanted} columns.")
    block.refuse(
        long,
        "",
        UNCATEGORISED,
        f"The line has more values than the {wanted} columns of the first line. "
        "A decimal comma may have split a number. Use a decimal point: 1.25.",
    )


def _check_meters(block: BlockCheck, sound: pl.Series, meters: Meters) -> pl.Series:
    numbers = meters.numbers(block.text(METER))
    block.refuse(sound & (numbers == NOT_AN_ID), METER, NOT_PARSABLE[METER], '"{}" is not a valid UUID.')
    block.refuse(sound & (numbers == UNKNOWN), METER, METER_UNKNOWN, 'None of your meters has the ID "{}".')
    return numbers


def _check_times(block: BlockCheck, sound: pl.Series, now: int) -> pl.Series:
    """The starts, in minutes; those that are wrong are in `faulty`."""
    start, start_is_right = _check_time(block, sound, START, now)
    end, end_is_right = _check_time(block, sound, END, now)
    is_wrong = sound & start_is_right & end_is_right & ((end - start) != MINUTES)
    if is_wrong.any():
        minutes = end - start
        told = pl.format(f"The interval is {{}} minutes long; it must be {MINUTES}.", minutes)
        length = pl.select(
            pl.when(minutes < 0).then(pl.lit("The interval ends before it begins.")).otherwise(told)
        ).to_series()
        block.refuse(is_wrong.fill_null(False), "", NOT_15_MINUTES, length)
    return start


def _check_time(block: BlockCheck, sound: pl.Series, column: str, now: int) -> tuple[pl.Series, pl.Series]:
    """The minutes of a column, and where they are right."""
    texts = block.text(column)
    times = times_of(texts)
    minutes, is_whole = times["minutes"], times["is_whole"].fill_null(False)
    unreadable = sound & minutes.is_null()
    if unreadable.any():
        block.refuse(unreadable & (texts == ""), column, NOT_PARSABLE[column], "The time is missing.")
        is_local = texts.str.contains(_DAY_FIRST)
        block.refuse(
            unreadable & is_local,
            column,
            NOT_PARSABLE[column],
            '"{}" could mean two different times. Enter it as 2026-01-31T00:15:00Z.',
        )
        block.refuse(
            unreadable & (texts != "") & ~is_local,
            column,
            NOT_PARSABLE[column],
            '"{}" is not a time. Enter it as 2026-01-31T00:15:00Z.',
        )
    is_aligned = is_whole & (minutes % MINUTES == 0).fill_null(False)
    is_future, is_past = (minutes > now).fill_null(False), (minutes < _EARLIEST).fill_null(False)
    code = NOT_CORRECT[column]
    block.refuse(
        sound & minutes.is_not_null() & ~is_aligned,
        column,
        code,
        '"{}" is not on a quarter-hour: :00, :15, :30 or :45, without seconds.',
    )
    block.refuse(sound & is_aligned & is_future, column, code, '"{}" is in the future.')
    block.refuse(
        sound & is_aligned & is_past, column, code, f'"{{}}" is before {EARLIEST_YEAR}. Check that the clock is set.'
    )
    return minutes, is_aligned & ~is_future & ~is_past


def _check_limits(block: BlockCheck, sound: pl.Series, value: pl.Series) -> None:
    """Refuse what the layout's value cannot be."""
    layout = block.header.layout
    least, most = layout.limits
    if least is not None:
        is_less = sound & (value < least).fill_null(False)
        block.refuse(is_less, layout.value, UNCATEGORISED, f'"{{}}" is less than {least:g}.')
    if most is not None:
        is_more = sound & (value > most).fill_null(False)
        block.refuse(is_more, layout.value, UNCATEGORISED, f'"{{}}" is more than {most:g}.')


def _check_energy(block: BlockCheck, sound: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Net, generated and consumed, null where not given."""
    layout = block.header.layout
    if layout.value != NET:
        value, is_readable = _check_number(block, sound, layout.value, UNCATEGORISED)
        block.refuse(sound & is_readable & value.is_null(), layout.value, NO_ENERGY, "The value is missing.")
        _check_limits(block, sound, value)
        none = pl.repeat(None, len(value), dtype=pl.Float64, eager=True)
        return value, none, none
    net, net_ok = _check_number(block, sound, NET, NOT_PARSABLE[NET])
    generated, generated_ok = _check_number(block, sound, GENERATED, NOT_PARSABLE[GENERATED])
    consumed, consumed_ok = _check_number(block, sound, CONSUMED, NOT_PARSABLE[CONSUMED])
    for column, values in ((GENERATED, generated), (CONSUMED, consumed)):
        block.refuse(
            sound & (values < 0).fill_null(False),
            column,
            NOT_CORRECT[column],
            '"{}" is negative. What is generated and what is consumed have no sign; only net has.',
        )
    legible = sound & net_ok & generated_ok & consumed_ok
    _check_set(block, legible, net, generated, consumed)
    return net, generated, consumed


def _check_number(block: BlockCheck, sound: pl.Series, column: str, code: str) -> tuple[pl.Series, pl.Series]:
    """The numbers of a column, null where it is empty or wrong; and where it is not wrong."""
    texts = block.text(column)
    values = texts.cast(pl.Float64, strict=False)
    is_empty = texts == ""
    is_wrong = ~is_empty & (values.is_null() | ~values.is_finite().fill_null(False))
    is_huge = ~is_wrong & (values.abs() > MOST_ENERGY).fill_null(False)
    block.refuse(sound & is_huge, column, code, '"{}" is too much for a quarter-hour.')
    refused = sound & is_wrong
    if refused.any():
        has_thousands = texts.str.contains(_THOUSANDS)
        has_comma = texts.str.contains(_DECIMAL_COMMA) & ~has_thousands
        block.refuse(refused & has_comma, column, code, '"{}" has a decimal comma. Use a decimal point: 1.25.')
        block.refuse(refused & has_thousands, column, code, '"{}" contains a comma. Enter 1234.5 or 1.25.')
        block.refuse(refused & ~has_comma & ~has_thousands, column, code, '"{}" is not a number.')
    return values.set(is_wrong | is_huge, None), ~is_wrong & ~is_huge


def _check_set(
    block: BlockCheck, legible: pl.Series, net: pl.Series, generated: pl.Series, consumed: pl.Series
) -> None:
    has_net, has_generated, has_consumed = net.is_not_null(), generated.is_not_null(), consumed.is_not_null()
    has_set = (has_generated & has_consumed) | (has_net & ~has_generated & ~has_consumed)
    block.refuse(
        legible & ~has_set,
        NET,
        NO_ENERGY,
        f"The set of values is incomplete. Provide {NET}, or {GENERATED} and {CONSUMED}, or all three.",
    )
    has_all = legible & has_net & has_generated & has_consumed
    conflicts = has_all & ((consumed - generated - net).abs() > ENERGY_TOLERANCE).fill_null(False)
    if not conflicts.any():
        return
    is_reversed = conflicts & ((generated - consumed - net).abs() <= ENERGY_TOLERANCE).fill_null(False)
    block.refuse(
        is_reversed,
        NET,
        CONFLICTING,
        f"The sign of {NET} is the wrong way round: it is what was consumed minus what was generated.",
    )
    block.refuse(
        conflicts & ~is_reversed,
        NET,
        CONFLICTING,
        f"The values conflict: {NET} must be {CONSUMED} minus {GENERATED}.",
    )


def _check_final(block: BlockCheck, sound: pl.Series) -> pl.Series:
    """1, 0, or -1 where it is not said."""
    texts = block.text(FINAL).str.to_lowercase()
    yes, no = _is_in(texts, YES), _is_in(texts, NO)
    block.refuse(sound & ~yes & ~no & (texts != ""), FINAL, NOT_PARSABLE[FINAL], '"{}" is not true or false.')
    return pl.select(pl.when(yes).then(1).when(no).then(0).otherwise(-1).cast(pl.Int8)).to_series()


def _check_region(block: BlockCheck, sound: pl.Series) -> None:
    texts = block.text(REGION).str.to_uppercase()
    is_wrong = sound & (texts != "") & ~_is_in(texts, (*STATES.split(), *MARKETS.split()))
    if not is_wrong.any():
        return
    is_word = texts.str.contains(r"^[A-Z][A-Z .-]*$")
    block.refuse(is_wrong & ~is_word, REGION, NOT_PARSABLE[REGION], '"{}" is not the name of a region.')
    block.refuse(
        is_wrong & is_word, REGION, NOT_CORRECT[REGION], '"{}" is not a state. Enter its two letters, such as CA.'
    )


def _is_in(texts: pl.Series, choices: Sequence[str]) -> pl.Series:
    return texts.is_in(list(choices))
