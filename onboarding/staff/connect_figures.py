"""Connect in the Django admin: the outages of utilities, and the figures of all real partners together."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from onboarding.connect.models import UtilityOutage
from onboarding.funnel.forms import FunnelForm
from onboarding.funnel.health import Period, health_of
from onboarding.funnel.views import funnel_context
from portal.admin.base import ReadOnlyAdmin


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
        view = self.admin_site.admin_view(self.figures)
        return [path("figures/", view, name="connect-figures"), *super().get_urls()]

    def figures(self, request: HttpRequest) -> HttpResponse:
        """The funnel of all real partners, and each utility's figures. ?period= is that of the utilities."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = FunnelForm(request.GET, partner=None)
        asked = request.GET.get("period", "")
        period = Period(asked) if asked in Period.values else Period.WEEK
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
