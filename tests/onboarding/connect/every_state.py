"""A partner with a connection in every state, for whoever wants to look at the pages."""

from datetime import timedelta

from onboarding.connect.choices import (
    AuthorizationState,
    DataState,
    EndReason,
    FailureReason,
    NoteKind,
    SessionState,
    Step,
)
from onboarding.connect.models import Connection
from onboarding.connect.notes import note
from portal.partners.models import Partner
from portal.web import clock
from tests.onboarding.connect import builders as make

LONG = "site-with-a-very-long-reference-id-" + "0123456789" * 8


def fill(partner: Partner) -> dict[str, Connection]:
    """Connections by what they are; "question" waits for a decision, "texas" for an ESI ID."""
    day, now = timedelta(days=1), clock.now()
    link = make.link(partner, welcome="Thank you for joining.", support_contact="help@acme.example", color="#0b5f5b")
    make.host(partner)

    def row(
        reference: str, days: int, session: SessionState = SessionState.COMPLETED, step: Step = Step.DONE
    ) -> Connection:
        started = now - days * day
        return make.connection(
            partner, reference, link=link, started=started, session=session, step=step, asked=("DEMO2",)
        )

    rows = {
        "opened": row("home-opened", 0, SessionState.CREATED, Step.WELCOME),
        "updated": row("home-in-progress", 0, SessionState.UPDATED, Step.AGREEMENTS),
        "left": row("home-left", 2, SessionState.CLOSED, Step.ABOUT),
        "waiting": row("home-waiting", 1),
        "received": row(LONG, 6),
        "overdue": row("home-overdue", 5),
        "ended": row("home-ended", 40),
        "failed": row("home-failed", 1, SessionState.UPDATED, Step.UTILITY),
        "question": row("home-question", 1),
        "texas": make.needs_esi_id(partner, "warehouse-12"),
    }
    waiting = make.authorization(rows["waiting"], data=DataState.WAITING)
    said = {"utility": waiting.utility.name}
    expected = now + day
    note(rows["waiting"], NoteKind.AUTHORIZED, authorization=waiting, facts=said, expected_by=expected)
    received = make.authorization(rows["received"], ends_at=now + 300 * day)
    meter = make.meter(partner, LONG[:64], connection_references=[LONG])
    make.point(received, joined=meter)
    make.consent(received, customer_name="Alexandra Rivera")
    note(rows["received"], NoteKind.METER_CREATED, authorization=received, facts={"meter": str(meter.pk)})
    make.authorization(rows["received"], utility="DEMO2", state=AuthorizationState.INITIATED)
    overdue = make.authorization(rows["overdue"], data=DataState.OVERDUE)
    note(rows["overdue"], NoteKind.DATA_OVERDUE, authorization=overdue, facts=said)
    ended = make.authorization(
        rows["ended"], data=DataState.ENDED, ended_at=now - 3 * day, end_reason=EndReason.BY_CUSTOMER
    )
    make.consent(ended)
    make.consent(ended, verb="ended")
    note(rows["ended"], NoteKind.ENDED, authorization=ended, facts=said | {"reason": "Revoked by the customer"})
    for reason in FailureReason:
        failed = make.authorization(rows["failed"], state=AuthorizationState.FAILED, failure=reason)
        told = said | {"reason": reason.label}
        note(rows["failed"], NoteKind.NOT_AUTHORIZED, authorization=failed, facts=told)
    make.question(rows["question"])
    for connection in rows.values():
        make.signature(connection)
        make.signature(connection, "Rule 24 data release authorization")
    return rows
