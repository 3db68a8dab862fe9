"""The dates of programs as a calendar file (RFC 5545, RFC 7986): whole days, counts, and no customer's data."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from onboarding.calendar.queries import Happening, Kind, Waiting
from portal.web.clock import weekday_text

_AGAIN_AFTER = timedelta(hours=6)


def calendar_file(
    happenings: Iterable[Happening],
    waiting: Mapping[int, Waiting],
    *,
    name: str,
    site_url: str,
    page: str,
    now: datetime,
) -> bytes:
    """The file. name: of the calendar. page: the path of the page that says more.

    The same dates and counts give the same bytes for a whole day (in UTC), since the stamp is its midnight.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Partner portal//Program dates//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):  # the standard's word, and the one that most programs know
        calendar.add(key, name)
    calendar.add("refresh-interval", _AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    stamp = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    host = urlsplit(site_url).hostname or "portal"
    for happening in happenings:
        event = Event()
        event.add("uid", f"{happening.key}@{host}")
        event.add("dtstamp", stamp)
        event.add("dtstart", happening.on)
        event.add("dtend", happening.on + timedelta(days=1))
        event.add("summary", _summary(happening))
        event.add("description", _description(happening, waiting.get(happening.program.pk)))
        event.add("url", f"{site_url}{page}?program={happening.program.identifier}")
        event.add("transp", "TRANSPARENT")  # nobody is busy that day because of it
        calendar.add_component(event)
    return calendar.to_ical()


def _summary(happening: Happening) -> str:
    said = {
        Kind.DEADLINE: f"enrollment closes at {happening.at:%H:%M %Z}",
        Kind.ACTIVATION: "activation",
        Kind.BEGINS: f"{happening.period.name} begins",
        Kind.ENDS: f"{happening.period.name} ends",
    }
    return f"{happening.program.identifier}: {said[happening.kind]}"


def _description(happening: Happening, waiting: Waiting | None) -> str:
    lines = [f"{happening.program.name}, delivery period {happening.period.name}."]
    line = happening.deadline
    if happening.kind is Kind.DEADLINE and line:
        lines.append(
            f"A meter that is eligible by then is expected to be active from {weekday_text(line.activation_at)}."
        )
        if line.rolls_over:
            lines.append(f"Published for {weekday_text(line.deadline_at)}; a weekend holds until Monday.")
        if line.is_next and waiting:
            need = "needs" if waiting.meters == 1 else "need"
            lines.append(f"{waiting.meters:,} of your meters {need} something from you before.")
    if happening.kind is Kind.ACTIVATION and line:
        lines.append(f"Of the meters that are eligible by {weekday_text(line.accepted_until)}.")
    if not happening.period.verified:
        lines.append("Rolled forward from an earlier season; not confirmed for this one.")
    return "\n".join([*lines, f"The day is that of {happening.program.time_zone}."])
