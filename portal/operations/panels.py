"""Parts of the Operations page that higher rooms add."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the page. context: what its template needs, in few queries."""

    heading: str
    template: str
    context: Callable[[], Mapping[str, object]]


_PANELS: list[Panel] = []


def register(panel: Panel) -> None:
    """Add a part below the page's own."""
    _PANELS.append(panel)


def shown_panels() -> list[tuple[Panel, Mapping[str, object]]]:
    """Each part with what its template needs now."""
    return [(panel, panel.context()) for panel in _PANELS]
