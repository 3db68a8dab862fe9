"""The published searchMissingIntervalData: which interval data of which meters have not come yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.intervals.expected import Expected, Window, expected_of
from onboarding.intervals.gaps import Gap, Gaps, GapStatus, gaps_in, present_quarter
from onboarding.intervals.models import DataType
from onboarding.intervals.quarters import first_quarter
from portal.api.authentication import partner_of
from portal.api.cursors import PageTokenField, place_named, token_for
from portal.api.errors import ApiError
from portal.api.schema import responses
from portal.api.unknown import WarnedSerializer, validated_with_warnings
from portal.api.views import SEARCHES, ApiView
from portal.events.published import published_time
from portal.partners.models import KeyPermission, Partner

PAGE_SIZE: Final = 500
MOST_METERS: Final = 1000
CELLS_PER_PAGE: Final = 20_000_000  # quarter-hours of meters that one answer looks at
_KIND: Final = "missing-interval-data"
_INTERVAL, _DEADLINE = "missing_interval_window", "submission_deadline_window"
Place = tuple[UUID, int, int]  # the meter, type of data and start behind which to go on


class MeterIdField(serializers.UUIDField):
    """An ID as a text; DRF would read a number as one as well."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class SearchMissingIntervalDataRequestSerializer(serializers.Serializer[object]):
    """Filters. Missing data must match every filter given. All are optional."""

    meter_ids = serializers.ListField(
        child=MeterIdField(),
        required=False,
        max_length=MOST_METERS,
        help_text="Meters that aren’t yours return nothing.",
    )
    state = serializers.ChoiceField(
        ["OPEN", "PENDING", "PROCESSING"],
        required=False,
        help_text="PENDING and PROCESSING are the same: an upload is storing data of that meter.",
    )
    missing_interval_window_start_date_time_utc = serializers.DateTimeField(required=False, help_text="Inclusive.")
    missing_interval_window_end_date_time_utc = serializers.DateTimeField(required=False, help_text="Exclusive.")
    start_date_time_utc = serializers.DateTimeField(
        required=False, help_text="Another name of missing_interval_window_start_date_time_utc."
    )
    end_date_time_utc = serializers.DateTimeField(
        required=False, help_text="Another name of missing_interval_window_end_date_time_utc."
    )
    submission_deadline_window_start_date_time_utc = serializers.DateTimeField(required=False, help_text="Inclusive.")
    submission_deadline_window_end_date_time_utc = serializers.DateTimeField(required=False, help_text="Exclusive.")
    page_token = PageTokenField()
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=PAGE_SIZE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses both names of one thing with different values."""
        for side in ("start", "end"):
            short, long = f"{side}_date_time_utc", f"{_INTERVAL}_{side}_date_time_utc"
            if short in attrs and attrs.setdefault(long, attrs[short]) != attrs[short]:
                raise serializers.ValidationError({short: f"Give this or {long}: they mean the same."})
        for name in (_INTERVAL, _DEADLINE):
            start, end = (attrs.get(f"{name}_{side}_date_time_utc") for side in ("start", "end"))
            if start and end and end < start:
                raise serializers.ValidationError({f"{name}_end_date_time_utc": "This is before the start."})
        return attrs


class MissingIntervalSerializer(serializers.Serializer[object]):
    """A time range in which data of one type is missing, all with the same deadline."""

    meter_id = serializers.UUIDField()
    data_type = serializers.ChoiceField(DataType.values)
    start_date_time_utc = serializers.DateTimeField()
    end_date_time_utc = serializers.DateTimeField(help_text="Exclusive.")
    submission_deadline_date_time_utc = serializers.DateTimeField(help_text="Exclusive.")
    status = serializers.ChoiceField(GapStatus.choices)


class SearchMissingIntervalDataResponseSerializer(WarnedSerializer):
    """One page of missing data, by meter, type of data and start."""

    missing_intervals = MissingIntervalSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False,
        help_text="Leads to the next page. An empty page can still have one: continue, since there may be more.",
    )


class MissingIntervalDataSearch(ApiView):
    """POST /v1.1/missing-interval-data/search."""

    needs = {"POST": KeyPermission.INTERVAL_DATA}
    reads = SEARCHES

    @extend_schema(
        operation_id="searchMissingIntervalData",
        tags=["interval data"],
        request=SearchMissingIntervalDataRequestSerializer,
        responses=responses(SearchMissingIntervalDataResponseSerializer, 400, 415),
    )
    def post(self, request: Request) -> Response:
        """Find missing interval data that your meters' programs expect from you."""
        wanted, warnings = validated_with_warnings(SearchMissingIntervalDataRequestSerializer, request.data)
        partner, after = partner_of(request), _place(request, wanted["page_token"])
        page, following = _page(partner, wanted, after)
        answer: dict[str, object] = {"missing_intervals": [_published(gap) for gap in page], **warnings}
        if following is not None:
            answer["next_page_token"] = token_for(request, _KIND, [str(following[0]), *following[1:]])
        return Response(answer)


