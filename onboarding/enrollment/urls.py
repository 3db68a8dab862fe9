"""API and pages of enrollment."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from onboarding.enrollment import api, views

urlpatterns = [
    path("programs/<str:identifier>/meters/", views.program_meters, name="program-meters"),
    path("meters/<uuid:pk>/", views.meter_detail, name="meter"),
    path("meters/<uuid:pk>/programs/", views.meter_stacking, name="meter-stacking"),
    path("meters/<uuid:pk>/programs/<str:identifier>/join/", views.meter_join, name="meter-join"),
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
