"""The words for what can be wrong with a sheet of new references, and with its rows."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "METER_NOT_NAMED",
        "No meter named",
        "The row does not say which meter it means.",
        "Fill in its meter ID or its present reference.",
    ),
    ProblemKind(
        "METER_UNKNOWN",
        "Unknown meters",
        "No meter of yours has the {what} “{value}”.",
        "Check it, or download your meters again and fill in that file.",
    ),
    ProblemKind(
        "REFERENCE_OF_SEVERAL_METERS",
        "Several meters have this reference",
        "{count} of your meters have the reference “{value}”, so it is unclear which one is meant.",
        "Fill in the meter ID of the one that you mean.",
    ),
    ProblemKind(
        "ID_AND_REFERENCE_DIFFER",
        "ID and reference do not belong together",
        "The meter {meter} has the reference “{held}”, not “{value}”.",
        "Correct one of the two, or leave the present reference empty.",
    ),
    ProblemKind(
        "METER_IN_TWO_ROWS",
        "Two rows for one meter",
        "Rows {rows} are about the same meter.",
        "Keep one row for each meter.",
    ),
    ProblemKind(
        "NEW_REFERENCE_TWICE",
        "Two rows with one new reference",
        "Rows {rows} have the same new reference, “{value}”.",
        "Give each meter its own.",
    ),
    ProblemKind(
        "REFERENCE_TAKEN",
        "Reference of another meter",
        "“{value}” is the reference of your meter {meter}.",
        "Choose another one, or give that meter a new reference in the same file.",
    ),
    ProblemKind(
        "REFERENCE_NOT_GIVEN_UP",
        "Reference of a meter that keeps it",
        "“{value}” is the reference of the meter in row {row}, and that row cannot be done.",
        "Mend row {row}; then this one can be done too.",
    ),
    ProblemKind(
        "PASTED_NOT_TWO_COLUMNS",
        "Not two columns",
        "What was pasted is not two columns: the meter, and its new reference.",
        "Write one meter to a line: its present reference or meter ID, then a tab, comma or semicolon, then the new "
        "reference.",
    ),
    ProblemKind(
        "REFERENCE_COLUMNS_MISSING",
        "Columns missing",
        "No column says {missing}.",
        "Name the columns meter_id or partner_reference, and new_partner_reference. Then send it again.",
    ),
)
