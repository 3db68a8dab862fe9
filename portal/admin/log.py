"""The event log, and what was found about it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from portal.admin.base import OF_REAL_PARTNER, ReadOnlyAdmin, staff
from portal.events.chain import acknowledge
from portal.events.models import Event, Finding, LogCheck
from portal.partners.queries import of_real_partners


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    group = "Log"
    list_display = ["at", "partner", "verb", "subject_type", "subject_id", "actor_label", "address"]
    list_filter = [OF_REAL_PARTNER, "verb"]
    search_fields = ["subject_id", "actor_label"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Without what happened in sandboxes: their own audit pages show it."""
        return of_real_partners(super().get_queryset(request))


@admin.register(LogCheck)
class LogCheckAdmin(ReadOnlyAdmin):
    group = "Log"
    list_display = ["at", "events", "head", "findings"]


class FindingForm(forms.ModelForm):
    """A finding is acknowledged by saying what happened."""

    class Meta:
        model = Finding
        fields = ["note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "note" in self.fields:  # it is shown only once the finding is acknowledged
            self.fields["note"].required = True


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """Its note is written once; that acknowledges it, and its partners' audit pages stop warning."""

    group = "Log"
    form = FindingForm
    list_display = ["found_at", "what", "which", "acknowledged_at", "acknowledged_by"]
    list_filter = ["what", ("acknowledged_at", admin.EmptyFieldListFilter)]
    fields = ["what", "which", "mark", "partners", "found_at", "note", "acknowledged_at", "acknowledged_by"]
    readonly_fields = ["what", "which", "mark", "partners", "found_at", "acknowledged_at", "acknowledged_by"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_open = obj is None or (isinstance(obj, Finding) and obj.acknowledged_at is None)
        return is_open and admin.ModelAdmin.has_change_permission(self, request, obj)

    def save_model(self, request: HttpRequest, obj: Finding, form: ModelForm, change: bool) -> None:
        acknowledge(obj, note=form.cleaned_data["note"], by=staff(request))
