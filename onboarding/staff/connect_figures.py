"""Connect in the Django admin: the outages of utilities, and the figures of all real partners together."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from onboarding.connect.models import UtilityOutage
from onboarding.funnel.forms import FunnelForm
from onboarding.funnel.health import Period, health_of
from onboarding.funnel.history import history_of
from onboarding.funnel.views import funnel_context, period_of
from portal.admin.base import ReadOnlyAdmin
from programs.models import Utility


@admin.register(UtilityOutage)
class UtilityOutageAdmin(ReadOnlyAdmin):
    """When many customers could not sign in at a utility. Beside it, how far the customers of all partners come."""

    group = "Work"
    list_display = ["utility", "began_at", "noticed_at", "ended_at"]
    list_filter = ["utility"]
    list_select_related = ["utility"]
    ordering = ["-began_at"]
    change_list_template = "admin/outages.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("figures/", wrap(self.figures), name="connect-figures"),
            path("figures/<slug:code>/", wrap(self.utility), name="connect-utility-figures"),
            *super().get_urls(),
        ]

    def figures(self, request: HttpRequest) -> HttpResponse:
        """The funnel of all real partners, and each utility's figures. ?period= is that of the utilities."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = FunnelForm(request.GET, partner=None)
        period = period_of(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Connect: funnel and utilities",
            "opts": self.opts,
            "form": form,
            "period": period,
            "periods": list(Period),
            "rows": health_of(None, period),
        }
        if form.is_valid():
            context |= funnel_context(form.scope, form.divided_by)
        return TemplateResponse(request, "admin/connect_figures.html", context, status=422 if form.errors else 200)

    def utility(self, request: HttpRequest, code: str) -> HttpResponse:
        """One utility over time, of all real partners' customers."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown, period = get_object_or_404(Utility, code=code), period_of(request)
        context = {
            **self.admin_site.each_context(request),
            "title": shown.name,
            "opts": self.opts,
            "period": period,
            "periods": list(Period),
            "history": history_of(shown, None, period),
        }
        return TemplateResponse(request, "admin/utility_figures.html", context)
