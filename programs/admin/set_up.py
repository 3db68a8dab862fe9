"""Guided pages: set up a season or a program, what is still missing, and a try-out of one sample row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from portal.web import clock
from programs.admin.impact import ShowsImpact
from programs.admin.versions import SHOWN, locked, meanwhile, read, versions_of, written
from programs.domain import next_name, roll_forward
from programs.models import DeliveryPeriod, Program
from programs.queries import not_over
from programs.readiness import Item, State, checklist, missing_by_program, missing_in
from programs.samples import is_needed, sample_of
from programs.schema import Column, schema_for
from programs.tryout import Tried, try_row

_CELL = "cell:"
_INSTANT = timedelta(microseconds=1)
_MOST_OPTIONS = 60
_COPIED = 12  # periods that are offered to be copied: those of a year of months


def may_copy(request: HttpRequest) -> bool:
    """Whether somebody may copy periods: the copy has deadlines, so it takes the right to add those too."""
    return all(request.user.has_perm(f"programs.add_{model}") for model in ("deliveryperiod", "deadline"))


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the checklist with the place where it is mended; url is empty for whoever may not change it."""

    item: Item
    url: str

    @property
    def word(self) -> str:
        return {State.DONE: "Done", State.WARNING: "Check", State.MISSING: "Missing"}[self.item.state]

    @property
    def tone(self) -> str:
        return {State.DONE: "is-done", State.WARNING: "is-warning", State.MISSING: "is-missing"}[self.item.state]


@dataclass(frozen=True, slots=True)
class Seasons:
    """A program with how far its seasons reach, and how many things its checklist misses."""

    program: Program
    last_day: datetime | None
    last_deadline: datetime | None
    is_set: bool
    missing: int


