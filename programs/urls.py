"""Addresses of the catalogue's pages."""

from django.urls import path

from programs import views

urlpatterns = [
    path("", views.program_list, name="programs"),
    path("which-way/", views.which_way, name="which-way"),
    path("<str:identifier>/", views.program_detail, name="program"),
]
