"""`manage.py watch_drop_folder DIR`: takes the files that partners put into their folders by SFTP."""

import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from onboarding.intervals.drop_folder import DropFolder, WatchedAlready, watched
from portal.partners.models import Partner

_PAUSE_SECONDS = 2


class Command(BaseCommand):
    """Watches until SIGTERM or Ctrl-C. May be killed at any moment: nothing is lost, and nothing taken twice."""

    help = "Take files of interval data out of each partner's folder in DIR, and put the results beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path, help="the folder that has a folder for each account ID")
        parser.add_argument(
            "--wait",
            type=float,
            default=15,
            metavar="SECONDS",
            help="for how long a file must have been left alone (15)",
        )
        parser.add_argument("--once", action="store_true", help="go round once, and end")
        parser.add_argument("--accounts", action="store_true", help="only name each partner's user and folder")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["accounts"]:
            for partner in Partner.objects.filter(is_active=True).order_by("name"):
                self.stdout.write(f"{partner.pk.hex}  {partner.name}")
            return
        folder = DropFolder(options["dir"], quiet_seconds=options["wait"], say=self.stderr.write)
        try:
            with watched(options["dir"]):
                if options["once"]:
                    self.stdout.write(f"Files that were taken or brought back: {folder.go_round()}.")
                else:
                    self._watch(folder)
        except WatchedAlready:
            raise CommandError("Another process watches this folder.") from None
        except OSError as error:
            raise CommandError(f"{options['dir']}: {error.strerror}") from error

    def _watch(self, folder: DropFolder) -> None:
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        signal.signal(signal.SIGIO, signal.SIG_IGN)  # sent to who holds a lease on a file when others want to write
        while not stopping.is_set():
            close_old_connections()
            try:
                moved = folder.go_round()
            except Error as error:  # a lost server comes back
                self.stderr.write(f"the database: {error}")
                moved = 0
            if not moved:
                stopping.wait(_PAUSE_SECONDS)
