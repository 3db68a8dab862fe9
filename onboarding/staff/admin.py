"""Enrollments in the Django admin: staff view them, record what they found out, activate meters and end activations."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from onboarding.bulk.domain import confirm
from onboarding.bulk.models import BulkAction, BulkResult, BulkState
from onboarding.bulk.sheets.domain import preview_sheet
from onboarding.bulk.sheets.reading import SheetFile
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment, RegistrationRefresh
from onboarding.meters.models import Meter
from onboarding.participation.zones import zones_of
from onboarding.spreadsheets.reader import ENDINGS
from onboarding.staff.domain import RecordResult, activate, end_activation, record_checks
from onboarding.staff.forms import ActivateForm, EndForm, RecordForm
from onboarding.staff.sheet import RECORD_LEAP_ACTIONS, label_of
from portal.admin.base import OF_REAL_PARTNER, ReadOnlyAdmin
from portal.events.actors import Actor
from portal.partners.access import address_of
from portal.partners.queries import of_real_partners
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web.days import Reading, moment_text, until_text
from portal.web.downloads import csv_response
from programs.models import Program

AT_MOST = 5_000
_MOST_BYTES = 1_500_000
_ASKED = "asked"
_NAMED = 10


def staff_actor(request: HttpRequest) -> Actor:
    """The `by=` of what a person of ours does."""
    return Actor.person(request.user, address=address_of(request))  # type: ignore[arg-type]  # staff are Users


class OfMeters(ReadOnlyAdmin):
    """Rows about meters: the reference leads, since people know it; the ID comes last, since it is long."""

    group = "Work"
    search_fields = ["meter__partner_reference__startswith", "=meter__id"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the meters of sandboxes, which are made up."""
        return of_real_partners(super().get_queryset(request))

    @admin.display(description="meter")
    def reference(self, row: Enrollment | CheckRecord | Activation | RegistrationRefresh) -> str:
        return row.meter.partner_reference or str(row.meter_id)

    @admin.display(description="Leap meter ID")
    def meter_key(self, row: Enrollment | CheckRecord | Activation | RegistrationRefresh) -> str:
        return str(row.meter_id)


