"""Moves intervals from the portal's database into the store that INTERVAL_STORE_URL names, or back."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Final

from django.core.management.base import BaseCommand, CommandError

from onboarding.intervals.models import IntervalSeries
from onboarding.intervals.store import interval_store
from onboarding.intervals.store.clickhouse import ClickhouseStore
from onboarding.intervals.store.moving import Moved, NotTheSame, move, move_back, pieces
from portal.storage.clickhouse import ClickhouseAway

_TRIES: Final = 120


class Command(BaseCommand):
    help = (
        "Copies intervals from the portal's database into the store of INTERVAL_STORE_URL, reads each of them there "
        "and compares. The portal may go on meanwhile. Stopped, it can be started again: nothing is sent twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="Remove from the database what was compared.")
        parser.add_argument("--back", action="store_true", help="Move all intervals back into the portal's database.")
        parser.add_argument("--series", type=int, default=20, help="How many series are a piece (20).")

    def handle(self, *args: object, **options: object) -> None:
        store = interval_store()
        if not isinstance(store, ClickhouseStore):
            raise CommandError("Intervals are in the portal's database alone. Set INTERVAL_STORE_URL.")
        is_back, removing = bool(options["back"]), bool(options["remove"])
        total = Moved()
        try:
            for moved in self._moved(store, int(str(options["series"])), is_back=is_back, removing=removing):
                total += moved
        except NotTheSame as wrong:
            series = IntervalSeries.objects.get(pk=wrong.series)
            raise CommandError(
                f"Series {series.pk} of meter {series.meter_id} is not read back as it was sent: on {wrong.day}, UTC, "
                f"{wrong.sent:,} intervals were sent and {wrong.read:,} read, or one has other values. Nothing of this "
                f"piece was changed; {total.intervals:,} intervals before it are right. Look at the log of ClickHouse, "
                "then start again."
            ) from wrong
        except ClickhouseAway as error:
            raise CommandError(
                f"{error.strerror}. {total.intervals:,} intervals were done before. Start again when it answers."
            ) from error
        self.stdout.write(_words_back(total) if is_back else _words(total, removing=removing))
        if is_back:
            self._end(store)

    def _end(self, store: ClickhouseStore) -> None:
        """Wait until ClickHouse has removed what was moved back; then nothing refers to it any more."""
        for _ in range(_TRIES):
            if not store.remove_forgotten(limit=500):
                store.end()
                self.stdout.write(
                    "ClickHouse has none of them any more. Unset INTERVAL_STORE_URL, restart all processes."
                )
                return
            time.sleep(1)
        raise CommandError("ClickHouse still removes what was moved. Start again later, before you unset its address.")

    def _moved(self, store: ClickhouseStore, size: int, *, is_back: bool, removing: bool) -> Iterator[Moved]:
        """What was done with each piece that has intervals to move; says it now and then."""
        for partner, series in pieces(size):
            moved = move_back(store, partner, series) if is_back else move(store, partner, series, removing=removing)
            if moved.intervals:
                self.stdout.write(f"series {series[0]} to {series[-1]}: {moved.intervals:,} intervals compared")
                yield moved


def _words(total: Moved, *, removing: bool) -> str:
    if not total.intervals:
        return "The database has no intervals to copy: all are in ClickHouse."
    there = total.intervals - total.sent
    kept = (
        "The database has none of them any more." if removing else "The database has them too; --remove removes them."
    )
    return (
        f"All {total.intervals:,} intervals are in ClickHouse: {total.sent:,} were sent now, {there:,} were there, "
        f"{total.corrected:,} of these corrected there since. What was sent was read back and "
        f"compared. {kept}"
    )


def _words_back(total: Moved) -> str:
    return f"{total.intervals:,} intervals were written into the database, read back and compared."
