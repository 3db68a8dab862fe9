"""The words for what can be wrong with a request about participation, and with a sheet of them."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "PARTICIPATION_NOT_SAID",
        "Not said what to do",
        "It is not said what the meter is to do.",
        "Choose one: idle, disenroll or participate.",
    ),
    ProblemKind(
        "PARTICIPATION_WORD_UNKNOWN",
        "Not one of the three words",
        "“{value}” is not understood.",
        "Write idle, disenroll or participate.",
    ),
    ProblemKind(
        "PARTICIPATION_DAY_MISSING",
        "A day is missing",
        "{label} is empty.",
        "Fill in a day, for example {example}.",
    ),
    ProblemKind(
        "PARTICIPATION_DAY_NOT_USED",
        "A day that is not used",
        "{label} is filled in, but only an idle time has a last day.",
        "Leave it empty, or write idle.",
    ),
    ProblemKind(
        "PARTICIPATION_DAY_TOO_FAR",
        "A day too far away",
        "{label} is {value}. Days from 2000 to 2099 are accepted.",
        "Check the year.",
    ),
    ProblemKind(
        "IDLE_ENDS_BEFORE_IT_BEGINS",
        "Ends before it begins",
        "The last day, {value}, is before the first, {first}.",
        "Swap the two days, or correct one of them.",
    ),
    ProblemKind(
        "IDLE_IS_OVER",
        "Idle time is over",
        "The last day, {value}, is over; where the meter is, today is {today}.",
        "Choose a last day of today or later.",
    ),
    ProblemKind(
        "DISENROLL_NOT_IN_FUTURE",
        "Day is not in the future",
        "A meter can be disenrolled from tomorrow on; where the meter is, today is {today}, and this says {value}.",
        "Choose {tomorrow} or a later day.",
    ),
    ProblemKind(
        "DISENROLL_NEEDS_REASON",
        "Reason is missing",
        "It is not said why the meter leaves.",
        "Write the reason in a few words.",
    ),
    ProblemKind(
        "PARTICIPATE_IN_PAST",
        "Day has passed",
        "A meter can take part again from today on; where the meter is, today is {today}, and this says {value}.",
        "Choose today or a later day.",
    ),
    ProblemKind(
        "PARTICIPATION_REASON_TOO_LONG",
        "Reason too long",
        "The reason has {count} characters; up to {most} are kept.",
        "Shorten it.",
    ),
    ProblemKind(
        "IDLE_NOT_FOUND",
        "No such idle time",
        "The meter has no idle time from {first} to {last}.",
        "Look up its idle times, and give the first and the last day of one of them.",
    ),
    ProblemKind(
        "PARTICIPATION_CHANGED_MEANWHILE",
        "Changed meanwhile",
        "Somebody changed this meter’s participation meanwhile.",
        "Look at it again, and confirm.",
    ),
    ProblemKind(
        "PARTICIPATION_COLUMNS_MISSING",
        "Columns missing",
        "No column says {missing}.",
        "Download the template, or name your columns as it does. Then send it again.",
    ),
)
