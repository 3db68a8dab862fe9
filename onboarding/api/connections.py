"""getConnections: how far customers are on the way through Connect.

The reference names the operation and some of its fields, not its path (leap.md 3.4), so both are ours where it is
silent. One entry for each reference ID, as on the page. What is not known yet is absent.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import REGIONS
from onboarding.connect.choices import AuthorizationState, DataState, EndReason, FailureReason, SessionState, Step
from onboarding.connect.models import Authorization, Connection, ServicePoint
from onboarding.connect.queries import connections_of
from onboarding.connect.rows import NoteLine, UtilityStatus, note_lines, row_of
from portal.api.authentication import partner_of
from portal.api.cursors import PageTokenField, paginate
from portal.api.errors import validated
from portal.api.schema import responses
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from programs.identifiers import reference_key
from programs.models import Utility

PAGE_SIZE = 100


class ConnectionsRequestSerializer(serializers.Serializer[object]):
    """Which connections are wanted: those that match every part that is given. All parts are optional."""

    reference_id = serializers.ListField(child=serializers.CharField(max_length=256), required=False, max_length=100)
    connection_start_date_from = serializers.DateTimeField(required=False, help_text="Started at this time or later.")
    connection_start_date_to = serializers.DateTimeField(required=False, help_text="Started before this time.")
    last_interaction_date_from = serializers.DateTimeField(required=False)
    last_interaction_date_to = serializers.DateTimeField(required=False)
    page_token = PageTokenField()
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=500)


class ConnectionUtilitySerializer(serializers.Serializer[object]):
    """The progress of one utility."""

    utility_name = serializers.CharField()
    utility_is_required = serializers.BooleanField(help_text="Whether your link asked for this utility.")
    status = serializers.ChoiceField(AuthorizationState.values, required=False, help_text="Absent: not started.")
    failure_reason = serializers.ChoiceField(FailureReason.values, required=False)
    data_status = serializers.ChoiceField(DataState.values, required=False)
    authorized_date_time_utc = serializers.DateTimeField(required=False)
    data_received_date_time_utc = serializers.DateTimeField(required=False)
    expires_date_time_utc = serializers.DateTimeField(required=False)
    ended_date_time_utc = serializers.DateTimeField(required=False)
    end_reason = serializers.ChoiceField(EndReason.values, required=False)
    meter_ids = serializers.ListField(child=serializers.UUIDField())


class ConnectionNoteSerializer(serializers.Serializer[object]):
    """Something that happened. The code is stable; the text is for people and may change."""

    code = serializers.CharField()
    text = serializers.CharField()
    date_time_utc = serializers.DateTimeField()
    next_step_expected_by_utc = serializers.DateTimeField(required=False)


class SignedDocumentSerializer(serializers.Serializer[object]):
    """A document that the customer signed."""

    code = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    language = serializers.ChoiceField(
        [code for code, _ in settings.LANGUAGES], help_text="The language of the signed text."
    )
    sha256 = serializers.CharField()
    signed_date_time_utc = serializers.DateTimeField()


class ConnectionSerializer(serializers.Serializer[object]):
    """One customer: the session, each utility, signed documents, and the newest notes."""

    reference_id = serializers.CharField()
    transmission_region = serializers.ChoiceField(REGIONS)
    connection_start_date_time_utc = serializers.DateTimeField()
    last_interaction_date_time_utc = serializers.DateTimeField()
    session_status = serializers.ChoiceField(SessionState.values, required=False)
    session_step = serializers.ChoiceField(Step.values, required=False)
    language = serializers.ChoiceField(
        [code for code, _ in settings.LANGUAGES],
        required=False,
        help_text="The language in which the customer reads the pages.",
    )
    partner_action_required = serializers.BooleanField()
    device_meter_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="The meters that the devices of a device link became."
    )
    utilities = ConnectionUtilitySerializer(many=True)
    signed_documents = SignedDocumentSerializer(many=True)
    notes = ConnectionNoteSerializer(many=True)


class ListConnectionsResponseSerializer(serializers.Serializer[object]):
    """One page of connections, newest first."""

    connections = ConnectionSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False, help_text="Token for the next page; absent on the last page."
    )


class Connections(ApiView):
    """GET /v1.1/connections."""

    needs = {"GET": KeyPermission.CONNECTIONS}

    @extend_schema(
        operation_id="getConnections",
        tags=["connections"],
        parameters=[ConnectionsRequestSerializer],
        responses=responses(ListConnectionsResponseSerializer, 400),
    )
    def get(self, request: Request) -> Response:
        """List your customers' connections: those that opened a link with a reference ID."""
        wanted = validated(ConnectionsRequestSerializer, request.query_params)
        rows = matching(connections_of(partner_of(request)), wanted)
        page, next_page = paginate(
            rows, request=request, size=wanted["page_size"], token=wanted["page_token"], newest_first=True
        )
        meters = _meters_of(page)
        names = dict(Utility.objects.values_list("code", "name")) if page else {}
        return Response({"connections": [published(one, names, meters) for one in page], **next_page})


