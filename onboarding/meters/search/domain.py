"""Keeps the search texts of meters: after the upload that created them, at once for changed meters."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.models.fields.json import KT

from onboarding.meters.models import Meter
from onboarding.meters.search.folding import folded
from onboarding.meters.search.models import MeterText, TextBacklog
from portal.jobs.domain import Run, enqueue
from portal.storage.bulk import insert, update

if TYPE_CHECKING:
    from portal.partners.models import Partner

COLUMNS = ("partner_reference", "customer_name", "street", "city", "postal_code", "account_number", "serial_number")
SEARCHED = (
    *COLUMNS,
    KT("data__customer__end_customer_email"),
    KT("data__customer__end_customer_phone_number"),
)


def text_of(values: Iterable[str | None]) -> str:
    """What is searched, in the order of SEARCHED, as one text: folded, a line each."""
    return "\n".join(folded(value or "") for value in values)


def expect_texts(batch: UUID, *, partner: "Partner") -> None:
    """Register a new batch: its meters are searched without their texts until the job is done."""
    TextBacklog.objects.get_or_create(batch=batch, defaults={"partner_id": partner.pk})


def make_texts_behind(batch: UUID, *, partner: "Partner") -> None:
    """Queue the texts of a batch's meters."""
    enqueue("meters.texts", subject_id=batch, partner=partner)


def make_texts(run: Run) -> None:
    """Write a text for each meter of the batch that has none."""
    batch = UUID(run.job.subject_id)
    while _chunk(run, batch):
        run.yield_to_other_partners()
    with run.chunk():
        TextBacklog.objects.filter(batch=batch).delete()


def _chunk(run: Run, batch: UUID) -> bool:
    with run.chunk() as chunk:
        meters = Meter.objects.filter(upload_id=batch).order_by("pk")
        if after := chunk.checkpoint.get("after"):
            meters = meters.filter(pk__gt=after)
        lines = list(meters.values_list("pk", "partner_id", *SEARCHED)[: settings.JOB_CHUNK_ROWS])
        if not lines:
            return False
        has_one = set(MeterText.objects.filter(meter__in=[pk for pk, *_ in lines]).values_list("meter_id", flat=True))
        _insert(line for line in lines if line[0] not in has_one)
        chunk.checkpoint, chunk.done = {"after": str(lines[-1][0])}, chunk.done + len(lines)
    return True


def add_texts(meters: Collection[UUID]) -> None:
    """Texts for meters that have none yet, at once."""
    _insert(Meter.objects.filter(pk__in=meters).values_list("pk", "partner_id", *SEARCHED))


def _insert(lines: Iterable[tuple[Any, ...]]) -> None:
    rows = ((pk, partner, text_of(values)) for pk, partner, *values in lines)
    insert(MeterText, ["meter", "partner", "text"], rows)


def refresh_texts(meters: Collection[UUID]) -> None:
    """Meters were changed: write the texts that are others by now. A meter without a text gets it with its batch."""
    known = {line.meter_id: line for line in MeterText.objects.filter(meter__in=meters)}
    now = Meter.objects.filter(pk__in=known.keys()).values_list("pk", *SEARCHED)
    texts = ((known[pk], text_of(values)) for pk, *values in now)
    update(MeterText, ["text"], ((line.pk, text) for line, text in texts if line.text != text))
