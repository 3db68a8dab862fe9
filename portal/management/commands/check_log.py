"""Reads the whole sealed event log and says what is not as it was sealed."""

from django.core.management.base import BaseCommand, CommandError

from portal.events.chain import check_log, open_findings, seal_log
from portal.events.models import What


class Command(BaseCommand):
    help = "Seals what is new, reads the event log against its seals, and fails while a finding is not acknowledged."

    def handle(self, *args: object, **options: object) -> None:
        seal_log()
        check = check_log()
        findings = list(open_findings())
        for finding in findings:
            self.stderr.write(What(finding.what).text.format(finding.which))
        if findings:
            raise CommandError(f"{len(findings)} findings in {check.events} entries. Acknowledge them in the admin.")
        self.stdout.write(f"{check.events} entries, all as they were sealed. The last seal: {check.head or 'none yet'}")
