"""The dates of programs as a calendar file (RFC 5545, RFC 7986): whole days, counts, and no customer's data."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from onboarding.calendar.queries import Happening, Kind, Waiting
from portal.web.days import begin_text, deadline_text, period_end_text, zone_text

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
        event.add("summary", _summary(happening, stamp.date()))
        event.add("description", _description(happening, waiting.get(happening.program.pk), stamp.date()))
        event.add("url", f"{site_url}{page}?program={happening.program.identifier}")
        event.add("transp", "TRANSPARENT")  # nobody is busy that day because of it
        calendar.add_component(event)
    return calendar.to_ical()


def _summary(happening: Happening, on: date) -> str:
    said = {
        Kind.DEADLINE: f"enroll {deadline_text(happening.at, on)}",
        Kind.ACTIVATION: "activation",
        Kind.BEGINS: f"{happening.season} season begins",
        Kind.ENDS: f"{happening.season} season ends",
    }
    return f"{happening.program.name}: {said[happening.kind]}"


def _description(happening: Happening, waiting: Waiting | None, on: date) -> str:
    lines = [f"{happening.program.name}, {happening.season} season ({happening.period.name})."]
    line = happening.deadline
    if happening.kind is Kind.DEADLINE and line:
        begins = begin_text(line.activation_at)
        lines.append(f"A meter that is eligible by then is expected to be active from {begins}.")
        if line.rolls_over:
            lines.append(f"Published: {deadline_text(line.deadline_at, on)}; extended over the weekend to Monday.")
        if line.is_next and waiting:
            need = "needs" if waiting.meters == 1 else "need"
            lines.append(f"{waiting.meters:,} of your meters {need} something from you before then.")
    if happening.kind is Kind.ACTIVATION and line:
        lines.append(f"For meters that are eligible {deadline_text(line.accepted_until, on)}.")
    if happening.kind is Kind.ENDS:
        lines.append(f"It ends {period_end_text(happening.at)}.")
    if not happening.period.verified:
        lines.append("Rolled forward from an earlier season; not confirmed for this one.")
    return "\n".join([*lines, f"The day is in {zone_text(happening.program.time_zone)}."])
