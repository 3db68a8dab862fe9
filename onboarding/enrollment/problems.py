"""The words of what keeps a meter out of a program."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "PROGRAM_OTHER_REGION",
        "Outside the program's region",
        "{program} takes meters in {wanted}; this one is in {found}.",
        "Check the transmission region, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_STATE",
        "Outside the program's states",
        "{program} takes meters in {wanted}; this one is in {found}.",
        "Check the state, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_METER_TYPE",
        "Meter type does not fit",
        "{program} takes {wanted}; this is {found}.",
        "Check the meter type, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_UTILITY",
        "Utility does not fit",
        "{program} takes customers of {wanted}; this one's utility is {found}.",
        "Check the utility name, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_NEEDS_AUTHORIZATION",
        "Utility authorization is missing",
        "{program} needs the customer's utility authorization.",
        "Let the customer authorize data sharing through Leap Connect.",
    ),
    ProblemKind(
        "PROGRAM_NOT_OPEN",
        "Program is not open",
        "{program} is not open on {on}.",
        "Choose a program that is open.",
    ),
    ProblemKind(
        "PROGRAM_EXCLUDED",
        "In a program that excludes this one",
        "The customer holds {other} on {where}, which excludes {program}. {note}",
        "Keep one of the two: take the meter out of {other}, or leave {program}.",
    ),
    ProblemKind(
        "PROGRAM_EXCLUSION_UNKNOWN",
        "Cannot tell without the utility",
        "Whether a customer can be in {program} and {other} at once depends on the utility.",
        "Enter the utility name, or wait for the utility's data.",
    ),
    ProblemKind(
        "PROGRAM_ANSWER_DISAGREES",
        "Answer does not agree with the programs",
        "“{label}” is answered with no, and the meter is in {other}.",
        "Change the answer to yes, or leave {other}.",
    ),
    ProblemKind(
        "PROGRAM_SEASON_UNKNOWN",
        "Cannot tell when it becomes active",
        "We cannot tell when this meter becomes active in {program}. {note}",
        "You do not have to do anything. We tell you here when the dates are published.",
    ),
    ProblemKind(
        "PROGRAM_CHECK_FAILED",
        "Leap found something that does not hold",
        "{program}: “{subject}” does not hold. {note}",
        "Leap acts on this. Write to support when you know more.",
    ),
    ProblemKind(
        "PROGRAM_HOLDS_ACTIVE",
        "Active in the program",
        "The meter is active in {program}, so it cannot simply be taken out.",
        "Disenroll it: it leaves as soon as the program lets it go.",
    ),
    ProblemKind(
        "METER_IDLE",
        "Idle",
        "Idle since {since}{until}. {reason}",
        "Let it take part again when it is ready.",
    ),
    ProblemKind(
        "METER_DISENROLLED",
        "Disenrolled",
        "Disenrolled since {since}. {reason}",
        "Let it take part again if that was a mistake.",
    ),
    ProblemKind(
        "PROGRAM_TOO_LATE",
        "Too late for this delivery period",
        "{period} took meters that were eligible {deadline}.",
        "The meter can join from the next delivery period on.",
    ),
)

register(
    ProblemKind(
        "REGISTRATION_OF_OTHER_REGION",
        "No market registration of its own",
        "Only meters in CAISO have a market registration of their own; this one is in {region}.",
        "Nothing needs to be refreshed.",
    ),
    ProblemKind(
        "REGISTRATION_OF_OTHER_TYPE",
        "No market registration of its own",
        "Only utility meters have a market registration of their own; this is another kind.",
        "Ask for the utility meter at the same site.",
    ),
    ProblemKind(
        "REGISTRATION_NOT_NEEDED",
        "Nothing to refresh",
        "The meter is {status}, so its market registration stops nothing.",
        "Ask again if it becomes ineligible.",
    ),
)
