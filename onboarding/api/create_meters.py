"""The published create-meters operations: createMeterBatchJob, listMeterBatchJobs, getMeterBatchJob."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from onboarding.uploads.queries import files_of, problems_by_row, uploads_of
from portal.api.authentication import actor_of
from portal.api.cursors import read_token, token_for
from portal.api.errors import ApiError
from portal.problems import Problem, Refused
from programs.schema import ROW_CODES, schema_for

FILE_NAME = re.compile(r"^[a-zA-Z0-9._\s-]+.[a-zA-Z0-9]+$")
ERRORS_SHOWN = 1000
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


class _Raw(BaseParser):
    """Hands the body over as a stream; it is checked and stored by the verb, not parsed by the framework."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return {"stream": stream, "media_type": (media_type or self.media_type or "").split(";")[0].strip()}


class RawJson(_Raw):
    media_type = "application/json"


class RawCsv(_Raw):
    media_type = "text/csv"


class MeterJobs(APIView):
    """GET and POST /v1.1/jobs/meters."""

    parser_classes = [RawJson, RawCsv]

    @extend_schema(operation_id="listMeterBatchJobs", responses={200: dict})
    def get(self, request: Request) -> Response:
        size = _page_size(request)
        jobs = _filtered(files_of(request.user.partner), request).order_by("-pk")  # type: ignore[union-attr]  # ApiCaller
        token = request.query_params.get("page_token")
        if token:
            jobs = jobs.filter(pk__lt=read_token(token)[0])
        page = list(jobs[: size + 1])
        answer: dict[str, Any] = {"jobs": [published_job(upload) for upload in page[:size]]}
        if len(page) > size:
            answer["next_page_token"] = token_for([str(page[size - 1].pk)])
        return Response(answer)

    @extend_schema(operation_id="createMeterBatchJob", request=dict, responses={201: dict})
    def post(self, request: Request) -> Response:
        update_existing = _boolean(request, "update_existing")
        file_name = request.query_params.get("file_name", "")
        if file_name and (len(file_name) > 255 or not FILE_NAME.fullmatch(file_name)):
            raise ApiError("file_name does not fit the file naming pattern", details={"file_name": file_name[:255]})
        body = request.data if isinstance(request.data, dict) else {}
        if "stream" not in body:
            raise ApiError("The request has no body", details={"error": 'Send {"assets": […]} or CSV.'})
        is_json = body["media_type"] == RawJson.media_type
        content: Iterator[bytes] = _checked_json(body["stream"]) if is_json else _chunks(body["stream"])
        try:
            upload = receive_by_api(
                content,
                file_name=file_name,
                suffix=".json" if is_json else ".csv",
                partner=request.user.partner,  # type: ignore[union-attr]  # ApiCaller
                update_existing=update_existing,
                by=actor_of(request),
            )
        except Refused as refusal:
            status_code = 500 if refusal.problems[0].code == "FILE_NOT_STORED" else 400
            details = [{"message": f"{problem.text} {problem.remedy}"} for problem in refusal.problems]
            raise ApiError(refusal.problems[0].text, status_code=status_code, details=details) from refusal
        return Response({"job_id": str(upload.pk)}, status=201)


class MeterJob(APIView):
    """GET /v1.1/jobs/meters/{job_id}."""

    @extend_schema(operation_id="getMeterBatchJob", responses={200: dict})
    def get(self, request: Request, job_id: str) -> Response:
        try:
            pk = UUID(job_id)
        except ValueError:
            raise ApiError("Job id is not a UUID", details={"job_id": job_id[:100]}) from None
        upload = uploads_of(request.user.partner).filter(pk=pk).first()  # type: ignore[union-attr]  # ApiCaller
        if upload is None:
            raise ApiError("Job not found", status_code=404, details={"job_id": job_id})
        return Response({**published_job(upload), "assets": list(_published_assets(upload))})


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


