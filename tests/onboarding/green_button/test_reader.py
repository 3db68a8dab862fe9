"""The reader: sums, units, gaps, repeats, links and shapes, each in a small feed of its own."""

import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.green_button import problems
from onboarding.green_button.limits import FeedLimits
from onboarding.green_button.reader import iter_intervals, read_feed
from onboarding.green_button.records import Gap, IntervalReading
from tests.onboarding.green_button.feeds import (
    BASE,
    POINT,
    READING,
    START,
    TYPE,
    block,
    codes,
    entry,
    feed,
    interval,
    meter_reading,
    read,
    read_one,
    reading_type,
    resource,
    rows,
    usage_point,
)

ODD = f"{BASE}/UsagePoint"
KIND = "<ServiceCategory><kind>{}</kind></ServiceCategory>"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_reading_is_summed_with_its_times() -> None:
    result, reading = read_one(rows((START, 900, 250), (START + 900, 900, 750)))

    assert (reading.total, reading.unit, reading.count) == (Decimal(1), "kWh", 2)
    assert (reading.first_at, reading.last_end_at) == (at(START), at(START + 1800))
    assert (reading.interval_seconds, reading.gaps, reading.direction) == (900, (), "delivered")
    assert result.usage_points[0].kind == "electricity"
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("uom", "power", "value", "total", "unit"),
    [
        (72, 0, 1500, "1.5", "kWh"),
        (72, 3, 2, "2", "kWh"),
        (72, -3, 5_000_000, "5", "kWh"),
        (31, 6, 36, "10", "kWh"),
        (38, 0, 4000, "1", "kWh"),
        (38, 3, 4, "1", "kWh"),
        (42, -2, 150, "1.5", "m3"),
        (119, 2, 3, "300", "ft3"),
        (169, -3, 37000, "37", "therm"),
        (132, 0, 7, "7", "BTU"),
        (71, 0, 1500, "1500", "VAh"),
    ],
)
def test_units_and_powers_of_ten_are_applied(uom: int, power: int, value: int, total: str, unit: str) -> None:
    _, reading = read_one(rows((START, 900, value)), uom=uom, powerOfTenMultiplier=power)

    assert (reading.total, reading.unit, reading.raw_total) == (Decimal(total), unit, Decimal(value))


@pytest.mark.parametrize("seconds", [300, 900, 1800, 3600, 86_400])
def test_intervals_of_every_length_are_read(seconds: int) -> None:
    lines = [(START + number * seconds, seconds, 10) for number in range(5)]
    result, reading = read_one(rows(*lines), intervalLength=seconds)

    assert (reading.interval_seconds, reading.count, reading.total) == (seconds, 5, Decimal("0.05"))
    assert reading.last_end_at == at(START + 5 * seconds)
    assert result.warnings == ()


def test_power_is_said_to_be_turned_into_energy() -> None:
    result, reading = read_one(rows((START, 900, 4000), (START + 900, 1800, 2000)), uom=38)

    assert reading.total == Decimal(2)
    assert codes(result) == [problems.LENGTH_DIFFERS, problems.MIXED_LENGTHS, problems.POWER_AS_ENERGY][1:]


def test_highest_power_is_no_energy() -> None:
    result, reading = read_one(rows((START, 900, 4000)), uom=38, dataQualifier=8)

    assert reading.unit == "kW"
    assert codes(result) == [problems.DEMAND_NOT_ENERGY]


def test_values_may_be_decimals() -> None:
    _, reading = read_one(rows((START, 900, "250.25"), (START + 900, 900, "1e3")))

    assert reading.total == Decimal("1.25025")


def test_directions_are_kept_apart() -> None:
    other = f"{POINT}/MeterReading/2"
    result = read(
        feed(
            usage_point(),
            meter_reading(),
            meter_reading(other, f"{BASE}/ReadingType/2"),
            reading_type(),
            reading_type(f"{BASE}/ReadingType/2", flowDirection=19),
            rows((START, 900, 3000)),
            rows((START, 900, 500), href=f"{other}/IntervalBlock/1"),
        )
    )

    assert [(each.direction, each.total) for each in result.usage_points[0].readings] == [
        ("delivered", Decimal(3)),
        ("received", Decimal("0.5")),
    ]


