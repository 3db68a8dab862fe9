"""The models of the rooms upstairs, gathered for Django."""

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from onboarding.uploads.models import ColumnMemory, Upload, UploadEdit, UploadProblem, UploadRow

__all__ = ["ColumnMemory", "Enrollment", "Meter", "Upload", "UploadEdit", "UploadProblem", "UploadRow"]
