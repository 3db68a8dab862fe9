"""What rooms above add to the pages of a link and of a connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from onboarding.connect.models import Connection, ConnectLink


@dataclass(frozen=True, slots=True)
class LinkPanel:
    """A section of a link's page. context: what its template needs, for a link."""

    template: str
    context: Callable[[ConnectLink], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class ConnectionPanel:
    """A section of a connection's page. context: what its template needs, for a connection."""

    template: str
    context: Callable[[Connection], Mapping[str, object]]


_OF_LINKS: list[LinkPanel] = []
_OF_CONNECTIONS: list[ConnectionPanel] = []
Shown = list[tuple[str, Mapping[str, object]]]


def register(panel: LinkPanel | ConnectionPanel) -> None:
    """Add a section below those that are there; registering it again has no effect."""
    if isinstance(panel, LinkPanel) and panel not in _OF_LINKS:
        _OF_LINKS.append(panel)
    if isinstance(panel, ConnectionPanel) and panel not in _OF_CONNECTIONS:
        _OF_CONNECTIONS.append(panel)


def panels_of_link(link: ConnectLink) -> Shown:
    """The templates of the sections, each with its context."""
    return [(panel.template, panel.context(link)) for panel in _OF_LINKS]


def panels_of_connection(connection: Connection) -> Shown:
    """The templates of the sections, each with its context."""
    return [(panel.template, panel.context(connection)) for panel in _OF_CONNECTIONS]
