"""The operations on participation that the reference names (leap.md 4.6 and 9): idle, disenroll, take part.

Their paths and the fields date, reason, meter_idle_periods and disenrollment_requests are documented; what else the
bodies and answers hold is not published: unverified (the name participate_requests, that both days of an idle period
are idle, that its deletion names it in the query or the body). Days are those where the meter is. One period, request
or meter that cannot be accepted rejects the whole request. Meters that the caller does not have are named in the
answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.enrollment.status import TAGS, MeterParticipationPreferenceSerializer
from onboarding.api.meter_details import METER_ID, meter_named
from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from onboarding.participation.domain import (
    ParticipationResult,
    RequestsRefused,
    change_participation,
    days_as_json,
    out_periods_of,
    remove_idle,
)
from onboarding.participation.rules import ParticipationRequest, unclear
from onboarding.participation.zones import zone_of
from portal.api.authentication import actor_of, partner_of
from portal.api.errors import ApiError
from portal.api.schema import responses
from portal.api.unknown import WarnedSerializer, validated_with_warnings
from portal.api.views import ApiView
from portal.events.published import published_time
from portal.partners.models import KeyPermission
from portal.problems import Problem, Refused, storable

MOST_AT_ONCE = 1000  # meters in one request: all of them are changed in one transaction


class _Reason(serializers.CharField):
    """A reason in one line; its length is checked with the rest."""

    def to_internal_value(self, data: str) -> str:
        return " ".join(storable(super().to_internal_value(data)).split())


class IdlePeriodRequestSerializer(serializers.Serializer[object]):
    """The first and last idle day (inclusive) in the meter's time zone, and optionally why."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()
    reason = _Reason(required=False, allow_blank=True, default="")


class DisenrollmentRequestSerializer(serializers.Serializer[object]):
    """The day the meter leaves, after today in its time zone, and why."""

    date = serializers.DateField()
    reason = _Reason(allow_blank=True)


class ParticipateRequestSerializer(serializers.Serializer[object]):
    """The day from which the meter participates. Default: today."""

    start_date = serializers.DateField(required=False, allow_null=True, default=None)


class MeterIdlePeriodSerializer(IdlePeriodRequestSerializer):
    """The same, for the given meter."""

    meter_id = serializers.UUIDField()


class MeterDisenrollmentSerializer(DisenrollmentRequestSerializer):
    """The same, for the given meter."""

    meter_id = serializers.UUIDField()


class MeterParticipateSerializer(ParticipateRequestSerializer):
    """The same, for the given meter."""

    meter_id = serializers.UUIDField()


def _many(item: type[serializers.Serializer[object]]) -> serializers.ListField:
    return serializers.ListField(child=item(), min_length=1, max_length=MOST_AT_ONCE)


class MeterIdlePeriodsRequestSerializer(serializers.Serializer[object]):
    """Idle periods, at most one for each meter."""

    meter_idle_periods = _many(MeterIdlePeriodSerializer)


class DisenrollmentRequestsRequestSerializer(serializers.Serializer[object]):
    """Disenrollment requests, at most one for each meter."""

    disenrollment_requests = _many(MeterDisenrollmentSerializer)


class ParticipateRequestsRequestSerializer(serializers.Serializer[object]):
    """Meters that resume participation, each at most once."""

    participate_requests = _many(MeterParticipateSerializer)


class ParticipationPeriodSerializer(MeterParticipationPreferenceSerializer):
    """A period in which the meter is idle or disenrolled, with its first and last day in the meter's time zone."""

    start_date = serializers.DateField()
    end_date = serializers.DateField(required=False)
    time_zone = serializers.CharField()


class MeterIdleTimesSerializer(WarnedSerializer):
    """The idle periods of one meter."""

    meter_id = serializers.UUIDField()
    idle_periods = ParticipationPeriodSerializer(many=True)


class MeterParticipationSerializer(serializers.Serializer[object]):
    """The result for one meter: the periods this request cut, split or replaced, and its periods now."""

    meter_id = serializers.UUIDField()
    result = serializers.ChoiceField(["CHANGED", "UNCHANGED"])
    overridden = ParticipationPeriodSerializer(many=True)
    participation_preferences = ParticipationPeriodSerializer(many=True)


class ParticipationResultSerializer(MeterParticipationSerializer, WarnedSerializer):
    """The same, plus what was not understood."""


class ParticipationResultsSerializer(WarnedSerializer):
    """The results for several meters. IDs that are not your meters are listed."""

    meters = MeterParticipationSerializer(many=True)
    unknown_meter_ids = serializers.ListField(child=serializers.UUIDField())


def _idle(item: Mapping[str, Any]) -> ParticipationRequest:
    return ParticipationRequest(Preference.IDLE, item["start_date"], item["end_date"], item["reason"])


def _disenrolled(item: Mapping[str, Any]) -> ParticipationRequest:
    return ParticipationRequest(Preference.DISENROLL, item["date"], None, item["reason"])


