"""The published operations of interval-data-upload about files: send one, and see what became of it.

The published file contradicts itself where it lists errors: it requires `summary` and describes `error_summary`, and it
requires a list of texts in each error and describes `code` and `message`. Both are answered. Errors of a request have
the one envelope, since the published ones are objects without a description.
"""

import re
from collections.abc import Mapping
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.intervals.downloads import NO_STORE, FilePart, name_of_part, signed_link
from onboarding.intervals.models import PUBLISHED_FOLDER, DataType, IntervalUpload, IntervalUploadState, Way
from onboarding.intervals.queries import uploads_of
from onboarding.intervals.receive import receive_interval_file
from onboarding.intervals.results import errors_of, preview_of
from portal import clock
from portal.api.authentication import actor_of, partner_of
from portal.api.cursors import PageTokenField, paginate
from portal.api.errors import ApiError, validated
from portal.api.idempotency import keep_answer
from portal.api.schema import example, responses
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid

MOST_ERRORS: Final = 1_000
MOST_LINES: Final = 100
_TAGS: Final = ["interval_data_upload"]
_PATH: Final = re.compile(rf"^{PUBLISHED_FOLDER}/[A-Za-z0-9._/-]+$")
_CHARSET: Final = re.compile(r"""\bcharset\s*=\s*"?([^\s";]{1,40})""", re.IGNORECASE)
_PIECE: Final = 64 * 1024
_OTHER_STATUS: Final = {"FILE_NOT_STORED": 500, "FILE_TOO_LARGE": 413}
_EXAMPLE_CSV: Final = (
    "meter_id,interval_start_time_utc,interval_end_time_utc,energy_net_kwh,final\n"
    "0192f7a1-5b1c-7c3e-9d4f-2a6b8c0d1e2f,2026-07-01T00:00:00Z,2026-07-01T00:15:00Z,1.25,true\n"
)
_OF_JOB: Final = OpenApiParameter("job_id", UUID, "path", description="Ingestion job ID.")


class RawCsv(BaseParser):
    """Hands over a body of CSV in UTF-8, which is kept as it is: its pieces, and the ending of its file."""

    media_type = "text/csv"
    ending = ".csv"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        charset = _CHARSET.search(media_type or "")
        if charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
            raise UnsupportedMediaType(media_type or "")
        return {"pieces": iter(lambda: stream.read(_PIECE), b""), "ending": self.ending}


class RawGzip(RawCsv):
    """Hands over CSV that is packed."""

    media_type = "application/gzip"
    ending = ".csv.gz"


class RawParquet(RawCsv):
    """Hands over a Parquet file."""

    media_type = "application/vnd.apache.parquet"
    ending = ".parquet"


class UploadIntervalDataQuerySerializer(serializers.Serializer[object]):
    """What the file holds, and what it is called."""

    schema = serializers.ChoiceField(
        [kind.schema for kind in DataType], help_text="The type of interval data in the file."
    )
    file_name = serializers.RegexField(
        re.compile(r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$"),
        required=False,
        max_length=200,
        help_text="The name of the upload in lists and at the end of its path. A missing file extension is added. "
        "Default: schema and time.",
    )


class IngestionResponseSerializer(serializers.Serializer[object]):
    """The job that processes the file."""

    job_id = serializers.UUIDField()


class ListIntervalDataUploadsQuerySerializer(serializers.Serializer[object]):
    """Which uploads are wanted: those that match every part that is given."""

    to = serializers.DateTimeField(required=False, help_text="Uploaded at this time or before.")
    file_path = serializers.RegexField(
        _PATH, required=False, max_length=1024, help_text="The path the file was uploaded to."
    )
    status = serializers.ChoiceField(IntervalUploadState.values, required=False)
    page_size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=500)
    page_token = PageTokenField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses a span that ends before it begins."""
        if "from" in attrs and "to" in attrs and attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": "This is before from."})
        return attrs

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With `from`, which is no name in Python."""
        begin = serializers.DateTimeField(required=False, help_text="Uploaded at this time or later.")
        return {"from": begin, **super().get_fields()}


class IntervalDataUploadSerializer(serializers.Serializer[object]):
    """One upload and where its file is now."""

    last_job_id = serializers.UUIDField(help_text="Identifies the upload in other operations.")
    uploaded_file_path = serializers.CharField()
    current_file_path = serializers.CharField(help_text="Moved to accepted or failed when the job has ended.")
    uploaded_at_date_time = serializers.DateTimeField()
    status = serializers.ChoiceField(IntervalUploadState.values)
    feedback_csv_file_path = serializers.CharField(required=False, help_text="Absent until the file was read.")
    error_csv_file_path = serializers.CharField(required=False, help_text="Absent if there are no errors.")


class GetUploadsResponseSerializer(serializers.Serializer[object]):
    """One page of uploads, newest first."""

    uploads = IntervalDataUploadSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False, help_text="Token for the next page; absent on the last page."
    )


class ErrorSummarySerializer(serializers.Serializer[object]):
    """How often an error occurs in the file."""

    column = serializers.CharField(required=False)
    code = serializers.CharField()
    count = serializers.IntegerField()


