"""The email about a webhook that the portal disabled."""

from urllib.parse import urlsplit

from django.urls import reverse

from portal.notifications.choices import NotificationKind, register
from portal.notifications.domain import write_to
from portal.partners.models import Membership, Role
from portal.webhooks.models import DisabledReason, WebhookEndpoint

register(
    NotificationKind(
        "webhooks",
        "A webhook is disabled",
        "When we stop delivering events to your webhook because its receiver keeps failing.",
    )
)


def tell_disabled(endpoint: WebhookEndpoint) -> None:
    """Tell the partner's managers, in the transaction that disables the endpoint."""
    text = (
        f"The webhook at {urlsplit(endpoint.receiver_url).hostname} is disabled. "
        f"{DisabledReason(endpoint.disabled_reason).label} Events are waiting; none are lost.\n\n"
        "Once the receiver works again, enable the webhook on its page. We’ll deliver everything in order."
    )
    path = reverse("webhook", args=[endpoint.pk])
    managers = Membership.objects.filter(partner=endpoint.partner, role=Role.MANAGER).select_related("user")
    for membership in managers:
        write_to(
            membership.user,
            kind="webhooks",
            partner=endpoint.partner,
            subject="A webhook is disabled",
            text=text,
            action="Open webhook",
            path=path,
        )
