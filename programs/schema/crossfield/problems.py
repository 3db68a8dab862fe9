"""The problem codes for values that cannot be true together."""

from portal.problems import ProblemKind, register

KINDS = (
    ProblemKind(
        "STATE_OUTSIDE_REGION",
        "State and transmission region do not belong together",
        "{label} is {region}, but {state} is not in {region}; {real}.",
        "Correct the region or the state.",
    ),
    ProblemKind(
        "ZIP_OF_OTHER_STATE",
        "{label} lies in another state",
        "{label} {value} is in {real}, and the state here is {state}.",
        "Check both; at a state's border both can be right.",
    ),
    ProblemKind(
        "ZIP_UNKNOWN",
        "{label} is not known",
        "{label} is {value}, which is on no list of zip codes.",
        "Check its digits; a very new one can be right.",
    ),
    ProblemKind(
        "UTILITY_OF_OTHER_STATE",
        "{label} serves another state",
        "{utility} serves {real}, and the state here is {state}.",
        "Check the utility and the state.",
    ),
    ProblemKind(
        "UTILITY_OF_OTHER_REGION",
        "{label} is in another transmission region",
        "{utility} is in {real}, and the transmission region here is {region}.",
        "Check the utility and the region.",
    ),
    ProblemKind(
        "FIELD_OF_OTHER_REGION",
        "{label} is for another transmission region",
        "{label} is only used in {owner}, and the transmission region here is {region}.",
        "Check the region; if it is right, leave this empty.",
    ),
    ProblemKind(
        "ACCOUNT_FORMAT",
        "{label} does not look like a number of its utility",
        "{label} is “{value}”. Numbers of {utility} have this form: {forms}; for example {sample}.{looks_like}",
        "Compare it with the bill, and check the utility.",
    ),
    ProblemKind(
        "ESI_ID_OF_OTHER_UTILITY",
        "The ESI ID belongs to another utility",
        "{label} is {utility}, but an ESI ID that begins with {prefix} belongs to {owner}.",
        "Write {suggestion} as the utility, or correct the ESI ID.",
    ),
    ProblemKind(
        "CHARGE_AS_FRACTION",
        "{label} is less than one percent",
        "{label} is {number} percent, which looks like a share of 1.",
        "Write {suggestion} if that is meant.",
    ),
    ProblemKind(
        "PERMISSION_BEFORE_INSTALLATION",
        "{label} is before the installation",
        "{label} is {value}, before the installation on {installed}.",
        "Check both dates.",
    ),
    ProblemKind(
        "DATE_TO_COME",
        "{label} is in the future",
        "{label} is {value}, which is still to come (today is {today}).",
        "Check the year; leave it empty if it has not happened yet.",
    ),
    ProblemKind(
        "DATE_LONG_AGO",
        "{label} is long ago",
        "{label} is {value}. Some programs write such a day when they know none.",
        "Check the year; leave it empty if the day is not known.",
    ),
    ProblemKind(
        "SEVERAL_IN_ONE_CELL",
        "{label} looks like several",
        "{label} is “{value}”, which looks like {count} of them in one cell. It is stored as one.",
        "Make a row of each, or keep only the one of this meter.",
    ),
    ProblemKind(
        "NEM3_TOO_EARLY",
        "{label} does not fit the permission to operate",
        "{label} is NEM3, but permission to operate was given on {permitted}, before NEM3 began ({from}, as far as "
        "we know).",
        "Check whether it is NEM2.",
    ),
    ProblemKind(
        "CHARGE_LIMITS_CROSSED",
        "{label} is not above the minimum",
        "{label} is {value} %, which is not above the minimum of {least} %.",
        "Check both; perhaps they are swapped.",
    ),
    ProblemKind(
        "DURATION_DIFFERS",
        "{label} does not fit energy and power",
        "{label} is {hours} h, but {energy} kWh with {power} kW last {computed} h.",
        "Check which of the three is wrong.",
    ),
    ProblemKind(
        "LOOKS_LIKE_WATTS",
        "{label} looks like {small_unit}",
        "{label} is {number} {unit}, far more than one device at a home has; it looks like {small_unit}.",
        "Write the number in {unit}.",
    ),
    ProblemKind(
        "BATTERY_TOO_SMALL",
        "{label} is far too small",
        "{label} is {number} {unit}, far less than any battery has.",
        "Write the number in {unit}; leave the cell empty if you do not know it.",
    ),
    ProblemKind(
        "RATE_ABOVE_POWER",
        "{label} is far above the power",
        "{label} is {number} kW, more than twice the battery's power of {power} kW.",
        "Check both, and their units.",
    ),
    ProblemKind(
        "COMPANY_MISSING",
        "{label} is missing for a commercial customer",
        "{label} is missing, and the customer is commercial.",
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
        "A generator on site is not described",
        "{label} is yes, but nothing is said about a generator.",
        "Add it as a site device of the type GENERATOR, with its power and fuel.",
    ),
    ProblemKind(
        "GENERATOR_DENIED",
        "A generator is described where there is said to be none",
        "{label} is no, but a generator is described.",
        "Write yes, or take the generator out.",
    ),
)

register(*KINDS)
