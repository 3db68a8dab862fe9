"""What a test sees of an email: its links, its words, and whether its two bodies say the same."""

import re
from html import unescape
from html.parser import HTMLParser

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from portal.emails.parts import FOOTER

_TAGS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "th", "h1", "p", "br", "a", "ul"}
_TAGS |= {"li", "span", "svg", "rect", "path"}
_ADDRESS = re.compile(r"^https?://\S+$", re.MULTILINE)


class _Html(HTMLParser):
    """An email's tags, attributes, links, and the words that are shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.shown: list[str] = []
        self._hidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes += values.items()
        self.links += [values["href"]] if tag == "a" else []
        if tag in ("head", "title", "style") or "display:none" in values.get("style", ""):
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)


def html_of_message(message: EmailMultiAlternatives) -> str:
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(html)


def links_of(text: str) -> list[str]:
    """The addresses of a text, each of which has a line of its own."""
    return _ADDRESS.findall(text)


def words_of_text(text: str) -> list[str]:
    """The words of an email's text without addresses and without what marks its parts."""
    lines = [line for line in text.splitlines() if line != FOOTER and not _ADDRESS.match(line)]
    return _words("\n".join(line.removeprefix("- ") for line in lines))


def assert_one_email(message: EmailMultiAlternatives) -> None:
    """Both bodies have the same words and links; the HTML loads nothing and has no tag of anybody else's."""
    html = html_of_message(message)
    read = _Html(html)
    assert read.tags <= _TAGS
    assert [
        name for name, _ in read.attributes if name.startswith("on") or name in ("src", "background", "xmlns")
    ] == []
    assert not re.search(r"url\(|@import|@font-face|javascript:|<link", html)
    assert read.links == links_of(str(message.body)) != []
    assert [link for link in read.links if not link.startswith(f"{settings.SITE_URL}/")] == []
    words = " ".join(_words(unescape(" ".join(read.shown))))
    assert words.endswith(" ".join([*_words(str(message.subject)), *words_of_text(str(message.body))]))
    assert "\n" not in message.subject
    assert message.body.startswith(("Hi ", "Hello", "Hola"))


def _words(text: str) -> list[str]:
    return [word for said in text.split() if (word := said.rstrip(":"))]
