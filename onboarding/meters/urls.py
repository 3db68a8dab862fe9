"""Pages and API of the meters."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from onboarding.meters import api, views

urlpatterns = [
    path("meters/", views.meter_list, name="meters"),
    re_path(r"^meters/export\.(?P<format>csv|xlsx)$", views.meter_export, name="meters-export"),
    re_path(r"^meters/template\.(?P<format>csv|xlsx)$", views.meter_template, name="meters-template"),
    path("meters/<uuid:pk>/", views.meter_detail, name="meter"),
    path("v2/meters/search", login_not_required(api.MeterSearch.as_view()), name="api-meter-search"),
    path("v2/meters/<str:meter_id>", login_not_required(api.MeterDetails.as_view()), name="api-meter"),
]
