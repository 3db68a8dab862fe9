"""Which of the two onboarding ways applies to an asset in a program, and why."""

from dataclasses import dataclass

from programs.models import Program, ProgramType
from programs.models.programs import IntervalSource

_ASSETS = {"UTILITY_METER": "a utility meter", "DEVICE": "a device", "SUBMETER": "a submeter"}


@dataclass(frozen=True, slots=True)
class Way:
    """The answer for one program: whether it fits the asset, the ways in, and the reasons in sentences."""

    program: Program
    fits: bool
    by_partner: bool
    by_customer: bool
    reasons: tuple[str, ...]


def way_for(program: Program, meter_type: str) -> Way:
    """How an asset of this meter type ("UTILITY_METER" or "DEVICE") gets into the program."""
    if meter_type not in program.accepted_meter_types:
        asset = _ASSETS.get(meter_type, "this asset")
        measured = "devices" if program.program_type == ProgramType.DEVICE else "utility meters"
        reason = f"{program.identifier} does not take {asset}; its performance is measured on {measured}."
        return Way(program, False, False, False, (reason,))
    by_partner, by_customer = program.is_partner_created, program.is_customer_authorized
    return Way(program, True, by_partner, by_customer, tuple(_reasons(program, meter_type)))


def _reasons(program: Program, meter_type: str) -> list[str]:
    """Whose data performance comes from, what follows from it, and what to know besides."""
    data = {
        IntervalSource.UTILITY: "Performance is calculated from the utility's interval data",
        IntervalSource.ISO: f"{program.get_interval_data_source_display()} collects the interval data itself",
        IntervalSource.PARTNER: "Performance is calculated from interval data that you provide",
    }[IntervalSource(program.interval_data_source)]
    reasons = []
    if program.needs_utility_authorization:
        reasons.append(
            f"{data}, so the customer authorizes utility data sharing through Leap Connect. When the utility's data "
            "arrives, generally within 1-2 days, the meter is created automatically."
        )
        if program.is_partner_created:
            reasons.append("You can also create the meter; it is not eligible before the customer has authorized.")
    elif program.is_customer_authorized:
        way = (
            "you can create the meter, or the customer can come" if program.is_partner_created else "the customer comes"
        )
        reasons.append(f"{data}, so no utility authorization is needed: {way} through Leap Connect.")
    else:
        reasons.append(f"{data}. You create the meter directly, with the enrollment data that the program asks for.")
    if meter_type == "UTILITY_METER" and program.program_type == ProgramType.DEVICE:
        reasons.append("This device program also takes utility meters; you still supply the interval data.")
    return reasons
