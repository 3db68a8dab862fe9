"""The problem codes for what can be wrong with a value."""

from portal.problems import ProblemKind, register

_AS_TEXT = "Format the column as text, then type or paste the original value again."

register(
    ProblemKind("REQUIRED_MISSING", "{label} is missing", "{label} is missing.", "Fill it in; every meter needs it."),
    ProblemKind(
        "REQUIRED_WITH_OBJECT",
        "{label} is missing",
        "{label} is missing, but other columns of {section} are filled in.",
        "Fill it in, or clear the other columns of {section}.",
    ),
    ProblemKind(
        "PROGRAM_FIELD_MISSING",
        "{label} is missing",
        "{program} needs {label}.",
        "Fill it in. The meter can be created without it, but isn’t eligible for {program} until you do.",
    ),
    ProblemKind(
        "PROGRAM_LIMIT",
        "{label} is outside the program’s limits",
        "{program} accepts {label} {limits}; this is {value}.",
        "Check the value.",
    ),
    ProblemKind(
        "NOT_A_NUMBER",
        "{label} is not a number",
        "{label} is “{value}”, which is not a number.",
        "Enter a number with a decimal point, for example {example}.",
    ),
    ProblemKind(
        "NOT_A_WHOLE_NUMBER",
        "{label} is not a whole number",
        "{label} is {value}, which is not a whole number.",
        "Enter a number without decimals.",
    ),
    ProblemKind(
        "NUMBER_TOO_SMALL",
        "{label} is too small",
        "{label} is {value}; the minimum is {limit}.",
        "Check the value and its unit{unit_note}.",
    ),
    ProblemKind(
        "NUMBER_TOO_LARGE",
        "{label} is too large",
        "{label} is {value}; the maximum is {limit}.",
        "Check the value and its unit{unit_note}.",
    ),
    ProblemKind(
        "FRACTION_FOR_PERCENT",
        "{label} is a fraction, not a percentage",
        "{label} is {value}, but it must be a percentage.",
        "Enter {suggestion} for {suggestion}%.",
    ),
    ProblemKind(
        "TEXT_TOO_SHORT",
        "{label} is too short",
        "{label} has {length} characters; it needs at least {limit}.",
        "Check whether something is missing.",
    ),
    ProblemKind(
        "TEXT_TOO_LONG",
        "{label} is too long",
        "{label} has {length} characters; the limit is {limit}.",
        "Shorten it.",
    ),
    ProblemKind(
        "CHARACTERS_NOT_ALLOWED",
        "{label} has characters that aren’t allowed",
        "{label} contains {characters}, which isn’t allowed here.",
        "Remove it, or replace it with other characters.",
    ),
    ProblemKind(
        "PATTERN_MISMATCH",
        "{label} is not in the expected format",
        "{label} is “{value}”, which is not in the expected format.",
        "Enter it like {example}.",
    ),
    ProblemKind(
        "UNKNOWN_CHOICE",
        "{label} is not on the list",
        "{label} is “{value}”, which is not on the list.{suggested}",
        "Choose one of: {choices}.",
    ),
    ProblemKind(
        "NOT_YES_NO",
        "{label} is not yes or no",
        "{label} is “{value}”; it must be yes or no.",
        "Enter yes or no.",
    ),
    ProblemKind(
        "NOT_A_DATE",
        "{label} is not a date",
        "{label} is “{value}”, which is not a date.",
        "Enter it as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_DOES_NOT_EXIST",
        "{label} is a date that doesn’t exist",
        "{label} is “{value}”, which is not a real date.",
        "Check the day and the month, and enter it as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_OUT_OF_YEARS",
        "{label} is outside the accepted years",
        "{label} is “{value}”. We accept dates from {first} to {last}.",
        "Check the year.",
    ),
    ProblemKind(
        "DATE_AMBIGUOUS",
        "{label} could be two different dates",
        "{label} is “{value}”, which could mean {first} or {second}.",
        "Enter it as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_IN_ORDER",
        "{label} was read in its column’s date order",
        "{label} is “{value}”, which could be two dates. Like most of its column, we read it as {order}: {day}.",
        "Check the date. To avoid doubt, enter dates as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_IN_OTHER_ORDER",
        "{label} is in a different date order than its column",
        "{label} is “{value}”, but we read the other dates in its column as {order}.",
        "Check the date. If it’s right, enter it as {suggestion}.",
    ),
    ProblemKind(
        "DATE_AT_PLACE",
        "{label} was converted to the meter’s time zone",
        "{label} is “{value}”, a date with a time zone. In the meter’s time zone ({zone}), that is {day}.",
        "Check the date. Enter dates as YYYY-MM-DD without a time, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_FROM_NUMBER",
        "{label} is a number",
        "{label} is {value}. Spreadsheets store dates as numbers, so we read it as {day}.",
        "Check the date. To avoid doubt, enter dates as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_WITHOUT_PLACE",
        "{label} was read without its time zone",
        "{label} is “{value}”, a date with a time zone. Without the meter’s ZIP code, we read it as {day}.",
        "Check the date. Enter dates as YYYY-MM-DD without a time, for example 2026-05-31.",
    ),
    ProblemKind(
        "ZIP_RESTORED",
        "{label} lost its leading zeros",
        "{label} is “{value}”. ZIP codes have five digits, so we read it as {suggestion}.",
        "Check it. Format the column as text to keep leading zeros.",
    ),
    ProblemKind(
        "IDENTIFIER_TAIL_CUT",
        "{label} ended in .0",
        "{label} is “{value}”, as if an ID had been stored as a number. We read it as {suggestion}.",
        "Check it. Format the column as text.",
    ),
    ProblemKind(
        "TEXT_CONVERTED",
        "{label} was changed by the spreadsheet",
        "{label} is a {kind} cell. Spreadsheets convert text such as 1-2, so we read it as “{suggestion}”.",
        "Check it. If it’s wrong, format the column as text and type the value again.",
    ),
    ProblemKind(
        "IDENTIFIER_CONVERTED",
        "{label} was changed by the spreadsheet",
        "{label} is a {kind} cell that shows “{shown}”. A spreadsheet program changed the original value.",
        _AS_TEXT,
    ),
    ProblemKind(
        "UNIT_MISMATCH",
        "{label} is in a different unit",
        "{label} is “{value}”, in {written}. This column is in {unit}.",
        "Enter the number in {unit}, or move it to the right column.",
    ),
    ProblemKind(
        "NOT_A_PHONE",
        "{label} is not a phone number",
        "{label} is “{value}”, which is not a phone number that anyone can call.",
        "Check the digits. US numbers have ten; for other countries, start with + and the country code.",
    ),
    ProblemKind(
        "DIGITS_PERHAPS_LOST",
        "{label} may have lost digits",
        "{label} is “{value}”. Every digit after the 15th is zero, as when a spreadsheet rounds a long number.",
        "Compare it with the original. If it was rounded, format the column as text and paste it again.",
    ),
    ProblemKind(
        "NOT_A_ZIP",
        "{label} is not a ZIP code",
        "{label} is “{value}”, which is not a US ZIP code.",
        "Enter five digits, or ZIP+4 such as 94105-1234.",
    ),
    ProblemKind(
        "NOT_AN_EMAIL",
        "{label} is not an email address",
        "{label} is “{value}”, which is not an email address.",
        "Enter it like name@company.com.",
    ),
    ProblemKind(
        "DIGITS_LOST",
        "{label} lost digits",
        "{label} is “{value}”. The spreadsheet rounded a long number, so its last digits are gone.",
        f"{_AS_TEXT} We can’t restore the digits.",
    ),
    ProblemKind(
        "NUMBER_LOST_DIGITS",
        "{label} lost digits",
        "{label} is “{value}”. Spreadsheets keep only 15 digits of a number, so its last digits are gone.",
        f"{_AS_TEXT} We can’t restore the digits.",
    ),
    ProblemKind(
        "CONTROL_CHARACTER",
        "{label} contains invisible characters",
        "{label} contains invisible characters, or characters that change the direction of text.",
        "Clear the cell and type the value again.",
    ),
    ProblemKind(
        "BYTES_UNREADABLE",
        "{label} has unreadable characters",
        "{label} is “{value}”. The rest of the file is in UTF-8, but these characters are not.",
        "Type the value again.",
    ),
    ProblemKind(
        "LOOKS_LIKE_FORMULA",
        "{label} looks like a formula",
        "{label} is “{value}”, which a spreadsheet would run as a formula.",
        "Replace the formula with its value.",
    ),
    ProblemKind(
        "MARKUP", "{label} contains markup", "{label} is “{value}”, which contains markup.", "Enter plain text."
    ),
    ProblemKind(
        "CELL_ERROR",
        "{label} is a spreadsheet error",
        "{label} shows {value}, a spreadsheet error.",
        "Fix the formula, or replace it with its value.",
    ),
    ProblemKind(
        "FORMULA_WITHOUT_VALUE",
        "{label} is a formula without a value",
        "{label} is a formula, and the file doesn’t contain its value.",
        "Open the file in your spreadsheet program, let it recalculate, and save it. Or paste the values.",
    ),
    ProblemKind(
        "CELL_TOO_LONG",
        "{label} is far too long",
        "{label} has more characters than a spreadsheet cell can hold.",
        "Shorten it.",
    ),
    ProblemKind(
        "NUMBER_UNREADABLE",
        "{label} is not a number",
        "{label} is a number cell that doesn’t contain a number: {value}.",
        "Type the value again.",
    ),
    ProblemKind(
        "DATE_UNREADABLE",
        "{label} is not a date",
        "{label} is a date cell that doesn’t contain a date: {value}.",
        "Enter it as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_OUT_OF_RANGE",
        "{label} is not a date",
        "{label} is {value}, a number too small or too large to be a date.",
        "Enter it as YYYY-MM-DD, for example 2026-05-31.",
    ),
    ProblemKind(
        "NOT_A_PLAIN_VALUE",
        "{label} is not a single value",
        "{label} is a list or an object, but must be a single value.",
        "Send one value.",
    ),
)


