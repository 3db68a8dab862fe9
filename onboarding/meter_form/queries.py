"""Named reads of drafts, and what a form shows of a meter."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, QuerySet, When

from onboarding.meter_form.models import MeterDraft
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from portal.partners.models import Partner, User
from programs.queries import only_answers, only_utility
from programs.schema import Column, schema_for

# What another device at the same site has in common with the first: everything but what is its own.
_OWN = ("partner_reference", "device.", "load_types.")


def drafts_of(partner: Partner) -> QuerySet[MeterDraft]:
    """The partner's drafts, those that are written already among them."""
    return MeterDraft.objects.filter(partner=partner)


def saved_drafts(partner: Partner) -> QuerySet[MeterDraft]:
    """Those that somebody means to go on with, newest first."""
    return drafts_of(partner).filter(written_meter=None, is_saved=True).select_related("user", "meter").order_by("-pk")


def own_first(drafts: QuerySet[MeterDraft], user: User) -> QuerySet[MeterDraft]:
    return drafts.order_by(Case(When(user=user, then=0), default=1), "-pk")


def programs_of(meter: Meter) -> list[str]:
    """The programs whose fields the form of an existing meter has: those that it is enrolled in."""
    return sorted(meter.enrollments.values_list("program__identifier", flat=True))


def form_columns(programs: Sequence[str], held: Mapping[str, object] | None = None) -> list[Column]:
    """The fields of a form in the catalogue's order: those that the programs offer, and those that are filled."""
    filled = held or {}
    return [column for column in schema_for(programs).columns if not column.hidden or column.key in filled]


def texts_of(meter: Meter) -> dict[str, str]:
    """What a meter holds, as a form shows it: field key to text."""
    return {key: as_text(value) for key, value in schema_for().flatten(asset_of(meter)).items() if value is not None}


def as_text(value: Any) -> str:
    """A stored value as somebody would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def start_of(programs: Sequence[str], *, like: Meter | None = None) -> dict[str, str]:
    """What a new form begins with: what the programs leave no choice about, and what another meter's site has."""
    texts = only_answers(programs)
    if utility := only_utility(programs):
        texts["utility.utility_name"] = utility
    if like is not None:
        known = {column.key for column in form_columns(programs)}
        texts |= {key: text for key, text in texts_of(like).items() if key in known and not key.startswith(_OWN)}
    return texts
