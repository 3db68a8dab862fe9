"""What a partner chooses: the reminders of a link, and customers who get none."""

from collections.abc import Mapping

from django.db import transaction

from onboarding.connect.choices import LinkState
from onboarding.connect.models import Connection, ConnectLink
from onboarding.reminders.choices import REMINDERS, SPANS, Touchpoint
from onboarding.reminders.models import LONGEST_TEXT, ReminderPlan, StoppedReminders
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.domain import one_line
from portal.problems import Problem, Refused, storable
from portal.web import clock


def plan_of(link: ConnectLink) -> ReminderPlan:
    """What is chosen for a link; one that is not stored and sends nothing, while nothing is."""
    return ReminderPlan.objects.select_related("link__partner").filter(link=link).first() or ReminderPlan(link=link)


def save_plan(
    link: ConnectLink, *, is_on: bool, delays: Mapping[Touchpoint, int], text: str, by: Actor
) -> ReminderPlan:
    """Choose which reminders customers of a link get, and when; one connectlink.reminders_changed event.

    Switched on, they count from now: nobody gets one that was due before.

    delays: of the chosen ones, in the units of SPANS. Refuses, all at once: LINK_IS_OVER, REMINDERS_NONE_CHOSEN,
    REMINDER_DELAY_UNAVAILABLE.
    """
    problems = [
        Problem("REMINDER_DELAY_UNAVAILABLE", touchpoint.value.lower())
        for touchpoint, count in delays.items()
        if touchpoint not in SPANS or count not in SPANS[touchpoint].counts
    ]
    if link.state == LinkState.ENDED:
        problems.append(Problem("LINK_IS_OVER"))
    if is_on and not delays:
        problems.append(Problem("REMINDERS_NONE_CHOSEN", "first"))
    if problems:
        raise Refused(*problems)
    with transaction.atomic():
        ReminderPlan.objects.get_or_create(link=link)
        plan = ReminderPlan.objects.select_for_update().get(link=link)
        if not is_on or plan.on_since is None:
            plan.on_since = clock.now() if is_on else None
        plan.first, plan.second, plan.third = (delays.get(touchpoint) for touchpoint in REMINDERS)
        plan.text = one_line(storable(text))[:LONGEST_TEXT]
        plan.save()
        data = {"is_on": is_on, "delays": {touchpoint.value: count for touchpoint, count in delays.items()}}
        record("connectlink.reminders_changed", subject=link, partner=link.partner, by=by, data=data)
    return plan


def stop_reminders(connection: Connection, *, by: Actor) -> None:
    """Send a customer no more reminders; one connection.reminders_stopped event. Repeating it has no effect."""
    with transaction.atomic():
        _, is_new = StoppedReminders.objects.get_or_create(
            connection=connection, defaults={"stopped_by": by.label[:200], "stopped_at": clock.now()}
        )
        if is_new:
            record("connection.reminders_stopped", subject=connection, partner=connection.partner, by=by)


def allow_reminders(connection: Connection, *, by: Actor) -> None:
    """Let a customer get reminders again; one connection.reminders_allowed event. Repeating it has no effect."""
    with transaction.atomic():
        count, _ = StoppedReminders.objects.filter(connection=connection).delete()
        if count:
            record("connection.reminders_allowed", subject=connection, partner=connection.partner, by=by)
