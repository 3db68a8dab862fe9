"""API and pages of enrollment."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from onboarding.enrollment import api

urlpatterns = [
    path("", include("onboarding.enrollment.calendar.urls")),
    path(
        "v2/meters/enrollments/search",
        login_not_required(api.MeterEnrollmentSearch.as_view()),
        name="api-enrollment-search",
    ),
    path(
        "v2/meters/<str:meter_id>/enrollments",
        login_not_required(api.MeterEnrollment.as_view()),
        name="api-enrollment",
    ),
]
