"""`manage.py demo_signins`: who can sign in to the demo, and with which password."""

import json

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from portal.partners import demo


class Command(BaseCommand):
    """Show the demo's sign-ins; with --ensure create what is missing first."""

    help = "Show the demo's sign-ins (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print a list of email, password, role and partner.")
        parser.add_argument("--ensure", action="store_true", help="Create missing partners, accounts and passwords.")
        parser.add_argument("--quiet", action="store_true", help="Print nothing.")

    def handle(self, *_: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Demo sign-ins exist in demo mode only, and PORTAL_ENV is production.")
        if options["ensure"]:
            demo.ensure()
        if options["quiet"]:
            return
        sign_ins = demo.sign_ins()
        if options["json"]:
            keys = ("email", "password", "role", "partner")
            self.stdout.write(json.dumps([{key: getattr(one, key) for key in keys} for one in sign_ins], indent=2))
        else:
            self._table(sign_ins)

    def _table(self, sign_ins: list[demo.SignIn]) -> None:
        rows = [("Role", "Email", "Password")]
        rows += [(_role(one), one.email, one.password or f"({one.why})") for one in sign_ins]
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        for role, email, password in rows:
            self.stdout.write(f"  {role:<{widths[0]}}  {email:<{widths[1]}}  {password}")


def _role(sign_in: demo.SignIn) -> str:
    return f"{sign_in.role.capitalize()} of {sign_in.partner_name}" if sign_in.partner else "Staff (admin)"
