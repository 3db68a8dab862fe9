"""What the funnel is asked for, in its address: the same names as in that of the list of connections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from onboarding.connect.choices import Variant
from onboarding.connect.queries import device_types, links_of
from onboarding.funnel.queries import MOST_WEEKS, GroupBy, Scope
from portal.partners.models import Partner
from portal.web import clock
from portal.web.clock import local_day
from portal.web.filters import day_begins
from programs.models import Utility

WEEKS: Final = 12  # that are shown unless asked otherwise
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


def _day(label: str) -> forms.DateField:
    field = forms.DateField(required=False, label=label, widget=forms.DateInput(attrs={"type": "date"}))
    field.error_messages["invalid"] = f"{label} is not a date. Enter it as YYYY-MM-DD, for example 2026-05-31."
    return field


def _choice(label: str, choices: Any = ()) -> forms.ChoiceField:
    field = forms.ChoiceField(
        required=False, label=label, choices=choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    field.error_messages["invalid_choice"] = f"{label} has no choice “%(value)s”. Choose one from the list."
    return field


class FunnelForm(forms.Form):
    """The time in which connections were begun, what they share, and what the funnel is divided by."""

    started_from = _day("Started from")
    started_to = _day("Started to")
    link = _choice("Link")
    furthest_at = _choice("Utility")
    device = _choice("Device")
    variant = _choice("Customer type", [("", "Any"), *Variant.choices])
    by = _choice("Group by")

    def __init__(self, data: Mapping[str, Any], *, partner: Partner | None) -> None:
        super().__init__(data)
        self.partner = partner
        links = links_of(partner).values_list("pk", "title") if partner else []
        utilities = Utility.objects.filter(green_button__isnull=False).order_by("name").values_list("code", "name")
        self._offer("link", [("", "Any"), *((str(pk), title) for pk, title in links)])
        self._offer("furthest_at", [("", "Any"), *utilities])
        self._offer("device", [("", "Any"), *device_types().items()])
        self._offer("by", [(by.value, str(by.label)) for by in _offered(partner)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Days of this century, in their order, and at most a year where each week is shown."""
        data = super().clean() or {}
        for name in ("started_from", "started_to"):
            if data.get(name) and not _FIRST <= data[name] <= _LAST:
                self.add_error(name, "Enter a date between 2000 and 2100.")
        if self.errors:
            return data
        first, last = self._days(data)
        if last < first:
            self.add_error("started_to", "Enter a date on or after Started from.")
        elif data.get("by") == GroupBy.WEEK and (last - first).days > 7 * (MOST_WEEKS - 2):
            self.add_error("started_from", "Choose a range of up to one year to group by week.")
        return data

    def _days(self, data: Mapping[str, Any]) -> tuple[date, date]:
        last = data.get("started_to") or local_day(clock.now(), self.zone)
        return data.get("started_from") or last - timedelta(days=7 * WEEKS - 1), last

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.partner.time_zone if self.partner else "UTC")

    @property
    def divided_by(self) -> GroupBy:
        """What a valid form divides by; unless asked, by what is offered first."""
        return GroupBy(self.cleaned_data["by"] or _offered(self.partner)[0])

    @property
    def scope(self) -> Scope:
        """Of a valid form."""
        data = self.cleaned_data
        first, last = self._days(data)
        link = UUID(data["link"]) if data["link"] else None
        return Scope(
            self.partner,
            day_begins(first),
            day_begins(last, days_later=1),
            self.zone,
            link=link,
            utility=data["furthest_at"],
            device=data["device"],
            variant=data["variant"],
        )


def _offered(partner: Partner | None) -> list[GroupBy]:
    common = [GroupBy.UTILITY, GroupBy.WEEK, GroupBy.DEVICE, GroupBy.VARIANT]
    return [GroupBy.LINK, *common] if partner else [GroupBy.PARTNER, *common]


@dataclass(frozen=True, slots=True)
class Place:
    """The query of the list of connections that shows those of a scope."""

    scope: Scope

    def query(self, **more: str) -> dict[str, str]:
        scope = self.scope
        values = {
            "started_from": scope.first_day.isoformat(),
            "started_to": scope.last_day.isoformat(),
            "link": str(scope.link or ""),
            "furthest_at": scope.utility,
            "device": scope.device,
            "variant": scope.variant,
        } | more
        return {name: value for name, value in values.items() if value}
