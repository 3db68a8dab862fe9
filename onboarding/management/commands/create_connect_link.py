"""A Connect link for a partner, from the command line: prints its address alone."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from onboarding.connect.choices import Variant
from onboarding.connect.links import LinkSpec, address_of, create_link
from onboarding.connect.models import ConnectLink
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Refused
from programs.models import TRANSMISSION_REGIONS


class Command(BaseCommand):
    """Create a link, and print its address. A redirect host that is not allowed yet is refused."""

    help = "Create a Connect link for a partner and print its address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partner", required=True, metavar="SLUG")
        parser.add_argument("--region", required=True, choices=[code for code, _ in TRANSMISSION_REGIONS])
        parser.add_argument("--variant", default=Variant.RESIDENTIAL, choices=Variant.values)
        parser.add_argument("--program", action="append", default=[], metavar="ID", help="May be given several times.")
        parser.add_argument("--utility", action="append", default=[], metavar="CODE", help="So may this.")
        parser.add_argument("--final-redirect", default="", metavar="URL")
        parser.add_argument("--title", default="", help="Its name in the address; made when it is left out.")

    def handle(self, *args: object, **options: object) -> None:
        partner = Partner.objects.filter(slug=options["partner"]).first()
        if partner is None:
            raise CommandError(f"There is no partner {options['partner']}.")
        spec = LinkSpec(
            title=str(options["title"]) or _free_title(partner, f"{options['region']}-{options['variant']}"),
            region=str(options["region"]),
            variant=str(options["variant"]),
            programs=list(options["program"]),  # type: ignore[call-overload]  # argparse's list
            utilities=list(options["utility"]),  # type: ignore[call-overload]  # argparse's list
            final_redirect=str(options["final_redirect"]),
        )
        try:
            link = create_link(partner, spec, by=Actor.system("Command line"))
        except Refused as refusal:
            raise CommandError(" ".join(f"{one.text} {one.remedy}" for one in refusal.problems)) from refusal
        self.stdout.write(address_of(link))


def _free_title(partner: Partner, begin: str) -> str:
    """A title that the partner has not used: caiso-residential, caiso-residential-2 …"""
    begin = begin.lower().replace("_", "-")
    taken = set(ConnectLink.objects.filter(partner=partner, title__startswith=begin).values_list("title", flat=True))
    titles = (begin if number == 1 else f"{begin}-{number}" for number in range(1, len(taken) + 2))
    return next(title for title in titles if title not in taken)
