"""The models of the rooms upstairs, gathered for Django."""

from onboarding.enrollment.calendar.models import CalendarFeed, DeadlineNotice, WeeklyDigest
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment, Evaluated, ParticipationPeriod
from onboarding.entry.models import MeterDraft
from onboarding.meters.bulk.models import BulkAction, BulkRow
from onboarding.meters.exports.models import Export
from onboarding.meters.models import Meter
from onboarding.meters.saved.models import SavedView
from onboarding.meters.search.models import MeterText, TextBacklog
from onboarding.uploads.models import ColumnMemory, Upload, UploadEdit, UploadProblem, UploadRow

__all__ = [
    "Activation",
    "BulkAction",
    "BulkRow",
    "CalendarFeed",
    "CheckRecord",
    "ColumnMemory",
    "DeadlineNotice",
    "Enrollment",
    "Evaluated",
    "Export",
    "Meter",
    "MeterDraft",
    "MeterText",
    "ParticipationPeriod",
    "SavedView",
    "TextBacklog",
    "Upload",
    "UploadEdit",
    "UploadProblem",
    "UploadRow",
    "WeeklyDigest",
]
