"""What happens to authorizations: they are made, given to the portal, revoked."""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import transaction
from oauth2_provider.models import Application

from onboarding.demo_utility.clock import now
from onboarding.demo_utility.models import Authorization, Notice, times_of
from onboarding.demo_utility.registration import Registration


def register_portal(client: Registration, redirect_uri: str) -> None:
    """Make the portal the only client, with its one redirect URI; again at each start, since both may change."""
    Application.objects.update_or_create(
        client_id=client.client_id,
        defaults={
            "name": "Partner portal",
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "client_secret": client.client_secret,
            "hash_client_secret": False,  # the file beside this database has it anyway
            "redirect_uris": redirect_uri,
        },
    )
    Application.objects.exclude(client_id=client.client_id).delete()


@transaction.atomic
def authorize(code: str, user_name: str, *, scope: str, service_points: Collection[str]) -> Authorization:
    """The customer's consent, from now on. Its tokens come when the portal exchanges the code."""
    owner = User.objects.create(username=secrets.token_hex(16))
    return Authorization.objects.create(
        owner=owner,
        code=code,
        user_name=user_name,
        scope=scope,
        service_points=sorted(service_points),
        **times_of(user_name, now()),
    )


def plan_notices(authorization: Authorization) -> None:
    """What the portal will be told of an authorization whose tokens it has; once, however often it is called."""
    planned = {Notice.Kind.READY: authorization.ready_at, Notice.Kind.REVOKED: authorization.revoked_at}
    start = datetime.now(UTC)
    Notice.objects.bulk_create(
        [
            Notice(authorization=authorization, kind=kind, due_at=due_at, next_attempt_at=start)
            for kind, due_at in planned.items()
            if due_at is not None
        ],
        ignore_conflicts=True,
    )


def revoke(authorization: Authorization) -> None:
    """End an authorization now, because the portal gave its tokens back; nobody is told, since it knows."""
    authorization.revoked_at = now()
    authorization.save(update_fields=["revoked_at"])
    Notice.objects.filter(authorization=authorization, delivered_at=None).delete()
