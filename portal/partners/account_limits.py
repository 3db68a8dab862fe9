"""How often somebody may try a password or a code, and how often an address is emailed about an account.

Nobody may guess for long, and nobody may lock out somebody else. Tries are counted apart, as OWASP's device cookies do:

- A browser in which a person has signed in before has a signed cookie that says so. Its tries for that person count for
  this browser alone, so whatever strangers do, people go on signing in where they did before.
- Every other browser counts by account and network address, then by network address, then by account. The waits grow
  from minutes to a day. The last of them slows guessing from many addresses; while it holds, people sign in where they
  did before, or where they have just reset their password by email.

A try is counted before it is checked, so that many at once are no more than one after the other. One that was right is
taken back: people who sign in often do not wait.
"""

import ipaddress
import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from portal.partners.access import address_of
from portal.partners.models import User
from portal.problems import Problem
from portal.security.limits import LimitState, count_event, take_back

COOKIE: Final = "known_browser"
RESET_KEY: Final = "reset_account"  # of the session in which a password was reset by an emailed link
PASSWORD: Final = "password"  # noqa: S105  what is tried, not a secret
CODE: Final = "code"
_SALT: Final = "portal.partners.account_limits"
_COOKIE_AGE: Final = timedelta(days=365)
_MOST_ACCOUNTS: Final = 20  # that one browser is known for
_IPV6_PREFIX: Final = 64  # what one customer of a provider has

Windows = tuple[tuple[int, timedelta], ...]
_PER_BROWSER: Final[Windows] = ((5, timedelta(minutes=5)), (15, timedelta(hours=1)), (40, timedelta(days=1)))
_PER_ACCOUNT_AND_ADDRESS: Final[Windows] = _PER_BROWSER
_PER_ADDRESS: Final[Windows] = ((60, timedelta(minutes=10)),)
_PER_ACCOUNT: Final[Windows] = ((100, timedelta(days=1)),)  # NIST SP 800-63B: at most 100 wrong ones
_EMAILS_PER_RECIPIENT: Final[Windows] = ((5, timedelta(hours=1)), (15, timedelta(days=1)))
_EMAILS_PER_ADDRESS: Final[Windows] = ((30, timedelta(hours=1)),)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted: in which windows of which limits."""

    counted: tuple[tuple[str, str], ...]  # name and key

    def take_back(self) -> None:
        """It was right: do not count it."""
        for name, key in self.counted:
            take_back(name, key)


def count_try(request: HttpRequest, what: str, account: User | str) -> Try:
    """Count a try of PASSWORD or CODE for an account, or for the address of one that there is not.

    Raises ValidationError (TOO_MANY_TRIES). Call it outside a transaction, as `count_event`.
    """
    who = str(account.pk) if isinstance(account, User) else account
    browser = _browser_known_for(request, who)
    place = _network_of(address_of(request))
    limits: list[tuple[str, str, Windows]] = (
        [(f"{what}.browser", f"{who} {browser}", _PER_BROWSER)]
        if browser
        else [
            (f"{what}.place", f"{who} {place}", _PER_ACCOUNT_AND_ADDRESS),
            (f"{what}.address", place, _PER_ADDRESS),
            (f"{what}.account", who, _PER_ACCOUNT),
        ]
    )
    return Try(tuple(_counted("TOO_MANY_TRIES", limits)))


def count_email(recipient: str, *, request: HttpRequest) -> None:
    """Count an email about an account that somebody asks to have sent, whether or not there is such an account.

    Raises ValidationError (TOO_MANY_EMAILS).
    """
    limits = [
        ("account email.recipient", recipient.lower(), _EMAILS_PER_RECIPIENT),
        ("account email.address", _network_of(address_of(request)), _EMAILS_PER_ADDRESS),
    ]
    list(_counted("TOO_MANY_EMAILS", limits))


def _counted(code: str, limits: list[tuple[str, str, Windows]]) -> Iterator[tuple[str, str]]:
    """Counts in each window until one is full; the wider ones after it do not learn of what was refused."""
    for name, key, windows in limits:
        for most, per in windows:
            window = f"{name}.{per.total_seconds():.0f}"
            state = count_event(window, key, most=most, per=per)
            if not state.is_within:
                problem = Problem(code, context={"wait": _wait(state)})
                raise ValidationError(f"{problem.text} {problem.remedy}", code=code)
            yield window, key


def _wait(state: LimitState) -> str:
    minutes = math.ceil(state.seconds_left / 60)
    if minutes <= 90:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{math.ceil(minutes / 60)} hours"


def _network_of(address: str) -> str:
    """The address, or the network that an IPv6 address is one of very many of."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network(f"{known}/{_IPV6_PREFIX}", strict=False))


# --- browsers that are known


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Somebody has signed in: this browser is known for the account from now on, for a year."""
    known = _known(request)
    accounts = [pk for pk in known["accounts"] if pk != str(user.pk)][-_MOST_ACCOUNTS + 1 :]
    response.set_cookie(
        COOKIE,
        signing.dumps({"browser": known["browser"], "accounts": [*accounts, str(user.pk)]}, salt=_SALT),
        max_age=_COOKIE_AGE,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _browser_known_for(request: HttpRequest, who: str) -> str:
    """What names this browser if the person has signed in here before, or has reset the password here; else ""."""
    if request.session.get(RESET_KEY) == who:
        return str(request.session.session_key)
    known = _known(request)
    return str(known["browser"]) if who in known["accounts"] else ""


def _known(request: HttpRequest) -> dict[str, Any]:
    """What the cookie says, or a new browser that is known for nobody."""
    try:
        known: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_COOKIE_AGE)
    except signing.BadSignature:
        return {"browser": secrets.token_urlsafe(16), "accounts": []}
    return known
