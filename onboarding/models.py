"""The models of the rooms upstairs, gathered for Django."""

from onboarding.enrollment.models import Enrollment
from onboarding.entry.models import MeterDraft
from onboarding.meters.bulk.models import BulkAction, BulkRow
from onboarding.meters.models import Meter
from onboarding.uploads.models import ColumnMemory, Upload, UploadEdit, UploadProblem, UploadRow

__all__ = [
    "BulkAction",
    "BulkRow",
    "ColumnMemory",
    "Enrollment",
    "Meter",
    "MeterDraft",
    "Upload",
    "UploadEdit",
    "UploadProblem",
    "UploadRow",
]
