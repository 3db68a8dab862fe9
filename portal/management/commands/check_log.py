"""Reads the whole sealed event log and says what is not as it was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.events.chain import check_log, seal_log

_WORDS = {
    "altered": "entry {} is not as it was sealed",
    "removed": "entry {} was sealed and is gone",
    "added": "entry {} was slipped in among sealed ones",
    "broken": "the chain is broken at seal {}",
}


class Command(BaseCommand):
    help = "Seals what is new, reads the event log against its seals, and fails when an entry is not as it was sealed."

    def handle(self, *args: Any, **options: Any) -> None:
        seal_log()
        check = check_log()
        for what, which in check.findings:
            self.stderr.write(_WORDS[what].format(which))
        if check.findings:
            raise CommandError(f"{len(check.findings)} findings in {check.events} entries.")
        self.stdout.write(f"{check.events} entries, all as they were sealed. The last seal: {check.head or 'none yet'}")
