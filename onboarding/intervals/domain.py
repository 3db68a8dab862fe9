"""What a partner decides about its interval data."""

from django.db import transaction

from onboarding.intervals.models import IntervalSettings
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Partner


def change_settings(partner: Partner, *, keeps_good_rows: bool, by: Actor) -> bool:
    """Keep what a manager decided; whether it changed anything. Files that are here already keep what held for them."""
    with transaction.atomic():
        Partner.objects.select_for_update().get(pk=partner.pk)
        wishes, _ = IntervalSettings.objects.get_or_create(partner=partner)
        if wishes.keeps_good_rows == keeps_good_rows:
            return False
        before = wishes.as_told()
        wishes.keeps_good_rows = keeps_good_rows
        wishes.save(update_fields=["keeps_good_rows"])
        changes = {name: [before[name], new] for name, new in wishes.as_told().items() if before[name] != new}
        record("intervals.settings_changed", subject=wishes, partner=partner, by=by, data={"changes": changes})
        return True
