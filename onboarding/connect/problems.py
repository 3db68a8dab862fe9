"""The texts for what can be wrong with a link, a session, an authorization or a utility's data."""

from portal.problems import ProblemKind, register

_TRY_AGAIN = "Go back and try again."

register(
    # --- what a partner enters
    ProblemKind(
        "LINK_TITLE_TAKEN",
        "Name in use",
        "You already have a link named {title}.",
        "Choose another name.",
    ),
    ProblemKind(
        "LINK_REGION_WITHOUT_CONNECT",
        "Region without Connect",
        "Connect links are not available in {region}.",
        "Choose another region.",
    ),
    ProblemKind(
        "LINK_VARIANT_UNAVAILABLE",
        "Variant not available",
        "{variant} is not available in {region}.",
        "Choose another one from the list.",
    ),
    ProblemKind(
        "LINK_PROGRAM_UNAVAILABLE",
        "Program not available",
        "{program} cannot be joined through a link for “{variant}” in {region}.",
        "Choose another program, or none for all that such links are for.",
    ),
    ProblemKind(
        "LINK_UTILITY_UNAVAILABLE",
        "Utility not available",
        "{utility} is not connected in {region}.",
        "Choose one from the list, or none for all of them.",
    ),
    ProblemKind(
        "LINK_DEVICE_WITHOUT_UTILITY",
        "No utility is asked",
        "A link for customers with a device asks for no utility.",
        "Leave the utilities empty.",
    ),
    ProblemKind(
        "LINK_REDIRECT_NOT_ALLOWED",
        "Host not allowed",
        "{host} is not among your allowed redirect hosts.",
        "Add the host first, or choose a page on one of them.",
    ),
    ProblemKind(
        "LINK_REDIRECT_UNUSABLE",
        "Address cannot be used",
        "{value} is not a web address that customers can be sent to.",
        "Enter an address that begins with https://.",
    ),
    ProblemKind(
        "REDIRECT_HOST_UNUSABLE",
        "Host cannot be used",
        "{value} is not the name of a host.",
        "Enter the host alone, for example www.acme.example.",
    ),
    ProblemKind(
        "LINK_COLOR_UNUSABLE",
        "Color cannot be used",
        "{value} is not a color.",
        "Enter six hexadecimal digits, for example #1a4d2e.",
    ),
    ProblemKind(
        "LINK_COLOR_TOO_LIGHT",
        "Color too light",
        "{value} has a contrast of {contrast} to 1 with white; people need at least 3 to 1 to see a button.",
        "Choose a darker color.",
    ),
    ProblemKind(
        "LINK_LOGO_UNUSABLE",
        "Logo cannot be used",
        "The logo could not be read as a picture.",
        "Choose a PNG or JPEG file of at most 1 MB.",
    ),
    ProblemKind(
        "LINK_IS_OVER",
        "Link ended",
        "This link has ended and cannot be changed.",
        "Create a new link.",
    ),
    ProblemKind(
        "LINK_REFERENCE_UNUSABLE",
        "Reference ID cannot be used",
        "This reference ID cannot be used.",
        "Use 3 to 256 characters, none of / \\ ? ] [ {{ }} ! # $ % ^ & * ( ) < > |.",
    ),
    ProblemKind(
        "LINK_TOO_MANY_EMAILS",
        "Too many emails",
        "You have sent {most} links by email today.",
        "Send the others from your own mail system.",
    ),
    # --- a list of customers, for whom links are made
    ProblemKind(
        "MERGE_NOTHING_SENT",
        "No list",
        "There is no list yet.",
        "Choose a spreadsheet, or paste reference IDs.",
    ),
    ProblemKind(
        "MERGE_NO_REFERENCE",
        "No column of references",
        "No column of the list is named reference.",
        "Name the column with your IDs of the customers reference.",
    ),
    ProblemKind("MERGE_NO_ROWS", "No rows", "The list has no rows.", "Add at least one customer."),
    ProblemKind("MERGE_REFERENCE_MISSING", "Reference ID missing", "The reference ID is missing.", "Enter it."),
    ProblemKind(
        "MERGE_REFERENCE_TWICE",
        "Reference ID twice",
        "{value} is also in row {first}.",
        "Give each customer another reference ID, or remove this row.",
    ),
    ProblemKind(
        "MERGE_LANGUAGE_UNKNOWN",
        "Language not available",
        "Language {value} is not available.",
        "Use one of these, or leave it empty: {codes}.",
    ),
    ProblemKind(
        "MERGE_ROW_BROKEN",
        "Row not clear",
        "The row could not be read without doubt.",
        "Check its quotation marks and separators.",
    ),
    ProblemKind(
        "PAIRING_TOO_MANY",
        "Number not possible",
        "Codes are made 1 to {most} at a time, and work for 1 to {days} days.",
        "Enter numbers within these limits.",
    ),
    # --- what a customer meets
    ProblemKind(
        "CONNECT_CODE_MISTYPED",
        "Code mistyped",
        "This is not a whole code: a character is wrong, missing or too many.",
        "Compare all 9 characters with the code you were given.",
    ),
    ProblemKind(
        "CONNECT_CODE_UNKNOWN",
        "Code does not work",
        "This code does not work any more, or never did.",
        "Ask whoever gave it to you for a new one.",
    ),
    ProblemKind(
        "CONNECT_CODE_USED",
        "Code used",
        "This code was used before.",
        "Go on in the browser in which it was used, or ask for a new code.",
    ),
    ProblemKind(
        "CONNECT_LINK_UNKNOWN",
        "Link does not work",
        "This link does not work.",
        "Check that you have the whole link, or ask whoever sent it to you for a new one.",
    ),
    ProblemKind(
        "CONNECT_LINK_PAUSED",
        "Link paused",
        "This link is paused at the moment.",
        "Try again later, or ask whoever sent it to you.",
    ),
    ProblemKind(
        "CONNECT_TOO_MANY",
        "Too many tries",
        "There were too many tries from your network.",
        "Wait an hour, then try again.",
    ),
    ProblemKind(
        "CONNECT_STATE_UNKNOWN",
        "Sign-in not known",
        "This answer does not belong to a sign-in that was started here.",
        "Open your link again and start from there.",
    ),
    ProblemKind(
        "CONNECT_STATE_OF_ANOTHER_BROWSER",
        "Another browser",
        "This sign-in was started in another browser.",
        "Open your link again in this browser and start from there.",
    ),
    ProblemKind(
        "CONNECT_STATE_USED",
        "Sign-in used",
        "This sign-in was finished before.",
        "Open your link again to see how far you are.",
    ),
    ProblemKind(
        "CONNECT_NOT_AUTHORIZED",
        "Not authorized",
        "The authorization did not succeed: {reason}.",
        _TRY_AGAIN,
    ),
    ProblemKind(
        "CONNECT_FIELD_MISSING",
        "Information missing",
        "{label} is missing.",
        "",
    ),
    ProblemKind(
        "CONNECT_EMAIL_UNUSABLE",
        "Email address not right",
        "{value} is not an email address.",
        "Enter one like name@example.com.",
    ),
    ProblemKind(
        "CONNECT_ZIP_UNUSABLE",
        "ZIP code not right",
        "{value} is not a ZIP code.",
        "Enter the five digits from the electric bill.",
    ),
    ProblemKind(
        "CONNECT_ANSWER_UNKNOWN",
        "Answer not known",
        "Choose yes or no: {label}",
        "",
    ),
    ProblemKind(
        "CONNECT_SESSION_UNKNOWN",
        "Page of another browser",
        "This page belongs to another browser, or your browser did not keep its cookie.",
        "Open your link again to go on.",
    ),
    ProblemKind(
        "CONNECT_SIGNATURE_MISSING",
        "Signature missing",
        "Type your full name to sign.",
        "",
    ),
    ProblemKind(
        "CONNECT_AGREEMENT_OPEN",
        "Agreement open",
        "Accept “{title}” to go on.",
        "",
    ),
    ProblemKind(
        "CONNECT_UTILITY_UNKNOWN",
        "Utility not available",
        "Choose your utility from the list.",
        "",
    ),
    ProblemKind(
        "ESI_ID_UNUSABLE",
        "ESI ID not right",
        "{value} is not an ESI ID.",
        "It has 17 or 22 digits and begins with 10. It is on the electricity bill.",
    ),
    ProblemKind(
        "ESI_ID_UTILITY_UNKNOWN",
        "ESI ID of no known utility",
        "No delivery utility in Texas has ESI IDs that begin with {prefix}.",
        "Check the digits on the electricity bill.",
    ),
    ProblemKind(
        "NOT_IN_TEXAS",
        "Not in Texas",
        "ZIP code {value} is not in Texas.",
        "Enter the address in Texas where the electricity is used.",
    ),
    # --- what the utility's data may have
    ProblemKind(
        "POINT_ADDRESS_DISAGREES",
        "Address disagrees",
        "The account of {reference} agrees with what {utility} sent, but the address does not: "
        "the meter has {ours}, the utility {theirs}.",
        "Decide whether it is the same meter.",
    ),
    ProblemKind(
        "POINT_SEVERAL_METERS",
        "Several meters agree",
        "{count} of your meters agree with what {utility} sent.",
        "Decide which one it is.",
    ),
    ProblemKind(
        "POINT_UNCLEAR",
        "Identifiers missing",
        "{reference} has the same address as what {utility} sent, but no account number to compare.",
        "Decide whether it is the same meter.",
    ),
    ProblemKind(
        "POINT_OTHER_UTILITY",
        "Utility disagrees",
        "The account of {reference} agrees with what {utility} sent, but the meter names another utility or none.",
        "Decide whether it is the same meter.",
    ),
    ProblemKind(
        "POINT_OTHER_ACCOUNT",
        "Account disagrees",
        "{reference} is the meter of this service point at {utility}, but its account and agreement are others now.",
        "Decide whether it is the same meter.",
    ),
    ProblemKind("POINT_NOTHING_CHOSEN", "Nothing chosen", "Choose one of the meters, or a new one.", ""),
    ProblemKind(
        "POINT_DECIDED_ALREADY",
        "Decided already",
        "This service point already has a meter.",
        "Reload the page.",
    ),
    # --- feeds
    ProblemKind("FEED_TOO_LARGE", "Feed too large", "The feed is larger than {limit} MB.", ""),
    ProblemKind("FEED_UNREADABLE", "Feed unreadable", "The feed could not be read: {reason}", ""),
    ProblemKind("FEED_OF_ANOTHER", "Feed of another customer", "The feed holds data of another customer.", ""),
    ProblemKind(
        "FEED_OF_OTHER_HOST",
        "Address of another host",
        "The utility named an address for its data that is not below its own.",
        "",
    ),
    # --- notifications from utilities
    ProblemKind(
        "NOTIFICATION_UNREADABLE",
        "Notification unreadable",
        "The notification is not a list of resources.",
        "Send a BatchList document.",
    ),
    ProblemKind(
        "NOTIFICATION_OF_OTHER_HOST",
        "Other host",
        "The notification names an address that is not below the registered resource address.",
        "Send addresses of your own resources.",
    ),
)
