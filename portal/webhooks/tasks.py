"""The background work of webhooks: delivering, delivering again, and dropping the old log."""

from django.conf import settings
from django.dispatch import receiver

from portal import clock
from portal.clock import clock_moved
from portal.jobs.domain import Run, job_handler
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register
from portal.webhooks import queries
from portal.webhooks.dispatcher import Dispatcher
from portal.webhooks.domain import DELIVER, wake_delivery
from portal.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookReplay
from portal.webhooks.redelivery import REPLAY, work_on


@job_handler(DELIVER)
def deliver_webhooks(run: Run) -> None:
    """Deliver to every endpoint until nothing is due."""
    Dispatcher(run).deliver()


@job_handler(REPLAY)
def replay_events(run: Run) -> None:
    """Deliver again what somebody asked for, unless the endpoint is gone."""
    replay = WebhookReplay.objects.select_related("endpoint__partner").filter(pk=run.job.subject_id, ended_at=None)
    for open_one in replay:
        work_on(open_one, run)


@periodic(seconds=settings.JOB_SWEEP_SECONDS)
def wake_webhooks() -> None:
    """Start delivering when there is something to deliver."""
    if queries.is_work_waiting():
        wake_delivery()


@periodic(hours=1)
def drop_old_deliveries() -> None:
    """Drop deliveries that ended 30 days ago, with their attempts."""
    queries.drop_old()


register(Retention("Webhook deliveries, with their attempts", queries.KEPT, "they ended", drop_old_deliveries))


@receiver(clock_moved)
def _forget_later_times(is_back: bool = False, **_: object) -> None:
    """When the demo's clock was set back, what waited for a later time is due."""
    if is_back:
        WebhookDelivery.objects.filter(state=DeliveryState.WAITING).update(next_attempt_at=clock.now())
        WebhookEndpoint.objects.exclude(next_probe_at=None).update(next_probe_at=None)
