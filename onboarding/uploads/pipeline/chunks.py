"""The rows of an open file checked and staged in chunks, each in one transaction with its problems and checkpoint."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypedDict, cast

from django.conf import settings
from django.db import IntegrityError, transaction

from onboarding.uploads.columns.dates import Votes, add_votes
from onboarding.uploads.columns.encodings import warnings_of_guess
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.first_rows import FirstRows
from onboarding.uploads.pipeline.preview import RowPreview, RowResult
from onboarding.uploads.pipeline.processes import KINDS, Chunk, ChunksInProcesses, processes
from onboarding.uploads.pipeline.source import OpenSource, SourceRow
from onboarding.uploads.pipeline.staging import (
    PROBLEM_COLUMNS,
    ROW_COLUMNS,
    add_to_outlook,
    keeps_cells,
    problem_values,
    row_values,
    validate_rows,
)
from onboarding.uploads.stored import Outlook
from portal.jobs.domain import Chunk as JobChunk
from portal.jobs.domain import Run
from portal.jobs.throughput import collecting_by_hand
from portal.storage.bulk import insert

_CHUNKS_A_COLLECTION = 10


class CheckProgress(TypedDict):
    """The checkpoint of a check: the last row that is staged, the header's row, and what was counted on the way."""

    row: int
    first: int
    counts: dict[str, int]
    regions: list[str]
    outlook: Outlook
    date_votes: Votes


@dataclass(frozen=True, slots=True)
class CheckOfRows:
    """Checks the rows of one upload beyond the last one that is staged (`reached`).

    guessed: the encoding that nobody said, when the texts of the file depend on it.
    """

    run: Run
    upload: Upload
    preview: RowPreview
    source: OpenSource
    reached: int
    guessed: str

    def all(self) -> None:
        """Check them all; in several processes, where they can share the work, as soon as there is a second chunk."""
        number, chunks = processes(), self._chunks()
        whole = self._whole(chunks)
        with collecting_by_hand() as collect:
            first = list(islice(whole, 2 if number > 1 else 0))
            if len(first) == 2:
                preview = self.preview
                firsts = {"references": preview.references, "letters": preview.letters, "serials": preview.serials}
                check = ChunksInProcesses(self.run, self._check_beside, firsts)
                check.check_all(chain(first, chunks), processes=number)
                return
            for checked, chunk in enumerate(chain(first, whole), 1):
                self._check(chunk)
                if checked % _CHUNKS_A_COLLECTION == 0:
                    collect()
                self.run.yield_to_other_partners()

    def _whole(self, chunks: Iterator[Chunk | None]) -> Iterator[Chunk]:
        """The same without None; beats meanwhile."""
        for chunk in chunks:
            if chunk:
                yield chunk
            else:
                self.run.beat_now_and_then()

    def _chunks(self) -> Iterator[Chunk | None]:
        """Chunks of a transaction's size; None for each piece of the file that fills none."""
        waiting: Chunk = []
        for packed in self.source.packed:
            if packed.last <= self.reached:
                self.run.start_slice()
            else:
                waiting.append(packed)
            if sum(packed.count for packed in waiting) >= settings.JOB_CHUNK_ROWS:
                yield waiting
                waiting = []
            else:
                yield None
        if waiting:
            yield waiting

    def _check(self, chunk: Chunk) -> None:
        rows, results = self._validated(chunk)
        with self.run.chunk() as job:
            self._write(rows, results)
            self._count(job, rows, results)

    def _check_beside(self, chunk: Chunk, *, firsts: Mapping[str, FirstRows], turn: Callable[[], None]) -> None:
        """The same beside other processes: the rows are written before it is their turn to be counted."""
        preview = self.preview
        preview.references, preview.letters, preview.serials = (firsts[kind] for kind in KINDS)
        rows, results = self._validated(chunk)
        try:
            with transaction.atomic():
                self._write(rows, results)
                turn()
                with self.run.chunk() as job:
                    self._count(job, rows, results)
        except IntegrityError:
            self.run.beat()  # LeaseLost, when it was another worker that has staged these rows
            raise

    def _validated(self, chunk: Chunk) -> tuple[list[SourceRow], list[RowResult]]:
        rows = [row for packed in chunk for row in self.source.unpack(packed) if row.number > self.reached]
        results = validate_rows(self.upload, self.preview, [(row.number, row.cells) for row in rows])
        for result, row in zip(results, rows, strict=True) if self.guessed else ():
            guesses = warnings_of_guess(row.cells, self.guessed, self.preview.schema)
            result.warnings = (*result.warnings, *guesses)
        return rows, results

    def _write(self, rows: Sequence[SourceRow], results: Sequence[RowResult]) -> None:
        """Stage rows with their problems, in the caller's transaction."""
        kept = (row.to_keep if keeps_cells(result) else None for result, row in zip(results, rows, strict=True))
        values = (row_values(self.upload, result, cells) for result, cells in zip(results, kept, strict=True))
        insert(UploadRow, ROW_COLUMNS, values)
        insert(UploadProblem, PROBLEM_COLUMNS, problem_values(self.upload, results, self.source.column_of))

    def _count(self, job: JobChunk, rows: Sequence[SourceRow], results: Sequence[RowResult]) -> None:
        """Count staged rows into the job's checkpoint."""
        progress = cast(CheckProgress, job.checkpoint)
        counts = Counter(progress["counts"])
        counts.update(result.plan.value for result in results)
        regions = {result.asset["transmission_region"] for result in results if result.asset}
        for result in results:
            add_to_outlook(progress["outlook"], result.programs)
        job.checkpoint = {
            **progress,
            "row": rows[-1].number,
            "counts": dict(counts),
            "regions": sorted(regions.union(progress["regions"])),
            "date_votes": add_votes(progress["date_votes"], self.preview.schema, [row.cells for row in rows]),
        }
        job.done += len(rows)
