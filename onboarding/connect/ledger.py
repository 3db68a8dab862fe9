"""The consent ledger: lines are added, never changed, and outlive what they tell of."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from onboarding.connect.choices import EndReason
from onboarding.connect.models import Authorization, Consent
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
    _write(authorization, "granted", evidence=evidence)


def write_ended(authorization: Authorization, reason: EndReason, *, address: str = "") -> None:
    """What was allowed has ended, for a reason."""
    _write(authorization, "ended", reason=reason, evidence={"from_address": address} if address else {})


def _write(authorization: Authorization, verb: str, *, evidence: Mapping[str, object], reason: str = "") -> None:
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
        valid_to=authorization.ends_at,
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
            str(consent.authorization),
            "; ".join(f"{name}: {_text(value)}" for name, value in consent.evidence.items()),
        ]


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
