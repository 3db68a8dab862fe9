"""The feeds that a portal fetches, in the shape of each utility."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest

from onboarding.demo_utility.customers import customer
from onboarding.demo_utility.registration import UTILITIES
from onboarding.green_button.reader import read_feed
from onboarding.green_button.service_points import service_points
from tests.demo_utility import DemoUtility, get

from .feeds import entries_of, readings_of, self_of, texts


def fetched(demo_utility: DemoUtility, code: str, user_name: str, **changes: str) -> tuple[str, str, str]:
    """A customer's usage feed, customer feed and authorization."""
    answer = demo_utility.authorize(code, user_name, **changes)
    names = ("resourceURI", "customerResourceURI", "authorizationURI")
    pages = [get(answer[name], answer["access_token"]) for name in names]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert {page.headers["Content-Type"] for page in pages} == {"application/atom+xml"}
    usage, retail, permission = (page.text for page in pages)
    return usage, retail, permission


def only(elements: list[Element]) -> Element:
    (element,) = elements
    return element


@pytest.mark.parametrize("code", UTILITIES)
def test_usage_feed_has_whole_days_without_gaps(demo_utility: DemoUtility, code: str) -> None:
    usage, _, _ = fetched(demo_utility, code, "success")

    meter = customer(code, "success").meters[0]
    entries, readings = entries_of(usage), readings_of(usage)
    flows = 2 if meter.exports else 1
    per_day = 86400 // meter.interval_seconds
    assert len(entries["UsagePoint"]) == 1
    assert len(entries["MeterReading"]) == len(entries["ReadingType"]) == flows
    assert len(readings) == len(entries["IntervalBlock"]) * per_day
    assert len(entries["IntervalBlock"]) in {34 * flows, 35 * flows}
    starts = [start for start, _, _ in readings[: len(readings) // flows]]
    assert {later - start for start, later in pairwise(starts)} == {meter.interval_seconds}
    assert {duration for _, duration, _ in readings} == {meter.interval_seconds}


@pytest.mark.parametrize("code", UTILITIES)
def test_summary_says_what_was_delivered(demo_utility: DemoUtility, code: str) -> None:
    usage, _, _ = fetched(demo_utility, code, "success")

    entries = entries_of(usage)
    summary = only(entries["UsageSummary"] + entries["ElectricPowerUsageSummary"])
    delivered = [value for _, _, value in readings_of(usage)]
    if customer(code, "success").meters[0].exports:
        delivered = delivered[: len(delivered) // 2]
    assert texts(summary, "value") == [str(sum(delivered))]
    factor = 10 ** int(texts(only(entries["ReadingType"][:1]), "powerOfTenMultiplier")[0])
    assert 5 < sum(delivered) * factor / 1000 / 35 < 40  # kWh of a home in a day


@pytest.mark.parametrize("code", UTILITIES)
def test_customer_feed_says_who_and_where(demo_utility: DemoUtility, code: str) -> None:
    usage, retail, _ = fetched(demo_utility, code, "success")

    expected = customer(code, "success")
    entries = entries_of(retail)
    assert texts(only(entries["Customer"]), "name") == [expected.name]
    assert set(texts(only(entries["CustomerAccount"]), "name")) == {expected.account}
    assert texts(only(entries["CustomerAgreement"]), "name") == [expected.agreement]
    assert texts(only(entries["Meter"] + entries["EndDevice"]), "serialNumber") == list(expected.serials)
    location = only(entries["ServiceLocation"])
    point = only(entries_of(usage)["UsagePoint"])
    assert self_of(location).rpartition("/")[2] == self_of(point).rpartition("/")[2]
    assert texts(location, "stateOrProvince") == [expected.address.state]


@pytest.mark.parametrize("code", UTILITIES)
def test_feeds_are_read_and_joined_without_a_warning(demo_utility: DemoUtility, code: str) -> None:
    usage, retail, _ = fetched(demo_utility, code, "commercial")

    joined = service_points(read_feed(BytesIO(usage.encode())), read_feed(BytesIO(retail.encode())))

    expected = customer(code, "commercial")
    assert sorted(
        (point.customer_name, point.account_number, point.agreement_number, point.meter_serials, point.warnings)
        for point in joined
    ) == sorted((expected.name, meter.account, meter.agreement, (meter.serial,), ()) for meter in expected.meters)


def test_shape_of_pge_has_its_oddities(demo_utility: DemoUtility) -> None:
    usage, retail, permission = fetched(demo_utility, "LEAP_TEST_CAISO", "success")

    address = customer("LEAP_TEST_CAISO", "success").address
    location = only(entries_of(retail)["ServiceLocation"])
    assert texts(location, "addressGeneral") == [address.line.upper()]
    assert texts(location, "code") == [address.zip_code]
    assert texts(location, "postalCode") == []
    assert set(texts(only(entries_of(usage)["IntervalBlock"][:1]), "quality")) == {"17"}
    assert "<ns1:feed" in usage
    assert "<ns0:IntervalBlock" in usage
    assert "urn:uuid" not in usage
    authorization = only(entries_of(permission)["Authorization"])
    year = timedelta(days=365).total_seconds()
    assert texts(authorization, "duration")[0] == str(int(year) * 1000)
    assert int(texts(authorization, "start")[0]) > 10**12  # milliseconds
    assert int(texts(authorization, "expires_at")[0]) < 10**10  # seconds


def test_shape_of_sce_has_its_oddities(demo_utility: DemoUtility) -> None:
    usage, retail, permission = fetched(demo_utility, "DEMO2", "success")

    address = customer("DEMO2", "success").address
    location = only(entries_of(retail)["ServiceLocation"])
    assert texts(location, "number") == [address.number]
    assert texts(location, "postalCode") == [address.zip_code]
    assert texts(only(entries_of(usage)["UsageSummary"]), "qualityOfReading") == ["19"]
    assert [texts(kind, "flowDirection") for kind in entries_of(usage)["ReadingType"]] == [["1"], ["19"]]
    assert int(texts(only(entries_of(permission)["Authorization"]), "start")[0]) < 10**10  # seconds


def test_authorization_is_listed_alone(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize("LEAP_TEST_NYISO", "success")
    demo_utility.authorize("LEAP_TEST_NYISO", "two_meters")

    listed = get(answer["authorizationURI"].rpartition("/")[0], answer["access_token"])

    authorization = only(entries_of(listed.text)["Authorization"])
    assert texts(authorization, "status") == ["1"]
    assert texts(authorization, "scope") == [answer["scope"]]
    assert texts(authorization, "resourceURI") == [answer["resourceURI"]]
    assert texts(authorization, "customerResourceURI") == [answer["customerResourceURI"]]


def test_published_times_choose_blocks(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize("PJM_DEMO", "success")
    now = datetime.now(UTC)
    since, until = now - timedelta(days=10), now - timedelta(days=5)

    asked = f"{answer['resourceURI']}?published-min={since:%Y-%m-%dT%H:%M:%SZ}&published-max={int(until.timestamp())}"
    part = get(asked, answer["access_token"])
    wrong = get(f"{answer['resourceURI']}?published-min=yesterday", answer["access_token"])

    assert len(entries_of(part.text)["IntervalBlock"]) == 5
    assert wrong.status_code == 400


@pytest.mark.parametrize(("length", "days"), [("432000", {4, 5}), ("1", {29, 30, 31}), ("24", {34, 35})])
def test_history_length_counts_seconds_or_months(demo_utility: DemoUtility, length: str, days: set[int]) -> None:
    scope = f"FB=1_3_4_5_13_31_37_39;IntervalDuration=900;BlockDuration=monthly;HistoryLength={length};"

    usage, _, _ = fetched(demo_utility, "LEAP_TEST_NYISO", "success", scope=scope)

    assert len(entries_of(usage)["IntervalBlock"]) in days


def test_meters_that_were_not_chosen_are_in_no_feed(demo_utility: DemoUtility) -> None:
    first, second = customer("LEAP_TEST_CAISO", "two_meters").meters

    answer = demo_utility.authorize("LEAP_TEST_CAISO", "two_meters", meters=[second.service_point])
    usage = get(answer["resourceURI"], answer["access_token"]).text
    retail = get(answer["customerResourceURI"], answer["access_token"]).text

    assert len(entries_of(usage)["UsagePoint"]) == 1
    assert texts(only(entries_of(retail)["Meter"]), "serialNumber") == [second.serial]
    assert first.serial not in retail


@pytest.mark.parametrize(
    ("user_name", "accounts", "agreements", "points"),
    [("success", 1, 1, 1), ("two_meters", 1, 2, 2), ("commercial", 2, 2, 2), ("no_smart_meter", 1, 1, 1)],
)
def test_customers_have_their_accounts(
    demo_utility: DemoUtility, user_name: str, accounts: int, agreements: int, points: int
) -> None:
    usage, retail, _ = fetched(demo_utility, "LEAP_TEST_CAISO", user_name)

    entries = entries_of(retail)
    assert len(entries["CustomerAccount"]) == accounts
    assert len(entries["CustomerAgreement"]) == len(entries["Meter"]) == agreements
    assert len(entries_of(usage)["UsagePoint"]) == points
    assert len(entries_of(usage)["ReadingType"]) == bool(readings_of(usage))
    assert bool(readings_of(usage)) == (user_name != "no_smart_meter")


def test_address_of_a_mismatch_is_another(demo_utility: DemoUtility) -> None:
    _, retail, _ = fetched(demo_utility, "DEMO2", "address_mismatch")

    meter = customer("DEMO2", "address_mismatch").meters[0]
    location = only(entries_of(retail)["ServiceLocation"])
    assert texts(location, "postalCode") == [meter.feed_address.zip_code]
    assert meter.feed_address != meter.address
    assert texts(only(entries_of(retail)["CustomerAgreement"]), "name") == [meter.agreement]


def test_duplicate_is_the_same_usage_point_of_another_subscription(demo_utility: DemoUtility) -> None:
    feeds = [fetched(demo_utility, "LEAP_TEST_CAISO", name)[0] for name in ("success", "duplicate")]

    first, second = (only(entries_of(feed)["UsagePoint"]) for feed in feeds)
    assert self_of(first) != self_of(second)
    assert self_of(first).rpartition("/")[2] == self_of(second).rpartition("/")[2]
    assert first[0].text == second[0].text  # the entry's id
    common = set(readings_of(feeds[0])) & set(readings_of(feeds[1]))
    assert len(common) == len(readings_of(feeds[0]))
