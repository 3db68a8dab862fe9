"""The consent ledger: lines are added, never changed, and outlive what they tell of."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Final

from onboarding.connect.choices import EndReason
from onboarding.connect.contacting import zones_for
from onboarding.connect.models import Authorization, Consent, SuppliedConsent
from portal.events.actors import Actor
from portal.web import clock

EXPORTED: Final = (
    "at",
    "what",
    "reference_id",
    "customer_name",
    "customer_email",
    "utility",
    "scope",
    "valid_from",
    "valid_to",
    "reason",
    "authorization_id",
    "evidence",
    "supplied_consent_id",
)


def write_granted(authorization: Authorization, *, address: str) -> None:
    """The customer allowed a utility's data to be shared: who, what, from when to when, and the evidence."""
    signatures = authorization.session.signatures.order_by("pk")
    evidence = {
        "from_address": address,
        "session": str(authorization.session_id),
        "initiated_at": authorization.initiated_at.isoformat(),
        "returned_at": authorization.returned_at.isoformat() if authorization.returned_at else "",
        "documents": [f"{one.code} {one.version} {one.language} sha256:{one.sha256}" for one in signatures],
    }
    _write(authorization, "granted", evidence=evidence, valid_to=authorization.ends_at)


def write_ended(authorization: Authorization, reason: EndReason, *, address: str = "") -> None:
    """What was allowed has ended, for a reason."""
    evidence = {"from_address": address} if address else {}
    _write(authorization, "ended", reason=reason, evidence=evidence, valid_to=authorization.ended_at or clock.now())


def write_supplied(supplied: SuppliedConsent, verb: str, *, by: Actor) -> None:
    """A consent that a partner supplied was handed in, confirmed, rejected or withdrawn: by whom, and the document."""
    evidence = {
        "document": supplied.document,
        "sha256": supplied.sha256,
        "size": supplied.size,
        "signed_by": supplied.signer_name,
        "signed_on": supplied.signed_on.isoformat(),
        "account_number": supplied.account_number,
        "service_point_number": supplied.service_point_number,
        "supplied_by": supplied.supplied_by,
        "decided_by": supplied.decided_by,
        "reason": supplied.reason,
        "by": by.label,
        "from_address": by.address,
    }
    zone = zones_for({}, supplied.connection.transmission_region)[0]
    end = supplied.valid_until + timedelta(days=1) if supplied.valid_until else None
    Consent.objects.create(
        owner=supplied.partner_id,
        partner_name=supplied.partner.name,
        reference=supplied.connection.reference,
        reference_key=supplied.connection.reference_key,
        supplied_consent=supplied.pk,
        verb=verb,
        customer_name=supplied.customer_name or supplied.signer_name,
        customer_email=supplied.customer_email,
        utility=supplied.utility.code,
        valid_from=datetime.combine(supplied.signed_on, time(), tzinfo=zone),
        valid_to=datetime.combine(end, time(), tzinfo=zone) if end else None,
        evidence={name: value for name, value in evidence.items() if value},
        at=clock.now(),
    )


def _write(
    authorization: Authorization,
    verb: str,
    *,
    evidence: Mapping[str, object],
    valid_to: datetime | None,
    reason: str = "",
) -> None:
    answers, connection = authorization.session.answers, authorization.connection
    Consent.objects.create(
        owner=authorization.partner_id,
        partner_name=authorization.partner.name,
        reference=connection.reference if connection else "",
        reference_key=connection.reference_key if connection else "",
        authorization=authorization.pk,
        verb=verb,
        customer_name=str(answers.get("customer_name", ""))[:128],
        customer_email=str(answers.get("email", ""))[:254],
        utility=authorization.utility.code,
        scope=authorization.scope,
        valid_from=authorization.starts_at,
        valid_to=valid_to,
        reason=reason,
        evidence=dict(evidence),
        at=clock.now(),
    )


def export_lines(consents: Iterable[Consent]) -> Iterator[list[object]]:
    """Lines of the ledger in the order of EXPORTED."""
    for consent in consents:
        yield [
            consent.at.isoformat(),
            consent.get_verb_display(),
            consent.reference,
            consent.customer_name,
            consent.customer_email,
            consent.utility,
            consent.scope,
            consent.valid_from.isoformat() if consent.valid_from else "",
            consent.valid_to.isoformat() if consent.valid_to else "",
            EndReason(consent.reason).label if consent.reason else "",
            str(consent.authorization or ""),
            "; ".join(f"{name}: {_text(value)}" for name, value in consent.evidence.items()),
            str(consent.supplied_consent or ""),
        ]


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
