"""Named reads of the funnel: each counts in the database, in groups, however many connections there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, F, IntegerField, QuerySet, Value

from onboarding.connect.choices import Variant
from onboarding.connect.models import Connection, ConnectLink, ConnectSession
from onboarding.connect.queries import device_types
from onboarding.funnel.counts import Funnel, Row, Times, funnel_of, times_of
from portal.partners.models import Partner
from portal.partners.queries import of_real_partners
from portal.web.clock import day_text, local_day, midnight
from programs.models import Utility

MOST_WEEKS: Final = 53
_WEEK: Final = timedelta(days=7)
_COUNTED: Final = ("reached", "passed", "stopped_by")


class GroupBy(models.TextChoices):
    """What a funnel is divided by. Every connection is in one group."""

    LINK = "link", "Link"
    UTILITY = "utility", "Utility"
    WEEK = "week", "Week"
    DEVICE = "device", "Device"
    VARIANT = "variant", "Customer type"
    PARTNER = "partner", "Partner"


_COLUMNS: Final = {
    GroupBy.VARIANT: "link__variant",
    GroupBy.UTILITY: "utility__code",
    GroupBy.DEVICE: "device_type",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which connections are counted: those begun in a time, of a partner or of all real ones, and what they share."""

    partner: Partner | None
    since: datetime
    until: datetime
    zone: ZoneInfo
    link: UUID | None = None
    utility: str = ""  # its code
    device: str = ""  # its type's code
    variant: str = ""

    @property
    def weeks(self) -> list["Scope"]:
        """The scope in weeks that begin on Monday, the first and the last as far as it reaches; the newest first."""
        monday = local_day(self.since, self.zone)
        monday -= timedelta(days=monday.weekday())
        parts = []
        while (begin := midnight(monday, self.zone)) < self.until:
            monday += _WEEK
            end = midnight(monday, self.zone)
            parts.append(replace(self, since=max(begin, self.since), until=min(end, self.until)))
        return parts[::-1]

    @property
    def first_day(self) -> date:
        return local_day(self.since, self.zone)

    @property
    def last_day(self) -> date:
        return local_day(self.until - timedelta(microseconds=1), self.zone)


def connections_in(scope: Scope) -> QuerySet[Connection]:
    """The connections that are counted."""
    rows = Connection.objects.filter(started_at__gte=scope.since, started_at__lt=scope.until, passed__gt=0)
    rows = rows.filter(partner=scope.partner) if scope.partner else of_real_partners(rows)
    rows = rows.filter(link=scope.link) if scope.link else rows
    rows = rows.filter(link__variant=scope.variant) if scope.variant else rows
    rows = rows.filter(device_type=scope.device) if scope.device else rows
    return rows.filter(utility__code=scope.utility) if scope.utility else rows


@dataclass(frozen=True, slots=True)
class Group:
    """One of the parts that a funnel is divided into. key: the link's or partner's ID, the utility's code, the week's
    first day, the variant; "" for connections that have none."""

    key: str
    name: str
    funnel: Funnel
    scope: Scope


def whole_funnel(scope: Scope) -> Funnel:
    """The funnel of all connections of a scope. Two queries."""
    counted = connections_in(scope).order_by().values_list("link", *_COUNTED).annotate(count=Count("*"))
    return funnel_of(_with_links(counted))


def _with_links(counted: Iterable[tuple[Any, ...]]) -> list[Row]:
    """What was counted by link, then _COUNTED: with the steps that each link leaves out. One query."""
    rows = list(counted)
    links = ConnectLink.objects.filter(pk__in={link for link, *_ in rows if link})
    left_out = {link.pk: link.left_out for link in links.only("variant", "transmission_region")}
    return [(reached, passed, why, left_out.get(link, 0), count) for link, reached, passed, why, count in rows]


def groups_of(scope: Scope, by: GroupBy) -> list[Group]:
    """The funnels of the parts of a scope, the largest first; weeks in their order, the newest first. Three queries."""
    if by == GroupBy.WEEK:
        return _weeks_of(scope)
    column = _COLUMNS.get(by, f"{by.value}_id")
    rows = connections_in(scope).order_by().annotate(part=F(column)).values_list("part", "link", *_COUNTED)
    parts = _parted(rows.annotate(count=Count("*")))
    names = _names(by, scope, parts)
    groups = [Group(key, names.get(key) or _nameless(by), funnel_of(rows), scope) for key, rows in parts.items()]
    return sorted(groups, key=lambda group: (not group.key, -group.funnel.opened, group.name))


def _parted(counted: Iterable[tuple[Any, ...]]) -> dict[str, list[Row]]:
    """What was counted by part, as text, and link: the rows of each part."""
    lines = list(counted)
    parts: dict[str, list[Row]] = defaultdict(list)
    for (part, *_), row in zip(lines, _with_links(line[1:] for line in lines), strict=True):
        parts["" if part is None else str(part)].append(row)
    return parts


def _names(by: GroupBy, scope: Scope, keys: Iterable[str]) -> dict[str, str]:
    match by:
        case GroupBy.LINK:
            links = ConnectLink.objects.filter(pk__in=list(filter(None, keys)))
            return {str(pk): title for pk, title in links.values_list("pk", "title")}
        case GroupBy.UTILITY:
            return dict(Utility.objects.filter(code__in=list(keys)).values_list("code", "name"))
        case GroupBy.DEVICE:
            return device_types()
        case GroupBy.PARTNER:
            return {str(pk): name for pk, name in Partner.objects.real().values_list("pk", "name")}
    return {value: str(label) for value, label in Variant.choices}


def _nameless(by: GroupBy) -> str:
    return {GroupBy.UTILITY: "No utility chosen yet", GroupBy.DEVICE: "No device"}.get(by, "Unknown")


def _weeks_of(scope: Scope) -> list[Group]:
    """Each week reads its own stretch of the index; all in one statement."""
    weeks = scope.weeks[:MOST_WEEKS]
    if not weeks:
        return []
    parts = _parted(_united([_numbered(week, number) for number, week in enumerate(weeks)]))
    return [
        Group(week.first_day.isoformat(), f"Week of {day_text(week.first_day)}", funnel_of(parts[str(number)]), week)
        for number, week in enumerate(weeks)
    ]


def _numbered(week: Scope, number: int) -> QuerySet[Connection, Any]:
    rows = connections_in(week).order_by().annotate(week=Value(number, output_field=IntegerField()))
    return rows.values_list("week", "link", *_COUNTED).annotate(count=Count("*"))


def _united(parts: Sequence[QuerySet[Connection, Any]]) -> Iterable[tuple[Any, ...]]:
    first, *others = parts
    return first.union(*others, all=True) if others else first


def sessions_without_reference(scope: Scope) -> int:
    """How many sessions were begun without a refId: nobody can tell whose they are, so no funnel counts them."""
    if scope.utility or scope.device:
        return 0
    rows = ConnectSession.objects.filter(connection=None, created_at__gte=scope.since, created_at__lt=scope.until)
    rows = rows.filter(partner=scope.partner) if scope.partner else of_real_partners(rows)
    rows = rows.filter(link=scope.link) if scope.link else rows
    return (rows.filter(link__variant=scope.variant) if scope.variant else rows).count()


def times_in(scope: Scope, field: str) -> Times | None:
    """How long the connections of a scope took. field: minutes_to_authorize or minutes_to_data. One query."""
    rows = connections_in(scope).filter(**{f"{field}__isnull": False})
    return times_of(rows.order_by(field).values_list(field).annotate(count=Count("*")))
