"""Consents that partners collected elsewhere: supplied as a signed PDF, then confirmed or rejected by our staff.

A confirmed consent authorizes no meter by itself. IS_AUTHORIZED means that a utility gives us data: a utility takes a
letter or form days later, or not at all, and nothing in the catalogue says that a program takes a document instead.
When the utility has taken it, our staff record IS_AUTHORIZED for the meters (onboarding/staff), or its data arrive.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from onboarding.connect import ledger
from onboarding.connect.choices import ConsentDocument, ConsentState, NoteKind
from onboarding.connect.contacting import zones_for
from onboarding.connect.links import reference_of
from onboarding.connect.models import Connection, SuppliedConsent
from onboarding.connect.notes import note
from onboarding.connect.notifications import tell_decided
from onboarding.connect.pdf_files import read_pdf
from onboarding.connect.queries import link_region_choices
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Partner
from portal.problems import Problem, Refused, shown, storable
from portal.security.limits import within_limit
from portal.storage.files import StoredFile, remove, store
from portal.web import clock
from programs.identifiers import reference_key
from programs.models import Utility

CALIFORNIA: Final = "CAISO"
MOST_PER_DAY: Final = 1_000
_EVENTS: Final = {
    NoteKind.CONSENT_SUPPLIED: "supplied",
    NoteKind.CONSENT_CONFIRMED: "confirmed",
    NoteKind.CONSENT_REJECTED: "rejected",
    NoteKind.CONSENT_WITHDRAWN: "withdrawn",
}
_WITHDRAWN_FROM: Final = (ConsentState.SUBMITTED, ConsentState.CONFIRMED, ConsentState.REJECTED)


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """What a partner says of a document."""

    kind: ConsentDocument
    utility: Utility
    signer_name: str
    signed_on: date
    valid_until: date | None = None
    title: str = ""
    account_number: str = ""
    service_point_number: str = ""
    customer_name: str = ""
    customer_email: str = ""


# --- what partners do


def supply_consent(connection: Connection, facts: ConsentFacts, file: Iterable[bytes], *, by: Actor) -> SuppliedConsent:
    """Keep a customer's consent for review: a line in the ledger, a note, one suppliedconsent.supplied event.

    Refuses: all that `problems_of` and `read_pdf` tell, CONSENT_TOO_MANY, CONSENT_SUPPLIED_ALREADY.
    """
    _check(connection.partner, connection.transmission_region, facts)
    with _stored(file) as stored, transaction.atomic():
        return _add(connection, facts, stored, by=by)


def supply_for_new_customer(
    partner: Partner, reference: str, region: str, facts: ConsentFacts, file: Iterable[bytes], *, by: Actor
) -> SuppliedConsent:
    """A customer who has opened no link, with a consent of theirs. The funnel counts them once they open one.

    Refuses, besides what `supply_consent` does: LINK_REFERENCE_UNUSABLE, CONSENT_REFERENCE_TAKEN,
    LINK_REGION_WITHOUT_CONNECT. A customer is kept only with a consent.
    """
    reference, taken = _checked_reference(reference), Problem("CONSENT_REFERENCE_TAKEN", "reference", shown(reference))
    if region not in dict(link_region_choices()):
        raise Refused(Problem("LINK_REGION_WITHOUT_CONNECT", "region", region, {"region": region}))
    if Connection.objects.filter(partner=partner, reference_key=reference_key(reference)).exists():
        raise Refused(taken)
    _check(partner, region, facts)
    now = clock.now()
    connection = Connection(
        partner=partner,
        reference=reference,
        transmission_region=region,
        started_at=now,
        last_interaction_at=now,
        passed=0,
    )
    try:
        with _stored(file) as stored, transaction.atomic():
            connection.save(force_insert=True)
            return _add(connection, facts, stored, by=by)
    except IntegrityError as error:  # the same reference, this very moment
        raise Refused(taken) from error


def _check(partner: Partner, region: str, facts: ConsentFacts) -> None:
    if not within_limit("connect.consent", str(partner.pk), most=MOST_PER_DAY, per=timedelta(days=1)):
        raise Refused(Problem("CONSENT_TOO_MANY", context={"most": MOST_PER_DAY}))
    if problems := problems_of(facts, region):
        raise Refused(*problems)


@contextmanager
def _stored(file: Iterable[bytes]) -> Iterator[StoredFile]:
    """The file, looked at and kept; it is removed when what follows fails."""
    content = read_pdf(file, most=settings.CONSENT_MAX_BYTES)
    stored = store([content], folder="consents", suffix=".pdf", limit=settings.CONSENT_MAX_BYTES)
    try:
        yield stored
    except BaseException:
        remove(stored.name)
        raise


def _add(connection: Connection, facts: ConsentFacts, stored: StoredFile, *, by: Actor) -> SuppliedConsent:
    supplied = SuppliedConsent(
        partner=connection.partner,
        connection=connection,
        file=stored.name,
        size=stored.size,
        sha256=stored.sha256,
        supplied_by=by.label[:200],
        supplied_at=clock.now(),
        **{field.name: getattr(facts, field.name) for field in fields(facts)},
    )
    try:
        with transaction.atomic():
            supplied.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(Problem("CONSENT_SUPPLIED_ALREADY", "file")) from error
    _tell(supplied, NoteKind.CONSENT_SUPPLIED, by=by)
    return supplied


def _checked_reference(text: str) -> str:
    try:
        reference = reference_of({"refId": text})
    except Refused as refusal:
        raise Refused(Problem("LINK_REFERENCE_UNUSABLE", "reference", shown(text))) from refusal
    if not reference:
        raise Refused(Problem("LINK_REFERENCE_MISSING", "reference"))
    return reference


def withdraw_consent(supplied: SuppliedConsent, *, by: Actor) -> bool:
    """Nobody relies on a consent any more: the customer took it back, or it was a mistake. Its file stays as evidence.

    Repeating it has no effect. Returns whether it was withdrawn now; one suppliedconsent.withdrawn event.
    """
    with transaction.atomic():
        held = _held(supplied)
        if held.state not in _WITHDRAWN_FROM:
            return False
        held.state, held.withdrawn_by, held.withdrawn_at = ConsentState.WITHDRAWN, by.label[:200], clock.now()
        held.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
        _tell(held, NoteKind.CONSENT_WITHDRAWN, by=by)
    return True


# --- what our staff do


def confirm_consent(supplied: SuppliedConsent, *, by: Actor) -> None:
    """The document is what it should be. A line in the ledger, a note, an email to the partner's people, one
    suppliedconsent.confirmed event. No meter is authorized by it (see above).

    Refuses: CONSENT_DECIDED_ALREADY, CONSENT_HAS_ENDED.
    """
    with transaction.atomic():
        held = _to_decide(supplied)
        if is_over(held.valid_until, held.connection.transmission_region):
            raise Refused(Problem("CONSENT_HAS_ENDED"))
        _decide(held, ConsentState.CONFIRMED, NoteKind.CONSENT_CONFIRMED, by=by)


def reject_consent(supplied: SuppliedConsent, reason: str, *, by: Actor) -> None:
    """The document cannot be used, for a reason that the partner reads. Otherwise as `confirm_consent`; the event is
    suppliedconsent.rejected, and it is among the partner's things to do.

    Refuses: CONSENT_DECIDED_ALREADY, CONSENT_REASON_MISSING.
    """
    reason = storable(" ".join(reason.split()))[:500]
    if not reason:
        raise Refused(Problem("CONSENT_REASON_MISSING", "reason"))
    with transaction.atomic():
        held = _to_decide(supplied)
        held.reason = reason
        _decide(held, ConsentState.REJECTED, NoteKind.CONSENT_REJECTED, by=by)


def _decide(held: SuppliedConsent, state: ConsentState, kind: NoteKind, *, by: Actor) -> None:
    held.state, held.decided_by, held.decided_at = state, by.label[:200], clock.now()
    held.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _tell(held, kind, by=by)
    tell_decided(held)


def _to_decide(supplied: SuppliedConsent) -> SuppliedConsent:
    held = _held(supplied)
    if held.state != ConsentState.SUBMITTED:
        who = held.decided_by or held.withdrawn_by
        raise Refused(Problem("CONSENT_DECIDED_ALREADY", context={"state": held.status.label.lower(), "who": who}))
    return held


def _held(supplied: SuppliedConsent) -> SuppliedConsent:
    rows = SuppliedConsent.objects.select_for_update(of=("self",))
    return rows.select_related("partner", "connection", "utility").get(pk=supplied.pk)


def _tell(supplied: SuppliedConsent, kind: NoteKind, *, by: Actor) -> None:
    """The ledger's line, the connection's note and the event."""
    verb = _EVENTS[kind]
    ledger.write_supplied(supplied, verb, by=by)
    facts = {"who": by.label, "utility": supplied.utility.name, "document": supplied.document}
    note(supplied.connection, kind, facts=facts | {"reason": supplied.reason})
    data = {
        "partner_reference": supplied.connection.reference,
        "document": supplied.kind,
        "utility_name": supplied.utility.code,
        "sha256": supplied.sha256,
    }
    data |= {"reason": supplied.reason} if kind == NoteKind.CONSENT_REJECTED else {}
    record(f"suppliedconsent.{verb}", subject=supplied, partner=supplied.partner, by=by, data=data)


# --- what is wrong with what a partner says


def problems_of(facts: ConsentFacts, region: str) -> list[Problem]:
    """What is missing or cannot be, all at once: each kind of document has its own required facts."""
    problems = []
    if facts.kind == ConsentDocument.OTHER and not facts.title:
        problems.append(Problem("CONSENT_TITLE_MISSING", "title"))
    if facts.kind == ConsentDocument.CISR_DRP and not _is_californian(facts.utility, region):
        problems.append(Problem("CONSENT_NOT_IN_CALIFORNIA", "kind", context={"utility": facts.utility.name}))
    if facts.kind == ConsentDocument.CISR_DRP and not facts.account_number:
        problems.append(Problem("CONSENT_ACCOUNT_MISSING", "account_number"))
    if not facts.account_number and not facts.service_point_number and facts.kind != ConsentDocument.CISR_DRP:
        problems.append(Problem("CONSENT_NUMBER_MISSING", "account_number"))
    today = max(_todays(region))
    if facts.signed_on > today:
        problems.append(Problem("CONSENT_SIGNED_LATER", "signed_on"))
    if facts.valid_until and facts.valid_until < facts.signed_on:
        problems.append(Problem("CONSENT_ENDS_BEFORE", "valid_until"))
    elif is_over(facts.valid_until, region):
        problems.append(Problem("CONSENT_HAS_ENDED", "valid_until"))
    return problems


def is_over(valid_until: date | None, region: str) -> bool:
    """Whether the last day of a consent is over wherever the region is."""
    return valid_until is not None and valid_until < min(_todays(region))


def _is_californian(utility: Utility, region: str) -> bool:
    return region == CALIFORNIA and utility.transmission_region in ("", CALIFORNIA)


def _todays(region: str) -> list[date]:
    now = clock.now()
    return [now.astimezone(zone).date() for zone in zones_for({}, region)]
