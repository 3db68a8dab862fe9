"""What the demo needs for Connect: the demo utilities as rows of the catalogue, and a link in each of their regions."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from onboarding.connect.links import LinkSpec, allow_host, create_link
from onboarding.connect.models import ConnectLink
from onboarding.connect.queries import connect_programs
from onboarding.demo_utility.registration import UTILITIES, endpoints, registration
from portal.events.actors import Actor
from portal.partners.models import Partner
from programs.models import Utility, UtilityConnection

BY = Actor.system("Demo")
PARTNERS = {"acme": "#0b5f5b", "borealis": "#7a2048", "cedar": "#8a4b08"}  # with their colors


class Command(BaseCommand):
    """Connect the demo utilities, as their registration says; what is there already is brought up to date."""

    help = "Connect the demo utilities and make Connect links for the demo partners. Not in production."

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION:
            raise CommandError("`demo_connect` is for the demo.")
        for code in UTILITIES:
            _connect(code)
        for partner in Partner.objects.filter(slug__in=PARTNERS):
            _make_links(partner)


def _connect(code: str) -> None:
    played, client = UTILITIES[code], registration(settings.DATA_DIR)
    at = endpoints(settings.DEMO_UTILITY_URL, code)
    utility = Utility.objects.filter(code=code).first()
    if utility is None:
        return  # somebody removed it from the catalogue
    if (utility.name, utility.transmission_region) != (played.name, played.region):
        utility.name, utility.transmission_region = played.name, played.region
        utility.save()
    fields = {
        "authorization_url": at["authorization"],
        "token_url": at["token"],
        "revocation_url": at["revocation"],
        "resource_url": at["resource"],
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "scope": at["scope"],
        "uses_pkce": True,
        "issuer": at["issuer"],
        "notifies": True,
        "customer_help": "Any password works. The user name is the scenario; its page lists them.",
        "customer_help_es": "Cualquier contraseña funciona. El nombre de usuario elige el caso; la página los muestra.",
        "source": "the demo utility",
        "verified": True,
    }
    connection = UtilityConnection.objects.filter(utility=utility).first() or UtilityConnection(utility=utility)
    if any(getattr(connection, name) != value for name, value in fields.items()):
        for name, value in fields.items():
            setattr(connection, name, value)
        connection.save()
    for program in connect_programs(played.region):
        if program.utilities.exists() and utility not in program.utilities.all():
            program.utilities.add(utility)


def _make_links(partner: Partner) -> None:
    """A link for homes in each region, and one for businesses in New York."""
    if ConnectLink.objects.filter(partner=partner).exists():
        return
    allow_host(partner, settings.DEMO_UTILITY_URL.removeprefix("http://"), by=BY)
    for title, region, variant in (
        ("california-homes", "CAISO", "RESIDENTIAL"),
        ("new-york-business", "NYISO", "COMMERCIAL"),
        ("pjm-homes", "PJM", "RESIDENTIAL"),
        ("pjm-agreements", "PJM", "COMMERCIAL_AGREEMENTS_ONLY"),
        ("texas-ers", "ERCOT", "COMMERCIAL"),
        ("california-batteries", "CAISO", "RESIDENTIAL_DEVICE"),
    ):
        spec = LinkSpec(
            title=title,
            region=region,
            variant=variant,
            color=PARTNERS[partner.slug],
            welcome="Thank you for joining. This takes about three minutes.",
            welcome_es="Gracias por participar. Esto toma unos tres minutos.",
            final_redirect=f"{settings.DEMO_UTILITY_URL}/partner-page/",
            support_contact=f"help@{partner.slug}.example",
        )
        create_link(partner, spec, by=BY)
