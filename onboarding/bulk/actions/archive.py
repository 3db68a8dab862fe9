"""Archiving meters, and restoring them."""

from onboarding.bulk.handlers import FieldHandler, register
from onboarding.bulk.models import BulkAction
from onboarding.meters.models import Meter


class Archive(FieldHandler):
    """Put meters into the archive."""

    kind = "archive"
    label = "Archive"
    verb = "meter.archived"
    note = (
        "Archived meters keep their ID, data and history. They’re hidden from the list, and you can restore them "
        "at any time."
    )

    def fields(self, action: BulkAction, meter: Meter) -> dict[str, object]:
        return {"is_archived": True}


class Restore(FieldHandler):
    """Take meters out of the archive."""

    kind = "restore"
    label = "Restore"
    verb = "meter.taken_out_of_the_archive"

    def fields(self, action: BulkAction, meter: Meter) -> dict[str, object]:
        return {"is_archived": False}


register(Archive())
register(Restore())
