"""Consents that partners supply, and PDFs of every kind."""

import zlib
from datetime import date
from typing import Any

from django.urls import reverse
from fpdf import FPDF

from onboarding.connect.choices import ConsentDocument
from onboarding.connect.customer_emails import manage_path
from onboarding.connect.models import Connection, SuppliedConsent
from onboarding.connect.supplied import ConsentFacts, reject_consent, supply_consent
from portal.partners.models import Partner
from programs.models import Utility
from tests.onboarding.connect import builders
from tests.onboarding.connect.builders import BY, CAISO_UTILITY


def pdf(text: str = "Letter of authorization") -> bytes:
    """A PDF of one page."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    document.cell(text=text)
    return bytes(document.output())


def pdf_with(part: bytes) -> bytes:
    """The same with something in it."""
    return pdf().replace(b"/Type /Catalog", b"/Type /Catalog " + part)


def pdf_with_packed(part: bytes) -> bytes:
    """The same with something in a packed stream of objects."""
    packed = zlib.compress(part)
    stream = b"99 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream endobj\n"
    return pdf().replace(b"xref\n", stream % (len(packed), packed) + b"xref\n", 1)


def facts(**changes: Any) -> ConsentFacts:
    values = {
        "kind": ConsentDocument.LOA,
        "utility": Utility.objects.get(code=CAISO_UTILITY),
        "signer_name": "Alex Rivera",
        "signed_on": date(2026, 11, 1),
        "account_number": "1234567890",
    }
    return ConsentFacts(**{**values, **changes})


def supplied(connection: Connection, *, content: bytes = b"", **changes: Any) -> SuppliedConsent:
    return supply_consent(connection, facts(**changes), [content or pdf()], by=BY)


def fill(partner: Partner) -> dict[str, str]:
    """A customer who shares, signed and has supplied consents in two states; returns the pages' paths. Once in a
    database."""
    name = "shared-1"
    link = builders.link(partner, name, color="#1a4d2e", support_contact="help@acme.example")
    row = builders.connection(partner, name, link=link)
    row.sessions.update(answers={"customer_name": "Alex Rivera", "email": "alex@example.com"})
    given = builders.authorization(row)
    builders.point(given, joined=builders.meter(partner, name), account_number="99 1234 5678")
    builders.signature(row)
    reject_consent(supplied(row, content=pdf("first")), "The second page is missing.", by=BY)
    supplied(row, content=pdf("second"))
    shared = manage_path(row.sessions.get())
    return {
        "connection": reverse("connection", args=[row.pk]),
        "supply": reverse("supplied-consent-new", args=[row.pk]),
        "add": reverse("supplied-customer-new") + "?region=CAISO",
        "website": reverse("connect-link-embed", args=[link.pk]),
        "shared": shared,
        "spanish": f"{shared}?lang=es",
        "ask": reverse("connect-mine"),
    }
