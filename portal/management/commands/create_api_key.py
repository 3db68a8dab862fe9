"""`manage.py create_api_key --partner SLUG --name NAME`: a key for a partner's software."""

from django.core.management import BaseCommand, CommandError, CommandParser

from portal.events.actors import Actor
from portal.partners.domain import create_api_key
from portal.partners.models import Partner
from portal.problems import Refused


class Command(BaseCommand):
    """Print a new key, and nothing else, so that a script can keep it. It is never shown again."""

    help = "Create an API key and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", required=True, metavar="SLUG", help="The partner's short name, such as acme.")
        parser.add_argument("--name", required=True, help="What the key is for, at most 100 characters.")

    def handle(self, *_: object, **options: str) -> None:
        slug, name = options["partner"], " ".join(options["name"].split())
        partner = Partner.objects.filter(slug=slug).first()
        if partner is None:
            raise CommandError(f"There is no partner with the short name {slug}. `create_partner` makes one.")
        if not partner.is_active:
            raise CommandError(f"{partner.name} is switched off, so that its keys would not work.")
        if not name or len(name) > 100:
            raise CommandError("The key's name must have 1 to 100 characters.")
        try:
            made = create_api_key(partner, name=name, by=Actor.system("Command line"))
        except Refused as refusal:
            raise CommandError(" ".join(f"{one.text} {one.remedy}" for one in refusal.problems)) from None
        self.stdout.write(made[1])
