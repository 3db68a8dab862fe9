"""The published create-meters operations: createMeterBatchJob, listMeterBatchJobs, getMeterBatchJob.

Serializers have the contract's names. Their docstrings and those of methods are what partners read in the schema.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import REGIONS, CreateMeterSerializer
from onboarding.uploads.column_units import converted_units_of
from onboarding.uploads.columns.encodings import encoding_named
from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from onboarding.uploads.queries import files_of, problems_by_row, uploads_of
from portal.api.authentication import actor_of, partner_of
from portal.api.cursors import PageTokenField, paginate
from portal.api.errors import ApiError, validated
from portal.api.idempotency import keep_answer
from portal.api.schema import responses
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem, Refused
from programs.schema import ROW_CODES, schema_for

FILE_NAME = re.compile(r"^[a-zA-Z0-9._\s-]+.[a-zA-Z0-9]+$")
ERRORS_SHOWN = 1000
MOST_TERMS, LONGEST_TERM = 100, 256
_CHARSET = re.compile(r"""\bcharset\s*=\s*"?([\w.:-]{1,40})""", re.IGNORECASE)
_FAULTS_OF_OURS = {"FILE_NOT_STORED": 500, "CATALOGUE_INCOMPLETE": 503}  # of refusals that are no fault of the request
_TAGS = ["create meters"]
_ENDED = ["done", "withdrawn", "merged"]
_OPEN = "PROCESSING"
_STATUS_OF = {
    "": "PROCESSING",
    "METER_CREATED": "COMPLETED",
    "METER_UPDATED": "COMPLETED",
    "DUPLICATE_REF_ID": "DUPLICATE",
    "MULTIPLE_PARTNER_REFERENCE": "MULTIPLE_PARTNER_REFERENCE",
    "VALIDATION_ERROR": "FAILED",
    "PROCESSING_ERROR": "FAILED",
}


# The published names of an AssetUploadStatus. Ours are among them; the others are Leap's own findings.
_DETAIL_NAMES = [
    "ACCOUNT_MISMATCH",
    "ADDRESS_INCOMPLETE",
    "ADDRESS_NOT_FOUND",
    "ADDRESS_NOT_REGISTERED_FOR_ESIID",
    "DUPLICATE_METER",
    "DUPLICATE_REF_ID",
    "METER_CREATED",
    "METER_UPDATED",
    "MULTIPLE_ACCOUNTS",
    "UNSUPPORTED_ADDRESS",
    "UNSUPPORTED_ZIP_CODE",
    "VALIDATION_ERROR",
    "PROCESSING_ERROR",
]


class _Raw(BaseParser):
    """Hands the body over as a stream; it is checked and stored by the verb, not parsed by the framework."""

    def parse(self, stream: object, media_type: str | None = None, parser_context: object = None) -> dict[str, object]:
        said, _, parameters = (media_type or self.media_type or "").partition(";")
        charset = _CHARSET.search(parameters)
        return {"stream": stream, "media_type": said.strip(), "charset": charset[1] if charset else ""}


class RawJson(_Raw):
    media_type = "application/json"


class RawCsv(_Raw):
    media_type = "text/csv"


class ListMeterBatchJobsQuerySerializer(serializers.Serializer[object]):
    """The parameters of listMeterBatchJobs."""

    filter = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        max_length=20,
        help_text="key:value1,value2 with the key status, transmission_region or file_name; several must all match.",
    )
    page_token = PageTokenField()
    page_size = serializers.IntegerField(required=False, default=100, min_value=1, max_value=500)
    search_query = serializers.CharField(required=False, help_text="One or more texts, separated by commas.")
    search_fields = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=20,
        help_text="Where to search: file_name, partner_reference. Goes together with search_query.",
    )


class CreateMeterBatchJobQuerySerializer(serializers.Serializer[object]):
    """The parameters of createMeterBatchJob."""

    update_existing = serializers.BooleanField(
        required=False, default=False, help_text="Update a meter with the same partner_reference; else a duplicate."
    )
    file_name = serializers.RegexField(FILE_NAME, required=False, allow_blank=True, default="", max_length=255)


class CreateMeterBatchJobRequestSerializer(serializers.Serializer[object]):
    """The assets that are to become meters."""

    assets = serializers.ListField(child=CreateMeterSerializer(), min_length=1)


