"""Which CSS classes the pages name, read from templates, code and scripts, so that nobody keeps a list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from crispy_forms import templatetags
from django.apps import apps
from django.conf import settings
from django.template.utils import get_app_template_dirs

_WORD: Final = re.compile(r"[\w-]+")
_ATTRIBUTE: Final = re.compile(r"""class\w*\s*=\s*(["'])((?:{%.*?%}|{{.*?}}|(?!\1).)*)\1""", re.DOTALL)
_BLOCK: Final = re.compile(r"{% block \w*class\w* %}(.*?){% endblock", re.DOTALL)
_TAG: Final = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_COMMENT: Final = re.compile(r"{% comment.*?endcomment %}|{#.*?#}", re.DOTALL)
_QUOTED: Final = re.compile(r"""(["'])(.*?)\1""")
_OTHER_TEMPLATE: Final = re.compile(r"""(?:include|extends) ["']([\w/.-]+\.html)["']""")
_FORM_TEMPLATES: Final = ("field.html", "whole_uni_form.html")  # with which crispy's filter and its tag begin


@dataclass(frozen=True)
class ClassNames:
    """The classes that pages may name, and the words that may end a name of which a page says only the beginning."""

    names: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """What comes before a variable: `btn-` of `btn-{{ tone }}`."""
        return tuple(name for name in self.names if name.endswith("-") and name.strip("-"))

    def __contains__(self, name: str) -> bool:
        begun = (start for start in self.beginnings if name.startswith(start))
        return name in self.names or any(name.removeprefix(start) in self.words for start in begun)

    def read_template(self, text: str) -> None:
        """Names are in class attributes, in texts within tags, and in blocks that fill a class attribute."""
        text = _COMMENT.sub("", text)
        tags = "".join(_TAG.findall(text))
        self.words.update(_WORD.findall(text))
        self._add(*_in_attributes(text), *_BLOCK.findall(text), *(quoted for _, quoted in _QUOTED.findall(tags)))

    def read_code(self, text: str, known: set[str]) -> None:
        """Names are in the class attributes of markup, and in texts that consist of `known` names alone."""
        self.words.update(_WORD.findall(text))
        texts = (quoted for _, quoted in _QUOTED.findall(text))
        self._add(*_in_attributes(text), *(quoted for quoted in texts if set(quoted.split()) <= known))

    def read_script(self, text: str) -> None:
        """Any word of a script may be a name."""
        self.words.update(_WORD.findall(text))
        self._add(text)

    def _add(self, *texts: str) -> None:
        for text in texts:
            self.names.update(_WORD.findall(text))


def names_on_pages(known: set[str]) -> ClassNames:
    """What the pages of all our apps name. `known`: every class that there is."""
    named = ClassNames()
    for template in _templates():
        named.read_template(template.read_text(encoding="utf-8"))
    for module in _modules():
        named.read_code(module.read_text(encoding="utf-8"), known)
    for folder in settings.STATICFILES_DIRS:
        for script in Path(folder).rglob("*.js"):
            named.read_script(script.read_text(encoding="utf-8"))
    return named


def _in_attributes(text: str) -> Iterator[str]:
    return (value for _, value in _ATTRIBUTE.findall(text))


def _templates() -> Iterator[Path]:
    """Our templates, and those with which the form library renders fields."""
    for engine in settings.TEMPLATES:
        for folder in engine["DIRS"]:
            yield from Path(folder).rglob("*.html")
    seen: set[Path] = set()
    names = [f"{settings.CRISPY_TEMPLATE_PACK}/{name}" for name in _FORM_TEMPLATES]
    while names:
        path = _template_of_app(names.pop())
        if path not in seen:
            seen.add(path)
            names += _OTHER_TEMPLATE.findall(path.read_text(encoding="utf-8"))
    yield from seen


def _template_of_app(name: str) -> Path:
    return next(path for folder in get_app_template_dirs("templates") if (path := Path(folder, name)).exists())


def _modules() -> Iterator[Path]:
    """Our code, and that of the form library's tags."""
    for app in apps.get_app_configs():
        if Path(app.path).parent == settings.BASE_DIR:
            yield from Path(app.path).rglob("*.py")
    yield from Path(templatetags.__path__[0]).glob("*.py")
