"""How utilities' feeds differ, and the writing of Atom entries in each of these ways.

The oddities are those of real files: PG&E's prefixes, milliseconds and ZIP code in the town's code; SCE's split street,
plain identifiers and unknown quality.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

ATOM: Final = "http://www.w3.org/2005/Atom"
ESPI: Final = "http://naesb.org/espi"
CUSTOMER: Final = "http://naesb.org/espi/customer"

Tree = tuple[str, "str | int | Iterable[Tree]"]  # an element: its name, and its text or children


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way to write feeds. Prefixes end with a colon or are empty."""

    atom: str
    espi: str
    has_urns: bool
    in_milliseconds: bool
    is_street_split: bool
    meter_element: str
    reading_quality: int | None
    summary_quality: int
    summary_element: str
    power_of_ten: int


DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "PGE": Dialect("ns1:", "ns0:", False, True, False, "Meter", 17, 14, "ElectricPowerUsageSummary", 0),
        "SCE": Dialect("", "", False, False, True, "EndDevice", None, 19, "UsageSummary", 0),
        "ESPI": Dialect("", "espi:", True, False, False, "EndDevice", 14, 14, "UsageSummary", -3),
    }
)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def xml(tree: Tree, prefix: str = "", namespace: str = "") -> str:
    """An element with what is in it; the outermost declares its namespace."""
    name, content = tree
    colon = f":{prefix.removesuffix(':')}" if prefix else ""
    declaration = f" xmlns{colon}={quoteattr(namespace)}" if namespace else ""
    inner = escape(str(content)) if isinstance(content, str | int) else "".join(xml(child, prefix) for child in content)
    return f"<{prefix}{name}{declaration}>{inner}</{prefix}{name}>"


def identifier(dialect: Dialect, href: str) -> str:
    """An entry's id, the same each time."""
    number = uuid5(NAMESPACE_URL, href)
    return f"urn:uuid:{str(number).upper()}" if dialect.has_urns else str(number)


def opening(dialect: Dialect, href: str, title: str, at: datetime) -> str:
    """The beginning of a feed."""
    a = dialect.atom
    colon = f":{a.removesuffix(':')}" if a else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{a}feed xmlns{colon}="{ATOM}">'
        f"<{a}id>{identifier(dialect, href)}</{a}id><{a}title>{escape(title)}</{a}title>"
        f'<{a}updated>{stamp(at)}</{a}updated><{a}link href={quoteattr(href)} rel="self"/>\n'
    )


def closing(dialect: Dialect) -> str:
    return f"</{dialect.atom}feed>\n"


def entry(
    dialect: Dialect,
    href: str,
    content: str,
    at: datetime,
    *,
    related: Iterable[str] = (),
    title: str = "",
    declares: bool = False,
    name: str = "",
) -> str:
    """An entry of a feed, or (with `declares`) a document that is one entry. `href` is its own address.

    What has several addresses has a `name`, from which its id is made; without, from its address.
    """
    a = dialect.atom
    colon = f":{a.removesuffix(':')}" if a else ""
    links = [(href.rpartition("/")[0], "up"), (href, "self"), *((other, "related") for other in related)]
    return (
        f"<{a}entry{f' xmlns{colon}={quoteattr(ATOM)}' if declares else ''}>"
        f"<{a}id>{identifier(dialect, name or href)}</{a}id>"
        + "".join(f"<{a}link href={quoteattr(link)} rel={quoteattr(rel)}/>" for link, rel in links)
        + f"<{a}title>{escape(title)}</{a}title><{a}published>{stamp(at)}</{a}published>"
        f"<{a}updated>{stamp(at)}</{a}updated><{a}content>{content}</{a}content></{a}entry>\n"
    )
