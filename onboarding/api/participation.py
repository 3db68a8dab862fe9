"""The operations on participation that the reference names (leap.md 4.6 and 9): idle, disenroll, take part.

Their paths and the fields date, reason, meter_idle_periods and disenrollment_requests are documented; what else the
bodies and answers hold is not published: unverified. Days are those where the meter is. One period, request or meter
that cannot be accepted rejects the whole request. Meters that the caller does not have are named in the answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.api.meter_details import meter_named
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
from portal.api.authentication import actor_of
from portal.api.errors import ApiError
from portal.problems import Problem, Refused, storable

MOST_AT_ONCE = 1000  # meters in one request: all of them are changed in one transaction


class _Reason(serializers.CharField):
    """A reason in one line; its length is judged with the rest."""

    def to_internal_value(self, data: Any) -> str:
        return " ".join(storable(super().to_internal_value(data)).split())


class IdlePeriodRequest(serializers.Serializer[Any]):
    """The first and the last idle day (both idle: unverified), and perhaps why."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()
    reason = _Reason(required=False, allow_blank=True, default="")


class DisenrollmentRequest(serializers.Serializer[Any]):
    """The day on which the meter leaves, after today, and why."""

    date = serializers.DateField()
    reason = _Reason(allow_blank=True)


class ParticipateRequest(serializers.Serializer[Any]):
    """The day from which the meter takes part; without one, today (unverified)."""

    start_date = serializers.DateField(required=False, allow_null=True, default=None)


class MeterIdlePeriod(IdlePeriodRequest):
    """One of a bulk request."""

    meter_id = serializers.UUIDField()


class MeterDisenrollment(DisenrollmentRequest):
    """One of a bulk request."""

    meter_id = serializers.UUIDField()


class MeterParticipate(ParticipateRequest):
    """One of a bulk request."""

    meter_id = serializers.UUIDField()


def _many(item: type[serializers.Serializer[Any]]) -> serializers.ListField:
    return serializers.ListField(child=item(), min_length=1, max_length=MOST_AT_ONCE)


class MeterIdlePeriodsRequest(serializers.Serializer[Any]):
    """Idle periods, at most one for each meter."""

    meter_idle_periods = _many(MeterIdlePeriod)


class DisenrollmentRequestsRequest(serializers.Serializer[Any]):
    """Disenrollment requests, at most one for each meter."""

    disenrollment_requests = _many(MeterDisenrollment)


class ParticipateRequestsRequest(serializers.Serializer[Any]):
    """Meters that are to take part again (the name of the list is unverified)."""

    participate_requests = _many(MeterParticipate)


def _idle(item: Mapping[str, Any]) -> ParticipationRequest:
    return ParticipationRequest(Preference.IDLE, item["start_date"], item["end_date"], item["reason"])


def _disenrolled(item: Mapping[str, Any]) -> ParticipationRequest:
    return ParticipationRequest(Preference.DISENROLL, item["date"], None, item["reason"])


def _participating(item: Mapping[str, Any]) -> ParticipationRequest:
    return ParticipationRequest(Preference.PARTICIPATE, item["start_date"])


# --- one meter

_PERIOD = [OpenApiParameter(name, date, required=True) for name in ("start_date", "end_date")]


class IdlePeriods(APIView):
    """GET, POST and DELETE /v1.1/enrollment/meters/{meter_id}/idle_periods."""

    @extend_schema(operation_id="getIdlePeriods", responses={200: dict})
    def get(self, request: Request, meter_id: str) -> Response:
        meter = meter_named(request, meter_id)
        return Response(_idle_periods(meter))

    @extend_schema(operation_id="createIdlePeriod", request=IdlePeriodRequest, responses={200: dict})
    def post(self, request: Request, meter_id: str) -> Response:
        meter = meter_named(request, meter_id)
        return Response(_one(request, meter, _idle(_read(IdlePeriodRequest, request.data)), _IDLE_FIELDS))

    @extend_schema(operation_id="deleteIdlePeriod", parameters=_PERIOD, request=None, responses={200: dict})
    def delete(self, request: Request, meter_id: str) -> Response:
        """The days come as query parameters, or in a body like that of POST (which of the two is unverified)."""
        meter = meter_named(request, meter_id)
        asked = request.query_params if "start_date" in request.query_params else request.data
        item = _read(IdlePeriodRequest, asked)
        try:
            remove_idle(meter, item["start_date"], item["end_date"], by=actor_of(request))
        except Refused as refusal:
            raise ApiError("Idle period not found", status_code=404, details=_texts(refusal.problems)) from refusal
        return Response(_idle_periods(meter))


