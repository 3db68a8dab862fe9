"""The catalogue in the Django admin: where a program's fields and rules are edited."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from import_export import resources
from import_export.admin import ImportExportMixin
from simple_history.admin import SimpleHistoryAdmin

from programs.domain import roll_forward
from programs.models import (
    Choice,
    ChoiceList,
    Deadline,
    DeliveryPeriod,
    Field,
    Footnote,
    MeterType,
    Program,
    Region,
    Requirement,
    Utility,
)

admin.site.site_header = "Partner portal"
admin.site.site_title = "Partner portal admin"
admin.site.index_title = "Program catalogue and partners"


class LinesField(forms.CharField):
    """A JSON list edited as text: one entry a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = str(value or "").replace(",", "\n").splitlines() if not isinstance(value, list) else value
        return [line.strip() for line in lines if str(line).strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial or []) != self.to_python(data)


def lines(help_text: str) -> LinesField:
    return LinesField(required=False, help_text=f"{help_text} One a line.")


class HistoryAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # simple_history has no types
    """A page with its history: who changed what, when, from which value to which."""

    history_list_display = ["changes"]

    @admin.display(description="Changes")
    def changes(self, record: Any) -> str:
        """Old and new value of every field that this change touched."""
        before = record.prev_record
        if before is None:
            return "Created"
        lines = [(one.field, _word(one.old), _word(one.new)) for one in record.diff_against(before).changes]
        shown = format_html_join("\n", "<div>{}: <del>{}</del> → <ins>{}</ins></div>", lines)
        return shown or "No field changed"


def _word(value: Any) -> str:
    return "empty" if value in (None, "", []) else str(value)


class CatalogueAdmin(ImportExportMixin, HistoryAdmin):  # type: ignore[misc]  # import_export has no types
    """A program table: with history, and with import and export."""

    save_on_top = True


