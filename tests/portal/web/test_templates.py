"""What holds for every template: nothing inline, a comment first, plain words; and scripts within their budget."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

TEMPLATES = settings.BASE_DIR / "templates"
STATIC = settings.BASE_DIR / "static"
PAGES = sorted(TEMPLATES.rglob("*.html"))
WITH_STYLES = {TEMPLATES / "email" / name for name in ("base.html", "_block.html")}  # mail programs know no others
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))


def _name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text()
    inline = r"\son[a-z]+=|javascript:" if path in WITH_STYLES else r"<style|\sstyle=|\son[a-z]+=|javascript:"

    assert not re.search(inline, text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_says_what_it_is_in_a_comment(path: Path) -> None:
    head = re.sub(r"{% (extends|load) [^%]*%}|<!doctype html>|\s", "", path.read_text(), flags=re.I)

    assert head.startswith("{%comment%}")


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_uses_plain_words(path: Path) -> None:
    text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", path.read_text(), flags=re.S)

    assert not re.search(r"\b(please|sorry|invalid|oops|forbidden)\b", text, re.I)


@pytest.mark.parametrize("path", COMPONENTS, ids=_name)
def test_component_renders_without_its_context(path: Path) -> None:
    assert isinstance(render_to_string(f"components/{path.name}"), str)


def test_pager_keeps_the_query_of_the_page() -> None:
    page = {"next_token": "abc:def=", "previous_token": ""}

    html = render_to_string("components/pager.html", {"page": page, "query": "status=ELIGIBLE"})

    assert 'href="?status=ELIGIBLE&amp;page=abc%3Adef%3D"' in html
    assert "Previous" not in html


def test_tag_escapes_its_word() -> None:
    assert "&lt;b&gt;" in render_to_string("components/tag.html", {"word": "<b>", "tone": "info"})


def _pages_with(path: Path) -> set[Path]:
    """The pages on which a template is: itself, or those that include it, directly or not."""
    name = re.escape(_name(path))
    around = [page for page in PAGES if re.search(rf"""include ["']{name}["']""", page.read_text())]
    return {path} if "{% extends" in path.read_text() else set().union(*map(_pages_with, around))


def test_pages_with_htmx_load_it_and_no_others_do() -> None:
    using = set().union(*(_pages_with(path) for path in PAGES if re.search(r"\shx-[a-z]+=", path.read_text())))
    loading = {path for path in PAGES if '"components/htmx.html"' in path.read_text()}

    assert {_name(path) for path in using} >= {"uploads/detail.html", "bulk/action.html"}
    assert loading == using


def test_scripts_stay_within_their_budget() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "js").glob("*.js")) <= 10_000


def test_every_color_of_the_light_theme_has_a_dark_one_where_it_matters() -> None:
    text = (STATIC / "css" / "tokens.css").read_text()
    chosen, system = (
        set(re.findall(r"(--[a-z-]+):", block))
        for block in re.findall(r'data-theme="(?:dark|system)"\] \{(.*?)\}', text, re.S)
    )

    assert chosen == system
    assert {"--ink", "--paper", "--accent", "--focus", "--danger"} <= chosen


def test_frame_shows_no_navigation_before_sign_in(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()

    html = render_to_string("errors/404.html", request=request)

    assert 'aria-label="Main"' not in html
