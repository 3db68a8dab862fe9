"""The PDF of what was signed: the whole text, and who signed it, whatever letters the name has."""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from onboarding.connect.documents import signed_pdf
from onboarding.connect.models import ConnectLink, ConnectSession, Signature
from portal.partners.models import Partner
from programs.models import AgreementText

BODY = "You allow us to receive data.\n\nWith whom: with us.\n\n"


def pdf_of(name: str, *, title: str = "Utility data sharing agreement", times: int = 1) -> bytes:
    session = ConnectSession(link=ConnectLink(partner=Partner(name="Acme Energy, Inc.")))
    agreement = AgreementText("DATA_SHARING_CAISO", "2026-11", "en", title, BODY * times)
    signed_at = datetime(2026, 11, 29, 17, 5, 9, tzinfo=UTC)
    signature = Signature(code=agreement.code, version="2026-11", title=title, sha256="ab" * 32, name=name)
    signature.address, signature.signed_at = "2001:db8::1", signed_at
    return bytes(signed_pdf(signature, agreement, session).output())


class Written:
    """What is written on the pages of a PDF that fpdf2 made: each piece of text through its font's table of letters."""

    def __init__(self, pdf: bytes) -> None:
        self.objects = dict(re.findall(rb"^(\d+) 0 obj\s(.*?)\sendobj", pdf, re.S | re.M))
        pages = [body for body in self.objects.values() if re.search(rb"/Type /Page\b", body)]
        fonts = {name: self._letters(number) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", pdf)}
        self.pages = ["\n".join(self._pieces(self._of(page, b"Contents"), fonts)) for page in pages]

    def _of(self, body: bytes, name: bytes) -> bytes:
        """The stream to which an object's entry points."""
        [number] = re.findall(rb"/" + name + rb" (\d+) 0 R", body)
        stream = self.objects[number].partition(b"stream\n")[2].rpartition(b"\nendstream")[0]
        return zlib.decompress(stream) if stream[:1] == b"x" else stream

    def _letters(self, number: bytes) -> dict[int, str]:
        table = self._of(self.objects[number], b"ToUnicode")
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4,})>", table)
        return {int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs}

    @staticmethod
    def _pieces(content: bytes, fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
        letters: dict[int, str] = {}
        for font, piece in re.findall(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", content, re.S):
            if font:
                letters = fonts[font]
                continue
            raw = re.sub(rb"\\(.)", lambda match: {b"r": b"\r", b"n": b"\n"}.get(match[1], match[1]), piece, flags=re.S)
            yield "".join(letters[high << 8 | low] for high, low in zip(raw[::2], raw[1::2], strict=True))


@pytest.mark.parametrize("name", ["Nguyễn Thị Hương", "Łukasz Żółć", "O’Brien & Söhne", "Анна Петрова"])
def test_a_name_is_written_as_it_was_typed(name: str) -> None:
    [page] = Written(pdf_of(name)).pages

    lines = page.split("\n")
    assert lines.count(name) == 2  # as the signature, and among its facts
    for fact in (
        "Nov 29, 2026, 17:05:09 UTC",
        "For myself",
        "2001:db8::1",
        "DATA_SHARING_CAISO, 2026-11, en",
        "ab" * 32,
    ):
        assert fact in lines
    assert "With whom: with us." in lines
    assert "Between the customer and Acme Energy, Inc. · Version 2026-11" in lines
    assert not any(line.startswith("Name in Unicode") for line in lines)


def test_letters_that_the_font_lacks_are_told_by_their_numbers() -> None:
    [page] = Written(pdf_of("王小明 Wang")).pages

    assert "\N{REPLACEMENT CHARACTER}" * 3 + " Wang" in page.split("\n")
    assert "U+738B U+5C0F U+660E U+0020 U+0057 U+0061 U+006E U+0067" in page.split("\n")


def test_a_long_document_numbers_its_pages_and_signs_on_one() -> None:
    title = "Demand response participation and generator operation agreement for commercial customers in New York State"

    pages = Written(pdf_of("Alex Rivera", title=title, times=60)).pages

    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of \n{len(pages)}" in page
        assert "agreement for commercial cust" in page  # the title, cut to one line
    assert sum(page.count("You allow us to receive data.") for page in pages) == 60
    assert [page.count("Alex Rivera") for page in pages] == [0] * (len(pages) - 1) + [2]