@admin.action(description="Mark as verified")
def mark_verified(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Row by row, so that each change is in the history."""
    for row in queryset.filter(verified=False):
        row.verified = True
        row.save()
    messages.success(request, "Marked as verified.")


def resource(
    model: type[Model], keys: Sequence[str], fields: Sequence[str] | None = None
) -> type[resources.ModelResource]:
    """How rows of a table are exported and imported: found by their natural keys."""
    options = {"model": model, "import_id_fields": list(keys), "skip_unchanged": True, "clean_model_instances": True}
    if fields:
        options["fields"] = list(fields)
    else:
        options["exclude"] = ["id", "updated_at"]
    meta = type("Meta", (), options)
    return type(f"{model.__name__}Resource", (resources.ModelResource,), {"Meta": meta})


@admin.register(Region)
class RegionAdmin(CatalogueAdmin):
    list_display = ["code", "name", "transmission_region", "position"]
    search_fields = ["code", "name"]
    resource_classes = [resource(Region, ["code"])]


@admin.register(Utility)
class UtilityAdmin(CatalogueAdmin):
    list_display = ["code", "name", "transmission_region", "is_test", "verified"]
    list_filter = ["transmission_region", "verified", "is_test"]
    search_fields = ["code", "name"]
    actions = [mark_verified]
    resource_classes = [resource(Utility, ["code"])]


@admin.register(Footnote)
class FootnoteAdmin(CatalogueAdmin):
    list_display = ["key", "text", "position"]
    search_fields = ["key", "text"]
    resource_classes = [resource(Footnote, ["key"])]


class ProgramForm(forms.ModelForm):
    """Lists of codes as check boxes and lines instead of JSON."""

    accepted_meter_types = forms.MultipleChoiceField(
        choices=MeterType.choices, widget=forms.CheckboxSelectMultiple, help_text="What may be enrolled."
    )
    states = lines("Two-letter states where customers may be; empty: the whole region.")

    class Meta:
        model = Program
        fields = "__all__"


class RequirementForm(forms.ModelForm):
    choices = lines("The values of the field's list that the program takes; empty: all.")

    class Meta:
        model = Requirement
        fields = "__all__"


class RequirementInline(admin.StackedInline):
    model = Requirement
    form = RequirementForm
    fk_name = "program"
    autocomplete_fields = ["field", "condition_field"]
    extra = 0
    show_change_link = True
    classes = ["collapse"]
    fieldsets = [
        (None, {"fields": [("field", "level"), "note"]}),
        ("Only when", {"fields": [("condition_field", "condition_operator", "condition_value")]}),
        ("Narrower limits", {"fields": [("minimum", "maximum"), "choices"]}),
        ("Validity and source", {"fields": [("valid_from", "valid_to"), ("source", "verified")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Requirement]:
        """Without the hidden ones: they are many and rarely edited; the list of requirements has them."""
        rows = super().get_queryset(request).select_related("field", "condition_field")
        return rows.exclude(level="hidden")


class DeliveryPeriodInline(admin.TabularInline):
    model = DeliveryPeriod
    extra = 0
    show_change_link = True
    classes = ["collapse"]


@admin.register(Program)
class ProgramAdmin(CatalogueAdmin):
    form = ProgramForm
    list_display = ["identifier", "name", "region", "program_type", "ways", "interval_data_source", "verified"]
    list_filter = ["program_type", "region", "is_partner_created", "is_customer_authorized", "verified"]
    search_fields = ["identifier", "name", "family"]
    filter_horizontal = ["utilities", "footnotes"]
    inlines = [RequirementInline, DeliveryPeriodInline]
    actions = [mark_verified]
    resource_classes = [resource(Program, ["identifier"])]
    fieldsets = [
        (None, {"fields": [("identifier", "name"), "family", "summary"]}),
        ("Where", {"fields": [("region", "transmission_region"), "states", "utilities"]}),
        (
            "How meters come into being",
            {
                "fields": [
                    "program_type",
                    "accepted_meter_types",
                    "interval_data_source",
                    ("is_partner_created", "is_customer_authorized", "needs_utility_authorization"),
                ],
                "description": "These decide the program's row in the tables, its page, and whether it has a template.",
            },
        ),
        ("When", {"fields": [("active_from", "active_to"), "time_zone"]}),
        ("In the tables", {"fields": ["position", "footnotes"]}),
        ("Source", {"fields": [("source", "verified")]}),
    ]

    @admin.display(description="Onboard method")
    def ways(self, program: Program) -> str:
        return " or ".join(program.methods)


@admin.register(Requirement)
class RequirementAdmin(CatalogueAdmin):
    form = RequirementForm
    list_display = ["program", "field", "level", "condition", "verified", "source"]
    list_filter = ["level", "program", "verified"]
    search_fields = ["field__path", "field__label", "program__identifier", "note", "source"]
    autocomplete_fields = ["program", "field", "condition_field"]
    list_select_related = ["program", "field", "condition_field"]
    actions = [mark_verified]
    fieldsets = [("Which program asks what", {"fields": ["program"]}), *RequirementInline.fieldsets]
    resource_classes = [resource(Requirement, ["id"], [field.name for field in Requirement._meta.fields])]

    @admin.display(description="Only when")
    def condition(self, row: Requirement) -> str:
        if row.condition_field is None:
            return ""
        return f"{row.condition_field.label} {row.get_condition_operator_display()} {row.condition_value}".strip()


class DeadlineInline(admin.TabularInline):
    model = Deadline
    extra = 0


@admin.register(DeliveryPeriod)
class DeliveryPeriodAdmin(CatalogueAdmin):
    list_display = ["name", "program", "starts_at", "ends_at", "verified"]
    list_filter = ["program", "verified"]
    search_fields = ["name", "program__identifier"]
    date_hierarchy = "starts_at"
    autocomplete_fields = ["program"]
    inlines = [DeadlineInline]
    actions = [mark_verified, "copy_ahead"]
    resource_classes = [resource(DeliveryPeriod, ["program", "name"])]

    @admin.action(description="Copy one year ahead, with deadlines")
    def copy_ahead(self, request: HttpRequest, queryset: QuerySet[DeliveryPeriod]) -> None:
        made = [copy for copy in map(roll_forward, queryset) if copy]
        left = queryset.count() - len(made)
        messages.success(request, f"{len(made)} copied, {left} left because the next year's is there already.")


class ChoiceForm(forms.ModelForm):
    synonyms = lines("Other spellings that mean the same.")

    class Meta:
        model = Choice
        fields = "__all__"


class ChoiceInline(admin.TabularInline):
    model = Choice
    form = ChoiceForm
    extra = 1


@admin.register(ChoiceList)
class ChoiceListAdmin(CatalogueAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    inlines = [ChoiceInline]
    resource_classes = [resource(ChoiceList, ["name"])]


class FieldForm(forms.ModelForm):
    aliases = lines("Other column names that mean this field.")

    class Meta:
        model = Field
        fields = "__all__"


class FieldRequirementInline(RequirementInline):
    """Which programs ask for the field: the other end of the same rows."""

    fk_name = "field"
    autocomplete_fields = ["program", "condition_field"]
    fieldsets = [
        (None, {"fields": [("program", "level"), "note"]}),
        *RequirementInline.fieldsets[1:],
    ]


@admin.register(Field)
class FieldAdmin(CatalogueAdmin):
    form = FieldForm
    list_display = ["path", "label", "section", "type", "needed", "unit", "personal", "deprecated"]
    list_filter = ["section", "type", "needed", "personal", "deprecated", "verified"]
    search_fields = ["path", "label", "aliases"]
    autocomplete_fields = ["choice_list"]
    inlines = [FieldRequirementInline]
    actions = [mark_verified]
    resource_classes = [resource(Field, ["path"])]
    fieldsets = [
        (None, {"fields": ["path", ("label", "section"), "position"]}),
        (
            "Values",
            {
                "fields": [
                    ("type", "unit", "choice_list"),
                    ("minimum", "maximum"),
                    ("min_length", "max_length"),
                    ("pattern", "default"),
                ]
            },
        ),
        (
            "Needed",
            {
                "fields": ["needed"],
                "description": "What every meter needs. What one program needs stands under “Requirements” below.",
            },
        ),
        ("Words", {"fields": ["help", "example", "aliases"]}),
        ("Handling", {"fields": [("personal", "deprecated"), ("source", "verified")]}),
    ]