# The types of a JSON body.
register(
    ProblemKind(
        "WRONG_JSON_TYPE",
        "{label} has the wrong JSON type",
        "{label} is {came}, but must be {wanted}.",
        "Send {wanted}, or leave it out.",
    ),
    ProblemKind(
        "NUMBER_NOT_TEXT",
        "{label} was sent as a number",
        "{label} was sent as the number {value}. Numbers keep 15 digits and no leading zeros, so it may not be the "
        "value you meant.",
        "Send it as a string, in quotes.",
    ),
    ProblemKind(
        "LIST_TOO_LONG", "{label} is too long", "{label} has more than {limit} entries.", "Send at most {limit}."
    ),
    ProblemKind(
        "NUMBER_AS_TEXT",
        "{label} was sent as a number",
        "{label} was sent as a number; we read it as the string {suggestion}.",
        "Send it as a string, in quotes, so that no digits are lost.",
    ),
    ProblemKind(
        "JSON_TYPE_CONVERTED",
        "{label} was converted from another JSON type",
        "{label} was sent as {came}, {value}; we read it as {wanted}.",
        "Send {wanted}.",
    ),
    ProblemKind(
        "LIST_AS_TEXT",
        "{label} was sent as a string",
        "{label} was sent as one string; we read it as a list.",
        "Send a list.",
    ),
    ProblemKind(
        "GIVEN_TWICE",
        "{label} is given twice",
        "{label} is given twice: inside an object or list, and under a dotted name.",
        "Send it once.",
    ),
)
