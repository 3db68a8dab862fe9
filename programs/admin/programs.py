"""Programs, their footnotes and delivery periods in the admin."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import Count, Field, QuerySet
from django.forms import TypedChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from portal.admin.base import AutocompleteAdmin
from portal.admin.days import stored_text
from portal.web.days import Reading, begin_text, last_day_text
from programs.admin.base import SOURCE_FIELDS, SourcedAdmin
from programs.admin.cautions import change_of_program, change_of_zone, changes_of_passed, overlaps
from programs.admin.forms import (
    DeadlineForm,
    DeadlineFormSet,
    NotUsedForm,
    PeriodForm,
    PeriodFormSet,
    PeriodRowForm,
    ProgramForm,
    RequirementFormSet,
    RequirementRowForm,
)
from programs.admin.inlines import CatalogueInline
from programs.admin.set_up import GuidesSetUp, may_copy
from programs.admin.transfer import (
    DeadlineResource,
    FootnoteResource,
    IntervalColumnResource,
    IntervalDataRuleResource,
    PeriodResource,
    ProgramFactResource,
    ProgramResource,
    UnknownSeasonResource,
)
from programs.domain import move_to_zone, roll_forward
from programs.models import (
    Deadline,
    DeliveryPeriod,
    Footnote,
    IntervalColumn,
    IntervalDataRule,
    Level,
    Program,
    ProgramFact,
    Requirement,
    UnknownSeason,
)

_TIMES = "Days are local to the program. The stored time is shown below each."


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


def _local(at: datetime, period: DeliveryPeriod) -> datetime:
    """In the program's zone; in UTC so near the end of the calendar that no other zone has it."""
    try:
        return at.astimezone(period.program.zone)
    except OverflowError:
        return at


class _LookedAt(admin.options.BaseModelAdmin):
    """Rows whose moments are shown as local days to those, too, who may only look at them.

    shown: a field's name to that of the method which shows it.
    """

    shown: ClassVar[dict[str, str]] = {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_readonly_fields(request, obj)
        return names if self._may_edit(request, obj) else [*names, *self.shown.values()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self._may_edit(request, obj):
            return fieldsets
        return [
            (title, {**about, "fields": [self.shown.get(str(name), name) for name in about["fields"]]})
            for title, about in fieldsets
        ]

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        """Whether its forms have inputs: a new row is always typed."""
        may_add = isinstance(self, admin.TabularInline) and self.has_add_permission(request, obj)
        return obj is None or may_add or self.has_change_permission(request, obj)


class _PeriodDays(_LookedAt):
    shown: ClassVar[dict[str, str]] = {"starts_at": "first_day", "ends_at": "last_day"}

    @admin.display(description="first day", ordering="starts_at")
    def first_day(self, period: DeliveryPeriod) -> str:
        return begin_text(_local(period.starts_at, period))

    @admin.display(description="last day", ordering="ends_at")
    def last_day(self, period: DeliveryPeriod) -> str:
        return last_day_text(_local(period.ends_at, period))


class _DeadlineDays(_LookedAt):
    shown: ClassVar[dict[str, str]] = {"deadline_at": "closes", "activation_at": "active_from"}

    @admin.display(description="enrollment deadline", ordering="deadline_at")
    def closes(self, line: Deadline) -> str:
        return stored_text(line.deadline_at.astimezone(line.period.program.zone), Reading.CLOSES, "")

    @admin.display(description="activation date", ordering="activation_at")
    def active_from(self, line: Deadline) -> str:
        return begin_text(line.activation_at.astimezone(line.period.program.zone))


class PeriodInline(CatalogueInline, _PeriodDays, admin.TabularInline):
    model = DeliveryPeriod
    form = PeriodRowForm
    formset = PeriodFormSet
    fields = ["name", "starts_at", "ends_at", "source", "verified"]
    show_change_link = True
    extra = 0


class DeadlineInline(CatalogueInline, _DeadlineDays, admin.TabularInline):
    model = Deadline
    form = DeadlineForm
    formset = DeadlineFormSet
    fields = ["deadline_at", "activation_at", "source", "verified"]
    extra = 0


@admin.register(Footnote)
class FootnoteAdmin(SourcedAdmin):
    resource_classes = [FootnoteResource]
    list_display = ["key", "text", "position", "verified"]
    search_fields = ["key", "text"]
    fieldsets = [(None, {"fields": ["key", "text", "position"]}), SOURCE_FIELDS]


@admin.register(ProgramFact)
class ProgramFactAdmin(SourcedAdmin):
    """What is known of programs besides their columns, each fact with its own source."""

    resource_classes = [ProgramFactResource]
    list_display = ["program", "about", "text", "period", "verified"]
    list_filter = ["program", "about", "verified"]
    list_select_related = ["program", "period"]
    search_fields = ["program__identifier", "text"]
    autocomplete_fields = ["program", "period"]
    fieldsets = [(None, {"fields": ["program", "period", "about", "text"]}), SOURCE_FIELDS]


@admin.register(UnknownSeason)
class UnknownSeasonAdmin(SourcedAdmin):
    """Times in which a program may run without a published delivery period."""

    resource_classes = [UnknownSeasonResource]
    list_display = ["program", "starts_on", "ends_on", "classification", "note", "verified"]
    list_filter = ["program", "verified"]
    list_select_related = ["program"]
    search_fields = ["program__identifier", "note"]
    autocomplete_fields = ["program"]
    fieldsets = [
        (None, {"fields": ["program", ("starts_on", "ends_on"), "classification", "note"]}),
        SOURCE_FIELDS,
    ]


@admin.register(IntervalDataRule)
class IntervalDataRuleAdmin(SourcedAdmin):
    """Which interval data each program needs, and when they must be submitted."""

    resource_classes = [IntervalDataRuleResource]
    list_display = [
        "program",
        "supplied_by",
        "needs_load",
        "needs_runtime",
        "needs_performance",
        "due",
        "verified",
    ]
    list_filter = ["program__interval_data_source", "counted_from", "verified"]
    list_select_related = ["program"]
    search_fields = ["program__identifier", "program__name"]
    autocomplete_fields = ["program"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "program",
                    ("needs_load", "needs_runtime", "needs_performance"),
                    ("days_to_submit", "counted_from"),
                ],
                "description": "The program says who supplies the data. Days end in its time zone.",
            },
        ),
        SOURCE_FIELDS,
    ]

    @admin.display(description="supplied by", ordering="program__interval_data_source")
    def supplied_by(self, rule: IntervalDataRule) -> str:
        return rule.program.get_interval_data_source_display()

    @admin.display(description="submission deadline")
    def due(self, rule: IntervalDataRule) -> str:
        return rule.deadline_words


