"""Each rule about a line: the published code, its line, its column, and a message that says what to do."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.intervals.reading.checks import check_lines
from onboarding.intervals.reading.faults import Faults
from onboarding.intervals.reading.header import read_header
from onboarding.intervals.reading.layouts import layouts_of
from onboarding.intervals.reading.meters import Meters
from onboarding.intervals.store.times import minutes_of
from tests.onboarding.intervals.files import HEADER

LAYOUTS = layouts_of({"RUNTIME_DATA": ("runtime_minutes", 0, 15), "PERFORMANCE_DATA": ("performance_kwh", None, None)})
METER = UUID("0199d8c0-0000-7000-8000-000000000001")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOOD = {
    "meter": str(METER),
    "start": "2026-03-02T00:00:00Z",
    "end": "2026-03-02T00:15:00Z",
    "net": "1",
    "consumed": "",
    "generated": "",
    "final": "",
    "region": "",
}
M, S, E, N, C, G = (
    "meter_id",
    "interval_start_time_utc",
    "interval_end_time_utc",
    "energy_net_kwh",
    "energy_consumed_kwh",
    "energy_generated_kwh",
)


@pytest.fixture(scope="module")
def meters(tmp_path_factory):
    path = tmp_path_factory.mktemp("meters") / "meters.txt"
    path.write_text(METER.hex)
    return path


def check(meters, *lines, header=HEADER, data_type="LOAD_DATA", is_cut=False):
    faults = Faults()
    head = read_header(header, data_type, LAYOUTS)
    assert head.faults == ()
    rows = check_lines(
        pl.Series(lines), 2, head, meters=Meters(meters), now=minutes_of(NOW), faults=faults, is_cut=is_cut
    )
    told = [] if not faults._kept else pl.concat(faults._kept).sort("line", maintain_order=True).rows()
    return rows, told


def written(**changes):
    return ",".join({**GOOD, **changes}.values())


WRONG = [
    ({"meter": "12345678 Test"}, M, "MTR_0002", '"12345678 Test" is not a valid UUID.'),
    ({"meter": ""}, M, "MTR_0002", '"" is not a valid UUID.'),
    ({"meter": "ba82dd27-8b52-479c-8b19-0a717d88c87z"}, M, "MTR_0002", "is not a valid UUID."),
    ({"meter": "ba82dd27-8b52-479c-8b19-0a717d88c87a"}, M, "MTR_0003", "None of your meters"),
    ({"start": "5:00"}, S, "STM_0002", '"5:00" is not a time. Enter it as 2026-01-31T00:15:00Z.'),
    ({"start": ""}, S, "STM_0002", "The time is missing."),
    ({"start": "3/2/2026 0:00"}, S, "STM_0002", "could mean two different times"),
    ({"start": "2026-02-30T00:00:00Z"}, S, "STM_0002", "is not a time"),
    ({"start": "2026-03-02T24:00:00Z"}, S, "STM_0002", "is not a time"),
    ({"start": "2026-03-02T00:00:00+0A:00"}, S, "STM_0002", "is not a time"),
    ({"start": "1772409600"}, S, "STM_0002", "is not a time"),
    ({"start": "2026-03-02T00:01:00Z"}, S, "STM_0003", "is not on a quarter-hour"),
    ({"start": "2026-03-02T00:00:01Z"}, S, "STM_0003", "is not on a quarter-hour"),
    ({"start": "2026-03-02T00:00:00.5Z"}, S, "STM_0003", "is not on a quarter-hour"),
    ({"start": "2026-03-02T12:15:00Z"}, S, "STM_0003", "is in the future"),
    ({"start": "1970-01-01T00:00:00Z"}, S, "STM_0003", "is before 2010"),
    ({"end": "6:00"}, E, "ETM_0002", "is not a time"),
    ({"end": "2026-03-02T00:14:59Z"}, E, "ETM_0003", "is not on a quarter-hour"),
    ({"start": "2026-03-02T12:00:00Z", "end": "2026-03-02T12:15:00Z"}, E, "ETM_0003", "is in the future"),
    ({"end": "2026-03-02T00:30:00Z"}, "", "DTR_0003", "The interval is 30 minutes long; it must be 15."),
    ({"end": "2026-03-02T00:00:00Z"}, "", "DTR_0003", "The interval is 0 minutes long; it must be 15."),
    ({"net": "abc"}, N, "NET_0002", '"abc" is not a number.'),
    ({"net": "nan"}, N, "NET_0002", "is not a number"),
    ({"net": "inf"}, N, "NET_0002", "is not a number"),
    ({"net": "1e999"}, N, "NET_0002", "is not a number"),
    ({"net": '"1,25"'}, N, "NET_0002", "has a decimal comma"),
    ({"net": '"1,250.5"'}, N, "NET_0002", "contains a comma"),
    ({"net": '"1,250"'}, N, "NET_0002", "contains a comma"),
    ({"net": "1 kWh"}, N, "NET_0002", "is not a number"),
    ({"net": "1e300"}, N, "NET_0002", "is too much for a quarter-hour"),
    ({"net": "-1000000.1"}, N, "NET_0002", "is too much for a quarter-hour"),
    ({"net": "", "consumed": "1000001", "generated": "1"}, C, "CON_0002", "is too much for a quarter-hour"),
    ({"start": "2026-03-02T00:15:00Z", "end": "2026-03-02T00:00:00Z"}, "", "DTR_0003", "ends before it begins"),
    ({"net": "", "consumed": "x", "generated": "1"}, C, "CON_0002", "is not a number"),
    ({"net": "", "consumed": "1", "generated": "x"}, G, "GEN_0002", "is not a number"),
    ({"net": "", "consumed": "-1", "generated": "0"}, C, "CON_0003", "is negative"),
    ({"net": "", "consumed": "0", "generated": "-0.001"}, G, "GEN_0003", "is negative"),
    ({"net": ""}, N, "NRG_0001", "set of values is incomplete"),
    ({"net": "", "consumed": "1"}, N, "NRG_0001", "set of values is incomplete"),
    ({"net": "", "generated": "1"}, N, "NRG_0001", "set of values is incomplete"),
    ({"consumed": "1"}, N, "NRG_0001", "set of values is incomplete"),
    ({"net": "1", "consumed": "3", "generated": "1"}, N, "NRG_0003", "must be energy_consumed_kwh minus"),
    ({"net": "-2", "consumed": "3", "generated": "1"}, N, "NRG_0003", "The sign of energy_net_kwh"),
    ({"net": "2.0021", "consumed": "3", "generated": "1"}, N, "NRG_0003", "conflict"),
    ({"final": "100"}, "final", "FNL_0002", '"100" is not true or false.'),
    ({"region": "California"}, "region", "REG_0003", "is not a state"),
    ({"region": "ZZ"}, "region", "REG_0003", "is not a state"),
    ({"region": "94105"}, "region", "REG_0002", "is not the name of a region"),
]


@pytest.mark.parametrize(("changes", "column", "code", "message"), WRONG, ids=lambda one: str(one)[:40])
def test_what_is_wrong_is_told_once_with_its_line_and_column(meters, changes, column, code, message):
    rows, told = check(meters, written(), written(**changes), written(start=GOOD["start"]))
    assert [(line, where, what) for line, where, what, _ in told] == [(3, column, code)]
    assert message in told[0][3]
    assert rows["line"].tolist() == [2, 4]


RIGHT = [
    {"net": "-1.5"},
    {"net": "1e-05"},
    {"net": "+.5"},
    {"net": " 2 "},
    {"net": "0"},
    {"net": "-1000000"},
    {"net": "", "consumed": "3", "generated": "1"},
    {"net": "2.0019", "consumed": "3", "generated": "1"},
    {"net": "2", "consumed": "3", "generated": "1"},
    {"final": "TRUE"},
    {"final": "0"},
    {"final": "n"},
    {"region": "ca"},
    {"region": "CAISO"},
    {"meter": METER.hex.upper()},
    {"start": "2026-03-02 00:00"},
    {"start": "2026-03-02T00:00:00.000+00:00"},
    {"start": "2026-03-01T16:00:00-08:00"},
    {"start": "2026-03-02 05:30:00+0530"},
    {"start": "2026-03-02T11:45:00Z", "end": "2026-03-02T12:00:00Z"},
    {"start": "2010-01-01T00:00:00Z", "end": "2010-01-01T00:15:00Z"},
]


@pytest.mark.parametrize("changes", RIGHT, ids=str)
def test_what_is_right_is_taken(meters, changes):
    rows, told = check(meters, written(**changes))
    assert told == []
    assert len(rows) == 1


def test_several_errors_of_a_line_are_all_told(meters):
    nonsense = "12345678 Test,5:00,6:00,100,200,300,100,CAISO"  # the published example
    _, told = check(meters, nonsense)
    assert {(where, code) for _, where, code, _ in told} == {
        (M, "MTR_0002"),
        (S, "STM_0002"),
        (E, "ETM_0002"),
        (N, "NRG_0003"),
        ("final", "FNL_0002"),
    }


def test_short_and_long_lines(meters):
    short, long = ",".join(written().split(",")[:4]), written() + ",more"
    rows, told = check(meters, written(), short, long, written() + ",,", "", " , ,")
    assert [(line, code) for line, _, code, _ in told] == [(3, "LIN_0001"), (4, "UNCATEGORISED")]
    assert "decimal comma" in told[1][3]
    assert rows["line"].tolist() == [2, 5]


@pytest.mark.parametrize("is_cut", [True, False])
def test_only_a_cut_file_says_that_it_is_cut(meters, is_cut):
    _, told = check(meters, written()[:60], written()[:60], is_cut=is_cut)
    ends = [message for *_, message in told]
    assert ends[0].startswith("The line is too short")
    assert ends[1].startswith("The file ends in the middle") == is_cut


def test_values_in_messages_are_shortened(meters):
    _, told = check(meters, written(net="x" * 5000))
    assert len(told[0][3]) < 100


@pytest.mark.parametrize(
    ("header", "faults"),
    [
        (HEADER.replace("meter_id", "meter"), [(M, "MTR_0001")]),
        (HEADER.replace("interval_start_time_utc", "interval_start_time"), [(S, "STM_0001")]),
        (HEADER.replace("interval_end_time_utc", "until"), [(E, "ETM_0001")]),
        ("meter_id,interval_start_time_utc,interval_end_time_utc", [(N, "NRG_0001")]),
        ("meter_id,interval_start_time_utc,interval_end_time_utc,energy_consumed_kwh", [(N, "NRG_0001")]),
        (
            "meter_id,interval_start_time_utc,interval_end_time_utc,energy_net_kwh,energy_consumed_kwh",
            [(N, "NRG_0001")],
        ),
        ("meter_id,interval_start_time_utc,interval_end_time_utc,energy_net_kw", [(N, "NRG_0001")]),
        (HEADER + ",meter_id", [(M, "UNCATEGORISED")]),
        (written(), [(M, "MTR_0001"), (S, "STM_0001"), (E, "ETM_0001"), (N, "NRG_0001")]),
    ],
)
def test_missing_columns_have_their_codes(header, faults):
    assert [(fault.column, fault.code) for fault in read_header(header, "LOAD_DATA", LAYOUTS).faults] == faults


def test_columns_of_another_unit_are_said_as_such():
    base = "meter_id,interval_start_time_utc,interval_end_time_utc,"
    (fault,) = read_header(base + "energy_net_kw", "LOAD_DATA", LAYOUTS).faults
    assert "power in kW" in fault.message
    (fault,) = read_header(base + "energy_net_wh", "LOAD_DATA", LAYOUTS).faults
    assert "divided by 1,000" in fault.message


def test_a_file_of_another_type_says_so():
    (fault,) = read_header(HEADER, "RUNTIME_DATA", LAYOUTS).faults
    assert fault.message == "The column runtime_minutes is missing. The file has load data columns. Upload it as load."
    base = "meter_id,interval_start_time_utc,interval_end_time_utc,"
    (fault,) = read_header(base + "runtime_minutes", "LOAD_DATA", LAYOUTS).faults
    assert "runtime_minutes belongs to another type of data" in fault.message


@pytest.mark.parametrize("data_type", list(LAYOUTS))
def test_every_layout_takes_its_own_columns_in_any_order_and_writing(data_type):
    names = [name.upper().replace("_", " ") for name in reversed(LAYOUTS[data_type].columns)]
    header = read_header(";".join(names), data_type, LAYOUTS)
    assert (header.faults, header.unknown, header.separator) == ((), (), ";")


texts = st.text(alphabet=st.sampled_from("0123456789.,-+eE \"'x;\té\u066b"), max_size=12)


@given(net=texts, final=texts, region=texts)
def test_no_text_breaks_the_checks(meters, net, final, region):
    line = ",".join([GOOD["meter"], GOOD["start"], GOOD["end"], net, "", "", final, region])
    rows, told = check(meters, written(), line, written())
    assert {2, 4} <= set(rows["line"].tolist())
    assert len(rows) == 3 or told


@given(
    slots=st.lists(st.integers(-5, 60), min_size=1, max_size=20),
    values=st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=20, max_size=20),
)
def test_good_rows_come_back_as_they_were_written(meters, slots, values):
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    lines, wanted = [], []
    for number, (slot, value) in enumerate(zip(slots, values, strict=False), 2):
        start = begin + timedelta(minutes=15 * slot)
        end = start + timedelta(minutes=15)
        lines.append(written(start=start.isoformat(), end=end.isoformat(), net=repr(value)))
        if end <= NOW:
            wanted.append((number, minutes_of(start), value))
    rows, _ = check(meters, *lines)
    assert list(zip(rows["line"].tolist(), rows["start"].tolist(), rows["net"].tolist(), strict=True)) == wanted
    assert np.isnan(rows["generated"]).all()
