"""Consents that partners supply, and PDFs of every kind."""

import zlib
from datetime import date
from typing import Any

from fpdf import FPDF

from onboarding.connect.choices import ConsentDocument
from onboarding.connect.models import Connection, SuppliedConsent
from onboarding.connect.supplied import ConsentFacts, supply_consent
from programs.models import Utility
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
