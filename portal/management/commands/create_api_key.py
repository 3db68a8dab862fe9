"""`manage.py create_api_key --partner SLUG --name NAME [--permission …]`: a key for a partner's software."""

from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from portal import clock
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
from portal.partners.models import KeyPermission, Partner
from portal.partners.networks import parse_networks
from portal.problems import Refused


class Command(BaseCommand):
    """Print a new key, and nothing else, so that a script can keep it. It is never shown again."""

    help = "Create an API key and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", required=True, metavar="SLUG", help="The partner's short name, such as acme.")
        parser.add_argument("--name", required=True, help="What the key is for, at most 100 characters.")
        parser.add_argument(
            "--permission",
            action="append",
            choices=KeyPermission.values,
            help="What the key may do; repeat it for several. Without any, it may do everything.",
        )
        parser.add_argument("--days", type=int, help="How many days it works; without this, until it is revoked.")
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            help="Where requests may come from, for example 203.0.113.0/24; repeat it for several. Without: anywhere.",
        )

    def handle(self, *_: object, **options: Any) -> None:
        slug, name, days = options["partner"], " ".join(options["name"].split()), options["days"]
        partner = Partner.objects.filter(slug=slug).first()
        if partner is None:
            raise CommandError(f"There is no partner with the short name {slug}. `create_partner` makes one.")
        if not partner.is_active:
            raise CommandError(f"{partner.name} is switched off, so that its keys would not work.")
        if not name or len(name) > 100:
            raise CommandError("The key's name must have 1 to 100 characters.")
        if days is not None and days < 1:
            raise CommandError("A key works for at least 1 day.")
        try:
            made = create_api_key(
                partner,
                name=name,
                by=Actor.system("Command line"),
                expires_at=clock.now() + timedelta(days=days) if days else None,
                permissions=[KeyPermission(name) for name in options["permission"] or KeyPermission.values],
                networks=parse_networks(options["network"]),
            )
        except Refused as refusal:
            raise CommandError(" ".join(f"{one.text} {one.remedy}" for one in refusal.problems)) from None
        self.stdout.write(made[1])
