"""Which way applies: the truth table of the overview, for every program and asset."""

import pytest

from programs.models import MeterType, Program
from programs.queries import not_over
from programs.ways import way_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

PARTNER, CUSTOMER, BOTH, NEITHER = (True, False), (False, True), (True, True), (False, False)
# program: (a utility meter's ways, a device's ways)
WAYS = {
    "CCA": (CUSTOMER, NEITHER),
    "ENERGY-ONLY": (CUSTOMER, NEITHER),
    "ELRP": (CUSTOMER, NEITHER),
    "NYISO-SCR": (CUSTOMER, NEITHER),
    "CONED-DLRP": (CUSTOMER, NEITHER),
    "CONED-CSRP": (CUSTOMER, NEITHER),
    "PSEGLI-DLRP": (CUSTOMER, NEITHER),
    "PSEGLI-CSRP": (CUSTOMER, NEITHER),
    "PJM-CAPACITY": (CUSTOMER, NEITHER),
    "ERCOT-ERS": (BOTH, NEITHER),
    "CEC-DSGS": (NEITHER, PARTNER),
    "MA_DOER-CPS": (PARTNER, PARTNER),
    "EVERSOURCE-CS": (PARTNER, PARTNER),
    "NATGRID-CS": (PARTNER, PARTNER),
    "UNITIL-CS": (PARTNER, PARTNER),
    "RIE-CS": (PARTNER, PARTNER),
}


def test_the_table_has_every_program():
    assert set(WAYS) == set(not_over().values_list("identifier", flat=True))


@pytest.mark.parametrize("identifier", WAYS)
@pytest.mark.parametrize("asset", ["UTILITY_METER", "DEVICE"])
def test_each_asset_gets_the_ways_of_the_table(identifier, asset):
    way = way_for(Program.objects.get(identifier=identifier), asset)

    by_partner, by_customer = WAYS[identifier][asset == "DEVICE"]
    assert (way.by_partner, way.by_customer, way.fits) == (by_partner, by_customer, by_partner or by_customer)
    assert way.reasons
    assert all(reason.endswith(".") and "  " not in reason for reason in way.reasons)


@pytest.mark.parametrize(
    ("identifier", "asset", "words"),
    [
        ("CCA", "UTILITY_METER", "the customer authorizes utility data sharing"),
        ("CCA", "UTILITY_METER", "we create the meter automatically"),
        ("CCA", "DEVICE", "doesn’t take devices"),
        ("ERCOT-ERS", "UTILITY_METER", "no utility authorization is needed"),
        ("ERCOT-ERS", "UTILITY_METER", "ERCOT"),
        ("CEC-DSGS", "DEVICE", "interval data you provide"),
        ("CEC-DSGS", "UTILITY_METER", "doesn’t take utility meters"),
        ("RIE-CS", "UTILITY_METER", "You still supply the interval data"),
    ],
)
def test_the_reason_says_why(identifier, asset, words):
    way = way_for(Program.objects.get(identifier=identifier), asset)

    assert words in " ".join(way.reasons)


@pytest.mark.parametrize("asset", [*MeterType.values, "TOASTER"])
def test_programs_that_an_admin_makes_get_an_answer_too(asset):
    program = Program.objects.get(identifier="CEC-DSGS")
    for partner, customer, needs in [
        (True, True, True),
        (True, True, False),
        (False, True, False),
        (True, False, False),
    ]:
        program.is_partner_created, program.is_customer_authorized = partner, customer
        program.needs_utility_authorization = needs
        program.accepted_meter_types = MeterType.values

        way = way_for(program, asset)

        fits = asset in MeterType.values
        assert (way.by_partner, way.by_customer) == ((partner, customer) if fits else (False, False))
        assert way.reasons
        if partner and not customer:
            assert "Leap Connect" not in " ".join(way.reasons)
        if customer and not partner:
            assert "you can create" not in " ".join(way.reasons)
        if needs:
            assert "no utility authorization is needed" not in " ".join(way.reasons)
