"""Feeds as a test looks at them: entries by the name of what is in them, without regard to prefixes."""

from collections import defaultdict
from xml.etree.ElementTree import Element

import defusedxml.ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def entries_of(text: str) -> dict[str, list[Element]]:
    """Atom entries by the local name of their content's element."""
    entries = defaultdict(list)
    for entry in defusedxml.ElementTree.fromstring(text).iter(f"{ATOM}entry"):
        entries[local(entry.find(f"{ATOM}content")[0])].append(entry)
    return entries


def texts(element: Element, name: str) -> list[str]:
    """The texts of all elements with a local name."""
    return [inner.text or "" for inner in element.iter() if local(inner) == name]


def self_of(entry: Element) -> str:
    return next(link.attrib["href"] for link in entry.findall(f"{ATOM}link") if link.attrib["rel"] == "self")


def readings_of(text: str) -> list[tuple[int, int, int]]:
    """Start, duration and value of each reading, of all blocks in order."""
    return [
        (int(texts(reading, "start")[0]), int(texts(reading, "duration")[0]), int(texts(reading, "value")[0]))
        for block in entries_of(text)["IntervalBlock"]
        for reading in block.iter()
        if local(reading) == "IntervalReading"
    ]
