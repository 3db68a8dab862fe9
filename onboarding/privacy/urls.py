"""Pages of privacy requests."""

from django.urls import path

from onboarding.privacy import views

urlpatterns = [
    path("privacy/", views.privacy, name="privacy"),
    path("privacy/customer/", views.privacy_customer, name="privacy-customer"),
    path("privacy/customer/data.zip", views.privacy_held, name="privacy-held"),
    path("privacy/erase/", views.privacy_erase, name="privacy-erase"),
    path("privacy/<uuid:pk>/", views.erasure, name="erasure"),
    path("privacy/<uuid:pk>/again/", views.erasure_again, name="erasure-again"),
]
