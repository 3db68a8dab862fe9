"""The problem codes for what can be wrong with a value."""

from portal.problems import ProblemKind, register

_AS_TEXT = "Format the column as text, and type or paste the value again from where it came."

register(
    ProblemKind("REQUIRED_MISSING", "{label} is missing", "{label} is missing.", "Fill it in; every meter needs it."),
    ProblemKind(
        "REQUIRED_WITH_OBJECT",
        "{label} is missing",
        "{label} is missing, although other columns of {section} are filled in.",
        "Fill it in, or empty the other columns of {section}.",
    ),
    ProblemKind(
        "PROGRAM_FIELD_MISSING",
        "{label} is missing",
        "{program} needs {label}.",
        "Fill it in. The meter is created without it, but is not eligible for {program} until then.",
    ),
    ProblemKind(
        "PROGRAM_LIMIT",
        "{label} is outside the program's limits",
        "{program} takes {label} {limits}; this is {value}.",
        "Check the value.",
    ),
    ProblemKind(
        "NOT_A_NUMBER",
        "{label} is not a number",
        "{label} is “{value}”, which is not a number.",
        "Write a number with a decimal point, for example {example}.",
    ),
    ProblemKind(
        "NOT_A_WHOLE_NUMBER",
        "{label} is not a whole number",
        "{label} is {value}, which is not a whole number.",
        "Write a number without decimals.",
    ),
    ProblemKind(
        "NUMBER_TOO_SMALL",
        "{label} is too small",
        "{label} is {value}; the smallest possible is {limit}.",
        "Check the value and its unit{unit_note}.",
    ),
    ProblemKind(
        "NUMBER_TOO_LARGE",
        "{label} is too large",
        "{label} is {value}; the largest possible is {limit}.",
        "Check the value and its unit{unit_note}.",
    ),
    ProblemKind(
        "FRACTION_FOR_PERCENT",
        "{label} is a fraction instead of a percentage",
        "{label} is {value}, but it is a percentage.",
        "Write {suggestion} for {suggestion} %.",
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
        "{label} has {length} characters; at most {limit} fit.",
        "Shorten it.",
    ),
    ProblemKind(
        "CHARACTERS_NOT_ALLOWED",
        "{label} has characters that are not accepted",
        "{label} contains {characters}, which is not accepted here.",
        "Remove it or write it differently.",
    ),
    ProblemKind(
        "PATTERN_MISMATCH",
        "{label} does not have the expected form",
        "{label} is “{value}”, which does not have the expected form.",
        "Write it like {example}.",
    ),
    ProblemKind(
        "UNKNOWN_CHOICE",
        "{label} is not on the list",
        "{label} is “{value}”, which is not on the list.{suggested}",
        "Choose one of: {choices}.",
    ),
    ProblemKind(
        "NOT_YES_NO",
        "{label} is neither yes nor no",
        "{label} is “{value}”, which is neither yes nor no.",
        "Write yes or no.",
    ),
    ProblemKind(
        "NOT_A_DATE",
        "{label} is not a date",
        "{label} is “{value}”, which is not a date.",
        "Write it as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_DOES_NOT_EXIST",
        "{label} is a date that does not exist",
        "{label} is “{value}”, a day that does not exist.",
        "Check the day and the month, and write it as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_OUT_OF_YEARS",
        "{label} is outside the years that we take",
        "{label} is “{value}”, and we take dates from {first} to {last}.",
        "Check the year.",
    ),
    ProblemKind(
        "DATE_AMBIGUOUS",
        "{label} can be read as two dates",
        "{label} is “{value}”, which can be read as {first} or as {second}.",
        "Write it as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_IN_ORDER",
        "{label} was read in the order of its column",
        "{label} is “{value}”, which can be read as two dates; like most of its column it was read as {order}: {day}.",
        "Check it. Write dates as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_IN_OTHER_ORDER",
        "{label} is written in another order than its column",
        "{label} is “{value}”, while the other dates of its column are read as {order}.",
        "Check it, and write it as year-month-day: {suggestion}, if it is right.",
    ),
    ProblemKind(
        "DATE_AT_PLACE",
        "{label} was read in the meter's own time zone",
        "{label} is “{value}”, a moment of some time zone; where the meter is ({zone}), that was on {day}.",
        "Check it. Write dates as year-month-day, without a time, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_FROM_NUMBER",
        "{label} is a number",
        "{label} is {value}, which spreadsheet programs count as the day {day}.",
        "Check it. Write dates as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_WITHOUT_PLACE",
        "{label} was read as the day that it names",
        "{label} is “{value}”, a moment in some time zone; without the meter's zip code it was read as {day}.",
        "Check it. Write dates as year-month-day, without a time, for example 2026-05-31.",
    ),
    ProblemKind(
        "ZIP_RESTORED",
        "{label} lost its leading zeros",
        "{label} is “{value}”; zip codes have five digits, so it was read as {suggestion}.",
        "Check it. Format the column as text, so that the zeros stay.",
    ),
    ProblemKind(
        "IDENTIFIER_TAIL_CUT",
        "{label} ended in .0",
        "{label} is “{value}”, as when a program takes a number for an amount; it was read as {suggestion}.",
        "Check it. Format the column as text.",
    ),
    ProblemKind(
        "TEXT_CONVERTED",
        "{label} was changed by the spreadsheet",
        "{label} is a {kind} cell, as spreadsheet programs make of texts such as 1-2; it was read as “{suggestion}”.",
        "Check it. Format the column as text, and type the value again if it is another.",
    ),
    ProblemKind(
        "IDENTIFIER_CONVERTED",
        "{label} was changed by the spreadsheet",
        "{label} is a {kind} cell that shows “{shown}”: a spreadsheet program changed what was typed.",
        _AS_TEXT,
    ),
    ProblemKind(
        "UNIT_MISMATCH",
        "{label} has another unit",
        "{label} is “{value}”, in {written}; this column is in {unit}.",
        "Write the number in {unit}, or move it to the right column.",
    ),
    ProblemKind(
        "NOT_A_PHONE",
        "{label} is not a telephone number",
        "{label} is “{value}”, which is no telephone number that can be called.",
        "Check its digits: ten for a US number, a + and the country first for another.",
    ),
    ProblemKind(
        "DIGITS_PERHAPS_LOST",
        "{label} has perhaps lost digits",
        "{label} is “{value}”: everything after its 15th digit is zero, as when a spreadsheet rounds a long number.",
        "Compare it with the source; if it was rounded, format the column as text and paste it again.",
    ),
    ProblemKind(
        "NOT_A_ZIP",
        "{label} is not a zip code",
        "{label} is “{value}”, which is not a US zip code.",
        "Write five digits, or five, a hyphen and four.",
    ),
    ProblemKind(
        "NOT_AN_EMAIL",
        "{label} is not an e-mail address",
        "{label} is “{value}”, which is not an e-mail address.",
        "Write it like name@company.com.",
    ),
    ProblemKind(
        "DIGITS_LOST",
        "{label} lost digits",
        "{label} is “{value}”: the spreadsheet turned a long number into a rounded one, and its last digits are gone.",
        f"{_AS_TEXT} We cannot restore the digits.",
    ),
    ProblemKind(
        "NUMBER_LOST_DIGITS",
        "{label} lost digits",
        "{label} is “{value}”: the spreadsheet keeps only 15 digits of a number, so its last digits are gone.",
        f"{_AS_TEXT} We cannot restore the digits.",
    ),
    ProblemKind(
        "CONTROL_CHARACTER",
        "{label} contains invisible characters",
        "{label} contains characters that cannot be seen, or that change the order of others.",
        "Delete the cell's content and type it again.",
    ),
    ProblemKind(
        "BYTES_UNREADABLE",
        "{label} has unreadable characters",
        "{label} is “{value}”: the rest of the file is UTF-8, but not these characters.",
        "Type the value again.",
    ),
    ProblemKind(
        "LOOKS_LIKE_FORMULA",
        "{label} looks like a formula",
        "{label} is “{value}”, which a spreadsheet program would run as a formula.",
        "Replace the formula by its value.",
    ),
    ProblemKind(
        "MARKUP", "{label} contains markup", "{label} is “{value}”, which contains markup.", "Write plain text."
    ),
    ProblemKind(
        "CELL_ERROR",
        "{label} is an error of the spreadsheet",
        "{label} shows {value}, an error of the spreadsheet.",
        "Mend the formula, or replace it by its value.",
    ),
    ProblemKind(
        "FORMULA_WITHOUT_VALUE",
        "{label} is a formula without a value",
        "{label} is a formula whose value is not in the file.",
        "Open the file in your spreadsheet program, let it calculate, and save it; or paste the values.",
    ),
    ProblemKind(
        "CELL_TOO_LONG",
        "{label} is far too long",
        "{label} has more characters than a cell of a spreadsheet can hold.",
        "Shorten it.",
    ),
    ProblemKind(
        "NUMBER_UNREADABLE",
        "{label} is not a number",
        "{label} is a number cell without a number: {value}.",
        "Type the value again.",
    ),
    ProblemKind(
        "DATE_UNREADABLE",
        "{label} is not a date",
        "{label} is a date cell without a date: {value}.",
        "Write it as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "DATE_OUT_OF_RANGE",
        "{label} is not a date",
        "{label} is {value}, a number outside the calendar.",
        "Write it as year-month-day, for example 2026-05-31.",
    ),
    ProblemKind(
        "NOT_A_PLAIN_VALUE",
        "{label} is not a plain value",
        "{label} is a list or an object, where one value is expected.",
        "Send one value.",
    ),
)