@admin.register(IntervalColumn)
class IntervalColumnAdmin(SourcedAdmin):
    """The columns of interval data that are not published: one for each type of data, so none is added or deleted."""

    resource_classes = [IntervalColumnResource]
    list_display = ["data_type", "name", "least", "most", "verified"]
    readonly_fields = ["data_type"]
    fieldsets = [
        (
            None,
            {
                "fields": ["data_type", "name", "meaning", ("least", "most")],
                "description": "Files sent from now on must use the new column name.",
            },
        ),
        SOURCE_FIELDS,
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
    list_filter = ["is_offered", "region", "program_type", "is_partner_created", "is_customer_authorized", "verified"]
    list_select_related = ["region"]
    search_fields = ["identifier", "name", "family"]
    autocomplete_fields = ["region", "utilities", "footnotes"]
    fieldsets = [
        (None, {"fields": ["identifier", "name", "family", "summary", "is_offered", "position"]}),
        ("Where", {"fields": ["region", "transmission_region", "states", "utilities", "time_zone", "keeps_days"]}),
        ("What", {"fields": ["program_type", "accepted_meter_types", "interval_data_source", "footnotes"]}),
        (
            "Onboarding",
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

    def save_related(self, request: HttpRequest, form: ProgramForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.moves_dates and form.zone_before:
            typed = {(row.pk, name) for row, names in _changed_periods(formsets) for name in names}
            move_to_zone(form.instance, form.zone_before, but=typed)

    def cautions(self, form: ProgramForm, formsets: list[Any], *, change: bool) -> list[str]:
        said = overlaps(row for row, names in _changed_periods(formsets) if {"starts_at", "ends_at"} & {*names})
        if "time_zone" in form.changed_data and form.zone_before:
            said += change_of_zone(form.instance, form.zone_before, keeps_days=form.moves_dates)
        return said

    @admin.display(description="onboard method")
    def ways(self, program: Program) -> str:
        return " or ".join(program.methods)

    @admin.display(description="required fields")
    def required_fields(self, program: Program) -> int:
        return sum(1 for requirement in program.requirements.all() if requirement.level == "required")

    @admin.display(description="public page")
    def page(self, program: Program) -> str:
        if not program.is_offered:
            return "Not offered"
        return format_html('<a href="{}">Open</a>', reverse("program", args=[program.identifier]))


def _changed_periods(formsets: list[Any]) -> list[tuple[DeliveryPeriod, list[str]]]:
    """The periods that were typed in a program's form, each with the names of its changed fields."""
    periods = [formset for formset in formsets if formset.model is DeliveryPeriod]
    new = [(row, ["starts_at", "ends_at"]) for formset in periods for row in formset.new_objects]
    return new + [changed for formset in periods for changed in formset.changed_objects]


@admin.register(DeliveryPeriod)
class DeliveryPeriodAdmin(_PeriodDays, SourcedAdmin):
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

    def cautions(self, form: PeriodForm, formsets: list[Any], *, change: bool) -> list[str]:
        moved = not change or {"program", "starts_at", "ends_at"} & {*form.changed_data}
        said = overlaps([form.instance]) if moved else []
        if change and "program" in form.changed_data and isinstance(form.stored_in, ZoneInfo):
            said += change_of_program(form.instance, form.stored_in)
        lines = [line for formset in formsets if formset.model is Deadline for line in formset.forms]
        return said + changes_of_passed(lines)

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
            self.message_user(request, f"Created, unverified: {', '.join(made)}.")
        if there:
            self.message_user(request, f"Next year’s period already exists: {', '.join(there)}.", messages.WARNING)


@admin.register(Deadline)
class DeadlineAdmin(_DeadlineDays, SourcedAdmin):
    """All deadlines in one table, for import and export."""

    form = DeadlineForm
    resource_classes = [DeadlineResource]
    list_display = ["period", "closes", "active_from", "verified"]
    list_filter = ["period__program", "deadline_at", "verified"]
    list_select_related = ["period", "period__program"]
    search_fields = ["period__name", "period__program__identifier"]
    autocomplete_fields = ["period"]
    fieldsets = [(None, {"fields": ["period", "deadline_at", "activation_at"]}), SOURCE_FIELDS]

    def cautions(self, form: DeadlineForm, formsets: list[Any], *, change: bool) -> list[str]:
        return changes_of_passed([form])
