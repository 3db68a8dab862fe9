"""The published meter-enrollment operations: getMeterEnrollment and searchMeterEnrollments."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.api.meter_details import MeterFilterRequest, identifiers, meter_named, meters_wanted
from onboarding.enrollment.evaluate import PeriodStanding, ProgramStanding, RequiredAction, best, required_actions
from onboarding.enrollment.models import ParticipationPeriod
from onboarding.enrollment.queries import all_standings_of, participation_of
from onboarding.meters.models import Meter
from portal.api.errors import ApiError
from programs.deadlines import midnight
from programs.models import Acts
from programs.schema import schema_for

_WITHOUT_END = "9000-01-01T00:00:00Z"
_AS_OF = OpenApiParameter(
    "as_of", str, description="A day (local midnight of the portal) or a time: how the meter stands then. Default: now."
)


class MeterEnrollment(APIView):
    """GET /v2/meters/{meter_id}/enrollments."""

    @extend_schema(operation_id="getMeterEnrollment", parameters=[_AS_OF], responses={200: dict})
    def get(self, request: Request, meter_id: str) -> Response:
        at = _as_of(request)
        return Response(published([meter_named(request, meter_id)], at)[0])


class MeterEnrollmentSearch(APIView):
    """POST /v2/meters/enrollments/search."""

    @extend_schema(
        operation_id="searchMeterEnrollments", parameters=[_AS_OF], request=MeterFilterRequest, responses={200: dict}
    )
    def post(self, request: Request) -> Response:
        at = _as_of(request)
        meters, token = meters_wanted(request)
        return Response({"meters": published(meters, at), **token})


def _as_of(request: Request) -> datetime | None:
    """The moment that is asked about; None for now. ApiError when it cannot be read."""
    text = request.query_params.get("as_of", "")
    if not text:
        return None
    try:
        day = parse_date(text)
        at = midnight(day, timezone.get_current_timezone()) if day else parse_datetime(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        at = None
    if at is None or not 2000 <= at.year <= 2100:
        raise ApiError("as_of is not a day or a time", details={"as_of": text[:40]})
    return at if timezone.is_aware(at) else timezone.make_aware(at, UTC)


def published(meters: Iterable[Meter], at: datetime | None) -> list[dict[str, Any]]:
    """Meters of one partner as the published MeterEnrollmentResponse has them; as many queries for one as for all."""
    meters = list(meters)
    labels, standings = _labels(), all_standings_of(meters, at)
    outs: dict[Any, list[ParticipationPeriod]] = {}
    for out in ParticipationPeriod.objects.filter(meter__in=meters):
        outs.setdefault(out.meter_id, []).append(out)
    return [_published(meter, standings[meter.pk], outs.get(meter.pk, []), labels) for meter in meters]


def _published(
    meter: Meter,
    standings: list[ProgramStanding],
    outs: Iterable[ParticipationPeriod],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    actions = required_actions(standings)
    return {
        **identifiers(meter),
        "global_enrollment_status": best(one.status for one in standings if one.is_wanted),
        "participation_preferences": [
            {
                "participation_preference": one.preference,
                "start_time": _utc(one.starts_at),
                "end_time": _utc(one.ends_at) if one.ends_at else _WITHOUT_END,
                **({"reason": one.reason} if one.reason else {}),
            }
            for one in participation_of(meter, outs)
        ],
        "program_enrollment": [_in_period(one, period) for one in standings for period in one.periods],
        "required_actions": {
            acts.value: [_action(one, labels) for one in actions if one.words.acts == acts] for acts in Acts
        },
    }


def _in_period(standing: ProgramStanding, one: PeriodStanding) -> dict[str, Any]:
    found = {
        "program_identifier": standing.program.identifier,
        "delivery_period": one.period.name,
        "delivery_period_start_date_time": _utc(one.period.starts_at),
        "delivery_period_end_date_time": _utc(one.period.ends_at),
        "enrollment_status": one.status.value,
        "enrollment_deadlines": [
            {
                "enrollment_deadline_date_time": _utc(line.deadline_at),
                "activation_date_time": _utc(line.activation_at),
            }
            for line in one.period.deadlines
        ],
    }
    if one.activation and one.activation.market_group_id:
        found["market_group_id"] = str(one.activation.market_group_id)
    if one.activation and one.activation.market_group_name:
        found["market_group_name"] = one.activation.market_group_name
    return found


def _action(one: RequiredAction, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        "program_identifier": one.program.identifier,
        "delivery_period": one.period.name,
        "enrollment_deadline_date_time": _utc(one.due_at),
        "action_type": one.words.action_type,
        "action_description": one.description(labels),
        "action_code": one.words.code,
    }


def _labels() -> dict[str, str]:
    """Fields as published descriptions name them."""
    return {column.key: column.published_name or column.label for column in schema_for().columns}


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
