"""createSingleMeter, and the token that it needs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import EXAMPLE_ASSET, CreateMeterSerializer, PartialAssetSerializer
from onboarding.api.create_meters.bodies import contract_problems
from onboarding.api.create_meters.dry_run import of_assets
from onboarding.api.create_meters.serializers import (
    TAGS,
    CreateMeterQuerySerializer,
    ProvisionalAssetSerializer,
    WarningSerializer,
)
from onboarding.api.create_meters.statuses import published_asset, published_warning
from onboarding.api.create_meters.tokens import (
    create_single,
    create_token,
    text_of,
    token_of,
    upload_before,
    with_defaults,
)
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.json_assets import flattened
from portal.api.authentication import actor_of, partner_of
from portal.api.errors import ApiError, validated
from portal.api.schema import example, responses
from portal.api.shapes import ERRORS
from portal.api.unknown import MOST_WARNINGS, unknown_fields
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem, Refused
from programs.schema import schema_for


class OnboardingTokenRequestSerializer(serializers.Serializer[object]):
    """What to store in the token."""

    default_values = PartialAssetSerializer(required=False, help_text="What the asset can leave out.")
    expires_in_days = serializers.IntegerField(required=False, default=30, min_value=1, max_value=365)


class OnboardingTokenSerializer(serializers.Serializer[object]):
    """A token that creates one meter."""

    onboarding_token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    warnings = WarningSerializer(many=True, required=False)


class CreateAssetRequestSerializer(serializers.Serializer[object]):
    """The asset to create a meter from, and the token that allows it."""

    onboarding_token = serializers.CharField(help_text="From POST /v1.1/onboarding-tokens. A dry run needs none.")
    provisional_asset = CreateMeterSerializer()


class OnboardingTokens(ApiView):
    """POST /v1.1/onboarding-tokens."""

    needs = {"POST": KeyPermission.WRITE_METERS}

    @extend_schema(
        operation_id="createOnboardingToken",
        tags=TAGS,
        request=OnboardingTokenRequestSerializer,
        examples=[example("Defaults of a form", {"default_values": {"transmission_region": "CAISO"}})],
        responses=responses(OnboardingTokenSerializer, 400, 415, status=201, description="Created"),
    )
    def post(self, request: Request) -> Response:
        """Create a token that creates one meter, once. Your own form can keep it while a customer fills it in."""
        data = request.data
        if not isinstance(data, dict):
            raise ApiError("The request is not valid", details={"error": "The body must be an object."})
        bare = {**data, "default_values": {}}
        days = validated(OnboardingTokenRequestSerializer, bare)["expires_in_days"]
        defaults = {} if data.get("default_values") is None else data["default_values"]
        warnings = [*_checked_defaults(defaults), *_unused(OnboardingTokenRequestSerializer, bare)]
        token = create_token(
            partner_of(request), default_values=defaults, valid_for=timedelta(days=days), by=actor_of(request)
        )
        told = {"warnings": warnings} if warnings else {}
        return Response({"onboarding_token": text_of(token), "expires_at": token.expires_at, **told}, status=201)


class SingleMeter(ApiView):
    """POST /v1.1/meters."""

    needs = {"POST": KeyPermission.WRITE_METERS}
    error_shape = ERRORS

    @extend_schema(
        operation_id="createSingleMeter",
        tags=TAGS,
        parameters=[CreateMeterQuerySerializer],
        request=CreateAssetRequestSerializer,
        examples=[example("A battery", {"onboarding_token": "a token", "provisional_asset": EXAMPLE_ASSET})],
        responses=responses(ProvisionalAssetSerializer, 400, 415, shape=ERRORS),
    )
    def post(self, request: Request) -> Response:
        """Create one meter right away. The response has the asset's result, even if no meter was created.

        The same request again answers the same and creates nothing more. With dry_run the answer is what would happen,
        as that of createMeterBatchJob.
        """
        query = validated(CreateMeterQuerySerializer, request.query_params)
        updates, partner = query["update_existing"], partner_of(request)
        text, asset = _parts(request.data, needs_token=not query["dry_run"])
        try:
            token = token_of(partner, text) if text else None
            whole = with_defaults(token.default_values if token else {}, asset)
            if query["dry_run"]:
                if token:
                    upload_before(token, asset, update_existing=updates)
                return Response(of_assets([whole], partner, update_existing=updates))
            if problems := contract_problems(whole, schema_for()):
                raise Refused(*problems)
            assert token is not None
            upload = create_single(token, asset, update_existing=updates, by=actor_of(request))
        except Refused as refusal:
            raise ApiError("The asset cannot be taken", details=list(_errors(refusal.problems))) from refusal
        answer = published_provisional(upload)
        if beside := _unused(CreateAssetRequestSerializer, {**_object(request.data), "provisional_asset": {}}):
            answer["warnings"] = [*answer.get("warnings", ()), *beside]
        return Response(answer)


def _unused(serializer: type[serializers.Serializer[object]], data: object) -> list[dict[str, object]]:
    """A warning for each name in a body that is none of the operation's."""
    told = islice(unknown_fields(serializer(), data), MOST_WARNINGS)
    return [{"code": "UNKNOWN_PROPERTY", **warning} for warning in told]