def matching(rows: QuerySet[Connection], wanted: dict[str, Any]) -> QuerySet[Connection]:
    """The connections that match every part of the request."""
    lookups = {
        "connection_start_date_from": "started_at__gte",
        "connection_start_date_to": "started_at__lt",
        "last_interaction_date_from": "last_interaction_at__gte",
        "last_interaction_date_to": "last_interaction_at__lt",
    }
    rows = rows.filter(**{lookup: wanted[name] for name, lookup in lookups.items() if wanted.get(name)})
    if references := wanted.get("reference_id"):
        rows = rows.filter(reference_key__in={reference_key(reference) for reference in references})
    return rows


def _meters_of(connections: list[Connection]) -> dict[object, list[object]]:
    """The meters of each authorization on a page: one query."""
    meters: dict[object, list[object]] = {}
    points = ServicePoint.objects.filter(authorization__connection__in=connections, meter__isnull=False)
    for authorization, meter in points.order_by("pk").values_list("authorization", "meter"):
        meters.setdefault(authorization, []).append(meter)
    return meters


def published(connection: Connection, names: dict[str, str], meters: dict[object, list[object]]) -> dict[str, object]:
    """A connection as the API tells it."""
    row, notes = row_of(connection, names), connection.newest_notes
    told = {
        "reference_id": connection.reference,
        "transmission_region": connection.transmission_region,
        "connection_start_date_time_utc": connection.started_at,
        "last_interaction_date_time_utc": connection.last_interaction_at,
        "session_status": row.session.state if row.session else "",
        "session_step": row.session.step if row.session else "",
        "language": row.session.language if row.session else "",
        "partner_action_required": connection.needs_partner,
        "utilities": [_utility(status, meters) for status in row.utilities],
        "signed_documents": [
            {
                "code": signature.code,
                "version": signature.version,
                "title": signature.title,
                "language": signature.language,
                "sha256": signature.sha256,
                "signed_date_time_utc": signature.signed_at,
            }
            for session in connection.sessions.all()
            for signature in session.signatures.all()
        ],
        "notes": [_note(line, entry.kind) for entry, line in zip(notes, note_lines(notes), strict=True)],
    }
    devices = dict.fromkeys(session.meter_id for session in connection.sessions.all() if session.meter_id)
    return _known({**told, "device_meter_ids": list(devices) or None})


def _known(told: Mapping[str, object]) -> dict[str, object]:
    """What is known of this: neither None nor an empty text."""
    return {name: value for name, value in told.items() if value not in (None, "")}


def _utility(status: UtilityStatus, meters: dict[object, list[object]]) -> dict[str, object]:
    told = status.authorization or Authorization(state="", data_state="")
    return _known(
        {
            "utility_name": status.code,
            "utility_is_required": status.is_required,
            "status": told.state,
            "failure_reason": told.failure,
            "data_status": told.data_state,
            "authorized_date_time_utc": told.authorized_at,
            "data_received_date_time_utc": told.data_received_at,
            "expires_date_time_utc": told.ends_at,
            "ended_date_time_utc": told.ended_at,
            "end_reason": told.end_reason,
            "meter_ids": meters.get(told.pk, []),
        }
    )


def _note(line: NoteLine, code: str) -> dict[str, object]:
    return _known(
        {
            "code": code,
            "text": line.text,
            "date_time_utc": line.at,
            "next_step_expected_by_utc": line.expected_by,
        }
    )