class Disenrollment(APIView):
    """POST /v1.1/enrollment/meters/{meter_id}/disenrollment_requests."""

    @extend_schema(operation_id="createDisenrollmentRequest", request=DisenrollmentRequest, responses={200: dict})
    def post(self, request: Request, meter_id: str) -> Response:
        meter = meter_named(request, meter_id)
        wish = _disenrolled(_read(DisenrollmentRequest, request.data))
        return Response(_one(request, meter, wish, _DISENROLL_FIELDS))


class Participate(APIView):
    """POST /v1.1/enrollment/meters/{meter_id}/participate."""

    @extend_schema(operation_id="participate", request=ParticipateRequest, responses={200: dict})
    def post(self, request: Request, meter_id: str) -> Response:
        meter = meter_named(request, meter_id)
        return Response(_one(request, meter, _participating(_read(ParticipateRequest, request.data)), _IDLE_FIELDS))


# --- many meters


class BulkIdlePeriods(APIView):
    """POST /v1.1/enrollment/meters/idle_periods."""

    @extend_schema(operation_id="createIdlePeriods", request=MeterIdlePeriodsRequest, responses={200: dict})
    def post(self, request: Request) -> Response:
        items = _read(MeterIdlePeriodsRequest, request.data)["meter_idle_periods"]
        return Response(_many_done(request, [(item["meter_id"], _idle(item)) for item in items], _IDLE_FIELDS))


class BulkDisenrollment(APIView):
    """POST /v1.1/enrollment/meters/disenrollment_requests."""

    @extend_schema(operation_id="createDisenrollmentRequests", request=DisenrollmentRequestsRequest, responses=dict)
    def post(self, request: Request) -> Response:
        items = _read(DisenrollmentRequestsRequest, request.data)["disenrollment_requests"]
        wishes = [(item["meter_id"], _disenrolled(item)) for item in items]
        return Response(_many_done(request, wishes, _DISENROLL_FIELDS))


class BulkParticipate(APIView):
    """POST /v1.1/enrollment/meters/participate."""

    @extend_schema(operation_id="participateMany", request=ParticipateRequestsRequest, responses={200: dict})
    def post(self, request: Request) -> Response:
        items = _read(ParticipateRequestsRequest, request.data)["participate_requests"]
        return Response(_many_done(request, [(item["meter_id"], _participating(item)) for item in items], _IDLE_FIELDS))


# --- what they share

_IDLE_FIELDS = {"first": "start_date", "last": "end_date"}
_DISENROLL_FIELDS = {"first": "date"}


