"""Asking that a customer is erased, and doing it place by place. Runs as the job privacy.erase."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from onboarding.privacy import upload_rows
from onboarding.privacy.customer import MOST_CONNECTIONS, MOST_METERS, Customer, Marks, customer_of
from onboarding.privacy.mentions import QUOTING, erase_quotes, quoting_rows
from onboarding.privacy.models import CustomerErasure, ErasureState
from onboarding.privacy.noted import Note, note_all
from onboarding.privacy.places import INTERVALS, KEPT, PLACES, Place
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from portal.web import clock

ERASE: Final = "privacy.erase"
QUOTES: Final = "Quotes in other messages"


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows of one kind there are, and what becomes of them."""

    what: str
    rows: int
    told: str


def what_is_held(customer: Customer) -> tuple[list[Found], list[Found]]:
    """What an erasure would remove, and what it would keep: every kind of which there is something."""
    kinds = dict.fromkeys(PLACES)
    erased = [Found(place.what, place.rows(customer).count(), place.told) for place in kinds]
    quotes = sum(quoting_rows(quoting, customer).count() for quoting in QUOTING)
    erased.append(Found(QUOTES, quotes, "The customer’s words are replaced by XXXXX"))
    kept = [Found(place.what, place.rows(customer).count(), place.told) for place in KEPT]
    return [one for one in erased if one.rows], [one for one in kept if one.rows]


def refuse_unclear(customer: Customer) -> None:
    """Refuses: CUSTOMER_NOT_CHOSEN, CUSTOMER_TOO_LARGE."""
    if not (customer.meters or customer.connections):
        raise Refused(Problem("CUSTOMER_NOT_CHOSEN"))
    if len(customer.meters) > MOST_METERS or len(customer.connections) > MOST_CONNECTIONS:
        most = {"meters": MOST_METERS, "connections": MOST_CONNECTIONS}
        raise Refused(Problem("CUSTOMER_TOO_LARGE", context=most))


def refuse_open_uploads(customer: Customer) -> None:
    """Refuses: ERASURE_UPLOAD_OPEN, for each upload whose file would bring the customer back."""
    open_uploads = upload_rows.open_uploads_of(customer)
    problems = [Problem("ERASURE_UPLOAD_OPEN", context={"file": upload.file_name}) for upload in open_uploads]
    if problems:
        raise Refused(*problems)


def ask_erasure(
    partner: Partner,
    user: User,
    *,
    meters: Collection[UUID],
    connections: Collection[UUID],
    with_intervals: bool,
    by: Actor,
) -> CustomerErasure:
    """Queue the erasure of the customer who has these meters and connections.

    Refuses: CUSTOMER_NOT_CHOSEN, CUSTOMER_TOO_LARGE, ERASURE_UPLOAD_OPEN.
    """
    customer = customer_of(partner, meters, connections)
    refuse_unclear(customer)
    refuse_open_uploads(customer)
    return _queue(CustomerErasure(partner=partner, user=user, with_intervals=with_intervals), customer, by)


def _queue(erasure: CustomerErasure, customer: Customer, by: Actor) -> CustomerErasure:
    kinds, _ = what_is_held(customer)
    erasure.counts = {kind.what: kind.rows for kind in kinds}
    if erasure.with_intervals and (series := INTERVALS.rows(customer).count()):
        erasure.counts[INTERVALS.what] = series
    erasure.meters = [str(pk) for pk in customer.meters]
    erasure.connections = [str(pk) for pk in customer.connections]
    erasure.marks, erasure.actor = customer.marks.as_json(), by.as_json()
    with transaction.atomic():
        erasure.save(force_insert=True)
        data = {"meters": len(customer.meters), "connections": len(customer.connections)}
        record("customererasure.asked", subject=erasure, partner=erasure.partner, by=by, data=data)
        enqueue(ERASE, subject_id=erasure.pk, partner=erasure.partner)
    return erasure


def repeat(note: Note, *, by: Actor) -> CustomerErasure:
    """Queue an erasure anew that a restored database knows nothing of; one with nothing left to erase is done already.

    Refuses: ERASURE_UPLOAD_OPEN.
    """
    partner = Partner.objects.get(pk=note.partner)
    customer = customer_of(partner, note.meters, note.connections)
    refuse_open_uploads(customer)
    return _queue(CustomerErasure(pk=note.id, partner=partner, with_intervals=note.with_intervals), customer, by)


def erase(run: Run) -> None:
    """Erase place by place. Each is a chunk with its checkpoint: a job that is killed goes on where it was."""
    erasure = CustomerErasure.objects.select_related("partner").get(pk=run.job.subject_id)
    if not erasure.status.moving:
        return
    note_all()
    by, steps = Actor.from_json(erasure.actor), list(_steps(erasure))
    CustomerErasure.objects.filter(pk=erasure.pk).update(state=ErasureState.RUNNING)
    while (number := run.checkpoint.get("step", 0)) < len(steps):
        with run.chunk() as chunk:
            _take(steps[number], erasure, by)
            chunk.checkpoint, chunk.done, chunk.total = {"step": number + 1}, number + 1, len(steps)
        run.yield_to_other_partners()
    with run.chunk():
        _finish(erasure, by)


def _steps(erasure: CustomerErasure) -> Iterator[Place | None]:
    """The places in their order, and None for the quotes."""
    yield from ([INTERVALS] if erasure.with_intervals else [])
    yield None
    yield from PLACES


def _take(place: Place | None, erasure: CustomerErasure, by: Actor) -> None:
    customer = Customer(
        erasure.partner,
        tuple(map(UUID, erasure.meters)),
        tuple(map(UUID, erasure.connections)),
        Marks.from_json(erasure.marks),
    )
    if place is None:
        for quoting in QUOTING:
            erase_quotes(quoting, customer)
    elif place.erase:
        place.erase(place.rows(customer), customer, by)


def _finish(erasure: CustomerErasure, by: Actor) -> None:
    CustomerErasure.objects.filter(pk=erasure.pk).update(state=ErasureState.DONE, marks={}, finished_at=clock.now())
    record("customererasure.done", subject=erasure, partner=erasure.partner, by=by, data={"rows": erasure.counts})


def give_up(pk: str) -> None:
    """An erasure that cannot go on says so; it is asked for again with the same meters, which finishes it."""
    CustomerErasure.objects.filter(pk=pk).exclude(state=ErasureState.DONE).update(
        state=ErasureState.FAILED, finished_at=clock.now()
    )


def take_up_again(erasure: CustomerErasure, *, by: Actor) -> None:
    """Go on with an erasure that stopped partway, by what its customer was recognized by."""
    with transaction.atomic():
        stopped = CustomerErasure.objects.filter(pk=erasure.pk, state=ErasureState.FAILED)
        if stopped.update(state=ErasureState.ASKED, finished_at=None):
            record("customererasure.taken_up_again", subject=erasure, partner=erasure.partner, by=by)
            enqueue(ERASE, subject_id=erasure.pk, partner=erasure.partner)
