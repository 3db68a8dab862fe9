"""What can be done with the catalogue besides editing it: rolling periods forward, asking whether a utility answers."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import requests
from django.db import transaction

from portal.security import outbound
from portal.security.outbound import OutboundRefused
from programs.models import Deadline, DeliveryPeriod, UtilityConnection

_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


def next_name(period: DeliveryPeriod) -> str:
    """The name of the same period a year later."""
    return _YEAR.sub(lambda year: str(int(year[0]) + 1), period.name)


def roll_forward(period: DeliveryPeriod) -> DeliveryPeriod | None:
    """Copy a delivery period and its deadlines to the next year, unverified; None when that period exists.

    The same local days a year later; the last day of February stays the last day of February. One transaction.
    """
    zone = ZoneInfo(period.program.time_zone)
    name = next_name(period)
    with transaction.atomic():
        if DeliveryPeriod.objects.filter(program=period.program, name=name).exists():
            return None
        copy = DeliveryPeriod.objects.create(
            program=period.program,
            name=name,
            starts_at=_a_year_later(period.starts_at, zone),
            ends_at=_a_year_later(period.ends_at, zone),
            source=f"rolled forward from {period.name}"[:300],
            verified=False,
        )
        for deadline in period.deadlines.all():
            Deadline.objects.create(
                period=copy,
                deadline_at=_a_year_later(deadline.deadline_at, zone),
                activation_at=_a_year_later(deadline.activation_at, zone),
            )
    return copy


def _a_year_later(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    last_of_month = calendar.monthrange(local.year, local.month)[1] == local.day
    day = calendar.monthrange(local.year + 1, local.month)[1] if last_of_month else local.day
    return datetime.combine(date(local.year + 1, local.month, day), local.timetz().replace(tzinfo=None), zone)


NO_ANSWER: Final = "NO_ANSWER"
CERTIFICATE_NOT_TRUSTED: Final = "CERTIFICATE_NOT_TRUSTED"
CLIENT_CERTIFICATE_MISSING: Final = "CLIENT_CERTIFICATE_MISSING"
_TRIAL_SECONDS, _TRIAL_BYTES = 10, 1_000_000
_MEANINGS = {
    outbound.ADDRESS_NOT_ALLOWED: "the name has an address that the portal does not dial",
    outbound.SCHEME_NOT_ALLOWED: "the portal dials https addresses only",
    outbound.TOO_SLOW: f"the answer took more than {_TRIAL_SECONDS} seconds",
    outbound.TOO_BIG: "the answer is too big",
    outbound.REDIRECTED: "it answers and sends browsers on, as sign-in pages do",
    NO_ANSWER: "nobody answers there",
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
