"""Pages of the meters: the list and its exports, and each meter's own."""

from django.urls import path, re_path

from onboarding.portfolio import meter_views, views
from onboarding.portfolio.exports import views as exports
from onboarding.portfolio.overview import views as overview
from onboarding.portfolio.saved_views import views as saved_views

urlpatterns = [
    path("meters/", views.meter_list, name="meters"),
    path("meters/columns/", views.meter_columns, name="meters-columns"),
    re_path(r"^meters/export\.(?P<format>csv|xlsx)$", views.meter_export, name="meters-export"),
    re_path(r"^meters/template\.(?P<format>csv|xlsx)$", views.meter_template, name="meters-template"),
    path("meters/exports/", exports.export_list, name="exports"),
    path("meters/exports/new/", exports.export_new, name="export-new"),
    path("meters/exports/<uuid:pk>/", exports.export_detail, name="export"),
    path("meters/exports/<uuid:pk>/file/", exports.export_file, name="export-file"),
    path("meters/look-up/", views.meter_batch_lookup, name="meters-look-up"),
    path("meters/views/", saved_views.view_save, name="view-save"),
    path("meters/views/<int:pk>/remove/", saved_views.view_remove, name="view-remove"),
    path("meters/<uuid:pk>/", meter_views.meter_detail, name="meter"),
    path("meters/<uuid:pk>/programs/", meter_views.meter_stacking, name="meter-stacking"),
    path("meters/<uuid:pk>/programs/<str:identifier>/join/", meter_views.meter_join, name="meter-join"),
    path("meters/<uuid:pk>/programs/<str:identifier>/leave/", meter_views.meter_leave, name="meter-leave"),
    path("portfolio/", overview.portfolio, name="portfolio"),
    path("portfolio/export.csv", overview.portfolio_export, name="portfolio-export"),
    path("programs/<str:identifier>/meters/", meter_views.program_meters, name="program-meters"),
]
