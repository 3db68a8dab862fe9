"""The texts that customers read, as catalogues for translators: found in code and templates, and compiled by Babel."""

import os
from collections.abc import Iterator
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template import Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from portal.problems import ProblemKind, problem_kinds

LOCALE: Final = Path(__file__).resolve().parent.parent / "locale"
_DOMAIN: Final = "django"  # the name under which Django looks for the catalogues of an app
_FOLDERS: Final = ("connect/public", "connect/emails")  # the customers' templates
_CODE: Final = Path(__file__).parent
_CALLS: Final = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
_CUSTOMERS_PROBLEMS: Final = ("CONNECT_", "ESI_ID_", "NOT_IN_TEXAS")
Text = tuple[str, str]  # the text, and the file it is in


def texts() -> list[Text]:
    """Each text that a customer may read with the file that says it, by file and place."""
    return [*_of_templates(), *_of_code(), *_of_problems()]


def is_for_customers(kind: ProblemKind) -> bool:
    """Whether customers may see a coded problem."""
    return kind.code.startswith(_CUSTOMERS_PROBLEMS)


def _of_templates() -> Iterator[Text]:
    for folder in _FOLDERS:
        for path in sorted((settings.BASE_DIR / "templates" / folder).iterdir()):
            for text in texts_of(path.read_text()):
                yield text, str(path.relative_to(settings.BASE_DIR))


def texts_of(source: str) -> Iterator[str]:
    """The texts of a template's translate and blocktranslate tags, as Django looks them up."""
    for node in Template(source).nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode) and isinstance(node.filter_expression.var, str):
            yield node.filter_expression.var.replace("%", "%%")
        elif isinstance(node, TranslateNode) and isinstance(node.filter_expression.var.literal, str):
            yield node.filter_expression.var.literal.replace("%", "%%")
        elif isinstance(node, BlockTranslateNode):
            yield node.render_token_list(node.singular)[0]


def _of_code() -> Iterator[Text]:
    for path in sorted(_CODE.glob("*.py")):
        for _, message, _, _ in extract_from_file("python", path, keywords=_CALLS):
            assert isinstance(message, str), f"{path}: plural forms are not used here"
            yield message, str(path.relative_to(settings.BASE_DIR))


def _of_problems() -> Iterator[Text]:
    place = str((_CODE / "problems.py").relative_to(settings.BASE_DIR))
    for kind in problem_kinds():
        if is_for_customers(kind):
            yield from ((text, place) for text in (kind.text, kind.remedy) if text)


def catalogue(language: str) -> Catalog:
    """All texts as a catalogue of a language, without translations."""
    made = Catalog(locale=language, domain=_DOMAIN, project="Connect", fuzzy=False)
    for text, place in texts():
        made.add(text, locations=[(place, None)])  # type: ignore[list-item]  # without line numbers, which change daily
    return made


def write_catalogue(language: str, folder: Path = LOCALE) -> Path:
    """Bring a language's .po up to date: new texts are added, old ones dropped, translations kept."""
    path = folder / language / "LC_MESSAGES" / f"{_DOMAIN}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalogue_bytes(language, path.read_bytes() if path.exists() else b""))
    return path


def catalogue_bytes(language: str, known: bytes = b"") -> bytes:
    """A language's .po, with the translations of the one that is known and the comment at its beginning."""
    made = catalogue(language)
    if known:
        for message in read_po(BytesIO(known), locale=language):
            if message.id and message.string and message.id in made:
                made[message.id].string = message.string
    written = BytesIO()
    write_po(written, made, width=120, sort_output=True, include_lineno=False, omit_header=True)
    comment = "".join(takewhile(lambda line: line.startswith("#"), known.decode().splitlines(keepends=True)))
    head = f'{comment}msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return head.encode() + written.getvalue()


def stale_catalogues(folder: Path = LOCALE) -> list[Path]:
    """The .po of each language whose .mo is older or missing."""
    sources = sorted(folder.glob(f"*/LC_MESSAGES/{_DOMAIN}.po"))
    return [source for source in sources if not _is_compiled(source)]


def _is_compiled(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def compile_catalogues(folder: Path = LOCALE) -> list[Path]:
    """Compile the .po of each language whose .mo is older or missing; returns the .mo files that were written."""
    written = []
    for source in stale_catalogues(folder):
        target = source.with_suffix(".mo")
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(source.read_bytes())))
        draft = target.with_suffix(f".{os.getpid()}.draft")  # another process may be writing its own
        draft.write_bytes(compiled.getvalue())
        draft.replace(target)  # whole at once: another process may be reading it
        written.append(target)
    return written
