"""The texts for what can be wrong with a file, a sheet or a row of an upload."""

from portal.problems import ProblemKind, register

_KINDS = "Excel (.xlsx, .xls, .xlsb), OpenDocument (.ods) or text (.csv, .tsv, .txt), or a .zip or .gz of one such file"
_AGAIN = "Then upload the file again."

register(
    ProblemKind(
        "CATALOGUE_INCOMPLETE",
        "Not possible now",
        "The portal cannot take meters now: a field that every meter needs is missing in its catalogue.",
        "Try again later.",
    ),
    ProblemKind(
        "FILE_MISSING", "Nothing chosen", "No file was chosen.", "Select a spreadsheet, such as .xlsx or .csv."
    ),
    ProblemKind("FILE_EMPTY", "Empty file", "The file is empty.", f"Fill in the template and save it. {_AGAIN}"),
    ProblemKind(
        "FILE_WRONG_TYPE",
        "Wrong type of file",
        "{name} is no kind of spreadsheet that can be read.",
        f"Send {_KINDS}. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_GONE",
        "The file is not there any more",
        "The file of this upload is no longer kept.",
        "Upload it again.",
    ),
    ProblemKind(
        "FILE_NOT_A_SPREADSHEET",
        "Not a spreadsheet",
        "The content of the file is not a spreadsheet, whatever its name says.",
        f"Open it in your spreadsheet program and save it as Excel Workbook (.xlsx) or CSV. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_ENCRYPTED",
        "Password protected",
        "The file is protected with a password, so it cannot be read.",
        f"Remove the password (in Excel: File, Info, Protect Workbook) and save. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_OLD_EXCEL",
        "Old Excel format",
        "The file is in a format of Excel that is older than Excel 5.",
        f"Save it as Excel Workbook (.xlsx). {_AGAIN}",
    ),
    ProblemKind(
        "FILE_OPEN_DOCUMENT",
        "OpenDocument format",
        "The file is an OpenDocument spreadsheet (.ods), which could not be read when it was sent.",
        "Use Check again.",
    ),
    ProblemKind(
        "FILE_BINARY_EXCEL",
        "Binary Excel format",
        "The file is a binary Excel workbook (.xlsb), which could not be read when it was sent.",
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
        "There is no file in the zip.",
        "Pack the spreadsheet again, or upload it as it is.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_MANY",
        "Several files in one",
        "The archive holds several files ({names}), so it is unclear which one to read.",
        "Pack one spreadsheet alone, or upload them one after the other.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_NESTED",
        "Archive in an archive",
        "In the archive is another one ({name}), which is not opened.",
        "Unpack it, and upload the spreadsheet itself.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_ENCRYPTED",
        "Zip with a password",
        "The zip is protected with a password, so it cannot be opened.",
        "Unpack it, and upload the spreadsheet itself.",
    ),
    ProblemKind(
        "FILE_ARCHIVE_PATHS",
        "Unsafe zip",
        "The zip names a file outside of its own folder ({name}), so it was not opened.",
        "Pack the spreadsheet again, or upload it as it is.",
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
        "Split it into several files, or save it as CSV, and upload them one after the other.",
    ),
    ProblemKind(
        "FILE_ZIP_BOMB",
        "Unpacks to too much",
        "The file unpacks to far more data than a spreadsheet of its size holds.",
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
        "The file contains XML document definitions, which spreadsheet programs never write.",
        f"Copy the rows into a new workbook and save it. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_TOO_MANY_ROWS",
        "Too many rows",
        "The sheet has more than {limit} rows.",
        "Split it into several files and upload them one after the other.",
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
        "The file has a cell where no spreadsheet has one.",
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
        "No column of the first row is one that we know.",
        f"Put the column names in the first row; the column guide lists them. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_NO_ROWS", "No rows", "The sheet has a header but no rows below it.", f"Add one row per meter. {_AGAIN}"
    ),
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
        "The workbook contains the same part twice, so it is unclear which one counts.",
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
        "The text of the file is in no encoding that is read here.",
        f"Save it as CSV UTF-8. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_READER_DIED",
        "Took too long or too much",
        "Reading the file took more time or memory than a file of this size may.",
        f"Copy the rows into a new workbook, or save it as CSV. {_AGAIN}",
    ),
    ProblemKind(
        "FILE_NOT_STORED",
        "Could not be stored",
        "The file could not be stored, and nothing of it was kept.",
        "Try again in a few minutes; if it happens again, tell support.",
    ),
    ProblemKind(
        "CHECK_STOPPED",
        "Stopped on our side",
        "Something on our side stopped the check. Nothing was written.",
        "Use Check again; if it stops again, tell support the upload's number.",
    ),
    ProblemKind(
        "COMMIT_STOPPED",
        "Stopped on our side",
        "Something on our side stopped the work. The rows already written are kept, each once.",
        "Confirm again to go on with the rest; if it stops again, tell support the upload's number.",
    ),
    ProblemKind(
        "UPLOAD_NOT_READY",
        "Not waiting for you",
        "This upload is not waiting for a confirmation any more.",
        "Look at its page for where it stands.",
    ),
    ProblemKind(
        "UPLOAD_NOT_WITHDRAWABLE",
        "Cannot be taken back",
        "An upload can be taken back when it is done, for {days} days.",
        "Change its meters by an upload with Update existing meters, or ask support.",
    ),
    ProblemKind(
        "WITHDRAWAL_STOPPED",
        "Stopped on our side",
        "Something on our side stopped the work. What was taken back stays so, each meter once.",
        "Take it back again to go on with the rest; if it stops again, tell support the upload's number.",
    ),
    ProblemKind(
        "UPLOAD_SENT_BEFORE",
        "Sent before",
        "You sent this file before with that choice.",
        "Look for it in the list of uploads.",
    ),
    ProblemKind(
        "NOTHING_TO_CARRY",
        "No corrections to use",
        "None of the corrections of that upload fits a row of this one that is not corrected yet.",
        "Fix the rows here.",
    ),
    ProblemKind(
        "TOTALS_ROW",
        "Rows of totals",
        "“{value}” stands in this row, as where a sheet adds up its rows.",
        "Leave it out; or fill it in if it is a meter.",
    ),
    ProblemKind(
        "DEVICE_UNKNOWN",
        "The rows have no such device",
        "The rows of this file have no other device “{value}”.",
        "Choose a device from the page of the upload.",
    ),
    ProblemKind(
        "SHEET_UNKNOWN",
        "Sheet not in the workbook",
        "“{value}” is no other sheet of this workbook.",
        "Choose one of the sheets that the page names.",
    ),
    ProblemKind(
        "ENCODING_UNKNOWN",
        "Encoding not possible",
        "The file cannot be in the encoding “{value}”.",
        "Choose one of the encodings that the page shows.",
    ),
    ProblemKind(
        "TOO_MANY_ROWS_AT_ONCE",
        "Too many rows at once",
        "At most {limit} rows can be changed at once.",
        "Download the rows to fix, mend them in your spreadsheet program and upload them again.",
    ),
    ProblemKind(
        "COLUMN_UNKNOWN_FIELD", "Not a field", "{value} is not a field here.", "Choose one from the list, or Not used."
    ),
    ProblemKind(
        "REFERENCE_IN_NO_COLUMN",
        "Partner reference is in no column",
        "No column holds the partner reference, by which each meter is known.",
        "Match the column with your own number of each customer or device.",
    ),
    ProblemKind(
        "VALUE_NOT_A_CHOICE",
        "Not on the list",
        "“{value}” is not on the list of {label}.",
        "Choose a value from the list, or leave it open.",
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
        "The row keys of this workbook belong to no upload of yours that can still be changed. Nothing was taken.",
        "Download the rows to fix from the upload's page again, and send that workbook back.",
    ),
    ProblemKind(
        "NOT_ROWS_TO_FIX",
        "Not a workbook of rows to fix",
        "This file has no row keys, so nobody can say which rows it mends. Nothing was taken.",
        "Send back the workbook that you downloaded from the upload's page, with its Row key column. New rows are sent "
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
        "{label} is a number of an .{kind} file",
        "{label} is the number {value}. An .{kind} file does not tell how it is shown: 00501 and 501 are the same "
        "there.",
        "Save the sheet as Excel Workbook (.xlsx), or make the column text, and upload it again; or accept the number "
        "as it is.",
    ),
    ProblemKind(
        "ADDRESS_NOT_APART",
        "An address cannot be taken apart",
        "“{value}” could not be taken apart into street, city, state and zip code.",
        "Write it like 132 Main Street, San Francisco, CA 94103, or fill in its parts.",
    ),
    ProblemKind(
        "PLACE_NOT_APART",
        "A city with its state and zip code cannot be taken apart",
        "“{value}” could not be taken apart into city, state and zip code.",
        "Write it like San Francisco, CA 94103, or fill in its parts.",
    ),
    ProblemKind(
        "SIZES_NOT_APART",
        "The sizes of a battery cannot be taken apart",
        "“{value}” could not be taken apart into a power and an energy capacity.",
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
        "The program's fields changed after this file was checked.",
        "Use Check again, and look at the new result before you confirm.",
    ),
    ProblemKind(
        "PROGRAM_UNKNOWN", "Program unknown", "{value} is not a program here.", "Choose a program from the list."
    ),
    ProblemKind(
        "PROGRAM_NOT_BY_UPLOAD",
        "Not onboarded by upload",
        "{value} meters come from the customer's utility authorization, not from an upload.",
        "See the program's page for how to onboard.",
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
        "Choose Update existing meters if this row is that meter; otherwise give it another reference.",
    ),
    ProblemKind(
        "REFERENCE_UNKNOWN",
        "No meter of yours has this reference",
        "No meter of yours has the reference {value}.{near}",
        "Write the reference as your meter has it. For new meters, choose to create meters for these rows.",
    ),
    ProblemKind(
        "REFERENCE_DIFFERS_IN_CAPITALS",
        "Reference differs only in capital letters",
        "You have a meter with the reference {known}, which differs only in capital letters.",
        "If this row is that meter, write the reference as it is there and choose Update existing meters.",
    ),
    ProblemKind(
        "REFERENCES_DIFFER_IN_CAPITALS",
        "References differ only in capital letters",
        "The reference of row {first} differs only in capital letters from this one, {value}.",
        "If both rows are one meter, leave one of them out.",
    ),
    ProblemKind(
        "ROWS_LEFT_UNWRITTEN",
        "Rows that were left unwritten",
        "The work stopped before this row, because of a fault of ours. Nothing of it was written.",
        "Send the row again.",
    ),
    ProblemKind(
        "ROW_NOT_WRITTEN",
        "The row could not be written",
        "The database refused this row. Nothing of it was written; the other rows were.",
        "Check its reference and its texts for unusual characters, then send the row again.",
    ),
    ProblemKind(
        "SERIAL_NUMBER_TWICE",
        "Serial number used twice",
        "{where} has a device of the same maker with this serial number.",
        "Check the serial number; a device is enrolled once.",
    ),
    ProblemKind(
        "MULTIPLE_PARTNER_REFERENCE",
        "Several meters have this reference",
        "{count} of your meters carry this reference, so it is unclear which one is meant.",
        "Change the references so that each meter has its own, then upload the row again.",
    ),
    ProblemKind(
        "METER_CHANGED_MEANWHILE",
        "The meter changed meanwhile",
        "The meter was changed by someone else after this was checked.",
        "Check it again to see what it would change now.",
    ),
    ProblemKind(
        "ASSET_NOT_AN_OBJECT", "Not an object", "The asset is not an object.", "Send each asset as a JSON object."
    ),
    ProblemKind(
        "FILE_LINE_TOO_LONG",
        "Line too long",
        "Line {line} is longer than a row of a sheet can be.",
        f"Check whether a quote is missing, or save the sheet as Excel Workbook (.xlsx). {_AGAIN}",
    ),
    ProblemKind(
        "UNKNOWN_COLUMN",
        "Columns that no field has",
        "The column “{field}” is not known, so it was not read.",
        "Check its name in the column guide.",
    ),
    ProblemKind(
        "UNKNOWN_PROPERTY",
        "Unknown property",
        "{field} is not a property that we know; its value is not stored.",
        "Check its spelling against the API's schema.",
    ),
)

