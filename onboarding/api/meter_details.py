"""The published meter-details operations: getMeterDetails and searchMeterDetails."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import REGIONS, MeterIdentifiersSerializer
from onboarding.meters.columns import asset_of
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.meters.queries import meters_of
from onboarding.portfolio.filters import acting, holding_any
from portal.api.authentication import partner_of
from portal.api.cursors import PageTokenField, paginate
from portal.api.errors import ApiError
from portal.api.etags import answer_unless_known
from portal.api.schema import responses
from portal.api.unknown import WarnedSerializer, validated_with_warnings
from portal.api.views import SEARCHES, ApiView
from portal.partners.models import KeyPermission
from programs.identifiers import reference_key
from programs.models import ActionType, Acts

PAGE_SIZE = 500
LONGEST = 256  # of a text in a filter: as long as a reference
_TAGS = ["meter details"]


def _list_of(child: serializers.Field[Any, Any, Any, Any], *, most: int, least: int = 1) -> serializers.ListField:
    return serializers.ListField(child=child, required=False, min_length=least, max_length=most)


class MeterFilterRequestSerializer(serializers.Serializer[object]):
    """Filters. Meters must match every filter given. All are optional."""

    page_token = PageTokenField()
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=PAGE_SIZE)
    transmission_region = serializers.ChoiceField(REGIONS, required=False)
    customer_classification = serializers.ChoiceField(["RESIDENTIAL", "COMMERCIAL"], required=False)
    meter_ids = _list_of(serializers.UUIDField(), most=1000, least=0)
    partner_references = _list_of(serializers.CharField(min_length=3, max_length=256), most=1000)
    global_enrollment_statuses = _list_of(serializers.ChoiceField(EnrollmentStatus.values), most=5)
    meter_types = _list_of(serializers.ChoiceField(["UTILITY_METER", "SUBMETER", "DEVICE"]), most=20)
    load_types = _list_of(serializers.CharField(max_length=LONGEST), most=20)
    customer_groups = _list_of(serializers.CharField(max_length=LONGEST), most=20)
    tags = _list_of(serializers.CharField(max_length=LONGEST), most=20)
    last_modified_date_time = serializers.DateTimeField(required=False)
    created_after_date_time = serializers.DateTimeField(required=False)
    created_before_date_time = serializers.DateTimeField(required=False)
    partner_action_required = serializers.BooleanField(required=False, default=False)
    exclude_archived = serializers.BooleanField(required=False, default=False)
    connection_reference_ids = _list_of(serializers.CharField(max_length=LONGEST), most=100)
    action_type = _list_of(serializers.ChoiceField(ActionType.values), most=20)


class MeterDetailsResponseSerializer(MeterIdentifiersSerializer):
    """A meter: its identifiers and the rest of its asset."""

    catalogue_fields = None


class ListMeterDetailsResponseSerializer(WarnedSerializer):
    """One page of meters."""

    meters = MeterDetailsResponseSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False, help_text="Token for the next page; absent on the last page."
    )


_KNOWN = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of your copy.")
METER_ID = OpenApiParameter("meter_id", UUID, OpenApiParameter.PATH)


class MeterDetails(ApiView):
    """GET /v2/meters/{meter_id}."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(
        operation_id="getMeterDetails",
        tags=_TAGS,
        parameters=[METER_ID, _KNOWN],
        responses={
            **responses(MeterDetailsResponseSerializer, 400, 404),
            304: OpenApiResponse(None, "Your copy is current."),
        },
    )
    def get(self, request: Request, meter_id: str) -> Response:
        """Get a meter."""
        return answer_unless_known(request, published(meter_named(request, meter_id)))


class MeterDetailsSearch(ApiView):
    """POST /v2/meters/search."""

    needs = {"POST": KeyPermission.READ_METERS}
    reads = SEARCHES

    @extend_schema(
        operation_id="searchMeterDetails",
        tags=_TAGS,
        request=MeterFilterRequestSerializer,
        responses=responses(ListMeterDetailsResponseSerializer, 400, 415),
    )
    def post(self, request: Request) -> Response:
        """Find your meters, all or those that match."""
        meters, beside = meters_wanted(request)
        return Response({"meters": [published(meter) for meter in meters], **beside})


def meter_named(request: Request, meter_id: str) -> Meter:
    """The caller's meter with this ID. ApiError: 400 when it is no UUID, 404 when there is no such meter of theirs."""
    try:
        pk = UUID(meter_id)
    except ValueError:
        raise ApiError("Meter id is not a UUID", details={"meter_id": meter_id[:100]}) from None
    meter = meters_of(partner_of(request)).filter(pk=pk).first()
    if meter is None:
        raise ApiError("Meter not found", status_code=404, details={"meter_id": meter_id})
    return meter


def meters_wanted(request: Request) -> tuple[list[Meter], Mapping[str, object]]:
    """A page of the caller's meters that match a MeterFilterRequest; and how to go on, and what was not understood."""
    wanted, warnings = validated_with_warnings(MeterFilterRequestSerializer, request.data)
    meters = matching(meters_of(partner_of(request)), wanted)
    page, next_page = paginate(meters, request=request, size=wanted["page_size"], token=wanted["page_token"])
    return page, {**next_page, **warnings}


def matching(meters: QuerySet[Meter], wanted: Mapping[str, Any]) -> QuerySet[Meter]:
    """The meters that match every part of a MeterFilterRequest."""
    within = {
        "meter_ids": "pk__in",
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
    if references := wanted.get("partner_references"):
        meters = meters.filter(reference_key__in={*references, *map(reference_key, references)})
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


def published(meter: Meter) -> dict[str, object]:
    """A meter as the published MeterDetailsResponse has it."""
    return {
        "meter_id": str(meter.pk),
        **asset_of(meter),
        **_kept_beside(meter),
    }


def identifiers(meter: Meter) -> dict[str, object]:
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


def _kept_beside(meter: Meter) -> dict[str, object]:
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
