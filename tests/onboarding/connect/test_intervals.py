"""The intervals of a utility's feed are stored for the meters that its usage points are."""

from typing import Any

import pytest

from onboarding.connect.models import Authorization, ConnectLink, Feed, ServicePoint
from onboarding.connect.signals import utility_data_received
from onboarding.green_button.reader import iter_intervals
from onboarding.intervals.models import FeedIntake, IntervalSeries
from onboarding.intervals.store import interval_store
from onboarding.meters.models import Meter
from portal.events.models import Event
from portal.partners.models import Partner
from portal.storage.disk import path_of
from tests.onboarding.connect.conftest import CAISO, Customer, link_for, run_jobs

pytestmark = pytest.mark.django_db


def stored(meter: Meter) -> Any:
    numbers = list(IntervalSeries.objects.filter(meter=meter).values_list("pk", flat=True))
    return interval_store().read(numbers, 0, 2**31 - 1)


def in_feed(usage_point: str) -> list[Any]:
    """The intervals of a usage point in the one usage feed."""
    with path_of(Feed.objects.get(kind="usage").file).open("rb") as file:
        return [one for one in iter_intervals(file) if one.usage_point_id == usage_point and one.unit == "kWh"]


def test_what_the_utility_sends_is_stored_as_it_came(customer: Customer, link: ConnectLink, acme: Partner) -> None:
    customer.authorize(link, "success")
    run_jobs()

    meter, point = Meter.objects.get(partner=acme), ServicePoint.objects.get()
    rows, sent = stored(meter), in_feed(point.usage_point)
    consumed = [one for one in sent if one.direction == "delivered"]
    assert len(rows) == len(consumed) > 90
    assert rows["consumed"].sum() == pytest.approx(float(sum(one.value for one in consumed)))
    (series,) = IntervalSeries.objects.filter(meter=meter)
    assert (series.minutes * 60, series.first_start) == (consumed[0].duration_seconds, min(o.start_at for o in sent))
    intake = FeedIntake.objects.get()
    assert (intake.usage_points, intake.counts["new"]) == ([point.usage_point], len(rows))
    assert (intake.source.kind, set(rows["source"].tolist())) == ("utility", {intake.source_id})
    assert Event.objects.filter(verb="intervals.utility_data", subject_id=str(meter.pk)).count() == 1


def test_told_again_nothing_is_read_again(customer: Customer, link: ConnectLink) -> None:
    customer.authorize(link, "success")
    run_jobs()
    authorization, before = Authorization.objects.get(), FeedIntake.objects.get().read_at

    utility_data_received.send(Authorization, authorization=authorization)
    run_jobs()

    assert FeedIntake.objects.get().read_at == before
    assert Event.objects.filter(verb="intervals.utility_data").count() == 1


def test_every_usage_point_has_its_own(customer: Customer, acme: Partner) -> None:
    customer.authorize(link_for(acme, utilities=[CAISO]), "two_meters")
    run_jobs()

    first, second = ServicePoint.objects.select_related("meter").order_by("pk")
    assert len(stored(first.meter)) == len([o for o in in_feed(first.usage_point) if o.direction == "delivered"]) > 0
    assert stored(first.meter)["consumed"].sum() != stored(second.meter)["consumed"].sum()


def test_a_point_that_gets_its_meter_later_gets_its_intervals_then(
    customer: Customer, link: ConnectLink, acme: Partner
) -> None:
    customer.authorize(link, "success")
    run_jobs()
    point = ServicePoint.objects.get()
    numbers = [series.pk for series in IntervalSeries.objects.all()]
    interval_store().forget(numbers)
    FeedIntake.objects.update(usage_points=[])

    utility_data_received.send(Authorization, authorization=point.authorization)
    run_jobs()

    assert len(stored(Meter.objects.get(partner=acme))) > 90


def test_a_feed_that_cannot_be_read_is_told_and_the_next_is_taken(customer: Customer, link: ConnectLink) -> None:
    customer.authorize(link, "success")
    run_jobs()
    feed = Feed.objects.get(kind="usage")
    FeedIntake.objects.all().delete()
    path_of(feed.file).write_text("<feed")

    utility_data_received.send(Authorization, authorization=feed.authorization)
    run_jobs()

    intake = FeedIntake.objects.get()
    assert (intake.problem["code"], intake.usage_points) == ("FEED_UNREADABLE", [])
