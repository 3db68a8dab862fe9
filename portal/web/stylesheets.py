"""Stylesheets as browsers get them: one file for a page, without the third-party rules that no page uses.

A sheet of ours that imports others is a bundle: `collectstatic` puts the imported sheets in their places. Of those
that packages bring it keeps the rules for classes that pages name; our own rules all stay.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import rcssmin
import tinycss2
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from portal.web.class_names import ClassNames, names_on_pages

_ADDRESS: Final = re.compile(r"""url\((?:"([^"]*)"|'([^']*)'|([^"')]*))\)""")
_ABSOLUTE: Final = re.compile("[a-z]+:|[/#]")
_CLASS: Final = re.compile(r"\.([a-zA-Z][\w-]*)")
_PROPERTY_IN_USE: Final = re.compile(r"var\(\s*(--[\w-]+)")
_GROUPS: Final = {"media", "supports", "layer", "container"}  # at-rules that hold rules


class BundlingStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Static files as they are served: bundled, named for their content and so kept for ever, and packed beforehand."""

    keep_only_hashed_files = True

    def post_process(self, paths: Mapping[str, tuple[Storage, str]], dry_run: bool = False, **options: Any) -> Iterator:
        """What Django and WhiteNoise do with what was collected, after bundles have been made."""
        if not dry_run:
            paths = {name: self._bundled(name, source) for name, source in paths.items()}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def stored_name(self, name: str) -> str:
        """A name with its digest; plain where nothing is collected, which concerns pages that no browser shows."""
        return str(super().stored_name(name)) if self.hashed_files else name

    def create_compressor(self, **options: Any) -> Compressor:
        """By gzip alone, within a second: brotli takes twelve at each start, and spares a first visit 3 kB."""
        extensions = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
        return Compressor(**{**options, "extensions": extensions, "use_brotli": False})

    def _bundled(self, name: str, source: tuple[Storage, str]) -> tuple[Storage, str]:
        storage, path = source
        if not (name.endswith(".css") and _is_own(storage.path(path)) and "@import" in _text(storage.path(path))):
            return source
        self.delete(name)  # or another name would be chosen
        self.save(name, ContentFile(bundle(name).encode()))
        return self, name


def bundle(name: str) -> str:
    """The text of a static stylesheet, shortened, with what it imports in its place.

    Raises ValueError for a sheet that is not there or cannot be read, and for an import with conditions.
    """
    sheets = list(_sheets(name, posixpath.dirname(name)))
    named = ClassNames()
    if not all(sheet.is_own for sheet in sheets):
        named = names_on_pages({known for sheet in sheets for known in _CLASS.findall(sheet.text)})
    shorter = [sheet.rewritten(partial(_for_classes, named)) for sheet in sheets]
    while shorter != sheets:  # a property that goes may have been the only one that used another one
        sheets = shorter
        in_use = named.words.union(*(_PROPERTY_IN_USE.findall(sheet.text) for sheet in sheets))
        shorter = [sheet.rewritten(partial(_with_properties, in_use)) for sheet in sheets]
    return str(rcssmin.cssmin("".join(sheet.text for sheet in sheets)))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rules of one file, without its imports."""

    text: str
    is_own: bool

    def rewritten(self, change: Callable[[Any], str]) -> "_Sheet":
        """The sheet with each rule changed, unless it is ours."""
        return self if self.is_own else replace(self, text=_rewritten(_rules(self.text), change))


def _sheets(name: str, from_folder: str) -> Iterator[_Sheet]:
    """What a sheet imports, then the sheet itself; with addresses as they are from a folder."""
    path = finders.find(name)
    if path is None:
        raise ValueError(f"There is no stylesheet {name}.")
    folder, own_rules = posixpath.dirname(name), []
    for rule in _rules(_text(path)):
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            yield from _sheets(posixpath.normpath(posixpath.join(folder, _imported(rule))), from_folder)
        elif rule.type != "at-rule" or rule.lower_at_keyword != "charset":  # all of them are in UTF-8
            own_rules.append(rule.serialize())
    to_folder = posixpath.relpath(folder or ".", from_folder or ".")
    yield _Sheet(_ADDRESS.sub(lambda address: _moved(address, to_folder), "".join(own_rules)), _is_own(path))


def _imported(rule: Any) -> str:
    said = [token for token in rule.prelude if token.type != "whitespace"]
    if len(said) != 1 or said[0].type not in {"string", "url"}:
        raise ValueError(f"An import names an address alone, not {tinycss2.serialize(rule.prelude).strip()}.")
    return str(said[0].value)


def _moved(address: re.Match[str], to_folder: str) -> str:
    """An address that is relative to a folder."""
    place = address[1] or address[2] or address[3] or ""
    return address[0] if _ABSOLUTE.match(place) else f'url("{posixpath.normpath(posixpath.join(to_folder, place))}")'


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _is_own(path: str) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in settings.STATICFILES_DIRS)


def _rules(content: str | list[Any]) -> list[Any]:
    """The rules in the text of a sheet, or in the tokens of a group."""
    rules = list(tinycss2.parse_rule_list(content, skip_comments=True, skip_whitespace=True))
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"Line {rule.source_line} of a stylesheet cannot be read: {rule.message}.")
    return rules


def _rewritten(rules: list[Any], change: Callable[[Any], str]) -> str:
    """The text of rules, each of them changed, also within groups."""
    texts = []
    for rule in rules:
        if rule.type == "qualified-rule":
            texts.append(change(rule))
        elif rule.lower_at_keyword in _GROUPS and rule.content is not None:
            inner = _rewritten(_rules(rule.content), change)
            texts.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}" if inner else "")
        else:
            texts.append(rule.serialize())
    return "".join(texts)


def _for_classes(named: ClassNames, rule: Any) -> str:
    """A rule with those of its selectors whose classes pages name; "" for none."""
    selectors = [one for one in _selectors(rule) if all(name in named for name in _classes(one))]
    heads = ",".join(tinycss2.serialize(one).strip() for one in selectors)
    return f"{heads}{{{tinycss2.serialize(rule.content)}}}" if selectors else ""


def _with_properties(in_use: set[str], rule: Any) -> str:
    """A rule without the custom properties that nothing uses; "" if that is all it has."""
    items = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    kept = [item.serialize() for item in items if not getattr(item, "name", "").startswith("--") or item.name in in_use]
    return f"{tinycss2.serialize(rule.prelude)}{{{';'.join(kept)}}}" if kept else ""


def _selectors(rule: Any) -> list[list[Any]]:
    """The selectors of a rule, each as its tokens."""
    selectors: list[list[Any]] = [[]]
    for part in rule.prelude:
        if part == ",":
            selectors.append([])
        else:
            selectors[-1].append(part)
    return selectors


def _classes(selector: list[Any]) -> Iterator[str]:
    """The classes that a selector asks for, but for those within :not(), :is() and the like."""
    return (name.value for dot, name in pairwise(selector) if dot == "." and name.type == "ident")
