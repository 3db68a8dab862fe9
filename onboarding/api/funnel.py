"""getConnectFunnel: how far customers come through Connect, and where they stop. An operation of ours alone.

It counts as the page does (onboarding/funnel/): each reference ID once, at the furthest step of all its sessions.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.connect.choices import DropOffReason, Reached, Variant
from onboarding.connect.models import ConnectLink
from onboarding.funnel.counts import Funnel, StepCount, Times
from onboarding.funnel.forms import WEEKS
from onboarding.funnel.queries import (
    MOST_WEEKS,
    Group,
    GroupBy,
    Scope,
    groups_of,
    sessions_without_reference,
    times_in,
    whole_funnel,
)
from portal.api.authentication import partner_of
from portal.api.errors import ApiError, validated
from portal.api.schema import responses
from portal.api.views import ApiView
from portal.partners.models import KeyPermission, Partner
from portal.web import clock

_GROUPS = {
    "LINK": GroupBy.LINK,
    "UTILITY": GroupBy.UTILITY,
    "WEEK": GroupBy.WEEK,
    "DEVICE": GroupBy.DEVICE,
    "VARIANT": GroupBy.VARIANT,
}
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class FunnelRequestSerializer(serializers.Serializer[object]):
    """Which connections are counted: those that match every part that is given. All parts are optional."""

    connection_start_date_from = serializers.DateTimeField(
        required=False, help_text=f"Started at this time or later. Default: {WEEKS} weeks before the end."
    )
    connection_start_date_to = serializers.DateTimeField(
        required=False, help_text="Started before this time. Default: now."
    )
    link = serializers.CharField(required=False, max_length=64, help_text="The name of one of your links.")
    utility_name = serializers.CharField(required=False, max_length=32, help_text="Where they got furthest.")
    variant = serializers.ChoiceField(Variant.values, required=False)
    device_type = serializers.CharField(
        required=False, max_length=64, help_text="As chosen by customers of device links."
    )
    group_by = serializers.ChoiceField(
        [*_GROUPS],
        required=False,
        help_text=f"Adds a funnel for each part. Weeks begin on Monday in your time zone; at most {MOST_WEEKS}.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Times of this century in their order; weeks of a year at most."""
        for name in ("connection_start_date_from", "connection_start_date_to"):
            if name in attrs and not _FIRST <= attrs[name] <= _LAST:
                raise serializers.ValidationError({name: "Send a time between 2000 and 2100."})
        end = attrs.setdefault("connection_start_date_to", clock.now())
        begin = attrs.setdefault("connection_start_date_from", end - timedelta(weeks=WEEKS))
        if end < begin:
            raise serializers.ValidationError({"connection_start_date_to": "This is before the start."})
        if attrs.get("group_by") == GroupBy.WEEK.name and end - begin > timedelta(weeks=MOST_WEEKS - 2):
            raise serializers.ValidationError({"group_by": "Request at most one year by week."})
        return attrs


class FunnelReasonSerializer(serializers.Serializer[object]):
    """Why customers stopped."""

    reason = serializers.ChoiceField([reason.value for reason in DropOffReason if reason != DropOffReason.COMPLETE])
    connections = serializers.IntegerField()


class FunnelStepSerializer(serializers.Serializer[object]):
    """One step: reached + not_asked are all who got here or beyond. Some of them stopped or are still in progress."""

    step = serializers.ChoiceField([step.name for step in Reached])
    reached = serializers.IntegerField(help_text="Completed the step, wherever they are now.")
    not_asked = serializers.IntegerField(
        help_text="Continued or finished without it, because their link doesn’t have this step. They aren’t drop-offs."
    )
    under_way = serializers.IntegerField(help_text="Got this far; the next step is still expected.")
    stopped = serializers.IntegerField(help_text="Got this far and stopped.")
    stopped_by = FunnelReasonSerializer(many=True, help_text="Why customers stopped here.")


class FunnelTimesSerializer(serializers.Serializer[object]):
    """How long something took."""

    connections = serializers.IntegerField()
    median_minutes = serializers.FloatField()
    nine_of_ten_within_minutes = serializers.IntegerField()


