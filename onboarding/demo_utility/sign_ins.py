"""A customer on the way through the pages: what the portal asked for and what the customer said, in the session."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from django.http import HttpRequest

from onboarding.demo_utility.customers import Customer, customer
from onboarding.demo_utility.registration import UTILITIES, Utility

KEPT: Final = ("client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class SignIn:
    """One authorization request in one browser. `answer` is the address that the customer was sent back to."""

    key: str
    code: str
    scope: str
    credentials: Mapping[str, str]
    user_name: str = ""
    is_signed_in: bool = False
    tries: int = 0
    service_points: tuple[str, ...] = field(default=())
    answer: str = ""

    @property
    def utility(self) -> Utility:
        return UTILITIES[self.code]

    @property
    def customer(self) -> Customer:
        return customer(self.code, self.user_name)


def start(request: HttpRequest, utility: Utility, scope: str, credentials: Mapping[str, object]) -> SignIn:
    """Remember what was asked for. `credentials` are those of a request that was checked."""
    kept = {name: str(credentials[name]) for name in KEPT if credentials.get(name)}
    sign_in = SignIn(secrets.token_urlsafe(16), utility.code, scope, kept)
    _save(request, sign_in)
    return sign_in


def load(request: HttpRequest, utility: Utility, key: str) -> SignIn | None:
    """The sign-in of this browser; None when there is none, or it is another utility's."""
    kept = request.session.get(_name(key))
    if kept is None or kept["code"] != utility.code:
        return None
    return SignIn(**{**kept, "service_points": tuple(kept["service_points"])})


def change(request: HttpRequest, sign_in: SignIn, **values: object) -> SignIn:
    """The sign-in with other values, kept."""
    changed = replace(sign_in, **values)  # type: ignore[arg-type]  # the names are those of the fields
    _save(request, changed)
    return changed


def _save(request: HttpRequest, sign_in: SignIn) -> None:
    request.session[_name(sign_in.key)] = asdict(sign_in)


def _name(key: str) -> str:
    return f"sign_in_{key}"
