"""The published meter-details operations: getMeterDetails and searchMeterDetails."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.meters.columns import asset_of
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.meters.queries import meters_of
from onboarding.portfolio.filters import acting, holding_any
from portal.api.cursors import read_token, token_for
from portal.api.errors import ApiError
from programs.models import ActionType, Acts

PAGE_SIZE = 500
_REGIONS = ["CAISO", "ERCOT", "NYISO", "ISONE", "PJM", "SERC", "WECC_SW", "WECC_PC"]


def _list_of(child: serializers.Field, *, most: int, least: int = 1) -> serializers.ListField:
    return serializers.ListField(child=child, required=False, min_length=least, max_length=most)


class MeterFilterRequest(serializers.Serializer[Any]):
    """The published MeterFilterRequest: every part is optional."""

    page_token = serializers.CharField(required=False)
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=PAGE_SIZE)
    transmission_region = serializers.ChoiceField(_REGIONS, required=False)
    customer_classification = serializers.ChoiceField(["RESIDENTIAL", "COMMERCIAL"], required=False)
    meter_ids = _list_of(serializers.UUIDField(), most=1000, least=0)
    partner_references = _list_of(serializers.CharField(min_length=3, max_length=256), most=1000)
    global_enrollment_statuses = _list_of(serializers.ChoiceField(EnrollmentStatus.values), most=5)
    meter_types = _list_of(serializers.ChoiceField(["UTILITY_METER", "SUBMETER", "DEVICE"]), most=20)
    load_types = _list_of(serializers.CharField(), most=20)
    customer_groups = _list_of(serializers.CharField(), most=20)
    tags = _list_of(serializers.CharField(), most=20)
    last_modified_date_time = serializers.DateTimeField(required=False)
    created_after_date_time = serializers.DateTimeField(required=False)
    created_before_date_time = serializers.DateTimeField(required=False)
    partner_action_required = serializers.BooleanField(required=False, default=False)
    exclude_archived = serializers.BooleanField(required=False, default=False)
    connection_reference_ids = _list_of(serializers.CharField(), most=100)
    action_type = _list_of(serializers.ChoiceField(ActionType.values), most=20)


class MeterDetails(APIView):
    """GET /v2/meters/{meter_id}."""

    @extend_schema(operation_id="getMeterDetails", responses={200: dict})
    def get(self, request: Request, meter_id: str) -> Response:
        return Response(published(meter_named(request, meter_id)))


class MeterSearch(APIView):
    """POST /v2/meters/search."""

    @extend_schema(operation_id="searchMeterDetails", request=MeterFilterRequest, responses={200: dict})
    def post(self, request: Request) -> Response:
        meters, token = meters_wanted(request)
        return Response({"meters": [published(meter) for meter in meters], **token})


def meter_named(request: Request, meter_id: str) -> Meter:
    """The caller's meter with this ID. ApiError: 400 when it is no UUID, 404 when there is no such meter of theirs."""
    try:
        pk = UUID(meter_id)
    except ValueError:
        raise ApiError("Meter id is not a UUID", details={"meter_id": meter_id[:100]}) from None
    meter = meters_of(request.user.partner).filter(pk=pk).first()  # type: ignore[union-attr]  # ApiCaller
    if meter is None:
        raise ApiError("Meter not found", status_code=404, details={"meter_id": meter_id})
    return meter


def meters_wanted(request: Request) -> tuple[list[Meter], dict[str, str]]:
    """A page of the caller's meters that match a MeterFilterRequest, and the token of the next page if there is one."""
    body = MeterFilterRequest(data=request.data)
    if not body.is_valid():
        raise ApiError("The request is not valid", details=_plain(body.errors))
    wanted = body.validated_data
    meters = matching(meters_of(request.user.partner), wanted).order_by("pk")  # type: ignore[union-attr]  # ApiCaller
    if wanted.get("page_token"):
        meters = meters.filter(pk__gt=read_token(wanted["page_token"])[0])
    page = list(meters[: wanted["page_size"] + 1])
    more, page = len(page) > wanted["page_size"], page[: wanted["page_size"]]
    return page, {"next_page_token": token_for([str(page[-1].pk)])} if more else {}


def _plain(errors: Any) -> Any:
    """DRF's errors as plain text per field."""
    if isinstance(errors, dict):
        return {str(name): _plain(value) for name, value in errors.items()}
    return " ".join(str(_plain(error)) for error in errors) if isinstance(errors, list) else str(errors)


def matching(meters: QuerySet[Meter], wanted: dict[str, Any]) -> QuerySet[Meter]:
    """The meters that match every part of a MeterFilterRequest."""
    within = {
        "meter_ids": "pk__in",
        "partner_references": "partner_reference__in",
        "global_enrollment_statuses": "enrollment_status__in",
        "meter_types": "meter_type__in",
        "customer_groups": "customer_group__in",
        "transmission_region": "transmission_region",
        "customer_classification": "customer_classification",
        "last_modified_date_time": "updated_at__gt",
        "created_after_date_time": "created_at__gt",
        "created_before_date_time": "created_at__lt",
    }
    meters = meters.filter(**{lookup: wanted[name] for name, lookup in within.items() if wanted.get(name)})
    for name, column in (
        ("load_types", "load_types"),
        ("tags", "tags"),
        ("connection_reference_ids", "connection_references"),
    ):
        if wanted.get(name):
            meters = holding_any(meters, column, wanted[name])
    if wanted["exclude_archived"]:
        meters = meters.filter(is_archived=False)
    if wanted["partner_action_required"]:
        meters = meters.filter(acts=Acts.PARTNER)
    if wanted.get("action_type"):
        meters = meters.filter(pk__in=acting(meters, wanted["action_type"]))
    return meters


def published(meter: Meter) -> dict[str, Any]:
    """A meter as the published MeterDetailsResponse has it."""
    return {
        "meter_id": str(meter.pk),
        **asset_of(meter),
        **_kept_beside(meter),
    }


def identifiers(meter: Meter) -> dict[str, Any]:
    """The published MeterIdentifiers and AuditInfo."""
    return {
        "meter_id": str(meter.pk),
        "partner_reference": meter.partner_reference,
        "transmission_region": meter.transmission_region,
        "customer_classification": meter.customer_classification,
        "load_types": meter.load_types,
        "meter_type": meter.meter_type,
        "customer_group": meter.customer_group,
        **_kept_beside(meter),
    }


def _kept_beside(meter: Meter) -> dict[str, Any]:
    return {
        "connection_references": meter.connection_references,
        "tags": meter.tags,
        "is_archived": meter.is_archived,
        "audit": {
            "created_by": meter.created_by,
            "created_at": meter.created_at,
            "updated_at": meter.updated_at,
        },
    }
