"""pyexpat, hardened: no DOCTYPE, no entities of its own, namespaces reduced to what spreadsheets use."""

from collections.abc import Iterable
from xml.parsers import expat

from . import problems
from .problems import Unreadable

_SEPARATOR = "|"
DEEPEST = 100  # levels of elements; spreadsheet programs come to a dozen
# One tag or comment. Expat reads a token that has not ended from its start again with every chunk: twice the length,
# four times the work.
_LONGEST_TOKEN_BYTES = 1024 * 1024
_MOST_ELEMENTS = 300_000
# Transitional (what nearly everybody writes) and Strict OOXML say the same in different namespaces.
_KNOWN = (
    "http://schemas.openxmlformats.org/",
    "http://purl.oclc.org/ooxml/",
)


class Parser:
    """A namespace-aware expat to be fed by pieces. `expat` takes the handlers; whoever sets one for the start of
    elements counts their depth and calls `refuse_depth`.

    Refuses a DOCTYPE (FILE_XML_ENTITIES), malformed XML and a token without end (FILE_BROKEN).
    """

    def __init__(self, part: str) -> None:
        self.part = part[:100]
        self._fed = 0
        self.expat = parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.buffer_size = 64 * 1024
        parser.StartDoctypeDeclHandler = self._refuse_entities
        parser.EntityDeclHandler = self._refuse_entities

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """The next piece of the document."""
        self._fed += len(data)
        try:
            self.expat.Parse(data, final)
        except expat.ExpatError as error:
            detail = f"XML: {expat.errors.messages.get(error.code, '')}"
            raise Unreadable(problems.FILE_BROKEN, detail=detail, part=self.part) from error
        except (LookupError, ValueError, OSError) as error:  # an encoding that expat and Python do not know, or may not
            raise Unreadable(problems.FILE_BROKEN, detail=type(error).__name__, part=self.part) from error
        if self._fed - self.expat.CurrentByteIndex > _LONGEST_TOKEN_BYTES:
            raise Unreadable(problems.FILE_BROKEN, detail="a token without end", part=self.part)

    def feed_all(self, chunks: Iterable[bytes]) -> None:
        """A whole document."""
        for chunk in chunks:
            self.feed(chunk)
        self.feed(b"", final=True)

    def refuse_depth(self) -> None:
        raise Unreadable(problems.FILE_BROKEN, detail="nesting", part=self.part)

    def _refuse_entities(self, *_: object) -> None:
        raise Unreadable(problems.FILE_XML_ENTITIES, part=self.part)


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


def elements(chunks: Iterable[bytes], part: str, wanted: frozenset[str]) -> list[tuple[str, dict[str, str], str]]:
    """Small parts as a flat list: (path of own names from the root, attributes, text) of each wanted last name."""
    elements_read: list[tuple[str, dict[str, str], list[str]]] = []
    path: list[str] = []
    open_ones: list[list[str] | None] = []
    parser = Parser(part)

    def start(name: str, attributes: dict[str, str]) -> None:
        own = name.rpartition(_SEPARATOR)[2]
        path.append(own)
        if len(path) > DEEPEST:
            parser.refuse_depth()
        if len(elements_read) > _MOST_ELEMENTS:
            raise Unreadable(problems.FILE_ZIP_BOMB, part=parser.part)
        texts: list[str] | None = None
        if own in wanted:
            texts = []
            elements_read.append(("/".join(path), attributes, texts))
        open_ones.append(texts)

    def end(_: str) -> None:
        path.pop()
        open_ones.pop()

    def characters(text: str) -> None:
        for texts in open_ones:
            if texts is not None:
                texts.append(text)

    parser.expat.StartElementHandler = start
    parser.expat.EndElementHandler = end
    parser.expat.CharacterDataHandler = characters
    parser.feed_all(chunks)
    return [(own, attributes, "".join(texts)) for own, attributes, texts in elements_read]