def _participating(item: Mapping[str, Any]) -> ParticipationRequest:
    return ParticipationRequest(Preference.PARTICIPATE, item["start_date"])


# --- one meter

_ONE = responses(ParticipationResultSerializer, 400, 404, 415)
_MANY = responses(ParticipationResultsSerializer, 400, 404, 415)
_PERIOD = [OpenApiParameter(name, date, required=True) for name in ("start_date", "end_date")]


class IdlePeriods(ApiView):
    """GET, POST and DELETE /v1.1/enrollment/meters/{meter_id}/idle_periods."""

    needs = {"GET": KeyPermission.READ_METERS, "POST": KeyPermission.ENROLLMENT, "DELETE": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="getIdlePeriods",
        tags=TAGS,
        parameters=[METER_ID],
        responses=responses(MeterIdleTimesSerializer, 400, 404),
    )
    def get(self, request: Request, meter_id: str) -> Response:
        """List the idle periods of a meter."""
        meter = meter_named(request, meter_id)
        return Response(_idle_periods(meter))

    @extend_schema(
        operation_id="createIdlePeriod",
        tags=TAGS,
        parameters=[METER_ID],
        request=IdlePeriodRequestSerializer,
        responses=_ONE,
    )
    def post(self, request: Request, meter_id: str) -> Response:
        """Make a meter idle from one day to another."""
        meter = meter_named(request, meter_id)
        item, warnings = validated_with_warnings(IdlePeriodRequestSerializer, request.data)
        return Response({**_change_one(request, meter, _idle(item), _IDLE_FIELDS), **warnings})

    @extend_schema(
        operation_id="deleteIdlePeriod",
        tags=TAGS,
        parameters=[METER_ID, *_PERIOD],
        request=None,
        responses=responses(MeterIdleTimesSerializer, 400, 404, 415),
    )
    def delete(self, request: Request, meter_id: str) -> Response:
        """Delete the idle period with exactly these days. Send them as query parameters, or in the body as for POST."""
        meter = meter_named(request, meter_id)
        asked = request.query_params if "start_date" in request.query_params else request.data
        item, warnings = validated_with_warnings(IdlePeriodRequestSerializer, asked)
        try:
            remove_idle(meter, item["start_date"], item["end_date"], by=actor_of(request))
        except Refused as refusal:
            raise ApiError("Idle period not found", status_code=404, details=_texts(refusal.problems)) from refusal
        return Response({**_idle_periods(meter), **warnings})


class DisenrollmentRequests(ApiView):
    """POST /v1.1/enrollment/meters/{meter_id}/disenrollment_requests."""

    needs = {"POST": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="createDisenrollmentRequest",
        tags=TAGS,
        parameters=[METER_ID],
        request=DisenrollmentRequestSerializer,
        responses=_ONE,
    )
    def post(self, request: Request, meter_id: str) -> Response:
        """Disenroll a meter."""
        meter = meter_named(request, meter_id)
        item, warnings = validated_with_warnings(DisenrollmentRequestSerializer, request.data)
        return Response({**_change_one(request, meter, _disenrolled(item), _DISENROLL_FIELDS), **warnings})


class Participate(ApiView):
    """POST /v1.1/enrollment/meters/{meter_id}/participate."""

    needs = {"POST": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="participate",
        tags=TAGS,
        parameters=[METER_ID],
        request=ParticipateRequestSerializer,
        responses=_ONE,
    )
    def post(self, request: Request, meter_id: str) -> Response:
        """Resume a meter's participation."""
        meter = meter_named(request, meter_id)
        item, warnings = validated_with_warnings(ParticipateRequestSerializer, request.data)
        return Response({**_change_one(request, meter, _participating(item), _IDLE_FIELDS), **warnings})


# --- many meters


class BulkIdlePeriods(ApiView):
    """POST /v1.1/enrollment/meters/idle_periods."""

    needs = {"POST": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="createIdlePeriods", tags=TAGS, request=MeterIdlePeriodsRequestSerializer, responses=_MANY
    )
    def post(self, request: Request) -> Response:
        """Make several meters idle: all of them, or none."""
        read, warnings = validated_with_warnings(MeterIdlePeriodsRequestSerializer, request.data)
        requests = [(item["meter_id"], _idle(item)) for item in read["meter_idle_periods"]]
        return Response({**_change_many(request, requests, _IDLE_FIELDS), **warnings})


class BulkDisenrollmentRequests(ApiView):
    """POST /v1.1/enrollment/meters/disenrollment_requests."""

    needs = {"POST": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="createDisenrollmentRequests",
        tags=TAGS,
        request=DisenrollmentRequestsRequestSerializer,
        responses=_MANY,
    )
    def post(self, request: Request) -> Response:
        """Disenroll several meters: all of them, or none."""
        read, warnings = validated_with_warnings(DisenrollmentRequestsRequestSerializer, request.data)
        requests = [(item["meter_id"], _disenrolled(item)) for item in read["disenrollment_requests"]]
        return Response({**_change_many(request, requests, _DISENROLL_FIELDS), **warnings})


