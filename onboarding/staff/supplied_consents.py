"""Consents that partners supplied, in the Django admin: what waits, oldest first, and confirming or rejecting it."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from onboarding.connect.choices import ConsentState
from onboarding.connect.models import SuppliedConsent
from onboarding.connect.supplied import confirm_consent, reject_consent
from onboarding.connect.supplied_views import document_response
from onboarding.staff.admin import staff_actor
from portal.admin.base import OF_REAL_PARTNER, ReadOnlyAdmin
from portal.partners.queries import of_real_partners
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid

_LIST = "admin:onboarding_suppliedconsent_changelist"
_PAGE = "admin:onboarding_suppliedconsent_change"


@admin.register(SuppliedConsent)
class SuppliedConsentAdmin(ReadOnlyAdmin):
    """Those under review come first, the longest waiting at the top. One is decided on its own page."""

    group = "Work"
    list_display = ["reference", "partner", "kind", "utility", "signer_name", "state", "supplied_at"]
    list_filter = ["state", "kind", OF_REAL_PARTNER]
    list_select_related = ["connection", "partner", "utility"]
    search_fields = ["connection__reference__startswith", "=sha256"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SuppliedConsent]:
        """Without those of sandboxes, which are made up."""
        return of_real_partners(super().get_queryset(request)).select_related("connection", "partner", "utility")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [Case(When(state=ConsentState.SUBMITTED, then=0), default=1).asc(), "supplied_at", "id"]

    @admin.display(description="reference")
    def reference(self, row: SuppliedConsent) -> str:
        return row.connection.reference

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.document)
        return [path("<uuid:pk>/document.pdf", view, name="supplied-consent-document"), *super().get_urls()]

    def document(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """The document, to download."""
        return document_response(self._consent(request, str(pk)))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """One consent with its facts; here it is confirmed or rejected."""
        supplied = self._consent(request, object_id)
        if request.method != "POST":
            return self._page(request, supplied)
        if not request.user.has_perm("onboarding.record_leap_actions"):
            raise PermissionDenied
        reason = request.POST.get("reason", "")
        try:
            if "confirm" in request.POST:
                confirm_consent(supplied, by=staff_actor(request))
            elif "reject" in request.POST:
                reject_consent(supplied, reason, by=staff_actor(request))
        except Refused as refusal:
            [problem] = refusal.problems
            status = 422 if problem.code == "CONSENT_REASON_MISSING" else 409
            return self._page(request, self._consent(request, object_id), problem, typed=reason, status=status)
        done = "confirmed" if "confirm" in request.POST else "rejected"
        messages.success(request, f"The consent of {supplied.connection.reference} is {done}.")
        return redirect(_LIST)

    def _consent(self, request: HttpRequest, key: str) -> SuppliedConsent:
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk = as_uuid(key)
        supplied = self.get_queryset(request).filter(pk=pk).first() if pk else None
        if supplied is None:
            raise Http404
        return supplied

    def _page(
        self, request: HttpRequest, supplied: SuppliedConsent, *problems: Problem, typed: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Consent of {supplied.connection.reference}",
            "opts": self.opts,
            "consent": supplied,
            "problems": problems,
            "typed": typed,
            "is_open": supplied.state == ConsentState.SUBMITTED,
            "list": reverse(_LIST),
            "page": reverse(_PAGE, args=[supplied.pk]),
        }
        return TemplateResponse(request, "admin/supplied_consent.html", context, status=status)
