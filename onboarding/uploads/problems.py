"""The texts for what can be wrong with a file, a sheet or a row of an upload."""

from portal.problems import ProblemKind, register

_KINDS = "Excel (.xlsx, .xls, .xlsb), OpenDocument (.ods) or text (.csv, .tsv, .txt), or a .zip or .gz of one such file"
_AGAIN = "Then upload the file again."

register(
    ProblemKind(
        "CATALOGUE_INCOMPLETE",
        "Not possible now",
        "We can’t accept meters right now because a field that every meter needs is missing from the catalogue.",
        "Try again later.",
    ),
    ProblemKind(
        "FILE_MISSING", "Nothing chosen", "No file was chosen.", "Select a spreadsheet, such as .xlsx or .csv."
    ),
    ProblemKind("FILE_EMPTY", "Empty file", "The file is empty.", f"Add your rows and save it. {_AGAIN}"),
    ProblemKind(
        "FILE_WRONG_TYPE",
        "Wrong type of file",
        "{name} is not a type of spreadsheet that we can read.",
        f"Send {_KINDS}. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_GONE",
        "The file no longer exists",
        "We no longer keep the file of this upload.",
        "Upload it again.",
    ),
    ProblemKind(
        "FILE_NOT_A_SPREADSHEET",
        "Not a spreadsheet",
        "This file’s name looks like a spreadsheet, but its content isn’t one.",
        f"Open it in your spreadsheet program and save it as Excel Workbook (.xlsx) or CSV. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_ENCRYPTED",
        "Password protected",
        "The file is password protected, so we can’t read it.",
        f"Remove the password (in Excel: File, Info, Protect Workbook) and save. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_OLD_EXCEL",
        "Old Excel format",
        "The file is in a format older than Excel 5.",
        f"Save it as Excel Workbook (.xlsx). {_AGAIN}",
    ),
    ProblemKind(
        "FILE_OPEN_DOCUMENT",
        "OpenDocument format",
        "The file is an OpenDocument spreadsheet (.ods). We couldn’t read those when you sent it.",
        "Use Check again.",
    ),
    ProblemKind(
        "FILE_BINARY_EXCEL",
        "Binary Excel format",
        "The file is a binary Excel workbook (.xlsb). We couldn’t read those when you sent it.",
        "Use Check again.",
    ),
    ProblemKind(
        "FILE_NUMBERS",
        "Numbers document",
        "The file is a Numbers document, which only Numbers can read.",
        f"In Numbers, choose File, Export To, Excel or CSV. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_ARCHIVE_EMPTY",
        "Nothing in the zip",
        "The zip is empty.",
        "Zip the spreadsheet again, or upload it unzipped.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_MANY",
        "Several files in one",
        "The archive holds several files ({names}), so we don’t know which one to read.",
        "Zip one spreadsheet only, or upload them one at a time.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_NESTED",
        "Archive in an archive",
        "The archive contains another archive ({name}), which we don’t open.",
        "Unzip it and upload the spreadsheet itself.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_ENCRYPTED",
        "Zip with a password",
        "The zip is password protected, so we can’t open it.",
        "Unzip it and upload the spreadsheet itself.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_PATHS",
        "Unsafe zip",
        "The zip names a file outside its own folder ({name}), so we didn’t open it.",
        "Zip the spreadsheet again, or upload it unzipped.",
    ),
    ProblemKind(
        "FILE_HAS_MACROS",
        "Contains macros",
        "The file contains macros.",
        f"Save it as Excel Workbook (.xlsx), which leaves the macros out. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_TOO_LARGE",
        "Too large",
        "The file is larger than the limit.",
        "Split it into several files, or save it as CSV, and upload them one at a time.",
    ),
    ProblemKind(
        "FILE_ZIP_BOMB",
        "Unpacks to too much",
        "The file unpacks to far more data than a spreadsheet of its size should.",
        f"Copy the rows into a new workbook and save it. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_BROKEN",
        "Damaged file",
        "The file is damaged or was cut short.",
        f"Open it in your spreadsheet program, check it, and save it again. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_XML_ENTITIES",
        "Contains document definitions",
        "The file contains XML document definitions, which no spreadsheet app writes.",
        f"Copy the rows into a new workbook and save it. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_TOO_MANY_ROWS",
        "Too many rows",
        "The sheet has more than {limit} rows.",
        "Split it into several files and upload them one at a time.",
    ),
    ProblemKind(
        "FILE_TOO_MANY_ROWS_OF_KIND",
        "Too many rows",
        "The sheet has more than {limit} rows, the most that an .{kind} file may have.",
        f"Save it as Excel Workbook (.xlsx) or CSV, which may have more. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_TOO_MANY_COLUMNS",
        "Too many columns",
        "The sheet has cells beyond column {limit}.",
        f"Delete the columns that are not meter data. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_CELL_OUT_OF_RANGE",
        "Cell outside the sheet",
        "The file has a cell outside the limits of a spreadsheet.",
        f"Copy the rows into a new workbook and save it. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_NO_SHEET",
        "No sheet to read",
        "The workbook has no visible sheet with rows.",
        f"Put the rows on a visible sheet and save. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_NO_HEADER",
        "No header row",
        "We don’t recognize any column name in the first row.",
        f"Put the column names in the first row; the column guide lists them. {_AGAIN}",
    ),
    ProblemKind("FILE_NO_ROWS", "No rows", "The sheet has a header but no rows below it.", f"Add your rows. {_AGAIN}"),
    ProblemKind(
        "FILE_MERGED_CELLS",
        "Merged cells",
        "Cells are merged in the data: {ranges}.",
        f"Unmerge them and fill each cell with its own value. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_DUPLICATE_HEADER",
        "Two columns for one field",
        "Several columns hold the same field: {columns}.",
        f"Keep one column for each field. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_DUPLICATE_ENTRIES",
        "Contradicting parts",
        "The workbook contains the same part twice, so we don’t know which one counts.",
        f"Copy the rows into a new workbook and save it. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_UNCLOSED_QUOTE",
        "Quote not closed",
        "A quote that opens in row {row} is never closed.",
        f"Close it, or save the sheet as Excel Workbook (.xlsx). {_AGAIN}",
    ),
    ProblemKind(
        "FILE_UNREADABLE_TEXT",
        "Text cannot be read",
        "We can’t read the file’s text encoding.",
        f"Save it as CSV UTF-8. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_READER_DIED",
        "Took too long or too much",
        "Reading the file took more time or memory than we allow for its size.",
        f"Copy the rows into a new workbook, or save it as CSV. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_NOT_STORED",
        "Could not be stored",
        "We couldn’t store the file. Nothing was kept.",
        "Try again in a few minutes. If it happens again, contact support.",
    ),
    ProblemKind(
        "CHECK_STOPPED",
        "Stopped on our side",
        "A problem on our side stopped the check. Nothing was created or changed.",
        "Use Check again. If it stops again, contact support with the upload’s number.",
    ),
    ProblemKind(
        "COMMIT_STOPPED",
        "Stopped on our side",
        "A problem on our side stopped the work. Rows that were already written are kept, each once.",
        "Confirm again to continue with the rest. If it stops again, contact support with the upload’s number.",
    ),
    ProblemKind(
        "UPLOAD_NOT_READY",
        "Not waiting for you",
        "This upload is no longer waiting for your confirmation.",
        "See the upload’s page for its status.",
    ),
    ProblemKind(
        "UPLOAD_NOT_WITHDRAWABLE",
        "Cannot be taken back",
        "You can take back an upload for {days} days after it’s done.",
        "Change its meters with an upload that updates existing meters, or contact support.",
    ),
    ProblemKind(
        "WITHDRAWAL_STOPPED",
        "Stopped on our side",
        "A problem on our side stopped the work. What was already taken back stays taken back.",
        "Take it back again to continue with the rest. If it stops again, contact support with the upload’s number.",
    ),
    ProblemKind(
        "UPLOAD_SENT_BEFORE",
        "Sent before",
        "You already sent this file with the same choices.",
        "Find it in the list of uploads.",
    ),
    ProblemKind(
        "NOTHING_TO_CARRY",
        "No corrections to use",
        "None of that upload’s corrections match a row here that still needs fixing.",
        "Fix the rows here.",
    ),
    ProblemKind(
        "TOTALS_ROW",
        "Rows of totals",
        "“{value}” is in this row, as in a row of totals.",
        "Leave it out, or complete it if it is a meter.",
    ),
    ProblemKind(
        "DEVICE_UNKNOWN",
        "The rows have no such device",
        "The rows of this file have no device called “{value}”.",
        "Choose a device on the upload’s page.",
    ),
    ProblemKind(
        "SHEET_UNKNOWN",
        "Sheet not in the workbook",
        "The workbook has no other sheet called “{value}”.",
        "Choose one of the sheets on the page.",
    ),
    ProblemKind(
        "ENCODING_UNKNOWN",
        "Encoding not possible",
        "The file can’t be in the encoding “{value}”.",
        "Choose one of the encodings on the page.",
    ),
    ProblemKind(
        "TOO_MANY_ROWS_AT_ONCE",
        "Too many rows at once",
        "At most {limit} rows can be changed at once.",
        "Download the rows to fix, correct them in your spreadsheet app and upload them again.",
    ),
    ProblemKind(
        "COLUMN_UNKNOWN_FIELD", "Not a field", "{value} is not a field here.", "Choose one from the list, or Not used."
    ),
    ProblemKind(
        "REFERENCE_IN_NO_COLUMN",
        "Partner reference is in no column",
        "No column is matched to the partner reference, which identifies each meter.",
        "Match the column that has your own number for each customer or device.",
    ),
    ProblemKind(
        "VALUE_NOT_A_CHOICE",
        "Not on the list",
        "“{value}” is not on the list of {label}.",
        "Choose a value from the list, or leave it blank.",
    ),
    ProblemKind(
        "COLUMNS_NOT_TOGETHER",
        "Two columns for {label}",
        "Columns {columns} both hold {label}.",
        "Match one of them to another field or to Not used, or choose to use both.",
    ),
    ProblemKind(
        "ROWS_OF_NO_UPLOAD",
        "Rows of no upload of yours",
        "The row keys in this workbook don’t belong to an upload that you can still change. We used nothing from it.",
        "Download the rows to fix from the upload’s page again, and upload that workbook.",
    ),
    ProblemKind(
        "NOT_ROWS_TO_FIX",
        "Not a workbook of rows to fix",
        "This file has no row keys, so we can’t tell which rows it corrects. We used nothing from it.",
        "Send back the workbook that you downloaded from the upload’s page, with its Row key column. New rows are sent "
        "as a new upload.",
    ),
    ProblemKind(
        "CONSTANT_NOT_ACCEPTED",
        "{label} is not accepted",
        "{label} cannot be “{value}”.",
        "Write it as the column guide says.",
    ),
    ProblemKind(
        "COLUMNS_DISAGREE",
        "{label} differs between two columns",
        "Columns {columns} both hold {label}, and differ: {value}.",
        "Keep one value, or match one of the columns to another field.",
    ),
    ProblemKind(
        "NUMBER_WITHOUT_FORMAT",
        "{label} is a number in an .{kind} file",
        "{label} is the number {value}. An .{kind} file doesn’t say how a number is displayed: 00501 and 501 "
        "look the same to us.",
        "Save the sheet as Excel Workbook (.xlsx), or format the column as text, and upload it again. Or accept the "
        "number as it is.",
    ),
    ProblemKind(
        "ADDRESS_NOT_APART",
        "An address can’t be split",
        "“{value}” couldn’t be split into street, city, state and ZIP code.",
        "Write it like 132 Main Street, San Francisco, CA 94103, or fill in its parts.",
    ),
    ProblemKind(
        "PLACE_NOT_APART",
        "A city with its state and ZIP code can’t be split",
        "“{value}” couldn’t be split into city, state and ZIP code.",
        "Write it like San Francisco, CA 94103, or fill in its parts.",
    ),
    ProblemKind(
        "SIZES_NOT_APART",
        "A battery’s sizes can’t be split",
        "“{value}” couldn’t be split into a power and an energy capacity.",
        "Write it like 5 kW / 13.5 kWh, or fill in its parts.",
    ),
    ProblemKind(
        "UPLOAD_NOTHING_TO_DO",
        "Nothing to write",
        "No row of this upload would create or change a meter.",
        "Fix the rows and upload the file again.",
    ),
    ProblemKind(
        "CATALOGUE_CHANGED",
        "The program changed",
        "The program’s fields changed after we checked this file.",
        "Use Check again, and review the new result before you confirm.",
    ),
    ProblemKind(
        "PROGRAM_UNKNOWN", "Program unknown", "{value} is not a program here.", "Choose a program from the list."
    ),
    ProblemKind(
        "PROGRAM_NOT_BY_UPLOAD",
        "Not onboarded by upload",
        "{value} meters come from the customer’s utility authorization, not from an upload.",
        "See the program’s page for how to onboard.",
    ),
    ProblemKind(
        "DUPLICATE_IN_FILE",
        "Reference used twice in this file",
        "Row {first} has the same partner reference{alike}.",
        "Give each meter its own reference, or delete one of the two rows.",
    ),
    ProblemKind(
        "DUPLICATE_REF_ID",
        "Reference already used",
        "Partner reference found on meter ID {meter}. A unique reference is required.{spelled}",
        "If this row is that meter, choose Update existing meters. Otherwise give it another reference.",
    ),
    ProblemKind(
        "REFERENCE_UNKNOWN",
        "None of your meters has this reference",
        "None of your meters has the reference {value}.{near}",
        "Enter the reference exactly as your meter has it. For new meters, choose to create meters for these rows.",
    ),
    ProblemKind(
        "REFERENCE_DIFFERS_IN_CAPITALS",
        "Reference differs only in capital letters",
        "You have a meter with the reference {known}, which differs only in capital letters.",
        "If this row is that meter, enter the reference as it is there and choose Update existing meters.",
    ),
    ProblemKind(
        "REFERENCES_DIFFER_IN_CAPITALS",
        "References differ only in capital letters",
        "The reference of row {first} differs only in capital letters from this one, {value}.",
        "If both rows are the same meter, leave one out.",
    ),
    ProblemKind(
        "ROWS_LEFT_UNWRITTEN",
        "Rows that were left unwritten",
        "A problem on our side stopped the work before this row. Nothing from it was written.",
        "Send the row again.",
    ),
    ProblemKind(
        "ROW_NOT_WRITTEN",
        "The row could not be written",
        "We couldn’t store this row. The other rows were written.",
        "Check its reference and texts for unusual characters, then send the row again.",
    ),
    ProblemKind(
        "SERIAL_NUMBER_TWICE",
        "Serial number used twice",
        "{where} has a device from the same maker with this serial number.",
        "Check the serial number. Each device can be enrolled only once.",
    ),
    ProblemKind(
        "MULTIPLE_PARTNER_REFERENCE",
        "Several meters have this reference",
        "{count} of your meters have this reference, so we don’t know which one you mean.",
        "Change the references so that each meter has its own, then upload the row again.",
    ),
    ProblemKind(
        "METER_CHANGED_MEANWHILE",
        "The meter changed in the meantime",
        "Someone else changed the meter after we checked this row.",
        "Check it again to see what would change now.",
    ),
    ProblemKind(
        "ASSET_NOT_AN_OBJECT", "Not an object", "The asset is not an object.", "Send each asset as a JSON object."
    ),
    ProblemKind(
        "FILE_LINE_TOO_LONG",
        "Line too long",
        "Line {line} is longer than any spreadsheet row can be.",
        f"Check whether a quote is missing, or save the sheet as Excel Workbook (.xlsx). {_AGAIN}",
    ),
    ProblemKind(
        "UNKNOWN_COLUMN",
        "Columns that no field has",
        "We don’t recognize the column “{field}”, so we didn’t read it.",
        "Check its name in the column guide.",
    ),
    ProblemKind(
        "UNKNOWN_PROPERTY",
        "Unknown property",
        "{field} is not a property that we know. We don’t store its value.",
        "Check its spelling against the API's schema.",
    ),
)

