"""The texts for what keeps a meter out of a program."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "PROGRAM_OTHER_REGION",
        "Outside the program’s region",
        "{program} accepts meters in {wanted}; this one is in {found}.",
        "Check the transmission region, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_STATE",
        "Outside the program’s states",
        "{program} accepts meters in {wanted}; this one is in {found}.",
        "Check the state, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_METER_TYPE",
        "Meter type not accepted",
        "{program} accepts {wanted}; this is {found}.",
        "Check the meter type, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_UTILITY",
        "Utility not accepted",
        "{program} accepts customers of {wanted}; this customer’s utility is {found}.",
        "Check the utility name, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_NEEDS_AUTHORIZATION",
        "Utility authorization is missing",
        "{program} needs the customer’s utility authorization.",
        "Ask the customer to authorize data sharing through Leap Connect.",
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
        "The customer already has {other} on {where}, which excludes {program}. {note}",
        "Keep one of the two: take the meter out of {other}, or leave {program}.",
    ),
    ProblemKind(
        "PROGRAM_EXCLUSION_UNKNOWN",
        "Depends on the utility",
        "The utility determines whether a customer can be in both {program} and {other}.",
        "Enter the utility name, or wait for the utility’s data.",
    ),
    ProblemKind(
        "PROGRAM_ANSWER_DISAGREES",
        "Answer conflicts with enrollments",
        "The answer to “{label}” is no, but the meter is in {other}.",
        "Change the answer to yes, or leave {other}.",
    ),
    ProblemKind(
        "PROGRAM_SEASON_UNKNOWN",
        "Start date not published yet",
        "We don’t know yet when this meter becomes active in {program}. {note}",
        "You don’t need to do anything. We’ll show the dates here once they’re published.",
    ),
    ProblemKind(
        "PROGRAM_CHECK_FAILED",
        "A check by Leap failed",
        "{program}: the check “{subject}” failed. {note}",
        "Leap is working on this. If you have more information, contact support.",
    ),
    ProblemKind(
        "PROGRAM_HOLDS_ACTIVE",
        "Active in the program",
        "The meter is active in {program}, so it can’t be removed right away.",
        "Disenroll it instead. It leaves as soon as the program allows.",
    ),
    ProblemKind(
        "METER_IDLE",
        "Idle",
        "Idle since {since}{until}. {reason}",
        "Resume its participation when it’s ready.",
    ),
    ProblemKind(
        "METER_DISENROLLED",
        "Disenrolled",
        "Disenrolled since {since}. {reason}",
        "If that was a mistake, resume its participation.",
    ),
    ProblemKind(
        "PROGRAM_TOO_LATE",
        "Too late for this delivery period",
        "{period} accepted meters that were eligible {deadline}.",
        "The meter can join in the next delivery period.",
    ),
)

register(
    ProblemKind(
        "REGISTRATION_OF_OTHER_REGION",
        "No market registration of its own",
        "Only meters in CAISO have their own market registration; this one is in {region}.",
        "You don’t need to refresh anything.",
    ),
    ProblemKind(
        "REGISTRATION_OF_OTHER_TYPE",
        "No market registration of its own",
        "Only utility meters have their own market registration; this is another type of meter.",
        "Request it for the utility meter at the same site.",
    ),
    ProblemKind(
        "REGISTRATION_NOT_NEEDED",
        "Nothing to refresh",
        "The meter is {status}, so its market registration isn’t blocking anything.",
        "Try again if it becomes ineligible.",
    ),
)
