"""`manage.py demo_clock`: what time the demo shows, and moving it ahead."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.web import clock


class Command(BaseCommand):
    """Show the demo's clock; with --days or --hours move it ahead first, with --reset set it to the real time."""

    help = "Show or move the demo's clock (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=0, help="Move it ahead by so many days.")
        parser.add_argument("--hours", type=int, default=0, help="Move it ahead by so many hours.")
        parser.add_argument("--reset", action="store_true", help="Set it to the real time first.")

    def handle(self, *_: object, days: int, hours: int, reset: bool, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The clock moves in demo mode only, and PORTAL_ENV is production.")
        if reset:
            clock.set_offset(timedelta())
        if days or hours:
            try:
                clock.move(days=days, hours=hours)
            except (ValueError, OverflowError) as error:
                raise CommandError(str(error)) from None
        ahead = f"{clock.offset_text(clock.offset())} ahead" if clock.offset() else "the real time"
        self.stdout.write(f"{clock.now():%Y-%m-%d %H:%M} UTC ({ahead})")