register(
    ProblemKind(
        "WORD_FOR_NOTHING",
        "{label} was kept",
        "{label} is “{value}”, which we read as an empty cell, so the meter keeps its current value.",
        "Enter - to clear the value, or leave the cell empty.",
    ),
)

# Texts that another program garbled: they are stored as they are, unless the partner takes what is suggested.
register(
    ProblemKind(
        "TEXT_ENCODED_TWICE",
        "{label} looks encoded twice",
        "{label} is “{value}”, as happens when an app reads UTF-8 as another encoding.",
        "Use “{suggestion}” if that’s what you mean.",
    ),
    ProblemKind(
        "TEXT_HAS_ENTITIES",
        "{label} has HTML codes",
        "{label} is “{value}”, which has HTML codes, as web pages do.",
        "Use “{suggestion}” if that’s what you mean.",
    ),
)

# What the reader says of a row as a whole.
register(
    ProblemKind(
        "NOT_A_METER",
        "Not a meter",
        "This row begins with “{value}” and reads like {kind}, so we won’t create a meter from it.",
        "If it is a meter, choose to treat it as one.",
    ),
    ProblemKind(
        "STRAY_QUOTE",
        "Quotes that do not close",
        "A quote in line {line} of the file doesn’t close, or text follows it, so we can’t tell where cells end.",
        "Correct the quotes in that line and upload the file again, or correct the row in the workbook of rows to fix.",
    ),
    ProblemKind(
        "ROW_TOO_WIDE",
        "More cells than columns",
        "This row has cells beyond the last column ({columns}): {cells}. Its values may be in the wrong columns.",
        "Put quotes around each value that has a comma, or correct the row in the workbook of rows to fix. If the "
        "extra cells don’t matter, use the row without them.",
    ),
    ProblemKind(
        "ROW_TOO_SHORT",
        "Fewer cells than columns",
        "This row has {cells} cells, most others have {columns}. A separator may be missing, which puts values into "
        "the wrong columns.",
        "Correct the row in the workbook of rows to fix. If only its last cells are left out, use it with them empty.",
    ),
    ProblemKind(
        "CELLS_MERGED",
        "Merged cells",
        "Cells of this row are merged in the sheet ({ranges}). Only the first cell of each has a value; the others are "
        "empty.",
        "Fill the empty cells in the workbook of rows to fix, or unmerge them and upload the file again. If the cells "
        "are right as they are, use the row as read.",
    ),
)

