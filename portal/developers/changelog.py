"""The API's changelog: docs/api-changelog.md as HTML, for the page of developers."""

from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

PATH = settings.BASE_DIR / "docs" / "api-changelog.md"


@cache
def changelog_html() -> SafeString:
    """What is below the file's own heading. HTML in it is text, and its links are those that Markdown has."""
    _, _, text = PATH.read_text(encoding="utf-8").partition("\n")
    return mark_safe(MarkdownIt("commonmark", {"html": False}).render(text))  # noqa: S308  our own file, without HTML
