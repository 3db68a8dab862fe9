"""`manage.py mark_unreachable`: email to these addresses came back; a partner's reminders go there no more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onboarding.connect.contacting import mark_unreachable
from onboarding.connect.customer_emails import is_email
from portal.events.actors import Actor
from portal.partners.models import Partner


class Command(BaseCommand):
    help = "Send no more reminders of a partner to addresses whose email came back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partner", required=True, help="the partner's short name, as in its links")
        parser.add_argument("emails", nargs="+", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        partner = Partner.objects.filter(slug=options["partner"]).first()
        if partner is None:
            raise CommandError(f"There is no partner {options['partner']}.")
        if unusable := [email for email in options["emails"] if not is_email(email)]:
            raise CommandError(f"Not an email address: {', '.join(unusable)}")
        for email in options["emails"]:
            mark_unreachable(partner, email, by=Actor.system("Command line"))
        self.stdout.write(f"{len(options['emails'])} marked as unreachable for {partner.name}.")