# What was decided about a column, or about the text as a whole.
register(
    ProblemKind(
        "ENCODING_GUESSED",
        "{label} was read as {encoding}",
        "{label} was read as “{value}”: the file doesn’t say how it is encoded, and {encoding} fits best.",
        "If that is wrong, send the file in UTF-8, or name its charset in the Content-Type header.",
    ),
    ProblemKind(
        "UNIT_CONVERTED",
        "{label} was converted",
        "{label}: {written} were read as {unit}.",
        "Check one of the values below.",
    ),
)

register(
    ProblemKind(
        "PORTAL_COLUMNS",
        "Columns that the portal fills in",
        "The portal fills in these columns, so we ignored them: {columns}.",
        "",
    ),
)

# Notes of the reader: things to know about a file that was read all the same. They have no remedy of their own.
register(
    ProblemKind(
        "HIDDEN_ROWS",
        "Hidden rows",
        "Hidden rows in the sheet: {count}, the first is row {first}. We read them like the others.",
        "",
    ),
    ProblemKind(
        "HIDDEN_COLUMNS",
        "Hidden columns",
        "Some columns are hidden in the sheet ({columns}). We read them like the others.",
        "",
    ),
    ProblemKind("HIDDEN_SHEETS", "Hidden sheets", "We didn’t read hidden sheets: {sheets}.", ""),
    ProblemKind("OTHER_SHEETS", "Other sheets", "We read one sheet only. We didn’t read: {sheets}.", ""),
    ProblemKind(
        "EXTERNAL_LINKS",
        "Links to other files",
        "The workbook links to other files. We didn’t open them and used the values saved in this file.",
        "",
    ),
    ProblemKind(
        "ENCODING_ASSUMED",
        "Encoding assumed",
        "The file doesn’t say how its accented letters are encoded, so we chose the best fit.",
        "",
    ),
    ProblemKind(
        "TITLE_ROWS",
        "Rows above the header",
        "We didn’t read the rows above the column names: {rows}.",
        "",
    ),
    ProblemKind(
        "UNNAMED_COLUMNS",
        "Columns without a name",
        "We didn’t read columns without a name in the header: {columns}.",
        "",
    ),
    ProblemKind(
        "FORMATS_NOT_READ",
        "Number formats not read",
        "We can’t read number formats from an .{kind} file: 00501 comes as 501, and 95% as 0.95. Cells "
        "with errors such as #N/A are empty, and hidden rows and columns are read like the others.",
        "",
    ),
    ProblemKind(
        "MERGED_CELLS_NOT_SEEN",
        "Merged cells not seen",
        "An .{kind} file doesn’t say which cells are merged. Of merged cells, only the first has a value.",
        "",
    ),
    ProblemKind("UNPACKED", "Unpacked", "The sheet was taken out of the .{kind} file{named}.", ""),
    ProblemKind(
        "FILE_NAME_DIFFERS",
        "Name and content differ",
        "The file’s content is {kind}, which doesn’t match its name. We read it by its content.",
        "",
    ),
)
