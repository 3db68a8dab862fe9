"""The Authorization resource: how long the permission holds and where its data is."""

from dataclasses import dataclass
from datetime import datetime

from onboarding.demo_utility.feeds.dialects import ESPI, Dialect, Tree, closing, entry, opening, xml


@dataclass(frozen=True, slots=True)
class Permission:
    """An authorization as it is written; `token_expires_at` is the access token's."""

    base: str
    number: str
    customer: str
    dialect: Dialect
    scope: str
    starts_at: datetime
    ends_at: datetime
    history_from: datetime
    token_expires_at: datetime

    @property
    def href(self) -> str:
        return f"{self.base}Authorization/{self.number}"


def permission_entry(permission: Permission) -> str:
    """The document of one authorization."""
    prolog = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return prolog + _entry(permission, declares=True)


def permission_feed(permission: Permission) -> str:
    """All authorizations of a token: the one that it was given for."""
    href = f"{permission.base}Authorization"
    start = opening(permission.dialect, href, "Authorizations", permission.starts_at)
    return start + _entry(permission, declares=False) + closing(permission.dialect)


def _entry(permission: Permission, *, declares: bool) -> str:
    content = xml(_tree(permission), permission.dialect.espi, ESPI)
    return entry(permission.dialect, permission.href, content, permission.starts_at, declares=declares)


def _tree(permission: Permission) -> Tree:
    values: list[Tree] = [
        ("authorizedPeriod", _period(permission, permission.starts_at)),
        ("publishedPeriod", _period(permission, permission.history_from)),
        ("status", 1),
        ("expires_at", int(permission.token_expires_at.timestamp())),  # seconds also where periods are not
        ("scope", permission.scope),
        ("token_type", "Bearer"),
        ("resourceURI", f"{permission.base}Batch/Subscription/{permission.number}"),
        ("authorizationURI", permission.href),
        ("customerResourceURI", f"{permission.base}Batch/RetailCustomer/{permission.customer}"),
    ]
    return ("Authorization", values)


def _period(permission: Permission, start: datetime) -> list[Tree]:
    factor = 1000 if permission.dialect.in_milliseconds else 1
    seconds = int((permission.ends_at - start).total_seconds())
    return [("duration", seconds * factor), ("start", int(start.timestamp()) * factor)]
