"""What an upload and its rows are in the contract's words, in Python and as conditions of a query."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from onboarding.uploads.column_units import converted_units_of
from onboarding.uploads.models import (
    WRITTEN,
    RowOutcome,
    RowPlan,
    Upload,
    UploadProblem,
    UploadRow,
    UploadSource,
    UploadState,
    Withdrawal,
)
from onboarding.uploads.queries import files_of, unused_columns
from portal.partners.models import Partner
from portal.problems import Problem

PROCESSING: Final = "PROCESSING"
_JOBS_AT_ONCE: Final = 100
_OVER: Final = [UploadState.DONE, UploadState.WITHDRAWING, UploadState.WITHDRAWN, UploadState.MERGED]
# Where an upload waits for a person: beforehand, after a round of corrections, or because its commit stopped.
_WAITING: Final = [UploadState.READY, UploadState.DISCARDED]
_STATUS_OF: Final = {
    "": PROCESSING,
    "METER_CREATED": "COMPLETED",
    "METER_UPDATED": "COMPLETED",
    "DUPLICATE_REF_ID": "DUPLICATE",
    "MULTIPLE_PARTNER_REFERENCE": "MULTIPLE_PARTNER_REFERENCE",
    "VALIDATION_ERROR": "FAILED",
    "PROCESSING_ERROR": "FAILED",
}


def jobs_of(partner: Partner) -> QuerySet[Upload]:
    """The uploads that are jobs: what came by API, and files of the portal once somebody confirmed them.

    A file whose corrected rows went into earlier uploads was never confirmed itself, so it is none; what was taken back
    stays one.
    """
    return files_of(partner).filter(Q(source=UploadSource.API) | Q(confirmed_at__isnull=False))


# --- the job


def is_over(upload: Upload) -> bool:
    """Whether every row of a round has its result."""
    return upload.state in _OVER or (upload.state in _WAITING and upload.rounds > 0)


def is_stopped(upload: Upload) -> bool:
    """Whether a confirmed upload waits for a person because its first commit stopped."""
    return upload.state in _WAITING and not upload.rounds


def job_status(upload: Upload) -> str:
    """The published JobStatus."""
    if upload.state == UploadState.FAILED:
        return "FAILED"
    if is_stopped(upload):
        return "COMPLETED_WITH_ERRORS" if upload.written_to >= 0 else "FAILED"
    if not is_over(upload):
        return PROCESSING
    return "COMPLETED_WITH_ERRORS" if upload.count("failed") else "COMPLETED"


def jobs_with_status(status: str) -> Q | None:
    """The condition for jobs of a published status; None for a status that there is not."""
    over = Q(state__in=_OVER) | Q(state__in=_WAITING, rounds__gt=0)
    stopped = Q(state__in=_WAITING, rounds=0)
    failed = Q(state=UploadState.FAILED)
    return {
        PROCESSING: ~(over | stopped | failed),
        "FAILED": failed | (stopped & Q(written_to__lt=0)),
        "COMPLETED": over & (Q(counts__failed=0) | Q(counts__failed=None)),
        "COMPLETED_WITH_ERRORS": (over & Q(counts__failed__gt=0)) | (stopped & Q(written_to__gte=0)),
    }.get(status)


def published_job(upload: Upload) -> dict[str, object]:
    """An upload as the published Job."""
    created, updated, failed = _counted_now(upload) if is_stopped(upload) else _counted(upload)
    return {
        "job_id": str(upload.pk),
        "status": job_status(upload),
        "file_name": upload.file_name,
        "assets_count": upload.count("rows") - upload.count(RowPlan.LEFT_OUT),
        "assets_created_count": created,
        "assets_updated_count": updated,
        "assets_failed_count": failed,
        "transmission_regions": upload.transmission_regions,
        "created_at": upload.created_at,
        "updated_at": upload.updated_at,
    }


def _counted(upload: Upload) -> tuple[int, int, int]:
    return upload.count("METER_CREATED"), upload.count("METER_UPDATED"), upload.count("failed")


def _counted_now(upload: Upload) -> tuple[int, int, int]:
    """The same of a commit that stopped, which left no counts: from the rows that it had written."""
    rows = UploadRow.objects.filter(upload=upload, number__lte=upload.written_to, plan__in=WRITTEN, result="")
    plans = dict(rows.order_by().values_list("plan").annotate(n=Count("pk")))
    created = plans.pop(RowPlan.CREATE.value, 0)
    updated = sum(plans.values())
    return created, updated, upload.count("rows") - upload.count(RowPlan.LEFT_OUT) - created - updated


def job_failure(upload: Upload) -> dict[str, object]:
    """What is wrong with the file as a whole, or why its commit stopped."""
    problem = upload.file_problem
    if problem is None:
        return {}
    name = "VALIDATION_ERROR" if upload.state == UploadState.FAILED else "PROCESSING_ERROR"
    return {"status_detail": {"name": name, "description": f"{problem.text} {problem.remedy}".strip()}}


def job_warnings(upload: Upload) -> dict[str, object]:
    """What is worth a look in the file as a whole."""
    unknown = [Problem("UNKNOWN_COLUMN", column["header"]) for column in unused_columns(upload)]
    unknown += [Problem("UNKNOWN_PROPERTY", name) for name in upload.facts.get("unknown", ())]
    warnings = [published_warning(problem) for problem in [*unknown, *converted_units_of(upload)]]
    return {"warnings": warnings} if warnings else {}


def published_warning(problem: Problem) -> dict[str, object]:
    """A problem that stops nothing, as `warnings` have it."""
    return {"field": problem.field, "code": problem.code, "message": f"{problem.text} {problem.remedy}".strip()}


# --- its rows


def rows_of(upload: Upload) -> QuerySet[UploadRow]:
    """The rows of a job that are its assets: a person may have left some out."""
    return UploadRow.objects.filter(upload=upload).exclude(plan=RowPlan.LEFT_OUT)


def outcome_of(row: UploadRow, upload: Upload) -> tuple[str, str]:
    """What became of a row, and the description of it; ("", "") while that is open."""
    if is_stopped(upload):
        if row.plan in WRITTEN and not row.result and row.number > upload.written_to:
            return RowOutcome.PROCESSING_ERROR.value, Problem("ROWS_LEFT_UNWRITTEN").text
        return row.outcome_after(1)
    return row.outcome(upload) if upload.rounds else ("", "")


def rows_with_status(statuses: Collection[str], upload: str = "upload__") -> Q:
    """The condition for rows that have one of these published statuses. upload: how a row leads to its upload."""
    stopped = Q(**{f"{upload}state__in": _WAITING, f"{upload}rounds": 0})
    ended = Q(**{f"{upload}rounds__gt": 0}) | stopped
    open_row, of_plan = (
        Q(result="", plan__in=WRITTEN),
        Q(result="", plan__in=[RowPlan.NEEDS_FIXING, RowPlan.NOT_A_METER]),
    )
    written = open_row & (
        (~stopped & Q(round__lt=F(f"{upload}rounds"))) | (stopped & Q(number__lte=F(f"{upload}written_to")))
    )
    left = open_row & stopped & Q(number__gt=F(f"{upload}written_to"))
    waiting = open_row & ~stopped & Q(round__gte=F(f"{upload}rounds"))
    by_result = {status: [name for name, of in _STATUS_OF.items() if of == status and name] for status in statuses}
    any_of = Q(pk__in=[])
    for status, results in by_result.items():
        if status == PROCESSING:
            any_of |= ~ended | waiting
        elif status == "COMPLETED":
            any_of |= ended & (Q(result__in=results) | written)
        elif status == "FAILED":
            any_of |= ended & (Q(result__in=results) | of_plan | left)
        else:
            any_of |= ended & Q(result__in=results)
    return any_of


def published_assets(rows: Sequence[UploadRow]) -> Iterator[dict[str, object]]:
    """Rows, each with its upload, as the published AssetUploadStatus, in their order. One query for 100 jobs."""
    told = _told_of(rows)
    for row in rows:
        yield published_asset(row, row.upload, told.get((row.upload_id, row.number), ()))


def _told_of(rows: Sequence[UploadRow]) -> dict[tuple[UUID, int], list[UploadProblem]]:
    """The problems and warnings of rows, by upload and row number."""
    numbers: dict[UUID, list[int]] = {}
    for row in rows:
        numbers.setdefault(row.upload_id, []).append(row.number)
    told: dict[tuple[UUID, int], list[UploadProblem]] = {}
    ranges = [Q(upload=pk, row_number__range=(min(those), max(those))) for pk, those in numbers.items()]
    for start in range(0, len(ranges), _JOBS_AT_ONCE):
        lines = UploadProblem.objects.filter(reduce(or_, ranges[start : start + _JOBS_AT_ONCE]))
        for line in lines.order_by("upload", "row_number", "column", "pk"):
            told.setdefault((line.upload_id, line.row_number), []).append(line)
    return told


def published_asset(row: UploadRow, upload: Upload, lines: Sequence[UploadProblem]) -> dict[str, object]:
    """One row as the published AssetUploadStatus."""
    result, description = outcome_of(row, upload)
    if row.withdrawal:
        taken_back = f" Taken back: {Withdrawal(row.withdrawal).label.lower()}."
        description = f"{description}{taken_back} {row.description}".strip()
    published: dict[str, Any] = {
        "partner_reference": row.partner_reference,
        "status": _STATUS_OF[result],
        "status_detail": _detail(result, description, lines),
        "created_at": upload.created_at,
    }
    if published["status"] == "COMPLETED" and row.meter_id and row.withdrawal != Withdrawal.REMOVED:
        published["meter_id"] = str(row.meter_id)
    if result and (warnings := [published_warning(line.problem) for line in lines if not line.blocks]):
        published["warnings"] = warnings
    return published


def _detail(result: str, description: str, lines: Sequence[UploadProblem]) -> Mapping[str, object]:
    if not result:
        return {}
    # The contract knows MULTIPLE_PARTNER_REFERENCE as a status, not as a detail name.
    name = "DUPLICATE_REF_ID" if result == "MULTIPLE_PARTNER_REFERENCE" else result
    failed = {line.field or "row": line.problem.text for line in lines if line.blocks}
    return {"name": name, "description": description, **({"failed_fields": failed} if failed else {})}
