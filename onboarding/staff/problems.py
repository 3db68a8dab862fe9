"""What can be wrong with what people of Leap record, in the admin's forms and by sheet."""

from portal.problems import ProblemKind, register

_COPY = "Copy it from the list of enrollments, or from the partner's export."

register(
    ProblemKind(
        "STAFF_COLUMNS_MISSING",
        "Columns are missing",
        "The sheet does not say {missing}.",
        "Take the template, or name the columns as it does.",
    ),
    ProblemKind(
        "STAFF_SHEET_NOT_FOUND",
        "Not recorded",
        "Nothing was recorded: there is no such sheet of yours.",
        "Send the file again.",
    ),
    ProblemKind(
        "STAFF_SHEET_DONE_BEFORE",
        "Recorded already",
        "This sheet was recorded already, and was not a second time.",
        "Send a new file for what is to be recorded besides.",
    ),
    ProblemKind(
        "METER_OF_SANDBOX",
        "Meter of a sandbox",
        "The meter is made up: it belongs to a sandbox.",
        "Nothing is recorded for meters of sandboxes.",
    ),
    # --- its rows
    ProblemKind("STAFF_METER_MISSING", "No meter named", "The Leap meter ID is missing.", _COPY),
    ProblemKind("STAFF_METER_UNKNOWN", "Unknown meters", "No meter has the ID '{value}'.", _COPY),
    ProblemKind(
        "STAFF_ACTION_UNKNOWN",
        "Unknown action",
        "What '{value}' means is not known.",
        "Write ACTIVATE, END or an item's name.",
    ),
    ProblemKind("STAFF_PERIOD_MISSING", "No period", "The delivery period is missing.", ""),
    ProblemKind(
        "STAFF_PERIOD_OF_OTHER_PROGRAM", "Period of another program", "{period} is no period of {program}.", ""
    ),
    ProblemKind("STAFF_ENDS_BEFORE_IT_BEGINS", "Ends before it begins", "Until is not after From.", ""),
    ProblemKind(
        "STAFF_ACTIVATION_WITH_END",
        "Activation with an end",
        "An activation has no end here.",
        "Write END in a row of its own when it ends.",
    ),
    ProblemKind("STAFF_STARTS_OUTSIDE_PERIOD", "Outside the delivery period", "{period} runs from {days}.", ""),
    ProblemKind(
        "STAFF_ENDS_OUTSIDE_PERIOD",
        "Outside the delivery period",
        "{period} runs from {days}; Until is after that.",
        "",
    ),
    ProblemKind("STAFF_GROUP_NOT_UUID", "Market group", "The market group ID '{value}' is no UUID.", ""),
    ProblemKind("STAFF_END_WITHOUT_NOTE", "Note is missing", "Say in Note why the activation ends.", ""),
    ProblemKind("STAFF_NO_WITHOUT_NOTE", "Note is missing", "Say in Note why it does not hold.", ""),
    ProblemKind("STAFF_HOLDS_MISSING", "Yes or no is missing", "Write yes or no under Holds.", ""),
    ProblemKind("STAFF_HOLDS_UNKNOWN", "Neither yes nor no", "Holds is '{value}'.", "Write yes or no."),
    ProblemKind("STAFF_TEXT_TOO_LONG", "Text too long", "{label} has {count} characters. It takes {most}.", ""),
    ProblemKind(
        "STAFF_NAME_UNKNOWN",
        "Unknown name",
        "There is no {what} '{value}'.",
        "Write its name as the catalogue does.",
    ),
    ProblemKind(
        "STAFF_MOMENT_UNKNOWN",
        "Not a day",
        "{label} is '{value}'.",
        "Write a local day as 2026-05-31, or a time with its offset as 2026-05-31 17:00-07:00.",
    ),
    ProblemKind("STAFF_ROW_REPEATED", "Said twice", "Row {row} says something about this meter and item already.", ""),
    ProblemKind(
        "STAFF_NOT_ELIGIBLE",
        "Not eligible",
        "This meter is {status} in {program}.",
        "Settle what is open first, or activate it in the list of enrollments all the same.",
    ),
    # --- recording
    ProblemKind(
        "NOT_IN_PROGRAM",
        "Not in the program",
        "This meter is not meant for {program}.",
        "Let the partner join the program first, or choose another meter.",
    ),
    ProblemKind(
        "NOT_ELIGIBLE_TO_ACTIVATE",
        "Not eligible",
        "This meter is {status} in {program}.",
        "Settle what is open first, or activate it all the same.",
    ),
    ProblemKind(
        "ACTIVE_ALREADY",
        "Active already",
        "This meter is active in {period} then already.",
        "Choose a moment after its activation ends, or leave it as it is.",
    ),
    ProblemKind(
        "OUTSIDE_PERIOD",
        "Outside the delivery period",
        "{period} runs from {days}.",
        "Choose a moment within it, or another period.",
    ),
    ProblemKind(
        "NOT_ACTIVE",
        "Not active",
        "This meter is not active in {period} at that time.",
        "Check the period and the time.",
    ),
)
