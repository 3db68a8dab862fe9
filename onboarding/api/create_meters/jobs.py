"""createMeterBatchJob, listMeterBatchJobs, listMeterBatchJobsFilters and getMeterBatchJob."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import EXAMPLE_ASSET, REGIONS
from onboarding.api.create_meters import bodies, dry_run
from onboarding.api.create_meters.listing import conditions, containing, regions
from onboarding.api.create_meters.serializers import (
    JOB_STATUSES,
    TAGS,
    CreateMeterBatchJobQuerySerializer,
    CreateMeterBatchJobRequestSerializer,
    CreateMeterBatchJobResponseSerializer,
    JobAndAssetsSerializer,
    ListMeterBatchJobsQuerySerializer,
    MeterJobFiltersResponseSerializer,
    PagedJobsSerializer,
)
from onboarding.api.create_meters.statuses import (
    job_failure,
    job_warnings,
    jobs_of,
    jobs_with_status,
    published_assets,
    published_job,
    rows_of,
)
from onboarding.uploads.columns.encodings import encoding_named
from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from portal.api.authentication import actor_of, partner_of
from portal.api.cursors import paginate
from portal.api.errors import ApiError, validated
from portal.api.idempotency import keep_answer
from portal.api.schema import example, responses
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Refused

_FAULTS_OF_OURS: Final = {"FILE_NOT_STORED": 500, "CATALOGUE_INCOMPLETE": 503, "FILE_TOO_LARGE": 413}
_EXAMPLE_CSV: Final = (
    "partner_reference,transmission_region,customer_classification,meter_type,load_types.0,customer.street_1,"
    "customer.postal_code,customer.city,customer.state_or_province_code\n"
    "site-000001,CAISO,RESIDENTIAL,DEVICE,BATTERY_STORAGE,1 Main Street,94103,San Francisco,CA\n"
)


class MeterBatchJobs(ApiView):
    """GET and POST /v1.1/jobs/meters."""

    needs = {"GET": KeyPermission.READ_METERS, "POST": KeyPermission.WRITE_METERS}
    parser_classes = [bodies.RawJson, bodies.RawCsv]
    in_one_transaction = False  # it reads the body and stores the file first

    def most_bytes(self) -> int:
        return settings.UPLOAD_MAX_BYTES

    @extend_schema(
        operation_id="listMeterBatchJobs",
        tags=TAGS,
        parameters=[ListMeterBatchJobsQuerySerializer],
        responses=responses(PagedJobsSerializer, 400),
    )
    def get(self, request: Request) -> Response:
        """List your jobs, newest first."""
        query = validated(ListMeterBatchJobsQuerySerializer, request.query_params)
        wanted = conditions(
            query,
            filters={
                "status": _of_status,
                "transmission_region": regions("regions_text"),
                "file_name": containing("file_name"),
            },
            searches={"file_name": containing("file_name"), "partner_reference": _with_reference},
        )
        jobs = jobs_of(partner_of(request)).annotate(regions_text=Cast("transmission_regions", TextField()))
        page, next_page = paginate(
            jobs.filter(wanted), request=request, size=query["page_size"], token=query["page_token"], newest_first=True
        )
        return Response({"jobs": [published_job(upload) for upload in page], **next_page})

    @extend_schema(
        operation_id="createMeterBatchJob",
        tags=TAGS,
        parameters=[CreateMeterBatchJobQuerySerializer],
        request={
            bodies.RawJson.media_type: CreateMeterBatchJobRequestSerializer,
            bodies.RawCsv.media_type: OpenApiTypes.STR,
        },
        examples=[
            example("A battery", {"assets": [EXAMPLE_ASSET]}),
            example("A battery, as CSV", _EXAMPLE_CSV, media_type=bodies.RawCsv.media_type),
        ],
        responses={
            **responses(CreateMeterBatchJobResponseSerializer, 400, 413, 415, status=201, description="Created"),
            200: dry_run.DryRunAnswerSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        """Create meters from assets, as JSON or CSV. A job does the work; get the job to follow its progress.

        With dry_run, the response says right away what would happen to each asset, and nothing is stored.
        """
        query = validated(CreateMeterBatchJobQuerySerializer, request.query_params)
        body = bodies.body_of(request)
        try:
            if query["dry_run"]:
                return Response(dry_run.of_job(body, partner_of(request), update_existing=query["update_existing"]))
            return _created(_received(request, body, query))
        except Refused as refusal:
            status_code = _FAULTS_OF_OURS.get(refusal.problems[0].code, 400)
            details = [{"message": f"{problem.text} {problem.remedy}"} for problem in refusal.problems]
            raise ApiError(refusal.problems[0].text, status_code=status_code, details=details) from refusal


class MeterBatchJobsFilters(ApiView):
    """GET /v1.1/jobs/meter-job-filters."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(
        operation_id="listMeterBatchJobsFilters", tags=TAGS, responses=responses(MeterJobFiltersResponseSerializer)
    )
    def get(self, request: Request) -> Response:
        """List what jobs can be filtered by."""
        return Response(filter_options(JOB_STATUSES))


