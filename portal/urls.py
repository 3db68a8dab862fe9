"""The URLconf: includes the urls of every room."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("onboarding.urls")),
    path("", include("portal.partners.urls")),
    path("", include("portal.notifications.urls")),
    path("", include("portal.webhooks.urls")),
    path("", include("portal.developers.urls")),
    path("", include("portal.web.urls")),
    path("", include("portal.operations.urls")),
    path("programs/", include("programs.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("portal.api.urls")),
]

handler400 = "portal.web.views.bad_request"
handler403 = "portal.web.views.permission_denied"
handler404 = "portal.web.views.not_found"
handler500 = "portal.web.views.server_error"
