"""Pages of interval data."""

from django.urls import path, re_path

from onboarding.intervals import views

urlpatterns = [
    path("interval-data/uploads/", views.upload_list, name="interval-uploads"),
    path("interval-data/uploads/new/", views.upload_new, name="interval-upload-new"),
    path("interval-data/uploads/<uuid:pk>/", views.upload_detail, name="interval-upload"),
    path("interval-data/uploads/<uuid:pk>/keep-good-rows/", views.upload_keep_good, name="interval-upload-keep"),
    path("interval-data/uploads/<uuid:pk>/<slug:part>/", views.upload_file, name="interval-upload-file"),
    re_path(
        r"^interval-data/example-(?P<schema>load|runtime|performance)\.csv$",
        views.example_file,
        name="interval-example",
    ),
    path("interval-data/settings/", views.interval_settings, name="interval-settings"),
    path("interval-data/files/<str:token>/", views.linked_file, name="interval-file"),
]
