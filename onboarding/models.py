"""The models of the rooms upstairs, gathered for Django."""

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem, UploadRow

__all__ = ["Enrollment", "Meter", "Upload", "UploadProblem", "UploadRow"]
