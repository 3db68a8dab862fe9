"""What every catalogue table has in the admin: history, import and export, lists typed as text."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export.formats.base_formats import Format
from import_export.forms import ExportForm

from portal.admin.base import AutocompleteAdmin, TableAdmin
from programs.admin.belongings import changes_below
from programs.admin.impact import ShowsImpact
from programs.admin.inlines import name_parts
from programs.admin.transfer import SafeCSV, SafeXLSX
from programs.models import uses_of
from programs.models.base import SourcedRow


class ListField(forms.CharField):
    """A list of words, typed with commas or one on each line."""

    widget = forms.Textarea(attrs={"rows": 2, "cols": 60})

    def __init__(self, **kwargs: Any) -> None:
        for name in ("encoder", "decoder", "max_length"):  # what JSONField's own form field takes
            kwargs.pop(name, None)
        super().__init__(**{**kwargs, "required": False})

    def prepare_value(self, value: object) -> object:
        return ", ".join(str(part) for part in value) if isinstance(value, list) else value

    def to_python(self, value: object) -> Any:
        if isinstance(value, list):
            return value
        parts = (part.strip() for part in str(value or "").replace("\n", ",").split(","))
        return list(dict.fromkeys(part for part in parts if part))

    def has_changed(self, initial: object, data: object) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


LISTS_AS_TEXT: dict[type, dict[str, object]] = {models.JSONField: {"form_class": ListField}}


class CatalogueAdmin(TableAdmin, AutocompleteAdmin, ShowsImpact):
    """A catalogue table: every change is kept with its person and time, old and new, and shown before it is made.

    Exporting a table needs the right to view it; importing needs the rights to add and to change.
    """

    group = "Catalogue"
    code_field = ""  # by which others know a row
    object_history_template = "admin/catalogue_history.html"
    object_history_list_template = "admin/catalogue_history_list.html"
    formfield_overrides = LISTS_AS_TEXT
    list_per_page = 50
    save_on_top = True
    show_full_result_count = False
    # All columns, always: an export can come back as an import, and the form that selects columns needs inline code.
    export_form_class = ExportForm

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> Any:
        """Also the code of a row in use: others are kept under it. Its name stays editable."""
        names = super().get_readonly_fields(request, obj)
        if obj is None or not self.code_field:
            return names
        if not hasattr(obj, "is_in_use"):  # asked several times for one page
            obj.is_in_use = bool(uses_of(obj))
        return [*names, self.code_field] if obj.is_in_use else names

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        name_parts(form)
        return form

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The history of a row, with that of the rows that belong to it."""
        below = changes_below(self.model, unquote(object_id))
        answer: HttpResponse = super().history_view(request, object_id, {**(extra_context or {}), "below": below})
        return answer

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Export what the list's filters leave; with made-up filters back to the list, which says so."""
        try:
            answer: HttpResponse = super().export_action(request)
        except (IncorrectLookupParameters, OverflowError):
            here = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(f"{reverse(here)}?{ERROR_FLAG}=1")
        return answer

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> object:
        """Name what protects a row, rather than a permission that nobody has."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        protected = [*protected, *(f"{row}: {words}" for row in objs for words in uses_of(row))]
        return deleted, counts, set() if protected else lacking, protected

    def get_export_formats(self) -> list[type[Format]]:
        return [SafeCSV, SafeXLSX]

    def get_import_formats(self) -> list[type[Format]]:
        return [SafeCSV, SafeXLSX]


class SourcedAdmin(CatalogueAdmin):
    """A table of facts: where they come from, and whether that was confirmed."""

    actions = ["mark_verified", "mark_unverified"]

    @admin.action(description="Mark as verified", permissions=["change"])
    def mark_verified(self, request: HttpRequest, queryset: models.QuerySet[SourcedRow]) -> None:
        self._mark(request, queryset, verified=True)

    @admin.action(description="Mark as unverified", permissions=["change"])
    def mark_unverified(self, request: HttpRequest, queryset: models.QuerySet[SourcedRow]) -> None:
        self._mark(request, queryset, verified=False)

    def _mark(self, request: HttpRequest, queryset: models.QuerySet[SourcedRow], *, verified: bool) -> None:
        """Saved one by one: a bulk update would leave no history."""
        count = 0
        for row in queryset.exclude(verified=verified):
            row.verified = verified
            row.save(update_fields=["verified", "updated_at"])
            count += 1
        self.message_user(request, f"{count} marked as {'verified' if verified else 'unverified'}.")


SOURCE_FIELDS: tuple[str, Any] = ("Source", {"fields": ["source", "source_url", "remark", "verified"]})
