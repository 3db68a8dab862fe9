"""Connect with a device: what the partner decides."""

from django.urls import path

from onboarding.device_links import views

urlpatterns = [
    path("connections/<uuid:pk>/device/", views.connection_device, name="connection-device"),
    path("connections/<uuid:pk>/device/photo/", views.device_photo, name="connection-device-photo"),
]
