"""Hostile and broken files: refused whole, in words, and without cost."""

import io
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from onboarding.green_button import problems
from onboarding.green_button.limits import FeedLimits
from onboarding.green_button.problems import REFUSALS, WARNINGS, FeedRefused
from onboarding.green_button.reader import iter_intervals
from tests.onboarding.green_button.feeds import (
    POINT,
    START,
    block,
    codes,
    customer_resource,
    entry,
    feed,
    interval,
    meter_reading,
    read,
    reading_type,
    resource,
    rows,
    usage_point,
)

GOOD = feed(usage_point(), meter_reading(), reading_type(), rows((START, 900, 1000)))
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&lol3;</title></feed>"""
EXTERNAL = b"""<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed><title>&x;</title></feed>"""


def refusal(data: bytes, limits: FeedLimits | None = None) -> FeedRefused:
    with pytest.raises(FeedRefused) as caught:
        read(data, limits or FeedLimits())
    assert str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", problems.EMPTY),
        (b" \n\xef\xbb\xbf", problems.EMPTY),
        (b"\x1f\x8b\x08rest", problems.PACKED),
        (b"PK\x03\x04rest", problems.PACKED),
        (b"%PDF-1.7", problems.NOT_XML),
        (b"<!DOCTYPE html><html></html>", problems.NOT_XML),
        (b'{"error": "no"}', problems.NOT_XML),
        (b"date,kWh\n1,2\n", problems.NOT_XML),
        (b"<rss><channel/></rss>", problems.NOT_GREEN_BUTTON),
        (b"<feed><entry><title>News</title></entry></feed>", problems.NOT_GREEN_BUTTON),
        (LAUGHS, problems.DTD),
        (EXTERNAL, problems.DTD),
        (b'<!DOCTYPE feed SYSTEM "https://evil.example/x.dtd"><feed/>', problems.DTD),
        (b'<?xml version="1.0" encoding="martian"?><feed/>', problems.ENCODING),
        (b"<feed>&nbsp;</feed>", problems.MALFORMED),
        (b"<feed>\x00</feed>", problems.MALFORMED),
        (b"<a:feed/>", problems.MALFORMED),
        (GOOD + b"<more/>", problems.MALFORMED),
    ],
)
def test_what_is_no_feed_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


@pytest.mark.parametrize("cut", [len(GOOD) // 3, len(GOOD) // 2, len(GOOD) - 1])
def test_truncated_feed_is_refused_whole(cut: int) -> None:
    assert refusal(GOOD[:cut]).code == problems.MALFORMED
    with pytest.raises(FeedRefused):
        next(iter_intervals(io.BytesIO(GOOD[:cut])))


def test_malformed_xml_is_refused_with_its_place() -> None:
    error = refusal(b"<feed>\n  <entry>\n</feed>")

    assert error.context == {"line": 3, "column": 3, "detail": "mismatched tag"}
    assert str(error) == "The XML is broken at line 3, column 3: mismatched tag. Nothing was read from the file."


def test_deep_nesting_is_refused() -> None:
    assert refusal(b"<feed>" * 100_000).code == problems.TOO_DEEP


@pytest.mark.parametrize(
    "data",
    [
        b'<feed x="' + b"a" * 5_000_000 + b'"/>',
        b"<feed><title>" + b"a" * 5_000_000 + b"</title></feed>",
        b"<feed><!--" + b"a" * 5_000_000 + b"--></feed>",
        b"<feed><" + b"a" * 5_000_000 + b"/></feed>",
    ],
)
def test_endless_tokens_are_refused_quickly(data: bytes) -> None:
    begun = time.perf_counter()

    assert refusal(data).code == problems.TEXT_TOO_LONG
    assert time.perf_counter() - begun < 5


def test_file_beyond_the_limit_is_refused() -> None:
    assert refusal(GOOD, FeedLimits(max_bytes=100)).code == problems.TOO_LARGE


def test_too_many_resources_links_and_values_are_refused() -> None:
    points = feed(*(usage_point(href=f"{POINT}{number}") for number in range(20)))
    links = feed(entry("", related=["/x"] * 20))
    values = feed(entry(customer_resource("Customer", "<name>a</name>" * 20)))
    readings = feed(*(rows((START, 900, 1), href=f"/x{number}/MeterReading/1/IntervalBlock/1") for number in range(20)))

    assert refusal(points, FeedLimits(max_resources=10)).code == problems.TOO_MANY
    assert refusal(links, FeedLimits(max_links=10)).code == problems.TOO_MANY
    assert refusal(values, FeedLimits(max_fields=10)).code == problems.TOO_MANY
    assert refusal(readings, FeedLimits(max_resources=10)).code == problems.TOO_MANY


def test_texts_and_hrefs_together_are_bounded() -> None:
    limits = FeedLimits(max_kept_characters=10_000)
    names = feed(*(entry(customer_resource("Customer", f"<name>{'a' * 3000}</name>"), id=str(n)) for n in range(5)))
    hrefs = feed(*(entry(customer_resource("Customer"), self_href=f"/{n}/{'a' * 1900}") for n in range(6)))
    hours = (interval(START + n * 900, 900, 1) for n in range(2000))
    period = "<interval><start>1</start></interval>"
    nested = resource("UsagePoint", "".join(f"<IntervalBlock>{period}{hour}</IntervalBlock>" for hour in hours))
    blocks = feed(*(rows((START + n * 900, 900, 1), href=f"/{n}/{'a' * 1900}/1") for n in range(20)))

    assert refusal(names, limits).code == problems.TOO_MANY
    assert refusal(hrefs, limits).code == problems.TOO_MANY
    assert read(nested.encode(), FeedLimits(max_kept_characters=1_000)).usage_points[0].readings[0].count == 2000
    assert sum(reading.count for reading in read(blocks, limits).unlinked_readings) == 20  # those are on disk


def test_absurd_numbers_are_left_out() -> None:
    numbers = ["9" * 5000, "1e999999999", "Infinity", "0x10", "１２"]
    data = feed(
        usage_point(), meter_reading(), reading_type(), block(*(interval(START, 900, number) for number in numbers))
    )
    result = read(data)

    assert result.usage_points[0].readings[0].count == 0
    assert [(each.code, each.count) for each in result.warnings] == [(problems.INTERVAL_WITHOUT_VALUE, 5)]


def test_large_numbers_stay_exact() -> None:
    lines = [(START + number * 900, 900, 2**63 - 1) for number in range(4)]
    data = feed(usage_point(), meter_reading(), reading_type(powerOfTenMultiplier=-12), rows(*lines))

    assert read(data).usage_points[0].readings[0].total == Decimal(4 * (2**63 - 1)).scaleb(-15)


def test_times_beyond_the_calendar_are_left_out() -> None:
    lines = [(number, 900, 1) for number in ("99999999999999999", "-5", "9" * 30)]
    data = feed(usage_point(), meter_reading(), reading_type(), rows(*lines), rows((START, 10**11, 7)))
    (reading,) = read(data).usage_points[0].readings

    assert (reading.count, reading.total) == (1, Decimal("0.007"))


def test_hostile_texts_are_made_plain_and_short() -> None:
    name = "Eve\u202e\u200b\x85 &lt;b&gt;" + "x" * 5000
    result = read(feed(entry(customer_resource("Customer", f"<name>{name}</name>"))))

    assert result.customers[0].name.startswith("Eve <b>xxx")
    assert len(result.customers[0].name) == 256


def test_kinds_of_warnings_are_bounded() -> None:
    qualities = (f"<ReadingQuality><quality>{number}</quality></ReadingQuality>" for number in range(100, 300))
    lines = [interval(START + n * 900, 900, 1, quality) for n, quality in enumerate(qualities)]
    result = read(
        feed(usage_point(), meter_reading(), reading_type(), block(*lines)), FeedLimits(max_distinct_warnings=5)
    )

    assert codes(result) == [problems.QUALITY_UNKNOWN] * 5 + [problems.WARNINGS_LEFT_OUT]
    assert result.warnings[-1].count == 195


def test_every_code_has_a_text() -> None:
    names = {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}

    assert names == {*REFUSALS, *WARNINGS}


def peak(days: int, *, repeated: bool) -> int:
    """Bytes of the most memory that a process of its own took for a feed of so many days."""
    command = [sys.executable, "-m", "tests.onboarding.green_button.endless", str(days), "repeated" * repeated]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    count, most = map(int, answer.stdout.split())
    assert count == (96 if repeated else 96 * days)
    return most


@pytest.mark.parametrize("repeated", [False, True])
def test_memory_does_not_grow_with_the_feed(repeated: bool) -> None:
    small, large = peak(400, repeated=repeated), peak(1600, repeated=repeated)  # 6 MB, 25 MB

    assert large < small + 6_000_000
