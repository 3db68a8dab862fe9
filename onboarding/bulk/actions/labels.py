"""Adding and removing tags, and setting the customer group."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from onboarding.bulk.handlers import FieldHandler, register
from onboarding.bulk.models import BulkAction
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from onboarding.meters.queries import meters_of
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem, Refused, storable
from programs.schema import schema_for

LONGEST_TAG = 64


def clean_tag(value: str) -> str:
    """A tag as it is kept. Refuses: TAG_MISSING, TAG_NOT_ACCEPTED."""
    if not value:
        raise Refused(Problem("TAG_MISSING", "value"))
    if len(value) > LONGEST_TAG or "," in value:
        raise Refused(Problem("TAG_NOT_ACCEPTED", "value", value[:100]))
    return value


def change_tags(
    meters: Collection[UUID], *, add: Collection[str] = (), remove: Collection[str] = (), partner: Partner, by: Actor
) -> dict[UUID, tuple[list[str], bool]]:
    """Add tags to these meters of the partner and remove others, at once: its tags then, and whether they changed.

    One meter.tagged or meter.untagged event for each that changes; meters that are not the partner's are passed over.
    Refuses: TAG_MISSING, TAG_NOT_ACCEPTED.
    """
    added = [clean_tag(" ".join(storable(tag).split())) for tag in add]
    gone = {" ".join(storable(tag).split()) for tag in remove}
    results: dict[UUID, tuple[list[str], bool]] = {}
    changes = []
    with transaction.atomic():
        for meter in meters_of(partner).filter(pk__in=meters).select_for_update().order_by("pk"):
            kept = [tag for tag in meter.tags if tag not in gone]
            tags = list(dict.fromkeys([*kept, *added]))
            results[meter.pk] = (tags, tags != meter.tags)
            if tags != meter.tags:
                changes.append(MeterChange(meter, {"tags": tags}))
        change_meters(changes, verb="meter.tagged" if added else "meter.untagged", partner=partner, by=by)
    return results


class _TagHandler(FieldHandler):
    def clean_value(self, value: str) -> str:
        """Refuses: TAG_MISSING, TAG_NOT_ACCEPTED."""
        return clean_tag(value)


class AddTag(_TagHandler):
    """Add one tag."""

    kind = "add_tag"
    label = "Add a tag"
    verb = "meter.tagged"

    def sentence(self, action: BulkAction) -> str:
        return f"Add the tag “{action.value}” to"

    def fields(self, action: BulkAction, meter: Meter) -> dict[str, object]:
        return {"tags": meter.tags if action.value in meter.tags else [*meter.tags, action.value]}


class RemoveTag(_TagHandler):
    """Remove one tag."""

    kind = "remove_tag"
    label = "Remove a tag"
    verb = "meter.untagged"

    def sentence(self, action: BulkAction) -> str:
        return f"Remove the tag “{action.value}” from"

    def fields(self, action: BulkAction, meter: Meter) -> dict[str, object]:
        return {"tags": [tag for tag in meter.tags if tag != action.value]}


class SetGroup(FieldHandler):
    """Set the customer group; an empty one clears it."""

    kind = "set_group"
    label = "Set the customer group"
    verb = "meter.grouped"

    def sentence(self, action: BulkAction) -> str:
        return f"Set the customer group “{action.value}” of" if action.value else "Clear the group of"

    def clean_value(self, value: str) -> str:
        """Refuses: GROUP_NOT_ACCEPTED."""
        if value and not schema_for().accepts("customer_group", value):
            raise Refused(Problem("GROUP_NOT_ACCEPTED", "value", value[:100]))
        return value

    def fields(self, action: BulkAction, meter: Meter) -> dict[str, object]:
        return {"customer_group": action.value}


register(AddTag())
register(RemoveTag())
register(SetGroup())
