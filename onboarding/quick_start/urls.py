"""The quick start for developers, the first of their pages."""

from django.urls import path

from onboarding.quick_start import views

urlpatterns = [path("developers/", views.quick_start, name="developers")]
