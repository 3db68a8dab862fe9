"""All real partners' portfolios in the Django admin: how many meters, how far, and what waits for Leap.

Figures of meters are those of each partner's last count (PortfolioDay), so that the page never reads every meter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from onboarding.connect.choices import ConsentState
from onboarding.connect.models import SuppliedConsent, UtilityOutage
from onboarding.enrollment.models import Enrollment
from onboarding.portfolio.overview.models import PortfolioDay
from portal.admin.base import OF_REAL_PARTNER, ReadOnlyAdmin
from portal.jobs.models import Job, JobState
from portal.partners.models import Partner
from portal.partners.queries import of_real_partners
from portal.web import clock
from programs.models import Acts

STUCK_AFTER: Final = timedelta(minutes=15)  # that a job waits, or is not heard of


@dataclass(frozen=True, slots=True)
class Work:
    """Something that waits for Leap's people: how much of it, since when, and the list of it."""

    label: str
    count: int
    since: datetime | None
    url: str


@admin.register(PortfolioDay)
class PortfolioDayAdmin(ReadOnlyAdmin):
    """What partners' meters were on each day. Beside it, the last figures of all partners together."""

    group = "Work"
    list_display = ["partner", "day", "program", "created", "eligible", "active", "power_kw", "active_kw"]
    list_filter = ["day", "program", OF_REAL_PARTNER]
    list_select_related = ["partner", "program"]
    ordering = ["-day", "partner__name", "program__name"]
    change_list_template = "admin/portfolio_days.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PortfolioDay]:
        """Without those of sandboxes, which are made up."""
        return of_real_partners(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        return [
            path("overview/", self.admin_site.admin_view(self.overview), name="portfolio-overview"),
            *super().get_urls(),
        ]

    def overview(self, request: HttpRequest) -> HttpResponse:
        """What waits for Leap, then programs and partners with their meters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days = newest_days()
        whole = days.filter(program=None)
        context = {
            **self.admin_site.each_context(request),
            "title": "Partners and programs",
            "opts": self.opts,
            "work": open_work(),
            "whole": whole.aggregate(**_SUMS, partners=Count("pk"), counted_at=Min("counted_at")),
            "programs": days.exclude(program=None)
            .values(name=F("program__name"), identifier=F("program__identifier"))
            .annotate(**_SUMS, partners=Count("partner"))
            .order_by("name"),
            "partners": whole.select_related("partner").order_by("partner__name"),
            "uncounted": Partner.objects.filter(sandbox_of=None).exclude(pk__in=whole.values("partner")).count(),
        }
        return TemplateResponse(request, "admin/portfolio_overview.html", context)


_SUMS: Final[dict[str, Any]] = {
    f"all_{figure}": Sum(figure) for figure in ("created", "eligible", "active", "power_kw", "active_kw")
}


def newest_days() -> QuerySet[PortfolioDay]:
    """The rows of the last day on which each real partner was counted."""
    counted = PortfolioDay.objects.filter(partner=OuterRef("partner"), program=None, power_kw__isnull=False)
    last = Subquery(counted.order_by("-day").values("day")[:1])
    return of_real_partners(PortfolioDay.objects.filter(day=last)).order_by()


def open_work() -> list[Work]:
    """What waits for Leap at real partners, and what does not go on by itself. Six counts."""
    now = clock.now()
    enrollments = of_real_partners(Enrollment.objects.filter(~Q(acts=""), acts=Acts.LEAP))
    consents = of_real_partners(SuppliedConsent.objects.filter(state=ConsentState.SUBMITTED))
    jobs = of_real_partners(Job.objects.all())
    failed = jobs.filter(state=JobState.FAILED)
    waits = jobs.filter(state=JobState.QUEUED, not_before__lte=now - STUCK_AFTER)
    lost = jobs.filter(state=JobState.RUNNING, lease_until__lte=now - STUCK_AFTER)
    outages = UtilityOutage.objects.filter(ended_at=None)
    return [
        _work("Enrollments waiting for Leap", enrollments, "evaluated_at", acts__exact=Acts.LEAP),
        _work("Consents to review", consents, "supplied_at", state__exact=ConsentState.SUBMITTED),
        _work("Failed jobs", failed, "finished_at", state__exact=JobState.FAILED),
        _work("Jobs not started for 15 minutes", waits, "not_before", state__exact=JobState.QUEUED),
        _work("Jobs whose worker stopped", lost, "started_at", state__exact=JobState.RUNNING),
        _work("Utilities with failing sign-ins", outages, "began_at"),
    ]


def _work(label: str, rows: QuerySet[Any], begun: str, **query: str) -> Work:
    counted = rows.order_by().aggregate(count=Count("pk"), since=Min(begun))
    url = reverse(f"admin:{rows.model._meta.app_label}_{rows.model._meta.model_name}_changelist")
    return Work(label, counted["count"], counted["since"], f"{url}?{urlencode(query)}" if query else url)
