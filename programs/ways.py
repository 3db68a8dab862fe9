"""Which of the two onboarding ways applies to an asset in a program, and why."""

from dataclasses import dataclass

from programs.models import Program, ProgramType


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
    asset = {"UTILITY_METER": "a utility meter", "DEVICE": "a device"}.get(meter_type, "this asset")
    if meter_type not in program.accepted_meter_types:
        other = "devices" if program.program_type == ProgramType.DEVICE else "utility meters"
        reason = f"{program.identifier} does not take {asset}; its performance is measured on {other}."
        return Way(program, False, False, False, (reason,))
    reasons = []
    if program.is_customer_authorized and program.needs_utility_authorization:
        reasons.append(
            "Performance is calculated from the utility's interval data, so the customer authorizes utility data "
            "sharing. When the utility's data arrives, usually within 1-2 days, the meter is created automatically."
        )
    elif program.is_customer_authorized:
        reasons.append(
            f"{program.get_interval_data_source_display()} collects the interval data itself, so no utility "
            "authorization is needed: you can create the meter, or the customer can come through Leap Connect."
        )
    elif program.is_partner_created:
        reasons.append(
            "Performance is calculated from interval data that you provide, so you create the meter directly with "
            "the data that the program asks for."
        )
        if meter_type == "UTILITY_METER":
            reasons.append("This device program also takes utility meters; you still supply the interval data.")
    return Way(program, True, program.is_partner_created, program.is_customer_authorized, tuple(reasons))
