"""Saving, sharing and removing views of the meters."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from onboarding.portfolio.columns import columns_named, columns_query
from onboarding.portfolio.filters import MeterFilter
from onboarding.portfolio.saved_views.models import SavedView
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused, storable
from portal.web import clock
from portal.web.filters import joined

MOST_VIEWS = 50


def views_for(partner: Partner, user: User) -> QuerySet[SavedView]:
    """Somebody's own views and those that colleagues share, by name."""
    views = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), partner=partner).select_related("owner")
    return views.only("name", "query", "is_default", "owner__name", "owner__email")


def save_view(partner: Partner, user: User, *, name: str, query: str, is_shared: bool, is_default: bool) -> SavedView:
    """Save the view under this name; an own one of the same name is replaced.

    Refuses: VIEW_NEEDS_A_NAME, TOO_MANY_VIEWS.
    """
    name = " ".join(storable(name).split())
    if not 1 <= len(name) <= 64:
        raise Refused(Problem("VIEW_NEEDS_A_NAME", "name", name[:100]))
    with transaction.atomic():
        mine = SavedView.objects.select_for_update().filter(partner=partner, owner=user)
        names = set(mine.values_list("name", flat=True))
        if name not in names and len(names) >= MOST_VIEWS:
            raise Refused(Problem("TOO_MANY_VIEWS", context={"limit": MOST_VIEWS}))
        if is_default:
            mine.update(is_default=False)
        fields = {"query": clean_query(query), "is_shared": is_shared, "is_default": is_default}
        view, _ = SavedView.objects.update_or_create(
            partner=partner, owner=user, name=name, defaults={**fields, "updated_at": clock.now()}
        )
        return view


def clean_query(query: str) -> str:
    """The filters, the order and the chosen columns of a query string, without pages and whatever else stood there."""
    sent = QueryDict(query)
    return joined(clean_filters(sent), columns_query(columns_named(sent.getlist("columns"))))


def clean_filters(sent: QueryDict) -> str:
    """The filters and the order."""
    kept = QueryDict(mutable=True)
    for name in [*MeterFilter.base_filters, "sort"]:
        if value := storable(sent.get(name, "")).strip():
            kept[name] = value[:300]
    return kept.urlencode()


def remove_view(view: SavedView) -> None:
    """Only its owner may; the caller has looked."""
    view.delete()
