"""What can be wrong with a change of many meters, with a sheet that asks for one, and with the sheet's rows."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "NO_METERS_CHOSEN",
        "No meters selected",
        "You haven’t selected any meters.",
        "Select meters, or select all that match.",
    ),
    ProblemKind("TAG_MISSING", "No tag", "Enter a tag.", "Use 1 to 64 characters and no comma."),
    ProblemKind(
        "TAG_NOT_ACCEPTED", "Not a tag", "“{value}” can’t be used as a tag.", "Use 1 to 64 characters and no comma."
    ),
    ProblemKind(
        "GROUP_NOT_ACCEPTED",
        "Not a customer group",
        "“{value}” can’t be used as a customer group.",
        "Use a shorter name without special characters.",
    ),
    ProblemKind("BULK_KIND_UNKNOWN", "No action chosen", "You haven’t chosen an action.", "Choose an action."),
    # --- a sheet
    ProblemKind(
        "COLUMNS_NOT_KNOWN",
        "Unknown columns",
        "These columns aren’t in the template: {columns}.",
        "Use the template’s column names, and remove any other columns.",
    ),
    ProblemKind(
        "SHEETS_NOT_READ",
        "More than one sheet",
        "We read only one sheet. We skipped: {sheets}.",
        "Upload each sheet as a separate file.",
    ),
    ProblemKind(
        "CELLS_WITHOUT_NAME",
        "Cells without a column name",
        "These columns have values but no name: {columns}.",
        "Use the template’s column names, or clear these cells.",
    ),
    ProblemKind(
        "SHEET_ROW_BROKEN",
        "A row can’t be read",
        "Row {row} has an unclosed quote or more cells than columns, so its values are unclear.",
        "Correct the row and upload the sheet again.",
    ),
    ProblemKind(
        "SHEET_NUMBER_WITHOUT_FORMAT",
        "A reference is a number",
        "In row {row}, a reference is the number {number}. In an .{kind} file, we can’t tell 00501 from 501.",
        "Save the sheet as an Excel Workbook (.xlsx) or format the column as text, then upload it again.",
    ),
    # --- its rows
    ProblemKind(
        "METER_NOT_NAMED",
        "No meter named",
        "This row doesn’t say which meter it’s for.",
        "Fill in its meter ID or its current reference.",
    ),
    ProblemKind(
        "METER_UNKNOWN",
        "Unknown meters",
        "You don’t have a meter with the {what} “{value}”.",
        "Check it, or download your meters again and fill in the new file.",
    ),
    ProblemKind(
        "REFERENCE_OF_SEVERAL_METERS",
        "Several meters have this reference",
        "{count} of your meters have the reference “{value}”, so we can’t tell which one you mean.",
        "Fill in the meter ID of the one you mean.",
    ),
    ProblemKind(
        "ID_AND_REFERENCE_DIFFER",
        "ID and reference don’t match",
        "The meter {meter} has the reference “{held}”, not “{value}”.",
        "Correct one of the two, or leave the current reference empty.",
    ),
    ProblemKind(
        "METER_IN_TWO_ROWS",
        "Two rows for one meter",
        "Rows {rows} are for the same meter.",
        "Keep one row for each meter.",
    ),
    ProblemKind(
        "NEW_REFERENCE_TWICE",
        "Two rows with the same new reference",
        "Rows {rows} have the same new reference, “{value}”.",
        "Give each meter its own reference.",
    ),
    ProblemKind(
        "REFERENCE_TAKEN",
        "Reference already in use",
        "“{value}” is already the reference of your meter {meter}.",
        "Choose another reference, or give that meter a new one in the same file.",
    ),
    ProblemKind(
        "REFERENCE_NOT_GIVEN_UP",
        "Reference still in use",
        "“{value}” is the reference of the meter in row {row}, and that row has a problem.",
        "Fix row {row} first; then this row works too.",
    ),
    ProblemKind(
        "PASTED_NOT_TWO_COLUMNS",
        "Not two columns",
        "The pasted text doesn’t have two columns: the meter and its new reference.",
        "Enter one meter per line: its reference or meter ID, a tab, comma or semicolon, then the new reference.",
    ),
    ProblemKind(
        "REFERENCE_COLUMNS_MISSING",
        "Columns missing",
        "The sheet doesn’t say {missing}.",
        "Name the columns meter_id or partner_reference, and new_partner_reference. Then upload it again.",
    ),
)