class CreateMeterBatchJobResponseSerializer(serializers.Serializer[object]):
    """The job that was created; ask for it to see what became of the assets."""

    job_id = serializers.UUIDField()


class JobSerializer(serializers.Serializer[object]):
    """A job: how far it is, and how many assets it created, updated and failed."""

    job_id = serializers.UUIDField()
    status = serializers.ChoiceField(["PROCESSING", "FAILED", "COMPLETED", "COMPLETED_WITH_ERRORS"])
    file_name = serializers.CharField(allow_blank=True)
    assets_count = serializers.IntegerField()
    assets_created_count = serializers.IntegerField()
    assets_updated_count = serializers.IntegerField()
    assets_failed_count = serializers.IntegerField()
    transmission_regions = serializers.ListField(child=serializers.ChoiceField(REGIONS))
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PagedJobsSerializer(serializers.Serializer[object]):
    """One page of jobs."""

    jobs = JobSerializer(many=True)
    next_page_token = serializers.CharField(required=False, help_text="Leads to the next page; absent on the last.")


class StatusDetailSerializer(serializers.Serializer[object]):
    """What happened to the asset; empty while it is processed."""

    name = serializers.ChoiceField(_DETAIL_NAMES, required=False)
    description = serializers.CharField(required=False)
    failed_fields = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="By field, what is wrong or was changed."
    )


class AssetUploadStatusSerializer(serializers.Serializer[object]):
    """What became of one asset."""

    partner_reference = serializers.CharField(allow_blank=True, help_text="Empty when the asset has none.")
    status = serializers.ChoiceField(["PROCESSING", "FAILED", "DUPLICATE", "COMPLETED", "MULTIPLE_PARTNER_REFERENCE"])
    status_detail = StatusDetailSerializer()
    created_at = serializers.DateTimeField()
    meter_id = serializers.UUIDField(required=False, help_text="The meter that was created or updated.")


class JobAndAssetsSerializer(JobSerializer):
    """A job, and what became of each asset."""

    assets = AssetUploadStatusSerializer(many=True)
    status_detail = StatusDetailSerializer(
        required=False, help_text="Why none of the file could be used; not in the published contract."
    )


class MeterBatchJobs(ApiView):
    """GET and POST /v1.1/jobs/meters."""

    needs = {"GET": KeyPermission.READ_METERS, "POST": KeyPermission.WRITE_METERS}

    parser_classes = [RawJson, RawCsv]
    in_one_transaction = False  # it reads the body and stores the file first

    def most_bytes(self) -> int:
        return settings.UPLOAD_MAX_BYTES

    @extend_schema(
        operation_id="listMeterBatchJobs",
        tags=_TAGS,
        parameters=[ListMeterBatchJobsQuerySerializer],
        responses=responses(PagedJobsSerializer, 400),
    )
    def get(self, request: Request) -> Response:
        """List your jobs, newest first."""
        query = validated(ListMeterBatchJobsQuerySerializer, request.query_params)
        jobs = _filtered(files_of(partner_of(request)), query)
        page, next_page = paginate(
            jobs, request=request, size=query["page_size"], token=query["page_token"], newest_first=True
        )
        return Response({"jobs": [published_job(upload) for upload in page], **next_page})

    @extend_schema(
        operation_id="createMeterBatchJob",
        tags=_TAGS,
        parameters=[CreateMeterBatchJobQuerySerializer],
        request={
            RawJson.media_type: CreateMeterBatchJobRequestSerializer,
            RawCsv.media_type: OpenApiTypes.STR,
        },
        responses=responses(CreateMeterBatchJobResponseSerializer, 400, 415, status=201, description="Created"),
    )
    def post(self, request: Request) -> Response:
        """Create meters from assets, as JSON or CSV. A job does the work; ask for it to see how far it is."""
        query = validated(CreateMeterBatchJobQuerySerializer, request.query_params)
        body = request.data if isinstance(request.data, dict) else {}
        if "stream" not in body:
            raise ApiError("The request has no body", details={"error": 'Send {"assets": […]} or CSV.'})
        is_json = body["media_type"] == RawJson.media_type
        content: Iterator[bytes] = _checked_json(body["stream"]) if is_json else _chunks(body["stream"])
        try:
            upload = receive_by_api(
                content,
                file_name=query["file_name"],
                suffix=".json" if is_json else ".csv",
                partner=partner_of(request),
                update_existing=query["update_existing"],
                encoding=None if is_json else encoding_named(str(body["charset"])),
                by=actor_of(request),
                also=lambda upload: keep_answer(request, _created(upload)),
            )
        except Refused as refusal:
            status_code = _FAULTS_OF_OURS.get(refusal.problems[0].code, 400)
            details = [{"message": f"{problem.text} {problem.remedy}"} for problem in refusal.problems]
            raise ApiError(refusal.problems[0].text, status_code=status_code, details=details) from refusal
        return _created(upload)


