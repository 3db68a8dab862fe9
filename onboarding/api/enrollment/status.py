"""The published meter-enrollment operations: getMeterEnrollment and searchMeterEnrollments."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import MeterIdentifiersSerializer, ProgramIdentifierField
from onboarding.api.meter_details import (
    METER_ID,
    MeterFilterRequestSerializer,
    identifiers,
    meter_named,
    meters_wanted,
)
from onboarding.enrollment.evaluate import PeriodResult, ProgramResult, required_actions
from onboarding.enrollment.models import Preference
from onboarding.enrollment.published import published_action, published_labels
from onboarding.enrollment.queries import MeterAt, meters_at_moment, participation_of
from onboarding.enrollment.results import best
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.api.errors import ApiError
from portal.api.schema import responses
from portal.api.unknown import WarnedSerializer
from portal.api.views import SEARCHES, ApiView
from portal.events.published import published_time
from portal.partners.models import KeyPermission
from portal.web.clock import midnight
from programs.models import ActionType, Acts

TAGS = ["meter enrollment"]
_WITHOUT_END = "9000-01-01T00:00:00Z"
_AS_OF = OpenApiParameter(
    "as_of", str, description="A day (local midnight of the portal) or a time: the status then. Default: now."
)


class MeterParticipationPreferenceSerializer(serializers.Serializer[object]):
    """A period in which the meter participates, is idle, or is disenrolled."""

    participation_preference = serializers.ChoiceField(Preference.values)
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField(required=False, help_text=f"{_WITHOUT_END} when it has no end.")
    reason = serializers.CharField(required=False)


class EnrollmentDeadlineSerializer(serializers.Serializer[object]):
    """Meters that are eligible by the deadline become active at the activation date."""

    enrollment_deadline_date_time = serializers.DateTimeField()
    activation_date_time = serializers.DateTimeField()


class ProgramEnrollmentSerializer(serializers.Serializer[object]):
    """The meter in one delivery period of one program."""

    program_identifier = ProgramIdentifierField()
    delivery_period = serializers.CharField()
    delivery_period_start_date_time = serializers.DateTimeField()
    delivery_period_end_date_time = serializers.DateTimeField()
    enrollment_status = serializers.ChoiceField(EnrollmentStatus.values)
    enrollment_deadlines = EnrollmentDeadlineSerializer(many=True)
    market_group_id = serializers.UUIDField(required=False)
    market_group_name = serializers.CharField(required=False)


class RequiredActionSerializer(serializers.Serializer[object]):
    """A problem that keeps the meter from being enrolled."""

    program_identifier = ProgramIdentifierField()
    delivery_period = serializers.CharField()
    enrollment_deadline_date_time = serializers.DateTimeField()
    action_type = serializers.ChoiceField(ActionType.values)
    action_description = serializers.CharField()
    action_code = serializers.CharField()


class RequiredActionsSerializer(serializers.Serializer[object]):
    """Required actions, by who does them."""

    partner = RequiredActionSerializer(many=True)
    leap = RequiredActionSerializer(many=True)


class UntoldSerializer(serializers.Serializer[object]):
    """A part that can't be reconstructed as it was in the past."""

    subject = serializers.ChoiceField(["meter", "rules", "values", "programs", "participation"])
    description = serializers.CharField()


class MeterEnrollmentResponseSerializer(MeterIdentifiersSerializer):
    """A meter's enrollment: status, participation, programs, and required actions."""

    global_enrollment_status = serializers.ChoiceField(EnrollmentStatus.values)
    participation_preferences = MeterParticipationPreferenceSerializer(many=True)
    program_enrollment = ProgramEnrollmentSerializer(many=True)
    required_actions = RequiredActionsSerializer()
    as_of_limits = UntoldSerializer(
        many=True, required=False, help_text="With as_of in the past: what could not be reconstructed as it was."
    )


class SearchMeterEnrollmentsResponseSerializer(WarnedSerializer):
    """One page of enrollments."""

    meters = MeterEnrollmentResponseSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False, help_text="Token for the next page; absent on the last page."
    )


class MeterEnrollment(ApiView):
    """GET /v2/meters/{meter_id}/enrollments."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(
        operation_id="getMeterEnrollment",
        tags=TAGS,
        parameters=[METER_ID, _AS_OF],
        responses=responses(MeterEnrollmentResponseSerializer, 400, 404),
    )
    def get(self, request: Request, meter_id: str) -> Response:
        """Get a meter's enrollment."""
        at = _as_of(request)
        return Response(published([meter_named(request, meter_id)], at)[0])


class MeterEnrollmentsSearch(ApiView):
    """POST /v2/meters/enrollments/search."""

    needs = {"POST": KeyPermission.READ_METERS}
    reads = SEARCHES

    @extend_schema(
        operation_id="searchMeterEnrollments",
        tags=TAGS,
        parameters=[_AS_OF],
        request=MeterFilterRequestSerializer,
        responses=responses(SearchMeterEnrollmentsResponseSerializer, 400, 415),
    )
    def post(self, request: Request) -> Response:
        """Find the enrollments of your meters, all or those that match."""
        at = _as_of(request)
        meters, beside = meters_wanted(request)
        return Response({"meters": published(meters, at), **beside})


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


def published(meters: Iterable[Meter], at: datetime | None) -> list[dict[str, object]]:
    """Meters of one partner as the published MeterEnrollmentResponse has them; as many queries for one as for all."""
    meters = list(meters)
    labels, views = published_labels(), meters_at_moment(meters, at)
    return [_published(meter, views[meter.pk], labels) | _limits(views[meter.pk].untold) for meter in meters]


def _limits(untold: Sequence[tuple[str, str]]) -> dict[str, object]:
    limits = [{"subject": subject, "description": text} for subject, text in untold]
    return {"as_of_limits": limits} if limits else {}


def _published(meter: Meter, view: MeterAt, labels: Mapping[str, str]) -> dict[str, object]:
    results = view.results
    actions = required_actions(results)
    return {
        **identifiers(meter),
        "global_enrollment_status": best(one.status for one in results if one.is_wanted),
        "participation_preferences": [
            {
                "participation_preference": period.preference,
                "start_time": published_time(period.starts_at),
                "end_time": published_time(period.ends_at) if period.ends_at else _WITHOUT_END,
                **({"reason": period.reason} if period.reason else {}),
            }
            for period in participation_of(meter, view.out_periods)
        ],
        "program_enrollment": [_in_period(one, period) for one in results for period in one.periods],
        "required_actions": {
            acts.value: [published_action(one, labels) for one in actions if one.definition.acts == acts]
            for acts in Acts
        },
    }


def _in_period(result: ProgramResult, period_result: PeriodResult) -> dict[str, object]:
    published: dict[str, object] = {
        "program_identifier": result.program.identifier,
        "delivery_period": period_result.period.name,
        "delivery_period_start_date_time": published_time(period_result.period.starts_at),
        "delivery_period_end_date_time": published_time(period_result.period.ends_at),
        "enrollment_status": period_result.status.value,
        "enrollment_deadlines": [
            {
                "enrollment_deadline_date_time": published_time(line.deadline_at),
                "activation_date_time": published_time(line.activation_at),
            }
            for line in period_result.period.deadlines
        ],
    }
    if period_result.activation and period_result.activation.market_group_id:
        published["market_group_id"] = str(period_result.activation.market_group_id)
    if period_result.activation and period_result.activation.market_group_name:
        published["market_group_name"] = period_result.activation.market_group_name
    return published
