"""The hardened XML parser: events of elements from a stream, with nothing kept. On defusedxml."""

from typing import BinaryIO, Final, Protocol
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from defusedxml.common import DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden
from defusedxml.ElementTree import DefusedXMLParser

from . import problems
from .limits import FeedLimits
from .problems import FeedRefused
from .texts import shown

_MOST_NAMES = 5_000  # distinct element names that are remembered; beyond, they are taken apart each time
_PACKED: Final = ((b"\x1f\x8b", "a gzip archive (.gz)"), (b"PK\x03\x04", "a zip archive"), (b"BZh", "a bzip2 archive"))
_OTHERS: Final = (
    (b"%pdf", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"\x89png", "a picture"),
    (b"\xff\xd8", "a picture"),
)


class Handler(Protocol):
    """Takes the elements of a document. Names are without namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str, text: str) -> None: ...


def parse(file: BinaryIO, handler: Handler, limits: FeedLimits) -> None:
    """Give every element of the file to the handler. Memory does not grow with the file.

    Refuses with FeedRefused: what is not XML, malformed XML, a DOCTYPE, entities, nesting, texts and tags beyond the
    limits. Whatever the handler took before a refusal must be thrown away.
    """
    head = file.read(limits.chunk_bytes)
    _refuse_other_kinds(head)
    if head.lstrip().startswith(b"<?xml"):
        head = head.lstrip()  # some exports begin with an empty line, which is harmless
    parser = _Parser(handler, limits)
    while head:
        parser.feed(head)
        head = file.read(limits.chunk_bytes)
    parser.close()


def _refuse_other_kinds(head: bytes) -> None:
    """Say in words what a file is that is no XML."""
    begin = head[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FeedRefused(problems.EMPTY)
    for magic, kind in _PACKED:
        if head.startswith(magic):
            raise FeedRefused(problems.PACKED, kind=kind)
    for magic, kind in _OTHERS:
        if begin.startswith(magic):
            raise FeedRefused(problems.NOT_XML, kind=kind)
    if not begin.startswith(b"<") and not head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        raise FeedRefused(problems.NOT_XML, kind="plain text or another kind of file")


class _Parser:
    """defusedxml's parser, whose expat gives its events to us directly: no tree is built."""

    def __init__(self, handler: Handler, limits: FeedLimits) -> None:
        self._handler = handler
        self._limits = limits
        self._defused = DefusedXMLParser(target=object(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
        self._expat: expat.XMLParserType = self._defused.parser
        self._expat.buffer_text = True
        self._expat.buffer_size = 64 * 1024
        self._expat.ordered_attributes = False
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.DefaultHandlerExpand = None
        self._names: dict[str, str] = {}
        self._fed = 0
        self._depth = 0
        self._text = ""

    def feed(self, data: bytes) -> None:
        """The next piece of the document."""
        self._fed += len(data)
        if self._fed > self._limits.max_bytes:
            raise FeedRefused(problems.TOO_LARGE, limit=self._limits.max_bytes)
        self._do(lambda: self._defused.feed(data))
        if self._fed - self._expat.CurrentByteIndex > self._limits.max_token_bytes + self._limits.chunk_bytes:
            self._refuse_length(self._limits.max_token_bytes)

    def close(self) -> None:
        self._do(lambda: self._expat.Parse(b"", True))

    def _do(self, step: "Step") -> None:
        try:
            step()
        except DTDForbidden as error:
            raise FeedRefused(problems.DTD) from error
        except EntitiesForbidden as error:
            raise FeedRefused(problems.ENTITIES) from error
        except ExternalReferenceForbidden as error:
            raise FeedRefused(problems.EXTERNAL) from error
        except (ParseError, expat.ExpatError) as error:
            raise _malformed(error) from error
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or expat cannot use
            raise FeedRefused(problems.ENCODING) from error

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.max_depth:
            raise FeedRefused(problems.TOO_DEEP, limit=self._limits.max_depth, line=self._expat.CurrentLineNumber)
        self._text = ""
        self._handler.start(self._names.get(raw) or self._local(raw), attributes)

    def _end(self, raw: str) -> None:
        self._depth -= 1
        text, self._text = self._text, ""
        self._handler.end(self._names.get(raw) or self._local(raw), text.strip())

    def _data(self, text: str) -> None:
        self._text = self._text + text if self._text else text
        if len(self._text) > self._limits.max_text_characters:
            self._refuse_length(self._limits.max_text_characters)

    def _local(self, raw: str) -> str:
        """A name without its namespace."""
        name = raw.rpartition("}")[2]
        if len(self._names) < _MOST_NAMES:
            self._names[raw] = name
        return name

    def _refuse_length(self, limit: int) -> None:
        raise FeedRefused(problems.TEXT_TOO_LONG, limit=limit, line=self._expat.CurrentLineNumber)


class Step(Protocol):
    """Something that expat does."""

    def __call__(self) -> object: ...


def _malformed(error: ParseError | expat.ExpatError) -> FeedRefused:
    """The refusal of malformed XML; lines and columns count from 1."""
    line, column = error.position if isinstance(error, ParseError) else (error.lineno, error.offset)
    detail = shown(str(error).partition(":")[0], 80)
    return FeedRefused(problems.MALFORMED, line=line, column=column + 1, detail=detail)
