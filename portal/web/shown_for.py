"""For which partner a page was shown: every form says it, and nothing is written for another one.

Somebody who belongs to two partners may switch in one tab and send a form that was opened in another.
"""

import uuid
from collections.abc import Callable
from typing import Final

from django import template
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.partners.access import SESSION_KEY, access_of, forget_access
from portal.partners.queries import partners_of

register = template.Library()

FIELD: Final = "shown_for"
HEADER: Final = "X-Shown-For"
SWITCH: Final = "switch_and_send"
# They change nothing of a partner's, or are how one gets from one partner to another.
_FOR_ANY_PARTNER: Final = ("partner-switch", "set-theme", "account_", "mfa_", "usersessions_")


@register.tag
def csrf_token(parser: Parser, token: Token) -> "FormTokensNode":
    """Django's hidden field, which every form that is sent has, and beside it the partner of the page."""
    return FormTokensNode()


class FormTokensNode(CsrfTokenNode):
    """The hidden fields of a form that is sent."""

    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        request = context.get("request")
        access = access_of(request) if isinstance(request, HttpRequest) else None
        if access is None:
            return token
        hidden = format_html('{}<input type="hidden" name="{}" value="{}">', token, FIELD, access.partner.pk)
        return SafeString(hidden)


class ShownForMiddleware:
    """Writes nothing when a page was shown for another partner than the one of now; offers to switch and go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        name = (request.resolver_match.url_name or "") if request.resolver_match else ""
        access = access_of(request) if request.method == "POST" and not name.startswith(_FOR_ANY_PARTNER) else None
        shown_for = _partner_in(request.POST.get(FIELD) or request.headers.get(HEADER, "")) if access else None
        if access is None or shown_for in (None, access.partner.pk):
            return None
        partner = partners_of(access.user).filter(pk=shown_for).first()
        if partner is not None and SWITCH in request.POST:
            request.session[SESSION_KEY] = str(partner.pk)
            forget_access(request)
            return None
        kept = [(key, value) for key, values in request.POST.lists() for value in values if key not in _OURS]
        context = {"partner": partner, "kept": kept, "has_files": bool(request.FILES)}
        return render(request, "errors/other_partner.html", context, status=409)


_OURS: Final = (FIELD, SWITCH, "csrfmiddlewaretoken")


def _partner_in(text: str) -> uuid.UUID | None:
    """The partner that a form names; None when it names none. What is no ID is nobody's."""
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
