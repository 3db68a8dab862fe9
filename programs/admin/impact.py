"""The page between a change of the catalogue and its saving: which meters would stand otherwise."""

import csv
import io
from typing import Any

from django.contrib.messages.storage import default_storage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from programs.admin.transfer import escaped
from programs.impact import Impact, answers

_SEEN, _AS_FILE = "_impact_seen", "_impact_csv"


class _NotKept(Exception):
    """Rolls back what was only tried."""


class ShowsImpact:
    """For a ModelAdmin whose rows decide about meters: a change that moves any of them is shown before it is saved."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        save = super().changeform_view  # type: ignore[misc]  # a ModelAdmin's
        how = answers()
        if request.method != "POST" or how is None or _SEEN in request.POST:
            response: HttpResponse = save(request, object_id, form_url, extra_context)
            if request.method == "POST" and how is not None and response.status_code == 302:
                transaction.on_commit(how.after)
            return response
        tried, rules = self._tried(request, object_id, form_url, extra_context)
        if rules is None:
            return tried
        impact = how.measure(rules)
        if _AS_FILE in request.POST:
            return _csv(impact)
        if not impact.moves:
            response = save(request, object_id, form_url, extra_context)
            transaction.on_commit(how.after)
            return response
        return self._page(request, impact)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)  # type: ignore[misc]  # a ModelAdmin's
        self._evaluate_anew()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)  # type: ignore[misc]  # a ModelAdmin's
        self._evaluate_anew()

    def _evaluate_anew(self) -> None:
        """A row that is deleted decides nothing any more; the meters follow in the background."""
        if how := answers():
            transaction.on_commit(how.after)

    def _tried(self, request: HttpRequest, *args: Any) -> tuple[HttpResponse, Any]:
        """Save, read the rules, and take it back. Without rules when the form has errors."""
        how, rules = answers(), None
        response = HttpResponse()
        try:
            with transaction.atomic():
                response = super().changeform_view(request, *args)  # type: ignore[misc]  # a ModelAdmin's
                if response.status_code == 302 and how is not None:
                    rules = how.rules()
                raise _NotKept
        except _NotKept:
            pass
        if rules is not None:
            request._messages = default_storage(request)  # type: ignore[attr-defined]  # noqa: SLF001  "was changed" is not true yet
        return response, rules

    def _page(self, request: HttpRequest, impact: Impact) -> TemplateResponse:
        sent = [
            (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
        ]
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a ModelAdmin's
        context = {
            **site.each_context(request),
            "title": "What this change will do",
            "opts": self.opts,  # type: ignore[attr-defined]  # a ModelAdmin's
            "impact": impact,
            "sent": sent,
            "seen_name": _SEEN,
            "file_name": _AS_FILE,
        }
        return TemplateResponse(request, "admin/impact.html", context)


def _csv(impact: Impact) -> HttpResponse:
    """Every meter that was found to stand otherwise."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["partner", "partner_reference", "meter_id", "program", "status_now", "status_then", "why"])
    for one in impact.examples:
        cells = [one.partner, one.reference, one.meter, one.program, one.was, one.now, one.why]
        lines.writerow([escaped(cell) for cell in cells])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="impact-{timezone.now():%Y-%m-%d}.csv"'
    return response
