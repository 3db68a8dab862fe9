"""`manage.py check_sftp_password`: lets PAM ask whether an API key is the password of a partner's SFTP user."""

import os
import sys

from django.core.management import BaseCommand, CommandError

from onboarding.intervals.sftp import may_sign_in

_LONGEST = 1000


class Command(BaseCommand):
    """For pam_exec with expose_authtok: PAM_USER and PAM_RHOST in the environment, the password as input; 0 or 1."""

    help = "Whether the password that pam_exec hands over is an API key of the user's account. Ends with 0 or 1."
    requires_system_checks: list[str] = []

    def handle(self, *_: object, **__: object) -> None:
        password = sys.stdin.buffer.read(_LONGEST).partition(b"\0")[0].decode(errors="replace").strip()
        user, address = os.environ.get("PAM_USER", ""), os.environ.get("PAM_RHOST", "")
        if not may_sign_in(user, password, address=address):
            raise CommandError("no", returncode=1)