register(
    ProblemKind(
        "WORD_FOR_NOTHING",
        "{label} was kept",
        "{label} is “{value}”, which was read as an empty cell, so the meter keeps the value that it has.",
        "Write - to clear the value, or leave the cell empty.",
    ),
)

# Texts that another program garbled: they are stored as they are, unless the partner takes what is suggested.
register(
    ProblemKind(
        "TEXT_ENCODED_TWICE",
        "{label} looks encoded twice",
        "{label} is “{value}”, as when a program reads UTF-8 as something else.",
        "Take “{suggestion}” if that is meant.",
    ),
    ProblemKind(
        "TEXT_HAS_ENTITIES",
        "{label} has HTML codes",
        "{label} is “{value}”, with codes as web pages have them.",
        "Take “{suggestion}” if that is meant.",
    ),
)

# What the reader says of a row as a whole.
register(
    ProblemKind(
        "NOT_A_METER",
        "Not a meter",
        "This row begins with “{value}” and reads like {kind}, so no meter is made of it.",
        "If it is a meter, treat it as one.",
    ),
    ProblemKind(
        "STRAY_QUOTE",
        "Quotes that do not close",
        "A quote in line {line} of the file does not close, or text follows it, so it is unclear where cells end.",
        "Correct the quotes in that line and upload the file again, or correct the row in the workbook of rows to fix.",
    ),
    ProblemKind(
        "ROW_TOO_WIDE",
        "More cells than columns",
        "This row has cells beyond the last column ({columns}): {cells}. Its values may be in the wrong columns.",
        "Put quotes around each value that has a comma, or correct the row in the workbook of rows to fix. If the "
        "extra cells do not matter, use the row without them.",
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
        "{label} was read as “{value}”: the file does not say how it is encoded, and {encoding} fits best.",
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
        "These columns are filled in by the portal, so an upload leaves them alone: {columns}.",
        "",
    ),
)

