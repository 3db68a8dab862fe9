"""Pages of one meter's participation."""

from django.urls import path

from onboarding.participation import views

urlpatterns = [
    path("meters/<uuid:pk>/participation/", views.meter_participation, name="meter-participation"),
    path("meters/<uuid:pk>/participation/remove/", views.idle_remove, name="idle-remove"),
]