def _object(body: object) -> dict[str, Any]:
    return body if isinstance(body, dict) else {}


def _parts(body: object, *, needs_token: bool) -> tuple[str, Mapping[str, Any]]:
    """The token's text and the asset. ApiError 400 with all that is wrong with them."""
    data = _object(body)
    text, asset = data.get("onboarding_token", ""), data.get("provisional_asset")
    errors = []
    if not isinstance(text, str) or (needs_token and not text):
        errors.append({"field": "onboarding_token", "description": "onboarding_token must be the text of a token."})
    if not isinstance(asset, dict):
        errors.append({"field": "provisional_asset", "description": "provisional_asset must be an object."})
    if errors:
        raise ApiError("The request is not valid", details=errors)
    return text, asset or {}


def _errors(problems: Sequence[Problem]) -> Iterator[dict[str, object]]:
    """Problems as the published CreateMeterErrors."""
    for problem in problems:
        suggestion = problem.context.get("suggestion")
        said = [{"suggestions": [{"field": problem.field, "suggestion": str(suggestion)}]}] if suggestion else []
        yield {
            **({"field": problem.field} if problem.field else {}),
            "description": f"{problem.text} {problem.remedy}".strip(),
            **({"suggestions": said} if said else {}),
        }


def _checked_defaults(defaults: object) -> list[dict[str, object]]:
    """The warnings about default values. ApiError 400 for those that no meter could have."""
    if not isinstance(defaults, dict):
        raise ApiError("The request is not valid", details={"default_values": "It must be an object."})
    schema = schema_for()
    typed = schema.typed(flattened(defaults))
    checked = schema.check(typed.cells)
    refused = [
        *typed.problems,
        *(problem for problem in checked.problems if problem.code not in {"REQUIRED_MISSING", "REQUIRED_WITH_OBJECT"}),
    ]
    if refused:
        raise ApiError(
            "The request is not valid",
            details=[
                {"message": f"{fault.text} {fault.remedy}".strip(), "problem_field": f"default_values.{fault.field}"}
                for fault in refused
            ],
        )
    unknown = [Problem("UNKNOWN_PROPERTY", key) for key in typed.cells if not schema.knows(key)]
    return [published_warning(one) for one in [*typed.warnings, *checked.warnings, *unknown]]


def published_provisional(upload: Upload) -> dict[str, Any]:
    """The one asset of an upload as the published ProvisionalAsset."""
    row = UploadRow.objects.get(upload=upload)
    lines = list(UploadProblem.objects.filter(upload=upload).order_by("pk"))
    data = {"data": row.asset} if row.asset else {}
    return {"job_id": str(upload.pk), **published_asset(row, upload, lines), **data}
