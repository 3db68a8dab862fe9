"""`manage.py read_green_button FILE…`: says what is in Green Button files. Needs no database."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from onboarding.green_button.problems import FeedRefused
from onboarding.green_button.reader import read_feed
from onboarding.green_button.records import Authorization, Feed, FeedWarning, ReadingSummary, UsagePoint, UsageSummary
from onboarding.green_button.service_points import ServicePoint, service_points
from onboarding.green_button.texts import shown
from onboarding.green_button.units import plain

_LABEL = 24
_SHOWN_GAPS = 3
_HIDDEN = frozenset({"parent", "number", "entry", "position"})  # places in the file, of use to the reader alone


class Command(BaseCommand):
    """Reads each file by itself; a usage feed and a customer feed of one call are joined as well."""

    help = "Say what is in Green Button files: usage points, sums, gaps, customers, warnings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a Green Button XML file")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_: Any, **options: Any) -> None:
        feeds: dict[str, Feed] = {}
        refusals: dict[str, FeedRefused | OSError] = {}
        for name in options["files"]:
            try:
                feeds[name] = _read(name)
            except (FeedRefused, OSError) as error:
                refusals[name] = error
        if options["json"]:
            self._print_json(options["files"], feeds, refusals)
        else:
            self._print_text(options["files"], feeds, refusals)
        if refusals:
            raise CommandError(f"{len(refusals)} of {len(options['files'])} files could not be read.", returncode=1)

    def _print_text(self, names: list[str], feeds: dict[str, Feed], refusals: dict[str, Any]) -> None:
        for name in dict.fromkeys(names):
            self.stdout.write(shown(name, 300))
            for line in _feed(feeds[name]) if name in feeds else [_refusal(refusals[name])]:
                self.stdout.write(f"  {line}".rstrip())
            self.stdout.write("")
        if points := _joined(feeds):
            self.stdout.write("Usage and customer feeds joined")
            for point in points:
                for line in _service_point(point):
                    self.stdout.write(f"  {line}".rstrip())

    def _print_json(self, names: list[str], feeds: dict[str, Feed], refusals: dict[str, Any]) -> None:
        files = [_json_of_file(name, feeds.get(name), refusals.get(name)) for name in dict.fromkeys(names)]
        document = {"files": files, "service_points": [_plain(asdict(point)) for point in _joined(feeds)]}
        self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))


def _read(name: str) -> Feed:
    with Path(name).open("rb") as file:
        return read_feed(file)


def _refusal(error: FeedRefused | OSError) -> str:
    if isinstance(error, FeedRefused):
        return f"Refused ({error.code}): {error}"
    return f"Cannot be opened: {error.strerror or type(error).__name__}"


def _joined(feeds: dict[str, Feed]) -> tuple[ServicePoint, ...]:
    """What the files say together, when they are both halves: one usage feed and one customer feed."""
    usage = [feed for feed in feeds.values() if feed.usage_points]
    customers = [feed for feed in feeds.values() if _has_customer(feed)]
    if not usage and len(customers) == 1:
        return service_points(None, customers[0])
    return service_points(usage[0], customers[0]) if len(usage) == len(customers) == 1 else ()


def _has_customer(feed: Feed) -> bool:
    return bool(feed.customers or feed.accounts or feed.agreements or feed.locations)


# --- text


def _row(label: str, *texts: str) -> str:
    return f"{label:<{_LABEL}}{'  '.join(filter(None, texts))}"


def _feed(feed: Feed) -> Iterator[str]:
    yield _row("Usage points", str(len(feed.usage_points)))
    for point in feed.usage_points:
        yield from _usage_point(point)
    for reading in feed.unlinked_readings:
        yield from ("", _row("Unlinked reading", reading.id), *_reading(reading))
    yield from _customers(feed)
    for authorization in feed.authorizations:
        yield from ("", *_authorization(authorization))
    for uri in feed.batch_uris:
        yield _row("Resource ready", shown(uri, 200))
    yield from _warnings(feed.warnings)


def _usage_point(point: UsagePoint) -> Iterator[str]:
    yield ""
    yield _row("Usage point", point.id, point.title and f"({point.title})")
    yield _row("  Service", point.kind, f"status {point.status}" if point.status else "")
    if point.utc_offset_seconds is not None:
        yield _row("  Standard time", f"UTC{point.utc_offset_seconds / 3600:+g}, but all times here are UTC")
    for reading in point.readings:
        yield from _reading(reading)
    for summary in point.summaries:
        yield from _summary(summary)


def _reading(reading: ReadingSummary) -> Iterator[str]:
    yield _row(f"  Reading {reading.direction}", reading.id)
    yield _row("    Sum", f"{plain(reading.total)} {reading.unit}")
    yield _row(
        "    Intervals", f"{reading.count:,}", f"of {_length(reading.interval_seconds)}" if reading.count else ""
    )
    if reading.first_at and reading.last_end_at:
        yield _row("    First", _time(reading.first_at))
        yield _row("    Last ends", _time(reading.last_end_at))
    yield _row("    Gaps", _gaps(reading))


def _gaps(reading: ReadingSummary) -> str:
    if not reading.gap_count:
        return "none"
    listed = [f"{_time(gap.start_at)} to {_time(gap.end_at)}" for gap in reading.gaps[:_SHOWN_GAPS]]
    more = reading.gap_count - len(listed)
    missing = f"{reading.gap_count:,} ({_length(reading.missing_seconds)} in all):"
    return f"{missing} {', '.join(listed)}{f' and {more:,} more' if more else ''}"


def _summary(summary: UsageSummary) -> Iterator[str]:
    period = f"{_time(summary.start_at)} to {_time(summary.end_at)}"
    total = "no total" if summary.total is None else f"{plain(summary.total)} {summary.unit}"
    cost = "" if summary.cost is None else f"cost {plain(summary.cost)}"
    yield _row("  Published total", total, period, cost)
    if summary.current_total:
        yield _row("  Published so far", f"{plain(summary.current_total)} {summary.current_unit}")


def _customers(feed: Feed) -> Iterator[str]:
    points = service_points(None, feed) if _has_customer(feed) else ()
    if points:
        yield from ("", _row("Customers", str(len(feed.customers)), ", ".join(each.name for each in feed.customers)))
    for account in feed.accounts:
        yield _row("  Account", account.number)
    for point in points:
        yield from _service_point(point)


def _service_point(point: ServicePoint) -> Iterator[str]:
    if point.usage_point_id:
        yield _row("Usage point", point.usage_point_id, point.kind)
    address = point.address
    texts = {
        "  Customer": point.customer_name,
        "  Account": point.account_number,
        "  Agreement": " ".join(filter(None, (point.agreement_number, point.agreement_status))),
        "  Service point": point.service_point_id,
        "  Meters": ", ".join(point.meter_serials),
        "  Address": address
        and ", ".join(filter(None, (address.street, address.city, f"{address.state} {address.postal_code}".strip()))),
        "  Email": ", ".join(point.emails),
        "  Phone": ", ".join(point.phones),
        "  Tariff": point.tariff,
    }
    yield from (_row(label, text) for label, text in texts.items() if text)
    if point.usage_point_id:
        yield from _warnings(point.warnings)


def _authorization(authorization: Authorization) -> Iterator[str]:
    yield _row("Authorization", authorization.links.id, f"status {authorization.status}")
    yield _row("  Authorized", f"{_time(authorization.authorized_from)} to {_time(authorization.authorized_until)}")
    yield _row("  Token expires", _time(authorization.expires_at))
    yield _row("  Scope", authorization.scope)
    yield _row("  Resource", authorization.resource_uri)


def _warnings(warnings: Iterable[FeedWarning]) -> Iterator[str]:
    for warning in warnings:
        times = f"{warning.count:,} times" if warning.count > 1 else ""
        yield _row("Warning", warning.code, times)
        yield _row("", warning.text)


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "open"


def _length(seconds: int) -> str:
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0 and (size != 86_400 or seconds > size):
            return f"{seconds // size:,} {unit}"
    return f"{seconds:,} s"


# --- JSON


def _json_of_file(name: str, feed: Feed | None, refusal: FeedRefused | OSError | None) -> dict[str, Any]:
    if feed is not None:
        return {"file": name, "refused": None} | _plain(asdict(feed))
    code = refusal.code if isinstance(refusal, FeedRefused) else "FILE_UNREADABLE"
    return {"file": name, "refused": {"code": code, "text": _refusal(refusal) if refusal else ""}}


def _plain(value: Any) -> Any:
    """JSON of records: times in ISO 8601, amounts as texts so that no digit is lost."""
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items() if key not in _HIDDEN}
        case tuple() | list():
            return [_plain(inner) for inner in value]
        case datetime():
            return value.isoformat()
        case Decimal():
            return plain(value)
    return value
