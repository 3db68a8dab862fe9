"""The sandbox beside a real partner: made, kept in step with it, reset. What fills it is a room above.

A sandbox is a partner of its own, so that everything works in it as in the real one and nothing is shared with it. Its
people and rules are those of the real partner. Whoever reads rows of several partners leaves sandboxes out with
`Partner.objects.real()` or `queries.of_real_partners`.
"""

from collections.abc import Iterator
from itertools import count
from typing import Final

from django.db import transaction
from django.db.models import Max, Q

from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.models import Event
from portal.jobs.domain import enqueue
from portal.jobs.models import Job, JobState
from portal.partners.models import Membership, Partner
from portal.problems import Problem, Refused

FILL: Final = "sandbox.fill"  # the job that deletes what a sandbox holds and fills it with made-up data
_NAME, _SLUG = "sandbox", "sandbox"
_FOLLOWED: Final = ("time_zone", "requires_two_factor", "is_active", "api_requests_per_minute")


def create_sandbox(real: Partner, *, by: Actor) -> Partner:
    """Make the sandbox of a partner, with the same people, and have it filled. The second time it finds the first one.

    Refuses: SANDBOX_OF_SANDBOX.
    """
    with transaction.atomic():
        locked = Partner.objects.select_for_update().get(pk=real.pk)
        if locked.is_sandbox:
            raise Refused(Problem("SANDBOX_OF_SANDBOX"))
        sandbox = Partner.objects.filter(sandbox_of=locked).first()
        if sandbox is not None:
            return sandbox
        name, slug = next(_free_names(locked))
        sandbox = Partner.objects.create(name=name, slug=slug, sandbox_of=locked)
        record("partner.sandbox_created", subject=sandbox, partner=locked, by=by, data={"name": name})
        keep_in_step(locked, by=by)
        enqueue(FILL, subject_id=sandbox.pk, partner=sandbox)
    return sandbox


def _free_names(real: Partner, *, besides: Partner | None = None) -> Iterator[tuple[str, str]]:
    """Names and slugs for the sandbox of a partner that nobody else has."""
    others = Partner.objects.exclude(pk=besides.pk) if besides else Partner.objects.all()
    for number in count(1):
        more = "" if number == 1 else f" {number}"
        name = f"{real.name[:110]} ({_NAME}{more})"
        slug = f"{real.slug[:50]}-{_SLUG}{more.replace(' ', '-')}"
        if not others.filter(Q(name__iexact=name) | Q(slug=slug)).exists():
            yield name, slug


def keep_in_step(real: Partner, *, by: Actor) -> None:
    """Give the sandbox of a partner, if it has one, the partner's people, roles and rules as they are now.

    Call it in the transaction that changes them. Repeating it changes nothing.
    """
    sandbox = Partner.objects.select_for_update().filter(sandbox_of=real.pk).first()
    if sandbox is None:
        return
    _follow_rules(sandbox, Partner.objects.get(pk=real.pk))
    _follow_people(sandbox, real, by)


def _follow_rules(sandbox: Partner, real: Partner) -> None:
    changes = {name: getattr(real, name) for name in _FOLLOWED if getattr(sandbox, name) != getattr(real, name)}
    if not sandbox.name.startswith(f"{real.name[:110]} ({_NAME}"):
        changes["name"] = next(_free_names(real, besides=sandbox))[0]  # its slug is in addresses, and stays
    for name, value in changes.items():
        setattr(sandbox, name, value)
    if changes:
        sandbox.save(update_fields=list(changes))


def _follow_people(sandbox: Partner, real: Partner, by: Actor) -> None:
    """One event in the sandbox's log for each person who comes, goes or gets another role."""
    wanted = {member.user_id: member for member in real.memberships.select_related("user").order_by("pk")}
    present = {member.user_id: member for member in sandbox.memberships.select_related("user")}
    for user, member in wanted.items():
        held = present.get(user)
        said: dict[str, object] = {"email": member.user.email, "role": member.role}
        if held is None:
            held = Membership.objects.create(partner=sandbox, user_id=user, role=member.role)
            record("member.joined", subject=held, partner=sandbox, by=by, data=said)
        elif held.role != member.role:
            said["role"] = [held.role, member.role]
            held.role = member.role
            held.save(update_fields=["role"])
            record("member.role_changed", subject=held, partner=sandbox, by=by, data=said)
    for user, gone in present.items():
        if user not in wanted:
            record("member.removed", subject=gone, partner=sandbox, by=by, data={"email": gone.user.email})
            gone.delete()


def refuse_in_sandbox(partner: Partner) -> None:
    """Refuses SANDBOX_FOLLOWS, for what a sandbox has from its real partner."""
    if partner.is_sandbox:
        raise Refused(Problem("SANDBOX_FOLLOWS"))


def reset_sandbox(sandbox: Partner, *, by: Actor) -> bool:
    """Have everything in a sandbox deleted and made-up data put in its place; whether that begins now.

    While it is being filled, asking again changes nothing. Keys, webhooks and people stay. Refuses: NO_SANDBOX.
    """
    with transaction.atomic():
        locked = Partner.objects.select_for_update().get(pk=sandbox.pk)
        if locked.sandbox_of is None:
            raise Refused(Problem("NO_SANDBOX"))
        if filling_of(locked) is not None:
            return False
        locked.filled_at = None
        locked.save(update_fields=["filled_at"])
        record("partner.sandbox_reset", subject=locked, partner=locked.sandbox_of, by=by, data={"name": locked.name})
        enqueue(FILL, subject_id=locked.pk, partner=locked)
    return True


def filling_of(sandbox: Partner) -> Job | None:
    """The job that fills a sandbox, while it waits or runs; None once it has ended, well or not."""
    jobs = Job.objects.filter(kind=FILL, subject_id=str(sandbox.pk))
    return jobs.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).first()


def begin_log_anew(sandbox: Partner) -> None:
    """Show its log, and the stream of its events, from now on. What was before is sealed with the log, and stays."""
    newest = Event.objects.filter(partner=sandbox).aggregate(newest=Max("pk"))["newest"] or 0
    Partner.objects.filter(pk=sandbox.pk).update(log_from=newest)
