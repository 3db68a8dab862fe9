"""The words for what can be wrong with a request about participation, and with a sheet of them."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "PARTICIPATION_NOT_SAID",
        "Action is missing",
        "This doesn’t say what the meter should do.",
        "Choose idle, disenroll or participate.",
    ),
    ProblemKind(
        "PARTICIPATION_WORD_UNKNOWN",
        "Unknown action",
        "We don’t recognize “{value}”.",
        "Enter idle, disenroll or participate.",
    ),
    ProblemKind(
        "PARTICIPATION_DAY_MISSING",
        "Date is missing",
        "{label} is empty.",
        "Enter a date, for example {example}.",
    ),
    ProblemKind(
        "PARTICIPATION_DAY_NOT_USED",
        "Date not used",
        "{label} is filled in, but only idle time has a last day.",
        "Leave it empty, or change the action to idle.",
    ),
    ProblemKind(
        "PARTICIPATION_DAY_TOO_FAR",
        "Date out of range",
        "{label} is {value}. We accept dates from 2000 to 2099.",
        "Check the year.",
    ),
    ProblemKind(
        "IDLE_ENDS_BEFORE_IT_BEGINS",
        "Ends before it begins",
        "The last day, {value}, is before the first, {first}.",
        "Swap the two dates, or correct one of them.",
    ),
    ProblemKind(
        "IDLE_IS_OVER",
        "Idle time has passed",
        "The last day, {value}, has passed. Today is {today} in the meter’s time zone.",
        "Choose today or a later date as the last day.",
    ),
    ProblemKind(
        "DISENROLL_NOT_IN_FUTURE",
        "Date is not in the future",
        "The earliest day to disenroll is tomorrow. Today is {today} in the meter’s time zone; you entered {value}.",
        "Choose {tomorrow} or later.",
    ),
    ProblemKind(
        "DISENROLL_NEEDS_REASON",
        "Reason is missing",
        "Enter a reason for disenrolling.",
        "A few words are enough.",
    ),
    ProblemKind(
        "PARTICIPATE_IN_PAST",
        "Date has passed",
        "A meter can participate again from today. Today is {today} in the meter’s time zone; you entered {value}.",
        "Choose today or a later date.",
    ),
    ProblemKind(
        "PARTICIPATION_REASON_TOO_LONG",
        "Reason too long",
        "The reason has {count} characters; the limit is {most}.",
        "Shorten it.",
    ),
    ProblemKind(
        "IDLE_NOT_FOUND",
        "No such idle time",
        "The meter has no idle time from {first} to {last}.",
        "Check its idle times, then enter the first and last day of one of them.",
    ),
    ProblemKind(
        "PARTICIPATION_CHANGED_MEANWHILE",
        "Changed in the meantime",
        "Someone changed this meter’s participation in the meantime.",
        "Review it again, then confirm.",
    ),
    ProblemKind(
        "PARTICIPATION_COLUMNS_MISSING",
        "Columns missing",
        "The sheet doesn’t say {missing}.",
        "Download the template or use its column names. Then upload it again.",
    ),
)
