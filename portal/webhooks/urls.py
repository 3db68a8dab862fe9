"""The pages of webhooks, and the published operations."""

from django.urls import path

from portal.webhooks import api, views

_PAGE = "developers/webhooks/<uuid:pk>/"

urlpatterns = [
    path("developers/webhooks/", views.webhooks, name="webhooks"),
    path("developers/webhooks/new/", views.webhook_new, name="webhook-new"),
    path(_PAGE, views.webhook, name="webhook"),
    path(f"{_PAGE}edit/", views.webhook_edit, name="webhook-edit"),
    path(f"{_PAGE}state/", views.webhook_state, name="webhook-state"),
    path(f"{_PAGE}secret/", views.webhook_secret, name="webhook-secret"),
    path(f"{_PAGE}test/", views.webhook_test, name="webhook-test"),
    path(f"{_PAGE}redeliver/", views.webhook_redeliver, name="webhook-redeliver"),
    path(f"{_PAGE}delete/", views.webhook_delete, name="webhook-delete"),
    path(f"{_PAGE}deliveries/<int:delivery>/", views.webhook_delivery, name="webhook-delivery"),
    path(f"{_PAGE}deliveries/<int:delivery>/again/", views.webhook_delivery_again, name="webhook-delivery-again"),
    path("v1.1/webhooks", api.Webhooks.as_view(), name="api-webhooks"),
    path("v1.1/webhooks/<str:webhook_id>", api.Webhook.as_view(), name="api-webhook"),
    path("v1.1/webhooks/<str:webhook_id>/test", api.WebhookTest.as_view(), name="api-webhook-test"),
]
