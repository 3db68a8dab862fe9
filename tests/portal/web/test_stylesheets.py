"""Stylesheets as they are served: small, whole where we wrote them, and with every rule that a page needs."""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from portal.web.stylesheets import bundle

ROOT = Path(__file__).parents[3]
BOOTSTRAP = "bootstrap/css/bootstrap.min.css"


@pytest.fixture(scope="module")
def site() -> str:
    return bundle("css/site.css")


def classes_in(text: str) -> set[str]:
    """The classes of a sheet, or of its rules as text."""
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/|@import[^;]*;|url\([^)]*\)", "", text, flags=re.S)))


def source(name: str) -> str:
    path = finders.find(name)
    assert path
    return Path(path).read_text()


class Classes(HTMLParser):
    """The classes of the elements of a template, whichever of its branches are rendered."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(re.sub(r"{%.*?%}|{{.*?}}", " ", template, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.update((dict(attrs).get("class") or "").split())


def test_no_class_of_a_template_lost_its_rules(site: str) -> None:
    used = {name for path in (ROOT / "templates").rglob("*.html") for name in Classes(path.read_text()).names}
    of_bootstrap = classes_in(source(BOOTSTRAP)) & used

    assert {"btn", "btn-primary", "form-control", "visually-hidden", "mb-0"} <= of_bootstrap
    assert of_bootstrap - classes_in(site) == set()


def test_no_class_that_a_script_sets_lost_its_rules(site: str) -> None:
    scripts = " ".join(path.read_text() for path in (ROOT / "static" / "js").glob("*.js"))
    used = set(re.findall(r"[\w-]+", scripts))

    assert (classes_in(source(BOOTSTRAP)) & used) - classes_in(site) == set()


def test_our_own_rules_all_stay(site: str) -> None:
    own = source("css/tokens.css") + source("css/site.css")

    assert classes_in(own) - classes_in(site) == set()


def test_rules_for_dark_and_for_paper_stay(site: str) -> None:
    rules = ["[data-bs-theme=dark]{", "@media print{", "(prefers-color-scheme:dark){"]

    assert [rule for rule in rules if rule not in site] == []
    assert "@media (forced-colors:active){" in bundle("css/connect.css")


def test_rules_that_nothing_uses_are_gone(site: str) -> None:
    gone = {"carousel", "offcanvas", "navbar", "btn-warning", "col-xxl-12"}

    assert gone <= classes_in(source(BOOTSTRAP))
    assert gone & classes_in(site) == set()
    assert "--bs-indigo" not in site


@pytest.mark.parametrize(
    ("name", "most", "most_packed"), [("css/site.css", 60_000, 13_000), ("css/connect.css", 12_000, 4_000)]
)
def test_stylesheet_stays_within_its_budget(name: str, most: int, most_packed: int) -> None:
    text = bundle(name).encode()

    assert len(text) <= most
    assert len(gzip.compress(text)) <= most_packed


# --- how a bundle is made


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """The only folder of our own static files."""
    settings.STATICFILES_DIRS = [tmp_path]
    finders.get_finder.cache_clear()
    yield tmp_path
    finders.get_finder.cache_clear()


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.css").write_text(text)


def test_imports_are_put_in_their_places(folder: Path) -> None:
    write(folder, page='@import "look.css"; @import url(plain.css);\np { margin: 0 }', plain="b { top: 0 }")
    write(folder, look='@charset "UTF-8"; /* first */ @import "plain.css"; i { top: 1px }')

    assert bundle("page.css") == "b{top:0}i{top:1px}b{top:0}p{margin:0}"


def test_addresses_are_those_from_the_bundle(folder: Path) -> None:
    (folder / "icons").mkdir()
    write(folder, page='@import "icons/icons.css";')
    write(
        folder / "icons", icons="a { src: url(a.woff2), url('../b.svg'), url(\"data:x,url(%23a)\"), url(/c), url(#d) }"
    )

    assert bundle("page.css") == ('a{src:url("icons/a.woff2"),url("b.svg"),url("data:x,url(%23a)"),url(/c),url(#d)}')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('@import "nowhere.css";', "There is no stylesheet nowhere.css."),
        ('@import "page.css" print;', 'An import names an address alone, not "page.css" print.'),
        ("p { margin: 0 } }", "Line 1 of a stylesheet cannot be read"),
    ],
)
def test_sheet_that_cannot_be_bundled_is_refused(folder: Path, text: str, words: str) -> None:
    write(folder, page=text)

    with pytest.raises(ValueError, match=words):
        bundle("page.css")


def test_rules_of_a_package_stay_where_a_page_uses_them(folder: Path) -> None:
    write(folder, page='@import "bootstrap/css/bootstrap.min.css"; .mine { color: var(--bs-teal) }')

    made = bundle("page.css")

    words = [".btn-primary{", ".btn-warning", "--bs-teal:", "--bs-indigo:", ".mine{color:var(--bs-teal)}"]
    assert [word in made for word in words] == [True, False, True, False, True]


def test_collected_files_are_packed_and_kept_for_ever(
    tmp_path: Path, settings: LazySettings, rf: RequestFactory
) -> None:
    settings.STATIC_ROOT = tmp_path

    for _ in range(2):  # the second time finds what the first one left
        call_command(
            "collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin", "bootstrap", "drf*", "rest*"]
        )
    address = staticfiles_storage.url("css/site.css")
    served = WhiteNoiseMiddleware(settings=settings)(rf.get(address, headers={"Accept-Encoding": "gzip"}))

    assert re.fullmatch(r"/static/css/site\.[0-9a-f]{12}\.css", address)
    assert (served.status_code, served["Content-Encoding"]) == (200, "gzip")
    assert served["Cache-Control"] == "max-age=315360000, public, immutable"
    assert gzip.decompress(b"".join(served)).decode() == bundle("css/site.css")
    assert not (tmp_path / "css" / "site.css").exists()


def test_pages_are_made_before_anything_is_collected(tmp_path: Path, settings: LazySettings) -> None:
    settings.STATIC_ROOT = tmp_path

    assert staticfiles_storage.url("css/site.css") == "/static/css/site.css"
