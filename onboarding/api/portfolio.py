"""getPortfolio: how many meters in which status, where, and their capacity. An operation of ours alone.

It counts as the page does (onboarding/portfolio/overview/): meters that are not archived.
"""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.meters.models import EnrollmentStatus
from onboarding.portfolio.overview.capacity import Capacity
from onboarding.portfolio.overview.counts import StatusCounts
from onboarding.portfolio.overview.queries import Group, GroupBy, portfolio_of
from portal.api.authentication import partner_of
from portal.api.schema import responses
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.web import clock


class PortfolioStatusSerializer(serializers.Serializer[object]):
    """How many meters have a status."""

    status = serializers.ChoiceField(EnrollmentStatus.values)
    meter_count = serializers.IntegerField()


class PortfolioCapacitySerializer(serializers.Serializer[object]):
    """The capacity of meters' devices: a meter's own device, or else all devices on its site."""

    power_kw = serializers.FloatField()
    active_power_kw = serializers.FloatField(help_text="For active meters.")
    energy_kwh = serializers.FloatField()
    meters_without_power = serializers.IntegerField(help_text="Meters with unknown power.")
    counted_at = serializers.DateTimeField(help_text="For very large portfolios, this can be a few minutes ago.")


class PortfolioGroupSerializer(serializers.Serializer[object]):
    """The meters of one program, state, utility or device type."""

    group = serializers.CharField(
        help_text="The program’s identifier, the state, the utility or the device type; none if meters have no value."
    )
    name = serializers.CharField()
    meter_count = serializers.IntegerField()
    statuses = PortfolioStatusSerializer(many=True)
    capacity = PortfolioCapacitySerializer(required=False, help_text="For programs, once it is counted.")


class PortfolioSerializer(serializers.Serializer[object]):
    """All meters that are not archived, and their groups, largest first.

    A meter in several programs is in each of them, with its status there; elsewhere it has its best status.
    """

    meter_count = serializers.IntegerField()
    statuses = PortfolioStatusSerializer(many=True)
    capacity = PortfolioCapacitySerializer(required=False, help_text="Absent until it is counted.")
    programs = PortfolioGroupSerializer(many=True)
    states = PortfolioGroupSerializer(many=True)
    utilities = PortfolioGroupSerializer(many=True)
    device_types = PortfolioGroupSerializer(many=True)


class PortfolioFigures(ApiView):
    """GET /v1.1/portfolio."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(operation_id="getPortfolio", tags=["meters"], responses=responses(PortfolioSerializer))
    def get(self, request: Request) -> Response:
        """Count your meters by status, program, state, utility and device type, with their power and energy."""
        portfolio = portfolio_of(partner_of(request))
        answer = _counted(portfolio.whole, portfolio.capacity)
        for name, by in _GROUPS.items():
            answer[name] = [_group(group) for group in portfolio.groups[by]]
        return Response(answer)


_GROUPS = {
    "programs": GroupBy.PROGRAM,
    "states": GroupBy.STATE,
    "utilities": GroupBy.UTILITY,
    "device_types": GroupBy.DEVICE,
}


def _group(group: Group) -> dict[str, object]:
    return {"group": group.value or group.name, "name": group.name, **_counted(group.counts, group.capacity)}


def _counted(counts: StatusCounts, capacity: Capacity | None) -> dict[str, object]:
    statuses = [{"status": status.value, "meter_count": counts.by_status[status.value]} for status in EnrollmentStatus]
    answer: dict[str, object] = {"meter_count": counts.created, "statuses": statuses}
    if capacity:
        answer["capacity"] = {
            "power_kw": round(capacity.power_kw, 3),
            "active_power_kw": round(capacity.active_kw, 3),
            "energy_kwh": round(capacity.energy_kwh, 3),
            "meters_without_power": capacity.without,
            "counted_at": capacity.counted_at or clock.now(),
        }
    return answer
