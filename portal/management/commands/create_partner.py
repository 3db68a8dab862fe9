"""`manage.py create_partner NAME --manager EMAIL`: a new partner and the invitation of its first manager."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from portal.events.actors import Actor
from portal.partners.domain import create_partner
from portal.problems import Refused


class Command(BaseCommand):
    """Create a partner, invite its first manager by email, and print the invitation's link."""

    help = "Create a partner and invite its first manager."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The partner's name, as people will see it.")
        parser.add_argument("--manager", required=True, metavar="EMAIL", help="Who is invited as its manager.")

    def handle(self, *_: object, **options: str) -> None:
        email = options["manager"].strip()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an email address like name@company.com.") from None
        try:
            partner, link = create_partner(options["name"], manager_email=email, by=Actor.system("Command line"))
        except Refused as refusal:
            raise CommandError(" ".join(f"{one.text} {one.remedy}" for one in refusal.problems)) from None
        self.stdout.write(f"Partner:    {partner.name}")
        self.stdout.write(f"Slug:       {partner.slug}")
        self.stdout.write(f"Invitation: {link}")
