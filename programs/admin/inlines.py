"""Lines of other tables on a row's page: whoever may look at the row sees them, and each input says what it is for."""

from typing import Any

from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms import BaseInlineFormSet, Form, MultiWidget
from django.http import HttpRequest


class CatalogueInline(InlineModelAdmin):
    """Read-only for whoever may not change its table, and there for whoever may look at the page that it is on."""

    is_seen_with_page = True

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        may: bool = super().has_view_permission(request, obj)
        if may or not self.is_seen_with_page:
            return may
        return bool(self.admin_site.get_model_admin(self.parent_model).has_view_permission(request, obj))

    def get_formset(self, request: HttpRequest, obj: Any | None = None, **kwargs: Any) -> type[BaseInlineFormSet]:
        formset = super().get_formset(request, obj, **kwargs)
        return type(f"Named{formset.__name__}", (_NamedInputs, formset), {})


class _NamedInputs(BaseInlineFormSet):
    """Inputs that a table's header does not name for everybody: each says its column and line."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        line = "new line" if index is None else f"line {index + 1}"
        for name, field in form.fields.items():
            label = "Delete" if name == "DELETE" else str(field.label or name)
            name_input(field.widget, f"{label[:1].upper()}{label[1:]}, {line}")


def name_input(widget: Any, name: str) -> None:
    """Name an input, where no label of the page does."""
    inner = widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget
    inner.attrs["aria-label"] = name


def name_parts(form: type[Form] | Any) -> None:
    """Name the inputs of fields that have several, as a day and a time."""
    for field in form.base_fields.values():
        if isinstance(field.widget, MultiWidget):
            name_input(field.widget, str(field.label))
