"""API and pages of enrollment."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from onboarding.enrollment import api, views
from onboarding.enrollment.participation import api as participation_api
from onboarding.enrollment.participation import sheet_views
from onboarding.enrollment.participation import views as participation

_METERS = "v1.1/enrollment/meters/"

urlpatterns = [
    path("", include("onboarding.enrollment.calendar.urls")),
    path("meters/<uuid:pk>/participation/", participation.meter_participation, name="meter-participation"),
    path("meters/participation/", sheet_views.participation_sheet, name="participation-sheet"),
    re_path(r"^meters/participation\.(?P<format>csv|xlsx)$", sheet_views.participation_file, name="participation-file"),
    path("meters/bulk/<uuid:pk>/participation/", participation.participation_of_many, name="participation-of-many"),
    path("meters/<uuid:pk>/participation/remove/", participation.idle_remove, name="idle-remove"),
    path("programs/<str:identifier>/meters/", views.program_meters, name="program-meters"),
    path("meters/<uuid:pk>/", views.meter_detail, name="meter"),
    path("meters/<uuid:pk>/programs/", views.meter_stacking, name="meter-stacking"),
    path("meters/<uuid:pk>/programs/<str:identifier>/join/", views.meter_join, name="meter-join"),
    path("meters/<uuid:pk>/programs/<str:identifier>/leave/", views.meter_leave, name="meter-leave"),
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
    path(
        f"{_METERS}idle_periods",
        login_not_required(participation_api.BulkIdlePeriods.as_view()),
        name="api-idle-periods-many",
    ),
    path(
        f"{_METERS}disenrollment_requests",
        login_not_required(participation_api.BulkDisenrollment.as_view()),
        name="api-disenroll-many",
    ),
    path(
        f"{_METERS}participate",
        login_not_required(participation_api.BulkParticipate.as_view()),
        name="api-participate-many",
    ),
    path(
        f"{_METERS}<str:meter_id>/idle_periods",
        login_not_required(participation_api.IdlePeriods.as_view()),
        name="api-idle-periods",
    ),
    path(
        f"{_METERS}<str:meter_id>/disenrollment_requests",
        login_not_required(participation_api.Disenrollment.as_view()),
        name="api-disenroll",
    ),
    path(
        f"{_METERS}<str:meter_id>/participate",
        login_not_required(participation_api.Participate.as_view()),
        name="api-participate",
    ),
]
