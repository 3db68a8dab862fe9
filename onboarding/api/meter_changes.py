"""Changes of meters that the reference names without a published file: references, tags, registrations (leap.md 9).

Their paths are documented; what bodies and answers hold is not: unverified. One entry that cannot be accepted rejects
the whole request; meters that the caller does not have are named in the answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.meter_details import METER_ID, meter_named, published
from onboarding.bulk.actions.labels import LONGEST_TAG, change_tags
from onboarding.bulk.actions.references import NEW, ChangeReferences
from onboarding.bulk.domain import confirm
from onboarding.bulk.handlers import handler_of
from onboarding.bulk.models import BulkResult, BulkRow
from onboarding.bulk.sheets import reading
from onboarding.bulk.sheets.domain import preview_rows
from onboarding.bulk.sheets.reading import SheetRow
from onboarding.enrollment.registrations import request_refresh
from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from portal.api.authentication import actor_of, partner_of
from portal.api.errors import ApiError
from portal.api.etags import etag_of, refuse_stale
from portal.api.schema import example, responses
from portal.api.unknown import WarnedSerializer, validated_with_warnings
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem, Refused

MOST_DIGITS: Final = 15  # of a number, which every program keeps
MOST_AT_ONCE: Final = 1000  # meters in one request: all of them are changed in one transaction
_TAGS: Final = ["meter details"]
_A_METER: Final = "0198c0de-0000-7000-8000-000000000002"
_CHANGED, _UNCHANGED = "CHANGED", "UNCHANGED"


class _Reference(serializers.CharField):
    """A reference: a text, or a whole number as its digits."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if isinstance(data, float) or (isinstance(data, int) and abs(data) >= 10**MOST_DIGITS):
            self.fail("invalid")
        return super().to_internal_value(data)


class PartnerMeterRefRequestSerializer(serializers.Serializer[object]):
    """The new reference."""

    partner_meter_ref = _Reference(min_length=3, max_length=256)


class MeterReferenceSerializer(PartnerMeterRefRequestSerializer):
    """The new reference of one meter."""

    meter_id = serializers.UUIDField()


class PartnerMeterRefsRequestSerializer(serializers.Serializer[object]):
    """New references. Meters can swap references."""

    meters = serializers.ListField(child=MeterReferenceSerializer(), min_length=1, max_length=MOST_AT_ONCE)


class ReferenceResultSerializer(serializers.Serializer[object]):
    """A meter with its current reference."""

    meter_id = serializers.UUIDField()
    partner_meter_ref = serializers.CharField()
    result = serializers.ChoiceField([_CHANGED, _UNCHANGED])


class ReferenceAnswerSerializer(ReferenceResultSerializer, WarnedSerializer):
    """A meter with its current reference."""


class ReferenceResultsSerializer(WarnedSerializer):
    """The results for several meters. IDs that are not your meters are listed."""

    meters = ReferenceResultSerializer(many=True)
    unknown_meter_ids = serializers.ListField(child=serializers.UUIDField())


class TagsRequestSerializer(serializers.Serializer[object]):
    """Meters and the tags to add to or remove from all of them."""

    meter_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE)
    tags = serializers.ListField(child=serializers.CharField(max_length=LONGEST_TAG), min_length=1, max_length=20)


class TagResultSerializer(serializers.Serializer[object]):
    """A meter with its current tags."""

    meter_id = serializers.UUIDField()
    tags = serializers.ListField(child=serializers.CharField())
    result = serializers.ChoiceField([_CHANGED, _UNCHANGED])


class TagResultsSerializer(WarnedSerializer):
    """The results for the meters. IDs that are not your meters are listed."""

    meters = TagResultSerializer(many=True)
    unknown_meter_ids = serializers.ListField(child=serializers.UUIDField())


class RefreshRequestSerializer(serializers.Serializer[object]):
    """A registration to check again."""

    meter_id = serializers.UUIDField()
    status = serializers.ChoiceField(["REQUESTED"])
    requested_at = serializers.DateTimeField(help_text="When it was first requested, if already waiting.")


# --- references


