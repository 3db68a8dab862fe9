"""The pages for developers."""

from django.urls import path

from portal.developers import key_views, sandbox_views, views

urlpatterns = [
    path("developers/keys/", key_views.api_keys, name="api-keys"),
    path("developers/keys/<str:pk>/roll/", key_views.api_key_roll, name="api-key-roll"),
    path("developers/keys/<str:pk>/revoke/", key_views.api_key_revoke, name="api-key-revoke"),
    path("developers/requests/", views.request_log, name="request-log"),
    path("developers/requests/<str:request_id>/", views.logged_request, name="logged-request"),
    path("developers/reference/", views.api_reference, name="api-reference"),
    path("developers/reference/openapi.json", views.api_description, name="api-description"),
    path("developers/changelog/", views.api_changelog, name="api-changelog"),
    path("developers/sandbox/", sandbox_views.sandbox, name="sandbox"),
    path("developers/sandbox/create/", sandbox_views.sandbox_create, name="sandbox-create"),
    path("developers/sandbox/reset/", sandbox_views.sandbox_reset, name="sandbox-reset"),
    path("people/keys/", views.old_api_keys, name="old-api-keys"),
]