@pytest.mark.parametrize(("raw", "direction"), [("1", "delivered"), ("19", "received"), ("4", "net"), ("3", "unknown")])
def test_flow_direction_is_told(raw: str, direction: str) -> None:
    result, reading = read_one(rows((START, 900, 1)), flowDirection=raw)

    assert (reading.direction, reading.flow_direction, codes(result)) == (direction, raw, [])


def test_unknown_codes_are_kept_raw_with_a_warning() -> None:
    quality = "<ReadingQuality><quality>99</quality></ReadingQuality>"
    lines = [interval(START, 900, 10, quality), interval(START + 900, 900, 10, quality)]
    result, reading = read_one(block(*lines), uom=250, flowDirection=77)

    assert (reading.unit, reading.uom, reading.total) == ("unknown", "250", Decimal(20))
    assert (reading.flow_direction, reading.qualities) == ("77", ("99",))
    assert [(each.code, each.count) for each in result.warnings] == [
        (problems.FLOW_DIRECTION_UNKNOWN, 1),
        (problems.QUALITY_UNKNOWN, 2),
        (problems.UNIT_UNKNOWN, 1),
    ]


def test_empty_elements_count_as_absent() -> None:
    result, reading = read_one(
        rows((START, 900, 10)), flowDirection="", powerOfTenMultiplier="", intervalLength="", kind=""
    )

    assert (reading.total, reading.direction, codes(result)) == (Decimal("0.01"), "unknown", [])


def test_impossible_power_of_ten_is_left_out_with_a_warning() -> None:
    result, reading = read_one(rows((START, 900, 1000)), powerOfTenMultiplier=999_999_999)

    assert (reading.total, codes(result)) == (Decimal(1), [problems.MULTIPLIER_UNKNOWN])


def test_milliseconds_are_told_by_size() -> None:
    line = (START * 1000, 900_000, 1000)
    result, reading = read_one(rows(line))

    assert (reading.first_at, reading.interval_seconds, reading.total) == (at(START), 900, Decimal(1))
    assert codes(result) == [problems.MILLISECONDS]


@pytest.mark.parametrize("seconds", [900, 3600, 86_400, 2_592_000])
def test_milliseconds_may_have_durations_in_seconds(seconds: int) -> None:
    _, reading = read_one(rows((START * 1000, seconds, 1000)), intervalLength=seconds)

    assert reading.interval_seconds == seconds


def test_gaps_are_merged_and_the_first_are_listed() -> None:
    lines = [(START + number * 900, 900, 1) for number in (0, 1, 5, 6, 10)]
    _, reading = read_one(rows(*lines))

    assert reading.gaps == (Gap(at(START + 1800), at(START + 4500)), Gap(at(START + 6300), at(START + 9000)))
    assert (reading.gap_count, reading.missing_seconds) == (2, 5400)


def test_only_so_many_gaps_are_listed() -> None:
    lines = [(START + number * 1800, 900, 1) for number in range(50)]
    data = feed(usage_point(), meter_reading(), reading_type(), rows(*lines))
    (reading,) = read(data, FeedLimits(max_listed_gaps=3)).usage_points[0].readings

    assert (len(reading.gaps), reading.gap_count) == (3, 49)


def test_repeated_interval_counts_once() -> None:
    result, reading = read_one(rows((START, 900, 1000)), rows((START, 900, 1000), href=f"{READING}/IntervalBlock/2"))

    assert (reading.total, reading.count) == (Decimal(1), 1)
    assert codes(result) == [problems.INTERVAL_REPEATED]


@pytest.mark.parametrize("newest_first", [True, False])
def test_interval_published_last_wins(newest_first: bool) -> None:
    old = rows((START, 900, 1000), updated="2024-01-01T00:00:00Z")
    new = rows((START, 900, 3000), updated="2024-01-02T00:00:00Z", href=f"{READING}/IntervalBlock/2")
    result, reading = read_one(*((new, old) if newest_first else (old, new)))

    assert (reading.total, reading.count) == (Decimal(3), 1)
    assert codes(result) == [problems.INTERVAL_REVISED]


