"""The published webhooks operations: listWebhooks, createWebhook, updateWebhook, deleteWebhook, testWebhook.

Serializers have the contract's names. Their docstrings and those of methods are what partners read in the schema.
"""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import actor_of, partner_of
from portal.api.errors import ApiError
from portal.api.schema import responses
from portal.api.shapes import ERROR_AND_MESSAGE
from portal.api.unknown import WarnedSerializer, Warnings, validated_with_warnings
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.webhooks import domain
from portal.webhooks.models import WebhookEndpoint
from portal.webhooks.queries import endpoints_of, hidden_headers_of
from portal.webhooks.sending import AttemptResult
from portal.webhooks.testing import send_test

SIGNING_HEADER = "Webhook-Signing-Secret"  # the published answer has no place for it
_TAGS = ["webhooks"]
_TOO_OFTEN = "WEBHOOK_TEST_TOO_OFTEN"
_SECRET_PARAMETER = OpenApiParameter(
    SIGNING_HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description="The secret that signs deliveries to this webhook. It is only in this response.",
)


class _Text(serializers.CharField):
    """A text as it is, without blanks taken away; a number or boolean is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class HeaderSerializer(serializers.Serializer[object]):
    """A header sent with each delivery, with its name in lower case."""

    name = _Text(max_length=200)
    value = _Text(
        allow_blank=True,
        max_length=10_000,
        help_text="Never shown again: responses show ******** instead. Send ******** to keep the stored value.",
    )


class WebhookRequestSerializer(serializers.Serializer[object]):
    """Where to send events, which ones, and with which headers."""

    receiver_url = _Text(max_length=10_000, help_text="https, on port 443, 8443 or 8843.")
    event_types = serializers.ListField(child=_Text(max_length=200), max_length=100)
    headers = serializers.ListField(child=HeaderSerializer(), required=False, max_length=100)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """`headers: null` is none, as clients send it that write every field."""
        if isinstance(data, Mapping) and data.get("headers", ()) is None:
            data = {key: value for key, value in data.items() if key != "headers"}
        return dict(super().to_internal_value(data))


class WebhookSerializer(serializers.Serializer[object]):
    """A webhook."""

    webhook_id = serializers.UUIDField()
    event_types = serializers.ListField(child=serializers.CharField())
    headers = HeaderSerializer(many=True)
    receiver_url = serializers.CharField()


class WebhookListResponseSerializer(serializers.Serializer[object]):
    """All your webhooks."""

    webhooks = WebhookSerializer(many=True)


class WebhookResponseSerializer(WarnedSerializer):
    """The webhook's ID."""

    webhook_id = serializers.UUIDField()


class SuccessResponseSerializer(serializers.Serializer[object]):
    """What was done."""

    message = serializers.CharField()


class TestWebhookRequestSerializer(serializers.Serializer[object]):
    """The payload of an event of any type, sent as is."""

    webhook_event_type = serializers.CharField()


class TestWebhookResponseSerializer(serializers.Serializer[object]):
    """Your receiver's response."""

    is_successful = serializers.BooleanField(help_text="Whether the receiver answered 2xx within 10 seconds.")
    error = serializers.CharField(required=False, help_text="Why there was no response.")
    status_code = serializers.IntegerField(required=False)
    response_time_ms = serializers.IntegerField(required=False)


