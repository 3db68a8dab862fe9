"""The problem codes for values that cannot be true together."""

from portal.problems import ProblemKind, register

KINDS = (
    ProblemKind(
        "STATE_OUTSIDE_REGION",
        "State and transmission region don’t match",
        "{label} is {region}, but {state} is not in {region}; {real}.",
        "Correct the region or the state.",
    ),
    ProblemKind(
        "ZIP_OF_OTHER_STATE",
        "{label} is in another state",
        "{label} {value} is in {real}, but the state is {state}.",
        "Check both. Near a state line, both can be right.",
    ),
    ProblemKind(
        "ZIP_UNKNOWN",
        "{label} is not a known ZIP code",
        "{label} is {value}, which is not on our list of ZIP codes.",
        "Check the digits. A very new ZIP code can be right.",
    ),
    ProblemKind(
        "UTILITY_OF_OTHER_STATE",
        "{label} serves another state",
        "{utility} serves {real}, but the state is {state}.",
        "Check the utility and the state.",
    ),
    ProblemKind(
        "UTILITY_OF_OTHER_REGION",
        "{label} is in another transmission region",
        "{utility} is in {real}, but the transmission region is {region}.",
        "Check the utility and the region.",
    ),
    ProblemKind(
        "FIELD_OF_OTHER_REGION",
        "{label} is for another transmission region",
        "{label} is used only in {owner}, but the transmission region is {region}.",
        "Check the region. If it’s right, leave this empty.",
    ),
    ProblemKind(
        "ACCOUNT_FORMAT",
        "{label} doesn’t match the utility’s format",
        "{label} is “{value}”. {utility} numbers look like this: {forms}; for example {sample}.{looks_like}",
        "Compare it with the bill, and check the utility.",
    ),
    ProblemKind(
        "ESI_ID_OF_OTHER_UTILITY",
        "The ESI ID belongs to another utility",
        "{label} is {utility}, but ESI IDs that begin with {prefix} belong to {owner}.",
        "Change the utility to {suggestion}, or correct the ESI ID.",
    ),
    ProblemKind(
        "CHARGE_AS_FRACTION",
        "{label} is below 1%",
        "{label} is {number}%, which looks like a fraction instead of a percentage.",
        "If you mean {suggestion}%, enter {suggestion}.",
    ),
    ProblemKind(
        "PERMISSION_BEFORE_INSTALLATION",
        "{label} is before the installation date",
        "{label} is {value}, before the installation on {installed}.",
        "Check both dates.",
    ),
    ProblemKind(
        "DATE_TO_COME",
        "{label} is in the future",
        "{label} is {value}, which is in the future (today is {today}).",
        "Check the year. If it hasn’t happened yet, leave this empty.",
    ),
    ProblemKind(
        "DATE_LONG_AGO",
        "{label} looks like a placeholder date",
        "{label} is {value}. Some software fills in a date like this when it has none.",
        "Check the year. If you don’t know the date, leave this empty.",
    ),
    ProblemKind(
        "SEVERAL_IN_ONE_CELL",
        "{label} looks like several values",
        "{label} is “{value}”, which looks like {count} values in one cell. We store it as one.",
        "Put each one in its own row, or keep only the one for this meter.",
    ),
    ProblemKind(
        "NEM3_TOO_EARLY",
        "{label} doesn’t match the permission to operate",
        "{label} is NEM3, but permission to operate was given on {permitted}, before NEM3 began on {from} "
        "(our reading of CPUC Decision 22-12-056).",
        "Check whether it should be NEM2.",
    ),
    ProblemKind(
        "CHARGE_LIMITS_CROSSED",
        "{label} is not above the minimum",
        "{label} is {value}%, which is not above the minimum of {least}%.",
        "Check both. They may be swapped.",
    ),
    ProblemKind(
        "DURATION_DIFFERS",
        "{label} doesn’t match energy and power",
        "{label} is {hours} h, but {energy} kWh at {power} kW last {computed} h.",
        "Check which of the three is wrong.",
    ),
    ProblemKind(
        "LOOKS_LIKE_WATTS",
        "{label} looks like {small_unit}",
        "{label} is {number} {unit}, far more than one home device has. It looks like {small_unit}.",
        "Enter the number in {unit}.",
    ),
    ProblemKind(
        "BATTERY_TOO_SMALL",
        "{label} is far too small",
        "{label} is {number} {unit}, far less than any battery has.",
        "Enter the number in {unit}. If you don’t know it, leave it empty.",
    ),
    ProblemKind(
        "RATE_ABOVE_POWER",
        "{label} is far above the power",
        "{label} is {number} kW, more than twice the battery’s power of {power} kW.",
        "Check both, and their units.",
    ),
    ProblemKind(
        "COMPANY_MISSING",
        "{label} is missing for a commercial customer",
        "{label} is missing, but the customer is commercial.",
        "Fill it in, or check the customer classification.",
    ),
    ProblemKind(
        "ONLY_FOR_BUSINESSES",
        "{label} is only for commercial customers",
        "{label} is “{value}”, but the customer is residential.",
        "Leave it empty, or check the customer classification.",
    ),
    ProblemKind(
        "GENERATOR_NOT_DESCRIBED",
        "The on-site generator is not described",
        "{label} is yes, but no generator is described.",
        "Add it as a site device of type GENERATOR, with its power and fuel.",
    ),
    ProblemKind(
        "GENERATOR_DENIED",
        "A generator is described, but the answer is no",
        "{label} is no, but a generator is described.",
        "Change the answer to yes, or remove the generator.",
    ),
)

register(*KINDS)