class IngestionErrorSerializer(serializers.Serializer[object]):
    """One error of the file."""

    line = serializers.IntegerField(help_text="Of the file, from 1; its header is line 1.")
    column = serializers.CharField(required=False, help_text="Absent if it is about the whole line.")
    code = serializers.CharField()
    message = serializers.CharField()
    errors = serializers.ListField(  # type: ignore[assignment]  # a field, which DRF takes out of the class
        child=serializers.CharField(), help_text="The message in a list. Leap’s published API has both."
    )


class GetUploadIngestionErrorsResponseSerializer(serializers.Serializer[object]):
    """The errors in a file."""

    job_id = serializers.UUIDField()
    error_csv_file_path = serializers.CharField(required=False, help_text="Absent if there are no errors.")
    error_summary = ErrorSummarySerializer(many=True, help_text="The most frequent error first.")
    summary = ErrorSummarySerializer(many=True, help_text="Same as error_summary. Leap’s published API has both.")
    errors = IngestionErrorSerializer(many=True)  # type: ignore[assignment]  # a field, which DRF takes out
    is_limited = serializers.BooleanField(help_text=f"Whether only the first {MOST_ERRORS:,} errors are here.")


class PresignedUrlQuerySerializer(serializers.Serializer[object]):
    """Which lines are wanted."""

    lines = serializers.ChoiceField(
        FilePart.values,
        required=False,
        default=FilePart.ALL,
        help_text="errors: only the header and the lines with errors.",
    )


class GetIntervalDataFilePreviewResponseSerializer(serializers.Serializer[object]):
    """The first lines of a file."""

    file_data = serializers.ListField(child=serializers.CharField(allow_blank=True))
    job_id = serializers.UUIDField()
    status = serializers.ChoiceField(IntervalUploadState.values)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    is_limited = serializers.BooleanField(help_text="Whether the file has more than these lines.")


class IntervalData(ApiView):
    """POST /v1.1/interval-data."""

    needs = {"POST": KeyPermission.INTERVAL_DATA}
    parser_classes = [RawCsv, RawGzip, RawParquet]
    in_one_transaction = False  # it stores the file first

    def most_bytes(self) -> int:
        return settings.INTERVAL_MAX_BYTES

    @extend_schema(
        operation_id="uploadIntervalData",
        tags=_TAGS,
        parameters=[UploadIntervalDataQuerySerializer],
        request={
            RawCsv.media_type: OpenApiTypes.STR,
            RawGzip.media_type: OpenApiTypes.BINARY,
            RawParquet.media_type: OpenApiTypes.BINARY,
        },
        examples=[example("Net energy of a quarter of an hour", _EXAMPLE_CSV, media_type=RawCsv.media_type)],
        responses=responses(IngestionResponseSerializer, 400, 413, 415, description="The job was started."),
    )
    def post(self, request: Request) -> Response:
        """Upload a file of interval data: CSV, gzipped or not, or Parquet. Get the job to follow its progress."""
        query = validated(UploadIntervalDataQuerySerializer, request.query_params)
        data_type = next(kind for kind in DataType if kind.schema == query["schema"])
        body = request.data if isinstance(request.data, dict) else {}
        if "pieces" not in body:
            raise ApiError("The request has no body", details={"error": "Send the lines as CSV, header first."})
        try:
            upload, _ = receive_interval_file(
                body["pieces"],
                file_name=_file_name(query, body["ending"]),
                partner=partner_of(request),
                data_type=data_type,
                way=Way.API,
                by=actor_of(request),
                also=lambda upload: keep_answer(request, _started(upload)),
            )
        except Refused as refusal:
            problem = refusal.problems[0]
            status_code = _OTHER_STATUS.get(problem.code, 400)
            details = [{"code": one.code, "message": f"{one.text} {one.remedy}"} for one in refusal.problems]
            raise ApiError(problem.text, status_code=status_code, details=details) from refusal
        return _started(upload)


class IntervalDataUploads(ApiView):
    """GET /v1.1/jobs/interval-data-uploads."""

    needs = {"GET": KeyPermission.INTERVAL_DATA}

    @extend_schema(
        operation_id="listIntervalDataUploads",
        tags=_TAGS,
        parameters=[ListIntervalDataUploadsQuerySerializer],
        responses=responses(GetUploadsResponseSerializer, 400),
    )
    def get(self, request: Request) -> Response:
        """List your interval data files, newest first, however they were sent."""
        query = validated(ListIntervalDataUploadsQuerySerializer, request.query_params)
        lookups = {"from": "created_at__gte", "to": "created_at__lte", "status": "state"}
        wanted = {lookup: query[name] for name, lookup in lookups.items() if query.get(name)}
        if path := query.get("file_path"):
            wanted["published_name"] = path.removeprefix(f"{PUBLISHED_FOLDER}/")
        page, next_page = paginate(
            uploads_of(partner_of(request)).filter(**wanted),
            request=request,
            size=query["page_size"],
            token=query["page_token"],
            newest_first=True,
        )
        return Response({"uploads": [_published(upload) for upload in page], **next_page})


