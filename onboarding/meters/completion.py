"""Completing meters that version 0.2.0 wrote: keys of which a trigger knew only what was typed, and search texts."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from onboarding.meters.models import CreatedBy, Meter
from onboarding.meters.search.domain import refresh_texts
from portal.jobs.domain import Run
from portal.storage.bulk import update
from programs.identifiers import account_key, reference_key, serial_key

KEYS = ("reference_key", "account_key", "serial_key")
_READ = ("pk", "partner_id", "created_by", "partner_reference", "account_number", "serial_number", *KEYS)
log = logging.getLogger("portal.meters")


def complete_meters(run: Run) -> None:
    """Look at every meter, in the order of their IDs."""
    while _chunk(run):
        run.yield_to_other_partners()


def _chunk(run: Run) -> bool:
    with run.chunk() as chunk:
        meters = Meter.objects.order_by("pk").only(*_READ).select_for_update(no_key=True)
        if after := chunk.checkpoint.get("after"):
            meters = meters.filter(pk__gt=after)
        page = list(meters[: settings.JOB_CHUNK_ROWS])
        if not page:
            return False
        _complete_keys(page)
        refresh_texts([meter.pk for meter in page])
        chunk.checkpoint, chunk.done = {"after": str(page[-1].pk)}, chunk.done + len(page)
    return True


def _complete_keys(meters: Sequence[Meter]) -> None:
    """Write the keys that are not what the identifiers' normal forms are. A twin's key is what was typed, and stays."""
    wanted = {meter.pk: _keys(meter) for meter in meters}
    wrong = [meter for meter in meters if wanted[meter.pk] != tuple(getattr(meter, name) for name in KEYS)]
    holders = _holders([wanted[meter.pk][0] for meter in wrong])
    for meter in wrong:
        reference, account, serial = wanted[meter.pk]
        if meter.created_by == CreatedBy.PARTNER:
            holder = holders.setdefault((meter.partner_id, reference), meter.pk)
            if holder != meter.pk:
                log.warning("Meter %s has a reference that looks like that of meter %s.", meter.pk, holder)
                reference = meter.partner_reference
        wanted[meter.pk] = (reference, account, serial)
    update(Meter, KEYS, [(meter.pk, *wanted[meter.pk]) for meter in wrong])


def _holders(keys: Sequence[str]) -> dict[tuple[UUID, str], UUID]:
    """Which meter has each key, by partner."""
    held = Meter.objects.filter(reference_key__in=keys, created_by=CreatedBy.PARTNER)
    return {(partner, key): pk for partner, key, pk in held.values_list("partner", "reference_key", "pk")}


def _keys(meter: Meter) -> tuple[str, str, str]:
    return reference_key(meter.partner_reference), account_key(meter.account_number), serial_key(meter.serial_number)
