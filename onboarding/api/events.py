"""listEvents: the published events, read by cursor. Ours: the published contract has webhooks alone.

The same events as webhooks, in the same envelope, with more beside it. A reader that keeps the last cursor misses
nothing and gets nothing twice, whatever stops it in between.
"""

from datetime import UTC, datetime
from typing import Any, Final

from django.core import signing
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import partner_of
from portal.api.errors import ApiError, validated
from portal.api.schema import responses
from portal.api.views import ApiView
from portal.api.waiting import until_there
from portal.events.published import PublishedEvent, event_types, published_after, settled_to
from portal.events.relay import publish_settled
from portal.partners.models import KeyPermission, Partner

LATEST: Final = "latest"
LONGEST_WAIT: Final = 25  # seconds
_PUBLISHING_SECONDS: Final = 0.2
_SALT: Final = "onboarding.api.events"
Page = tuple[list[PublishedEvent], int]  # and after which number to go on


class EventsRequestSerializer(serializers.Serializer[object]):
    """Which events are wanted. All parts are optional."""

    after = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text=f"The cursor to continue after. Omit it to start at the beginning, or use {LATEST} to start now.",
    )
    types = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, help_text="Only these event types, separated by commas."
    )
    page_size = serializers.IntegerField(required=False, default=100, min_value=1, max_value=500)
    wait = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=LONGEST_WAIT,
        help_text="How many seconds to wait for an event if there is none. The response may come earlier without one.",
    )

    def validate_types(self, text: str) -> list[str]:
        """The names. Refuses a type that there is none of, by name."""
        names = [name for part in text.split(",") if (name := part.strip())]
        known = [one.name for one in event_types()]
        if unknown := [name for name in names if name not in known]:
            raise serializers.ValidationError(
                f"{unknown[0][:100]} is not an event type. Use one of: {', '.join(known)}."
            )
        return names


@extend_schema_field({"type": "object", "additionalProperties": True, "required": ["webhook_event_type"]})
class PayloadField(serializers.DictField):
    """The payload, as the event's type has it."""


class EventSerializer(serializers.Serializer[object]):
    """A published event: the webhook envelope and additional fields."""

    webhook_event_id = serializers.UUIDField(
        help_text="Stays the same for an event whenever and however it is delivered."
    )
    payload = PayloadField()
    occurred_at = serializers.DateTimeField()
    subject = serializers.CharField(help_text="The meter, Connect session or market group the event is about.")
    sequence = serializers.IntegerField(help_text="1, 2, 3… over the events of one subject.")
    cursor = serializers.CharField(help_text="Use it to continue after this event.")
    request_id = serializers.CharField(required=False, help_text="The ID of the API request that caused it.")


class ListEventsResponseSerializer(serializers.Serializer[object]):
    """The next events, oldest first."""

    events = EventSerializer(many=True)
    next_cursor = serializers.CharField(help_text="Keep it, and send it as `after` next time.")
    has_more = serializers.BooleanField(help_text="Whether to request the next events right away.")


class Events(ApiView):
    """GET /v1.1/events."""

    needs = {"GET": KeyPermission.WEBHOOKS}

    @extend_schema(
        operation_id="listEvents",
        tags=["webhooks"],
        parameters=[EventsRequestSerializer],
        responses=responses(ListEventsResponseSerializer, 400),
    )
    def get(self, request: Request) -> Response:
        """Read the events that webhooks deliver, in order, by cursor."""
        query = request.query_params.dict() | {"types": ",".join(request.query_params.getlist("types"))}
        asked = validated(EventsRequestSerializer, query)
        partner, size = partner_of(request), asked["page_size"]
        after = _number(asked.get("after", ""), partner)

        def look() -> Page:
            """The next events. What has just happened is let out, if it is settled."""
            publish_settled(seconds=_PUBLISHING_SECONDS)
            return _next(partner, after, asked)

        events, last = until_there(look, lambda page: bool(page[0]), request=request, seconds=asked["wait"])
        return Response(
            {
                "events": [_event(event, partner) for event in events],
                "next_cursor": _cursor(last, partner),
                "has_more": len(events) == size,
            }
        )


def _next(partner: Partner, after: int, asked: dict[str, Any]) -> Page:
    """The next events. When they are all that there are, the reader goes on after everything that was looked at."""
    until, size = settled_to(), asked["page_size"]
    types = asked.get("types") or None
    events = published_after(after, limit=size, partner=partner.pk, types=types, until=until)
    return events, events[-1].number if len(events) == size else max(until, after)


def _event(event: PublishedEvent, partner: Partner) -> dict[str, object]:
    told: dict[str, object] = {
        "webhook_event_id": str(event.id),
        "payload": event.payload,
        "occurred_at": _time(event.at),
        "subject": event.subject,
        "sequence": event.sequence,
        "cursor": _cursor(event.number, partner),
    }
    return told | ({"request_id": event.request_id} if event.request_id else {})


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _salt(partner: Partner) -> str:
    return f"{_SALT}.{partner.pk}"


def _cursor(number: int, partner: Partner) -> str:
    """A cursor of this partner; it says nothing to anybody else."""
    return signing.Signer(salt=_salt(partner)).sign(str(number))


def _number(cursor: str, partner: Partner) -> int:
    if not cursor:
        return 0
    if cursor == LATEST:
        publish_settled(seconds=_PUBLISHING_SECONDS)
        return settled_to()
    try:
        return int(signing.Signer(salt=_salt(partner)).unsign(cursor))
    except (signing.BadSignature, ValueError) as error:
        raise ApiError("after is not a cursor that this API gave", details={"after": cursor[:200]}) from error
