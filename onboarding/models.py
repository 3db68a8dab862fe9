"""Gathers the models of this floor's rooms; they live in their rooms."""

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem, UploadRow

__all__ = ["Enrollment", "Meter", "Upload", "UploadProblem", "UploadRow"]
