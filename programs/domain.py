"""What can be done with the catalogue besides editing it: rolling periods forward, asking whether a utility answers."""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import requests
from django.db import transaction

from portal.security import outbound
from portal.security.outbound import OutboundRefused
from portal.web import clock
from portal.web.clock import local_day, midnight
from portal.web.days import Reading, day_of, moment_of, same_local, time_of
from programs.deadlines import over_at
from programs.models import Deadline, DeliveryPeriod, Program, UtilityConnection
from programs.models.base import in_one_moment

_LAST_WEEK: Final = timedelta(days=7)
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


def next_name(period: DeliveryPeriod) -> str:
    """The name of the same period a year later."""
    return _YEAR.sub(lambda year: str(int(year[0]) + 1), period.name)


def roll_forward(period: DeliveryPeriod) -> DeliveryPeriod | None:
    """Copy a delivery period and its deadlines to the next year, unverified; None when that period exists.

    The same local days a year later; the last day of February stays the last day of February, and a deadline in the
    last week before its activation stays as many days before it. One transaction.
    """
    zone = ZoneInfo(period.program.time_zone)
    name = next_name(period)
    with transaction.atomic():
        if DeliveryPeriod.objects.filter(program=period.program, name=name).exists():
            return None
        copy = DeliveryPeriod.objects.create(
            program=period.program,
            name=name,
            starts_at=_a_year_later(period.starts_at, zone, Reading.BEGINS),
            ends_at=_a_year_later(period.ends_at, zone, Reading.LAST_DAY),
            source=f"The same days as {period.name}"[:300],
            verified=False,
        )
        for deadline in period.deadlines.all():
            deadline_at, activation_at = _deadline_a_year_later(deadline, zone)
            Deadline.objects.create(
                period=copy, deadline_at=deadline_at, activation_at=activation_at, source=copy.source
            )
    return copy


def move_to_zone(program: Program, before: ZoneInfo, *, but: Collection[tuple[int, str]] = ()) -> None:
    """Move a program's dates to the same local days and times in its new zone, but not those of what has passed.

    but: periods and names of their fields that stay as they are. One transaction and one moment; each row has history.
    """
    now = clock.now()
    with transaction.atomic(), in_one_moment():
        for period in program.delivery_periods.prefetch_related("deadlines"):
            if over_at(period.ends_at, before) <= now:
                continue
            for name in ("starts_at", "ends_at"):
                if (period.pk, name) not in but:
                    setattr(period, name, same_local(getattr(period, name), before, program.zone))
            period.save()
            _move_lines([line for line in period.deadlines.all() if line.deadline_at > now], before, program.zone)


def _move_lines(lines: list[Deadline], before: ZoneInfo, after: ZoneInfo) -> None:
    moved = [(same_local(line.deadline_at, before, after), line) for line in lines]
    goes_on = any(at > line.deadline_at for at, line in moved)
    for at, line in sorted(moved, key=lambda pair: pair[0], reverse=goes_on):  # so that none meets another on its way
        line.deadline_at, line.activation_at = at, same_local(line.activation_at, before, after)
        line.save()


def _deadline_a_year_later(deadline: Deadline, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Two days before March are February 27 or 28: such a deadline counts days, others keep their day of the year."""
    activation_at = _a_year_later(deadline.activation_at, zone, Reading.BEGINS)
    before = local_day(deadline.activation_at, zone) - local_day(deadline.deadline_at, zone)
    if before > _LAST_WEEK:
        return _a_year_later(deadline.deadline_at, zone, Reading.CLOSES), activation_at
    return _at(local_day(activation_at, zone) - before, time_of(deadline.deadline_at, zone), zone), activation_at


def _a_year_later(moment: datetime, zone: ZoneInfo, reading: Reading) -> datetime:
    local_time = time_of(moment, zone)
    day = day_of(moment, zone, reading)
    last = calendar.monthrange(day.year + 1, day.month)[1]
    is_last = calendar.monthrange(day.year, day.month)[1] == day.day
    later = date(day.year + 1, day.month, last if is_last else day.day)
    return datetime.combine(later, local_time, zone) if local_time else moment_of(later, zone, reading)


def _at(day: date, local_time: time | None, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, local_time, zone) if local_time else midnight(day, zone)


NO_ANSWER: Final = "NO_ANSWER"
CERTIFICATE_NOT_TRUSTED: Final = "CERTIFICATE_NOT_TRUSTED"
CLIENT_CERTIFICATE_MISSING: Final = "CLIENT_CERTIFICATE_MISSING"
_TRIAL_SECONDS, _TRIAL_BYTES = 10, 1_000_000
_MEANINGS = {
    outbound.ADDRESS_NOT_ALLOWED: "the name resolves to an address that the portal doesn’t connect to",
    outbound.SCHEME_NOT_ALLOWED: "the portal connects only to https addresses",
    outbound.TOO_SLOW: f"it took more than {_TRIAL_SECONDS} seconds to respond",
    outbound.TOO_BIG: "the response is too large",
    outbound.REDIRECTED: "it responds with a redirect, as sign-in pages do",
    NO_ANSWER: "nothing responds there",
    CERTIFICATE_NOT_TRUSTED: "its certificate is not trusted, or is for another name",
    CLIENT_CERTIFICATE_MISSING: "the client certificate is not at its path on this server",
}


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """What an address of a utility answered: an HTTP status, or 0 and the code of the reason."""

    name: str
    url: str
    status: int = 0
    code: str = ""

    @property
    def is_answered(self) -> bool:
        return bool(self.status) or self.code == outbound.REDIRECTED

    def __str__(self) -> str:
        outcome = f"answers with status {self.status}" if self.status else f"{self.code}: {_MEANINGS[self.code]}"
        return f"{self.name} ({self.url}): {outcome}."


def try_connection(connection: UtilityConnection) -> list[EndpointAnswer]:
    """Dial a utility's authorization and token URLs, and tell what each of them answers. Nothing of ours is sent.

    Any status is an answer: without parameters, the protocol's own answer is an error.
    """
    urls = {"Authorization URL": connection.authorization_url, "Token URL": connection.token_url}
    return [_dialed(name, url, connection.client_certificate) for name, url in urls.items()]


def _dialed(name: str, url: str, certificate: str) -> EndpointAnswer:
    dialer = outbound.session(seconds=_TRIAL_SECONDS, most_bytes=_TRIAL_BYTES, client_certificate=certificate or None)
    try:
        with dialer.get(url, stream=True) as answer:
            return EndpointAnswer(name, url, status=answer.status_code)
    except OutboundRefused as refusal:
        return EndpointAnswer(name, url, code=refusal.code)
    except requests.exceptions.SSLError:
        return EndpointAnswer(name, url, code=CERTIFICATE_NOT_TRUSTED)
    except requests.RequestException:
        return EndpointAnswer(name, url, code=NO_ANSWER)
    except OSError:  # what requests raises for a certificate file that is not there
        return EndpointAnswer(name, url, code=CLIENT_CERTIFICATE_MISSING)
