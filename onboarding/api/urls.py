"""The paths of the published contract."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path
from rest_framework.views import APIView

from onboarding.api import create_meters, enrollment, meter_details, participation

_METERS = "v1.1/enrollment/meters/"


def _operation(route: str, view: type[APIView], name: str) -> URLPattern:
    """Callers of the API have a key instead of a sign-in; the view's authenticator asks for it."""
    return path(route, login_not_required(view.as_view()), name=name)


urlpatterns = [
    _operation("v1.1/jobs/meters", create_meters.MeterJobs, "api-meter-jobs"),
    _operation("v1.1/jobs/meters/<str:job_id>", create_meters.MeterJob, "api-meter-job"),
    _operation("v2/meters/search", meter_details.MeterSearch, "api-meter-search"),
    _operation("v2/meters/<str:meter_id>", meter_details.MeterDetails, "api-meter"),
    _operation("v2/meters/enrollments/search", enrollment.MeterEnrollmentSearch, "api-enrollment-search"),
    _operation("v2/meters/<str:meter_id>/enrollments", enrollment.MeterEnrollment, "api-enrollment"),
    _operation(f"{_METERS}idle_periods", participation.BulkIdlePeriods, "api-idle-periods-many"),
    _operation(f"{_METERS}disenrollment_requests", participation.BulkDisenrollment, "api-disenroll-many"),
    _operation(f"{_METERS}participate", participation.BulkParticipate, "api-participate-many"),
    _operation(f"{_METERS}<str:meter_id>/idle_periods", participation.IdlePeriods, "api-idle-periods"),
    _operation(f"{_METERS}<str:meter_id>/disenrollment_requests", participation.Disenrollment, "api-disenroll"),
    _operation(f"{_METERS}<str:meter_id>/participate", participation.Participate, "api-participate"),
]
