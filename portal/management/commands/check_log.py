"""Reads the whole sealed event log and says what is not as it was sealed."""

from argparse import ArgumentParser

from django.core import signing
from django.core.management.base import BaseCommand, CommandError

from portal.events import witness
from portal.events.chain import check_log, open_findings, seal_log
from portal.events.models import What


class Command(BaseCommand):
    help = "Seals what is new, reads the event log against its seals, and fails while a finding is not acknowledged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seal", metavar="LINE", help="A line of an email about seals: is its seal still there?")

    def handle(self, *args: object, **options: object) -> None:
        if options["seal"]:
            self._find(str(options["seal"]))
        seal_log()
        check = check_log()
        findings = list(open_findings())
        for finding in findings:
            self.stderr.write(What(finding.what).text.format(finding.which))
        if findings:
            raise CommandError(f"{len(findings)} findings in {check.events} entries. Acknowledge them in the admin.")
        self.stdout.write(f"{check.events} entries, all as they were sealed. The last seal: {check.head or 'none yet'}")

    def _find(self, line: str) -> None:
        try:
            end = witness.from_line(line)
        except (ValueError, signing.BadSignature) as error:
            raise CommandError("This line was not written by this portal, or somebody changed it.") from error
        if not end.is_in_chain:
            raise CommandError(f"Seal {end.number} is no longer in the log: its end was cut off or made anew.")
        self.stdout.write(f"Seal {end.number} is in the log as it was.")
