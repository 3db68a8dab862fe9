"""What the tables of the ground floor share in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model
from django.forms import BaseForm, ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from portal.events.actors import Actor
from portal.partners.access import address_of


class TableAdmin(admin.options.BaseModelAdmin):
    """A list whose address may have made-up filters: it then says so. It reads what its lines name at once."""

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        try:
            return super().get_changelist_instance(request)  # type: ignore[misc]  # a mixin
        except OverflowError as error:  # SQLite's, of a number that no column holds
            raise IncorrectLookupParameters(error) from error

    def get_list_select_related(self, request: HttpRequest) -> bool | list[str] | tuple[str, ...]:
        """Also what a row may have none of: Django by itself asks for that row by row."""
        names: bool | list[str] | tuple[str, ...] = super().get_list_select_related(request)  # type: ignore[misc]  # a mixin
        if names is not False:
            return names
        references = {field.name for field in self.opts.fields if field.many_to_one}
        return [str(name) for name in self.list_display if name in references]  # type: ignore[attr-defined]  # as above


class RealPartnerFilter(admin.RelatedFieldListFilter):
    """By partner, without sandboxes: what is listed is never theirs."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin) -> Any:
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to={"sandbox_of": None})


OF_REAL_PARTNER = ("partner", RealPartnerFilter)


class ReadOnlyAdmin(TableAdmin, admin.ModelAdmin):
    """Rows that are looked at and never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class _OnlyWhatCanBe:
    """Redisplays only those selected values that can be primary keys: the library looks them up unchecked."""

    field: models.ForeignKey | models.ManyToManyField

    def optgroups(self, name: str, value: list[object], attr: str | None = None) -> object:
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [one for one in value if _fits(key, one)], attr)  # type: ignore[misc]  # a mixin


def _fits(key: models.Field, value: object) -> bool:
    try:
        key.clean(value, None)  # also whether the number fits into its column
    except ValidationError:
        return False
    return True


class SafeAutocompleteSelect(_OnlyWhatCanBe, AutocompleteSelect):  # type: ignore[misc]  # the stubs name an argument otherwise
    pass


class SafeAutocompleteSelectMultiple(_OnlyWhatCanBe, AutocompleteSelectMultiple):  # type: ignore[misc]  # as above
    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Without the mark that clears all: it is no item of the list that it is put into."""
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-allow-clear": "false"}


class AutocompleteAdmin(admin.options.BaseModelAdmin):
    """For admins and inlines with autocomplete_fields: refuses a made-up value like any other field."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest | None, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", SafeAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[arg-type]  # as it is called

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest | None, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", SafeAutocompleteSelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[arg-type]  # as it is called


def staff(request: HttpRequest) -> Actor:
    """The `by=` of what our staff do here."""
    return Actor.person(request.user, address=address_of(request))  # type: ignore[arg-type]  # the admin has let them in


def changes_of(form: BaseForm) -> dict[str, list[object]]:
    """Old and new value of each field of a form that was changed, as JSON."""
    return {
        name: [_storable_value(form.initial.get(name, "")), _storable_value(form.cleaned_data[name])]
        for name in form.changed_data
    }


def _storable_value(value: object) -> object:
    if isinstance(value, bool):
        return value
    return str(value) if not hasattr(value, "__iter__") or isinstance(value, str) else ", ".join(map(str, value))