def _contract_errors(assets: list[Any]) -> Iterator[dict[str, Any]]:
    """What stops the whole request: assets that are no objects, and globally required fields missing or unfit."""
    schema = schema_for()
    required = {column.key for column in schema.columns if column.required == "always"}
    shown = 0
    for index, asset in enumerate(assets):
        if not isinstance(asset, dict):
            problems = [Problem("ASSET_NOT_AN_OBJECT")]
        else:
            found = schema.check(schema.flatten(asset)).problems
            problems = [one for one in found if one.field in required and one.code not in ROW_CODES]
        for problem in problems:
            shown += 1
            if shown > ERRORS_SHOWN:
                return
            line: dict[str, Any] = {"message": f"{problem.text} {problem.remedy}", "json_index": index}
            if problem.field:
                line["problem_field"] = problem.field
            yield line


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", "100")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 500):
        raise ApiError("page_size must be a whole number from 1 to 500", details={"page_size": text[:50]})
    return int(text)


def _boolean(request: Request, name: str) -> bool:
    text = request.query_params.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise ApiError(f"{name} must be true or false", details={name: text[:50]})
    return text == "true"


def _filtered(jobs: QuerySet[Upload], request: Request) -> QuerySet[Upload]:
    """Apply ?filter=key:value1,value2 (AND between, IN within) and ?search_query with ?search_fields."""
    jobs = jobs.annotate(regions_text=Cast("transmission_regions", TextField()))
    for item in request.query_params.getlist("filter"):
        key, _, values = item.partition(":")
        any_of = Q(pk__in=[])
        for value in values.split(","):
            if key == "status":
                any_of |= _with_status(value)
            elif key == "transmission_region":
                any_of |= Q(regions_text__contains=f'"{value}"')
            elif key == "file_name":
                any_of |= Q(file_name__icontains=value)
            else:
                raise ApiError("This filter is not known", details={"filter": item[:200]})
        jobs = jobs.filter(any_of)
    search, fields = request.query_params.get("search_query"), request.query_params.getlist("search_fields")
    fields = [name for field in fields for name in field.split(",")]
    if bool(search) != bool(fields):
        raise ApiError("search_query and search_fields go together", details={"search_fields": fields})
    if search:
        jobs = jobs.filter(_search(search.split(","), fields))
    return jobs


def _with_status(status: str) -> Q:
    found = {
        _OPEN: ~Q(state__in=[*_ENDED, "failed"]),
        "FAILED": Q(state="failed"),
        "COMPLETED": Q(state__in=_ENDED) & (Q(counts__failed=0) | Q(counts__failed=None)),
        "COMPLETED_WITH_ERRORS": Q(state__in=_ENDED, counts__failed__gt=0),
    }.get(status)
    if found is None:
        raise ApiError("This status is not known", details={"status": status[:50]})
    return found


def _search(words: list[str], fields: list[str]) -> Q:
    any_of = Q(pk__in=[])
    for field in fields:
        for word in words:
            if field == "file_name":
                any_of |= Q(file_name__icontains=word)
            elif field == "partner_reference":
                any_of |= Q(Exists(UploadRow.objects.filter(upload=OuterRef("pk"), partner_reference__icontains=word)))
            else:
                raise ApiError("This search field is not known", details={"search_fields": field[:100]})
    return any_of


def published_job(upload: Upload) -> dict[str, Any]:
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


def _published_assets(upload: Upload) -> Iterator[dict[str, Any]]:
    """Every row as the published AssetUploadStatus, in the order of the request."""
    rows = list(
        UploadRow.objects.filter(upload=upload).order_by("number").defer("cells", "asset", "changes", "programs")
    )
    problems = problems_by_row(upload)
    for row in rows:
        result, description = row.outcome(upload)
        detail: dict[str, Any] = {"name": result, "description": description} if result else {}
        failed = {line.problem.field or "row": line.problem.text for line in problems.get(row.number, [])}
        if failed and result:
            detail["failed_fields"] = failed
        # The contract knows MULTIPLE_PARTNER_REFERENCE as a status, not as a detail name.
        if detail.get("name") == "MULTIPLE_PARTNER_REFERENCE":
            detail["name"] = "DUPLICATE_REF_ID"
        line: dict[str, Any] = {
            "partner_reference": row.partner_reference,
            "status": _STATUS_OF[result] if upload.rounds else "PROCESSING",
            "status_detail": detail if upload.rounds else {},
            "created_at": upload.created_at,
        }
        if line["status"] == "COMPLETED" and row.meter_id:
            line["meter_id"] = str(row.meter_id)
        yield line
