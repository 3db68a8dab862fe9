"""The rooms of this floor, by name."""

from django.urls import include, path

urlpatterns = [
    path("", include("onboarding.home.urls")),
    path("", include("onboarding.audit.urls")),
    path("", include("onboarding.uploads.urls")),
    path("", include("onboarding.entry.urls")),
    path("", include("onboarding.enrollment.urls")),
    path("", include("onboarding.meters.urls")),
]
