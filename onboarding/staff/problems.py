"""What can be wrong with what people of Leap record, in the admin's forms and by sheet."""

from portal.problems import ProblemKind, register

_COPY = "Copy it from the list of enrollments, or from the partner’s export."

register(
    ProblemKind(
        "STAFF_COLUMNS_MISSING",
        "Columns are missing",
        "The sheet doesn’t say {missing}.",
        "Use the template or its column names.",
    ),
    ProblemKind(
        "STAFF_SHEET_NOT_FOUND",
        "Not recorded",
        "Nothing was recorded: we couldn’t find this sheet among yours.",
        "Upload the file again.",
    ),
    ProblemKind(
        "STAFF_SHEET_DONE_BEFORE",
        "Already recorded",
        "This sheet was already recorded. Nothing was recorded twice.",
        "Upload a new file to record anything else.",
    ),
    ProblemKind(
        "METER_OF_SANDBOX",
        "Sandbox meter",
        "This is a test meter in a sandbox.",
        "You can’t record actions for sandbox meters.",
    ),
    # --- its rows
    ProblemKind("STAFF_METER_MISSING", "No meter named", "The Leap meter ID is missing.", _COPY),
    ProblemKind("STAFF_METER_UNKNOWN", "Unknown meters", "No meter has the ID '{value}'.", _COPY),
    ProblemKind(
        "STAFF_ACTION_UNKNOWN",
        "Unknown action",
        "'{value}' is not a known action.",
        "Enter ACTIVATE, END or the name of an item.",
    ),
    ProblemKind("STAFF_PERIOD_MISSING", "No period", "The delivery period is missing.", ""),
    ProblemKind(
        "STAFF_PERIOD_OF_OTHER_PROGRAM",
        "Period of another program",
        "{period} is not a delivery period of {program}.",
        "",
    ),
    ProblemKind("STAFF_ENDS_BEFORE_IT_BEGINS", "Ends before it begins", "Until is not after From.", ""),
    ProblemKind(
        "STAFF_ACTIVATION_WITH_END",
        "Activation with an end",
        "An activation can’t have an end here.",
        "Enter END in a separate row when it ends.",
    ),
    ProblemKind("STAFF_STARTS_OUTSIDE_PERIOD", "Outside the delivery period", "{period} runs from {days}.", ""),
    ProblemKind(
        "STAFF_ENDS_OUTSIDE_PERIOD",
        "Outside the delivery period",
        "{period} runs from {days}; Until is after that.",
        "",
    ),
    ProblemKind("STAFF_GROUP_NOT_UUID", "Market group", "The market group ID '{value}' is not a UUID.", ""),
    ProblemKind("STAFF_END_WITHOUT_NOTE", "Note is missing", "Enter in Note why the activation ends.", ""),
    ProblemKind("STAFF_NO_WITHOUT_NOTE", "Note is missing", "Enter in Note why the check failed.", ""),
    ProblemKind("STAFF_HOLDS_MISSING", "Yes or no is missing", "Enter yes or no under Holds.", ""),
    ProblemKind("STAFF_HOLDS_UNKNOWN", "Not yes or no", "Holds is '{value}'.", "Enter yes or no."),
    ProblemKind("STAFF_TEXT_TOO_LONG", "Text too long", "{label} has {count} characters; the limit is {most}.", ""),
    ProblemKind(
        "STAFF_NAME_UNKNOWN",
        "Unknown name",
        "There is no {what} '{value}'.",
        "Use its name from the catalogue.",
    ),
    ProblemKind(
        "STAFF_MOMENT_UNKNOWN",
        "Not a date",
        "{label} is '{value}'.",
        "Enter a local date such as 2026-05-31, or a time with its offset such as 2026-05-31 17:00-07:00.",
    ),
    ProblemKind("STAFF_ROW_REPEATED", "Repeated", "Row {row} already covers this meter and item.", ""),
    ProblemKind(
        "STAFF_NOT_ELIGIBLE",
        "Not eligible",
        "This meter is {status} in {program}.",
        "Resolve what’s missing first, or activate it anyway from the list of enrollments.",
    ),
    # --- recording
    ProblemKind(
        "NOT_IN_PROGRAM",
        "Not in the program",
        "This meter hasn’t joined {program}.",
        "Ask the partner to join the program first, or choose another meter.",
    ),
    ProblemKind(
        "NOT_ELIGIBLE_TO_ACTIVATE",
        "Not eligible",
        "This meter is {status} in {program}.",
        "Resolve what’s missing first, or activate it anyway.",
    ),
    ProblemKind(
        "ACTIVE_ALREADY",
        "Already active",
        "This meter is already active in {period} at that time.",
        "Choose a time after its activation ends, or leave it as it is.",
    ),
    ProblemKind(
        "OUTSIDE_PERIOD",
        "Outside the delivery period",
        "{period} runs from {days}.",
        "Choose a time within it, or another period.",
    ),
    ProblemKind(
        "NOT_ACTIVE",
        "Not active",
        "This meter is not active in {period} at that time.",
        "Check the period and the time.",
    ),
)