def _read(body: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """The checked body. ApiError with everything that is wrong with it."""
    asked = body(data=data)
    if not asked.is_valid():
        raise ApiError("The request is not valid", details=_plain(asked.errors))
    return dict(asked.validated_data)


def _plain(errors: Any) -> Any:
    """DRF's errors as plain text per field; of a list, by the place in it."""
    if isinstance(errors, dict):
        return {str(name): _plain(value) for name, value in errors.items()}
    return " ".join(str(_plain(error)) for error in errors) if isinstance(errors, list) else str(errors)


def _one(request: Request, meter: Meter, wish: ParticipationRequest, fields: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = change_participation({meter.pk: wish}, partner=meter.partner, by=actor_of(request), all_or_none=True)
    except RequestsRefused as refusal:
        raise ApiError("The request is not valid", details=_texts(refusal.problems, fields)) from refusal
    if meter.pk not in found:  # removed this very moment
        raise ApiError("Meter not found", status_code=404, details={"meter_id": str(meter.pk)})
    return _done(meter.pk, found[meter.pk])


def _many_done(
    request: Request, wishes: Sequence[tuple[UUID, ParticipationRequest]], fields: Mapping[str, str]
) -> dict[str, Any]:
    """All or none of the wishes; meters that the caller does not have are named. ApiError: 404 when all are such."""
    places: dict[UUID, list[int]] = {}
    for place, (pk, _) in enumerate(wishes):
        places.setdefault(pk, []).append(place)
    errors = [
        {"index": place, "meter_id": str(pk), "field": "meter_id", "code": "METER_TWICE", "message": _TWICE}
        for pk, found in places.items()
        for place in found[1:]
    ]
    for place, (pk, wish) in enumerate(wishes):
        errors += [{"index": place, "meter_id": str(pk), **one} for one in _texts(unclear(wish), fields)]
    if errors:
        raise ApiError("The request is not valid", details=sorted(errors, key=lambda one: str(one["index"]).zfill(9)))
    try:
        partner = request.user.partner  # type: ignore[union-attr]  # ApiCaller
        found = change_participation(dict(wishes), partner=partner, by=actor_of(request), all_or_none=True)
    except RequestsRefused as refusal:
        details = [
            {"index": places[pk][0], "meter_id": str(pk), **one}
            for pk, outcome in refusal.results.items()
            for one in _texts(outcome.problems, fields)
        ]
        raise ApiError("The request is not valid", details=sorted(details, key=lambda one: one["index"])) from refusal
    unknown = [str(pk) for pk, _ in wishes if pk not in found]
    if not found:
        raise ApiError("None of these meters is known", status_code=404, details={"unknown_meter_ids": unknown})
    return {"meters": [_done(pk, found[pk]) for pk, _ in wishes if pk in found], "unknown_meter_ids": unknown}


_TWICE = "This meter occurs more than once in the request. Send one entry for each meter."


def _texts(problems: Iterable[Problem], fields: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Problems as the answer has them, at the fields of the body."""
    names = fields or {}
    return [
        {
            "field": names.get(one.field, one.field),
            "code": one.code,
            "message": f"{_named(one, names).text} {one.remedy}",
        }
        for one in problems
    ]


def _named(problem: Problem, names: Mapping[str, str]) -> Problem:
    """The problem with the body's own name where it has a label."""
    if "label" not in problem.context or problem.field not in names:
        return problem
    return replace(problem, context={**problem.context, "label": names[problem.field]})


def _done(pk: UUID, outcome: ParticipationResult) -> dict[str, Any]:
    """What became of a meter: whether something changed, and when it is out from now on (unverified)."""
    return {
        "meter_id": str(pk),
        "result": "CHANGED" if outcome.changes else "UNCHANGED",
        "overridden": [_period(one, outcome.zone) for one in outcome.overridden],
        "participation_preferences": [_period(one, outcome.zone) for one in outcome.afterwards],
    }


def _idle_periods(meter: Meter) -> dict[str, Any]:
    zone = zone_of(meters_of(meter.partner).get(pk=meter.pk))
    outs = [one for one in out_periods_of([meter.pk]).get(meter.pk, ()) if one.preference == Preference.IDLE]
    return {"meter_id": str(meter.pk), "idle_periods": [_period(one, zone) for one in outs]}


def _period(out: OutPeriod, zone: ZoneInfo) -> dict[str, Any]:
    """A time-out in days where the meter is, and as the published participation_preferences have it."""
    days = days_as_json(out, zone)
    return {
        "participation_preference": out.preference,
        "start_date": days["from"],
        **({"end_date": days["to"]} if "to" in days else {}),
        "time_zone": zone.key,
        "start_time": _utc(out.starts_at),
        "end_time": _utc(out.ends_at) if out.ends_at else "9000-01-01T00:00:00Z",
        **({"reason": out.reason} if out.reason else {}),
    }


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