class PartnerMeterRef(ApiView):
    """PATCH /v1.1/meters/{meter_id}/partner_meter_ref."""

    needs = {"PATCH": KeyPermission.WRITE_METERS}
    compares = ("PATCH",)

    @extend_schema(
        operation_id="updatePartnerMeterRef",
        tags=_TAGS,
        parameters=[METER_ID],
        request=PartnerMeterRefRequestSerializer,
        examples=[example("A new reference", {"partner_meter_ref": "site-000001"})],
        responses=responses(ReferenceAnswerSerializer, 400, 404, 412, 415),
    )
    def patch(self, request: Request, meter_id: str) -> Response:
        """Change a meter's reference. With If-Match, only if it hasn't changed since you read it."""
        meter = meter_named(request, meter_id)
        read, warnings = validated_with_warnings(PartnerMeterRefRequestSerializer, request.data)
        with transaction.atomic():
            _refuse_changed(request, meter.pk)
            results, _ = _change_references(request, [(meter.pk, read["partner_meter_ref"])])
        changed = meters_of(partner_of(request)).get(pk=meter.pk)
        return Response({**results[0], **warnings}, headers={"ETag": etag_of(published(changed))})


class BulkPartnerMeterRef(ApiView):
    """PATCH /v1.1/meters/partner_meter_ref."""

    needs = {"PATCH": KeyPermission.WRITE_METERS}

    @extend_schema(
        operation_id="updatePartnerMeterRefs",
        tags=_TAGS,
        request=PartnerMeterRefsRequestSerializer,
        examples=[example("A new reference", {"meters": [{"meter_id": _A_METER, "partner_meter_ref": "site-000001"}]})],
        responses=responses(ReferenceResultsSerializer, 400, 404, 415),
    )
    def patch(self, request: Request) -> Response:
        """Change the references of several meters: all of them, or none."""
        read, warnings = validated_with_warnings(PartnerMeterRefsRequestSerializer, request.data)
        wanted = [(item["meter_id"], item["partner_meter_ref"]) for item in read["meters"]]
        with transaction.atomic():
            results, unknown = _change_references(request, wanted)
        return Response({"meters": results, "unknown_meter_ids": unknown, **warnings})


def _change_references(
    request: Request, wanted: Sequence[tuple[UUID, str]]
) -> tuple[list[dict[str, object]], list[str]]:
    """Change references in the caller's transaction, by the verb of the sheets: each meter's result, and the IDs that
    are none of the caller's. ApiError: 400 for what cannot be done, 404 when no meter is known."""
    handler = handler_of(ChangeReferences.kind)
    assert isinstance(handler, ChangeReferences)
    rows = [SheetRow(index, {reading.METER_ID: str(pk), NEW: new}) for index, (pk, new) in enumerate(wanted)]
    action = preview_rows(handler, rows, name="API", partner=partner_of(request), user=None, by=actor_of(request))
    kept = list(action.rows.order_by("number"))
    unknown = {index for index, row in enumerate(kept) if _names_no_meter(row)}
    unknown_ids = [str(pk) for index, (pk, _) in enumerate(wanted) if index in unknown]
    _refuse_unknown_only(unknown_ids, len(wanted))
    _refuse_rows(kept, wanted, passed_over=unknown)
    try:
        confirm(action, by=actor_of(request), wait=True)
    except IntegrityError as error:
        raise ApiError("Another meter is taking a reference right now", status_code=409) from error
    done = list(action.rows.order_by("number"))
    _refuse_rows(done, wanted, passed_over=unknown)
    results: list[dict[str, object]] = [
        {
            "meter_id": str(row.meter_id),
            "partner_meter_ref": row.new_reference,
            "result": _CHANGED if row.result == BulkResult.CHANGED else _UNCHANGED,
        }
        for row in done
        if row.number not in unknown
    ]
    return results, unknown_ids


def _names_no_meter(row: BulkRow) -> bool:
    return any(problem.code == "METER_UNKNOWN" for problem in row.coded_problems)


def _refuse_rows(
    rows: Iterable[BulkRow], wanted: Sequence[tuple[UUID, str]], *, passed_over: Collection[int | None]
) -> None:
    """Raise ApiError 400 when a row cannot be done; then none is."""
    details: list[dict[str, object]] = []
    for row, (pk, _) in zip(rows, wanted, strict=True):
        if row.number in passed_over or row.result in {BulkResult.WAITING, BulkResult.CHANGED, BulkResult.SAME}:
            continue
        problems = row.coded_problems or [Problem("METER_CHANGED_MEANWHILE", "meter_id")]
        place = {"index": row.number, "meter_id": str(pk)}
        details += [{**place, **_told(problem)} for problem in problems]
    if details:
        raise ApiError("The request is not valid", details=details)


