"""API and pages of enrollment."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from onboarding.enrollment import api
from onboarding.enrollment.participation import views as participation

urlpatterns = [
    path("meters/<uuid:pk>/participation/", participation.meter_participation, name="meter-participation"),
    path("meters/<uuid:pk>/participation/remove/", participation.idle_remove, name="idle-remove"),
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
