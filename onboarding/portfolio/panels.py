"""What can be done with meters that somebody chose in a list: the rooms above offer it, the list shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelectionPanel:
    """A part of the form around a list of meters, which posts the chosen ones (`meter`) or the list's `query`.

    action: the URL name that the form posts to. fields: the template of the fields. besides: the template of what else
    is offered for the list. context: what the templates need.
    """

    action: str
    fields: str
    besides: str
    context: Callable[[], Mapping[str, object]]


_PANELS: list[SelectionPanel] = []


def register(panel: SelectionPanel) -> None:
    """Offer a panel. The lists show the one that was registered."""
    if _PANELS and panel not in _PANELS:
        raise ValueError("a second panel for chosen meters")
    _PANELS[:] = [panel]


def panel_context() -> dict[str, object]:
    """The registered panel and its context, for the template of a list."""
    return {"panel": _PANELS[0], **_PANELS[0].context()} if _PANELS else {"panel": None}