class Webhooks(ApiView):
    """List and create."""

    needs = {"GET": KeyPermission.WEBHOOKS, "POST": KeyPermission.WEBHOOKS}
    error_shape = ERROR_AND_MESSAGE

    @extend_schema(
        operation_id="listWebhooks",
        responses=responses(WebhookListResponseSerializer, shape=ERROR_AND_MESSAGE),
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        """List existing webhooks. Values of headers are hidden."""
        return Response({"webhooks": [_shown(endpoint) for endpoint in endpoints_of(partner_of(request))]})

    @extend_schema(
        operation_id="createWebhook",
        request=WebhookRequestSerializer,
        parameters=[_SECRET_PARAMETER],
        responses=responses(WebhookResponseSerializer, 400, 415, shape=ERROR_AND_MESSAGE),
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        """Create a webhook. It gets the events from now on."""
        asked, warnings = _asked(request)
        try:
            endpoint = domain.create_endpoint(partner_of(request), **asked, by=actor_of(request))
        except Refused as refusal:
            raise _refused(refusal) from None
        return Response({"webhook_id": str(endpoint.pk), **warnings})

    def finalize_response(self, request: Request, response: Response, *args: object, **kwargs: object) -> Response:
        """Beside a new webhook's ID, its secret: here, since answers that are kept to be repeated are not encrypted."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            made = endpoints_of(partner_of(request)).filter(pk=response.data["webhook_id"]).first()
            if made is not None:
                answer[SIGNING_HEADER] = str(made.secret)
        return answer


class Webhook(ApiView):
    """Update and delete."""

    needs = {"PUT": KeyPermission.WEBHOOKS, "DELETE": KeyPermission.WEBHOOKS}
    error_shape = ERROR_AND_MESSAGE

    @extend_schema(
        operation_id="updateWebhook",
        request=WebhookRequestSerializer,
        responses=responses(WebhookResponseSerializer, 400, 404, 415, shape=ERROR_AND_MESSAGE),
        tags=_TAGS,
    )
    def put(self, request: Request, webhook_id: str) -> Response:
        """Replace a webhook's address, event types and headers."""
        endpoint = _own(request, webhook_id)
        asked, warnings = _asked(request)
        try:
            domain.update_endpoint(endpoint, **asked, by=actor_of(request))
        except Refused as refusal:
            raise _refused(refusal) from None
        return Response({"webhook_id": str(endpoint.pk), **warnings})

    @extend_schema(
        operation_id="deleteWebhook",
        responses=responses(SuccessResponseSerializer, 404, shape=ERROR_AND_MESSAGE),
        tags=_TAGS,
    )
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Delete a webhook and its undelivered events."""
        domain.delete_endpoint(_own(request, webhook_id), by=actor_of(request))
        return Response({"message": "Operation completed successfully"})


class WebhookTest(ApiView):
    """Send a test event."""

    needs = {"POST": KeyPermission.WEBHOOKS}
    error_shape = ERROR_AND_MESSAGE
    in_one_transaction = False  # it calls the receiver

    @extend_schema(
        operation_id="testWebhook",
        request=TestWebhookRequestSerializer,
        responses=responses(TestWebhookResponseSerializer, 400, 404, 415, shape=ERROR_AND_MESSAGE),
        tags=_TAGS,
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        """Send an event's payload to the receiver, signed like every event, and return its response."""
        endpoint = _own(request, webhook_id)
        payload: object = request.data
        if not isinstance(payload, dict):
            raise ApiError("The request is not valid", details={"error": "Send the payload of an event, an object."})
        try:
            result = send_test(endpoint, payload, by=actor_of(request))
        except Refused as refusal:
            raise _refused(refusal) from None
        return Response(_result(result))


def _own(request: Request, webhook_id: str) -> WebhookEndpoint:
    """The partner's webhook of this ID; NotFound for everything else."""
    key = as_uuid(webhook_id)
    endpoint = endpoints_of(partner_of(request)).filter(pk=key).first() if key else None
    if endpoint is None:
        raise NotFound
    return endpoint


def _asked(request: Request) -> tuple[dict[str, Any], Warnings]:
    asked, warnings = validated_with_warnings(WebhookRequestSerializer, request.data)
    return {"headers": [], **asked}, warnings


def _shown(endpoint: WebhookEndpoint) -> dict[str, object]:
    return {
        "webhook_id": endpoint.pk,
        "event_types": endpoint.event_types,
        "headers": hidden_headers_of(endpoint),
        "receiver_url": endpoint.receiver_url,
    }


def _result(result: AttemptResult) -> dict[str, object]:
    if result.status is None:
        problem = Problem(f"WEBHOOK_{result.error}")
        return {"is_successful": False, "error": f"{problem.text} {problem.remedy}"}
    return {
        "is_successful": result.is_success,
        "status_code": result.status,
        "response_time_ms": result.duration_ms,
    }


def _refused(refusal: Refused) -> ApiError:
    """The problems by field; 429 where there were too many."""
    details = {problem.field or "error": f"{problem.text} {problem.remedy}" for problem in refusal.problems}
    if any(problem.code == _TOO_OFTEN for problem in refusal.problems):
        return ApiError("Too many requests", status_code=429, details=details)
    return ApiError("The request is not valid", details=details)