class GuidesSetUp(ShowsImpact):
    """The guided pages, among those of programs."""

    change_form_template = "admin/program_form.html"

    def get_urls(self) -> list[URLPattern]:
        site: AdminSite = self.admin_site
        own = [
            path("set-up/", site.admin_view(self.set_up), name="programs-set-up"),
            path("<int:pk>/readiness/", site.admin_view(self.readiness), name="programs-readiness"),
        ]
        return own + super().get_urls()

    def set_up(self, request: HttpRequest) -> HttpResponse:
        """Where to begin: the seasons of all programs, and the steps to a new program."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._guide(request, "admin/set_up.html", "Set up a season or a program", seasons=list(_seasons()))

    def readiness(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a program misses, with the way to its next season, and a try-out of a row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        program = get_object_or_404(Program, pk=pk)
        if "copy" in request.POST:
            return self._copy(request, program)
        columns = [column for column in schema_for([program.identifier]).columns if not column.hidden]
        form = SampleForm(columns, program, request.POST or None)
        lines = [Line(item, _place_of(item, request)) for item in checklist(program)]
        context = {
            "program": program,
            "lines": lines,
            "open_lines": [line for line in lines if line.item.state != State.DONE],
            "missing": missing_in(line.item for line in lines),
            "copies": _copies(program) if may_copy(request) else [],
            "form": form,
            "tried": _tried(program, form) if form.is_bound and form.is_valid() else None,
        }
        return self._guide(request, "admin/readiness.html", f"{program.name}: what is missing", **context)

    def _guide(self, request: HttpRequest, template: str, title: str, **context: object) -> HttpResponse:
        site: AdminSite = self.admin_site
        context |= {**site.each_context(request), "title": title, "opts": self.opts, "shown_name": SHOWN}
        return TemplateResponse(request, template, context)

    def _copy(self, request: HttpRequest, program: Program) -> HttpResponse:
        """Copy a period with its deadlines to the next year, once the impact has been seen."""
        if not may_copy(request):
            raise PermissionDenied
        pk = request.POST["copy"]
        period = get_object_or_404(DeliveryPeriod, program=program, pk=pk if pk.isdecimal() else None)
        return self._shown_first(request, lambda: self._copied(request, period))

    def _copied(self, request: HttpRequest, period: DeliveryPeriod) -> HttpResponse:
        shown = read(request.POST.get(SHOWN, ""))
        locked(shown)
        here = reverse("admin:programs-readiness", args=[period.program_id])
        if shown and meanwhile(shown, [period, *period.deadlines.all()]):
            self.message_user(
                request, f"Nothing was copied. {period.name} has changed in the meantime.", messages.ERROR
            )
            return HttpResponseRedirect(here)
        copy = roll_forward(period)
        if copy is None:
            self.message_user(request, f"Next year’s period already exists: {next_name(period)}.", messages.WARNING)
            return HttpResponseRedirect(here)
        text = f"{copy.name} was created with its deadlines, unverified. Check the dates below, then save."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:programs_deliveryperiod_change", args=[copy.pk]))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """After a new program: what it still misses."""
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        stays = {"_continue", "_addanother", "_popup"} & set(request.POST)
        if answer.status_code != 302 or stays:
            return answer
        return HttpResponseRedirect(reverse("admin:programs-readiness", args=[obj.pk]))


def _seasons() -> Iterator[Seasons]:
    now = clock.now()
    programs = not_over().annotate(
        last_day=Max("delivery_periods__ends_at"), last_deadline=Max("delivery_periods__deadlines__deadline_at")
    )
    missing = missing_by_program(not_over())
    for program in programs.order_by("region__position", "position"):
        zone, day, deadline = ZoneInfo(program.time_zone), program.last_day, program.last_deadline
        is_set = bool(deadline and deadline > now)
        closes = deadline and (deadline - _INSTANT).astimezone(zone)  # at midnight it closes the day before
        yield Seasons(program, day and day.astimezone(zone), closes, is_set, missing[program.pk])


def _copies(program: Program) -> list[tuple[DeliveryPeriod, str, str]]:
    """The first periods that have no copy in the next year, unless it would be over: each with the copy's name and the
    versions shown. The first come first, so that those of a season are copied before copies are."""
    periods = list(program.delivery_periods.prefetch_related("deadlines").order_by("starts_at"))
    names, last_year = {period.name for period in periods}, clock.now() - timedelta(days=365)
    new = [period for period in periods if period.ends_at > last_year and next_name(period) not in names][:_COPIED]
    return [(period, next_name(period), written(versions_of([period, *period.deadlines.all()]))) for period in new]


def _place_of(item: Item, request: HttpRequest) -> str:
    """The address at which an item is mended; a list, when it is about no row; "" without the right."""
    action = "change" if item.pk or not item.preset else "add"
    if not request.user.has_perm(f"programs.{action}_{item.model}"):
        return ""
    if item.pk:
        return reverse(f"admin:programs_{item.model}_change", args=[item.pk])
    page = "add" if item.preset else "changelist"
    query = f"?{urlencode(item.preset)}" if item.preset else ""
    return reverse(f"admin:programs_{item.model}_{page}") + query


class SampleForm(forms.Form):
    """One row to try: the columns of a program, filled in with a sample that fits it. Needed ones first."""

    def __init__(self, columns: Iterable[Column], program: Program, *args: Any) -> None:
        super().__init__(*args)
        columns = list(columns)
        sample = sample_of(program, columns)
        for column in sorted(columns, key=lambda column: not is_needed(column)):
            self.fields[f"{_CELL}{column.key}"] = _input(column, sample.get(column.key, ""))

    @property
    def cells(self) -> dict[str, object]:
        return {name.removeprefix(_CELL): value for name, value in self.cleaned_data.items() if value}

    def needed(self) -> list[Any]:
        return [bound for bound in self if bound.field.widget.attrs["data-needed"]]

    def other(self) -> list[Any]:
        return [bound for bound in self if not bound.field.widget.attrs["data-needed"]]


def _input(column: Column, value: str) -> forms.Field:
    attrs = {"data-needed": "yes" if is_needed(column) else ""}
    if column.choices and len(column.choices) <= _MOST_OPTIONS:
        widget: forms.Widget = forms.Select(attrs=attrs)
        widget.choices = [("", "–"), *column.choices]  # type: ignore[attr-defined]  # a select has them
    else:
        widget = forms.TextInput(attrs=attrs)
    label = f"{column.label} ({column.unit})" if column.unit else column.label
    return forms.CharField(label=label, required=False, widget=widget, initial=value, max_length=500)


def _tried(program: Program, form: SampleForm) -> Tried | None:
    return try_row(program.identifier, form.cells)
