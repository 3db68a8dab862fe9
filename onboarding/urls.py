"""The rooms of this floor, by name."""

from django.urls import include, path

urlpatterns = [
    path("", include("onboarding.home.urls")),
    path("", include("onboarding.audit.urls")),
    path("", include("onboarding.uploads.urls")),
    path("", include("onboarding.meter_form.urls")),
    path("", include("onboarding.reminders.urls")),
    path("", include("onboarding.device_links.urls")),
    path("", include("onboarding.connect.urls")),
    path("", include("onboarding.funnel.urls")),
    path("", include("onboarding.intervals.urls")),
    path("", include("onboarding.calendar.urls")),
    path("", include("onboarding.participation.urls")),
    path("", include("onboarding.intervals.coverage_urls")),
    path("", include("onboarding.bulk.urls")),
    path("", include("onboarding.portfolio.urls")),
    path("", include("onboarding.privacy.urls")),
    path("", include("onboarding.quick_start.urls")),
    path("", include("onboarding.api.urls")),
]
