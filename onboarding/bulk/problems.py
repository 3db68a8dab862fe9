"""What can be wrong with a change of many meters, with a sheet that asks for one, and with the sheet's rows."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "NO_METERS_CHOSEN",
        "No meters chosen",
        "No meter is chosen.",
        "Tick the meters, or tick that all that match are meant.",
    ),
    ProblemKind("TAG_MISSING", "No tag", "No tag is written.", "Write a tag of 1 to 64 characters, without a comma."),
    ProblemKind(
        "TAG_NOT_ACCEPTED", "Not a tag", "“{value}” is no tag.", "Write a tag of 1 to 64 characters, without a comma."
    ),
    ProblemKind(
        "GROUP_NOT_ACCEPTED",
        "Not a customer group",
        "“{value}” is not accepted as a customer group.",
        "Write a shorter name, without special characters.",
    ),
    ProblemKind("BULK_KIND_UNKNOWN", "Nothing to do", "It is not said what to do.", "Choose what to do."),
    # --- a sheet
    ProblemKind(
        "COLUMNS_NOT_KNOWN",
        "Unknown columns",
        "Nothing here is called {columns}.",
        "Name the columns as the template does, and take out those that it does not have.",
    ),
    ProblemKind(
        "SHEETS_NOT_READ",
        "More than one sheet",
        "Only one sheet is read. These were not: {sheets}.",
        "Send each sheet in a file of its own.",
    ),
    ProblemKind(
        "CELLS_WITHOUT_NAME",
        "Cells without a column name",
        "Cells stand in columns without a name: {columns}.",
        "Name the columns as the template does, or empty these cells.",
    ),
    ProblemKind(
        "SHEET_ROW_BROKEN",
        "A row cannot be read",
        "Row {row} has a quote that does not close, or more cells than columns, so its values are unclear.",
        "Correct the row and upload the sheet again.",
    ),
    ProblemKind(
        "SHEET_NUMBER_WITHOUT_FORMAT",
        "A reference is a number",
        "In row {row}, a reference is the number {number}. An .{kind} file does not tell how it is shown: 00501 and "
        "501 are the same there.",
        "Save the sheet as Excel Workbook (.xlsx), or make the column text, and upload it again.",
    ),
    # --- its rows
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
