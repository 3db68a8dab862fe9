"""The PDF of what a customer signed: the text as it was shown, and who signed it, when and from where."""

from datetime import UTC
from importlib.resources import files
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from fontTools.ttLib import TTFont
from fpdf import FPDF

from onboarding.connect.choices import SignedAs
from onboarding.connect.models import ConnectSession, Signature
from portal.problems import storable
from portal.storage.files import StoredFile, store
from programs.models import AgreementText

_FONTS: Final = files("ttf_opensans") / "ttf"
_MARGIN_MM: Final = 22
_TITLE_MM: Final = 130  # of the footer, which is one line
_LABEL_MM: Final = 42
_MOST_BYTES: Final = 5_000_000


def store_signed(signature: Signature, text: AgreementText, session: ConnectSession) -> StoredFile:
    """Write and keep the PDF of a signed agreement, in the customer's language."""
    with override(session.language):
        content = bytes(signed_pdf(signature, text, session).output())
    return store([content], folder="signed", suffix=".pdf", limit=_MOST_BYTES)


def signed_pdf(signature: Signature, text: AgreementText, session: ConnectSession) -> FPDF:
    """Letter size: title, partner, text, and the signature with its facts in the current language."""
    pdf = _Document(language=text.language)
    pdf.set_title(text.title)
    pdf.set_author(session.link.shown_name)
    pdf.set_creation_date(signature.signed_at)
    pdf.add_page()
    pdf.heading(text.title)
    between = _("Between the customer and %(partner)s · Version %(version)s")
    pdf.small(between % {"partner": session.link.shown_name, "version": text.version})
    for paragraph in text.body.split("\n\n"):
        pdf.paragraph(" ".join(paragraph.split()))
    pdf.signature(_with_letters(signature.name), _facts(signature))
    return pdf


def _facts(signature: Signature) -> list[tuple[str, str]]:
    facts = [
        (_("Signed by"), _with_letters(signature.name)),
        (_("Signed at"), date_format(signature.signed_at.astimezone(UTC), _("M d, Y, H:i:s")) + " UTC"),
        (_("Signing"), str(SignedAs(signature.capacity).label)),
        (_("Network address"), signature.address or _("Not recorded")),
        (_("Document"), f"{signature.code}, {signature.version}, {signature.language}"),
        (_("SHA-256 of the text"), signature.sha256),
    ]
    if _without_letters(signature.name):
        facts.append((_("Name in Unicode"), " ".join(f"U+{ord(char):04X}" for char in signature.name)))
    return facts


def _with_letters(text: str) -> str:
    """The text with a mark for each character that the font lacks; the facts name those by their numbers."""
    lacking = set(_without_letters(text))
    return "".join("\N{REPLACEMENT CHARACTER}" if char in lacking else char for char in text)


def _without_letters(text: str) -> list[str]:
    with TTFont(str(_FONTS / "OpenSans-Regular.ttf"), lazy=True) as font:
        known = font.getBestCmap()
    return [char for char in text if ord(char) not in known]


class _Document(FPDF):
    """A page of text with a footer that numbers it."""

    def __init__(self, *, language: str) -> None:
        super().__init__(format="letter")
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(True, margin=_MARGIN_MM)
        for style, name in (("", "Regular"), ("B", "SemiBold"), ("I", "Italic")):
            self.add_font("open", style, str(_FONTS / f"OpenSans-{name}.ttf"))
        self.set_lang(language)

    def footer(self) -> None:
        self.set_y(-16)
        self.set_font("open", size=8)
        self.set_text_color(90)
        title = str(self.title)
        while self.get_string_width(title) > _TITLE_MM:
            title = f"{title.removesuffix('…')[:-1].rstrip()}…"
        self.cell(_TITLE_MM, 8, title)
        pages = _("Page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.cell(0, 8, pages, align="R")
        self.set_text_color(0)

    def heading(self, text: str) -> None:
        self.set_font("open", "B", 17)
        self.multi_cell(0, 9, text, new_x="LMARGIN", new_y="NEXT", align="L")

    def small(self, text: str) -> None:
        self.set_font("open", size=9)
        self.set_text_color(90)
        self.multi_cell(0, 5, _with_letters(storable(text)), new_x="LMARGIN", new_y="NEXT", align="L")
        self.set_text_color(0)
        self.ln(2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(5)

    def paragraph(self, text: str) -> None:
        self.set_font("open", size=10.5)
        self.multi_cell(0, 5.6, text, new_x="LMARGIN", new_y="NEXT", align="L")
        self.ln(2.6)

    def signature(self, name: str, facts: list[tuple[str, str]]) -> None:
        """The typed name on a line, and below it what is known of the signing; kept on one page."""
        self.ln(6)
        if self.will_page_break(44 + 7 * len(facts)):
            self.add_page()
        self.set_font("open", "B", 12)
        self.cell(0, 8, _("Signature"), new_x="LMARGIN", new_y="NEXT")
        self.set_font("open", "I", 16)
        self.multi_cell(0, 10, name, new_x="LMARGIN", new_y="NEXT", align="L")
        self.line(self.l_margin, self.get_y(), self.l_margin + 90, self.get_y())
        self.ln(4)
        for label, value in facts:
            top = self.get_y()
            self.set_font("open", "B", 8.5)
            self.multi_cell(_LABEL_MM, 5.4, label, new_x="LMARGIN", new_y="NEXT", align="L")
            below = self.get_y()
            self.set_xy(self.l_margin + _LABEL_MM, top)
            self.set_font("open", size=8.5)
            self.multi_cell(0, 5.4, value, new_x="LMARGIN", new_y="NEXT", align="L")
            self.set_y(max(below, self.get_y()))
