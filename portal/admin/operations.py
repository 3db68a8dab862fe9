"""The jobs in the admin, and beside them how the portal is doing: the Operations page."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from portal.admin.base import ReadOnlyAdmin, staff
from portal.events.actors import Actor
from portal.jobs.models import Job
from portal.operations import queries
from portal.operations.domain import drop_job, retry_job
from portal.operations.panels import shown_panels
from portal.problems import Refused


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    group = "Work"
    list_display = ["kind", "partner", "state", "attempts", "done", "total", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["subject_id"]
    show_full_result_count = False
    change_list_template = "admin/jobs.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("operations/", wrap(self.operations), name="operations"),
            path("<uuid:pk>/retry/", wrap(self.retry), name="job-retry"),
            path("<uuid:pk>/drop/", wrap(self.drop), name="job-drop"),
            *super().get_urls(),
        ]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.change_job")

    def has_drop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.delete_job")

    def operations(self, request: HttpRequest) -> HttpResponse:
        """Jobs, workers, periodic work and webhooks, and what higher rooms add."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Operations",
            "opts": self.opts,
            "summary": queries.summary(),
            "failed": queries.failed_jobs(),
            "running": queries.running_jobs(),
            "waiting": queries.waiting_by_kind(),
            "webhooks": queries.failing_webhooks(),
            "periodic": queries.periodic_lines(),
            "panels": shown_panels(),
            "may_retry": self.has_retry_permission(request),
            "may_drop": self.has_drop_permission(request),
        }
        return TemplateResponse(request, "admin/operations.html", context)

    def retry(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._do(request, pk, retry_job, "queued again", is_allowed=self.has_retry_permission(request))

    def drop(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._do(request, pk, drop_job, "dropped", is_allowed=self.has_drop_permission(request))

    def _do(
        self, request: HttpRequest, pk: UUID, verb: Callable[..., None], done: str, *, is_allowed: bool
    ) -> HttpResponse:
        """Do a verb to a job, and go back to the page, which says what became of it."""
        if not is_allowed:
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        job = get_object_or_404(Job, pk=pk)
        by: Actor = staff(request)
        try:
            verb(job, by=by)
            self.message_user(request, f"{job.kind} was {done}.")
        except Refused as refusal:
            self.message_user(request, f"{refusal.problems[0].text} {refusal.problems[0].remedy}", messages.ERROR)
        return HttpResponseRedirect(reverse("admin:operations"))
