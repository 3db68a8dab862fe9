"""What a change of the catalogue does to meters, shown before it is saved, deleted or imported."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet
from django.forms import BaseForm, CharField, HiddenInput
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ImportForm

from portal.security.keyring import SEALED, SecretField, sealed
from portal.web import clock
from programs.admin.locking import ChangedSincePreview, LocksRows, digest_of_preview, going_with
from programs.admin.transfer import escaped
from programs.admin.versions import SHOWN, versions_of, written
from programs.impact import Impact, answers

_SEEN, _AS_FILE = "_impact_seen", "_impact_csv"


class _NotKept(Exception):
    """Raised to roll back a trial save."""


class ConfirmForm(ConfirmImportForm):
    """Says which preview was confirmed."""

    preview = CharField(widget=HiddenInput, required=False)


class ShowsImpact(ImportExportMixin, LocksRows):
    """A table whose rows affect meters: the admin shows the impact of a change before it is made.

    Saving adds a page that asks; deleting and importing show the impact on Django's own pages that ask.
    """

    delete_confirmation_template = "admin/delete_with_impact.html"
    delete_selected_confirmation_template = "admin/delete_selected_with_impact.html"
    import_template_name = "admin/import_with_impact.html"
    confirm_form_class = ConfirmForm

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        save = super().changeform_view
        return self._shown_first(request, lambda: save(request, object_id, form_url, extra_context))

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Treats going back to an earlier state like any other change."""
        save = super().history_form_view
        return self._shown_first(request, lambda: save(request, object_id, version_id, extra_context))

    def _shown_first(self, request: HttpRequest, save: Callable[[], HttpResponse]) -> HttpResponse:
        """Save once the impact has been seen, or when there is none."""
        how = answers()
        if request.method != "POST" or how is None:
            return save()
        if _SEEN not in request.POST:
            tried, rules = self._tried(request, save)
            if rules is None:
                return tried
            impact = how.measure(rules)
            if _AS_FILE in request.POST:
                return _csv(impact)
            if impact.is_any or bool(getattr(request, "cautions", ())):
                return self._page(request, impact)
        with transaction.atomic():
            response = save()
            if _is_saved(response):
                transaction.on_commit(how.after)
        return response

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        impact = None
        if "post" not in request.POST:
            row = self.get_object(request, unquote(object_id))
            if row is not None and self.has_delete_permission(request, row):
                impact = impact_without(row.delete)
            if impact and _AS_FILE in request.POST:
                return _csv(impact)
        context = {**(extra_context or {}), "impact": impact, "file_name": _AS_FILE}
        answer: HttpResponse = super().delete_view(request, object_id, context)
        return answer

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if "delete_selected" in actions:
            actions["delete_selected"] = (_delete_selected, *actions["delete_selected"][1:])
        return actions

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        _re_evaluate()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        super().delete_queryset(request, queryset)
        _re_evaluate()

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().import_action(request, **kwargs)
        context = getattr(response, "context_data", None) or {}
        if "confirm_form" in context:
            context["confirm_form"].initial["preview"] = digest_of_preview(context["result"])
            if how := answers():
                context["impact"] = how.measure(context["result"].rules)
            context["cautions"] = getattr(context["result"], "cautions", ())
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Import what was confirmed, or show the preview again when it is not what would happen now."""
        try:
            with transaction.atomic():
                response: HttpResponse = super().process_import(request, **kwargs)
                return response
        except ChangedSincePreview as changed:
            return self._preview_again(request, changed.result)

    def process_dataset(self, dataset: object, form: BaseForm, request: HttpRequest, **kwargs: Any) -> object:
        if preview := form.cleaned_data.get("preview"):
            list(self.model._default_manager.select_for_update(no_key=True).order_by("pk"))
            resource = self.choose_import_resource_class(form, request)()
            result = resource.import_data(dataset, dry_run=True, raise_errors=False, user=request.user)
            if digest_of_preview(result) != preview:
                raise ChangedSincePreview(result)
        return super().process_dataset(dataset, form, request, **kwargs)

    def _preview_again(self, request: HttpRequest, result: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "Import", "opts": self.opts, "result": result}
        context |= {"import_error_display": self.import_error_display, "is_preview_again": True}
        if result.has_errors() or result.has_validation_errors():
            context["form"] = ImportForm(self.get_import_formats(), self.get_import_resource_classes(request))
        else:
            sent = {name: request.POST.get(name, "") for name in self.confirm_form_class.base_fields}
            context["confirm_form"] = self.confirm_form_class(initial={**sent, "preview": digest_of_preview(result)})
            if how := answers():
                context["impact"] = how.measure(result.rules)
        return TemplateResponse(request, [self.import_template_name], context)

    def process_result(self, result: object, request: HttpRequest) -> HttpResponse:
        _re_evaluate()
        response: HttpResponse = super().process_result(result, request)
        return response

    def _tried(self, request: HttpRequest, save: Callable[[], HttpResponse]) -> tuple[HttpResponse, object]:
        """Save in a transaction, read the rules, and roll back. No rules when the form has errors."""
        how, rules = answers(), None
        response = HttpResponse()
        request.is_tried = True  # type: ignore[attr-defined]  # our own mark on the request
        try:
            with transaction.atomic():
                response = save()
                if _is_saved(response) and how is not None:
                    rules = how.rules()
                raise _NotKept
        except _NotKept:
            pass
        request.is_tried = False  # type: ignore[attr-defined]  # our own mark on the request
        return response, rules

    def cautions(self, form: Any, formsets: list[Any], *, change: bool) -> list[str]:
        """What is allowed and seldom meant about rows that were just saved: a person confirms it."""
        return []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if getattr(request, "is_tried", False):
            request.cautions = self.cautions(form, formsets, change=change)  # type: ignore[attr-defined]  # our own mark

    def message_user(self, request: HttpRequest, message: object, *args: Any, **kwargs: Any) -> None:
        """Silent about a save that is only tried: "was changed" is not true yet."""
        if not getattr(request, "is_tried", False):
            super().message_user(request, message, *args, **kwargs)

    def _page(self, request: HttpRequest, impact: Impact) -> TemplateResponse:
        site: AdminSite = self.admin_site
        context = {
            **site.each_context(request),
            "title": "Impact of this change",
            "opts": self.opts,
            "impact": impact,
            "cautions": getattr(request, "cautions", ()),
            "sent": self.sent_by(request, request.POST),
            "seen_name": _SEEN,
            "file_name": _AS_FILE,
        }
        return TemplateResponse(request, "admin/impact.html", context)

    def sent_by(self, request: HttpRequest, data: QueryDict) -> list[tuple[str, str]]:
        """Names and values of a form that a page passes on to the next; secrets go on sealed."""
        secrets = self._secret_inputs(request)
        return [
            (name, sealed(value) if secrets.fullmatch(name) and not value.startswith(SEALED) else value)
            for name, values in data.lists()
            for value in values
            if name not in {"csrfmiddlewaretoken", _SEEN, _AS_FILE}
        ]

    def _secret_inputs(self, request: HttpRequest) -> re.Pattern[str]:
        """The names of inputs that hold secrets, here and in inlines: their values go on sealed, never shown."""
        inlines = [inline.model for inline in self.get_inlines(request, None)]
        names = [
            field.name
            for model in (self.model, *inlines)
            for field in model._meta.get_fields()
            if isinstance(field, SecretField)
        ]
        return re.compile("|".join([rf"(.+-)?{name}" for name in names] or ["(?!)"]))


def _is_saved(response: HttpResponse) -> bool:
    """Whether an admin's form was saved: it redirects, or in a window of its own says so to the page behind it."""
    return response.status_code == 302 or "popup_response_data" in (getattr(response, "context_data", None) or {})