class IntervalDataUploadErrors(ApiView):
    """GET /v1.1/jobs/interval-data-uploads/{job_id}."""

    needs = {"GET": KeyPermission.INTERVAL_DATA}

    @extend_schema(
        operation_id="listIntervalDataUploadErrors",
        tags=_TAGS,
        parameters=[_OF_JOB],
        responses=responses(GetUploadIngestionErrorsResponseSerializer, 400, 404),
    )
    def get(self, request: Request, job_id: str) -> Response:
        """List the errors in a file, by type and by line."""
        upload = _upload_of(request, job_id)
        errors, is_limited = errors_of(upload, MOST_ERRORS)
        summary = [_known(line) for line in upload.error_summary]
        if upload.problem:
            problem = Problem.from_json(upload.problem)
            errors.insert(0, {"line": 1, "code": "UNCATEGORISED", "message": f"{problem.text} {problem.remedy}"})
            summary.insert(0, {"code": "UNCATEGORISED", "count": 1})
        return Response(
            {
                "job_id": str(upload.pk),
                **_known({"error_csv_file_path": upload.errors_path}),
                "error_summary": summary,
                "summary": summary,
                "errors": [{**_known(error), "errors": [error["message"]]} for error in errors],
                "is_limited": is_limited,
            }
        )


class IntervalDataPresignedUrl(ApiView):
    """GET /v1.1/jobs/interval-data-uploads/presigned-url/{job_id}."""

    needs = {"GET": KeyPermission.INTERVAL_DATA}

    @extend_schema(
        operation_id="intervalDataPresignedUrl",
        tags=_TAGS,
        parameters=[
            _OF_JOB,
            PresignedUrlQuerySerializer,
            OpenApiParameter("Location", str, "header", response=[302], description="Works for 5 minutes."),
            OpenApiParameter("Cache-Control", str, "header", response=[302]),
        ],
        responses={
            **{code: one for code, one in responses(IngestionResponseSerializer, 400, 404).items() if code != 200},
            302: None,
        },
    )
    def get(self, request: Request, job_id: str) -> HttpResponseRedirect:
        """Redirect to a short-lived link to the uploaded file that needs no key."""
        part = FilePart(validated(PresignedUrlQuerySerializer, request.query_params)["lines"])
        upload = _upload_of(request, job_id)
        if not name_of_part(upload, part):
            raise ApiError("This file has no lines with errors", status_code=404, details={"job_id": job_id})
        link = request.build_absolute_uri(signed_link(upload, part))
        return HttpResponseRedirect(link, headers={"Cache-Control": NO_STORE})


class IntervalDataFilePreview(ApiView):
    """GET /v1.1/jobs/interval-data-uploads/file-preview/{job_id}."""

    needs = {"GET": KeyPermission.INTERVAL_DATA}

    @extend_schema(
        operation_id="intervalDataFilePreview",
        tags=_TAGS,
        parameters=[_OF_JOB],
        responses=responses(GetIntervalDataFilePreviewResponseSerializer, 400, 404),
    )
    def get(self, request: Request, job_id: str) -> Response:
        """Show the first lines of a file as sent."""
        upload = _upload_of(request, job_id)
        lines, is_limited = preview_of(upload, MOST_LINES)
        return Response(
            {
                "file_data": lines,
                "job_id": str(upload.pk),
                "status": upload.state,
                "created_at": upload.created_at,
                "updated_at": upload.updated_at,
                "is_limited": is_limited,
            }
        )


def _file_name(query: Mapping[str, Any], ending: str) -> str:
    """What the file is called: as the caller wants, with the ending of its type."""
    name = query.get("file_name") or f"{query['schema']}-{clock.now():%Y%m%dT%H%M%S.%f}Z"
    return name if name.lower().endswith(ending) else f"{name}{ending}"


def _started(upload: IntervalUpload) -> Response:
    return Response({"job_id": str(upload.pk)})


def _upload_of(request: Request, job_id: str) -> IntervalUpload:
    """The upload with this ID. ApiError: 400 for what is no UUID, 404."""
    pk = as_uuid(job_id)
    if pk is None:
        raise ApiError("Job id is not a UUID", details={"job_id": job_id[:100]})
    upload = uploads_of(partner_of(request)).filter(pk=pk).first()
    if upload is None:
        raise ApiError("Job not found", status_code=404, details={"job_id": job_id})
    return upload


def _published(upload: IntervalUpload) -> dict[str, object]:
    return _known(
        {
            "last_job_id": str(upload.pk),
            "uploaded_file_path": upload.uploaded_path,
            "current_file_path": upload.current_path,
            "uploaded_at_date_time": upload.created_at,
            "status": upload.state,
            "feedback_csv_file_path": upload.feedback_path,
            "error_csv_file_path": upload.errors_path,
        }
    )


def _known(told: Mapping[str, object]) -> dict[str, object]:
    """Without what is empty."""
    return {name: value for name, value in told.items() if value != ""}
