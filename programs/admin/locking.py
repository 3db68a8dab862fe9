"""No save, deletion, action or import overwrites unseen what somebody else has changed since the page was opened."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import NestedObjects, flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin

from programs.admin import versions
from programs.admin.merging import (
    ASKED,
    BEFORE,
    EditedPage,
    as_new,
    is_answered,
    take_answers,
    typed_in,
    without_questions,
)
from programs.admin.versions import SHOWN, Meanwhile, key_of, locked, meanwhile, read, versions_of, written


class LocksRows(SimpleHistoryAdmin):
    """Pages that remember which versions of their rows they showed, and ask when those are not the stored ones.

    Without what a page showed (a request that no page of ours sent) nothing is compared.
    """

    looking_actions: Iterable[str] = ()  # those that write nothing

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        if object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            context = {**(extra_context or {}), "rows_shown": self._rows_shown(request, object_id)}
            return super().changeform_view(request, object_id, form_url, context)
        with transaction.atomic():
            question = self._question(request, object_id)
            context = {**(extra_context or {}), "rows_shown": request.POST.get(SHOWN, "")}
            return question or super().changeform_view(request, object_id, form_url, context)

    def _rows_shown(self, request: HttpRequest, object_id: str) -> str:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return ""
        lines = (line for formset, _ in self._formsets(request, row) for line in formset.get_queryset())
        return written(versions_of([row, *lines]))

    def _formsets(self, request: HttpRequest, row: Model) -> list[tuple[Any, InlineModelAdmin]]:
        return list(zip(*self._create_formsets(request, row, change=True), strict=True))

    def _question(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """The page that asks whose values are meant; None when nobody else changed what this page showed."""
        if not is_answered(request.POST):
            request.POST = _asked_again(request.POST)
        shown = read(request.POST.get(SHOWN, ""))
        if not shown or not self.has_change_permission(request):
            return None
        locked(shown)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._gone(request, shown)
        page = EditedPage(self, request, row, self._formsets(request, row))
        conflicts = page.conflicts(shown)
        if not conflicts:
            request.POST = take_answers(request.POST, page)  # type: ignore[assignment]  # as above
            return None
        now = written(versions_of(page.rows))
        return self._asking(request, conflicts=conflicts, shown=now, before=request.POST[SHOWN], row=row)

    def _asking(self, request: HttpRequest, **context: object) -> TemplateResponse:
        sent = self.sent_by(request, without_questions(request.POST))
        context |= {
            **self.admin_site.each_context(request),
            "title": "Someone else changed this after you opened it",
            "opts": self.opts,
            "sent": [(name, value) for name, value in sent if name != SHOWN],
            "shown_name": SHOWN,
            "before_name": BEFORE,
            "asked_name": ASKED,
        }
        return TemplateResponse(request, "admin/changed_meanwhile.html", context)

    def _gone(self, request: HttpRequest, shown: versions.Versions) -> HttpResponse | None:
        """The row itself was deleted: what was typed is shown, and can be added as a new row."""
        main = next((key for key in shown if key.startswith(f"{self.opts.label_lower}:")), "")
        told = [change for change in meanwhile(shown, ()) if change.key == main]
        if not told:
            return None
        fields = flatten_fieldsets(self.get_fieldsets(request))
        form = self.get_form(request, None, change=False, fields=fields)(request.POST)
        context = {
            **self.admin_site.each_context(request),
            "title": "Someone else deleted this after you opened it",
            "opts": self.opts,
            "deleted": told[0],
            "typed": typed_in(form),
            "sent": self.sent_by(request, as_new(request.POST)),
            "add_url": self._url("add") if self.has_add_permission(request) else "",
        }
        return TemplateResponse(request, "admin/deleted_meanwhile.html", context)

    def sent_by(self, request: HttpRequest, data: Any) -> list[tuple[str, str]]:
        """Names and values of a form that a page passes on to the next."""
        raise NotImplementedError

    def _url(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if "post" not in request.POST or row is None:
            shown = written(versions_of(going_with([row]))) if row is not None else ""
            context = {**(extra_context or {}), "shown_name": SHOWN, "rows_shown": shown}
            return super().delete_view(request, object_id, context)
        with transaction.atomic():
            shown_then = read(request.POST.get(SHOWN, ""))
            locked(shown_then)
            changes = meanwhile(shown_then, going_with([row])) if shown_then else []
            if not changes:
                return super().delete_view(request, object_id, extra_context)
        return self._look_again(request, changes)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Going back to an earlier state needs the right to change, and overwrites no state that was not seen."""
        if request.method != "POST":
            row = self.get_object(request, unquote(object_id))
            context = {**(extra_context or {}), "rows_shown": written(versions_of([row] if row else []))}
            return super().history_form_view(request, object_id, version_id, context)
        if not self.has_change_permission(request):
            raise PermissionDenied
        with transaction.atomic():
            shown = read(request.POST.get(SHOWN, ""))
            changes = meanwhile(shown, locked(shown).values())
            if not changes:
                context = {**(extra_context or {}), "rows_shown": request.POST.get(SHOWN, "")}
                return super().history_form_view(request, object_id, version_id, context)
        return self._look_again(request, changes)

    def _look_again(self, request: HttpRequest, changes: Iterable[Meanwhile]) -> HttpResponse:
        self.message_user(request, _refusal(changes), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            context["shown_name"], context["rows_shown"] = SHOWN, written(versions_of(context["cl"].result_list))
        return response

    def response_action(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        """Run an action unless one of its rows has changed since the list, or the page that asks, was opened."""
        action = next((name for name in request.POST.getlist("action") if name), "")
        is_asking = action == "delete_selected" and "post" not in request.POST
        if is_asking or action in {"", *self.looking_actions}:
            return super().response_action(request, queryset)
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        keys = {f"{self.opts.label_lower}:{key}" for key in chosen}
        shown = read(request.POST.get(SHOWN, ""))
        if action != "delete_selected":  # which takes other rows with it
            shown = {key: version for key, version in shown.items() if key in keys}
        with transaction.atomic():
            rows = list(locked(shown).values())
            if shown and action == "delete_selected":
                rows = going_with(row for row in rows if key_of(row) in keys)
            changes = meanwhile(shown, rows)
            if not changes:
                return super().response_action(request, queryset)
        return self._look_again(request, changes)


def _asked_again(data: Any) -> Any:
    """The request as it was before the questions that were left open."""
    again = without_questions(data)
    again[SHOWN] = data.get(BEFORE, "")
    return again


def _refusal(changes: Iterable[Meanwhile]) -> str:
    told = "; ".join(
        f"{change.title} was {change.what} by {change.who}{_in_brackets(change.changes)}" for change in changes
    )
    return f"Nothing was done. Since you opened the page, {told}. Look at it, then try again."


def _in_brackets(parts: Iterable[str]) -> str:
    text = "; ".join(parts)
    return f" ({text})" if text else ""


def going_with(rows: Iterable[Model]) -> list[Model]:
    """The rows with all rows that a deletion takes with them, as far as they have a history."""
    collector = NestedObjects(using=DEFAULT_DB_ALIAS)
    collector.collect(list(rows))
    return [row for alike in collector.data.values() for row in alike if hasattr(type(row), "history")]


class ChangedSincePreview(Exception):
    """Raised when an import would now do something else than its preview showed. Holds what it would do."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


def digest_of_preview(result: Any) -> str:
    """What a preview of an import says of each row. Another digest later: the table has changed meanwhile."""
    rows = [[row.import_type, row.object_id, row.diff] for row in result.rows]
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()[:32]
