"""Asking for a large workbook, making it, and deleting it after a week.

Runs as the job meters.export, in one go: half a workbook cannot be resumed, so a second attempt starts anew.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Final, cast

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from onboarding.meters.models import Meter
from onboarding.portfolio.columns import columns_named, fields_in, reading, with_facts
from onboarding.portfolio.exports.models import OPEN, Export, ExportState
from onboarding.portfolio.exports.notifications import tell_done
from onboarding.portfolio.filters import matching
from onboarding.portfolio.queries import export_header, export_lines
from onboarding.spreadsheets.workbook import drop_leftovers, write_table
from portal import clock
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import LeaseLost, Run, enqueue
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from portal.storage.files import Draft, discard, drafted

MOST_DIRECT: Final = 2_000  # meters; a workbook of so many is made while the browser waits
MOST_METERS: Final = 1_000_000  # a sheet has 1,048,576 rows
MOST_CELLS: Final = 5_000_000  # filled ones; so many take about five minutes of one core
KEPT: Final = timedelta(days=7)
_LEFT_ALONE_SECONDS: Final = 2 * 3600
_AT_ONCE: Final = 1_000  # meters
_BEAT_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What a workbook would hold. most: how many meters fit into one with these columns."""

    meters: int
    columns: int
    most: int

    @property
    def fits(self) -> bool:
        return self.meters <= self.most


def plan_of(partner: Partner, query: str) -> Plan:
    """The workbook of a query string of the Meters page.

    The further places of a list and statuses are columns too, but do not count: hardly a meter fills them.
    """
    params = QueryDict(query)
    header = export_header(columns_named(params.getlist("columns")))
    most = min(MOST_METERS, MOST_CELLS // len(fields_in(header)))
    return Plan(meters=matching(params, partner=partner).count(), columns=len(header), most=most)


def ask_export(partner: Partner, user: User, *, query: str, by: Actor) -> Export:
    """Queue the workbook of a query string. While the same one is being made, that one is returned.

    Refuses: EXPORT_TOO_LARGE, EXPORT_UNDER_WAY.
    """
    plan = plan_of(partner, query)  # before the lock: a million meters take a while to count
    if not plan.fits:
        raise Refused(Problem("EXPORT_TOO_LARGE", context={"most": f"{plan.most:,}"}))
    counts = {"meters": plan.meters, "columns": plan.columns}
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)  # a second click waits for the first
        being_made = Export.objects.filter(partner=partner, state__in=OPEN)
        if same := being_made.filter(query=query).first():
            return same
        if being_made.exists():  # a workbook holds its worker to the end: one partner's never hold all of them
            raise Refused(Problem("EXPORT_UNDER_WAY", context={"partner": partner.name}))
        export = Export.objects.create(partner=partner, user=user, actor=by.as_json(), query=query, **counts)
        record("export.asked", subject=export, partner=partner, by=by, data=counts)
        enqueue("meters.export", subject_id=export.pk, partner=partner)
        return export


def give_up_export(pk: str) -> None:
    """An export that cannot be made says so, and leaves no file."""
    unmade = Export.objects.filter(pk=pk, state__in=OPEN)
    if unmade.update(state=ExportState.FAILED, finished_at=clock.real_now()):
        with suppress(OSError):  # a job must end also while the storage is away
            discard(_file_of(pk))


def make_export(run: Run) -> None:
    """Write every row into a draft, which takes its place when the export is marked done."""
    export = Export.objects.select_related("partner").get(pk=run.job.subject_id)
    if export.state not in OPEN:
        return
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING)
    with drafted(_file_of(export.pk), mark=str(run.job.fence)) as draft:
        meters = _write(run, export, draft)
        size = _put_in_place(run, draft, meters)
        try:
            with run.chunk() as chunk:
                chunk.done = chunk.total = meters
                _finish(export, size=size, meters=meters)
                tell_done(export, run.job)
        except LeaseLost:
            if Export.objects.filter(pk=export.pk, state=ExportState.FAILED).exists():  # nobody else will remove it
                discard(_file_of(export.pk))
            raise


def _put_in_place(run: Run, draft: Draft, meters: int) -> int:
    """Store the workbook; returns its size in bytes. Outside any transaction: a bucket may take minutes."""

    def beat() -> None:
        run.beat(done=meters, total=meters)

    beat()
    return draft.keep(alive=beat)


def _file_of(pk: object) -> str:
    return f"exports/{pk}.xlsx"


def _write(run: Run, export: Export, draft: Draft) -> int:
    """Write the workbook and return how many meters it holds."""
    params = QueryDict(export.query)
    columns = columns_named(params.getlist("columns"))
    pulse = _Pulse(run, total=export.meters)
    meters = matching(params, partner=export.partner)
    lines = export_lines(pulse.counting(_pieces(reading(meters, columns) if columns else with_facts(meters))), columns)
    file = cast("IO[bytes]", _PulsingFile(draft.file, pulse))
    write_table(file, title="Meters", header=export_header(columns), rows=lines)
    return pulse.done


def _pieces(meters: QuerySet[Meter]) -> Iterator[list[Meter]]:
    """The meters, newest first, in a query for each piece: SQLite allows no writes while a cursor is open."""
    newest, rest = meters.order_by("-pk"), meters.order_by("-pk")
    while piece := list(rest[:_AT_ONCE]):
        yield piece
        rest = newest.filter(pk__lt=piece[-1].pk)


class _Pulse:
    """Renews the lease and shows the progress every few seconds, however long the rows and the packing take."""

    def __init__(self, run: Run, *, total: int) -> None:
        self._run, self._total = run, total
        self._beaten = 0.0
        self.done = 0

    def counting(self, pieces: Iterator[list[Meter]]) -> Iterator[Meter]:
        for piece in pieces:
            self.beat()
            for meter in piece:
                self.done += 1
                yield meter

    def beat(self) -> None:
        if time.monotonic() - self._beaten >= _BEAT_SECONDS:
            self._run.beat(done=self.done, total=max(self.done, self._total))
            self._beaten = time.monotonic()


class _PulsingFile:
    """A file that beats while it is written: packing a large workbook takes longer than a lease."""

    def __init__(self, file: IO[bytes], pulse: _Pulse) -> None:
        self._file, self._pulse = file, pulse

    def write(self, data: bytes) -> int:
        self._pulse.beat()
        return self._file.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def _finish(export: Export, *, size: int, meters: int) -> None:
    now = clock.real_now()
    export.state, export.file, export.size, export.meters = ExportState.DONE, _file_of(export.pk), size, meters
    export.finished_at, export.expires_at = now, now + KEPT
    export.save(update_fields=["state", "file", "size", "meters", "finished_at", "expires_at"])
    data = {"meters": meters, "columns": export.columns, "bytes": size}
    record("export.done", subject=export, partner=export.partner, by=Actor.from_json(export.actor), data=data)


def delete_expired() -> None:
    """Delete the files of exports that are past their day; the exports stay, and say so."""
    for export in Export.objects.filter(state=ExportState.DONE, expires_at__lte=clock.real_now()):
        discard(export.file)  # before the row says so: what stops in between is done again in an hour
        Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, file="")


def delete_leftovers() -> None:
    """Delete the sheets that killed writers left half-way, of direct downloads too."""
    drop_leftovers(older_than_seconds=_LEFT_ALONE_SECONDS)
