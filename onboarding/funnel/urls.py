"""The funnel's addresses."""

from django.urls import path

from onboarding.funnel import views

urlpatterns = [
    path("connections/funnel/", views.funnel, name="connect-funnel"),
    path("connections/funnel/export.csv", views.funnel_export, name="connect-funnel-export"),
    path("connections/utilities/", views.utilities, name="connect-utilities"),
    path("connections/utilities/<slug:code>/", views.utility, name="connect-utility"),
]
