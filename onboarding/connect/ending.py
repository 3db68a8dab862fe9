"""The end of an authorization: revoked by the customer, revoked or expired at the utility, or refused to us."""

from django.db import transaction

from onboarding.connect import ledger
from onboarding.connect.absorb import data_of, state_facts
from onboarding.connect.authorize import endpoints_of, session_to
from onboarding.connect.choices import AuthorizationState, DataState, EndReason, NoteKind
from onboarding.connect.customer_emails import write_ended
from onboarding.connect.models import Authorization
from onboarding.connect.notes import note
from onboarding.connect.notifications import tell_ended
from onboarding.green_button import oauth
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.jobs.models import Job
from portal.web import clock

_SECONDS = 15


def end(authorization: Authorization, reason: EndReason, *, by: Actor | None = None, address: str = "") -> bool:
    """An authorization is over: nothing is fetched any more, its meters lose IS_AUTHORIZED unless another one runs, a
    line in the ledger, one authorization.ended event. Returns whether it ran until now.

    When it was the customer's doing, our tokens are revoked at the utility by a job; otherwise they are dropped.
    """
    with transaction.atomic():
        held = (
            Authorization.objects.select_for_update(of=("self",))
            .select_related("partner", "connection", "utility", "session__link__partner")
            .get(pk=authorization.pk)
        )
        if not held.is_running:
            return False
        held.ended_at, held.end_reason, held.data_state = clock.now(), reason, DataState.ENDED
        held.next_fetch_at = None
        if reason != EndReason.BY_CUSTOMER:
            held.access_token = held.refresh_token = ""
        held.save(
            update_fields=["ended_at", "end_reason", "data_state", "next_fetch_at", "access_token", "refresh_token"]
        )
        ledger.write_ended(held, reason, address=address)
        facts = {"utility": held.utility.name, "reason": reason.label}
        note(held.connection, NoteKind.ENDED, authorization=held, facts=facts)
        actor = by or data_of(held.utility)
        data = {"reason": reason.value, "utility_name": held.utility.code}
        data |= {"partner_reference": held.connection.reference if held.connection else ""}
        record("authorization.ended", subject=held, partner=held.partner, by=actor, data=data)
        meters = set(held.service_points.filter(meter__isnull=False).values_list("meter", flat=True))
        if meters:
            state_facts(meters, by=actor)
        write_ended(held)
        tell_ended(held)
        if reason == EndReason.BY_CUSTOMER:
            enqueue("connect.revoke", subject_id=held.pk, partner=held.partner)
    return True


def end_expired() -> int:
    """End the authorizations whose time is over; returns how many."""
    over = Authorization.objects.filter(
        state=AuthorizationState.COMPLETED, ended_at=None, ends_at__isnull=False, ends_at__lte=clock.now()
    )
    return sum(end(authorization, EndReason.EXPIRED) for authorization in over[:1000])


def forget_tokens(job: Job) -> None:
    """The utility cannot be told: forget our tokens all the same, since the customer wants no more of it."""
    Authorization.objects.filter(pk=job.subject_id).update(access_token="", refresh_token="")


def revoke_tokens(run: Run) -> None:
    """Tell a utility that we give our tokens up, then forget them. Where it has no address for that, only forget."""
    rows = Authorization.objects.select_related("utility__green_button")
    authorization = rows.filter(pk=run.job.subject_id, end_reason=EndReason.BY_CUSTOMER).first()
    if authorization is None or not (authorization.refresh_token or authorization.access_token):
        return
    connection = getattr(authorization.utility, "green_button", None)
    if connection and connection.revocation_url:
        with session_to(connection, seconds=_SECONDS) as session:
            try:
                token = authorization.refresh_token or authorization.access_token
                oauth.revoke(session, endpoints_of(connection), token=token)
            except oauth.OAuthError:
                pass  # it does not know them any more
    with run.chunk():
        Authorization.objects.filter(pk=authorization.pk).update(access_token="", refresh_token="")
