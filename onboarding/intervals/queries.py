"""Named reads of uploads of interval data, shared by pages and API."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from onboarding.intervals.models import IntervalSettings, IntervalUpload, IntervalUploadState
from onboarding.intervals.results import errors_of
from portal.jobs.models import Job, JobState
from portal.partners.models import Partner
from portal.problems import Problem, is_kind

_LOOKED_THROUGH: Final = 5_000  # errors, for the first ones of each kind
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """All errors with one code in one column: how many, the first of them, what to do."""

    code: str
    column: str
    count: int
    examples: list[dict[str, Any]]

    @property
    def problem(self) -> Problem:
        return Problem(self.code if is_kind(self.code) else "UNCATEGORISED", self.column)


def uploads_of(partner: Partner) -> QuerySet[IntervalUpload]:
    return IntervalUpload.objects.filter(partner=partner)


def open_job(upload: IntervalUpload) -> Job | None:
    """The job that works on the upload now, if any."""
    return Job.objects.filter(
        subject_id=str(upload.pk), kind__startswith="intervals.", state__in=[JobState.QUEUED, JobState.RUNNING]
    ).first()


def error_groups(upload: IntervalUpload) -> list[ErrorGroup]:
    """The errors of a file by kind and column, the most frequent first."""
    examples: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for error in errors_of(upload, _LOOKED_THROUGH)[0]:
        same = examples[error["code"], error["column"]]
        if len(same) < _EXAMPLES:
            same.append(error)
    return [
        ErrorGroup(kind["code"], column, kind["count"], examples[kind["code"], column])
        for kind in upload.error_summary
        for column in [kind.get("column", "")]
    ]


def can_keep_good_rows(upload: IntervalUpload) -> bool:
    """Whether a file failed for some of its rows only, so that the others can still be stored."""
    return upload.state == IntervalUploadState.FAILED and not upload.problem and upload.count("good") > 0


def settings_of(partner: Partner) -> IntervalSettings:
    """What the partner wants of its files; not saved where it never said."""
    return IntervalSettings.objects.filter(partner=partner).first() or IntervalSettings(partner=partner)