def _created(upload: Upload) -> Response:
    return Response({"job_id": str(upload.pk)}, status=201)


class MeterBatchJob(ApiView):
    """GET /v1.1/jobs/meters/{job_id}."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(
        operation_id="getMeterBatchJob",
        tags=_TAGS,
        parameters=[OpenApiParameter("job_id", UUID, "path")],
        responses=responses(JobAndAssetsSerializer, 400, 404),
    )
    def get(self, request: Request, job_id: str) -> Response:
        """Get a job, and what became of each asset."""
        try:
            pk = UUID(job_id)
        except ValueError:
            raise ApiError("Job id is not a UUID", details={"job_id": job_id[:100]}) from None
        upload = uploads_of(partner_of(request)).filter(pk=pk).first()
        if upload is None:
            raise ApiError("Job not found", status_code=404, details={"job_id": job_id})
        return Response({**published_job(upload), "assets": list(_published_assets(upload)), **_failure(upload)})


def _failure(upload: Upload) -> dict[str, object]:
    """What is wrong with the file as a whole, when nothing of it could be used."""
    problem = upload.file_problem
    if problem is None:
        return {}
    return {"status_detail": {"name": "VALIDATION_ERROR", "description": f"{problem.text} {problem.remedy}".strip()}}


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(64 * 1024):
        yield chunk


def _checked_json(stream: IO[bytes]) -> Iterator[bytes]:
    """The JSON body, once its shape and the globally required fields of every asset are in order.

    Raises ApiError 400 with one detail per problem (message, json_index, problem_field), as published. Other
    problems of single assets are left to the job, which fails those assets and goes on with the rest.
    """
    body = b"".join(_limited(_chunks(stream)))
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(
            "The body is not JSON", details=[{"message": f"The body cannot be read as JSON: {error}"[:300]}]
        ) from None
    assets = data.get("assets") if isinstance(data, dict) else None
    if not isinstance(assets, list) or not assets:
        message = "assets must be a list with at least one asset."
        raise ApiError("Missing required parameter", details=[{"message": message, "problem_field": "assets"}])
    if len(assets) > settings.UPLOAD_MAX_ROWS:
        message = f"A job takes at most {settings.UPLOAD_MAX_ROWS} assets."
        raise ApiError("Too many assets", details=[{"message": message, "problem_field": "assets"}])
    details = list(_contract_errors(assets))
    if details:
        raise ApiError("The meter batch job request is not valid", details=details)
    yield body


def _limited(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_MAX_BYTES:
            limit = f"{settings.UPLOAD_MAX_BYTES // 1024 // 1024} MB"
            raise ApiError("The body is too large", details=[{"message": f"A job takes at most {limit}."}])
        yield chunk


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _contract_errors(assets: list[object]) -> Iterator[dict[str, object]]:
    """What stops the whole request: assets that are no objects, and globally required fields missing or unfit."""
    schema = schema_for()
    required = {column.key for column in schema.columns if column.required == "always"}
    shown = 0
    for index, asset in enumerate(assets):
        if not isinstance(asset, dict):
            problems = [Problem("ASSET_NOT_AN_OBJECT")]
        else:
            checked = schema.check(schema.flatten(asset))
            problems = [one for one in checked.problems if one.field in required and one.code not in ROW_CODES]
        for problem in problems:
            shown += 1
            if shown > ERRORS_SHOWN:
                return
            line: dict[str, object] = {"message": f"{problem.text} {problem.remedy}", "json_index": index}
            if problem.field:
                line["problem_field"] = problem.field
            yield line


def _filtered(jobs: QuerySet[Upload], query: Mapping[str, Any]) -> QuerySet[Upload]:
    """Apply ?filter=key:value1,value2 (AND between, IN within) and ?search_query with ?search_fields."""
    jobs = jobs.annotate(regions_text=Cast("transmission_regions", TextField()))
    for item in query.get("filter", ()):
        key, _, values = item.partition(":")
        any_of = Q(pk__in=[])
        for value in _terms(values, "filter"):
            if key == "status":
                any_of |= _with_status(value)
            elif key == "transmission_region":
                any_of |= Q(regions_text__contains=f'"{value}"')
            elif key == "file_name":
                any_of |= Q(file_name__icontains=value)
            else:
                raise ApiError("This filter is not known", details={"filter": item[:200]})
        jobs = jobs.filter(any_of)
    search = query.get("search_query", "")
    fields = [name for field in query.get("search_fields", ()) for name in field.split(",")]
    if bool(search) != bool(fields):
        raise ApiError("search_query and search_fields go together", details={"search_fields": fields})
    return jobs.filter(_search(_terms(search, "search_query"), fields)) if search else jobs


def _terms(text: str, parameter: str) -> list[str]:
    """The parts between commas. ApiError 400 when they are more, or one is longer, than a query can be made of."""
    terms = text.split(",")
    if len(terms) > MOST_TERMS or max(map(len, terms)) > LONGEST_TERM:
        said = f"At most {MOST_TERMS} values of at most {LONGEST_TERM} characters."
        raise ApiError("The request is not valid", details={parameter: said})
    return terms


def _with_status(status: str) -> Q:
    condition = {
        _OPEN: ~Q(state__in=[*_ENDED, "failed"]),
        "FAILED": Q(state="failed"),
        "COMPLETED": Q(state__in=_ENDED) & (Q(counts__failed=0) | Q(counts__failed=None)),
        "COMPLETED_WITH_ERRORS": Q(state__in=_ENDED, counts__failed__gt=0),
    }.get(status)
    if condition is None:
        raise ApiError("This status is not known", details={"status": status[:50]})
    return condition


def _search(terms: list[str], fields: list[str]) -> Q:
    any_of = Q(pk__in=[])
    for field in fields:
        for term in terms:
            if field == "file_name":
                any_of |= Q(file_name__icontains=term)
            elif field == "partner_reference":
                any_of |= Q(Exists(UploadRow.objects.filter(upload=OuterRef("pk"), partner_reference__icontains=term)))
            else:
                raise ApiError("This search field is not known", details={"search_fields": field[:100]})
    return any_of


def published_job(upload: Upload) -> dict[str, object]:
    """An upload as the published Job."""
    counts = upload.counts
    failed = int(counts.get("failed", 0))
    done = "COMPLETED_WITH_ERRORS" if failed else "COMPLETED"
    return {
        "job_id": str(upload.pk),
        "status": done if upload.state in _ENDED else "FAILED" if upload.state == "failed" else _OPEN,
        "file_name": upload.file_name,
        "assets_count": int(counts.get("rows", 0)),
        "assets_created_count": int(counts.get("METER_CREATED", 0)),
        "assets_updated_count": int(counts.get("METER_UPDATED", 0)),
        "assets_failed_count": failed,
        "transmission_regions": upload.transmission_regions,
        "created_at": upload.created_at,
        "updated_at": upload.updated_at,
    }


def _published_assets(upload: Upload) -> Iterator[dict[str, object]]:
    """Every row as the published AssetUploadStatus, in the order of the request."""
    rows = list(
        UploadRow.objects.filter(upload=upload).order_by("number").defer("cells", "asset", "changes", "programs")
    )
    problems = problems_by_row(upload)
    converted = {note.field: note.text for note in converted_units_of(upload)}
    for row in rows:
        result, description = row.outcome(upload)
        detail: dict[str, object] = {"name": result, "description": description} if result else {}
        failed = converted | {line.problem.field or "row": line.problem.text for line in problems.get(row.number, [])}
        if failed and result:
            detail["failed_fields"] = failed
        # The contract knows MULTIPLE_PARTNER_REFERENCE as a status, not as a detail name.
        if detail.get("name") == "MULTIPLE_PARTNER_REFERENCE":
            detail["name"] = "DUPLICATE_REF_ID"
        line: dict[str, object] = {
            "partner_reference": row.partner_reference,
            "status": _STATUS_OF[result] if upload.rounds else "PROCESSING",
            "status_detail": detail if upload.rounds else {},
            "created_at": upload.created_at,
        }
        if line["status"] == "COMPLETED" and row.meter_id:
            line["meter_id"] = str(row.meter_id)
        yield line
