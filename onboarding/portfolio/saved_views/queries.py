"""The views as the list shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from onboarding.portfolio.saved_views.counts import counts_of_views
from onboarding.portfolio.saved_views.domain import views_for
from onboarding.portfolio.saved_views.models import SavedView
from portal.partners.models import Partner, User
from portal.web.filters import joined

BUILT_IN = (
    ("All", "sort=newest"),
    ("Needs me", "acts=partner"),
    ("Waiting for Leap", "acts=leap"),
    ("Active", "status=ACTIVE"),
    ("Not eligible", "status=INELIGIBLE"),
)


@dataclass(frozen=True, slots=True)
class ShownView:
    """A link above the list. shared_by: the colleague whose view it is, "" for an own or a built-in one. count: how
    many meters it has, in words; "" where that is not known at once."""

    name: str
    query: str
    is_current: bool
    shared_by: str = ""
    count: str = ""


def shown_views(partner: Partner, user: User, *, filters: str, columns: str) -> tuple[list[ShownView], list[SavedView]]:
    """The links above the list that a query string asks for, and the person's own views. Two queries,
    and one more for each saved view of a program.

    A built-in view says nothing of columns, so it keeps those that are chosen.
    """
    query = joined(filters, columns)
    saved = list(views_for(partner, user))
    is_saved = any(view.query == query for view in saved)
    counts = counts_of_views(partner, [*(line for _, line in BUILT_IN), *(view.query for view in saved)])
    links = []
    for name, line in BUILT_IN:
        is_current = not is_saved and (line == filters or (not filters and name == "All"))
        links.append(ShownView(name, joined(line, columns), is_current, count=counts.get(line, "")))
    for view in saved:
        owner = "" if view.owner_id == user.pk else str(view.owner)
        links.append(ShownView(view.name, view.query, view.query == query, owner, counts.get(view.query, "")))
    return links, [view for view in saved if view.owner_id == user.pk]


def default_of(own: Sequence[SavedView]) -> str:
    """The query string that somebody's list begins with; "" for the whole list."""
    return next((view.query for view in own if view.is_default), "")
