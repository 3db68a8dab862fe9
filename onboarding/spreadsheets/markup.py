"""pyexpat with the doors shut: no DOCTYPE, no entities of its own, namespaces reduced to what spreadsheets use."""

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

from . import problems
from .problems import Unreadable

_SEPARATOR = "|"
# Transitional (what nearly everybody writes) and Strict OOXML say the same in different namespaces.
_KNOWN = (
    "http://schemas.openxmlformats.org/",
    "http://purl.oclc.org/ooxml/",
)


def new_parser(part: str) -> expat.XMLParserType:
    """A namespace-aware parser that refuses a DOCTYPE (FILE_XML_ENTITIES)."""
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024

    def refuse(*_: object) -> None:
        raise Unreadable(problems.FILE_XML_ENTITIES, part=part[:100])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def local_name(name: str) -> str:
    """The element's own name if it belongs to a spreadsheet namespace, else ""."""
    uri, separator, local = name.rpartition(_SEPARATOR)
    if not separator:
        return ""
    return local if uri.startswith(_KNOWN) else ""


def attribute(attributes: dict[str, str], name: str) -> str | None:
    """An attribute by its own name, with or without a namespace (such as r:id)."""
    if name in attributes:
        return attributes[name]
    ending = _SEPARATOR + name
    return next((value for key, value in attributes.items() if key.endswith(ending)), None)


def parse(parser: expat.XMLParserType, chunks: Iterable[bytes], part: str) -> None:
    """Feed a whole part. Malformed XML is FILE_BROKEN."""
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise malformed(error, part) from error


def malformed(error: expat.ExpatError, part: str) -> Unreadable:
    return Unreadable(problems.FILE_BROKEN, detail=f"XML: {expat.errors.messages.get(error.code, '')}", part=part[:100])


def elements(chunks: Iterable[bytes], part: str, wanted: frozenset[str]) -> list[tuple[str, dict[str, Any], str]]:
    """Small parts as a flat list: (path of own names from the root, attributes, text) of each wanted last name."""
    found: list[tuple[str, dict[str, Any], list[str]]] = []
    path: list[str] = []
    open_ones: list[list[str] | None] = []
    parser = new_parser(part)

    def start(name: str, attributes: dict[str, str]) -> None:
        own = name.rpartition(_SEPARATOR)[2]
        path.append(own)
        texts: list[str] | None = None
        if own in wanted:
            texts = []
            found.append(("/".join(path), attributes, texts))
        open_ones.append(texts)

    def end(_: str) -> None:
        path.pop()
        open_ones.pop()

    def characters(text: str) -> None:
        for texts in open_ones:
            if texts is not None:
                texts.append(text)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parse(parser, chunks, part)
    return [(own, attributes, "".join(texts)) for own, attributes, texts in found]
