"""Which programs would take an asset, from when, and what is missing, before there is a meter. Not a published path."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import PartialAssetSerializer, ProgramIdentifierField
from onboarding.api.create_meters.dry_run import AssetErrorSerializer, told_errors
from onboarding.api.create_meters.serializers import WarningSerializer
from onboarding.api.create_meters.statuses import published_warning
from onboarding.enrollment.eligibility import EligibilityStatus, ProgramEligibility, eligibility_of
from onboarding.uploads.pipeline.json_assets import flattened
from portal.api.errors import ApiError
from portal.api.schema import example, responses
from portal.api.unknown import validated_with_warnings
from portal.api.views import SEARCHES, ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem
from portal.web import clock
from programs.models import ActionType
from programs.schema import Checked, Schema, schema_for

_TAGS: Final = ["eligibility"]


class EligibilityRequestSerializer(serializers.Serializer[object]):
    """What you know about the asset: any part of it."""

    asset = PartialAssetSerializer()
    programs = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        max_length=100,
        help_text="Default: all available programs.",
    )
    as_of = serializers.DateField(required=False, help_text="The day from which to count deadlines. Default: today.")


class NamedFieldSerializer(serializers.Serializer[object]):
    """A field of the asset."""

    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, which DRF takes out of the class


class ConditionalFieldSerializer(NamedFieldSerializer):
    """A field that is required only depending on another field, which is still unknown."""

    depends_on = serializers.ListField(child=serializers.CharField())


class ProgramEligibilitySerializer(serializers.Serializer[object]):
    """The result for one program. ELIGIBLE: nothing is missing. MISSING_INFORMATION: it fits, but fields are empty.
    NOT_KNOWN_YET: whether it fits depends on unknown facts. NOT_ELIGIBLE: a known fact rules it out."""

    program_identifier = ProgramIdentifierField()
    name = serializers.CharField()
    eligibility = serializers.ChoiceField([status.value for status in EligibilityStatus])
    not_known_yet = NamedFieldSerializer(many=True, help_text="What decides whether the asset fits at all.")
    missing_fields = NamedFieldSerializer(many=True, help_text="Required by the program and empty.")
    may_be_missing = ConditionalFieldSerializer(many=True, help_text="May be required and empty.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why it is not eligible.")
    steps = serializers.ListField(
        child=serializers.ChoiceField(ActionType.values), help_text="What is left to do once there is a meter."
    )
    created_by_partner = serializers.BooleanField(
        help_text="Whether you can create the meter. If not, the customer authorizes in Connect."
    )
    delivery_period = serializers.CharField(required=False)
    enrollment_deadline_date_time = serializers.DateTimeField(required=False, help_text="The next one.")
    activation_date_time = serializers.DateTimeField(required=False, help_text="Active from then, if eligible in time.")


class EligibilitySerializer(serializers.Serializer[object]):
    """Results by program, best first."""

    programs = ProgramEligibilitySerializer(many=True)
    needed_to_create = NamedFieldSerializer(many=True, help_text="What every meter needs and the asset is missing.")
    errors = AssetErrorSerializer(  # type: ignore[assignment]  # a field, which DRF takes out of the class
        many=True, help_text="Values that no meter can have. They were ignored."
    )
    warnings = WarningSerializer(many=True)


class Eligibility(ApiView):
    """POST /v1.1/eligibility."""

    needs = {"POST": KeyPermission.READ_METERS}
    reads = SEARCHES

    @extend_schema(
        operation_id="checkEligibility",
        tags=_TAGS,
        request=EligibilityRequestSerializer,
        examples=[
            example(
                "A battery at a ZIP code", {"asset": {"meter_type": "DEVICE", "customer": {"postal_code": "94103"}}}
            )
        ],
        responses=responses(EligibilitySerializer, 400, 415),
    )
    def post(self, request: Request) -> Response:
        """Check which programs would accept an asset, from when, and what is missing. Nothing is stored.

        Send what you know at the point of sale or installation. The response names what is unknown and never guesses.
        It does not consider other meters of the same customer.
        """
        data = request.data if isinstance(request.data, dict) else {}
        query, beside = validated_with_warnings(EligibilityRequestSerializer, {**data, "asset": {}})
        schema = schema_for()
        checked, typed_warnings = _checked(data.get("asset"), schema)
        names = query.get("programs", ())
        answers = eligibility_of(checked.asset or {}, _moment(query), programs=names)
        known = {answer.program.identifier for answer in answers}
        if unknown := [name for name in names if name not in known]:
            details = {"programs": f"{', '.join(unknown)[:200]}: no available program has this identifier."}
            raise ApiError("The request is not valid", details=details)
        held = flattened(checked.asset)
        return Response(
            {
                "programs": [_published(answer, schema) for answer in answers],
                "needed_to_create": _named(
                    (key for key in schema.always if key not in held and not schema.held_elsewhere(key, held)), schema
                ),
                "errors": list(told_errors(checked.problems)),
                "warnings": [
                    *(published_warning(warning) for warning in [*typed_warnings, *checked.warnings]),
                    *({"code": "UNKNOWN_PROPERTY", **warning} for warning in beside.get("warnings", ())),
                ],
            }
        )


def _checked(asset: object, schema: Schema) -> tuple[Checked, list[Problem]]:
    """What is right in a part of an asset, and the warnings about its types and names. ApiError 400 for wrong types."""
    if not isinstance(asset, dict):
        raise ApiError("The request is not valid", details={"asset": "It must be an object."})
    typed = schema.typed(flattened(asset))
    if faults := typed.faults:
        details = [
            {"message": f"{fault.text} {fault.remedy}".strip(), "problem_field": f"asset.{fault.field}"}
            for fault in faults
        ]
        raise ApiError("The request is not valid", details=details)
    names = {first.removesuffix(".0") for first in schema.value_lists}
    unknown = [key for key in typed.cells if key not in names and not schema.knows(key)]
    return schema.check_part(typed.cells), [*typed.warnings, *(Problem("UNKNOWN_PROPERTY", key) for key in unknown)]


def _moment(query: Mapping[str, Any]) -> datetime:
    now = clock.now()
    day = query.get("as_of")
    return datetime.combine(day, time(), now.tzinfo) if day and day > now.date() else now


def _published(said: ProgramEligibility, schema: Schema) -> dict[str, object]:
    answer: dict[str, object] = {
        "program_identifier": said.program.identifier,
        "name": said.program.name,
        "eligibility": said.status.value,
        "not_known_yet": _named(said.unknown, schema),
        "missing_fields": _named(said.missing, schema),
        "may_be_missing": [
            {"field": key, "label": schema.column(key).label, "depends_on": list(others)}
            for key, others in said.may_be_needed.items()
        ],
        "reasons": [problem.text for problem in said.reasons],
        "steps": list(said.open_items),
        "created_by_partner": said.program.is_partner_created,
    }
    if said.period:
        answer["delivery_period"] = said.period
    if said.deadline:
        answer["enrollment_deadline_date_time"] = said.deadline.deadline_at
        answer["activation_date_time"] = said.deadline.activation_at
    return answer


def _named(keys: Iterable[str], schema: Schema) -> list[dict[str, str]]:
    return [{"field": key, "label": schema.column(key).label} for key in keys]
