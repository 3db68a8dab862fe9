"""Connect: the customers' pages, the utilities' way in, and the partners' pages."""

from django.urls import path

from onboarding.connect import (
    brand_views,
    customer_steps,
    customer_views,
    embed_views,
    machine_views,
    merge_views,
    pairing_views,
    partner_views,
    sharing_views,
    supplied_views,
)

urlpatterns = [
    path("connect/", customer_views.connect, name="connect"),
    path("connect/pair/", pairing_views.pair, name="connect-pair"),
    path("connect/return/", customer_views.connect_return, name="connect-return"),
    path("connect/notify/<str:code>/", machine_views.notify, name="connect-notify"),
    path("connect/session/<uuid:pk>/", customer_steps.session_page, name="connect-session"),
    path("connect/session/<uuid:pk>/<str:step>/", customer_steps.session_send, name="connect-send"),
    path("connect/brand/<uuid:pk>.css", brand_views.brand_css, name="connect-brand"),
    path("connect/brand/<uuid:pk>.png", brand_views.brand_logo, name="connect-logo"),
    path("connect/button/<uuid:pk>.svg", embed_views.button, name="connect-button"),
    path("connect/mine/", sharing_views.ask_link, name="connect-mine"),
    path("connect/mine/<str:token>/", sharing_views.manage, name="connect-manage"),
    path("connect/mine/<str:token>/<uuid:pk>.pdf", sharing_views.signed_document, name="connect-document"),
    path("connect/<slug:account>/<slug:title>/", customer_views.connect_by_title, name="connect-by-title"),
    path("connections/", partner_views.connections, name="connections"),
    path("connections/export.csv", partner_views.connections_export, name="connections-export"),
    path("connections/links/", partner_views.link_list, name="connect-links"),
    path("connections/links/new/", partner_views.link_new, name="connect-link-new"),
    path("connections/links/<uuid:pk>/", partner_views.link_page, name="connect-link"),
    path("connections/links/<uuid:pk>/website/", embed_views.link_embed, name="connect-link-embed"),
    path("connections/links/<uuid:pk>/edit/", partner_views.link_edit, name="connect-link-edit"),
    path("connections/links/<uuid:pk>/state/", partner_views.link_state, name="connect-link-state"),
    path("connections/links/<uuid:pk>/codes/", pairing_views.link_codes, name="connect-link-codes"),
    path(
        "connections/links/<uuid:pk>/codes/<uuid:code>/revoke/",
        pairing_views.code_revoke,
        name="connect-code-revoke",
    ),
    path("connections/links/<uuid:pk>/qr.svg", partner_views.link_qr, name="connect-link-qr"),
    path("connections/links/<uuid:pk>/mail-merge/", merge_views.link_merge, name="connect-link-merge"),
    path("connections/hosts/", partner_views.host_allow, name="connect-host-allow"),
    path("connections/hosts/<int:pk>/remove/", partner_views.host_remove, name="connect-host-remove"),
    path("connections/<uuid:pk>/", partner_views.connection, name="connection"),
    path("connections/<uuid:pk>/consents.csv", partner_views.connection_consents, name="connection-consents"),
    path("connections/consents/new/", supplied_views.customer_new, name="supplied-customer-new"),
    path("connections/<uuid:pk>/consents/new/", supplied_views.consent_new, name="supplied-consent-new"),
    path(
        "connections/<uuid:pk>/consents/<uuid:consent>.pdf", supplied_views.consent_file, name="supplied-consent-file"
    ),
    path(
        "connections/<uuid:pk>/consents/<uuid:consent>/withdraw/",
        supplied_views.consent_withdraw,
        name="supplied-consent-withdraw",
    ),
    path("connections/<uuid:pk>/esi-id/", partner_views.connection_esi_id, name="connection-esi-id"),
    path("connections/<uuid:pk>/decide/<int:point>/", partner_views.connection_decide, name="connection-decide"),
]
