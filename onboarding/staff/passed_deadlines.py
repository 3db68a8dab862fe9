"""Deadlines that have passed, in the Django admin: who made them, and recording that again by other rules."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from onboarding.enrollment.deadlines import measure_again, record_again
from onboarding.staff.admin import staff_actor
from portal.admin.base import ReadOnlyAdmin
from portal.admin.days import DayField
from portal.web import clock
from portal.web.days import Reading, begin_text, deadline_text, moment_text
from programs.models import PassedDeadline

_SEEN = "seen"  # the name of the button that does it: for which choice the page showed what would change


class RulesForm(forms.Form):
    """By which rules a deadline is recorded again."""

    AT_DEADLINE, NOW, OTHER = "deadline", "now", "other"

    rules = forms.ChoiceField(
        label="Rules to use",
        choices=[
            (NOW, "Current rules (ignores mistakes corrected since then)"),
            (AT_DEADLINE, "Rules at the deadline"),
            (OTHER, "Rules at another time"),
        ],
        widget=forms.RadioSelect,
        initial=NOW,
    )
    moment = DayField(Reading.BEGINS, label="Time", required=False)

    def __init__(self, *args: Any, passed: PassedDeadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._passed = passed
        zone = passed.period.program.zone
        self.fields["moment"].shows(None, stored_in=zone, typed_in=zone)  # type: ignore[attr-defined]  # a DayField

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("rules") == self.OTHER and not data.get("moment") and "moment" not in self.errors:
            self.add_error("moment", "Enter the day whose rules to use.")
        elif data.get("moment") and data["moment"] > clock.now():
            self.add_error("moment", "Enter a time in the past.")
        return data

    @property
    def choice(self) -> str:
        """What was chosen, as a text."""
        return f"{self.cleaned_data['rules']} {self.cleaned_data['moment'] or ''}".strip()

    @property
    def rules_at(self) -> datetime:
        """The moment whose rules were chosen."""
        moments = {self.AT_DEADLINE: self._passed.accepted_until, self.OTHER: self.cleaned_data["moment"]}
        return moments.get(self.cleaned_data["rules"]) or clock.now()


@admin.register(PassedDeadline)
class PassedDeadlineAdmin(ReadOnlyAdmin):
    """Which deadlines have passed, how many meters made each, and by the rules of which moment."""

    group = "Work"
    list_display = ["deadline", "period", "activation", "made", "by_rules"]
    list_display_links = None
    list_filter = ["period__program"]
    search_fields = ["period__name"]
    list_select_related = ["period__program"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[PassedDeadline]:
        rows: QuerySet[PassedDeadline] = (
            super().get_queryset(request).annotate(meters=Count("made_by", filter=Q(made_by__partner__sandbox_of=None)))
        )
        return rows

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.record_again)
        return [path("<int:pk>/again/", again, name="passed-deadline-again"), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        """The deadline leads to recording it again, for those who may."""
        first = "again" if self.has_again_permission(request) else "deadline"
        return [first, *self.list_display[1:]]

    @admin.display(description="deadline", ordering="accepted_until")
    def again(self, row: PassedDeadline) -> str:
        url = reverse("admin:passed-deadline-again", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, self.deadline(row))

    @admin.display(description="deadline", ordering="accepted_until")
    def deadline(self, row: PassedDeadline) -> str:
        return deadline_text(row.accepted_until.astimezone(row.period.program.zone), date.min)

    @admin.display(description="active from", ordering="activation_at")
    def activation(self, row: PassedDeadline) -> str:
        return begin_text(row.activation_at.astimezone(row.period.program.zone))

    @admin.display(description="made by", ordering="meters")
    def made(self, row: Any) -> str:
        return f"{row.meters:,}" if row.recorded_at else "being recorded"

    @admin.display(description="rules of", ordering="rules_at")
    def by_rules(self, row: PassedDeadline) -> str:
        if row.rules_at == row.accepted_until:
            return "the deadline"
        return moment_text(row.rules_at.astimezone(row.period.program.zone))

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("programs.change_passeddeadline")

    def record_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose the rules, see which meters gain or lose the deadline, then have it recorded again."""
        if not self.has_again_permission(request):
            raise PermissionDenied
        passed = PassedDeadline.objects.select_related("period__program").filter(pk=pk).first()
        if passed is None:
            raise Http404
        form = RulesForm(request.POST or None, passed=passed)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Record again: {passed.period}, {self.deadline(passed)}",
            "opts": self.opts,
            "form": form,
            "activation": self.activation(passed),
            "seen_name": _SEEN,
        }
        if form.is_bound and form.is_valid():
            if request.POST.get(_SEEN) == form.choice:
                record_again(passed, rules_at=form.rules_at, by=staff_actor(request))
                text = (
                    "We’ll record the deadline again within 10 minutes. Until then, meters keep their current result."
                )
                messages.success(request, text)
                return HttpResponseRedirect(reverse("admin:programs_passeddeadline_changelist"))
            context["impact"] = measure_again(passed, form.rules_at)
        return TemplateResponse(request, "admin/record_again.html", context)
