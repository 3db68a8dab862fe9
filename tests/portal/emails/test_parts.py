"""An email's text by its parts, the HTML that is made of them, and the files of an installation without a server."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from portal.emails.files import EmailBackend
from portal.emails.messages import Sender, email_message, html_of, portal_sender
from portal.emails.parts import Button, Facts, Heading, Items, Link, Paragraph, Parts, prose, read_parts
from tests.email_reading import assert_one_email, html_of_message

SITE = "http://127.0.0.1:8000"
TEXT = f"""Hi Mara,

Two lines
of text.

Next deadlines:
- CEC-DSGS closes in 6 days: by end of Sun, Mar 14 (11:59 PM EDT)
- Another

- Rows checked: 1,240
- Rows to fix: 37

A program
See its meters:
{SITE}/meters/?a=1&b=2

Review upload:
{SITE}/uploads/1/

Elsewhere:
{SITE}/elsewhere/

--
Why you get this.

Turn off these emails:
{SITE}/emails/stop/x/
"""


def test_parts_of_a_text() -> None:
    deadline = "CEC-DSGS closes in 6 days: by end of Sun, Mar 14 (11:59 PM EDT)"

    assert read_parts(TEXT) == Parts(
        body=(
            (Paragraph(("Hi Mara,",)),),
            (Paragraph(("Two lines", "of text.")),),
            (Heading("Next deadlines:"), Items((deadline, "Another"))),
            (Facts((("Rows checked", "1,240"), ("Rows to fix", "37"))),),
            (Paragraph(("A program",)), Link("See its meters", f"{SITE}/meters/?a=1&b=2")),
            (Button("Review upload", f"{SITE}/uploads/1/"),),
            (Link("Elsewhere", f"{SITE}/elsewhere/"),),
        ),
        footer=(
            (Paragraph(("Why you get this.",)),),
            (Link("Turn off these emails", f"{SITE}/emails/stop/x/"),),
        ),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("\n\n \n", ()),
        (f"{SITE}/a/", (Link("", f"{SITE}/a/"),)),
        ("https://evil.example/", (Paragraph(("https://evil.example/",)),)),
        (f"{SITE}.evil.example/", (Paragraph((f"{SITE}.evil.example/",)),)),
        (f"{SITE}/a/ and more", (Paragraph((f"{SITE}/a/ and more",)),)),
        ("- a: b\n- c", (Items(("a: b", "c")),)),
        ("a\nb\n- c", (Paragraph(("a",)), Heading("b"), Items(("c",)))),
        ("a:\nb", (Paragraph(("a:", "b")),)),
    ],
)
def test_parts_of_one_block(text: str, expected: tuple[Any, ...]) -> None:
    assert read_parts(text).body == ((expected,) if expected else ())


def test_inbox_shows_the_first_words_after_the_greeting() -> None:
    assert read_parts("Hi Mara,\n\nIt is done.\n\nMore.").preheader == "It is done."
    assert read_parts("Hola, Alex:\n\nListo.").preheader == "Listo."
    assert read_parts("It is done.").preheader == "It is done."
    assert read_parts("Hi,").preheader == "Hi,"
    assert read_parts("").preheader == ""
    assert read_parts("word " * 100).preheader == "word " * 27 + "word…"


@pytest.mark.parametrize("line", ["--", "- a", f"{SITE}/login/", f"  {SITE}/login/  ", "\t--"])
def test_no_line_of_somebody_else_is_a_mark(line: str) -> None:
    written = prose(f"Welcome!\r\n{line}\n\nSign in:\n{line}")

    parts = read_parts(f"Hello,\n\n{written}\n\nGo on:\n{SITE}/real/")

    assert [type(part) for block in parts.body for part in block] == [Paragraph, Paragraph, Paragraph, Button]
    assert parts.footer == ()
    assert parts.body[1] == (Paragraph(("Welcome!", line.strip())),)


def test_html_says_what_the_text_says() -> None:
    message = email_message("Subject", TEXT, "mara@acme.example")

    assert_one_email(message)
    html = html_of_message(message)
    assert html.count('class="button"') == 1
    assert '<svg width="28" height="28" aria-hidden="true" viewBox' in html
    assert "Partner portal</span>" in html


def test_html_escapes_everything() -> None:
    hostile = "<script>alert(1)</script> \" onload=' &amp; {{ name }}"
    sender = Sender(hostile)

    html = html_of(hostile, f"{hostile}\n- {hostile}\n\n{hostile}:\n{SITE}/?a=\"'<b>", sender=sender, language="en")

    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 6
    assert f'href="{SITE}/?a=&quot;&#x27;&lt;b&gt;"' in html


@pytest.mark.parametrize("color", ["", "red", "#12", "#123456;background:url(x)", '#123456"', "#12345G"])
def test_a_sender_has_a_color_and_nothing_else_in_its_place(color: str) -> None:
    with pytest.raises(ValueError, match="not two colors"):
        Sender("Acme", color)


def test_the_mark_is_drawn_only_where_it_loads_nothing(settings: Any, tmp_path: Path) -> None:
    assert "<path" in (portal_sender().mark or "")
    settings.STATICFILES_DIRS = [tmp_path]
    drawings = {
        "fine.svg": "<svg ><path/></svg>",
        "script.svg": "<svg ><script/></svg>",
        "image.svg": '<svg ><image href="https://elsewhere.example/"/></svg>',
        "large.svg": f"<svg >{' ' * 5_000}</svg>",
        "page.svg": "<p>",
        "mark.png": "<svg ></svg>",
    }
    for name, drawing in drawings.items():
        (tmp_path / name).write_text(drawing)

    from django.contrib.staticfiles import finders

    finders.get_finder.cache_clear()
    marks = {}
    for name in [*drawings, "missing.svg"]:
        settings.SITE_MARK = name
        marks[name] = portal_sender().mark is not None
    finders.get_finder.cache_clear()

    assert [name for name, is_drawn in marks.items() if is_drawn] == ["fine.svg"]


def test_without_a_mail_server_each_email_is_two_files(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    message = email_message("Größe", "Hi Jörg,\n\nDone.", "j@acme.example", headers={"List-Unsubscribe": "<x>"})
    message.attach("a.pdf", b"%PDF", "application/pdf")
    plain = EmailMultiAlternatives("Plain", "Text", None, ["j@acme.example"])

    assert EmailBackend().send_messages([message, plain]) == 2

    texts = sorted(path.read_text() for path in (tmp_path / "mail").glob("*.txt"))
    [page] = (tmp_path / "mail").glob("*.html")
    told = next(text for text in texts if "Größe" in text)
    assert "Subject: Größe\n" in told
    assert "List-Unsubscribe: <x>\nAttached: a.pdf\n\nHi Jörg,\n\nDone.\n" in told
    assert "<" not in told.split("\n\n", 1)[1]
    assert page.read_text() == html_of_message(message)
