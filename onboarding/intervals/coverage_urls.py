"""Pages of what is there and what is missing."""

from django.urls import path

from onboarding.intervals import coverage_views

urlpatterns = [
    path("interval-data/", coverage_views.coverage, name="interval-coverage"),
    path("interval-data/missing/", coverage_views.missing, name="interval-gaps"),
    path("interval-data/missing.csv", coverage_views.missing_export, name="interval-gaps-export"),
    path("meters/<uuid:pk>/interval-data/", coverage_views.meter_intervals, name="meter-interval-data"),
]