# The types of a JSON body.
register(
    ProblemKind(
        "WRONG_JSON_TYPE",
        "{label} has the wrong JSON type",
        "{label} came as {came}; it is {wanted}.",
        "Send {wanted}, or leave it out.",
    ),
    ProblemKind(
        "NUMBER_NOT_TEXT",
        "{label} came as a number",
        "{label} came as the number {value}. A number keeps 15 digits and no zeros in front, so it may not be what was "
        "meant.",
        "Send it as a text, in quotes.",
    ),
    ProblemKind(
        "LIST_TOO_LONG", "{label} is too long", "{label} has more than {limit} entries.", "Send at most {limit}."
    ),
    ProblemKind(
        "NUMBER_AS_TEXT",
        "{label} came as a number",
        "{label} came as a number; the text {suggestion} was taken.",
        "Send it as a text, in quotes, so that no digit is lost.",
    ),
    ProblemKind(
        "JSON_TYPE_CONVERTED",
        "{label} has another JSON type",
        "{label} came as {came}, {value}, and was read as {wanted}.",
        "Send {wanted}.",
    ),
    ProblemKind(
        "LIST_AS_TEXT",
        "{label} came as a text",
        "{label} came as one text and was read as a list.",
        "Send a list.",
    ),
    ProblemKind(
        "GIVEN_TWICE",
        "{label} is given twice",
        "{label} is given twice: inside an object or list, and under a name with dots.",
        "Give it once.",
    ),
)