class BulkParticipate(ApiView):
    """POST /v1.1/enrollment/meters/participate."""

    needs = {"POST": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="participateMany", tags=TAGS, request=ParticipateRequestsRequestSerializer, responses=_MANY
    )
    def post(self, request: Request) -> Response:
        """Resume participation of several meters: all of them, or none."""
        read, warnings = validated_with_warnings(ParticipateRequestsRequestSerializer, request.data)
        requests = [(item["meter_id"], _participating(item)) for item in read["participate_requests"]]
        return Response({**_change_many(request, requests, _IDLE_FIELDS), **warnings})


# --- what they share

_IDLE_FIELDS = {"first": "start_date", "last": "end_date"}
_DISENROLL_FIELDS = {"first": "date"}


def _change_one(
    request: Request, meter: Meter, wanted: ParticipationRequest, fields: Mapping[str, str]
) -> dict[str, object]:
    try:
        results = change_participation(
            {meter.pk: wanted}, partner=meter.partner, by=actor_of(request), all_or_none=True
        )
    except RequestsRefused as refusal:
        raise ApiError("The request is not valid", details=_texts(refusal.problems, fields)) from refusal
    if meter.pk not in results:  # removed this very moment
        raise ApiError("Meter not found", status_code=404, details={"meter_id": str(meter.pk)})
    return _result(meter.pk, results[meter.pk])


def _change_many(
    request: Request, requests: Sequence[tuple[UUID, ParticipationRequest]], fields: Mapping[str, str]
) -> dict[str, object]:
    """Carry out all requests or none; names meters that are not the caller's. ApiError: 404 when none is."""
    errors: list[dict[str, object]] = []
    seen: set[UUID] = set()
    for index, (pk, wanted) in enumerate(requests):
        place = {"index": index, "meter_id": str(pk)}
        if pk in seen:
            errors.append({**place, "field": "meter_id", "code": "METER_TWICE", "message": _TWICE})
        seen.add(pk)
        errors += [{**place, **one} for one in _texts(unclear(wanted), fields)]
    if errors:
        raise ApiError("The request is not valid", details=errors)
    try:
        results = change_participation(
            dict(requests), partner=partner_of(request), by=actor_of(request), all_or_none=True
        )
    except RequestsRefused as refusal:
        details = [
            {"index": index, "meter_id": str(pk), **text}
            for index, (pk, _) in enumerate(requests)
            if pk in refusal.results
            for text in _texts(refusal.results[pk].problems, fields)
        ]
        raise ApiError("The request is not valid", details=details) from refusal
    unknown = [str(pk) for pk, _ in requests if pk not in results]
    if not results:
        raise ApiError("None of these meters is known", status_code=404, details={"unknown_meter_ids": unknown})
    return {"meters": [_result(pk, results[pk]) for pk, _ in requests if pk in results], "unknown_meter_ids": unknown}


_TWICE = "This meter appears more than once in the request. Send one entry per meter."


def _texts(problems: Iterable[Problem], fields: Mapping[str, str] | None = None) -> list[dict[str, object]]:
    """Problems as the answer has them, at the fields of the body."""
    names = fields or {}
    return [
        {
            "field": names.get(problem.field, problem.field),
            "code": problem.code,
            "message": f"{_named(problem, names).text} {problem.remedy}",
        }
        for problem in problems
    ]


def _named(problem: Problem, names: Mapping[str, str]) -> Problem:
    """The problem with the body's own name where it has a label."""
    if "label" not in problem.context or problem.field not in names:
        return problem
    return replace(problem, context={**problem.context, "label": names[problem.field]})


def _result(pk: UUID, outcome: ParticipationResult) -> dict[str, object]:
    """What became of a meter: whether something changed, and when it is out from now on (unverified)."""
    return {
        "meter_id": str(pk),
        "result": "CHANGED" if outcome.changes else "UNCHANGED",
        "overridden": [_period(one, outcome.zone) for one in outcome.overridden],
        "participation_preferences": [_period(one, outcome.zone) for one in outcome.afterwards],
    }


def _idle_periods(meter: Meter) -> dict[str, object]:
    zone = zone_of(meters_of(meter.partner).get(pk=meter.pk))
    idle_periods = [one for one in out_periods_of([meter.pk]).get(meter.pk, ()) if one.preference == Preference.IDLE]
    return {"meter_id": str(meter.pk), "idle_periods": [_period(one, zone) for one in idle_periods]}


def _period(out: OutPeriod, zone: ZoneInfo) -> dict[str, object]:
    """A period in days where the meter is, and as the published participation_preferences have it."""
    days = days_as_json(out, zone)
    return {
        "participation_preference": out.preference,
        "start_date": days["from"],
        **({"end_date": days["to"]} if "to" in days else {}),
        "time_zone": zone.key,
        "start_time": published_time(out.starts_at),
        "end_time": published_time(out.ends_at) if out.ends_at else "9000-01-01T00:00:00Z",
        **({"reason": out.reason} if out.reason else {}),
    }
