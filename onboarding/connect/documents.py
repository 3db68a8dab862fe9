"""The PDF of what a customer signed: the text as it was shown, and who signed it, when and from where."""

from datetime import UTC
from importlib.resources import files
from typing import Final

from fontTools.ttLib import TTFont
from fpdf import FPDF

from onboarding.connect.choices import SignedAs
from onboarding.connect.models import ConnectSession, Signature
from portal.problems import storable
from portal.storage.files import StoredFile, store
from programs.models import Agreement

_FONTS: Final = files("ttf_opensans") / "ttf"
_MARGIN_MM: Final = 22
_MOST_BYTES: Final = 5_000_000


def store_signed(signature: Signature, agreement: Agreement, session: ConnectSession) -> StoredFile:
    """Write and keep the PDF of a signed agreement."""
    content = bytes(signed_pdf(signature, agreement, session).output())
    return store([content], folder="signed", suffix=".pdf", limit=_MOST_BYTES)


def signed_pdf(signature: Signature, agreement: Agreement, session: ConnectSession) -> FPDF:
    """Letter size: title, partner, text, and the signature with its facts."""
    pdf = _Document()
    pdf.set_title(agreement.title)
    pdf.set_author(session.link.shown_name)
    pdf.set_creation_date(signature.signed_at)
    pdf.add_page()
    pdf.heading(agreement.title)
    pdf.small(f"Between the customer and {session.link.shown_name}. Version {agreement.version}.")
    for paragraph in agreement.body.split("\n\n"):
        pdf.paragraph(" ".join(paragraph.split()))
    pdf.signature(signature.name, _facts(signature))
    return pdf


def _facts(signature: Signature) -> list[tuple[str, str]]:
    facts = [
        ("Signed by", signature.name),
        ("Signed", f"{signature.signed_at.astimezone(UTC):%b %d, %Y, %H:%M:%S UTC}"),
        ("Signing", SignedAs(signature.capacity).label),
        ("Network address", signature.address or "not recorded"),
        ("Document", f"{signature.code}, version {signature.version}"),
        ("SHA-256 of the text", signature.sha256),
    ]
    if strange := _without_letters(signature.name):
        facts.append(
            ("Characters of the name that this font lacks", " ".join(f"U+{ord(char):04X}" for char in strange))
        )
    return facts


def _without_letters(text: str) -> list[str]:
    with TTFont(str(_FONTS / "OpenSans-Regular.ttf"), lazy=True) as font:
        known = font.getBestCmap()
    return [char for char in text if ord(char) not in known]


class _Document(FPDF):
    """A page of text with a footer that numbers it."""

    def __init__(self) -> None:
        super().__init__(format="letter")
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(True, margin=_MARGIN_MM)
        for style, name in (("", "Regular"), ("B", "SemiBold"), ("I", "Italic")):
            self.add_font("open", style, str(_FONTS / f"OpenSans-{name}.ttf"))
        self.set_lang("en-US")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("open", size=8)
        self.set_text_color(90)
        self.cell(0, 8, f"{self.title} · page {self.page_no()} of {{nb}}", align="C")
        self.set_text_color(0)

    def heading(self, text: str) -> None:
        self.set_font("open", "B", 17)
        self.multi_cell(0, 9, text, new_x="LMARGIN", new_y="NEXT")

    def small(self, text: str) -> None:
        self.set_font("open", size=9)
        self.set_text_color(90)
        self.multi_cell(0, 5, storable(text), new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(0)
        self.ln(4)

    def paragraph(self, text: str) -> None:
        self.set_font("open", size=10.5)
        self.multi_cell(0, 5.6, text, new_x="LMARGIN", new_y="NEXT", align="L")
        self.ln(2.6)

    def signature(self, name: str, facts: list[tuple[str, str]]) -> None:
        """The typed name on a line, and below it what is known of the signing; kept on one page."""
        self.ln(6)
        if self.will_page_break(24 + 6 * len(facts)):
            self.add_page()
        self.set_font("open", "I", 18)
        self.multi_cell(0, 11, name, new_x="LMARGIN", new_y="NEXT")
        self.line(self.l_margin, self.get_y(), self.l_margin + 90, self.get_y())
        self.ln(3)
        for label, value in facts:
            self.set_font("open", "B", 8.5)
            self.cell(52, 5.4, label)
            self.set_font("open", size=8.5)
            self.multi_cell(0, 5.4, value, new_x="LMARGIN", new_y="NEXT", align="L")