def _told(problem: Problem) -> dict[str, object]:
    names = {reading.METER_ID: "meter_id", reading.REFERENCE: "partner_meter_ref", NEW: "partner_meter_ref"}
    return {
        "field": names.get(problem.field, problem.field),
        "code": problem.code,
        "message": f"{problem.text} {problem.remedy}".strip(),
    }


# --- tags


class Tags(ApiView):
    """POST and DELETE /v1.1/meters/tags."""

    needs = {"POST": KeyPermission.WRITE_METERS, "DELETE": KeyPermission.WRITE_METERS}
    compares = ("POST", "DELETE")

    @extend_schema(
        operation_id="addMeterTags",
        tags=_TAGS,
        request=TagsRequestSerializer,
        examples=[example("Two tags", {"meter_ids": [_A_METER], "tags": ["summer", "north"]})],
        responses=responses(TagResultsSerializer, 400, 404, 412, 415),
    )
    def post(self, request: Request) -> Response:
        """Add tags to meters. With If-Match and one meter, only if it hasn't changed since you read it."""
        return _change_tags(request, "add")

    @extend_schema(
        operation_id="removeMeterTags",
        tags=_TAGS,
        request={"application/json": TagsRequestSerializer},
        responses=responses(TagResultsSerializer, 400, 404, 412, 415),
    )
    def delete(self, request: Request) -> Response:
        """Remove tags from meters. The body is as for POST."""
        return _change_tags(request, "remove")


def _change_tags(request: Request, how: str) -> Response:
    wanted, warnings = validated_with_warnings(TagsRequestSerializer, request.data)
    meters = list(dict.fromkeys(wanted["meter_ids"]))
    if "If-Match" in request.headers and len(meters) > 1:
        raise ApiError("If-Match goes with one meter", details={"If-Match": "Send one meter_id, or no If-Match."})
    changes: Mapping[str, Any] = {how: wanted["tags"]}
    with transaction.atomic():
        _refuse_changed(request, meters[0])
        try:
            results = change_tags(meters, **changes, partner=partner_of(request), by=actor_of(request))
        except Refused as refusal:
            details = [{**_told(problem), "field": "tags"} for problem in refusal.problems]
            raise ApiError("The request is not valid", details=details) from refusal
    unknown = [str(pk) for pk in meters if pk not in results]
    _refuse_unknown_only(unknown, len(meters))
    lines = [
        {"meter_id": str(pk), "tags": results[pk][0], "result": _CHANGED if results[pk][1] else _UNCHANGED}
        for pk in meters
        if pk in results
    ]
    return Response({"meters": lines, "unknown_meter_ids": unknown, **warnings})


def _refuse_unknown_only(unknown: Sequence[str], asked: int) -> None:
    if len(unknown) == asked:
        raise ApiError("None of these meters is known", status_code=404, details={"unknown_meter_ids": list(unknown)})


def _refuse_changed(request: Request, meter: UUID) -> None:
    """Raise ApiError 412 when If-Match names another state of the meter, whose row is locked from here on."""
    locked: Meter | None = meters_of(partner_of(request)).filter(pk=meter).select_for_update().first()
    if locked is not None:
        refuse_stale(request, published(locked))


# --- registrations


class RefreshRequests(ApiView):
    """POST /v2/meters/{meter_id}/market-registrations/refresh-requests."""

    needs = {"POST": KeyPermission.ENROLLMENT}

    @extend_schema(
        operation_id="createMarketRegistrationRefreshRequest",
        tags=["meter enrollment"],
        parameters=[METER_ID],
        request=None,
        responses=responses(RefreshRequestSerializer, 400, 404),
    )
    def post(self, request: Request, meter_id: str) -> Response:
        """Request a new check of the market registration of a CAISO utility meter that is INELIGIBLE."""
        meter = meter_named(request, meter_id)
        try:
            refresh = request_refresh(meter, by=actor_of(request))
        except Refused as refusal:
            raise ApiError(
                "The registration cannot be refreshed", details=[_told(problem) for problem in refusal.problems]
            ) from refusal
        return Response({"meter_id": str(meter.pk), "status": "REQUESTED", "requested_at": refresh.requested_at})