@admin.register(Enrollment)
class EnrollmentAdmin(OfMeters):
    """The statuses of meters in programs. Nothing is edited here: a status follows from what is recorded."""

    list_display = ["reference", "partner", "program", "status", "who_acts", "evaluated_at", "meter_key"]
    list_filter = ["program", "status", "acts", OF_REAL_PARTNER]
    list_select_related = ["meter", "partner", "program"]
    list_per_page = 100
    actions = ["record_result", "activate", "end_activation"]
    change_list_template = "admin/enrollments.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("sheet/", self.admin_site.admin_view(self.by_sheet), name="enrollment-sheet"),
            path(
                "sheet/template.csv", self.admin_site.admin_view(self.sheet_template), name="enrollment-sheet-template"
            ),
        ]
        return own + super().get_urls()

    def sheet_template(self, request: HttpRequest) -> HttpResponseBase:
        """An empty sheet with the names of the columns."""
        return csv_response([(",".join(RECORD_LEAP_ACTIONS.header) + "\r\n").encode()], "leap-actions.csv")

    def by_sheet(self, request: HttpRequest) -> HttpResponse:
        """Choose a sheet, see every problem and what would be done, then do it."""
        if not self.has_record_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "title": "Record by spreadsheet", "opts": self.opts}
        context["accepted"] = ",".join(ENDINGS)
        try:
            if "sheet" in request.POST:
                context |= _recorded(request)
            elif request.method == "POST":
                context |= _previewed(request)
        except Refused as refusal:
            context["refused"] = refusal.problems
        return TemplateResponse(request, "admin/enrollment_sheet.html", context)

    def has_record_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("onboarding.record_leap_actions")

    @admin.display(description="who acts next", ordering="acts")
    def who_acts(self, row: Enrollment) -> str:
        return row.get_acts_display() or "–"

    @admin.action(description="Record result …", permissions=["record"])
    def record_result(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> HttpResponse | None:
        def write(meters: list[Meter], data: dict[str, Any]) -> RecordResult:
            kind, holds = data.pop("action_type"), data.pop("holds") == "yes"
            return record_checks(meters, kind, holds=holds, by=staff_actor(request), **data)

        return self._ask(request, queryset, "Record result", RecordForm, write)

    @admin.action(description="Activate …", permissions=["record"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> HttpResponse | None:
        def write(meters: list[Meter], data: dict[str, Any]) -> RecordResult:
            return activate(meters, data.pop("period"), by=staff_actor(request), **data)

        return self._ask(request, queryset, "Activate", ActivateForm, write)

    @admin.action(description="End activation …", permissions=["record"])
    def end_activation(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> HttpResponse | None:
        def write(meters: list[Meter], data: dict[str, Any]) -> RecordResult:
            return end_activation(meters, data.pop("period"), by=staff_actor(request), **data)

        return self._ask(request, queryset, "End activation", EndForm, write)

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[Enrollment],
        title: str,
        form_class: type[RecordForm | ActivateForm | EndForm],
        write: Callable[[list[Meter], dict[str, Any]], RecordResult],
    ) -> HttpResponse | None:
        """Show a form, then do the action; meters that are left out are named with the reason."""
        keys = list(queryset.order_by().values_list("meter", flat=True).distinct()[: AT_MOST + 1])
        if len(keys) > AT_MOST:
            self.message_user(request, f"Choose at most {AT_MOST:,} meters at once.", messages.ERROR)
            return None
        form = form_class(
            request.POST if _ASKED in request.POST else None,
            initial=_usual(queryset),
            zone_of_meters=lambda: _zone_of(keys),
        )
        if form.is_bound and form.is_valid():
            meters = list(Meter.objects.filter(pk__in=keys).select_related("partner"))
            try:
                self._tell(request, write(meters, dict(form.cleaned_data)), meters, form.stored)
            except Refused as refusal:
                self.message_user(request, f"{refusal.problems[0].text} {refusal.problems[0].remedy}", messages.ERROR)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{title}: {len(keys):,} meter{'s' if len(keys) != 1 else ''}",
            "opts": self.opts,
            "form": form,
            "asked": _ASKED,
            "action": request.POST.get("action", ""),
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
            "button": title,
            "total": len(keys),
            "names": list(Meter.objects.filter(pk__in=keys[:_NAMED]).values_list("partner_reference", flat=True)),
        }
        return TemplateResponse(request, "admin/staff_action.html", context)

    def _tell(self, request: HttpRequest, done: RecordResult, meters: list[Meter], stored: str) -> None:
        if done.meters:
            how_many = f"{len(done.meters):,} meter{'s' if len(done.meters) != 1 else ''}"
            self.message_user(request, f"Done for {how_many}{f': {stored}' if stored else ''}.")
        names = {meter.pk: meter.partner_reference for meter in meters}
        left: dict[str, list[str]] = {}
        for pk, problem in done.left.items():
            left.setdefault(f"{problem.text} {problem.remedy}", []).append(names[pk])
        for why, references in left.items():
            more = f" and {len(references) - _NAMED:,} more" if len(references) > _NAMED else ""
            self.message_user(request, f"{why} Left: {', '.join(references[:_NAMED])}{more}.", messages.WARNING)


def _previewed(request: HttpRequest) -> dict[str, object]:
    """The sheet that was sent: what is wrong with its rows, or what would be recorded. Nothing is recorded yet."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused(Problem("FILE_MISSING", "file"))
    content = file.read(_MOST_BYTES + 1)[: _MOST_BYTES + 1]
    if len(content) > _MOST_BYTES:
        raise Refused(Problem("FILE_TOO_LARGE", "file"))
    action = preview_sheet(
        RECORD_LEAP_ACTIONS,
        SheetFile(str(file.name), [content]),
        partner=None,
        user=request.user,  # type: ignore[arg-type]  # staff are Users
        by=staff_actor(request),
    )
    rows = action.rows.order_by("number")
    counts = Counter(label_of((row.details or {})["action"]) for row in rows.filter(result=BulkResult.WAITING))
    return {"action": action, "wrong": rows.filter(result=BulkResult.REFUSED), "counts": sorted(counts.items())}


def _recorded(request: HttpRequest) -> dict[str, object]:
    """A person says yes to a sheet that was shown to them: what became of each row."""
    pk = as_uuid(request.POST["sheet"])
    own = BulkAction.objects.filter(partner=None, user=request.user.pk, kind=RECORD_LEAP_ACTIONS.kind)
    action = own.filter(pk=pk).first() if pk else None
    if action is None:
        raise Refused(Problem("STAFF_SHEET_NOT_FOUND", "file"))
    if not confirm(action, by=staff_actor(request), wait=True):
        is_done = action.state == BulkState.DONE
        raise Refused(Problem("STAFF_SHEET_DONE_BEFORE" if is_done else "STAFF_SHEET_NOT_FOUND", "file"))
    return {"results": action.rows.order_by("number")}


def _zone_of(keys: Collection[UUID]) -> tzinfo | None:
    """The one zone that these meters are in; None when there are several."""
    zones = {*zones_of(Meter.objects.filter(pk__in=keys)).values()}
    return zones.pop() if len(zones) == 1 else None


def _local(at: datetime | None, program: Program | None, reading: Reading) -> str:
    """A stored moment in the zone of its program; in UTC for what holds in every program."""
    if at is None:
        return "–"
    local = at.astimezone(program.zone if program else UTC)
    return until_text(local) if reading is Reading.CLOSES else moment_text(local)


def _usual(queryset: QuerySet[Enrollment]) -> dict[str, object]:
    """The program that all chosen enrollments are in, and its period that comes next."""
    programs = list(queryset.order_by().values_list("program", flat=True).distinct()[:2])
    return {"program": programs[0]} if len(programs) == 1 else {}


@admin.register(CheckRecord)
class CheckRecordAdmin(OfMeters):
    """What was recorded, newest first."""

    list_display = [
        "reference",
        "partner",
        "action_type",
        "holds",
        "program",
        "period",
        "holds_from",
        "holds_until",
        "note",
        "recorded_at",
        "meter_key",
    ]
    list_filter = ["action_type", "holds", "program", OF_REAL_PARTNER]
    list_select_related = ["meter", "partner", "program", "period"]
    ordering = ["-pk"]

    @admin.display(description="from", ordering="valid_from")
    def holds_from(self, row: CheckRecord) -> str:
        return _local(row.valid_from, row.program, Reading.BEGINS)

    @admin.display(description="until", ordering="valid_to")
    def holds_until(self, row: CheckRecord) -> str:
        return _local(row.valid_to, row.program, Reading.CLOSES)


@admin.register(Activation)
class ActivationAdmin(OfMeters):
    """Which meters are or were active in which period."""

    list_display = [
        "reference",
        "partner",
        "period",
        "begins",
        "ends",
        "market_group_name",
        "end_reason",
        "meter_key",
    ]
    list_filter = ["period__program", OF_REAL_PARTNER]
    list_select_related = ["meter", "partner", "period__program"]
    search_fields = [*OfMeters.search_fields, "market_group_name"]
    ordering = ["-pk"]

    @admin.display(description="active from", ordering="active_from")
    def begins(self, row: Activation) -> str:
        return _local(row.active_from, row.period.program, Reading.BEGINS)

    @admin.display(description="active until", ordering="active_to")
    def ends(self, row: Activation) -> str:
        return _local(row.active_to, row.period.program, Reading.CLOSES)


@admin.register(RegistrationRefresh)
class RegistrationRefreshAdmin(OfMeters):
    """Whose market registration a partner wants to be looked at again; recording a result answers it."""

    list_display = ["reference", "partner", "requested_at", "requested_by", "answered_at", "enrollments", "meter_key"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter), OF_REAL_PARTNER]
    list_select_related = ["meter", "partner"]
    ordering = ["-pk"]

    @admin.display(description="record a result")
    def enrollments(self, row: RegistrationRefresh) -> str:
        address = reverse("admin:onboarding_enrollment_changelist")
        return format_html('<a href="{}?q={}">Enrollments</a>', address, row.meter_id)
