"""The audit page."""

from django.urls import path

from onboarding.audit import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/export.csv", views.audit_export, name="audit-export"),
]
