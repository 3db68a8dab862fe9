"""Local days in forms of the admin: a date picker, a time only by choice, and what is stored shown back in words."""

from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from portal.web.days import (
    Reading,
    at_time,
    day_of,
    deadline_text,
    moment_of,
    moment_text,
    period_end_text,
    time_of,
    time_text,
    until_text,
    zone_text,
)

FIRST_YEAR, LAST_YEAR = 2000, 2100
_FAR: Final = date.min  # from which every year is said
_MIDNIGHTS: Final = {Reading.BEGINS: "begins", Reading.CLOSES: "ends", Reading.LAST_DAY: "runs to its end"}


def stored_text(at: datetime, reading: Reading, verb: str) -> str:
    """A stored moment by its own clock: "ends Sep 30, 2028, 11:59 PM EDT". Without a verb it is a deadline."""
    if not verb:
        return deadline_text(at, _FAR)
    texts = {Reading.BEGINS: moment_text, Reading.CLOSES: until_text, Reading.LAST_DAY: period_end_text}
    return f"{verb} {texts[reading](at)}"


class DayWidget(forms.MultiWidget):
    """A date picker, and a time behind "At another time of day"."""

    template_name = "admin/widgets/day.html"
    zone: tzinfo | None = None  # in which the stored moment is shown
    kept: datetime | None = None

    def __init__(self, reading: Reading, verb: str) -> None:
        self.reading, self.verb = reading, verb
        times = forms.TimeInput(attrs={"type": "time", "step": 1}, format="%H:%M:%S")
        super().__init__([forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), times])

    def decompress(self, value: object) -> list[object]:
        if not isinstance(value, datetime):
            return [None, None]
        zone = self.zone or UTC
        return [day_of(value, zone, self.reading), time_of(value, zone)]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        kept = self.kept.astimezone(self.zone or UTC) if self.kept else None
        context["stored"] = stored_text(kept, self.reading, self.verb) if kept else ""
        context["zone"] = zone_text(str(self.zone)) if self.zone else ""
        _name_time(context["widget"])
        return context


def _name_time(widget: dict[str, Any]) -> None:
    """Name the time's input apart from the day's, which alone has the name of both."""
    name = widget["attrs"].get("aria-label")
    widget["subwidgets"][1]["attrs"]["aria-label"] = f"Time of day: {name}" if name else "Time of day"


class DayField(forms.MultiValueField):
    """A moment as a local day of a zone. What is stored stays, to the second, unless the day or the time is changed.

    verb: of the words that show what is stored; empty for a deadline.
    """

    widget: DayWidget
    zone: tzinfo | None = None  # of what is typed; None as long as nobody knows it

    def __init__(self, reading: Reading, verb: str = "", **kwargs: Any) -> None:
        self.reading, self.verb = reading, verb
        day = forms.DateField(error_messages={"incomplete": "Choose a day too."})
        parts = (day, forms.TimeField(required=False))
        super().__init__(parts, require_all_fields=False, widget=DayWidget(reading, verb), **kwargs)

    def shows(self, kept: datetime | None, *, stored_in: tzinfo | None, typed_in: tzinfo | None) -> None:
        """Tell it what is stored, the zone in which that is shown, and the zone of what a person types."""
        self.widget.kept, self.widget.zone, self.zone = kept, stored_in or typed_in, typed_in

    def compress(self, data_list: list[Any]) -> datetime | None:
        if not data_list:
            return None
        day, at = data_list
        if self.widget.kept and [day, at] == self.widget.decompress(self.widget.kept):
            return self.widget.kept
        return self._moment(day, at)

    def _moment(self, day: date, at: time | None) -> datetime:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"The year must be between {FIRST_YEAR} and {LAST_YEAR}.")
        zone = self.zone
        if zone is None:
            raise ValidationError("The time zone of this day is not known yet. Choose the program first.")
        if at is None:
            return moment_of(day, zone, self.reading)
        if at == time.min:
            raise ValidationError(f"Leave the time empty: the day then {_MIDNIGHTS[self.reading]} at midnight.")
        moment = at_time(day, at, zone)
        if moment is None:
            skipped = time_text(datetime.combine(day, at)).strip()
            raise ValidationError(f"The clocks skip {skipped} on this day. Choose another time.")
        return moment


class DayForm(forms.ModelForm):
    """A form with DayFields for a model's moments. A formset says its `zones`, as the method of that name does."""

    def __init__(self, *args: Any, zones: tuple[tzinfo | None, tzinfo | None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored_in, self.typed_in = stored, typed = zones or self.zones()
        for name, field in self.fields.items():
            if isinstance(field, DayField):
                kept = getattr(self.instance, name) if self.instance.pk else None
                field.shows(kept, stored_in=stored, typed_in=typed)

    def zones(self) -> tuple[tzinfo | None, tzinfo | None]:
        """The zone in which its moments are stored, and that of what is typed; None for one that is not known."""
        raise NotImplementedError