def test_tiers_of_one_interval_are_added() -> None:
    lines = [interval(START, 900, 1000, f"<consumptionTier>{tier}</consumptionTier>") for tier in (1, 2)]
    result, reading = read_one(block(*lines))

    assert (reading.total, codes(result)) == (Decimal(2), [])


def test_overlaps_are_counted_and_said() -> None:
    result, reading = read_one(rows((START, 86_400, 1000), (START + 82_800, 86_400, 1000)), intervalLength=86_400)

    assert (reading.total, reading.gap_count) == (Decimal(2), 0)
    assert codes(result) == [problems.INTERVALS_OVERLAP]


def test_mixed_lengths_are_said() -> None:
    result, _ = read_one(rows((START, 900, 1), (START + 900, 900, 1), (START + 1800, 3600, 1)))

    assert [(each.code, each.text) for each in result.warnings] == [
        (problems.MIXED_LENGTHS, "One meter reading mixes interval lengths: 900 s, 3600 s.")
    ]


@pytest.mark.parametrize("start", [f"{START}.000", "2023-11-14T22:15:00Z", "2023-11-14T14:15:00-08:00"])
def test_other_ways_to_write_a_start_are_read(start: str) -> None:
    _, reading = read_one(rows((start, 900, 1)))

    assert (reading.first_at, reading.interval_seconds) == (at(START), 900)


def test_empty_line_before_the_document_does_no_harm() -> None:
    data = feed(usage_point())

    assert read(b"\r\n" + data) == read(data)


def test_intervals_without_time_or_value_are_left_out() -> None:
    lines = [
        interval("", 900, 5),
        interval("soon", 900, 5),
        interval(START, 900, ""),
        interval(START, 900, "NaN"),
        interval(START, 900, "1_0"),
        interval(START, 900, 1000),
    ]
    result, reading = read_one(block(*lines))

    assert (reading.total, reading.count) == (Decimal(1), 1)
    assert [(each.code, each.count) for each in result.warnings] == [
        (problems.INTERVAL_WITHOUT_TIME, 2),
        (problems.INTERVAL_WITHOUT_VALUE, 3),
    ]


@pytest.mark.parametrize(("length", "count", "code"), [(900, 3, None), (None, 0, problems.INTERVAL_WITHOUT_TIME)])
def test_intervals_without_time_follow_one_another(length: int | None, count: int, code: str | None) -> None:
    values = "".join(f"<IntervalReading><value>{value}</value></IntervalReading>" for value in (1000, 2000, 4000))
    period = f"<interval><duration>2700</duration><start>{START}</start></interval>"
    content = resource("IntervalBlock", f"{period}{values}")
    data = feed(
        usage_point(),
        meter_reading(),
        reading_type(intervalLength=length),
        entry(content, self_href=f"{READING}/IntervalBlock/1"),
    )

    assert [(each.start_at, each.value) for each in iter_intervals(io.BytesIO(data))] == [
        (at(START), Decimal(1)),
        (at(START + 900), Decimal(2)),
        (at(START + 1800), Decimal(4)),
    ][:count]
    assert sorted(codes(read(data))) == sorted(filter(None, [code, problems.INTERVALS_IN_SEQUENCE]))


def test_interval_without_length_has_that_of_its_type() -> None:
    result, reading = read_one(rows((START, "", 1000)))

    assert (reading.interval_seconds, reading.last_end_at) == (900, at(START + 900))
    assert codes(result) == [problems.INTERVAL_WITHOUT_LENGTH]


def test_register_of_a_meter_is_last_minus_first() -> None:
    lines = [(START, 900, 100_000), (START + 900, 900, 100_500), (START + 1800, 900, 102_000)]
    data = feed(usage_point(), meter_reading(), reading_type(accumulationBehaviour=3), rows(*lines))
    result = read(data)

    assert result.usage_points[0].readings[0].total == Decimal(2)
    assert codes(result) == [problems.CUMULATIVE_READINGS]
    assert [each.value for each in iter_intervals(io.BytesIO(data))] == [Decimal(0), Decimal("0.5"), Decimal("1.5")]


