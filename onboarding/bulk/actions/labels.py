"""Adding and removing tags, and setting the customer group."""

from onboarding.bulk.handlers import FieldHandler, register
from onboarding.bulk.models import BulkAction
from onboarding.meters.models import Meter
from portal.problems import Problem, Refused
from programs.schema import schema_for

LONGEST_TAG = 64


class _TagHandler(FieldHandler):
    def clean_value(self, value: str) -> str:
        """Refuses: TAG_MISSING, TAG_NOT_ACCEPTED."""
        if not value:
            raise Refused(Problem("TAG_MISSING", "value"))
        if len(value) > LONGEST_TAG or "," in value:
            raise Refused(Problem("TAG_NOT_ACCEPTED", "value", value))
        return value


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
