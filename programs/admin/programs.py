"""Programs, their footnotes and delivery periods in the admin."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import Count, Field, QuerySet
from django.forms import TypedChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from portal.admin.base import AutocompleteAdmin
from programs.admin.base import SOURCE_FIELDS, CatalogueAdmin, SourcedAdmin
from programs.admin.forms import (
    DeadlineForm,
    NotUsedForm,
    PeriodForm,
    ProgramForm,
    RequirementFormSet,
    RequirementRowForm,
)
from programs.admin.inlines import CatalogueInline
from programs.admin.set_up import GuidesSetUp, may_copy
from programs.admin.transfer import DeadlineResource, FootnoteResource, PeriodResource, ProgramResource
from programs.domain import roll_forward
from programs.models import Deadline, DeliveryPeriod, Footnote, Level, Program, Requirement

_TIMES = "Times are UTC here. A deadline is a local midnight of the program's zone: 07:00 or 08:00 UTC in California."


class RequirementInline(CatalogueInline, AutocompleteAdmin, admin.TabularInline):
    """What the program asks of fields, as far as a line has room; limits, dates and source are behind "Change"."""

    model = Requirement
    form = RequirementRowForm
    formset = RequirementFormSet
    fields = [
        "field",
        "level",
        "condition_field",
        "condition_operator",
        "condition_value",
        "note",
        "verified",
    ]
    autocomplete_fields = ["field", "condition_field"]
    show_change_link = True
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Requirement]:
        rows = super().get_queryset(request).select_related("program", "field", "condition_field")
        return rows.exclude(level="hidden")

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        if db_field.name == "level":
            kwargs["choices"] = [choice for choice in Level.choices if choice[0] != Level.HIDDEN]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class NotUsedInline(CatalogueInline, AutocompleteAdmin, admin.TabularInline):
    """The fields that the program leaves out of its templates."""

    model = Requirement
    form = NotUsedForm
    formset = RequirementFormSet
    verbose_name = "field that is not used"
    verbose_name_plural = "fields that are not used"
    classes = ["collapse"]
    autocomplete_fields = ["field"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Requirement]:
        return super().get_queryset(request).select_related("program", "field").filter(level="hidden")


class PeriodInline(CatalogueInline, admin.TabularInline):
    model = DeliveryPeriod
    form = PeriodForm
    fields = ["name", "starts_at", "ends_at", "source", "verified"]
    show_change_link = True
    extra = 0


class DeadlineInline(CatalogueInline, admin.TabularInline):
    model = Deadline
    form = DeadlineForm
    fields = ["deadline_at", "activation_at"]
    extra = 0


@admin.register(Footnote)
class FootnoteAdmin(CatalogueAdmin):
    resource_classes = [FootnoteResource]
    list_display = ["key", "text", "position"]
    search_fields = ["key", "text"]


@admin.register(Program)
class ProgramAdmin(GuidesSetUp, SourcedAdmin):
    """A program with what it asks and when. Saving changes its template, check, API and column guide at once."""

    form = ProgramForm
    code_field = "identifier"
    resource_classes = [ProgramResource]
    inlines = [RequirementInline, PeriodInline, NotUsedInline]
    list_display = [
        "identifier",
        "name",
        "family",
        "region",
        "program_type",
        "ways",
        "required_fields",
        "verified",
        "page",
    ]
    list_filter = ["region", "program_type", "is_partner_created", "is_customer_authorized", "verified"]
    list_select_related = ["region"]
    search_fields = ["identifier", "name", "family"]
    autocomplete_fields = ["region", "utilities", "footnotes"]
    fieldsets = [
        (None, {"fields": ["identifier", "name", "family", "summary", "position"]}),
        ("Where", {"fields": ["region", "transmission_region", "states", "utilities", "time_zone"]}),
        ("What", {"fields": ["program_type", "accepted_meter_types", "interval_data_source", "footnotes"]}),
        (
            "How meters come in",
            {"fields": ["is_partner_created", "is_customer_authorized", "needs_utility_authorization"]},
        ),
        (
            "When",
            {"fields": [("active_from", "active_to"), "periods_ahead", "weekend_rolls_over", "leaves_at"]},
        ),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        programs: QuerySet[Program] = super().get_queryset(request)
        return programs.prefetch_related("requirements")

    @admin.display(description="onboard method")
    def ways(self, program: Program) -> str:
        return " or ".join(program.methods)

    @admin.display(description="required fields")
    def required_fields(self, program: Program) -> int:
        return sum(1 for requirement in program.requirements.all() if requirement.level == "required")

    @admin.display(description="public page")
    def page(self, program: Program) -> str:
        return format_html('<a href="{}">Open</a>', reverse("program", args=[program.identifier]))


def _local_day(time: datetime, period: DeliveryPeriod) -> str:
    """The program's day; the UTC day of a time so near the end of the calendar that no other zone has it."""
    try:
        time = time.astimezone(ZoneInfo(period.program.time_zone))
    except OverflowError:
        pass
    return time.date().isoformat()


@admin.register(DeliveryPeriod)
class DeliveryPeriodAdmin(SourcedAdmin):
    form = PeriodForm
    resource_classes = [PeriodResource]
    inlines = [DeadlineInline]
    list_display = ["name", "program", "first_day", "last_day", "number_of_deadlines", "verified"]
    list_filter = ["program", "verified", "starts_at"]
    list_select_related = ["program"]
    search_fields = ["name", "program__identifier"]
    autocomplete_fields = ["program"]
    date_hierarchy = "starts_at"
    actions = [*SourcedAdmin.actions, "roll_forward"]
    fieldsets = [
        (None, {"fields": ["program", "name", "starts_at", "ends_at"], "description": _TIMES}),
        SOURCE_FIELDS,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryPeriod]:
        periods: QuerySet[DeliveryPeriod] = super().get_queryset(request)
        return periods.annotate(number=Count("deadlines"))

    @admin.display(description="first day", ordering="starts_at")
    def first_day(self, period: DeliveryPeriod) -> str:
        return _local_day(period.starts_at, period)

    @admin.display(description="last day", ordering="ends_at")
    def last_day(self, period: DeliveryPeriod) -> str:
        return _local_day(period.ends_at, period)

    @admin.display(description="deadlines", ordering="number")
    def number_of_deadlines(self, period: Any) -> int:
        return int(period.number)

    def has_copy_permission(self, request: HttpRequest) -> bool:
        return may_copy(request)

    @admin.action(description="Copy to the next year", permissions=["copy"])
    def roll_forward(self, request: HttpRequest, queryset: QuerySet[DeliveryPeriod]) -> None:
        made: list[str] = []
        there: list[str] = []
        for period in queryset.select_related("program"):
            copy = roll_forward(period)
            (made if copy else there).append(copy.name if copy else period.name)
        if made:
            self.message_user(request, f"Made, unverified: {', '.join(made)}.")
        if there:
            self.message_user(request, f"Next year's period exists: {', '.join(there)}.", messages.WARNING)


@admin.register(Deadline)
class DeadlineAdmin(CatalogueAdmin):
    """All deadlines in one table, for import and export."""

    form = DeadlineForm
    resource_classes = [DeadlineResource]
    list_display = ["period", "deadline_at", "activation_at"]
    list_filter = ["period__program", "deadline_at"]
    list_select_related = ["period", "period__program"]
    search_fields = ["period__name", "period__program__identifier"]
    autocomplete_fields = ["period"]
