"""`manage.py generate_meters`: very many plausible meters for one partner, to see how pages perform."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction

from onboarding.enrollment.models import Enrollment
from onboarding.meters.columns import columns_of
from onboarding.meters.models import Meter
from onboarding.meters.published import identity_in
from onboarding.meters.search.domain import add_texts
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.events.published import PUBLISHED
from portal.partners.models import Partner
from portal.storage.bulk import insert
from portal.storage.ids import uuid7
from portal.web import clock
from programs.models import Program

_AT_ONCE = 20_000
_FIRST = ["Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kim", "Lena", "Marta"]
_LAST = ["Alvarez", "Brooks", "Chen", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Kowalski"]
_STREETS = ["Oak", "Main", "Harbor", "Mission", "Valencia", "Elm", "Cedar", "Lake", "Hill", "Sunset", "Grove"]
_PLACES = [("San Francisco", "94103"), ("Oakland", "94607"), ("San Jose", "95112"), ("Fresno", "93701")]
_ENROLLED = ["partner", "meter", "program", "status", "missing", "reasons", "partner_actions", "leap_actions", "acts"]
_STATUSES = ["ELIGIBLE"] * 8 + ["INELIGIBLE"] * 2


class Command(BaseCommand):
    """Meters with their events and enrollment in CEC-DSGS, the same for the same seed; references go on counting."""

    help = "Generate meters for a partner (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int)
        parser.add_argument("--partner", default="acme", help="The partner's slug.")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Made-up meters exist in demo mode only, and PORTAL_ENV is production.")
        partner = Partner.objects.filter(slug=options["partner"]).first()
        if partner is None:
            raise CommandError(f"There is no partner {options['partner']}.")
        first = Meter.objects.filter(partner=partner).count() + 1
        chance = random.Random(options["seed"])  # noqa: S311  made-up meters, no secrets
        for start in range(first, first + options["count"], _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, first + options["count"]))
            with transaction.atomic():
                make(partner, numbers, chance)
        self.stdout.write(f"{options['count']:,} meters for {partner.name}.")


def make(partner: Partner, numbers: range, chance: random.Random) -> None:
    """One chunk of meters, with the references gen-00000001 and so on."""
    program = Program.objects.get(identifier="CEC-DSGS")
    meters = [(uuid7(), status := chance.choice(_STATUSES), asset_of(number, status, chance)) for number in numbers]
    names = [
        "partner",
        "created_by",
        "connection_references",
        "tags",
        "is_archived",
        "version",
        "enrollment_status",
        "acts",
    ]
    columns = list(columns_of(meters[0][2]))
    made_at = clock.now() - timedelta(days=chance.random() * 300)
    fixed = [partner.pk, "PARTNER", [], [], False, 1]
    rows = (
        [pk, *fixed, status, _acts(status), made_at, made_at, *columns_of(asset).values()]
        for pk, status, asset in meters
    )
    insert(Meter, ["id", *names, "created_at", "updated_at", *columns], rows)
    insert(
        Enrollment,
        [*_ENROLLED, "joined_at", "evaluated_at"],
        _standings(partner, program, meters, made_at),
    )
    add_texts([pk for pk, *_ in meters])
    by = Actor.system("Generator")
    made = (("meter.created", pk, {PUBLISHED: identity_in(asset)}) for pk, _, asset in meters)
    record_many("meter", made, partner=partner, by=by)


def _standings(
    partner: Partner, program: Program, meters: list[tuple[Any, str, Any]], made_at: Any
) -> Iterator[list[Any]]:
    for pk, status, _ in meters:
        missing = ["site.number_of_devices"] if status == "INELIGIBLE" else []
        acts = ["NO_MISSING_FIELDS"] if missing else []
        yield [partner.pk, pk, program.pk, status, missing, [], acts, [], _acts(status), made_at, made_at]


def _acts(status: str) -> str:
    return "partner" if status == "INELIGIBLE" else ""


def asset_of(number: int, status: str, chance: random.Random) -> dict[str, Any]:
    """One battery at a home in California. What is not eligible lacks the number of devices."""
    city, postal_code = chance.choice(_PLACES)
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    return {
        "partner_reference": f"gen-{number:08d}",
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "meter_type": "DEVICE",
        "load_types": ["BATTERY_STORAGE"],
        "customer": {
            "end_customer_name": name,
            "end_customer_email": f"customer{number}@example.com",
            "street_1": f"{chance.randrange(1, 9999)} {chance.choice(_STREETS)} Street",
            "city": city,
            "state_or_province_code": "CA",
            "postal_code": postal_code,
            "country_code": "US",
        },
        "device": {
            "device_manufacturer": "Tesla",
            "device_model": "Powerwall 3",
            "device_serial_number": f"TG{chance.randrange(10**9, 10**10)}",
            "battery_energy_capacity_kwh": 13.5,
            "battery_power_capacity_kw": 5,
        },
        "site": {"number_of_devices": 1} if status == "ELIGIBLE" else {},
        "utility": {"utility_name": "PGE", "electric_service_account_number": f"{chance.randrange(10**9, 10**10)}"},
    }