def test_register_code_on_values_that_fall_is_summed() -> None:
    _, reading = read_one(
        rows((START, 900, 3000), (START + 900, 900, 1000), (START + 1800, 900, 2000)), accumulationBehaviour=3
    )

    assert reading.total == Decimal(6)


# --- intervals


def test_intervals_come_in_order_with_their_meaning() -> None:
    quality = "<ReadingQuality><quality>17</quality></ReadingQuality>"
    data = feed(
        block(interval(START + 900, 900, 500, quality), interval(START, 900, 250)),
        usage_point(id="urn:uuid:AAAAAAAA-0000-1111-2222-333333333333"),
        meter_reading(),
        reading_type(defaultQuality=14),
    )

    assert list(iter_intervals(io.BytesIO(data))) == [
        IntervalReading(
            "aaaaaaaa-0000-1111-2222-333333333333", "1", "delivered", at(START), 900, Decimal("0.25"), "kWh", "14"
        ),
        IntervalReading(
            "aaaaaaaa-0000-1111-2222-333333333333", "1", "delivered", at(START + 900), 900, Decimal("0.5"), "kWh", "17"
        ),
    ]


class OneWay(io.RawIOBase):
    """A file that cannot be rewound, like the body of an answer."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 7) if size > 0 else size)


def test_file_need_not_be_seekable() -> None:
    data = feed(rows((START, 900, 250)), usage_point(), meter_reading(), reading_type())

    assert [each.value for each in iter_intervals(OneWay(data))] == [Decimal("0.25")]


# --- links


@pytest.mark.parametrize(
    ("point", "reading", "block_href"),
    [
        (POINT, READING, f"{READING}/IntervalBlock/1"),
        (f"{POINT}/", f"{READING}/", f"{READING}/IntervalBlock/1/"),
        ("/espi/1_1/resource/Subscription/5/UsagePoint/1", READING, f"{READING}/IntervalBlock/1"),
        ("Subscription/5/UsagePoint/1", READING, "Subscription/5/UsagePoint/1/MeterReading/1/IntervalBlock/1"),
        (POINT.replace("UsagePoint", "usagepoint"), READING.upper(), f"{READING}/IntervalBlock/1"),
        (f"{ODD}/MTIz==", f"{ODD}/MTIz%3D%3D/MeterReading/1", f"{ODD}/MTIz==/MeterReading/1/IntervalBlock/1"),
    ],
)
def test_hrefs_of_every_shape_link(point: str, reading: str, block_href: str) -> None:
    result = read(
        feed(
            usage_point(href=point),
            usage_point(href=f"{BASE}/Subscription/5/UsagePoint/2"),
            entry(resource("MeterReading"), self_href=reading, related=[TYPE]),
            reading_type(),
            entry(resource("IntervalBlock", interval(START, 900, 1000)), self_href=block_href),
        )
    )

    by_point = {each.self_href: [reading.total for reading in each.readings] for each in result.usage_points}
    assert by_point == {point: [Decimal(1)], f"{BASE}/Subscription/5/UsagePoint/2": []}
    assert codes(result) == []


def test_related_links_join_what_paths_do_not() -> None:
    result = read(
        feed(
            entry(resource("IntervalBlock", interval(START, 900, 2000)), self_href="/b/9"),
            entry(resource("IntervalBlock", interval(START, 900, 1000)), self_href="/b/7"),
            entry(resource("MeterReading"), self_href="/m/1", related=["/b/7", "/t/1"]),
            entry(resource("MeterReading"), self_href="/m/2", related=["/b/9", "/t/1"]),
            entry(resource("UsagePoint", KIND.format(0)), self_href="/u/1", related=["/m/1"]),
            entry(resource("UsagePoint", KIND.format(1)), self_href="/u/2", related=["/m/2"]),
            reading_type("/t/1"),
        )
    )

    assert [(point.kind, [each.total for each in point.readings]) for point in result.usage_points] == [
        ("electricity", [Decimal(1)]),
        ("gas", [Decimal(2)]),
    ]
    assert codes(result) == []


def test_links_after_the_content_count() -> None:
    content = resource("IntervalBlock", interval(START, 900, 1000))
    late = f'<entry><content>{content}</content><link rel="self" href="{READING}/IntervalBlock/1"/></entry>'
    _, reading = read_one(late)

    assert reading.total == Decimal(1)


def test_several_blocks_of_one_entry_are_read() -> None:
    content = "".join(resource("IntervalBlock", interval(START + hour * 900, 900, 500)) for hour in range(4))
    _, reading = read_one(entry(content, self_href=f"{READING}/IntervalBlock"))

    assert (reading.total, reading.count) == (Decimal(2), 4)


def test_unlinked_batches_are_kept_apart_with_a_warning() -> None:
    href = f"{BASE}/Subscription/9/UsagePoint/OTk/MeterReading/3/IntervalBlock"
    result = read(feed(*(rows((START + n * 900, 900, 500), href=f"{href}/{n}") for n in range(2)), reading_type()))
    (reading,) = result.unlinked_readings

    assert result.usage_points == ()
    assert (reading.total, reading.unit, reading.count) == (Decimal(1), "kWh", 2)
    assert (reading.id, reading.usage_point_id) == ("3", "OTk")
    assert codes(result) == [problems.READING_TYPE_ASSUMED, problems.UNLINKED_INTERVALS, problems.UNLINKED_READING]


def test_batches_without_a_type_are_kept_in_their_own_numbers() -> None:
    result = read(feed(rows((START, 900, 500))))
    (reading,) = result.unlinked_readings

    assert (reading.total, reading.unit) == (Decimal(500), "unknown")
    assert problems.READING_TYPE_MISSING in codes(result)


def test_intervals_of_another_usage_point_are_not_given_to_the_only_one() -> None:
    stranger = f"{BASE}/RetailCustomer/2/UsagePoint/1/MeterReading/1/IntervalBlock/1"
    result = read(
        feed(
            usage_point(href=f"{BASE}/RetailCustomer/1/UsagePoint/1"),
            reading_type(),
            rows((START, 900, 1), href=stranger),
        )
    )

    assert result.usage_points[0].readings == ()
    assert len(result.unlinked_readings) == 1


def test_what_has_one_place_goes_there_with_a_warning() -> None:
    content = resource("IntervalBlock", interval(START, 900, 1000))
    result = read(
        feed(
            entry(resource("UsagePoint", "<ServiceCategory><kind>0</kind></ServiceCategory>"), id="a"),
            entry(resource("MeterReading"), id="b"),
            entry(resource("ReadingType", "<uom>72</uom>"), id="c"),
            entry(content, id="d"),
        )
    )

    assert [each.total for each in result.usage_points[0].readings] == [Decimal(1)]
    assert codes(result) == [problems.LINK_ASSUMED, problems.LINK_ASSUMED, problems.READING_TYPE_ASSUMED]


# --- shapes


def test_any_prefix_or_none_is_read() -> None:
    data = feed(usage_point(), meter_reading(), reading_type(), rows((START, 900, 1000)))
    prefixed = data.replace(b"<", b"<ns0:").replace(b"<ns0:/", b"</ns0:").replace(b"<ns0:?", b"<?")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:ns0=")
    without = data.replace(b' xmlns="http://www.w3.org/2005/Atom"', b"").replace(b' xmlns="http://naesb.org/espi"', b"")

    assert read(prefixed) == read(data) == read(without)


def test_nested_resources_without_atom_are_read() -> None:
    hour = resource("IntervalBlock", interval(START, 900, 1000))
    kind = resource("ReadingType", "<uom>72</uom><flowDirection>1</flowDirection>")
    point = f"<ServiceCategory><kind>0</kind></ServiceCategory><MeterReading>{kind}{hour}</MeterReading>"
    result = read(resource("UsagePoint", point).encode())

    assert [(each.direction, each.total) for each in result.usage_points[0].readings] == [("delivered", Decimal(1))]


def test_bare_block_is_read() -> None:
    result = read(resource("IntervalBlock", interval(START, 900, 1000)).encode())

    assert [each.total for each in result.unlinked_readings] == [Decimal(1000)]


def test_single_entry_is_read() -> None:
    data = usage_point(id="urn:uuid:7").replace("<entry>", '<entry xmlns="http://www.w3.org/2005/Atom">')

    assert [point.id for point in read(data.encode()).usage_points] == ["7"]


@pytest.mark.parametrize(
    ("atom_id", "expected"),
    [
        ("urn:uuid:AAAAAAAA-0000-1111-2222-333333333333", "aaaaaaaa-0000-1111-2222-333333333333"),
        ("aaaaaaaa-0000-1111-2222-333333333333", "aaaaaaaa-0000-1111-2222-333333333333"),
        ("", "1"),
    ],
)
def test_ids_are_told_with_and_without_urn(atom_id: str, expected: str) -> None:
    assert [point.id for point in read(feed(usage_point(id=atom_id))).usage_points] == [expected]


def test_other_encodings_are_read() -> None:
    text = feed(usage_point(title="Café")).decode().replace("UTF-8", "{}")

    for encoding in ("ISO-8859-1", "UTF-16", "windows-1252"):
        assert read(text.format(encoding).encode(encoding)).usage_points[0].title == "Café"


@pytest.mark.parametrize(
    ("raw", "kind"), [("0", "electricity"), ("1", "gas"), ("2", "water"), ("4", "other"), ("88", "other")]
)
def test_service_kinds_are_told(raw: str, kind: str) -> None:
    (point,) = read(feed(usage_point(raw))).usage_points

    assert (point.kind, point.service_kind_raw) == (kind, raw)


def test_service_without_a_kind_is_that_of_its_readings() -> None:
    point = entry(resource("UsagePoint"), self_href=POINT)
    result = read(feed(point, meter_reading(), reading_type(commodity=7, uom=169), rows((START, 900, 5))))

    assert (result.usage_points[0].kind, codes(result)) == ("gas", [problems.SERVICE_KIND_ASSUMED])


def test_repeated_resource_is_taken_once() -> None:
    old = usage_point("1", title="Old", updated="2024-01-01T00:00:00Z")
    new = usage_point("0", title="New", updated="2024-02-01T00:00:00Z")
    twice = reading_type()
    result = read(feed(new, twice, old, meter_reading(), twice, rows((START, 900, 1000))))

    assert [(point.title, point.readings[0].total) for point in result.usage_points] == [("New", Decimal(1))]
    assert [(each.code, each.count) for each in result.warnings] == [(problems.RESOURCE_REPEATED, 1)]


def test_published_totals_are_read() -> None:
    period = f"<billingPeriod><duration>2592000</duration><start>{START}</start></billingPeriod>"
    amount = "<powerOfTenMultiplier>3</powerOfTenMultiplier><uom>72</uom><value>768</value>"
    total = f"<overallConsumptionLastPeriod>{amount}</overallConsumptionLastPeriod>"
    for name in ("UsageSummary", "ElectricPowerUsageSummary"):
        content = resource(name, f"{period}{total}<billLastPeriod>2208000</billLastPeriod><currency>840</currency>")
        result = read(feed(usage_point(), entry(content, self_href=f"{POINT}/{name}/1")))
        (summary,) = result.usage_points[0].summaries

        assert (summary.total, summary.unit, summary.cost, summary.currency) == (
            Decimal(768),
            "kWh",
            Decimal("22.08"),
            "840",
        )
        assert (summary.start_at, summary.end_at) == (at(START), at(START) + timedelta(days=30))


def test_bills_of_one_href_are_told_apart_by_their_period() -> None:
    bills = [
        resource("UsageSummary", f"<billingPeriod><start>{START + month * 2_592_000}</start></billingPeriod>")
        for month in range(3)
    ]
    result = read(feed(usage_point(), *(entry(bill, self_href=f"{POINT}/UsageSummary") for bill in bills)))

    assert [bill.start_at for bill in result.usage_points[0].summaries] == [
        at(START + month * 2_592_000) for month in range(3)
    ]
    assert codes(result) == []


def test_time_parameters_are_read() -> None:
    clock = entry(
        resource("LocalTimeParameters", "<tzOffset>-28800</tzOffset>"), self_href=f"{BASE}/LocalTimeParameters/1"
    )

    assert read(feed(clock, usage_point())).usage_points[0].utc_offset_seconds == -28_800


def test_authorization_is_read_with_epochs_of_both_kinds() -> None:
    content = (
        "<authorizedPeriod><duration>31536000</duration><start>1440585200000</start></authorizedPeriod>"
        "<publishedPeriod><duration>252026730000000</duration><start>1395513200000</start></publishedPeriod>"
        "<status>1</status><expires_at>1440670029</expires_at><scope>FB=1_3;</scope>"
        "<resourceURI>https://utility.example/Subscription/0</resourceURI>"
        "<customerResourceURI>https://utility.example/RetailCustomer/0</customerResourceURI>"
    )
    (authorization,) = read(entry(resource("Authorization", content), id="urn:uuid:5").encode()).authorizations

    assert (authorization.status, authorization.scope) == ("1", "FB=1_3;")
    assert authorization.expires_at == at(1_440_670_029)
    assert (authorization.authorized_from, authorization.authorized_until) == (at(1_440_585_200), at(1_472_121_200))
    assert (authorization.published_from, authorization.published_until) == (at(1_395_513_200), None)
    assert authorization.customer_resource_uri == "https://utility.example/RetailCustomer/0"


@pytest.mark.parametrize(
    ("start", "duration", "seconds"),
    [
        (1_440_585_200, 86_400, 86_400),
        (1_440_585_200_000, 86_400_000, 86_400),  # PG&E: both in milliseconds
        (1_440_585_200_000, 86_399_999, 86_399_999),  # less than a day in milliseconds: seconds
    ],
)
def test_authorization_period_is_in_the_unit_of_its_start(start: int, duration: int, seconds: int) -> None:
    content = f"<authorizedPeriod><duration>{duration}</duration><start>{start}</start></authorizedPeriod>"
    (authorization,) = read(entry(resource("Authorization", content)).encode()).authorizations

    assert authorization.authorized_until == at(1_440_585_200 + seconds)


def test_secrets_of_an_application_are_not_read() -> None:
    content = "<client_id>us</client_id><client_secret>hush</client_secret><scope>FB=1</scope>"
    result = read(resource("ApplicationInformation", content).encode())

    assert result.applications[0].client_id == "us"
    assert "hush" not in repr(result)


def test_feed_without_entries_is_empty() -> None:
    result = read(feed())

    assert (result.usage_points, codes(result)) == ((), [problems.FEED_WITHOUT_ENTRIES])


# --- properties


readings = st.lists(
    st.tuples(st.integers(0, 60), st.integers(-(10**12), 10**12)), min_size=1, max_size=40, unique_by=lambda row: row[0]
)


def as_feed(lines: list[tuple[int, int]], chance: random.Random, power: int) -> bytes:
    """The rows in blocks of three, all entries shuffled."""
    blocks = [
        rows(
            *((START + slot * 900, 900, value) for slot, value in lines[begin : begin + 3]),
            href=f"{READING}/IntervalBlock/{begin}",
        )
        for begin in range(0, len(lines), 3)
    ]
    entries = [usage_point(), meter_reading(), reading_type(powerOfTenMultiplier=power), *blocks]
    chance.shuffle(entries)
    return feed(*entries)


@settings(max_examples=60, deadline=None)
@given(readings, st.randoms(use_true_random=False), st.integers(-3, 3))
def test_sums_and_gaps_are_those_of_plain_arithmetic(
    lines: list[tuple[int, int]], chance: random.Random, power: int
) -> None:
    data = as_feed(lines, chance, power)
    (reading,) = read(data).usage_points[0].readings
    slots = sorted(slot for slot, _ in lines)

    assert reading.total == sum(Decimal(value) for _, value in lines).scaleb(power) / 1000
    assert reading.missing_seconds == (slots[-1] - slots[0] + 1 - len(slots)) * 900
    assert reading.gap_count == sum(after - before > 1 for before, after in pairwise(slots))
    assert sum(each.value for each in iter_intervals(io.BytesIO(data))) == reading.total


@settings(max_examples=40, deadline=None)
@given(readings, st.randoms(use_true_random=False))
def test_order_of_entries_does_not_matter(lines: list[tuple[int, int]], chance: random.Random) -> None:
    first = as_feed(lines, random.Random(1), 0)
    second = as_feed(lines, chance, 0)

    assert read_feed(io.BytesIO(first)) == read_feed(io.BytesIO(second))
