"""Addresses of the calendar."""

from django.urls import path

from onboarding.calendar import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/address/", views.feed_new, name="calendar-feed-new"),
    path("calendar/address/end/", views.feed_end, name="calendar-feed-end"),
    path("calendar/<str:secret>.ics", views.feed, name="calendar-feed"),
]