class FunnelGroupSerializer(serializers.Serializer[object]):
    """One part: a link, a utility, a week, a device type or a customer type."""

    group = serializers.CharField(
        allow_blank=True,
        help_text="The name of the link or utility, the week’s first day, the device type or the variant.",
    )
    connections = serializers.IntegerField()
    finished = serializers.IntegerField()
    steps = FunnelStepSerializer(many=True)


class FunnelSerializer(serializers.Serializer[object]):
    """The funnel of matching connections, and of each part if requested."""

    connection_start_date_from = serializers.DateTimeField()
    connection_start_date_to = serializers.DateTimeField()
    connections = serializers.IntegerField(help_text="How many customers opened a link with a reference ID.")
    finished = serializers.IntegerField(help_text="How many have a meter or have no steps left.")
    sessions_without_reference_id = serializers.IntegerField(
        help_text="Counted only here, since we can’t tell which customer they belong to."
    )
    steps = FunnelStepSerializer(many=True)
    opened_to_authorized = FunnelTimesSerializer(required=False)
    authorized_to_data = FunnelTimesSerializer(required=False)
    groups = FunnelGroupSerializer(many=True, required=False)


class ConnectFunnel(ApiView):
    """GET /v1.1/connect/funnel."""

    needs = {"GET": KeyPermission.CONNECTIONS}

    @extend_schema(
        operation_id="getConnectFunnel",
        tags=["connections"],
        parameters=[FunnelRequestSerializer],
        responses=responses(FunnelSerializer, 400),
    )
    def get(self, request: Request) -> Response:
        """Count how far your customers get in Connect, and where and why they stop."""
        wanted = validated(FunnelRequestSerializer, request.query_params)
        scope = _scope(partner_of(request), wanted)
        answer: dict[str, object] = {
            "connection_start_date_from": scope.since,
            "connection_start_date_to": scope.until,
            "sessions_without_reference_id": sessions_without_reference(scope),
            **_counted(whole_funnel(scope)),
        }
        for name, field in (
            ("opened_to_authorized", "minutes_to_authorize"),
            ("authorized_to_data", "minutes_to_data"),
        ):
            if times := times_in(scope, field):
                answer[name] = _times(times)
        if by := wanted.get("group_by"):
            answer["groups"] = list(_groups(groups_of(scope, _GROUPS[by]), _GROUPS[by]))
        return Response(answer)


def _scope(partner: Partner, wanted: dict[str, Any]) -> Scope:
    return Scope(
        partner,
        wanted["connection_start_date_from"],
        wanted["connection_start_date_to"],
        ZoneInfo(partner.time_zone),
        link=_link(partner, wanted["link"]) if "link" in wanted else None,
        utility=wanted.get("utility_name", ""),
        device=wanted.get("device_type", ""),
        variant=wanted.get("variant", ""),
    )


def _link(partner: Partner, title: str) -> UUID:
    link = ConnectLink.objects.filter(partner=partner, title=title).only("pk").first()
    if link is None:
        raise ApiError("The request is not valid", details={"link": "You don’t have a link with this name."})
    return link.pk


def _counted(funnel: Funnel) -> dict[str, object]:
    return {
        "connections": funnel.opened,
        "finished": funnel.finished,
        "steps": [_step(count) for count in funnel.steps],
    }


def _step(count: StepCount) -> dict[str, object]:
    return {
        "step": count.code,
        "reached": count.reached,
        "not_asked": count.not_asked,
        "under_way": count.under_way,
        "stopped": count.stopped,
        "stopped_by": [{"reason": reason.value, "connections": many} for reason, many in count.reasons.items()],
    }


def _times(times: Times) -> dict[str, object]:
    return {
        "connections": times.count,
        "median_minutes": times.median,
        "nine_of_ten_within_minutes": times.nine_of_ten,
    }


def _groups(groups: Iterable[Group], by: GroupBy) -> Iterable[dict[str, object]]:
    for group in groups:
        yield {"group": group.name if by == GroupBy.LINK else group.key, **_counted(group.funnel)}
