"""`manage.py demo_utility`: the demo utility in a process of its own, until it is stopped."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Become the demo utility's server, whose settings, database and port are its own."""

    help = "Play the utilities of the demo, until SIGTERM or Ctrl-C (demo mode only)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.DEMO_UTILITY_PORT, help="the port to listen on")

    def handle(self, *_: Any, port: int, verbosity: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo utility exists in demo mode only, and PORTAL_ENV is production.")
        command = [sys.executable, "-m", "gunicorn", "onboarding.demo_utility.wsgi", "--bind", f"127.0.0.1:{port}"]
        command += ["--workers", "1", "--threads", "8", "--timeout", "120", "--log-level", "warning"]
        command += ["--no-control-socket", "--chdir", str(settings.BASE_DIR)]
        if verbosity:
            self.stdout.write(f"The demo utility runs at http://127.0.0.1:{port}/  (Ctrl-C stops it)")
            self.stdout.flush()
        own = {
            "DATA_DIR": str(settings.DATA_DIR.resolve()),
            "DEMO_UTILITY_PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "onboarding.demo_utility.settings",
        }
        os.execve(command[0], command, {"PORTAL_URL": settings.SITE_URL, **os.environ, **own})  # noqa: S606  no shell is wanted
