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

_GROUPS = {"LINK": GroupBy.LINK, "UTILITY": GroupBy.UTILITY, "WEEK": GroupBy.WEEK, "VARIANT": GroupBy.VARIANT}
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class FunnelRequestSerializer(serializers.Serializer[object]):
    """Which connections are counted: those that match every part that is given. All parts are optional."""

    connection_start_date_from = serializers.DateTimeField(
        required=False, help_text=f"Begun at this time or later. By default {WEEKS} weeks before the end."
    )
    connection_start_date_to = serializers.DateTimeField(
        required=False, help_text="Begun before this time. By default now."
    )
    link = serializers.CharField(required=False, max_length=64, help_text="The name of a link of yours.")
    utility_name = serializers.CharField(required=False, max_length=32, help_text="At which they came furthest.")
    variant = serializers.ChoiceField(Variant.values, required=False)
    group_by = serializers.ChoiceField(
        [*_GROUPS],
        required=False,
        help_text=f"Adds a funnel for each part. Weeks begin on Monday in your time zone; at most {MOST_WEEKS}.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Times of this century in their order; weeks of a year at most."""
        for name in ("connection_start_date_from", "connection_start_date_to"):
            if name in attrs and not _FIRST <= attrs[name] <= _LAST:
                raise serializers.ValidationError({name: "Give a time between 2000 and 2100."})
        end = attrs.setdefault("connection_start_date_to", clock.now())
        begin = attrs.setdefault("connection_start_date_from", end - timedelta(weeks=WEEKS))
        if end < begin:
            raise serializers.ValidationError({"connection_start_date_to": "This is before the start."})
        if attrs.get("group_by") == GroupBy.WEEK.name and end - begin > timedelta(weeks=MOST_WEEKS - 2):
            raise serializers.ValidationError({"group_by": "Ask for at most a year by week."})
        return attrs


class FunnelReasonSerializer(serializers.Serializer[object]):
    """Why customers stopped."""

    reason = serializers.ChoiceField([reason.value for reason in DropOffReason if reason != DropOffReason.COMPLETE])
    connections = serializers.IntegerField()


class FunnelStepSerializer(serializers.Serializer[object]):
    """One step: reached + not_asked are those who were here or beyond; of them, some stopped or are still under way."""

    step = serializers.ChoiceField([step.name for step in Reached])
    reached = serializers.IntegerField(help_text="Took the step, wherever they are now.")
    not_asked = serializers.IntegerField(
        help_text="Went on, or were done, without it: their link has no such step. They are no drop-offs."
    )
    under_way = serializers.IntegerField(help_text="Came this far; the next step is still expected.")
    stopped = serializers.IntegerField(help_text="Came this far and no further.")
    stopped_by = FunnelReasonSerializer(many=True, help_text="The reasons of those who stopped.")


class FunnelTimesSerializer(serializers.Serializer[object]):
    """How long something took."""

    connections = serializers.IntegerField()
    median_minutes = serializers.FloatField()
    nine_of_ten_within_minutes = serializers.IntegerField()


class FunnelGroupSerializer(serializers.Serializer[object]):
    """One part: a link, a utility, a week or a kind of customer."""

    group = serializers.CharField(
        allow_blank=True,
        help_text="The link's name, the utility's, the week's first day or the variant; empty: none yet.",
    )
    connections = serializers.IntegerField()
    finished = serializers.IntegerField()
    steps = FunnelStepSerializer(many=True)


class FunnelSerializer(serializers.Serializer[object]):
    """The funnel of the connections that match, and of their parts when they were asked for."""

    connection_start_date_from = serializers.DateTimeField()
    connection_start_date_to = serializers.DateTimeField()
    connections = serializers.IntegerField(help_text="How many customers opened a link with a reference ID.")
    finished = serializers.IntegerField(help_text="How many have a meter, or were asked for no more.")
    sessions_without_reference_id = serializers.IntegerField(
        help_text="Counted here alone: nobody knows whose they are."
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
        """Count how far your customers come through Connect, and where and why they stop."""
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
        variant=wanted.get("variant", ""),
    )


def _link(partner: Partner, title: str) -> UUID:
    link = ConnectLink.objects.filter(partner=partner, title=title).only("pk").first()
    if link is None:
        raise ApiError("The request is not valid", details={"link": "You have no link of this name."})
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
