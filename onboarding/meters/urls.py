"""Pages and API of the meters."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from onboarding.meters import api, views
from onboarding.meters.bulk import views as bulk
from onboarding.meters.bulk.references import views as references
from onboarding.meters.exports import views as exports
from onboarding.meters.saved import views as saved

urlpatterns = [
    path("meters/", views.meter_list, name="meters"),
    path("meters/columns/", views.meter_columns, name="meters-columns"),
    re_path(r"^meters/export\.(?P<format>csv|xlsx)$", views.meter_export, name="meters-export"),
    re_path(r"^meters/template\.(?P<format>csv|xlsx)$", views.meter_template, name="meters-template"),
    path("meters/exports/", exports.export_list, name="exports"),
    path("meters/exports/new/", exports.export_new, name="export-new"),
    path("meters/exports/<uuid:pk>/", exports.export_detail, name="export"),
    path("meters/exports/<uuid:pk>/file/", exports.export_file, name="export-file"),
    path("meters/look-up/", views.meter_look_up, name="meters-look-up"),
    path("meters/views/", saved.view_save, name="view-save"),
    path("meters/views/<int:pk>/remove/", saved.view_remove, name="view-remove"),
    path("meters/bulk/", bulk.bulk_ask, name="bulk-ask"),
    path("meters/bulk/<uuid:pk>/", bulk.bulk_action, name="bulk-action"),
    path("meters/bulk/<uuid:pk>/result.csv", bulk.bulk_result, name="bulk-result"),
    path("meters/references/", references.references, name="meters-references"),
    re_path(r"^meters/references\.(?P<format>csv|xlsx)$", references.references_file, name="meters-references-file"),
    path("v2/meters/search", login_not_required(api.MeterSearch.as_view()), name="api-meter-search"),
    path("v2/meters/<str:meter_id>", login_not_required(api.MeterDetails.as_view()), name="api-meter"),
]
