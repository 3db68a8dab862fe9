"""What the portal's software calls: the token and revocation endpoints, and the resources of ESPI."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from oauth2_provider.models import AccessToken
from oauth2_provider.views.mixins import OAuthLibMixin

from onboarding.demo_utility import settings
from onboarding.demo_utility.clock import now
from onboarding.demo_utility.domain import plan_notices
from onboarding.demo_utility.feeds.dialects import DIALECTS
from onboarding.demo_utility.feeds.energy import HISTORY
from onboarding.demo_utility.feeds.permission import Permission, permission_entry, permission_feed
from onboarding.demo_utility.feeds.retail import CustomerRequest, customer_feed
from onboarding.demo_utility.feeds.usage import ZONES, UsageRequest, usage_feed
from onboarding.demo_utility.models import Authorization
from onboarding.demo_utility.oauth import BY_SLUG, checksum
from onboarding.demo_utility.registration import endpoints
from onboarding.demo_utility.scope import history

Answer = HttpResponse | StreamingHttpResponse
Resource = Callable[..., Answer]


def resource_base(authorization: Authorization) -> str:
    return endpoints(settings.BASE_URL, authorization.code)["resource"]


@csrf_exempt
@require_POST
def token(request: HttpRequest, slug: str) -> HttpResponse:
    """Tokens for a code or for a refresh token, with the addresses of what they open."""
    _, headers, body, status = OAuthLibMixin.get_oauthlib_core().create_token_response(request)
    answer = json.loads(body)
    if status == 200:
        issued = AccessToken.objects.get(token_checksum=checksum(answer["access_token"]))
        authorization = Authorization.objects.get(owner=issued.user)
        plan_notices(authorization)
        answer |= addresses(authorization)
        _take_time(authorization)
    return HttpResponse(json.dumps(answer), status=status, headers=headers)


def addresses(authorization: Authorization) -> dict[str, str]:
    base = resource_base(authorization)
    return {
        "resourceURI": f"{base}Batch/Subscription/{authorization.number}",
        "authorizationURI": f"{base}Authorization/{authorization.number}",
        "customerResourceURI": f"{base}Batch/RetailCustomer/{authorization.customer.number}",
    }


@csrf_exempt
@require_POST
def revoke(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a token back (RFC 7009), and with it the authorization."""
    _, headers, body, status = OAuthLibMixin.get_oauthlib_core().create_revocation_response(request)
    return HttpResponse(body or "", status=status, headers=headers)


def resource(view: Resource) -> Resource:
    """A resource that a bearer token opens: the view is given the token's authorization. 401 without such a token."""

    @require_GET
    @wraps(view)
    def checked(request: HttpRequest, slug: str, **kwargs: str) -> Answer:
        if slug not in BY_SLUG:
            raise Http404
        is_open, answer = OAuthLibMixin.get_oauthlib_core().verify_request(request, scopes=[])
        if not is_open:
            return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        authorization = Authorization.objects.get(owner=answer.user)
        _take_time(authorization)
        request.token_expires_at = answer.access_token.expires  # type: ignore[attr-defined]  # ours
        return view(request, authorization, **kwargs)

    return checked


def not_ready(authorization: Authorization) -> HttpResponse | None:
    """202 with when to ask again, while the data takes its time; None once it is there."""
    if authorization.is_ready:
        return None
    wait = (authorization.ready_at - now()).total_seconds() if authorization.ready_at else 3600
    return HttpResponse(status=202, headers={"Retry-After": str(round(min(max(wait, 1), 3600)))})


@resource
def subscription(request: HttpRequest, authorization: Authorization, number: str) -> Answer:
    """The usage feed; `published-min` and `published-max` choose by when a block was published."""
    if number != authorization.number:
        raise Http404
    if waiting := not_ready(authorization):
        return waiting
    try:
        between = [_time(request.GET.get(name)) for name in ("published-min", "published-max")]
    except ValueError:
        return HttpResponse("published-min and published-max are times as in RFC 3339.", status=400)
    since = authorization.authorized_at - min(HISTORY, history(authorization.scope))
    utility = authorization.utility
    asked = UsageRequest(
        resource_base(authorization),
        authorization.number,
        DIALECTS[utility.shape],
        ZONES[utility.region],
        tuple(authorization.meters),
        since,
        now(),
        *between,
    )
    return _feed(usage_feed(asked))


@resource
def retail_customer(request: HttpRequest, authorization: Authorization, number: str) -> Answer:
    """The customer feed."""
    if number != authorization.customer.number:
        raise Http404
    if waiting := not_ready(authorization):
        return waiting
    base, dialect = resource_base(authorization), DIALECTS[authorization.utility.shape]
    meters = tuple(authorization.meters)
    return _feed(
        customer_feed(CustomerRequest(base, authorization.number, dialect, authorization.customer, meters, now()))
    )


@resource
def permission(request: HttpRequest, authorization: Authorization, number: str) -> Answer:
    """The authorization itself."""
    if number != authorization.number:
        raise Http404
    return _feed([permission_entry(_permission(request, authorization))])


@resource
def permissions(request: HttpRequest, authorization: Authorization) -> Answer:
    """All authorizations that the token may see: its own."""
    return _feed([permission_feed(_permission(request, authorization))])


def _permission(request: HttpRequest, authorization: Authorization) -> Permission:
    return Permission(
        base=resource_base(authorization),
        number=authorization.number,
        customer=authorization.customer.number,
        dialect=DIALECTS[authorization.utility.shape],
        scope=authorization.scope,
        starts_at=authorization.authorized_at,
        ends_at=authorization.ends_at,
        history_from=authorization.authorized_at - min(HISTORY, history(authorization.scope)),
        token_expires_at=request.token_expires_at,  # type: ignore[attr-defined]  # put there by `resource`
    )


def _feed(pieces: Iterable[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse((piece.encode() for piece in pieces), content_type="application/atom+xml")


def _take_time(authorization: Authorization) -> None:
    if authorization.user_name == "slow":
        time.sleep(settings.SLOW_SECONDS)


def _time(text: str | None) -> datetime | None:
    """A time in RFC 3339, or in seconds since 1970. Raises ValueError."""
    if not text:
        return None
    at = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text.replace(" ", "+"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