def impact_without(delete: Callable[[], object]) -> Impact | None:
    """The impact of deleting this; None when it is not known or the row cannot be deleted."""
    how, rules = answers(), None
    try:
        with transaction.atomic():
            delete()
            rules = how.rules() if how else None
            raise _NotKept
    except (_NotKept, ProtectedError):
        pass
    return how.measure(rules) if how and rules is not None else None


def _delete_selected(admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
    """Django's own action, whose question shows the impact."""
    if request.POST.get("post"):
        return delete_selected(admin, request, queryset)
    impact = impact_without(queryset.delete)
    if impact and _AS_FILE in request.POST:
        return _csv(impact)
    response: Any = delete_selected(admin, request, queryset)
    shown = written(versions_of(going_with(queryset)))
    response.context_data |= {"impact": impact, "file_name": _AS_FILE, "shown_name": SHOWN, "rows_shown": shown}
    return response


def _re_evaluate() -> None:
    """Evaluate meters again in the background, by the rules as they are after a deletion or an import."""
    if how := answers():
        transaction.on_commit(how.after)


def _csv(impact: Impact) -> HttpResponse:
    """Every meter whose status would change."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["partner", "partner_reference", "meter_id", "program", "now", "then", "what_changes"])
    for example in impact.examples:
        cells = [
            example.partner,
            example.reference,
            example.meter,
            example.program,
            example.was,
            example.now,
            example.why,
        ]
        lines.writerow([escaped(cell) for cell in cells])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="impact-{clock.now():%Y-%m-%d}.csv"'
    return response
