"""Addresses of the shared pages."""

from django.urls import path

from portal.web import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("theme/", views.set_theme, name="set-theme"),
    path("demo-clock/", views.demo_clock, name="demo-clock"),
]
