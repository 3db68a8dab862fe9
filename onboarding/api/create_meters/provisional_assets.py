"""listProvisionalAssets and listProvisionalAssetsFilters: the assets of all jobs, as JSON or CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, CharField, Q, QuerySet, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from onboarding.api.assets import REGIONS
from onboarding.api.create_meters.jobs import filter_options
from onboarding.api.create_meters.listing import conditions, containing
from onboarding.api.create_meters.serializers import (
    ASSET_STATUSES,
    ListProvisionalAssetsFiltersResponseSerializer,
    ListProvisionalAssetsQuerySerializer,
    ListProvisionalAssetsResponseSerializer,
)
from onboarding.api.create_meters.statuses import jobs_of, published_assets, rows_with_status
from onboarding.spreadsheets.workbook.safety import csv_safe
from onboarding.uploads.corrections.rows import RowEditor
from onboarding.uploads.models import RowPlan, Upload, UploadRow
from portal.api.authentication import partner_of
from portal.api.cursors import place_named, token_for
from portal.api.errors import validated
from portal.api.schema import responses
from portal.api.shapes import MESSAGE
from portal.api.views import ApiView
from portal.partners.models import KeyPermission
from portal.problems import Problem
from portal.storage.ids import as_uuid
from programs.identifiers import reference_key
from programs.schema import flatten

_LISTED: Final = "provisional assets"
_TAGS: Final = [_LISTED]
_JOBS_AT_ONCE: Final = 50
_ROWS_AT_ONCE: Final = 1_000
_SERIAL: Final = "device.device_serial_number"
_CUSTOMER: Final = (
    *("street_1", "postal_code", "city", "state_or_province_code", "country_code", "street_2", "end_customer_name"),
    *("end_customer_title", "end_customer_email", "end_customer_phone_number", "end_customer_company_name"),
    *("partner_offering_name", "partner_offering_date", "dispatch_option", "billing.street_1", "billing.postal_code"),
    *("billing.city", "billing.state_or_province_code", "billing.country_code", "billing.street_2"),
)
# The fields of the documented export, in its order. Others are not in it; JSON has them all.
_FIELDS: Final = (
    *("partner_reference", "transmission_region", "customer_classification", "load_types.0", "load_types.1"),
    "meter_type",
    *(f"customer.{name}" for name in _CUSTOMER),
    *("device.device_serial_number", "device.device_model", "device.device_manufacturer", "device.install_date"),
    *("device.permission_to_operate_date", "site.load_zone", "site.generator_manufacturer"),
    *("site.generator_fuel_type", "site.generator_serial_number", "nyiso.existing_nyiso_resource_id"),
    *("utility.utility_name", "utility.load_serving_entity", "utility.electric_service_account_number"),
    *("utility.tariff", "utility.voltage", "utility.utility_meter_serial_number"),
)
CSV_HEADER: Final = (
    *("job_id", "partner_reference", "status", "status_detail.description"),
    *(f"data.{name}" for name in _FIELDS),
    *("created_at", "status_detail.failed_fields.0.key", "status_detail.failed_fields.0.value"),
)


class CsvRenderer(BaseRenderer):
    """Says that the operation answers in CSV too; the view makes the text itself."""

    media_type = "text/csv"
    format = "csv"


class ProvisionalAssets(ApiView):
    """GET /v1.1/provisional-assets."""

    needs = {"GET": KeyPermission.READ_METERS}
    error_shape = MESSAGE
    renderer_classes = [JSONRenderer, CsvRenderer]

    @extend_schema(
        operation_id="listProvisionalAssets",
        tags=_TAGS,
        parameters=[ListProvisionalAssetsQuerySerializer],
        responses={
            **{
                (status, "application/json"): answer
                for status, answer in responses(ListProvisionalAssetsResponseSerializer, 400, shape=MESSAGE).items()
            },
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "OK"),
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List the assets of all your jobs, newest job first.

        As CSV (Accept: text/csv) the answer holds all of them, unless page_size or page_token asks for a page.
        """
        query = validated(ListProvisionalAssetsQuerySerializer, request.query_params)
        rows = _matching(request, query)
        if getattr(request.accepted_renderer, "format", "") == "csv":
            is_paged = "page_size" in request.query_params or query["page_token"]
            return _as_csv(islice(rows, query["page_size"]) if is_paged else rows)
        size = query["page_size"]
        page = list(islice(rows, size + 1))
        answer: dict[str, object] = {"provisional_assets": list(_published(page[:size]))}
        if len(page) > size:
            last = page[size - 1]
            answer["next_page_token"] = token_for(request, _LISTED, [str(last.upload_id), last.number])
        return Response(answer)

    def handle_exception(self, exc: Exception) -> Response:
        """Errors are JSON, whatever was asked for."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class ProvisionalAssetsFilters(ApiView):
    """GET /v1.1/provisional-assets-filters."""

    needs = {"GET": KeyPermission.READ_METERS}

    @extend_schema(
        operation_id="listProvisionalAssetsFilters",
        tags=_TAGS,
        responses=responses(ListProvisionalAssetsFiltersResponseSerializer),
    )
    def get(self, request: Request) -> Response:
        """List what provisional assets can be filtered by."""
        return Response(filter_options(ASSET_STATUSES))


# --- which rows


def _matching(request: Request, query: dict[str, Any]) -> Iterator[UploadRow]:
    wanted = conditions(
        query,
        filters={
            "status": _of_status,
            "transmission_region": _of_region,
            "partner_reference": lambda terms: Q(reference_key__in=[reference_key(term) for term in terms]),
            "job_id": _of_job,
        },
        searches={
            "partner_reference": containing("partner_reference"),
            "device_serial_number": containing("serial"),
            "file_name": containing("upload__file_name"),
        },
    )
    place = place_named(request, _LISTED, query["page_token"]) if query["page_token"] else None
    after = (UUID(str(place[0])), int(place[1])) if isinstance(place, list) else None
    size = query["page_size"] + 1 if "page_size" in request.query_params else _ROWS_AT_ONCE
    return _walk(jobs_of(partner_of(request)), wanted, after, at_once=size)


def _walk(jobs: QuerySet[Upload], wanted: Q, after: tuple[UUID, int] | None, *, at_once: int) -> Iterator[UploadRow]:
    """The rows that match, newest job first and in the order of each; from behind a place on.

    Job by job: a query over all rows of a partner would sort them before it gave the first.
    """
    jobs = jobs.order_by("-pk")
    if after:
        jobs = jobs.filter(pk__lte=after[0])
    while uploads := list(jobs[:_JOBS_AT_ONCE]):
        by_pk = {upload.pk: upload for upload in uploads}
        rows = UploadRow.objects.filter(upload__in=by_pk).exclude(plan=RowPlan.LEFT_OUT)
        rows = rows.annotate(serial=_serial(uploads)).filter(wanted).order_by("-upload_id", "number")
        while piece := list(_behind(rows, after)[:at_once]):
            for row in piece:
                row.upload = by_pk[row.upload_id]
                yield row
            after = (piece[-1].upload_id, piece[-1].number)
        jobs, after = jobs.filter(pk__lt=uploads[-1].pk), None


def _behind(rows: QuerySet[UploadRow], after: tuple[UUID, int] | None) -> QuerySet[UploadRow]:
    if after is None:
        return rows
    return rows.filter(Q(upload_id__lt=after[0]) | Q(upload_id=after[0], number__gt=after[1]))


def _serial(uploads: Sequence[Upload]) -> Coalesce:
    """The serial number of a row: of its asset, else of the cells as they came."""
    of_sheet = [
        When(upload_id=upload.pk, then=KT(f"cells__columns__{index}"))
        for upload in uploads
        for index, target in (upload.column_layout.columns or {}).items()
        if target == _SERIAL
    ]
    came = [Case(*of_sheet, output_field=CharField())] if of_sheet else []
    return Coalesce(
        KT("asset__device__device_serial_number"), KT(f"cells__fields__{_SERIAL}"), *came, output_field=CharField()
    )


def _of_status(statuses: Sequence[str]) -> Q | None:
    return rows_with_status(statuses) if set(statuses) <= set(ASSET_STATUSES) else None


def _of_region(terms: Sequence[str]) -> Q | None:
    """Rows of these regions; one that became no asset has its region only as it came."""
    if not set(terms) <= set(REGIONS):
        return None
    came = Q(asset__transmission_region=None, cells__fields__transmission_region__in=list(terms))
    return Q(asset__transmission_region__in=list(terms)) | came


def _of_job(terms: Sequence[str]) -> Q | None:
    keys = [as_uuid(term) for term in terms]
    return Q(upload_id__in=keys) if all(keys) else None


# --- as they are answered


def _published(rows: Sequence[UploadRow]) -> Iterator[dict[str, object]]:
    for row, published in zip(rows, published_assets(rows), strict=True):
        yield {"job_id": str(row.upload_id), **published, **({"data": row.asset} if row.asset else {})}


def _as_csv(rows: Iterator[UploadRow]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="provisional-assets.csv"'
    return response


def _csv_lines(rows: Iterator[UploadRow]) -> Iterator[str]:
    yield _line(CSV_HEADER)
    while piece := list(islice(rows, _ROWS_AT_ONCE)):
        cells = _cells_of(piece)
        for row, published in zip(piece, _published(piece), strict=True):
            yield _line(_csv_row(published, cells[row.pk]))


def _cells_of(rows: Sequence[UploadRow]) -> dict[int, dict[str, object]]:
    """Each row's values by field key: the asset's, else the cells as they came."""
    cells: dict[int, dict[str, object]] = {row.pk: flatten(row.asset) for row in rows if row.asset}
    for _, group in groupby((row for row in rows if not row.asset), lambda row: row.upload_id):
        without = list(group)
        came = RowEditor(without[0].upload).cells_of(without)
        cells |= {row.pk: dict(came.get(row.number, {})) for row in without}
    return cells


def _csv_row(published: dict[str, Any], cells: dict[str, object]) -> list[object]:
    detail = published["status_detail"]
    failed = next(iter(detail.get("failed_fields", {}).items()), ("", ""))
    known = [published["job_id"], published["partner_reference"], published["status"], detail.get("description", "")]
    return [*known, *(cells.get(key) for key in _FIELDS), f"{published['created_at']:%Y-%m-%dT%H:%M:%SZ}", *failed]


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([csv_safe(_plain(value)) for value in values])
    return text.getvalue()


def _plain(value: object) -> object:
    """A value as CSV has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.value if isinstance(value, Problem) else "" if value is None else value
