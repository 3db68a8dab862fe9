"""The pages for developers."""

from django.urls import path

from portal.developers import key_views, views

urlpatterns = [
    path("developers/", views.developers, name="developers"),
    path("developers/keys/", key_views.api_keys, name="api-keys"),
    path("developers/keys/<str:pk>/roll/", key_views.api_key_roll, name="api-key-roll"),
    path("developers/keys/<str:pk>/revoke/", key_views.api_key_revoke, name="api-key-revoke"),
    path("people/keys/", views.old_api_keys, name="old-api-keys"),
]
