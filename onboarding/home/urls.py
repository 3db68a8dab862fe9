"""The home page."""

from django.urls import path

from onboarding.home import views

urlpatterns = [path("", views.home, name="home")]