def _page(partner: Partner, wanted: Mapping[str, Any], after: Place | None) -> tuple[Sequence[Gap], Place | None]:
    """The gaps behind a place, and where the next page goes on; as many meters are looked at as an answer has time
    for."""
    now = present_quarter()
    first, last = _quarters(wanted, _INTERVAL)
    window = Window(first if first is not None else 0, min(now, last) if last is not None else now)
    meters = wanted.get("meter_ids") or None
    expected = expected_of(partner, window, meters=meters)
    names = [meter for meter in expected.meters if after is None or meter >= after[0]]
    length = max(window.last - max(window.first, expected.first), 1)
    looked_at = names[: max(CELLS_PER_PAGE // length, 1)]
    some = Expected({meter: expected.spans[meter] for meter in looked_at}, expected.out_spans, expected.rules)
    gaps = gaps_in(partner, some, max(window.first, some.first), window.last).due(*_quarters(wanted, _DEADLINE))
    if state := wanted.get("state"):
        gaps = gaps.with_status(GapStatus.OPEN if state == "OPEN" else GapStatus.PROCESSING)
    gaps = _behind(gaps, after)
    size = wanted["page_size"]
    if len(gaps) > size:
        return gaps.page(0, size), gaps.place(size - 1)
    is_last = len(looked_at) == len(names)
    return gaps.page(0, size), None if is_last else (names[len(looked_at)], -1, 0)


def _behind(gaps: Gaps, after: Place | None) -> Gaps:
    """Those behind a place, which is in the first of the meters that are looked at, if it is there."""
    if after is None or not len(gaps) or gaps.meters[0] != after[0]:
        return gaps
    rows = gaps.rows
    is_behind = (rows["type"] > after[1]) | ((rows["type"] == after[1]) & (rows["start"] > after[2]))
    return gaps.only((rows["meter"] > 0) | is_behind)


def _quarters(wanted: Mapping[str, Any], window: str) -> tuple[int | None, int | None]:
    """A window that was asked for, in quarter-hours. Deadlines and gaps lie on them, so the borders are rounded up."""
    ends: list[datetime | None] = [wanted.get(f"{window}_{side}_date_time_utc") for side in ("start", "end")]
    first, last = (None if at is None else _within(first_quarter(at)) for at in ends)
    return first, last


def _within(quarter: int) -> int:
    """Moments before 1970 and far ahead are the nearest that can be counted."""
    return min(max(quarter, 0), 2**31 - 2)


def _place(request: Request, token: str) -> Place | None:
    if not token:
        return None
    place = place_named(request, _KIND, token)
    if not isinstance(place, list) or len(place) != 3:
        raise ApiError("page_token did not come from this API")
    return UUID(place[0]), int(place[1]), int(place[2])


def _published(gap: Gap) -> dict[str, object]:
    return {
        "meter_id": str(gap.meter),
        "data_type": gap.data_type.value,
        "start_date_time_utc": published_time(gap.start),
        "end_date_time_utc": published_time(gap.end),
        "submission_deadline_date_time_utc": published_time(gap.deadline),
        "status": gap.status.value,
    }
