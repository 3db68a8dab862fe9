"""The feeds that the demo utility publishes, in every shape, are read and joined completely."""

import io
from datetime import UTC, datetime

import pytest

from onboarding.demo_utility.customers import customer
from onboarding.demo_utility.feeds.dialects import DIALECTS
from onboarding.demo_utility.feeds.retail import CustomerRequest, customer_feed
from onboarding.demo_utility.feeds.usage import UsageRequest, usage_feed
from onboarding.demo_utility.registration import UTILITIES
from onboarding.green_button.reader import iter_intervals, read_feed
from onboarding.green_button.service_points import service_points

BASE = "https://utility.example/espi/1_1/resource/"
SINCE, UNTIL = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize("user_name", ["success", "two_meters", "commercial", "no_smart_meter"])
@pytest.mark.parametrize("code", UTILITIES)
def test_demo_feeds_are_read_and_joined(code: str, user_name: str) -> None:
    who, dialect = customer(code, user_name), DIALECTS[UTILITIES[code].shape]
    request = UsageRequest(BASE, "s1", dialect, -28_800, who.meters, SINCE, UNTIL)
    usage = "".join(usage_feed(request)).encode()
    retail = "".join(customer_feed(CustomerRequest(BASE, "s1", dialect, who, who.meters, UNTIL))).encode()
    feed = read_feed(io.BytesIO(usage))
    points = service_points(feed, read_feed(io.BytesIO(retail)))

    assert {
        (each.account_number, each.agreement_number, each.service_point_id, each.meter_serials) for each in points
    } == {(meter.account, meter.agreement, meter.service_point, (meter.serial,)) for meter in who.meters}
    assert {each.address.postal_code for each in points if each.address} == {who.address.zip_code}
    assert [(each.customer_name, each.warnings) for each in points] == [(who.name, ())] * len(who.meters)
    assert feed.warnings == ()
    for point in feed.usage_points:
        delivered = [reading.total for reading in point.readings if reading.direction == "delivered"]
        assert delivered == ([point.summaries[0].total] if point.readings else [])
    totals = sum(reading.total for point in feed.usage_points for reading in point.readings)
    assert sum(each.value for each in iter_intervals(io.BytesIO(usage))) == totals
