"""`make run`: everything a first start needs, then web server, worker and demo utility, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command


class Command(BaseCommand):
    """Prepare the data (safe when it is there), then serve and work; stop all when told to stop."""

    help = "Run the portal with its worker and the demo utility on this machine. PORT is honoured."

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION:
            raise CommandError("`run` is for the demo. In production, start gunicorn and celery as README.md says.")
        os.umask(0o077)  # what the portal writes is for its own user
        call_command("migrate", verbosity=0)
        call_command("seed_catalogue", verbosity=0)
        call_command("demo_signins", ensure=True, quiet=True)
        call_command("demo_portfolio")
        call_command("demo_connect")
        call_command("demo_customers")
        call_command("compile_texts", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        _Supervisor(self, settings.LISTEN_PORT).run()


_ENDED = {
    "worker": "The worker ended; starting it again. Nothing is lost.",
    "utility": "The demo utility ended; starting it again. Is its port in use? Choose another with DEMO_UTILITY_PORT.",
}


class _Supervisor:
    """Child processes, each in its own group: the web server, the worker (with the beat inside), the demo utility."""

    def __init__(self, command: Command, port: int) -> None:
        self.command, self.port = command, port
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False
        python = [sys.executable, "-m"]
        web = ["gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
        worker = [
            "celery",
            "--quiet",
            "-A",
            "portal",
            "worker",
            "--beat",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
        ]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.commands = {
            "web": [*python, *web, "--timeout", "120", "--log-level", "warning", "--no-control-socket"],
            "worker": [*python, *worker],
            "utility": [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo_utility", "--verbosity", "0"],
        }
        # So short that a person who tries it sees the data arrive; and a receiver may run on the same machine.
        self.env = {"DEMO_UTILITY_DELAY_SECONDS": "20", "WEBHOOKS_ALLOW_LOOPBACK": "1", **os.environ}

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        for name in self.commands:
            self.start(name)
        self.greet()
        while not self.stopping:
            time.sleep(0.3)
            for name, child in list(self.children.items()):
                if child.poll() is None or self.stopping:
                    continue
                if name == "web":
                    self.stopping = True
                    self.end()
                    raise CommandError(
                        f"The web server ended. Is port {self.port} in use? Choose another: make run PORT=8001"
                    )
                self.command.stderr.write(_ENDED[name])
                time.sleep(1)
                self.start(name)
        self.end()

    def start(self, name: str) -> None:
        self.children[name] = subprocess.Popen(self.commands[name], env=self.env, start_new_session=True)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def end(self) -> None:
        """SIGTERM to all, which lets a chunk end; then SIGKILL to whoever is left after ten seconds."""
        for child in self.children.values():
            child.terminate()
        until = time.monotonic() + 10
        for child in self.children.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
        self.command.stdout.write("Stopped.")

    def greet(self) -> None:
        write = self.command.stdout.write
        write("")
        write(f"The partner portal runs at http://127.0.0.1:{self.port}/  (Ctrl-C stops it)")
        write(f"The demo utility, where customers authorize: http://127.0.0.1:{settings.DEMO_UTILITY_PORT}/")
        write("")
        call_command("demo_signins", stdout=self.command.stdout)
        self.command.stdout.flush()


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        pass
