"""Which of the two onboarding ways applies to an asset in a program, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from programs.models import Program, ProgramType
from programs.models.programs import IntervalSource

_ASSETS = {"UTILITY_METER": "utility meters", "DEVICE": "devices", "SUBMETER": "submeters"}


@dataclass(frozen=True, slots=True)
class Way:
    """The answer for one program: whether it fits the asset, the ways in, and the reasons in sentences."""

    program: Program
    fits: bool
    by_partner: bool
    by_customer: bool
    reasons: tuple[str, ...]


def summary_of(ways: Sequence[Way]) -> str:
    """How meters get into programs that fit, in a sentence."""
    if all(way.by_partner and not way.by_customer for way in ways):
        return "You create the meters yourself."
    if all(way.by_customer and not way.by_partner for way in ways):
        return "Your customers authorize their utility through Leap Connect, and we create the meters."
    if len(ways) == 1:
        return "You create the meter yourself, or your customer comes through Leap Connect."
    return "See below whether you create the meters or your customers authorize their utility."


def way_for(program: Program, meter_type: str) -> Way:
    """How an asset of this meter type ("UTILITY_METER" or "DEVICE") gets into the program."""
    if meter_type not in program.accepted_meter_types:
        asset = _ASSETS.get(meter_type, "assets of this type")
        measured = "devices" if program.program_type == ProgramType.DEVICE else "utility meters"
        reason = f"It doesn’t take {asset}. Performance is measured on {measured}."
        return Way(program, False, False, False, (reason,))
    by_partner, by_customer = program.is_partner_created, program.is_customer_authorized
    return Way(program, True, by_partner, by_customer, tuple(_reasons(program, meter_type)))


def _reasons(program: Program, meter_type: str) -> list[str]:
    """Whose data performance comes from, what follows from it, and what to know besides."""
    data = {
        IntervalSource.UTILITY: "Performance is calculated from the utility’s interval data",
        IntervalSource.ISO: f"{program.get_interval_data_source_display()} collects the interval data itself",
        IntervalSource.PARTNER: "Performance is calculated from interval data you provide",
    }[IntervalSource(program.interval_data_source)]
    reasons = []
    if program.needs_utility_authorization:
        reasons.append(
            f"{data}, so the customer authorizes utility data sharing through Leap Connect. When the utility’s data "
            "arrives, usually within 1–2 days, we create the meter automatically."
        )
        if program.is_partner_created:
            reasons.append("You can also create the meter. It becomes eligible once the customer has authorized.")
    elif program.is_customer_authorized:
        way = (
            "you can create the meter, or the customer can sign up"
            if program.is_partner_created
            else "the customer signs up"
        )
        reasons.append(f"{data}, so no utility authorization is needed: {way} through Leap Connect.")
    else:
        reasons.append(f"{data}. You create the meter directly, with the enrollment data that the program requires.")
    if meter_type == "UTILITY_METER" and program.program_type == ProgramType.DEVICE:
        reasons.append("This device program also accepts utility meters. You still supply the interval data.")
    return reasons