class MeterBatchJob(ApiView):
    """GET /v1.1/jobs/meters/{job_id}."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(
        operation_id="getMeterBatchJob",
        tags=TAGS,
        parameters=[OpenApiParameter("job_id", UUID, "path")],
        responses=responses(JobAndAssetsSerializer, 400, 404),
    )
    def get(self, request: Request, job_id: str) -> Response:
        """Get a job and the result of each asset."""
        try:
            pk = UUID(job_id)
        except ValueError:
            raise ApiError("Job id is not a UUID", details={"job_id": job_id[:100]}) from None
        upload = jobs_of(partner_of(request)).filter(pk=pk).first()
        if upload is None:
            raise ApiError("Job not found", status_code=404, details={"job_id": job_id})
        rows = list(rows_of(upload).order_by("number").defer("cells", "asset", "changes", "programs"))
        for row in rows:
            row.upload = upload
        assets = list(published_assets(rows))
        return Response({**published_job(upload), "assets": assets, **job_failure(upload), **job_warnings(upload)})


def filter_options(statuses: list[str]) -> dict[str, object]:
    """The published filters with their values."""
    return {
        "filter_options": [{"key": "status", "values": statuses}, {"key": "transmission_region", "values": REGIONS}]
    }


def _created(upload: Upload) -> Response:
    return Response({"job_id": str(upload.pk)}, status=201)


def _received(request: Request, body: Mapping[str, Any], query: Mapping[str, Any]) -> Upload:
    """Keep the body and queue its job."""
    is_json = bodies.is_json(body)
    return receive_by_api(
        _checked_json(body["stream"]) if is_json else bodies.pieces_of(body["stream"]),
        file_name=query["file_name"],
        suffix=".json" if is_json else ".csv",
        partner=partner_of(request),
        update_existing=query["update_existing"],
        encoding=None if is_json else encoding_named(str(body["charset"])),
        by=actor_of(request),
        also=lambda upload: keep_answer(request, _created(upload)),
    )


def _checked_json(stream: Any) -> Iterator[bytes]:
    """The JSON body, once its types and the globally required fields of every asset are in order."""
    with bodies.spooled(stream) as file:
        bodies.refuse_by_contract(bodies.split(file, most=settings.UPLOAD_MAX_ROWS))
        yield from bodies.from_start(file)


def _of_status(statuses: Any) -> Q | None:
    any_of = Q(pk__in=[])
    for status in statuses:
        condition = jobs_with_status(status)
        if condition is None:
            return None
        any_of |= condition
    return any_of


def _with_reference(terms: Any) -> Q:
    rows = UploadRow.objects.filter(containing("partner_reference")(terms) or Q(), upload=OuterRef("pk"))
    return Q(Exists(rows))