# Notes of the reader: things to know about a file that was read all the same. They have no remedy of their own.
register(
    ProblemKind(
        "HIDDEN_ROWS",
        "Hidden rows",
        "Rows are hidden in the sheet: {count}, the first is row {first}. They were read like the others.",
        "",
    ),
    ProblemKind(
        "HIDDEN_COLUMNS",
        "Hidden columns",
        "Some columns are hidden in the sheet ({columns}). They were read like the others.",
        "",
    ),
    ProblemKind("HIDDEN_SHEETS", "Hidden sheets", "Hidden sheets were not read: {sheets}.", ""),
    ProblemKind("OTHER_SHEETS", "Other sheets", "Only one sheet is read. These were not: {sheets}.", ""),
    ProblemKind(
        "EXTERNAL_LINKS",
        "Links to other files",
        "The workbook points to other files. They were not opened; the values saved in this file count.",
        "",
    ),
    ProblemKind(
        "ENCODING_ASSUMED",
        "Encoding assumed",
        "The file does not say how its letters with accents are encoded, so they were read as they fit best.",
        "",
    ),
    ProblemKind(
        "TITLE_ROWS",
        "Rows above the header",
        "Rows above the column names were not read: {rows}.",
        "",
    ),
    ProblemKind(
        "UNNAMED_COLUMNS",
        "Columns without a name",
        "Columns without a name in the header were not read: {columns}.",
        "",
    ),
    ProblemKind(
        "FORMATS_NOT_READ",
        "Number formats not read",
        "This is an .{kind} file, from which number formats cannot be read: 00501 comes as 501, and 95% as 0.95. Cells "
        "with errors such as #N/A come as empty, and rows and columns that are hidden are read like the others.",
        "",
    ),
    ProblemKind(
        "MERGED_CELLS_NOT_SEEN",
        "Merged cells not seen",
        "An .{kind} file does not tell which cells are merged: of merged cells, only the first has a value.",
        "",
    ),
    ProblemKind("UNPACKED", "Unpacked", "The sheet was taken out of the .{kind} file{named}.", ""),
    ProblemKind(
        "FILE_NAME_DIFFERS",
        "Name and content differ",
        "The file's content is of another kind ({kind}) than its name says. It was read by its content.",
        "",
    ),
)
