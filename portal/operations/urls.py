"""Addresses that machines ask: whether a process lives, whether it can serve, what Prometheus reads."""

from django.urls import path

from portal.operations import views

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
