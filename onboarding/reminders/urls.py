"""Reminders and renewals: the pages behind links in emails, and the partners' pages."""

from django.urls import path

from onboarding.reminders import customer_views, partner_views

urlpatterns = [
    path("connect/continue/<str:token>/", customer_views.continue_session, name="connect-continue"),
    path("connect/renew/<str:token>/", customer_views.renew_authorization, name="connect-renew"),
    path("connect/stop/<str:token>/", customer_views.stop_reminders, name="connect-reminders-stop"),
    path("connections/links/<uuid:pk>/reminders/", partner_views.link_reminders, name="connect-link-reminders"),
    path("connections/links/<uuid:pk>/reminders/test/", partner_views.link_reminder_test, name="connect-reminder-test"),
    path("connections/<uuid:pk>/reminders/", partner_views.connection_reminders, name="connection-reminders"),
    path(
        "connections/<uuid:pk>/renewals/<uuid:authorization>/",
        partner_views.connection_renewal,
        name="connection-renewal",
    ),
    path("connections/addresses/", partner_views.stopped_addresses, name="connect-addresses"),
    path("connections/addresses/<int:pk>/remove/", partner_views.stopped_address_remove, name="connect-address-remove"),
]
