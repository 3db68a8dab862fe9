"""Addresses about emails."""

from django.urls import path

from portal.notifications import views

urlpatterns = [
    path("emails/", views.emails, name="emails"),
    path("emails/stop/<str:token>/", views.emails_stop, name="emails-stop"),
]
