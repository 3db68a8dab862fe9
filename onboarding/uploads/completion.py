"""Completing staged rows that version 0.2.0 wrote: the normal forms of their identifiers."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.fields.json import KT

from onboarding.uploads.models import RowPlan, UploadRow
from portal.jobs.domain import Run
from portal.storage.bulk import update
from programs.identifiers import account_key, reference_key, serial_key

KEYS = ("reference_key", "account_key", "serial_key")
_OF_KNOWN_METERS = (RowPlan.UPDATE, RowPlan.UNCHANGED)
_ACCOUNT, _SERIAL = KT("asset__utility__electric_service_account_number"), KT("asset__device__device_serial_number")


def complete_rows(run: Run) -> None:
    """Look at every staged row, in the order of their IDs."""
    while _chunk(run):
        run.yield_to_other_partners()


def _chunk(run: Run) -> bool:
    with run.chunk() as chunk:
        page = list(_rows(int(chunk.checkpoint.get("after", 0)))[: settings.JOB_CHUNK_ROWS])
        if not page:
            return False
        update(UploadRow, KEYS, _changes(page))
        chunk.checkpoint, chunk.done = {"after": page[-1][0]}, chunk.done + len(page)
    return True


def _rows(after: int) -> QuerySet:
    rows = UploadRow.objects.filter(pk__gt=after).order_by("pk").select_for_update(no_key=True, of=("self",))
    return rows.values_list("pk", "plan", "partner_reference", _ACCOUNT, _SERIAL, *KEYS)


def _changes(page: list[tuple[Any, ...]]) -> Iterator[tuple[object, ...]]:
    """The rows whose keys are not what they should be. A row of a meter that is there already has that meter's key."""
    for pk, plan, reference, account, serial, *held in page:
        own = held[0] if held[0] and plan in _OF_KNOWN_METERS else reference_key(reference)
        keys = [own, account_key(account or ""), serial_key(serial or "")]
        if keys != held:
            yield pk, *keys
