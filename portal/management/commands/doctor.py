"""`manage.py doctor`: what is wrong with what the portal needs, and what to do."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.operations.doctor import Diagnosis, diagnose


class Command(BaseCommand):
    help = "Say what is wrong with database, broker, cache, disk, mail, keys, workers; end with 1 if anything is."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        diagnoses = list(diagnose())
        is_well = not any(diagnosis.findings for diagnosis in diagnoses)
        if options["json"]:
            checks = {diagnosis.name: _as_json(diagnosis) for diagnosis in diagnoses}
            self.stdout.write(json.dumps({"ok": is_well, "checks": checks}, indent=1))
        else:
            for diagnosis in diagnoses:
                lines = [f"{finding.msg} {finding.hint}" for finding in diagnosis.findings]
                self.stdout.write(f"{diagnosis.name}: {' '.join(lines) or 'ok'}")
        if not is_well:
            sys.exit(1)


def _as_json(diagnosis: Diagnosis) -> list[dict[str, object]]:
    return [{"problem": finding.msg, "remedy": finding.hint} for finding in diagnosis.findings]
