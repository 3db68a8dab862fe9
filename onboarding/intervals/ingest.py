"""A file of intervals is read and checked, then stored part by part.

One job in two steps. Reading writes the good rows, sorted, into parts, which are kept beside the file; no interval is
stored yet, so that a worker that dies reads again. Storing takes a piece of a part in each transaction, with its
checkpoint: killed and begun again, on this machine or another, each row is stored once. As published, one error fails
the file, unless the partner keeps good rows.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import transaction

from onboarding.intervals.columns import value_columns
from onboarding.intervals.keeping import keep_intervals, series_of
from onboarding.intervals.meter_facts import facts_of, read_ids, write_ids
from onboarding.intervals.models import (
    DataType,
    IntervalSource,
    IntervalUpload,
    IntervalUploadState,
)
from onboarding.intervals.notifications import tell_read
from onboarding.intervals.reader import Order, read_file
from onboarding.intervals.reading.layouts import MINUTES
from onboarding.intervals.reading.refusals import FileRefused
from onboarding.intervals.reading.rows import ROW
from onboarding.intervals.store import INTERVAL, Put, interval_store
from onboarding.intervals.store.interface import Intervals
from onboarding.intervals.store.times import minutes_of, moment
from onboarding.intervals.workbooks import as_csv
from portal.events.actors import Actor
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.jobs.models import Job
from portal.problems import Problem, Refused, storable, storable_json
from portal.storage import files
from portal.storage.temporary import scratch_folder
from portal.web import clock

_DONE: Final = "read.json"
_METERS: Final = "meters.txt"
_WARNINGS_SHOWN: Final = 200


def ingest(run: Run) -> None:
    """Read and store the file of one upload."""
    upload = IntervalUpload.objects.select_related("partner", "user").filter(pk=run.job.subject_id).first()
    if upload is None or not upload.status.moving:
        return
    if not files.exists(_part(upload, _DONE)):
        try:
            _read(run, upload)
        except FileRefused as refusal:
            _end(run, upload, problem=Problem(refusal.code, "file", upload.file_name, refusal.context))
            return
    with files.open_file(_part(upload, _DONE)) as file:
        told = json.load(file)
    if not told["counts"]["good"] or (told["counts"]["errors"] and not upload.keeps_good_rows):
        problem = None if told["counts"]["errors"] else _nothing(upload)
        _end(run, upload, problem=problem)
        return
    _store(run, upload, told)
    _end(run, upload)


def keep_good_rows(upload: IntervalUpload, *, by: Actor) -> None:
    """Read a file that failed for some of its rows again, and store the good ones. Refuses: INTERVAL_NO_GOOD_ROWS."""
    failed = IntervalUpload.objects.filter(pk=upload.pk, state=IntervalUploadState.FAILED, problem={})
    with transaction.atomic():
        if not upload.count("good") or not failed.update(
            state=IntervalUploadState.QUEUED, keeps_good_rows=True, finished_at=None, updated_at=clock.now()
        ):
            raise Refused(Problem("INTERVAL_NO_GOOD_ROWS"))
        record("intervals.good_rows_kept", subject=upload, partner=upload.partner, by=by)
        enqueue("intervals.ingest", subject_id=upload.pk, partner=upload.partner)


def give_up(job: Job) -> None:
    """When the job is given up: what was stored stays, and is counted."""
    upload = IntervalUpload.objects.select_related("partner").filter(pk=job.subject_id).first()
    if upload is not None and upload.status.moving:
        _finish(upload, problem=Problem("INTERVAL_INGEST_STOPPED", "file", upload.file_name))
        with suppress(OSError):  # a job must end also while the storage is away
            files.remove_folder(_part(upload))


def _nothing(upload: IntervalUpload) -> Problem:
    reason = "it has no rows below its first line."
    return Problem("INTERVAL_FILE_UNREADABLE", "file", upload.file_name, {"reason": reason})


# --- reading


def _read(run: Run, upload: IntervalUpload) -> None:
    """Read the file into parts, and tell what was found."""
    files.remove_folder(_part(upload))
    with run.chunk():
        IntervalUpload.objects.filter(pk=upload.pk).update(state=IntervalUploadState.PROCESSING, updated_at=clock.now())
    upload.state = IntervalUploadState.PROCESSING
    if not files.exists(upload.stored_name):
        raise FileRefused("INTERVAL_FILE_UNREADABLE", "we no longer keep it.")
    with scratch_folder() as folder, files.local_copy(upload.stored_name, alive=run.beat) as path:
        _read_into(folder, run, upload, path)


def _read_into(folder: Path, run: Run, upload: IntervalUpload, path: Path) -> None:
    if path.suffix == ".xlsx":
        path = as_csv(path, folder / "workbook.csv", file_name=upload.file_name, on_wait=run.beat)
    ids_path = folder / _METERS
    write_ids(upload.partner, ids_path)
    ids = read_ids(ids_path)
    order = Order(
        path=path,
        is_parquet=path.suffix == ".parquet",
        data_type=upload.data_type,
        meters=ids_path,
        folder=folder,
        now=minutes_of(clock.now()),
        value_columns=value_columns(),
        memory_mb=settings.INTERVAL_READER_MEMORY_MB,
        cpu_seconds=settings.INTERVAL_READER_SECONDS,
    )

    def on_wait(lines: int, share: float) -> None:
        run.beat()
        _count(upload, lines=lines, percent=round(share * 100))

    read = read_file(order, facts_of=lambda numbers: facts_of(ids, numbers, upload.partner), on_wait=on_wait)
    _keep_results(run, upload, folder, {**read.told, "meters": len(read.numbers)})
    told = {"numbers": read.numbers, "parts": read.told["parts"], "counts": read.told["counts"]}
    (folder / _DONE).write_text(json.dumps(told))
    for path in (*sorted(folder.glob("*.rows")), ids_path, folder / _DONE):  # the last one says that all are there
        files.put(path, _part(upload, path.name), alive=run.beat)


def _part(upload: IntervalUpload, *names: str) -> str:
    """The stored name of what was read of a file; without a name, of the folder of all that."""
    return "/".join([f"intervals/{upload.partner_id}/{upload.pk}.read", *names])


def _keep_results(run: Run, upload: IntervalUpload, folder: Path, told: dict[str, Any]) -> None:
    """The files beside the upload, and what its page shows."""
    kept = {"errors": "errors.csv", "bad_lines": "bad_lines.csv"}
    names = {}
    for what, name in kept.items():
        path = folder / name
        if told["counts"]["errors"] and path.exists():
            names[what] = f"intervals/{upload.partner_id}/{upload.pk}.{name}"
            files.put(path, names[what], alive=run.beat)
    warnings = [*_about_file(told), *(_warning(one) for one in told["warnings"])]
    counts = {
        **told["counts"],
        "meters": told["meters"],
        "read_at": int(clock.real_now().timestamp()),
        "first_lines": storable_json(told["first_lines"]),
        "warning_counts": told["warning_counts"],
    }
    with run.chunk():
        IntervalUpload.objects.filter(pk=upload.pk).update(
            counts=counts,
            error_summary=told["error_summary"],
            warnings=[problem.as_json() for problem in warnings[:_WARNINGS_SHOWN]],
            errors_name=names.get("errors", ""),
            bad_lines_name=names.get("bad_lines", ""),
            updated_at=clock.now(),
        )
    upload.refresh_from_db()


def _about_file(told: dict[str, Any]) -> Iterator[Problem]:
    for name in told["unknown"]:
        yield Problem("INTERVAL_COLUMN_UNKNOWN", name, storable(name))
    if told["counts"]["repeated"]:
        yield Problem("INTERVAL_ROWS_REPEATED", "", "", {"count": told["counts"]["repeated"]})


def _warning(told: dict[str, Any]) -> Problem:
    facts = {name: value for name, value in told.items() if name != "code"}
    return Problem(told["code"], "", str(facts.get("meter", "")), facts)


def _count(upload: IntervalUpload, **counts: int) -> None:
    upload.counts = {**upload.counts, **counts}
    IntervalUpload.objects.filter(pk=upload.pk).update(counts=upload.counts, updated_at=clock.now())


# --- storing


def _store(run: Run, upload: IntervalUpload, told: dict[str, Any]) -> None:
    """Store the parts that are not stored yet."""
    with files.local_copy(_part(upload, _METERS), alive=run.beat) as path:
        ids = read_ids(path)
    numbers = np.full(len(ids), -1, np.int32)
    with run.chunk():
        meters = [ids[number] for number in told["numbers"]]
        series = series_of(meters, partner=upload.partner, data_type=DataType(upload.data_type), minutes=MINUTES)
        source = IntervalSource.objects.get(upload=upload)
        IntervalUpload.objects.filter(pk=upload.pk).update(
            pending_series=sorted(series.values()), updated_at=clock.now()
        )
    numbers[told["numbers"]] = [series.get(meter, -1) for meter in meters]
    run.start_slice()
    for place, rows in _pieces(run, upload, told["parts"], numbers):
        if len(rows):
            interval_store().prepare(int(rows["start"].min()), int(rows["start"].max()))
        with run.chunk() as chunk:
            put = keep_intervals(rows, partner=upload.partner, minutes=MINUTES, source=source)
            chunk.checkpoint = place
            chunk.done, chunk.total = upload.count("stored") + len(rows), told["counts"]["good"]
            if len(rows):
                _note_stored(upload, rows, put)
        run.yield_to_other_partners()


def _pieces(
    run: Run, upload: IntervalUpload, parts: Sequence[int], numbers: "np.ndarray[Any, np.dtype[np.int32]]"
) -> Iterator[tuple[dict[str, int], Intervals]]:
    """Each piece that is not stored yet, and the checkpoint behind it."""
    size = settings.JOB_INTERVAL_ROWS
    begun = run.checkpoint
    for part in range(int(begun.get("part", 0)), len(parts)):
        with files.local_copy(_part(upload, f"{part:03}.rows"), alive=run.beat) as path:
            rows = np.fromfile(path, ROW)
        first = int(begun.get("row", 0)) if part == begun.get("part", 0) else 0
        for begin in range(first, len(rows), size):
            end = min(begin + size, len(rows))
            place = {"part": part, "row": end} if end < len(rows) else {"part": part + 1, "row": 0}
            yield place, _intervals(rows[begin:end], numbers)


def _intervals(rows: "np.ndarray[Any, Any]", numbers: "np.ndarray[Any, np.dtype[np.int32]]") -> Intervals:
    """Rows as the store takes them, sorted by series and start; without those of meters that are gone."""
    intervals = np.zeros(len(rows), INTERVAL)
    intervals["series"] = numbers[rows["meter"]]
    for name in ("start", "net", "generated", "consumed", "final"):
        intervals[name] = rows[name]
    intervals = intervals[intervals["series"] >= 0]
    return intervals[np.argsort(intervals["series"], kind="stable")]


def _note_stored(upload: IntervalUpload, rows: Intervals, put: Put) -> None:
    counts = upload.counts
    for name, more in (*asdict(put).items(), ("stored", len(rows))):
        counts = {**counts, name: counts.get(name, 0) + more}
    first, last = moment(int(rows["start"].min())), moment(int(rows["start"].max()))
    values = {
        "counts": counts,
        "first_start": min(upload.first_start or first, first),
        "last_start": max(upload.last_start or last, last),
        "updated_at": clock.now(),
    }
    IntervalUpload.objects.filter(pk=upload.pk).update(**values)
    for name, value in values.items():
        setattr(upload, name, value)


# --- the end


def _end(run: Run, upload: IntervalUpload, *, problem: Problem | None = None) -> None:
    _write_feedback(upload, problem)
    with run.chunk():
        _finish(upload, problem=problem)
        tell_read(upload, run.job)
    files.remove_folder(_part(upload))


def _finish(upload: IntervalUpload, *, problem: Problem | None) -> None:
    """In the caller's transaction: the upload's last state, and its event."""
    is_stored = problem is None and upload.count("stored") > 0
    upload.state = IntervalUploadState.COMPLETED if is_stored else IntervalUploadState.FAILED
    upload.problem = problem.as_json() if problem else {}
    upload.pending_series = []
    upload.updated_at = upload.finished_at = clock.now()
    upload.save(update_fields=["state", "problem", "pending_series", "feedback_name", "updated_at", "finished_at"])
    told = ("rows", "bad", "new", "changed", "same", "newer", "meters")
    record(
        "intervals.stored" if is_stored else "intervals.failed",
        subject=upload,
        partner=upload.partner,
        by=Actor.from_json(upload.actor),
        data={"file_name": upload.file_name, **{name: upload.count(name) for name in told}},
    )


def _write_feedback(upload: IntervalUpload, problem: Problem | None) -> None:
    """The summary as a small CSV: what was counted, then the errors by column and code."""
    name = f"intervals/{upload.partner_id}/{upload.pk}.feedback"
    with files.drafted(name, mark="feedback") as draft:
        lines: list[tuple[object, ...]] = [("what", "column", "code", "count")]
        counted = ("lines", "rows", "bad", "repeated", "new", "changed", "same", "newer")
        lines += [(what, "", "", upload.count(what)) for what in counted]
        lines += [("errors", kind["column"], kind["code"], kind["count"]) for kind in upload.error_summary]
        if problem:
            lines.append(("file", "", problem.code, 1))
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(lines)
        draft.file.write(text.getvalue().encode())
        draft.keep()
    upload.feedback_name = name
